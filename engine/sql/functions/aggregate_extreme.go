package functions

import (
	"unyo/engine/sql/fault"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// extreme is the least or the greatest of integers or floats.
type extreme struct {
	ints   []int64
	floats []float64
	seen   []bool
	float  bool
	sign   int // 1 looks for the greatest, -1 for the least
}

func (a *extreme) grow(total int) {
	a.seen = grow(a.seen, total)
	if a.float {
		a.floats = grow(a.floats, total)
	} else {
		a.ints = grow(a.ints, total)
	}
}

func (a *extreme) takeInt(g uint32, x int64) {
	if !a.seen[g] || a.sign > 0 && x > a.ints[g] || a.sign < 0 && x < a.ints[g] {
		a.ints[g], a.seen[g] = x, true
	}
}

func (a *extreme) takeFloat(g uint32, x float64) {
	if !a.seen[g] || types.CompareFloat(x, a.floats[g])*a.sign > 0 {
		a.floats[g], a.seen[g] = x, true
	}
}

func (a *extreme) Add(_ *Context, n int, groups []uint32, total int, args []*vector.Vector) error {
	a.grow(total)
	v := args[0].Flat()
	nulls := len(v.Nulls) > 0
	for i := range n {
		if nulls && v.Nulls.Has(i) {
			continue
		}
		if a.float {
			a.takeFloat(groupOf(groups, i), v.Floats[i])
		} else {
			a.takeInt(groupOf(groups, i), v.Ints[i])
		}
	}
	return nil
}

func (a *extreme) Merge(_ *Context, other Accumulator, to []uint32, total int) error {
	a.grow(total)
	o := other.(*extreme)
	for i, seen := range o.seen {
		if seen && a.float {
			a.takeFloat(to[i], o.floats[i])
		} else if seen {
			a.takeInt(to[i], o.ints[i])
		}
	}
	return nil
}

func (a *extreme) Result(_ *Context, out *vector.Vector, group int) error {
	switch {
	case group >= len(a.seen) || !a.seen[group]:
		out.AppendNull()
	case a.float:
		out.AppendFloat(a.floats[group])
	default:
		out.AppendInt(a.ints[group])
	}
	return nil
}

func (a *extreme) Bytes() int64 { return int64(cap(a.seen)) * 9 }

// kept is a value, and another by which it was chosen, each the one value of a vector.
type kept struct{ value, by *vector.Vector }

func (k *kept) size() int {
	if k.value == nil {
		return 0
	}
	n := 120 + len(k.value.Data)
	if k.by != nil {
		n += 120 + len(k.by.Data)
	}
	return n
}

func sizeKept(k *kept) int { return k.size() }

// only is value i of v alone.
func only(t *types.Type, v *vector.Vector, i int) *vector.Vector {
	out := t.New()
	out.Append(v, i)
	return out
}

func ordered(at int) func(*aggregate) {
	return func(a *aggregate) {
		a.special = func(args []*types.Type) ([]*types.Type, *types.Type, error) {
			if !args[at].Orderable() {
				return nil, nil, fault.New(fault.TypeMismatch, "Type %s is not orderable", args[at])
			}
			return args, args[0], nil
		}
	}
}

func extremes(p page) {
	for name, sign := range map[string]int{"min": -1, "max": 1} {
		p.aggregate(name+"(T) T", func(args []*types.Type, t *types.Type) func() Accumulator {
			switch t.Vector() {
			case vector.Int, vector.Float:
				return func() Accumulator { return &extreme{sign: sign, float: t.Vector() == vector.Float} }
			}
			return func() Accumulator { return extremeOfAny(args, t, sign) }
		}, ordered(0))
		by := func(s *kept, r *Row) {
			if r.Null(1) {
				return
			}
			if v, i := r.At(1); s.by == nil || types.Compare(r.Types[1], v, i, s.by, 0)*sign > 0 {
				s.by = only(r.Types[1], v, i)
				v, i := r.At(0)
				s.value = only(r.Types[0], v, i)
			}
		}
		folding(p, name+"_by(T,U) T", by, func(s, o *kept, r *Row) {
			if o.by != nil && (s.by == nil || types.Compare(r.Types[1], o.by, 0, s.by, 0)*sign > 0) {
				*s = *o
			}
		}, putKept, sizeKept, nullsCount, ordered(1))
	}
	first := func(s *kept, r *Row) {
		if s.value == nil {
			v, i := r.At(0)
			s.value = only(r.Types[0], v, i)
		}
	}
	for _, name := range []string{"any_value", "arbitrary"} {
		folding(p, name+"(T) T", first, func(s, o *kept, _ *Row) {
			if s.value == nil {
				*s = *o
			}
		}, putKept, sizeKept)
	}
}

func putKept(s *kept, r *Row) {
	if s.value != nil {
		r.Put(s.value, 0)
	}
}

func extremeOfAny(args []*types.Type, t *types.Type, sign int) Accumulator {
	better := func(s *kept, v *vector.Vector, i int) bool {
		return s.value == nil || types.Compare(t, v, i, s.value, 0)*sign > 0
	}
	return &fold[kept]{args: args, result: t, add: func(s *kept, r *Row) {
		v, i := r.At(0)
		if !better(s, v, i) {
			return
		}
		if s.value == nil {
			s.value = t.New()
		}
		s.value.Reset()
		s.value.Append(v, i)
	}, merge: func(s, o *kept, _ *Row) {
		if o.value != nil && better(s, o.value, 0) {
			*s = *o
		}
	}, put: putKept, size: sizeKept}
}
