package exec

import (
	"slices"

	"unyo/engine/sql/functions"
	"unyo/engine/sql/plan"
)

// path is the rows of a match, so far, and what is known of them.
type path struct {
	from, to int       // the partition
	start    int       // the match's first row
	labels   []int32   // of its rows
	sets     [][]int   // of labels that are looked at; the first is all
	of       [][]int   // by label, the sets it is in
	spots    [][]int32 // by set, which of the match's rows are in it
	sums     []*sum
	number   int64
}

// sum is an aggregate of a set's rows, of which it has taken the first so many.
type sum struct {
	set   int
	taken int
	acc   functions.Accumulator
}

func newPath(labels int) *path {
	return &path{sets: [][]int{nil}, of: make([][]int, labels), spots: [][]int32{nil}}
}

// set is the number of a set of labels.
func (p *path) set(labels []int) int {
	if labels == nil {
		return 0
	}
	at := slices.IndexFunc(p.sets, func(s []int) bool { return s != nil && slices.Equal(s, labels) })
	if at < 0 {
		at = len(p.sets)
		p.sets, p.spots = append(p.sets, labels), append(p.spots, nil)
		for _, l := range labels {
			p.of[l] = append(p.of[l], at)
		}
	}
	return at
}

func (p *path) begin(start int) {
	p.cut(0)
	p.start = start
}

func (p *path) push(label int) {
	n := int32(len(p.labels))
	p.labels = append(p.labels, int32(label))
	p.spots[0] = append(p.spots[0], n)
	for _, s := range p.of[label] {
		p.spots[s] = append(p.spots[s], n)
	}
}

// cut takes rows from the end, until n are left. Aggregates that have taken some of them begin anew.
func (p *path) cut(n int) {
	if n == len(p.labels) {
		return
	}
	p.labels = p.labels[:n]
	for s, spots := range p.spots {
		for len(spots) > 0 && int(spots[len(spots)-1]) >= n {
			spots = spots[:len(spots)-1]
		}
		p.spots[s] = spots
	}
	for _, s := range p.sums {
		if s.taken > len(p.spots[s.set]) {
			s.taken, s.acc = 0, nil
		}
	}
}

// first is where the match has a row of these labels first, or last; -1 if nowhere.
func (p *path) first(labels []int, last bool) int {
	for i := range p.labels {
		if last {
			i = len(p.labels) - 1 - i
		}
		if slices.Contains(labels, int(p.labels[i])) {
			return i
		}
	}
	return -1
}

// at is the row that is looked at from the match's row i, or -1.
func (p *path) at(l *plan.Look, set, i int) int {
	n := p.seen(l, set, i)
	k := l.Offset
	if !l.First {
		k = n - 1 - l.Offset
	}
	if k < 0 || k >= n {
		return -1
	}
	if row := p.start + int(p.spots[set][k]) + l.Shift; row >= p.from && row < p.to {
		return row
	}
	return -1
}

// seen is how many rows of a set are seen from row i.
func (p *path) seen(l *plan.Look, set, i int) int {
	spots := p.spots[set]
	if l.Final || i == len(p.labels)-1 {
		return len(spots)
	}
	n, _ := slices.BinarySearch(spots, int32(i+1))
	return n
}

// bytes is about how much the path holds.
func (p *path) bytes() int64 {
	n := 4 * cap(p.labels)
	for _, s := range p.spots {
		n += 4 * cap(s)
	}
	return int64(n)
}
