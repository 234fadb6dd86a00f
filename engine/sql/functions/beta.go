package functions

import "math"

// The beta distribution: https://trino.io/docs/current/functions/math.html#beta_cdf
func beta(p page) {
	bad := func(r *Row) bool {
		if !(r.Float(0) > 0 && r.Float(1) > 0) {
			r.Invalid("a, b must be > 0")
		} else if !(r.Float(2) >= 0 && r.Float(2) <= 1) {
			r.Invalid("value must be in the interval [0, 1]")
		}
		return r.err != nil
	}
	p.rows("beta_cdf(double,double,double) double", func(r *Row) {
		if !bad(r) {
			r.PutFloat(incompleteBeta(r.Float(0), r.Float(1), r.Float(2)))
		}
	})
	p.rows("inverse_beta_cdf(double,double,double) double", func(r *Row) {
		if bad(r) {
			return
		}
		if q := r.Float(2); q == 0 || q == 1 {
			r.PutFloat(q)
			return
		}
		low, high := 0.0, 1.0
		for range 1100 { // as far as doubles go
			mid := low + (high-low)/2
			if mid <= low || mid >= high {
				break
			}
			if incompleteBeta(r.Float(0), r.Float(1), mid) < r.Float(2) {
				low = mid
			} else {
				high = mid
			}
		}
		r.PutFloat(high)
	})
}

// incompleteBeta is the regularised incomplete beta function, by its continued fraction (Abramowitz and Stegun 26.5.8).
func incompleteBeta(a, b, x float64) float64 {
	if x == 0 || x == 1 {
		return x
	}
	if x > (a+1)/(a+b+2) {
		return 1 - incompleteBeta(b, a, 1-x)
	}
	la, _ := math.Lgamma(a)
	lb, _ := math.Lgamma(b)
	lab, _ := math.Lgamma(a + b)
	front := math.Exp(lab-la-lb+a*math.Log(x)+b*math.Log1p(-x)) / a
	const tiny = 1e-300
	f, c, d := 1.0, 1.0, 0.0
	for i := range 10_000 {
		m := float64(i / 2)
		n := 1.0
		switch {
		case i > 0 && i%2 == 0:
			n = m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		case i > 0:
			n = -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		}
		d = 1 + n*d
		if math.Abs(d) < tiny {
			d = tiny
		}
		c = 1 + n/c
		if math.Abs(c) < tiny {
			c = tiny
		}
		d = 1 / d
		f *= c * d
		if i > 0 && math.Abs(1-c*d) < 1e-15 {
			break
		}
	}
	return front * (f - 1)
}
