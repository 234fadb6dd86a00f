package functions

import (
	"bytes"

	"unyo/engine/sql/fault"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// Comparisons are bound by the planner, which has brought both sides to one type.
// https://trino.io/docs/current/functions/comparison.html

// Compare binds = <> < <= > >= for two values of a type.
func Compare(op string, t *types.Type) (*Bound, error) {
	if eq := op == "=" || op == "<>"; eq && !t.Comparable() || !eq && !t.Orderable() {
		return nil, fault.New(fault.TypeMismatch, "Cannot apply operator: %s %s %s", t, op, t)
	}
	b := &Bound{Name: op, Args: []*types.Type{t, t}, Result: types.Bool}
	holds := [3]bool{op == "<" || op == "<=" || op == "<>", op == "=" || op == "<=" || op == ">=", op == ">" || op == ">=" || op == "<>"}
	switch t.Vector() {
	case vector.Int:
		b.Kernel = compareInts(op)
	case vector.Float:
		b.Kernel = compareFloats(op)
	case vector.Bytes:
		if op == "=" || op == "<>" {
			want := op == "="
			b.Kernel = comparing(func(x, y *vector.Vector, i, j int) bool { return bytes.Equal(x.Text(i), y.Text(j)) == want })
			break
		}
		b.Kernel = comparing(func(x, y *vector.Vector, i, j int) bool { return holds[1+bytes.Compare(x.Text(i), y.Text(j))] })
	case vector.List, vector.Map, vector.Row:
		b.Kernel, b.Nulls = compareDeep(t, op, holds), true
	default:
		b.Kernel = comparing(func(x, y *vector.Vector, i, j int) bool { return holds[1+types.Compare(t, x, i, y, j)] })
	}
	return b, nil
}

func comparing(f func(x, y *vector.Vector, i, j int) bool) Kernel {
	return func(_ *Context, n int, in []Arg) (*vector.Vector, error) {
		a, b := operands(in)
		out := &vector.Vector{Kind: vector.Bool, Len: n, Bools: make([]bool, n), Nulls: eitherNull(a, b, n)}
		xs, ys := stride(a), stride(b)
		for i, j, k := 0, 0, 0; i < n; i, j, k = i+1, j+xs, k+ys {
			if len(out.Nulls) == 0 || !out.Nulls.Has(i) {
				out.Bools[i] = f(a, b, j, k)
			}
		}
		return out, nil
	}
}

// compareInts is written out, for most filters are this.
func compareInts(op string) Kernel {
	return func(_ *Context, n int, in []Arg) (*vector.Vector, error) {
		a, b := operands(in)
		out := &vector.Vector{Kind: vector.Bool, Len: n, Bools: make([]bool, n), Nulls: eitherNull(a, b, n)}
		x, y, o := a.Ints, b.Ints, out.Bools
		xs, ys := stride(a), stride(b)
		switch op {
		case "=", "<>":
			want := op == "="
			for i, j, k := 0, 0, 0; i < n; i, j, k = i+1, j+xs, k+ys {
				o[i] = (x[j] == y[k]) == want
			}
		case "<", ">=":
			want := op == "<"
			for i, j, k := 0, 0, 0; i < n; i, j, k = i+1, j+xs, k+ys {
				o[i] = (x[j] < y[k]) == want
			}
		default:
			want := op == ">"
			for i, j, k := 0, 0, 0; i < n; i, j, k = i+1, j+xs, k+ys {
				o[i] = (x[j] > y[k]) == want
			}
		}
		return out, nil
	}
}

// compareFloats compares as IEEE does: with NaN nothing holds but <>.
func compareFloats(op string) Kernel {
	return func(_ *Context, n int, in []Arg) (*vector.Vector, error) {
		a, b := operands(in)
		swapped := op == ">" || op == ">="
		if swapped {
			a, b = b, a
		}
		out := &vector.Vector{Kind: vector.Bool, Len: n, Bools: make([]bool, n), Nulls: eitherNull(a, b, n)}
		x, y, o := a.Floats, b.Floats, out.Bools
		xs, ys := stride(a), stride(b)
		switch op {
		case "=", "<>":
			want := op == "="
			for i, j, k := 0, 0, 0; i < n; i, j, k = i+1, j+xs, k+ys {
				o[i] = (x[j] == y[k]) == want
			}
		case "<", ">":
			for i, j, k := 0, 0, 0; i < n; i, j, k = i+1, j+xs, k+ys {
				o[i] = x[j] < y[k]
			}
		default:
			for i, j, k := 0, 0, 0; i < n; i, j, k = i+1, j+xs, k+ys {
				o[i] = x[j] <= y[k]
			}
		}
		return out, nil
	}
}

// compareDeep compares values with values within. Equality with a null inside is not known, unless something else differs.
func compareDeep(t *types.Type, op string, holds [3]bool) Kernel {
	return func(_ *Context, n int, in []Arg) (*vector.Vector, error) {
		out := vector.New(vector.Bool)
		a, b := in[0].Vector, in[1].Vector
		for i := range n {
			if a.IsNull(i) || b.IsNull(i) {
				out.AppendNull()
				continue
			}
			if op == "=" || op == "<>" {
				switch equal, known := EqualDeep(t, a, i, b, i); {
				case !known:
					out.AppendNull()
				default:
					out.AppendBool(equal == (op == "="))
				}
				continue
			}
			if HasNull(a, i) || HasNull(b, i) {
				return nil, fault.New(fault.NotSupported, "%s comparison not supported for values with null elements", t.Kind)
			}
			out.AppendBool(holds[1+types.Compare(t, a, i, b, i)])
		}
		return out, nil
	}
}

// HasNull tells whether anything within value i of v is null.
func HasNull(v *vector.Vector, i int) bool {
	if v, i = v.At(i); v.IsNull(i) {
		return true
	}
	switch v.Kind {
	case vector.Row:
		for _, e := range v.Elems {
			if HasNull(e, i) {
				return true
			}
		}
	case vector.List, vector.Map:
		from, to := v.Span(i)
		for _, e := range v.Elems {
			for j := from; j < to; j++ {
				if HasNull(e, j) {
					return true
				}
			}
		}
	}
	return false
}

// EqualDeep tells whether two values are equal as = has it, and whether that is known.
func EqualDeep(t *types.Type, a *vector.Vector, i int, b *vector.Vector, j int) (equal, known bool) {
	a, i = a.At(i)
	b, j = b.At(j)
	if a.IsNull(i) || b.IsNull(j) {
		return false, false
	}
	known = true
	both := func(t *types.Type, a *vector.Vector, i int, b *vector.Vector, j int) (differ bool) {
		e, k := EqualDeep(t, a, i, b, j)
		known = known && k
		return k && !e
	}
	switch a.Kind {
	case vector.Float:
		return a.Floats[i] == b.Floats[j], true
	case vector.Row:
		for n, f := range t.Fields {
			if both(f.Type, a.Elems[n], i, b.Elems[n], j) {
				return false, true
			}
		}
	case vector.List:
		x, xe := a.Span(i)
		y, ye := b.Span(j)
		if xe-x != ye-y {
			return false, true
		}
		for ; x < xe; x, y = x+1, y+1 {
			if both(t.Elem(), a.Elems[0], x, b.Elems[0], y) {
				return false, true
			}
		}
	case vector.Map:
		x, xe := a.Span(i)
		y, ye := b.Span(j)
		if xe-x != ye-y {
			return false, true
		}
		for ; x < xe; x++ {
			at := types.Find(t.Key(), b, j, a.Elems[0], x)
			if at < 0 || both(t.Value(), a.Elems[1], x, b.Elems[1], at) {
				return false, true
			}
		}
	default:
		return types.Compare(t, a, i, b, j) == 0, true
	}
	return known, known
}

// https://trino.io/docs/current/functions/comparison.html#greatest-and-least
func init() {
	for name, sign := range map[string]int{"greatest": 1, "least": -1} {
		page("comparison").rows(name+"(T,T...) T", func(r *Row) {
			best := 0
			v, i := r.At(0)
			for a := 1; a < r.Len(); a++ {
				if w, j := r.At(a); types.Compare(r.Result, w, j, v, i)*sign > 0 {
					best, v, i = a, w, j
				}
			}
			r.PutArg(best)
		}, typed(func(args []*types.Type) ([]*types.Type, *types.Type, error) {
			if !args[0].Orderable() {
				return nil, nil, fault.New(fault.TypeMismatch, "%s is not orderable", args[0])
			}
			return args, args[0], nil
		}))
	}
}

// DistinctFrom binds IS DISTINCT FROM, which knows nulls.
func DistinctFrom(t *types.Type) (*Bound, error) {
	if !t.Comparable() {
		return nil, fault.New(fault.TypeMismatch, "Cannot apply operator: %s IS DISTINCT FROM %s", t, t)
	}
	return &Bound{Name: "IS DISTINCT FROM", Args: []*types.Type{t, t}, Result: types.Bool, Nulls: true, Kernel: func(_ *Context, n int, in []Arg) (*vector.Vector, error) {
		out := vector.New(vector.Bool)
		a, b := in[0].Vector, in[1].Vector
		for i := range n {
			x, y := a.IsNull(i), b.IsNull(i)
			out.AppendBool(x != y || !x && types.Compare(t, a, i, b, i) != 0)
		}
		return out, nil
	}}, nil
}
