package functions

import (
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// ArrayOf binds ARRAY[…] of n elements of a type.
func ArrayOf(t *types.Type, n int) *Bound {
	b := &Bound{Name: "array", Result: types.ArrayOf(t), Nulls: true}
	for range n {
		b.Args = append(b.Args, t)
	}
	b.Kernel = func(_ *Context, n int, in []Arg) (*vector.Vector, error) {
		out := b.Result.New()
		for i := range n {
			for _, a := range in {
				out.Elems[0].Append(a.Vector, i)
			}
			out.EndSpan()
		}
		return out, nil
	}
	return b
}

// RowOf binds ROW(…).
func RowOf(t *types.Type) *Bound {
	b := &Bound{Name: "row", Result: t, Nulls: true}
	for _, f := range t.Fields {
		b.Args = append(b.Args, f.Type)
	}
	b.Kernel = func(_ *Context, n int, in []Arg) (*vector.Vector, error) {
		out := &vector.Vector{Kind: vector.Row, Len: n}
		for i, a := range in {
			e := a.Flat()
			if e.Kind == vector.Null && t.Fields[i].Type.Vector() != vector.Null {
				e = vector.Nothing(t.Fields[i].Type.Vector(), n).Flat()
			}
			out.Elems = append(out.Elems, e)
		}
		return out, nil
	}
	return b
}
