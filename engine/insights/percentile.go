package insights

import (
	"math"
	"slices"
)

// percentile is pct: the value below or at which so many percent of the values are. It is exact.
func percentile(c *compiler, e *Call) (func() cell, *Error) {
	n, ok := e.Args[1].(*Number)
	if !ok || n.Value < 0 || n.Value > 100 {
		return nil, c.fault(e.Args[1], "a percentile between 0 and 100 is wanted")
	}
	p := n.Value
	return func() cell { return &ranks{percent: p} }, nil
}

// ranks holds values as runs of equal ones, in order, and beside them those that have just come in.
type ranks struct {
	percent float64
	runs    []run
	fresh   []float64
}

type run struct {
	v float64
	n int64
}

// minFresh is how many values are gathered, at least, before they are sorted in.
const minFresh = 256

func (x *ranks) add(v *Value, _ *row) {
	if n, ok := v.num(); ok {
		if x.fresh = append(x.fresh, n); len(x.fresh) >= max(minFresh, len(x.runs)) {
			x.settle()
		}
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
	y := o.(*ranks)
	x.settle()
	y.settle()
	x.runs = mergeRuns(x.runs, y.runs)
}

func (x *ranks) result() Value {
	x.settle()
	total := int64(0)
	for _, r := range x.runs {
		total += r.n
	}
	if total == 0 {
		return Value{}
	}
	want := max(1, int64(math.Ceil(x.percent/100*float64(total)-1e-9)))
	for _, r := range x.runs {
		if want -= r.n; want <= 0 {
			return number(r.v)
		}
	}
	return number(x.runs[len(x.runs)-1].v)
}

func (x *ranks) size() int { return 16*cap(x.runs) + 8*cap(x.fresh) }
