package functions

import "math"

// moments are sums of powers of deviations from the mean, which can be added to and merged without loss.
// https://trino.io/docs/current/functions/aggregate.html#statistical-aggregate-functions
type moments struct{ n, mean, m2, m3, m4 float64 }

func (s *moments) add(x float64) { mergeMoments(s, &moments{n: 1, mean: x}, nil) }

func mergeMoments(s, o *moments, _ *Row) {
	if o.n == 0 {
		return
	}
	if s.n == 0 {
		*s = *o
		return
	}
	n, d := s.n+o.n, o.mean-s.mean
	d2 := d * d
	m4 := s.m4 + o.m4 + d2*d2*s.n*o.n*(s.n*s.n-s.n*o.n+o.n*o.n)/(n*n*n) + 6*d2*(s.n*s.n*o.m2+o.n*o.n*s.m2)/(n*n) + 4*d*(s.n*o.m3-o.n*s.m3)/n
	m3 := s.m3 + o.m3 + d2*d*s.n*o.n*(s.n-o.n)/(n*n) + 3*d*(s.n*o.m2-o.n*s.m2)/n
	s.m2 += o.m2 + d2*s.n*o.n/n
	s.mean += d * o.n / n
	s.n, s.m3, s.m4 = n, m3, m4
}

// pairs are the sums of two variables and their product.
type pairs struct{ n, mx, my, xx, yy, xy float64 }

func mergePairs(s, o *pairs, _ *Row) {
	if o.n == 0 {
		return
	}
	if s.n == 0 {
		*s = *o
		return
	}
	n, dx, dy := s.n+o.n, o.mx-s.mx, o.my-s.my
	w := s.n * o.n / n
	s.xx += o.xx + dx*dx*w
	s.yy += o.yy + dy*dy*w
	s.xy += o.xy + dx*dy*w
	s.mx += dx * o.n / n
	s.my += dy * o.n / n
	s.n = n
}

func init() {
	p := page("aggregate")
	one := func(name string, least float64, f func(s *moments) float64) {
		folding(p, name+"(double) double", func(s *moments, r *Row) { s.add(r.Float(0)) }, mergeMoments, func(s *moments, r *Row) {
			if s.n >= least {
				r.PutFloat(f(s))
			}
		}, nil)
	}
	one("var_pop", 1, func(s *moments) float64 { return s.m2 / s.n })
	one("stddev_pop", 1, func(s *moments) float64 { return math.Sqrt(s.m2 / s.n) })
	for _, name := range []string{"variance", "var_samp"} {
		one(name, 2, func(s *moments) float64 { return s.m2 / (s.n - 1) })
	}
	for _, name := range []string{"stddev", "stddev_samp"} {
		one(name, 2, func(s *moments) float64 { return math.Sqrt(s.m2 / (s.n - 1)) })
	}
	one("skewness", 3, func(s *moments) float64 { return math.Sqrt(s.n) * s.m3 / math.Pow(s.m2, 1.5) })
	one("kurtosis", 4, func(s *moments) float64 {
		n := s.n
		return (n-1)*n*(n+1)/((n-2)*(n-3))*s.m4/(s.m2*s.m2) - 3*(n-1)*(n-1)/((n-2)*(n-3))
	})
	two := func(name string, least float64, f func(s *pairs) float64) {
		folding(p, name+"(double,double) double", func(s *pairs, r *Row) { // y comes first
			mergePairs(s, &pairs{n: 1, mx: r.Float(1), my: r.Float(0)}, nil)
		}, mergePairs, func(s *pairs, r *Row) {
			if x := f(s); s.n >= least && !math.IsNaN(x) {
				r.PutFloat(x)
			}
		}, nil)
	}
	two("covar_pop", 1, func(s *pairs) float64 { return s.xy / s.n })
	two("covar_samp", 2, func(s *pairs) float64 { return s.xy / (s.n - 1) })
	two("corr", 2, func(s *pairs) float64 { return s.xy / math.Sqrt(s.xx*s.yy) })
	two("regr_slope", 2, func(s *pairs) float64 { return s.xy / s.xx })
	two("regr_intercept", 2, func(s *pairs) float64 { return s.my - s.xy/s.xx*s.mx })
}
