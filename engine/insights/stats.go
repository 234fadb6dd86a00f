package insights

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"strconv"
)

// aggregator is one stats: what rows are grouped by, and what is worked out of each group.
type aggregator struct {
	inner *compiler // of the rows that come in
	by    []eval
	aggs  []aggregation
	first []aggregation // those of them that have a cell of their own
	cells int
	grows bool  // cells take memory that must be looked after
	slots []int // of the rows that go out: those of by, then those of aggs
}

// aggregation is one use of an aggregating function.
type aggregation struct {
	arg  eval // nil: count(*)
	make func() cell
	slot int
	of   string           // function and field; two that have the same share a cell
	cell int              // which of a group's
	read func(cell) Value // nil: its result
}

// stats compiles a stats: its functions' arguments over the rows before it, what is made of their results over the rows behind it.
func (x *planner) stats(cmd *Stats) *Error {
	a := &aggregator{inner: x.compiler}
	for _, i := range cmd.By {
		f, err := x.expr(i.Expr)
		if err != nil {
			return err
		}
		a.by = append(a.by, f)
	}
	gathering := x.cur
	var names []string
	for _, i := range cmd.By {
		names = append(names, i.Name)
	}
	x.gather(nil)
	x.renew(names)
	x.gate = a
	for i := range cmd.By {
		a.slots = append(a.slots, x.slots[names[i]])
	}
	for _, i := range cmd.Items {
		f, err := x.expr(i.Expr)
		if err != nil {
			return err
		}
		x.cols = join(x.cols, []column{{i.Name, x.assign(i.Name, f)}})
	}
	x.gate = nil
	p := x.p
	gathering.sink = func() sink { return &grouping{a: a, p: p, groups: map[string]*grouped{}} }
	return nil
}

// add takes a function into the stats; the value is what its group's row has of it.
func (a *aggregator) add(c *compiler, e *Call, f aggregate) (eval, *Error) {
	if err := c.count(e, f.min, f.max); err != nil {
		return nil, err
	}
	if a.inner == nil {
		return nil, c.fault(e, "the aggregate function %s cannot stand within another,", e.Func)
	}
	g := aggregation{slot: c.hidden()}
	var err *Error
	if g.make, err = f.make(c, e); err != nil {
		return nil, err
	}
	star := len(e.Args) == 0
	if !star {
		_, star = e.Args[0].(*Star)
	}
	if star && e.Func != "count" {
		return nil, c.fault(e, "the aggregate function %s is given no field,", e.Func)
	}
	if !star {
		if g.arg, err = a.inner.expr(e.Args[0]); err != nil {
			return nil, err
		}
	}
	g.of, g.cell = e.Func+" *", a.cells
	if !star {
		g.of = e.Func + " " + c.of(e.Args[0])
	}
	if e.Func == "pct" {
		percent, err := c.percent(e)
		if err != nil {
			return nil, err
		}
		g.read = func(x cell) Value { return x.(*ranks).at(percent) }
	}
	if i := slices.IndexFunc(a.aggs, func(o aggregation) bool { return o.of == g.of }); i >= 0 {
		g.cell = a.aggs[i].cell
	} else {
		a.cells++
		a.grows = a.grows || f.grows
		a.first = append(a.first, g)
	}
	a.aggs = append(a.aggs, g)
	slot := g.slot
	return func(r *row) Value { return r.field(slot) }, nil
}

// grouping gathers rows into groups.
type grouping struct {
	a      *aggregator
	p      *program // of the rows that go out
	groups map[string]*grouped
	last   [1024]struct { // by their values' marks
		mark uint64
		g    *grouped
	}
	key    []byte
	vals   []Value
	arg    Value // of a function, where it need not be made anew
	bytes  int
	within int // bytes of the cells, when last looked at
	n      int // how often size was asked since
}

type grouped struct {
	by    []Value
	cells []cell

	numbers bool // among by
}

func (x *grouping) add(r *row) {
	x.vals = x.vals[:0]
	for _, f := range x.a.by {
		x.vals = append(x.vals, f(r))
	}
	g := x.group()
	for i := range x.a.first {
		if f := x.a.first[i].arg; f != nil {
			if x.arg = f(r); x.arg.Kind != Null {
				g.cells[i].add(&x.arg, r)
			}
		} else {
			g.cells[i].add(nil, r)
		}
	}
}

// group is that of the values: one of those that were asked for last, mostly.
func (x *grouping) group() *grouped {
	h := uint64(0)
	for i := range x.vals {
		h = (h ^ x.vals[i].mark()) * 0x9E3779B97F4A7C15
	}
	last := &x.last[h>>(64-10)]
	if last.g != nil && last.mark == h && slices.EqualFunc(last.g.by, x.vals, identical) {
		return last.g
	}
	x.key = x.key[:0]
	for i := range x.vals {
		x.key = appendKey(x.key, &x.vals[i])
	}
	g := x.groups[string(x.key)]
	if g == nil {
		g = x.open()
	} else {
		g.show(x.vals)
	}
	last.mark, last.g = h, g
	return g
}

