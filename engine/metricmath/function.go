package metricmath

import (
	"cmp"
	"math"
	"slices"
	"time"
)

type function struct {
	least, most int
	do          func(in *Scope, args []Value) (Value, error)
}

// absent are AWS's functions that are not here.
var absent = []string{"ANOMALY_DETECTION_BAND", "DB_PERF_INSIGHTS", "INSIGHT_RULE_METRIC", "LAMBDA", "SEARCH", "SERVICE_QUOTA"}

var functions map[string]function

func init() { // in a function, for the parser looks into the table that its results are looked up in
	functions = map[string]function{
		"SUM": aggregate(sum), "AVG": aggregate(average), "MIN": aggregate(slices.Min[[]float64]), "MAX": aggregate(slices.Max[[]float64]), "STDDEV": aggregate(deviation),
		"DATAPOINT_COUNT": {1, 1, dataPointCount},
		"ABS":             pointwise(math.Abs), "CEIL": pointwise(math.Ceil), "FLOOR": pointwise(math.Floor), "LOG": pointwise(math.Log), "LOG10": pointwise(math.Log10),
		"DIFF":      stepwise(func(a, b Point) float64 { return b.Value - a.Value }),
		"DIFF_TIME": stepwise(func(a, b Point) float64 { return float64(b.At - a.At) }),
		"RATE":      stepwise(func(a, b Point) float64 { return (b.Value - a.Value) / float64(b.At-a.At) }),
		"MINUTE":    calendar(time.Time.Minute), "HOUR": calendar(time.Time.Hour), "DATE": calendar(time.Time.Day), "YEAR": calendar(time.Time.Year),
		"DAY":   calendar(func(t time.Time) int { return (int(t.Weekday())+6)%7 + 1 }), // Monday is 1
		"MONTH": calendar(func(t time.Time) int { return int(t.Month()) }),
		"EPOCH": calendar(func(t time.Time) int { return int(t.Unix()) }),
		"FILL":  {2, 2, fill}, "IF": {2, 3, choose}, "METRICS": {0, 1, metrics}, "METRIC_COUNT": {1, 1, metricCount}, "PERIOD": {1, 1, period},
		"FIRST": {1, 1, first}, "LAST": {1, 1, last}, "REMOVE_EMPTY": {1, 1, removeEmpty}, "RUNNING_SUM": {1, 1, runningSum},
		"SLICE": {2, 3, slice}, "SORT": {3, 4, order}, "TIME_SERIES": {1, 1, timeSeries},
	}
}

func sum(list []float64) float64 {
	total := 0.0
	for _, x := range list {
		total += x
	}
	return total
}

func average(list []float64) float64 { return sum(list) / float64(len(list)) }

// deviation is that of the whole population; AWS does not say which.
func deviation(list []float64) float64 {
	mean, squares := average(list), 0.0
	for _, x := range list {
		squares += (x - mean) * (x - mean)
	}
	return math.Sqrt(squares / float64(len(list)))
}

// series refuses what is neither a series nor an array.
func series(v Value) error {
	if v.Kind != One && v.Kind != Many {
		return refuse("a time series is expected")
	}
	return nil
}

// aggregate gives a number of a series, a series of an array.
func aggregate(f func([]float64) float64) function {
	return function{1, 1, func(_ *Scope, args []Value) (Value, error) {
		switch v := args[0]; {
		case series(v) != nil:
			return Value{}, series(v)
		case v.Kind == Many:
			return one(across(v.List, f)), nil
		case len(v.List[0].Points) == 0:
			return number(math.NaN()), nil // of nothing nothing follows
		default:
			return number(f(v.List[0].values())), nil
		}
	}}
}

func dataPointCount(in *Scope, args []Value) (Value, error) {
	v := args[0]
	if v.Kind == One {
		return number(float64(len(v.List[0].Points))), nil
	}
	return aggregate(func(list []float64) float64 { return float64(len(list)) }).do(in, args)
}

// pointwise also takes a number.
func pointwise(f func(float64) float64) function {
	return function{1, 1, func(_ *Scope, args []Value) (Value, error) {
		if args[0].Kind == Number {
			return number(f(args[0].Number)), nil
		}
		if err := series(args[0]); err != nil {
			return Value{}, err
		}
		return args[0].mapped(func(s Series) Series { return s.each(func(p Point) float64 { return f(p.Value) }) }), nil
	}}
}

func stepwise(f func(a, b Point) float64) function {
	return function{1, 1, func(_ *Scope, args []Value) (Value, error) {
		if err := series(args[0]); err != nil {
			return Value{}, err
		}
		return args[0].mapped(func(s Series) Series { return s.steps(f) }), nil
	}}
}

