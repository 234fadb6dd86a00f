package metricmath

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// Kind of a value.
type Kind int

const (
	Number Kind = iota // S in AWS's tables
	One                // TS
	Many               // TS[]
	text               // a name or a quoted text, only as an argument
)

// Value is what an expression yields.
type Value struct {
	Kind   Kind
	Number float64
	List   []Series // One: exactly one
	text   string
}

// Series is a time series.
type Series struct {
	Label  string
	Period int64 // seconds
	Points []Point
}

// Point is a value at an instant, in Unix seconds. The points of a series ascend.
type Point struct {
	At    int64
	Value float64
}

func one(s Series) Value { return Value{Kind: One, List: []Series{s}} }

func number(x float64) Value { return Value{Number: x} }

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// with is s with other points; what is not finite is none.
func (s Series) with(points []Point) Series {
	s.Points = slices.DeleteFunc(points, func(p Point) bool { return math.IsNaN(p.Value) || math.IsInf(p.Value, 0) })
	return s
}

// each makes a series of s point by point.
func (s Series) each(f func(p Point) float64) Series {
	points := make([]Point, len(s.Points))
	for i, p := range s.Points {
		points[i] = Point{p.At, f(p)}
	}
	return s.with(points)
}

// steps makes a series of each point and the one before it.
func (s Series) steps(f func(last, p Point) float64) Series {
	var points []Point
	for i := 1; i < len(s.Points); i++ {
		points = append(points, Point{s.Points[i].At, f(s.Points[i-1], s.Points[i])})
	}
	return s.with(points)
}

// at is the value at an instant.
func (s Series) at(t int64) (float64, bool) {
	i, ok := slices.BinarySearchFunc(s.Points, t, func(p Point, t int64) int { return cmp.Compare(p.At, t) })
	if !ok {
		return 0, false
	}
	return s.Points[i].Value, true
}

func (s Series) values() []float64 {
	out := make([]float64, len(s.Points))
	for i, p := range s.Points {
		out[i] = p.Value
	}
	return out
}

// across aggregates several series instant by instant, over those that have a value there.
func across(list []Series, f func([]float64) float64) Series {
	at := map[int64][]float64{}
	out := Series{}
	for _, s := range list {
		out.Period = max(out.Period, s.Period)
		for _, p := range s.Points {
			at[p.At] = append(at[p.At], p.Value)
		}
	}
	var points []Point
	for _, t := range slices.Sorted(maps.Keys(at)) {
		points = append(points, Point{t, f(at[t])})
	}
	return out.with(points)
}

// mapped applies f to each series of v.
func (v Value) mapped(f func(Series) Series) Value {
	out := Value{Kind: v.Kind, List: make([]Series, len(v.List))}
	for i, s := range v.List {
		out.List[i] = f(s)
	}
	return out
}

// combine is a op b for every pairing that AWS has: numbers with all, a series with a series or with each of an array.
func combine(a, b Value, f func(x, y float64) float64) (Value, error) {
	switch {
	case a.Kind == text || b.Kind == text:
		return Value{}, refuse("text has no value to calculate with")
	case a.Kind == Number && b.Kind == Number:
		return number(f(a.Number, b.Number)), nil
	case a.Kind == Number:
		return b.mapped(func(s Series) Series { return s.each(func(p Point) float64 { return f(a.Number, p.Value) }) }), nil
	case b.Kind == Number:
		return a.mapped(func(s Series) Series { return s.each(func(p Point) float64 { return f(p.Value, b.Number) }) }), nil
	case a.Kind == Many && b.Kind == Many:
		return Value{}, refuse("an operator between two arrays of time series is not possible")
	case b.Kind == Many:
		return b.mapped(func(s Series) Series { return paired(a.List[0], s, s.Label, f) }), nil
	}
	return a.mapped(func(s Series) Series { return paired(s, b.List[0], s.Label, f) }), nil
}

func paired(a, b Series, label string, f func(x, y float64) float64) Series {
	out := Series{Label: label, Period: max(a.Period, b.Period)}
	var points []Point
	for _, p := range a.Points {
		if y, ok := b.at(p.At); ok {
			points = append(points, Point{p.At, f(p.Value, y)})
		}
	}
	return out.with(points)
}
