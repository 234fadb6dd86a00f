package functions

import (
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// https://trino.io/docs/current/functions/aggregate.html: those that most queries ask for, by typed loops.

// count counts rows; of count(x) those with a value.
type count struct{ n []int64 }

func (a *count) Add(_ *Context, n int, groups []uint32, total int, args []*vector.Vector) error {
	a.n = grow(a.n, total)
	nulls := len(args) > 0 && args[0].HasNulls()
	switch {
	case groups == nil && !nulls:
		a.n[0] += int64(n)
	case !nulls:
		for _, g := range groups[:n] {
			a.n[g]++
		}
	default:
		for i := range n {
			if !args[0].IsNull(i) {
				a.n[groupOf(groups, i)]++
			}
		}
	}
	return nil
}

func groupOf(groups []uint32, i int) uint32 {
	if groups == nil {
		return 0
	}
	return groups[i]
}

func (a *count) Merge(_ *Context, other Accumulator, to []uint32, total int) error {
	a.n = grow(a.n, total)
	for i, n := range other.(*count).n {
		a.n[to[i]] += n
	}
	return nil
}

func (a *count) Result(_ *Context, out *vector.Vector, group int) error {
	n := int64(0)
	if group < len(a.n) {
		n = a.n[group]
	}
	out.AppendInt(n)
	return nil
}

func (a *count) Bytes() int64 { return int64(cap(a.n)) * 8 }

// sumInt adds integers up; mean divides.
type sumInt struct {
	sum, n []int64
	result *types.Type
}

func (a *sumInt) Add(_ *Context, n int, groups []uint32, total int, args []*vector.Vector) error {
	a.sum, a.n = grow(a.sum, total), grow(a.n, total)
	v := args[0].Flat()
	nulls := len(v.Nulls) > 0
	for i, x := range v.Ints[:n] {
		if nulls && v.Nulls.Has(i) {
			continue
		}
		g := groupOf(groups, i)
		s := a.sum[g] + x
		if (s > a.sum[g]) != (x > 0) && x != 0 {
			return errOverflow(types.Big, "addition")
		}
		a.sum[g] = s
		a.n[g]++
	}
	return nil
}

func (a *sumInt) Merge(_ *Context, other Accumulator, to []uint32, total int) error {
	a.sum, a.n = grow(a.sum, total), grow(a.n, total)
	o := other.(*sumInt)
	for i, x := range o.sum {
		s := a.sum[to[i]] + x
		if (s > a.sum[to[i]]) != (x > 0) && x != 0 {
			return errOverflow(types.Big, "addition")
		}
		a.sum[to[i]] = s
		a.n[to[i]] += o.n[i]
	}
	return nil
}

func (a *sumInt) Result(_ *Context, out *vector.Vector, group int) error {
	if group >= len(a.n) || a.n[group] == 0 {
		out.AppendNull()
	} else {
		out.AppendInt(a.sum[group])
	}
	return nil
}

func (a *sumInt) Bytes() int64 { return int64(cap(a.sum)+cap(a.n)) * 8 }

// sumFloat adds floats up, or integers for their mean.
type sumFloat struct {
	sum    []float64
	n      []int64
	mean   bool
	result *types.Type
}

func (a *sumFloat) Add(_ *Context, n int, groups []uint32, total int, args []*vector.Vector) error {
	a.sum, a.n = grow(a.sum, total), grow(a.n, total)
	v := args[0].Flat()
	nulls := len(v.Nulls) > 0
	if v.Kind == vector.Int {
		for i, x := range v.Ints[:n] {
			if !nulls || !v.Nulls.Has(i) {
				g := groupOf(groups, i)
				a.sum[g] += float64(x)
				a.n[g]++
			}
		}
		return nil
	}
	for i, x := range v.Floats[:n] {
		if !nulls || !v.Nulls.Has(i) {
			g := groupOf(groups, i)
			a.sum[g] += x
			a.n[g]++
		}
	}
	return nil
}

func (a *sumFloat) Merge(_ *Context, other Accumulator, to []uint32, total int) error {
	a.sum, a.n = grow(a.sum, total), grow(a.n, total)
	o := other.(*sumFloat)
	for i, x := range o.sum {
		a.sum[to[i]] += x
		a.n[to[i]] += o.n[i]
	}
	return nil
}

func (a *sumFloat) Result(_ *Context, out *vector.Vector, group int) error {
	if group >= len(a.n) || a.n[group] == 0 {
		out.AppendNull()
		return nil
	}
	x := a.sum[group]
	if a.mean {
		x /= float64(a.n[group])
	}
	if a.result.Kind == types.Real {
		x = float64(float32(x))
	}
	out.AppendFloat(x)
	return nil
}

func (a *sumFloat) Bytes() int64 { return int64(cap(a.sum)+cap(a.n)) * 8 }

// sumDecimal is the state of a sum of decimals.
type sumDecimal struct {
	sum types.Wide
	n   int64
}

func addWide(s *sumDecimal, w types.Wide, n int64, r *Row) {
	sum, ok := types.AddWide(s.sum, w)
	if !ok || !types.InDigits(sum, types.MaxDigits) {
		r.Fail(errRange("Decimal overflow"))
	}
	s.sum = sum
	s.n += n
}

func init() {
	p := page("aggregate")
	p.aggregate("count() bigint", func([]*types.Type, *types.Type) func() Accumulator { return func() Accumulator { return &count{} } })
	p.aggregate("count(T) bigint", func([]*types.Type, *types.Type) func() Accumulator { return func() Accumulator { return &count{} } })
	for _, t := range []string{"tinyint", "smallint", "integer", "bigint"} {
		p.aggregate("sum("+t+") bigint", func(_ []*types.Type, t *types.Type) func() Accumulator {
			return func() Accumulator { return &sumInt{result: t} }
		})
		p.aggregate("avg("+t+") double", func(_ []*types.Type, t *types.Type) func() Accumulator {
			return func() Accumulator { return &sumFloat{mean: true, result: t} }
		})
	}
	for _, t := range []string{"double", "real"} {
		for _, name := range []string{"sum", "avg"} {
			p.aggregate(name+"("+t+") "+t, func(_ []*types.Type, t *types.Type) func() Accumulator {
				return func() Accumulator { return &sumFloat{mean: name == "avg", result: t} }
			})
		}
	}
	add := func(s *sumDecimal, r *Row) { addWide(s, r.Decimal(0), 1, r) }
	merge := func(s, o *sumDecimal, r *Row) { addWide(s, o.sum, o.n, r) }
	folding(p, "sum(decimal) decimal", add, merge, func(s *sumDecimal, r *Row) {
		if s.n > 0 {
			r.PutDecimal(s.sum)
		}
	}, nil, aggregateTyped(func(args []*types.Type) ([]*types.Type, *types.Type, error) {
		return args, types.DecimalOf(types.MaxDigits, args[0].Scale), nil
	}))
	folding(p, "avg(decimal) decimal", add, merge, func(s *sumDecimal, r *Row) {
		if s.n > 0 {
			w, _ := types.DivWide(s.sum, types.WideOf(s.n))
			r.PutDecimal(w)
		}
	}, nil, aggregateTyped(func(args []*types.Type) ([]*types.Type, *types.Type, error) { return args, args[0], nil }))
	extremes(p)
}
