package insights

import (
	"math"
	"slices"
)

// percentile is pct: the value below or at which so many percent of the values are. It is exact.
func percentile(c *compiler, e *Call) (func() cell, *Error) {
	if _, err := c.percent(e); err != nil {
		return nil, err
	}
	return func() cell { return new(ranks) }, nil
}

func (c *compiler) percent(e *Call) (float64, *Error) {
	n, ok := e.Args[1].(*Number)
	if !ok || n.Value < 0 || n.Value > 100 {
		return 0, c.fault(e.Args[1], "a percentile between 0 and 100 is wanted")
	}
	return n.Value, nil
}

// ranks holds values as runs of equal ones, in order, and beside them those that have just come in. When many have come, those that are small whole
// numbers are counted by themselves.
type ranks struct {
	runs  []run
	fresh []float64
	small []int64
	n     int
}

type run struct {
	v float64
	n int64
}

const (
	minFresh = 256     // how many values are gathered, at least, before they are sorted in
	many     = 4096    // how many must have come before small ones are counted
	maxSmall = 1 << 16 // what is no longer small
)

func (x *ranks) add(v *Value, _ *row) {
	n, ok := v.num()
	if !ok {
		return
	}
	if x.n++; x.n > many {
		if i := int(n); i >= 0 && i < maxSmall && float64(i) == n && (i > 0 || !math.Signbit(n)) {
			if i >= len(x.small) {
				x.small = append(x.small, make([]int64, max(2*i, many)-len(x.small)+1)...)
			}
			x.small[i]++
			return
		}
	}
	if x.fresh = append(x.fresh, n); len(x.fresh) >= max(minFresh, len(x.runs)) {
		x.settle()
	}
}

// settle sorts the fresh values in.
func (x *ranks) settle() {
	if len(x.fresh) == 0 {
		return
	}
	slices.Sort(x.fresh)
	var more []run
	for _, v := range x.fresh {
		if n := len(more); n > 0 && more[n-1].v == v {
			more[n-1].n++
		} else {
			more = append(more, run{v, 1})
		}
	}
	x.fresh = x.fresh[:0]
	x.runs = mergeRuns(x.runs, more)
}

func mergeRuns(a, b []run) []run {
	if len(a) == 0 {
		return b
	}
	out := make([]run, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0].v < b[0].v:
			out, a = append(out, a[0]), a[1:]
		case a[0].v > b[0].v:
			out, b = append(out, b[0]), b[1:]
		default:
			out, a, b = append(out, run{a[0].v, a[0].n + b[0].n}), a[1:], b[1:]
		}
	}
	return append(append(out, a...), b...)
}

func (x *ranks) merge(o cell) {
	x.settle()
	x.runs = mergeRuns(x.runs, o.(*ranks).all())
	x.n += o.(*ranks).n
}

// all is every value as runs.
func (x *ranks) all() []run {
	x.settle()
	var small []run
	for v, n := range x.small {
		if n > 0 {
			small = append(small, run{float64(v), n})
		}
	}
	if x.small = nil; small != nil {
		x.runs = mergeRuns(x.runs, small)
	}
	return x.runs
}

func (x *ranks) result() Value { return x.at(50) }

// at is the value at a percentile.
func (x *ranks) at(percent float64) Value {
	runs := x.all()
	total := int64(0)
	for _, r := range runs {
		total += r.n
	}
	if total == 0 {
		return Value{}
	}
	want := max(1, int64(math.Ceil(percent/100*float64(total)-1e-9)))
	for _, r := range runs {
		if want -= r.n; want <= 0 {
			return number(r.v)
		}
	}
	return number(runs[len(runs)-1].v)
}

func (x *ranks) size() int { return 16*cap(x.runs) + 8*cap(x.fresh) + 8*cap(x.small) }
