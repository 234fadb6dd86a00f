package exec

import (
	"context"

	"unyo/engine/vector"
)

// way is another way that a search can take: where to go on, and what to forget before.
type way struct{ step, rows, marks, guards int }

// passed is where a guard was passed before.
type passed struct{ guard, at int }

// mark is where an excluded part of the match begins (by 1) or ends (by -1).
type mark struct{ at, by int }

// searcher tries the ways through a program in their order. It goes back by a list, not by calls: patterns nest as rows are many.
type searcher struct {
	ways   []way
	marks  []mark
	passed []int // by guard, how many rows the match had then
	undo   []passed
	been   vector.Bitmap // where a search has been in vain: it is not tried again, if every definition depends on the row alone
	touch  []int         // words of been that are not zero
	held   int64
	turns  int
}

// search finds the preferred match that begins at the path's start.
func (o *match) search(ctx context.Context) (bool, error) {
	s := &o.searcher
	s.ways, s.marks, s.undo = s.ways[:0], s.marks[:0], s.undo[:0]
	for i := range s.passed {
		s.passed[i] = -1
	}
	for at := 0; ; {
		if s.turns++; s.turns%256 == 0 {
			if err := ctx.Err(); err != nil {
				return false, err
			}
			if err := o.count(); err != nil {
				return false, err
			}
		}
		next, err := o.step(ctx, at)
		if err != nil {
			return false, err
		}
		if next == len(o.program.steps) {
			return true, nil
		}
		if next >= 0 {
			at = next
			continue
		}
		if len(s.ways) == 0 {
			o.path.cut(0)
			return false, nil
		}
		w := s.ways[len(s.ways)-1]
		s.ways = s.ways[:len(s.ways)-1]
		o.path.cut(w.rows)
		s.marks = s.marks[:w.marks]
		for len(s.undo) > w.guards {
			u := s.undo[len(s.undo)-1]
			s.passed[u.guard] = u.at
			s.undo = s.undo[:len(s.undo)-1]
		}
		at = w.step
	}
}

// step takes a step, and tells the next; -1 if it fails.
func (o *match) step(ctx context.Context, at int) (int, error) {
	s, st, n := &o.searcher, o.program.steps[at], len(o.path.labels)
	row := o.path.start + n
	switch st.op {
	case stepLabel:
		if row >= o.path.to || o.vain(at, row) {
			return -1, nil
		}
		ok, err := o.is(ctx, st.n)
		if err != nil || !ok {
			return -1, err
		}
		o.path.push(st.n)
	case stepFork:
		if o.vain(at, row) {
			return -1, nil
		}
		s.ways = append(s.ways, way{st.other, n, len(s.marks), len(s.undo)})
		return st.n, nil
	case stepJump:
		return st.n, nil
	case stepGuard:
		if s.passed[st.n] == n {
			return -1, nil
		}
		s.undo = append(s.undo, passed{st.n, s.passed[st.n]})
		s.passed[st.n] = n
	case stepMark:
		s.marks = append(s.marks, mark{n, st.n})
	case stepBegin:
		if row != o.path.from {
			return -1, nil
		}
	case stepFinish:
		if row != o.path.to {
			return -1, nil
		}
	}
	return at + 1, nil
}

// vain tells whether a search has been at this step and row before, and remembers that now one is.
func (o *match) vain(step, row int) bool {
	s := &o.searcher
	if s.been == nil {
		return false
	}
	bit := (row-o.path.from)*len(o.program.steps) + step
	word := &s.been[bit/64]
	if *word>>(bit%64)&1 == 1 {
		return true
	}
	if *word == 0 {
		s.touch = append(s.touch, bit/64)
	}
	*word |= 1 << (bit % 64)
	return false
}

// mostBeen bounds, in bits, what is remembered of a partition.
const mostBeen = 1 << 30

// forget is called for a new partition, and after a match: then it was not in vain.
func (o *match) forget() {
	s := &o.searcher
	for _, word := range s.touch {
		s.been[word] = 0
	}
	s.touch = s.touch[:0]
}

// remember makes room for what is known of a partition.
func (o *match) remember() {
	s := &o.searcher
	o.forget()
	bits := (o.path.to - o.path.from + 1) * len(o.program.steps)
	if !o.plain || bits > mostBeen {
		s.been = nil
		return
	}
	if words := (bits + 63) / 64; words > len(s.been) {
		s.been = make(vector.Bitmap, words)
	}
}

// excluded tells whether the match's row i, of which it is asked one after another, lies in a part that is not given.
func (o *match) excluded(i int) bool {
	for m := o.searcher.marks; o.marks < len(m) && m[o.marks].at <= i; o.marks++ {
		o.depth += m[o.marks].by
	}
	return o.depth > 0
}
