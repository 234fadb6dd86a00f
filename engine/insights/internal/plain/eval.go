package plain

import (
	"bytes"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"unyo/engine/insights"
)

var decimal = regexp.MustCompile(`^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?$`)

// num is a value as a number.
func num(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case instant:
		return float64(v), true
	case string:
		if !decimal.MatchString(v) || len(v) > 64 {
			return 0, false
		}
		f, err := strconv.ParseFloat(v, 64)
		return f, err == nil
	}
	return 0, false
}

func truth(v any) bool {
	n, ok := num(v)
	return ok && n != 0 || v == "true"
}

func flag(b bool) any {
	if b {
		return 1.0
	}
	return 0.0
}

// eval is what an expression gives in a row.
func (r *row) eval(e insights.Expr) any {
	switch e := e.(type) {
	case *insights.Number:
		return e.Value
	case *insights.Text:
		return e.Value
	case *insights.Name:
		return r.vals[e.Path]
	case *insights.Unary:
		x := r.eval(e.X)
		if e.Op == "not" {
			return flag(!truth(x))
		}
		if n, ok := num(x); ok {
			return -n
		}
		return nil
	case *insights.Binary:
		return r.binary(e)
	case *insights.In:
		found := false
		for _, x := range e.List {
			found = found || same(r.eval(e.X), r.eval(x))
		}
		return flag(found != e.Not)
	case *insights.Like:
		x := r.eval(e.X)
		has := false
		if e.Regex != nil {
			has = x != nil && e.Regex.MatchString(text(x))
		} else {
			sub := r.eval(e.Sub)
			has = x != nil && sub != nil && strings.Contains(text(x), text(sub))
		}
		return flag(has != e.Not)
	case *insights.Call:
		return r.call(e)
	}
	panic("no such expression")
}

// same reports x = y: by number where one of them is one, by text otherwise.
func same(x, y any) bool {
	if x == nil || y == nil {
		return false
	}
	a, isA := x.(string)
	b, isB := y.(string)
	if isA && isB {
		return a == b
	}
	n, ok := num(x)
	m, fine := num(y)
	if ok && fine {
		return n == m
	}
	_, timeX := x.(instant)
	_, timeY := y.(instant)
	return (timeX || timeY) && text(x) == text(y)
}

func (r *row) binary(e *insights.Binary) any {
	x, y := r.eval(e.X), r.eval(e.Y)
	switch e.Op {
	case "and":
		return flag(truth(x) && truth(y))
	case "or":
		return flag(truth(x) || truth(y))
	case "=":
		return flag(same(x, y))
	case "!=":
		return flag(!same(x, y))
	}
	n, ok := num(x)
	m, fine := num(y)
	if strings.ContainsAny(e.Op, "<>") {
		if x == nil || y == nil {
			return 0.0
		}
		c := strings.Compare(text(x), text(y))
		if ok && fine {
			c = map[bool]int{true: -1}[n < m] + map[bool]int{true: 1}[n > m]
		}
		return flag(c < 0 && e.Op[0] == '<' || c > 0 && e.Op[0] == '>' || c == 0 && len(e.Op) == 2)
	}
	if !ok || !fine {
		return nil
	}
	f := map[string]func() float64{
		"+": func() float64 { return n + m }, "-": func() float64 { return n - m }, "*": func() float64 { return n * m }, "/": func() float64 { return n / m },
		"%": func() float64 { return math.Mod(n, m) }, "^": func() float64 { return math.Pow(n, m) },
	}[e.Op]()
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil
	}
	return f
}

func (r *row) call(e *insights.Call) any {
	if group, ok := r.vals["group"]; ok {
		return aggregate(e, group.([]*row))
	}
	var x []any
	for _, a := range e.Args {
		if _, ok := a.(*insights.Period); !ok {
			x = append(x, r.eval(a))
		}
	}
	switch e.Func {
	case "ispresent":
		return flag(x[0] != nil)
	case "coalesce":
		for _, v := range x {
			if v != nil {
				return v
			}
		}
		return nil
	case "bin":
		p := e.Args[0].(*insights.Period)
		size := map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour}[p.Unit] * time.Duration(p.N)
		at, ok := r.vals["@timestamp"].(instant)
		if !ok {
			return nil
		}
		return instant(int64(at) / size.Milliseconds() * size.Milliseconds())
	case "abs", "floor":
		n, ok := num(x[0])
		if !ok {
			return nil
		}
		return map[string]func(float64) float64{"abs": math.Abs, "floor": math.Floor}[e.Func](n)
	case "concat":
		out := ""
		for _, v := range x {
			out += text(v)
		}
		return out
	}
	if x[0] == nil {
		return nil
	}
	switch t := text(x[0]); e.Func {
	case "toupper":
		return string(bytes.ToUpper([]byte(t)))
	case "strlen":
		return float64(utf8.RuneCountInString(t))
	}
	panic("no function " + e.Func)
}

// rank is the order of sort.
func rank(a, b any) int {
	n, isN := num(a)
	m, isM := num(b)
	class := func(v any, number bool) int { return map[bool]int{true: 1}[v != nil] + map[bool]int{true: 1}[number] }
	if c := class(a, isN) - class(b, isM); c != 0 {
		return c
	}
	if isN {
		if n == m {
			return strings.Compare(text(a), text(b))
		}
		return map[bool]int{true: -1}[n < m] + map[bool]int{true: 1}[n > m]
	}
	if a == nil {
		return 0
	}
	return natural(text(a), text(b))
}

var chunk = regexp.MustCompile(`[0-9]+|(?s:.)`)

func natural(a, b string) int {
	p, q := chunk.FindAllString(a, -1), chunk.FindAllString(b, -1)
	for i := range min(len(p), len(q)) {
		x, y := p[i], q[i]
		if decimal.MatchString(x) && decimal.MatchString(y) && len(x) != len(y) {
			return len(x) - len(y)
		}
		if x != y {
			return strings.Compare(x, y)
		}
	}
	return len(a) - len(b)
}