// mark tells values apart, mostly.
func (v *Value) mark() uint64 {
	n, t := math.Float64bits(v.N)^uint64(v.Kind), v.Text
	if len(t) >= 8 {
		return n ^ binary.LittleEndian.Uint64(t[len(t)-8:]) ^ uint64(len(t))
	}
	for _, c := range t {
		n = n<<8 ^ uint64(c)
	}
	return n
}

// identical values have the same key; the same key may also be that of others.
func identical(a, b Value) bool {
	return a.Kind == b.Kind && math.Float64bits(a.N) == math.Float64bits(b.N) && bytes.Equal(a.Text, b.Text)
}

// show has a group's values be texts where others with the same key are numbers, whichever came first.
func (g *grouped) show(vals []Value) {
	if !g.numbers {
		return
	}
	for i := range g.by {
		if g.by[i].Kind == Num && vals[i].Kind == Str {
			g.by[i] = vals[i].clone()
		}
	}
}

// open begins the group of the key.
func (x *grouping) open() *grouped {
	g := &grouped{by: slices.Clone(x.vals), cells: make([]cell, x.a.cells)}
	for i := range g.by {
		g.by[i] = g.by[i].clone()
		g.numbers = g.numbers || g.by[i].Kind == Num
	}
	for i := range g.cells {
		g.cells[i] = x.a.first[i].make()
	}
	x.groups[string(x.key)] = g
	x.bytes += 160 + 3*len(x.key) + 64*len(g.by) + 64*len(g.cells)
	return g
}

func (x *grouping) merge(o sink) {
	y := o.(*grouping)
	x.bytes += y.bytes
	for key, g := range y.groups {
		mine := x.groups[key]
		if mine == nil {
			x.groups[key] = g
			continue
		}
		mine.show(g.by)
		for i := range g.cells {
			mine.cells[i].merge(g.cells[i])
		}
	}
}

// size looks into the groups the more rarely the more there are, and remembers what it has found.
func (x *grouping) size() int {
	if !x.a.grows {
		return x.bytes
	}
	if x.n++; x.n*1000 < len(x.groups) {
		return x.bytes + x.within
	}
	x.n = 0
	n := 0
	for _, g := range x.groups {
		for _, c := range g.cells {
			n += c.size()
		}
	}
	x.within = n
	return x.bytes + n
}

// rows are the groups in the order of their keys. Without by there is always one.
func (x *grouping) rows() []*kept {
	if len(x.a.by) == 0 && len(x.groups) == 0 {
		x.key, x.vals = nil, nil
		x.open()
	}
	list := make([]*grouped, 0, len(x.groups))
	for _, g := range x.groups {
		list = append(list, g)
	}
	slices.SortFunc(list, func(a, b *grouped) int {
		for i := range a.by {
			if c := rank(&a.by[i], &b.by[i]); c != 0 {
				return c
			}
		}
		for i := range a.by { // alike in order, but not the same
			if c := slices.Compare(appendKey(nil, &a.by[i]), appendKey(nil, &b.by[i])); c != 0 {
				return c
			}
		}
		return 0
	})
	out := make([]*kept, len(list))
	for i, g := range list {
		k := &kept{at: nth(i), born: nth(i), vals: make([]Value, x.p.width), set: make([]bool, x.p.width)}
		for j, v := range g.by {
			k.vals[x.a.slots[j]], k.set[x.a.slots[j]] = v, true
		}
		for j := range x.a.aggs {
			f := &x.a.aggs[j]
			if k.set[f.slot] = true; f.read != nil {
				k.vals[f.slot] = f.read(g.cells[f.cell])
			} else {
				k.vals[f.slot] = g.cells[f.cell].result()
			}
		}
		out[i] = k
	}
	return out
}

// appendKey writes what makes a value the same as another: its text, or its instant.
func appendKey(dst []byte, v *Value) []byte {
	at := len(dst)
	dst = append(dst, byte(v.Kind), 0, 0, 0, 0)
	switch v.Kind {
	case Num:
		dst[at] = byte(Str)
		if v.N == math.Trunc(v.N) && math.Abs(v.N) < 1e15 {
			dst = strconv.AppendInt(dst, int64(v.N), 10)
		} else {
			dst = strconv.AppendFloat(dst, v.N, 'g', -1, 64)
		}
	case Time:
		return binary.LittleEndian.AppendUint64(dst, math.Float64bits(v.N))
	default:
		dst = append(dst, v.Text...)
	}
	binary.LittleEndian.PutUint32(dst[at+1:], uint32(len(dst)-at-5))
	return dst
}
