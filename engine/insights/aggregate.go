package insights

import "math/big"

// aggregate is one of the language's functions that look at all rows of a group.
type aggregate struct {
	min, max int
	make     func(c *compiler, e *Call) (func() cell, *Error)
	grows    bool // with what it is given
}

// cell is what a function knows of a group. Cells of a group that several workers have had are merged; the result must not depend on how the rows were
// shared out. add is not called with what is missing.
type cell interface {
	add(v *Value, r *row)
	merge(o cell)
	result() Value
	size() int
}

// aggregates are the functions of stats.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Stats.html
var aggregates map[string]aggregate

func init() {
	plain := func(f func() cell) func(c *compiler, e *Call) (func() cell, *Error) {
		return func(*compiler, *Call) (func() cell, *Error) { return f, nil }
	}
	aggregates = map[string]aggregate{
		"count":          {0, 1, plain(func() cell { return new(count) }), false},
		"count_distinct": {1, 1, plain(func() cell { return new(distinct) }), true},
		"sum":            {1, 1, plain(func() cell { return &total{} }), true},
		"avg":            {1, 1, plain(func() cell { return &total{average: true} }), true},
		"stddev":         {1, 1, plain(func() cell { return new(deviation) }), true},
		"min":            {1, 1, plain(func() cell { return &best{sign: -1} }), true},
		"max":            {1, 1, plain(func() cell { return &best{sign: 1} }), true},
		"sortsfirst":     {1, 1, plain(func() cell { return &best{sign: -1} }), true},
		"sortslast":      {1, 1, plain(func() cell { return &best{sign: 1} }), true},
		"earliest":       {1, 1, plain(func() cell { return &timed{} }), true},
		"latest":         {1, 1, plain(func() cell { return &timed{last: true} }), true},
		"pct":            {2, 2, percentile, true},
	}
}

type count struct{ n int64 }

func (c *count) add(*Value, *row) { c.n++ }
func (c *count) merge(o cell)     { c.n += o.(*count).n }
func (c *count) result() Value    { return number(float64(c.n)) }
func (c *count) size() int        { return 0 }

// total is sum and avg, of what counts as a number.
type total struct {
	sum     exact
	n       int64
	average bool
}

func (t *total) add(v *Value, _ *row) {
	if x, ok := v.num(); ok {
		t.sum.add(x)
		t.n++
	}
}

func (t *total) merge(o cell) {
	t.sum.merge(&o.(*total).sum)
	t.n += o.(*total).n
}

func (t *total) result() Value {
	if t.n == 0 {
		return Value{}
	}
	s := t.sum.value()
	if t.average {
		s.Quo(s, new(big.Float).SetInt64(t.n))
	}
	f, _ := s.Float64()
	return finite(f)
}

func (t *total) size() int { return t.sum.size() }

// deviation is the standard deviation of all values, not of a sample.
type deviation struct {
	sum, squares exact
	n            int64
}

func (d *deviation) add(v *Value, _ *row) {
	if x, ok := v.num(); ok {
		d.sum.add(x)
		d.squares.addSquare(x)
		d.n++
	}
}

func (d *deviation) merge(o cell) {
	p := o.(*deviation)
	d.sum.merge(&p.sum)
	d.squares.merge(&p.squares)
	d.n += p.n
}

// result is the root of (n Σx² - (Σx)²) / n², of sums that are exact.
func (d *deviation) result() Value {
	if d.n == 0 {
		return Value{}
	}
	n := new(big.Float).SetPrec(exactBits).SetInt64(d.n)
	s := d.sum.value()
	v := d.squares.value()
	v.Sub(v.Mul(v, n), s.Mul(s, s))
	if v.Sign() <= 0 {
		return number(0)
	}
	f, _ := v.Sqrt(v.SetPrec(128)).Quo(v, n).Float64()
	return finite(f)
}

func (d *deviation) size() int { return d.sum.size() + d.squares.size() }

// best is the value that sorts first or last.
type best struct {
	v    Value
	sign int
	any  bool
}

func (b *best) add(v *Value, _ *row) {
	if !b.any || rank(v, &b.v)*b.sign > 0 {
		text := append(b.v.Text[:0], v.Text...)
		b.v, b.any = *v, true
		b.v.Text = text
	}
}

func (b *best) merge(o cell) {
	if p := o.(*best); p.any {
		b.add(&p.v, nil)
	}
}

func (b *best) result() Value { return b.v }
func (b *best) size() int     { return cap(b.v.Text) }

// timed is the value of the earliest or the latest row.
type timed struct {
	v    Value
	at   place
	last bool
	any  bool
}

func (t *timed) add(v *Value, r *row) { t.take(v, &r.born) }

func (t *timed) take(v *Value, at *place) {
	if t.any && (at.compare(&t.at) < 0) != t.last { // the newest comes first
		return
	}
	text := append(t.v.Text[:0], v.Text...)
	t.v, t.at, t.any = *v, *at, true
	t.v.Text = text
}

func (t *timed) merge(o cell) {
	if p := o.(*timed); p.any {
		t.take(&p.v, &p.at)
	}
}

func (t *timed) result() Value { return t.v }
func (t *timed) size() int     { return cap(t.v.Text) }
