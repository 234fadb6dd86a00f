package metricmath

import "math"

// Scope is what an expression is evaluated in. It must not change s.Points of what it hands out.
type Scope struct {
	Start, End int64 // of the request, Unix seconds; instants lie a whole number of periods behind Start
	Period     int64 // of series that are made of numbers, seconds
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
	switch n.kind {
	case 'o':
		return combine(args[0], args[1], operators[n.text])
	case 'l':
		return array(args)
	}
	f := functions[n.text]
	if len(args) < f.least || len(args) > f.most {
		return Value{}, refuse("%s does not take %d arguments", n.text, len(args))
	}
	return f.do(in, args)
}

// array puts time series beside each other.
func array(args []Value) (Value, error) {
	out := Value{Kind: Many}
	for _, a := range args {
		if a.Kind != One && a.Kind != Many {
			return Value{}, refuse("an array holds time series only")
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
