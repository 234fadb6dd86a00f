package functions

import (
	"math"
	"math/big"
	"strconv"

	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// https://trino.io/docs/current/functions/math.html
func init() {
	p := page("math")
	for name, f := range map[string]func(float64) float64{"acos": math.Acos, "asin": math.Asin, "atan": math.Atan, "cbrt": math.Cbrt, "cos": math.Cos, "cosh": math.Cosh,
		"degrees": func(x float64) float64 { return x * 180 / math.Pi }, "exp": math.Exp, "ln": math.Log, "log2": math.Log2, "log10": math.Log10,
		"radians": func(x float64) float64 { return x / 180 * math.Pi }, "sin": math.Sin, "sinh": math.Sinh, "sqrt": math.Sqrt, "tan": math.Tan, "tanh": math.Tanh} {
		p.rows(name+"(double) double", func(r *Row) { r.PutFloat(f(r.Float(0))) })
	}
	for name, f := range map[string]func(a, b float64) float64{"atan2": math.Atan2, "pow": math.Pow, "power": math.Pow,
		"log": func(base, x float64) float64 { return math.Log(x) / math.Log(base) }} {
		p.rows(name+"(double,double) double", func(r *Row) { r.PutFloat(f(r.Float(0), r.Float(1))) })
	}
	for name, x := range map[string]float64{"e": math.E, "pi": math.Pi, "infinity": math.Inf(1), "nan": math.NaN()} {
		p.rows(name+"() double", func(r *Row) { r.PutFloat(x) })
	}
	for _, t := range []string{"double", "real"} {
		p.rows("is_finite("+t+") boolean", func(r *Row) { r.PutBool(!math.IsNaN(r.Float(0)) && !math.IsInf(r.Float(0), 0)) })
		p.rows("is_infinite("+t+") boolean", func(r *Row) { r.PutBool(math.IsInf(r.Float(0), 0)) })
		p.rows("is_nan("+t+") boolean", func(r *Row) { r.PutBool(math.IsNaN(r.Float(0))) })
	}
	integers(p)
	rounding(p)
	random(p)
	p.rows("from_base(varchar,bigint) bigint", func(r *Row) {
		n, err := strconv.ParseInt(r.Text(0), int(base(r, 1)), 64)
		if r.err == nil && err != nil {
			r.Invalid("Not a valid base-%d number: %s", r.Int(1), r.Text(0))
		}
		r.PutInt(n)
	})
	p.rows("to_base(bigint,bigint) varchar", func(r *Row) {
		if b := base(r, 1); r.err == nil {
			r.PutText(strconv.FormatInt(r.Int(0), int(b)))
		}
	})
	p.rows("width_bucket(double,double,double,bigint) bigint", widthBucket)
	p.rows("width_bucket(double,array(double)) bigint", binOf)
	for name, distance := range map[string]bool{"cosine_similarity": false, "cosine_distance": true} {
		p.rows(name+"(map(varchar,double),map(varchar,double)) double", cosineOfMaps(distance))
		ofArrays(p, name, func(r *Row, dot, x, y, _ float64) { r.putCosine(dot/math.Sqrt(x*y), distance) })
	}
	ofArrays(page("array"), "dot_product", func(r *Row, dot, _, _, _ float64) { r.PutFloat(dot) })
	ofArrays(page("array"), "euclidean_distance", func(r *Row, _, _, _, apart float64) { r.PutFloat(math.Sqrt(apart)) })
	distributions(p)
	beta(p)
}

func floatAt(v *vector.Vector, i int) float64 {
	v, i = v.At(i)
	return v.Floats[i]
}

func base(r *Row, i int) int64 {
	if b := r.Int(i); b < 2 || b > 36 {
		r.Invalid("Radix must be between 2 and 36")
		return 10
	}
	return r.Int(i)
}

// integers are the functions that keep the type of what they are given.
func integers(p page) {
	for _, t := range []string{"tinyint", "smallint", "integer", "bigint"} {
		p.rows("abs("+t+") "+t, func(r *Row) {
			n := r.Int(0)
			if n < 0 {
				if n = -n; n < 0 || !inRange(n, r.Result) {
					r.Fail(errRange("Value %d is out of range for abs(%s)", r.Int(0), r.Result))
				}
			}
			r.PutInt(n)
		})
		p.rows("sign("+t+") "+t, func(r *Row) { r.PutInt(int64(sign(float64(r.Int(0))))) })
		for _, name := range []string{"ceil", "ceiling", "floor", "round", "truncate"} {
			p.rows(name+"("+t+") "+t, func(r *Row) { r.PutInt(r.Int(0)) })
		}
		p.rows("round("+t+",bigint) "+t, func(r *Row) {
			w, ok := roundWide(types.WideOf(r.Int(0)), 0, r.Int(1))
			n, fits := types.IntOf(w)
			if !ok || !fits || !inRange(n, r.Result) {
				r.Fail(errRange("numerical overflow: %d", r.Int(0)))
			}
			r.PutInt(n)
		})
		p.kernel("mod("+t+","+t+") "+t, func(_ []*types.Type, t *types.Type) Kernel { return ints(intOps["%"], "%", t) })
	}
	for _, t := range []string{"double", "real"} {
		p.rows("abs("+t+") "+t, func(r *Row) { r.PutFloat(math.Abs(r.Float(0))) })
		p.rows("sign("+t+") "+t, func(r *Row) { r.PutFloat(sign(r.Float(0))) })
		p.kernel("mod("+t+","+t+") "+t, func(_ []*types.Type, t *types.Type) Kernel { return floats(math.Mod, t) })
	}
	p.rows("mod(decimal,decimal) decimal", modDecimals, scalarOption("%", "(decimal,decimal)"))
	p.rows("abs(decimal) decimal", func(r *Row) {
		w := r.Decimal(0)
		if w.Hi < 0 {
			w = types.NegWide(w)
		}
		r.PutDecimal(w)
	})
	p.rows("sign(decimal) decimal", func(r *Row) {
		r.PutDecimal(types.WideOf(int64(types.CompareWide(r.Decimal(0), types.Wide{}))))
	}, typed(func(args []*types.Type) ([]*types.Type, *types.Type, error) { return args, types.DecimalOf(1, 0), nil }))
}

// scalarOption types a function as another is typed.
func scalarOption(name, args string) option {
	return func(s *Scalar) {
		for _, o := range scalars[name] {
			if o.text == name+args+" decimal" {
				s.special = o.special
			}
		}
	}
}

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x
}