func calendar(f func(time.Time) int) function {
	return function{1, 1, func(_ *Scope, args []Value) (Value, error) {
		if err := series(args[0]); err != nil {
			return Value{}, err
		}
		return args[0].mapped(func(s Series) Series {
			return s.each(func(p Point) float64 { return float64(f(time.Unix(p.At, 0).UTC())) })
		}), nil
	}}
}

func runningSum(_ *Scope, args []Value) (Value, error) {
	if err := series(args[0]); err != nil {
		return Value{}, err
	}
	return args[0].mapped(func(s Series) Series {
		total := 0.0
		return s.each(func(p Point) float64 { total += p.Value; return total })
	}), nil
}

// choose takes by condition. Without a third argument there is no data point where it does not hold.
func choose(_ *Scope, args []Value) (Value, error) {
	cond, yes := args[0], args[1]
	no := Value{Kind: One, List: make([]Series, 1)}
	if len(args) == 3 {
		no = args[2]
	}
	if cond.Kind == Number {
		if cond.Number != 0 {
			return yes, nil
		}
		return no, nil
	}
	if cond.Kind != One || yes.Kind > One || no.Kind > One {
		return Value{}, refuse("IF takes numbers and single time series")
	}
	out := Series{Label: cond.List[0].Label, Period: cond.List[0].Period}
	var points []Point
	for _, p := range cond.List[0].Points {
		v := no
		if p.Value != 0 {
			v = yes
		}
		x, ok := v.Number, v.Kind == Number
		if !ok {
			x, ok = v.List[0].at(p.At)
		}
		if ok {
			points = append(points, Point{p.At, x})
		}
	}
	return one(out.with(points)), nil
}

func metrics(in *Scope, args []Value) (Value, error) {
	part := ""
	if len(args) == 1 {
		if args[0].Kind != text {
			return Value{}, refuse("METRICS takes a text")
		}
		part = args[0].text
	}
	return Value{Kind: Many, List: in.Metrics(part)}, nil
}

func metricCount(_ *Scope, args []Value) (Value, error) {
	return number(float64(len(args[0].List))), series(args[0])
}

func period(_ *Scope, args []Value) (Value, error) {
	if args[0].Kind != One {
		return Value{}, refuse("PERIOD takes one time series")
	}
	return number(float64(args[0].List[0].Period)), nil
}

func pick(v Value, i int) (Value, error) {
	if err := series(v); err != nil {
		return Value{}, err
	}
	if i < 0 || i >= len(v.List) {
		return one(Series{}), nil
	}
	return one(v.List[i]), nil
}

func first(_ *Scope, args []Value) (Value, error) { return pick(args[0], 0) }
func last(_ *Scope, args []Value) (Value, error)  { return pick(args[0], len(args[0].List)-1) }

func removeEmpty(_ *Scope, args []Value) (Value, error) {
	list := slices.DeleteFunc(slices.Clone(args[0].List), func(s Series) bool { return len(s.Points) == 0 })
	return Value{Kind: Many, List: list}, series(args[0])
}

// slice takes part of an array: from the first index up to before the second, or the one at the only index.
func slice(_ *Scope, args []Value) (Value, error) {
	list := args[0].List
	if args[0].Kind != Many || args[1].Kind != Number {
		return Value{}, refuse("SLICE takes an array and numbers")
	}
	bound := func(x float64) int { return int(min(max(x, 0), float64(len(list)))) }
	from := bound(args[1].Number)
	if len(args) == 2 {
		return pick(args[0], from)
	}
	if args[2].Kind != Number {
		return Value{}, refuse("SLICE takes an array and numbers")
	}
	return Value{Kind: Many, List: list[from:max(from, bound(args[2].Number))]}, nil
}

// order sorts an array by what a function says of each series, and takes the first n. A series without points is last.
func order(_ *Scope, args []Value) (Value, error) {
	by := map[string]func([]float64) float64{"SUM": sum, "AVG": average, "MIN": slices.Min[[]float64], "MAX": slices.Max[[]float64]}[args[1].text]
	if args[0].Kind != Many || by == nil || args[2].text != "ASC" && args[2].text != "DESC" {
		return Value{}, refuse("SORT takes an array, SUM, AVG, MIN or MAX, and ASC or DESC")
	}
	list := slices.Clone(args[0].List)
	slices.SortStableFunc(list, func(a, b Series) int {
		if len(a.Points) == 0 || len(b.Points) == 0 {
			return cmp.Compare(truth(len(a.Points) == 0), truth(len(b.Points) == 0))
		}
		c := cmp.Compare(by(a.values()), by(b.values()))
		if args[2].text == "DESC" {
			return -c
		}
		return c
	})
	if len(args) == 4 {
		if args[3].Kind != Number {
			return Value{}, refuse("SORT takes a number of time series")
		}
		list = list[:int(min(max(args[3].Number, 0), float64(len(list))))]
	}
	return Value{Kind: Many, List: list}, nil
}
