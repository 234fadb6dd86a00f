package functions

import (
	"math"
)

func widthBucket(r *Row) {
	x, lo, hi, n := r.Float(0), r.Float(1), r.Float(2), r.Int(3)
	switch {
	case n < 1:
		r.Invalid("bucketCount must be greater than 0")
		return
	case math.IsNaN(x) || lo == hi || math.IsInf(lo, 0) || math.IsInf(hi, 0):
		r.Invalid("bounds must be finite and not equal, and the operand a number")
		return
	}
	down := lo > hi
	if down {
		lo, hi = hi, lo
	}
	var b int64
	switch {
	case x < lo:
		b = 0
	case x >= hi:
		b = n + 1
	default:
		b = int64(float64(n)*(x-lo)/(hi-lo)) + 1
	}
	if down {
		b = n - b + 1
	}
	r.PutInt(b)
}

// binOf is how many of ascending bins are not above x.
func binOf(r *Row) {
	v, from, to := r.Span(1)
	if from == to {
		r.Invalid("Bins cannot be an empty array")
		return
	}
	n := int64(0)
	for i := from; i < to; i++ {
		if i > from && floatAt(v.Elems[0], i) <= floatAt(v.Elems[0], i-1) {
			r.Invalid("Bin values are not sorted in ascending order")
			return
		}
		if floatAt(v.Elems[0], i) <= r.Float(0) {
			n++
		}
	}
	r.PutInt(n)
}

// cosineOfMaps answers the cosine of the angle between two sparse vectors, or what it lacks of one.
func cosineOfMaps(distance bool) func(r *Row) {
	return func(r *Row) {
		v, from, to := r.Span(1)
		b, y := map[string]float64{}, 0.0
		for ; from < to; from++ {
			k, j := v.Elems[0].At(from)
			f := floatAt(v.Elems[1], from)
			b[string(k.Text(j))] = f
			y += f * f
		}
		x, dot := 0.0, 0.0
		for v, from, to = r.Span(0); from < to; from++ {
			k, j := v.Elems[0].At(from)
			f := floatAt(v.Elems[1], from)
			x, dot = x+f*f, dot+f*b[string(k.Text(j))]
		}
		if x == 0 || y == 0 {
			return
		}
		r.putCosine(dot/(math.Sqrt(x)*math.Sqrt(y)), distance)
	}
}

func (r *Row) putCosine(f float64, distance bool) {
	if distance {
		f = 1 - f
	}
	r.PutFloat(f)
}

// ofArrays declares a function of two vectors of the same length.
func ofArrays(p page, name string, f func(r *Row, dot, x, y, apart float64)) {
	p.rows(name+"(array(double),array(double)) double", func(r *Row) {
		a, i, ie := r.Span(0)
		b, j, je := r.Span(1)
		if ie-i != je-j || ie == i {
			r.Invalid("The arguments must have the same length and not be empty")
			return
		}
		dot, x, y, apart := 0.0, 0.0, 0.0, 0.0
		for ; i < ie; i, j = i+1, j+1 {
			u, v := floatAt(a.Elems[0], i), floatAt(b.Elems[0], j)
			dot, x, y, apart = dot+u*v, x+u*u, y+v*v, apart+(u-v)*(u-v)
		}
		f(r, dot, x, y, apart)
	})
}

func distributions(p page) {
	p.rows("normal_cdf(double,double,double) double", func(r *Row) {
		if r.Float(1) <= 0 {
			r.Invalid("standardDeviation must be > 0")
			return
		}
		r.PutFloat(0.5 * (1 + math.Erf((r.Float(2)-r.Float(0))/(r.Float(1)*math.Sqrt2))))
	})
	p.rows("inverse_normal_cdf(double,double,double) double", func(r *Row) {
		if r.Float(2) <= 0 || r.Float(2) >= 1 || r.Float(1) <= 0 {
			r.Invalid("p must be 0 > p > 1 and sd must be > 0")
			return
		}
		r.PutFloat(r.Float(0) + r.Float(1)*math.Sqrt2*math.Erfinv(2*r.Float(2)-1))
	})
	wilson := func(sign float64) func(r *Row) {
		return func(r *Row) {
			k, n, z := float64(r.Int(0)), float64(r.Int(1)), r.Float(2)
			if k < 0 || n <= 0 || k > n || z < 0 {
				r.Invalid("successes must not be negative nor greater than trials, trials positive and z-score not negative")
				return
			}
			q := k / n
			r.PutFloat((q + z*z/(2*n) + sign*z*math.Sqrt(q*(1-q)/n+z*z/(4*n*n))) / (1 + z*z/n))
		}
	}
	p.rows("wilson_interval_lower(bigint,bigint,double) double", wilson(-1))
	p.rows("wilson_interval_upper(bigint,bigint,double) double", wilson(1))
}

func random(p page) {
	for _, name := range []string{"random", "rand"} {
		p.rows(name+"() double", func(r *Row) { r.PutFloat(r.Chance.Float64()) }, withChance)
		for _, t := range []string{"integer", "bigint"} {
			p.rows(name+"("+t+") "+t, func(r *Row) {
				if r.Int(0) < 1 {
					r.Invalid("bound must be positive")
					return
				}
				r.PutInt(r.Chance.Int64N(r.Int(0)))
			}, withChance)
			p.rows(name+"("+t+","+t+") "+t, func(r *Row) {
				if r.Int(0) >= r.Int(1) {
					r.Invalid("start value must be less than stop value")
					return
				}
				r.PutInt(r.Int(0) + r.Chance.Int64N(r.Int(1)-r.Int(0)))
			}, withChance)
		}
	}
}
