package metricmath

import "math"

// Scope is what an expression is evaluated in. It must not change s.Points of what it hands out.
type Scope struct {
	Start, End int64 // of the request, Unix seconds; instants lie a whole number of periods behind Start
	Period     int64 // of series that are made of numbers, seconds
	// Room is how many points may still be computed: an expression of a kilobyte can ask for more than any machine holds.
	Room int
	// Lookup gives the value of a metric or another expression.
	Lookup func(id string) (Value, error)
	// Metrics are the metrics of the request (no expressions) whose id holds part, in the order of the request.
	Metrics func(part string) []Series
}

// Of makes the value of a metric.
func Of(s Series) Value { return one(s) }

// Eval computes e.
func (e *Expression) Eval(in *Scope) (Value, error) {
	v, err := e.root.eval(in)
	if err == nil && v.Kind == text {
		err = refuse("%s is no time series", v.text)
	}
	return v, err
}

func (n *node) eval(in *Scope) (Value, error) {
	switch n.kind {
	case 'n':
		return number(n.num), nil
	case 't':
		return Value{Kind: text, text: n.text}, nil
	case 'i':
		return in.Lookup(n.text)
	}
	args := make([]Value, len(n.args))
	for i := range n.args {
		var err error
		if args[i], err = n.args[i].eval(in); err != nil {
			return Value{}, err
		}
	}
	if n.kind == 'l' {
		return array(args)
	}
	v, err := n.compute(in, args)
	if err == nil {
		err = in.take(v.points())
	}
	return v, err
}

func (n *node) compute(in *Scope, args []Value) (Value, error) {
	if n.kind == 'o' {
		return combine(args[0], args[1], operators[n.text])
	}
	f := functions[n.text]
	if len(args) < f.least || len(args) > f.most {
		return Value{}, refuse("%s does not take %d arguments", n.text, len(args))
	}
	return f.do(in, args)
}

// take takes room for points.
func (in *Scope) take(points int) error {
	if in.Room -= points; in.Room < 0 {
		return refuse("the request asks for too many data points")
	}
	return nil
}

func (v Value) points() (n int) {
	for _, s := range v.List {
		n += len(s.Points)
	}
	return n
}

// maxSeries is how many time series an array may hold: as many as a search finds.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-search-expressions.html
const maxSeries = 500

// array puts time series beside each other.
func array(args []Value) (Value, error) {
	out := Value{Kind: Many}
	for _, a := range args {
		if a.Kind != One && a.Kind != Many {
			return Value{}, refuse("an array holds time series only")
		}
		if len(out.List)+len(a.List) > maxSeries {
			return Value{}, refuse("an array holds at most %d time series", maxSeries)
		}
		out.List = append(out.List, a.List...)
	}
	return out, nil
}

var operators = map[string]func(x, y float64) float64{
	"+": func(x, y float64) float64 { return x + y }, "-": func(x, y float64) float64 { return x - y },
	"*": func(x, y float64) float64 { return x * y }, "/": func(x, y float64) float64 { return x / y },
	"^":  math.Pow,
	"==": func(x, y float64) float64 { return truth(x == y) }, "!=": func(x, y float64) float64 { return truth(x != y) },
	"<": func(x, y float64) float64 { return truth(x < y) }, "<=": func(x, y float64) float64 { return truth(x <= y) },
	">": func(x, y float64) float64 { return truth(x > y) }, ">=": func(x, y float64) float64 { return truth(x >= y) },
	"&&": and, "AND": and, "||": or, "OR": or,
}

func and(x, y float64) float64 { return truth(x != 0 && y != 0) }
func or(x, y float64) float64  { return truth(x != 0 || y != 0) }