// roundWide rounds a number with a scale to some digits behind the point, half away from zero; it keeps the scale.
func roundWide(w types.Wide, scale int, digits int64) (types.Wide, bool) {
	drop := int64(scale) - digits
	if drop <= 0 {
		return w, true
	}
	if drop > types.MaxDigits {
		return types.Wide{}, true
	}
	q, ok := types.DivWide(w, types.Pow10(int(drop)))
	if !ok {
		return q, false
	}
	return types.MulWide(q, types.Pow10(int(drop)))
}

func rounding(p page) {
	for _, t := range []string{"double", "real"} {
		for name, f := range map[string]func(float64) float64{"ceil": math.Ceil, "ceiling": math.Ceil, "floor": math.Floor, "round": math.Round, "truncate": math.Trunc} {
			p.rows(name+"("+t+") "+t, func(r *Row) { r.PutFloat(f(r.Float(0))) })
		}
		p.rows("round("+t+",bigint) "+t, func(r *Row) { r.PutFloat(roundDigits(r.Float(0), r.Int(1), t == "real")) })
		p.rows("truncate("+t+",bigint) "+t, func(r *Row) {
			scale := math.Pow10(int(max(-400, min(400, r.Int(1)))))
			r.PutFloat(math.Trunc(r.Float(0)*scale) / scale)
		})
	}
	whole := typed(func(args []*types.Type) ([]*types.Type, *types.Type, error) {
		t := args[0]
		return args, types.DecimalOf(min(types.MaxDigits, t.Size-t.Scale+min(t.Scale, 1)), 0), nil
	})
	for name, f := range map[string]func(w types.Wide, scale int) types.Wide{"round": roundHalfUp, "floor": roundDown, "ceil": roundUp, "ceiling": roundUp} {
		p.rows(name+"(decimal) decimal", func(r *Row) { r.PutDecimal(f(r.Decimal(0), r.Types[0].Scale)) }, whole)
	}
	p.rows("truncate(decimal) decimal", func(r *Row) { r.PutDecimal(chop(r.Decimal(0), r.Types[0].Scale)) },
		typed(func(args []*types.Type) ([]*types.Type, *types.Type, error) {
			return args, types.DecimalOf(max(1, args[0].Size-args[0].Scale), 0), nil
		}))
	p.rows("round(decimal,bigint) decimal", func(r *Row) {
		w, ok := roundWide(r.Decimal(0), r.Types[0].Scale, r.Int(1))
		putChecked(r, w, ok)
	}, typed(func(args []*types.Type) ([]*types.Type, *types.Type, error) {
		return args, types.DecimalOf(min(types.MaxDigits, args[0].Size+1), args[0].Scale), nil
	}))
	p.rows("truncate(decimal,bigint) decimal", func(r *Row) {
		drop := int64(r.Types[0].Scale) - r.Int(1)
		switch {
		case drop <= 0:
			r.PutDecimal(r.Decimal(0))
		case drop > types.MaxDigits:
			r.PutDecimal(types.Wide{})
		default:
			w, _ := types.MulWide(chop(r.Decimal(0), int(drop)), types.Pow10(int(drop)))
			r.PutDecimal(w)
		}
	})
}

// chop cuts digits off.
func chop(w types.Wide, digits int) types.Wide {
	q := new(big.Int).Quo(types.BigOf(w), types.BigOf(types.Pow10(digits)))
	out, _ := types.WideOfBig(q)
	return out
}

func roundHalfUp(w types.Wide, scale int) types.Wide {
	out, _ := types.Rescale(w, scale, 0)
	return out
}

func roundDown(w types.Wide, scale int) types.Wide {
	b, ten := types.BigOf(w), types.BigOf(types.Pow10(scale))
	out, _ := types.WideOfBig(new(big.Int).Div(b, ten)) // rounds down, for ten is positive
	return out
}

func roundUp(w types.Wide, scale int) types.Wide {
	return types.NegWide(roundDown(types.NegWide(w), scale))
}

// roundDigits rounds as the number is written in decimals, as Trino does.
func roundDigits(x float64, digits int64, single bool) float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) || digits > 300 {
		return x
	}
	bits := 64
	if single {
		bits = 32
	}
	n, scale, ok := ParseDecimal(strconv.FormatFloat(x, 'f', -1, bits))
	if !ok {
		return x
	}
	drop := int64(scale) - digits
	if drop <= 0 {
		return x
	}
	if drop > 700 {
		return 0
	}
	q := types.DivBig(n, new(big.Int).Exp(big.NewInt(10), big.NewInt(drop), nil))
	f, _ := strconv.ParseFloat(q.String()+"e"+strconv.FormatInt(-digits, 10), 64)
	if single {
		f = float64(float32(f))
	}
	return f
}
