package functions

import (
	"math"

	"unyo/engine/sql/fault"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// https://trino.io/docs/current/functions/math.html#mathematical-operators
func init() {
	p := page("math")
	for _, t := range []*types.Type{types.Tiny, types.Small, types.Int, types.Big} {
		for _, op := range []string{"+", "-", "*", "/", "%"} {
			f := intOps[op]
			p.kernel(op+"("+t.String()+","+t.String()+") "+t.String(), func(_ []*types.Type, t *types.Type) Kernel { return ints(f, op, t) })
		}
		p.rows("$neg("+t.String()+") "+t.String(), func(r *Row) {
			if n := r.Int(0); inRange(-n, r.Result) && n != math.MinInt64 {
				r.PutInt(-n)
			} else {
				r.Fail(errRange("%s negation overflow: %d", r.Result, n))
			}
		})
	}
	for _, t := range []*types.Type{types.Float, types.Real32} {
		for _, op := range []string{"+", "-", "*", "/", "%"} {
			f := floatOps[op]
			p.kernel(op+"("+t.String()+","+t.String()+") "+t.String(), func(_ []*types.Type, t *types.Type) Kernel { return floats(f, t) })
		}
		p.rows("$neg("+t.String()+") "+t.String(), func(r *Row) { r.PutFloat(-r.Float(0)) })
	}
	decimals(p)
}

var intOps = map[string]func(a, b int64) (int64, bool){
	"+": func(a, b int64) (int64, bool) { c := a + b; return c, (c > a) == (b > 0) },
	"-": func(a, b int64) (int64, bool) { c := a - b; return c, (c < a) == (b > 0) },
	"*": func(a, b int64) (int64, bool) {
		w, _ := types.MulWide(types.WideOf(a), types.WideOf(b))
		return types.IntOf(w)
	},
	"/": func(a, b int64) (int64, bool) { return a / b, a != math.MinInt64 || b != -1 },
	"%": func(a, b int64) (int64, bool) {
		if b == -1 {
			return 0, true
		}
		return a % b, true
	},
}

var intVerbs = map[string]string{"+": "addition", "-": "subtraction", "*": "multiplication", "/": "division", "%": "modulus"}

// inRange tells whether an integer type holds n.
func inRange(n int64, t *types.Type) bool {
	switch t.Kind {
	case types.Tinyint:
		return n == int64(int8(n))
	case types.Smallint:
		return n == int64(int16(n))
	case types.Integer:
		return n == int64(int32(n))
	}
	return true
}

// ints is a kernel of two integers that may overflow.
func ints(f func(a, b int64) (int64, bool), op string, t *types.Type) Kernel {
	divides := op == "/" || op == "%"
	return func(_ *Context, n int, in []Arg) (*vector.Vector, error) {
		a, b := operands(in)
		out := &vector.Vector{Kind: vector.Int, Len: n, Ints: make([]int64, n), Nulls: eitherNull(a, b, n)}
		x, xs := a.Ints, stride(a)
		y, ys := b.Ints, stride(b)
		for i, j, k := 0, 0, 0; i < n; i, j, k = i+1, j+xs, k+ys {
			if divides && y[k] == 0 {
				if out.Nulls.Has(i) {
					continue
				}
				return nil, fault.New(fault.DivisionByZero, "Division by zero")
			}
			c, ok := f(x[j], y[k])
			if (!ok || !inRange(c, t)) && !out.Nulls.Has(i) {
				return nil, errRange("%s %s overflow: %d %s %d", t, intVerbs[op], x[j], op, y[k])
			}
			out.Ints[i] = c
		}
		return out, nil
	}
}

var floatOps = map[string]func(a, b float64) float64{
	"+": func(a, b float64) float64 { return a + b }, "-": func(a, b float64) float64 { return a - b },
	"*": func(a, b float64) float64 { return a * b }, "/": func(a, b float64) float64 { return a / b }, "%": math.Mod,
}

func floats(f func(a, b float64) float64, t *types.Type) Kernel {
	return func(_ *Context, n int, in []Arg) (*vector.Vector, error) {
		a, b := operands(in)
		out := &vector.Vector{Kind: vector.Float, Len: n, Floats: make([]float64, n), Nulls: eitherNull(a, b, n)}
		x, xs := a.Floats, stride(a)
		y, ys := b.Floats, stride(b)
		for i, j, k := 0, 0, 0; i < n; i, j, k = i+1, j+xs, k+ys {
			out.Floats[i] = f(x[j], y[k])
		}
		if t.Kind == types.Real {
			for i, x := range out.Floats {
				out.Floats[i] = float64(float32(x))
			}
		}
		return out, nil
	}
}

// operands are two arguments, each flat or its one value when it is constant.
func operands(in []Arg) (a, b *vector.Vector) { return operand(in[0].Vector), operand(in[1].Vector) }

// operand is v laid out, or, of a constant, its one value in a vector longer or shorter than v's.
func operand(v *vector.Vector) *vector.Vector {
	if v.Dict != nil && v.Index == nil {
		if v.Dict.Len == 1 {
			return v.Dict
		}
		return v.Dict.Pick([]uint32{0})
	}
	return v.Flat()
}

// stride is how far the next value of an operand is: 0 when there is but one.
func stride(v *vector.Vector) int { return min(1, v.Len-1) }

// eitherNull is where one of two operands is null. An operand of one value stands for all n.
func eitherNull(a, b *vector.Vector, n int) vector.Bitmap {
	var out vector.Bitmap
	for _, v := range [2]*vector.Vector{a, b} {
		switch {
		case len(v.Nulls) == 0:
		case v.Len == 1 && n > 1:
			if v.Nulls.Has(0) {
				return allNull(n)
			}
		default:
			if out == nil {
				out = make(vector.Bitmap, (n+63)/64)
			}
			for i, w := range v.Nulls {
				if i < len(out) {
					out[i] |= w
				}
			}
		}
	}
	return out
}

func allNull(n int) vector.Bitmap {
	b := make(vector.Bitmap, (n+63)/64)
	for i := range n {
		b.Set(i)
	}
	return b
}
