package statistic

import (
	"errors"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// Statistic is what can be asked of a set: SampleCount, Sum, Average, Minimum, Maximum, p99, tm90, TM(5%:95%), PR(:300), IQM …
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
type Statistic struct {
	kind     string // SampleCount …, or p, TM, WM, PR, TC, TS
	lo, hi   float64
	absolute bool // lo and hi are values, else percent
}

// ErrStatistic is a text that names no statistic.
var ErrStatistic = errors.New("not a statistic")

const (
	percent = `(?:\d{1,2}(?:\.\d{0,10})?|100(?:\.0{0,10})?)`
	number  = `\d+(?:\.\d{0,10})?(?:[Ee][+-]?\d+)?`
)

var (
	short  = regexp.MustCompile(`^(p|tm|tc|ts|wm)(` + percent + `)$`)
	within = regexp.MustCompile(`^(TM|TC|TS|WM)\((?:(` + percent + `)%)?:(?:(` + percent + `)%)?\)$`)
	bounds = regexp.MustCompile(`^(TM|TC|TS|WM|PR)\((` + number + `)?:(` + number + `)?\)$`)
)

// Parse reads a statistic's name.
func Parse(text string) (Statistic, error) {
	switch text {
	case "SampleCount", "Sum", "Average", "Minimum", "Maximum":
		return Statistic{kind: text}, nil
	case "IQM":
		return Statistic{kind: "TM", lo: 25, hi: 75}, nil
	}
	if m := short.FindStringSubmatch(text); m != nil {
		kind := m[1]
		if kind != "p" {
			kind = strings.ToUpper(kind)
		}
		return Statistic{kind: kind, hi: float(m[2])}, nil
	}
	s, m := Statistic{hi: 100}, within.FindStringSubmatch(text)
	if m == nil {
		s, m = Statistic{hi: math.Inf(1), lo: math.Inf(-1), absolute: true}, bounds.FindStringSubmatch(text)
	}
	if m == nil || m[2] == "" && m[3] == "" {
		return Statistic{}, ErrStatistic
	}
	s.kind = m[1]
	if m[2] != "" {
		s.lo = float(m[2])
	}
	if m[3] != "" {
		s.hi = float(m[3])
	}
	if s.lo >= s.hi || math.IsInf(s.lo, 1) {
		return Statistic{}, ErrStatistic
	}
	return s, nil
}

// float reads what the expressions above let through; out of range is infinite, and that is refused or a bound like any other.
func float(text string) float64 {
	f, _ := strconv.ParseFloat(text, 64)
	return f
}

// Basic reports whether the statistic is one of the five that need no distribution.
func (q Statistic) Basic() bool {
	switch q.kind {
	case "SampleCount", "Sum", "Average", "Minimum", "Maximum":
		return true
	}
	return false
}

// Of computes the statistic; false when the set cannot tell: it is empty, its distribution is not known, or nothing lies within the bounds.
func (q Statistic) Of(s *Set) (float64, bool) {
	if s.Count == 0 {
		return 0, false
	}
	switch q.kind {
	case "SampleCount":
		return s.Count, true
	case "Sum":
		return s.Sum, true
	case "Average":
		return s.Sum / s.Count, true
	case "Minimum":
		return s.Min, true
	case "Maximum":
		return s.Max, true
	}
	if s.opaque {
		return 0, false
	}
	if q.kind == "p" {
		return s.percentile(q.hi), true
	}
	if q.kind == "WM" {
		return q.winsorized(s)
	}
	count, sum := q.trimmed(s)
	switch q.kind {
	case "TC":
		return count, true
	case "TS":
		return sum, true
	case "PR":
		return 100 * count / s.Count, true
	}
	return sum / count, count > 0
}

// slack makes up for percentages that have no exact binary fraction: 29 % of 100 values are 29 of them.
const slack = 1e-9

// percentile is the smallest value that at least p percent of all do not exceed.
func (s *Set) percentile(p float64) float64 {
	rank := max(p/100*s.Count-slack, 0)
	seen := 0.0
	for _, b := range s.points() {
		if seen += b.count; seen >= rank {
			return b.at
		}
	}
	return s.Max
}

// ranks are how many of the lowest values lie below the bounds, and how many do not lie above them. A percentage removes whole values.
func (q Statistic) ranks(s *Set, points []bin) (lo, hi float64) {
	if !q.absolute {
		return math.Floor(q.lo/100*s.Count + slack), s.Count - math.Floor((100-q.hi)/100*s.Count+slack)
	}
	for _, b := range points { // lower bound exclusive, upper inclusive
		if b.at <= q.lo {
			lo += b.count
		}
		if b.at <= q.hi {
			hi += b.count
		}
	}
	return lo, hi
}

// trimmed counts and sums what lies within the bounds.
func (q Statistic) trimmed(s *Set) (count, sum float64) {
	points := s.points()
	lo, hi := q.ranks(s, points)
	seen := 0.0
	for _, b := range points {
		n := min(seen+b.count, hi) - max(seen, lo)
		if seen += b.count; n > 0 {
			count += n
			sum += n * b.at
		}
	}
	return count, sum
}

// winsorized is the mean with values beyond the bounds taken to lie on them.
func (q Statistic) winsorized(s *Set) (float64, bool) {
	points := s.points()
	low, high := q.lo, q.hi
	if !q.absolute {
		lo, hi := q.ranks(s, points)
		if hi <= lo {
			return 0, false
		}
		low, high = math.NaN(), math.NaN() // the lowest and the highest value within
		seen := 0.0
		for _, b := range points {
			if min(seen+b.count, hi) > max(seen, lo) {
				if math.IsNaN(low) {
					low = b.at
				}
				high = b.at
			}
			seen += b.count
		}
	}
	sum := 0.0
	for _, b := range points {
		sum += min(max(b.at, low), high) * b.count
	}
	return sum / s.Count, true
}
