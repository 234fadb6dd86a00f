// Package statistic is the mathematics of CloudWatch's statistics: sets of values that add up, and what is asked of them.
//
// A Set keeps its distribution exactly up to MaxExact different values. Above, it keeps a histogram whose bins grow by a constant factor,
// so that every quantile is off by at most 1 % of its value (the method of DDSketch). A set whose values would need more than maxBins bins halves their
// number and doubles that error, as often as it must: 400 bins of 2 % width reach over a factor of 3,000 of values that leave none empty.
// Count, Sum, Min and Max are always exact. What a set holds does not depend on the order in which it was added up, but for the rounding of Sum.
package statistic

import (
	"cmp"
	"math"
	"slices"
)

const (
	// MaxExact is how many different values a set keeps exactly.
	MaxExact = 100
	maxBins  = 400
	accuracy = 0.01 // relative error of a value read from the histogram
)

// growth is the factor between the bounds of a bin of level 1; each further level squares it.
const growth = (1 + accuracy) / (1 - accuracy)

var logGrowth = math.Log(growth)

// Set is the values of one period. The zero Set is empty.
type Set struct {
	Count, Sum, Min, Max float64

	// opaque: the distribution is not known. It is lost where a summary of different values was added, and where values are negative,
	// of which CloudWatch tells no distribution.
	opaque bool
	level  int // 0: bins are values; else the histogram's width
	bins   []bin
}

// bin is a value and how often it was taken; or the number of a histogram's bin, where -Inf stands for zero.
type bin struct{ at, count float64 }

// Add adds a value that was taken times times. Both must be finite, times above 0.
func (s *Set) Add(value, times float64) {
	s.Merge(&Set{Count: times, Sum: value * times, Min: value, Max: value, bins: []bin{{value, times}}})
}

// Summary is a set of which only these four are known. The distribution is known if low equals high.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
func Summary(count, sum, low, high float64) Set {
	s := Set{Count: count, Sum: sum, Min: low, Max: high, opaque: low != high || low < 0}
	if !s.opaque {
		s.bins = []bin{{low, count}}
	}
	return s
}

// Merge adds all of o. A copy of s must not be added to beside s.
func (s *Set) Merge(o *Set) {
	if o.Count == 0 {
		return
	}
	if s.Count == 0 {
		*s = Set{Min: o.Min, Max: o.Max}
	}
	s.Count += o.Count
	s.Sum += o.Sum
	s.Min, s.Max = min(s.Min, o.Min), max(s.Max, o.Max)
	if s.opaque = s.opaque || o.opaque || s.Min < 0; s.opaque {
		s.bins, s.level = nil, 0
		return
	}
	other := o.bins
	if s.level < o.level {
		s.bins, s.level = raise(s.bins, s.level, o.level), o.level
	} else if o.level < s.level {
		other = raise(other, o.level, s.level)
	}
	s.bins = together(s.bins, other)
	if s.level == 0 && len(s.bins) > MaxExact {
		s.bins, s.level = raise(s.bins, 0, 1), 1
	}
	for s.level > 0 && len(s.bins) > maxBins {
		s.bins, s.level = raise(s.bins, s.level, s.level+1), s.level+1
	}
}

// together merges two lists of bins of one level.
func together(a, b []bin) []bin {
	if len(b) == 1 { // the common case, in place
		i, found := slices.BinarySearchFunc(a, b[0], func(x, y bin) int { return cmp.Compare(x.at, y.at) })
		if found {
			a[i].count += b[0].count
			return a
		}
		return slices.Insert(a, i, b[0])
	}
	out := make([]bin, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		switch c := cmp.Compare(a[0].at, b[0].at); {
		case c < 0:
			out, a = append(out, a[0]), a[1:]
		case c > 0:
			out, b = append(out, b[0]), b[1:]
		default:
			out = append(out, bin{a[0].at, a[0].count + b[0].count})
			a, b = a[1:], b[1:]
		}
	}
	return append(append(out, a...), b...)
}

// raise gives the bins of a higher level.
func raise(bins []bin, from, to int) []bin {
	var out []bin
	for _, b := range bins {
		at := b.at
		if from == 0 {
			at = math.Ceil(math.Log(at) / logGrowth)
		}
		for level := max(from, 1); level < to; level++ {
			at = math.Ceil(at / 2)
		}
		if at == 0 {
			at = 0 // no -0, whose place is the same but whose bytes are not
		}
		if n := len(out); n > 0 && out[n-1].at == at {
			out[n-1].count += b.count
		} else {
			out = append(out, bin{at, b.count})
		}
	}
	return out
}

// points are the values and their counts, in ascending order, as far as they are known.
func (s *Set) points() []bin {
	if s.level == 0 {
		return s.bins
	}
	width := logGrowth * math.Ldexp(1, s.level-1)
	middle := 2 / (1 + math.Exp(width)) // as far from both bounds, relative to them
	out := make([]bin, len(s.bins))
	for i, b := range s.bins {
		out[i] = bin{s.between(math.Exp(b.at*width) * middle), b.count} // of -Inf: 0
	}
	return out
}

// between keeps an estimate within what is known for sure.
func (s *Set) between(v float64) float64 { return min(max(v, s.Min), s.Max) }
