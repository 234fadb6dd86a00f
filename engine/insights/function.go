package insights

import (
	"bytes"
	"encoding/json"
	"math"
	"net/netip"
	"unicode/utf8"

	"unyo/engine/shaped"
)

// function is one of the language's functions that look at one row.
type function struct {
	min, max int // arguments; max -1: any number
	make     func(c *compiler, e *Call, x []eval) (eval, *Error)
}

// functions are listed with the pages they stand on in docs/insights.md.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html
var functions map[string]function

func init() {
	functions = map[string]function{
		"abs": numeric(math.Abs), "ceil": numeric(math.Ceil), "floor": numeric(math.Floor), "log": numeric(math.Log), "sqrt": numeric(math.Sqrt),
		"greatest": {1, -1, extreme(1)}, "least": {1, -1, extreme(-1)},

		"ispresent": {1, 1, test(func(v *Value, r *row) bool { return v.Kind != Null })},
		"isempty":   {1, 1, test(func(v *Value, r *row) bool { return v.Kind == Null || len(v.bytes(&r.a)) == 0 })},
		"isblank":   {1, 1, test(func(v *Value, r *row) bool { return v.Kind == Null || len(bytes.TrimSpace(v.bytes(&r.a))) == 0 })},
		"coalesce":  {1, -1, coalesce},

		"concat":  {1, -1, concat},
		"ltrim":   trimming(bytes.TrimLeft),
		"rtrim":   trimming(bytes.TrimRight),
		"trim":    trimming(bytes.Trim),
		"strlen":  {1, 1, strlen},
		"toupper": cased(bytes.ToUpper), "tolower": cased(bytes.ToLower),
		"substr":      {2, 3, substr},
		"replace":     {3, 3, replace},
		"strcontains": {2, 2, strcontains},

		"bin": {1, 1, bin}, "datefloor": {2, 2, dateRound(false)}, "dateceil": {2, 2, dateRound(true)},
		"frommillis": {1, 1, fromMillis}, "tomillis": {1, 1, toMillis}, "now": {0, 0, now},

		"isvalidip":      {1, 1, valid(func(netip.Addr) bool { return true })},
		"isvalidipv4":    {1, 1, valid(netip.Addr.Is4)},
		"isvalidipv6":    {1, 1, valid(netip.Addr.Is6)},
		"isipinsubnet":   {2, 2, inSubnet(func(netip.Addr) bool { return true })},
		"isipv4insubnet": {2, 2, inSubnet(netip.Addr.Is4)},
		"isipv6insubnet": {2, 2, inSubnet(netip.Addr.Is6)},

		"jsonparse": {1, 1, jsonParse}, "jsonstringify": {1, 1, jsonStringify},
	}
}

// call compiles a function: one of a row, or one that aggregates, where stats lets it.
func (c *compiler) call(e *Call) (eval, *Error) {
	if c.gate == nil {
		if x, ok := c.column(e); ok {
			return x, nil
		}
	}
	if e.Func == "unmask" {
		return c.unmask(e)
	}
	if a, ok := aggregates[e.Func]; ok {
		if c.gate == nil {
			return nil, c.fault(e, "the aggregate function %s can only stand in stats,", e.Func)
		}
		return c.gate.add(c, e, a)
	}
	f, ok := functions[e.Func]
	if !ok {
		return nil, c.fault(e, "unknown function %s", e.Func)
	}
	if err := c.count(e, f.min, f.max); err != nil {
		return nil, err
	}
	if f.make == nil {
		return nil, c.fault(e, "the function %s is not supported by this estate,", e.Func)
	}
	switch e.Func {
	case "bin", "datefloor", "dateceil": // their period is no value
		return f.make(c, e, nil)
	}
	x, err := c.exprs(e.Args)
	if err != nil {
		return nil, err
	}
	return f.make(c, e, x)
}

func (c *compiler) count(e *Call, least, most int) *Error {
	if len(e.Args) < least || most >= 0 && len(e.Args) > most {
		return c.fault(e, "the function %s is given %d arguments, which are too many or too few,", e.Func, len(e.Args))
	}
	return nil
}

// unmask is its field as it was sent. The caller of Run has asked whether it may be shown.
func (c *compiler) unmask(e *Call) (eval, *Error) {
	if err := c.count(e, 1, 1); err != nil {
		return nil, err
	}
	if !c.events {
		return nil, c.fault(e, "unmask must stand before commands that gather events,")
	}
	inner := *c
	within := *c.scope
	within.raw = true
	inner.scope = &within
	return inner.expr(e.Args[0])
}

func numeric(f func(float64) float64) function {
	return function{1, 1, func(c *compiler, e *Call, x []eval) (eval, *Error) {
		a := x[0]
		return func(r *row) Value {
			v := a(r)
			if n, ok := v.num(); ok {
				return finite(f(n))
			}
			return Value{}
		}, nil
	}}
}

// extreme is the greatest or the least of the numbers among its arguments.
func extreme(sign int) func(c *compiler, e *Call, x []eval) (eval, *Error) {
	return func(c *compiler, e *Call, x []eval) (eval, *Error) {
		return func(r *row) (best Value) {
			for _, f := range x {
				v := f(r)
				if n, ok := v.num(); ok && (best.Kind == Null || (n-best.N)*float64(sign) > 0) {
					best = number(n)
				}
			}
			return best
		}, nil
	}
}

func test(f func(v *Value, r *row) bool) func(c *compiler, e *Call, x []eval) (eval, *Error) {
	return func(c *compiler, e *Call, x []eval) (eval, *Error) {
		a := x[0]
		return func(r *row) Value { v := a(r); return boolean(f(&v, r)) }, nil
	}
}

func coalesce(c *compiler, e *Call, x []eval) (eval, *Error) {
	return func(r *row) Value {
		for _, f := range x {
			if v := f(r); v.Kind != Null {
				return v
			}
		}
		return Value{}
	}, nil
}

// concat leaves out what is missing.
func concat(c *compiler, e *Call, x []eval) (eval, *Error) {
	return func(r *row) Value {
		var text []byte
		for _, f := range x {
			v := f(r)
			if text = v.appendTo(text); len(text) > maxMade {
				return Value{}
			}
		}
		return str(text)
	}, nil
}

// textual is a function of a text; of what is missing it gives nothing.
func textual(f func(text []byte, r *row) Value) func(c *compiler, e *Call, x []eval) (eval, *Error) {
	return func(c *compiler, e *Call, x []eval) (eval, *Error) {
		a := x[0]
		return func(r *row) Value {
			v := a(r)
			if v.Kind == Null {
				return v
			}
			var text []byte
			return f(v.bytes(&text), r)
		}, nil
	}
}

func cased(f func([]byte) []byte) function {
	return function{1, 1, textual(func(text []byte, _ *row) Value { return str(f(text)) })}
}

func strlen(c *compiler, e *Call, x []eval) (eval, *Error) {
	return textual(func(text []byte, _ *row) Value { return number(float64(utf8.RuneCount(text))) })(c, e, x)
}

// trimming takes white space off, or the characters of a second argument.
func trimming(trim func(b []byte, cut string) []byte) function {
	return function{1, 2, func(c *compiler, e *Call, x []eval) (eval, *Error) {
		if len(x) == 1 {
			return textual(func(text []byte, _ *row) Value { return str(trim(text, " \t\n\v\f\r\u0085\u00a0")) })(c, e, x)
		}
		cut := x[1]
		return textual(func(text []byte, r *row) Value {
			v := cut(r)
			return str(trim(text, string(v.bytes(&r.b))))
		})(c, e, x)
	}}
}

// substr counts characters from 0.
func substr(c *compiler, e *Call, x []eval) (eval, *Error) {
	return textual(func(text []byte, r *row) Value {
		v := x[1](r)
		from, ok := v.num()
		if !ok || from < 0 {
			return Value{}
		}
		length := math.Inf(1)
		if len(x) == 3 {
			v := x[2](r)
			if length, ok = v.num(); !ok || length < 0 {
				return Value{}
			}
		}
		text = skipRunes(text, math.Floor(from))
		rest := skipRunes(text, math.Floor(length))
		return str(text[:len(text)-len(rest)])
	})(c, e, x)
}

func skipRunes(b []byte, n float64) []byte {
	for ; n > 0 && len(b) > 0; n-- {
		_, size := utf8.DecodeRune(b)
		b = b[size:]
	}
	return b
}

// maxMade bounds the texts that functions may make: replace and concat can grow what they are given. A larger one is missing.
const maxMade = 4 << 20

func replace(c *compiler, e *Call, x []eval) (eval, *Error) {
	return textual(func(text []byte, r *row) Value {
		old, by := x[1](r), x[2](r)
		var a, b []byte
		from, to := old.bytes(&a), by.bytes(&b)
		if old.Kind == Null || by.Kind == Null || len(from) == 0 {
			return str(text)
		}
		if n := bytes.Count(text, from); n*len(to) > maxMade {
			return Value{}
		}
		return str(bytes.ReplaceAll(text, from, to))
	})(c, e, x)
}

func strcontains(c *compiler, e *Call, x []eval) (eval, *Error) {
	asked := -1
	if t, ok := e.Args[1].(*Text); ok {
		asked = c.asks(e.Args[0], holds(t.Value))
	}
	return func(r *row) Value {
		if a := r.told(asked); a != nil {
			return boolean(a.Verdict == shaped.Yes)
		}
		v, s := x[0](r), x[1](r)
		return boolean(v.Kind != Null && s.Kind != Null && bytes.Contains(v.bytes(&r.a), s.bytes(&r.b)))
	}, nil
}

// address reads v as an IP address.
func address(v *Value) (netip.Addr, bool) {
	if v.Kind != Str || len(v.Text) > 64 {
		return netip.Addr{}, false
	}
	a, err := netip.ParseAddr(string(v.Text))
	return a, err == nil && a.Zone() == ""
}

func valid(f func(netip.Addr) bool) func(c *compiler, e *Call, x []eval) (eval, *Error) {
	return test(func(v *Value, _ *row) bool {
		a, ok := address(v)
		return ok && f(a)
	})
}

// inSubnet wants a subnet in the notation of CIDR.
func inSubnet(f func(netip.Addr) bool) func(c *compiler, e *Call, x []eval) (eval, *Error) {
	return func(c *compiler, e *Call, x []eval) (eval, *Error) {
		if t, ok := e.Args[1].(*Text); ok {
			p, err := netip.ParsePrefix(t.Value)
			if err != nil || !f(p.Addr()) {
				return nil, c.fault(e.Args[1], "%s is not a subnet in CIDR notation for %s,", t.Value, e.Func)
			}
			return func(r *row) Value {
				v := x[0](r)
				a, ok := address(&v)
				return boolean(ok && f(a) && p.Contains(a))
			}, nil
		}
		return func(r *row) Value {
			v, s := x[0](r), x[1](r)
			a, ok := address(&v)
			p, err := netip.ParsePrefix(s.String())
			return boolean(ok && err == nil && f(a) && p.Contains(a))
		}, nil
	}
}

// jsonParse gives an object or a list, whose parts then have names.
func jsonParse(c *compiler, e *Call, x []eval) (eval, *Error) {
	return func(r *row) Value {
		v := x[0](r)
		if v.Kind == Doc {
			return v
		}
		t := bytes.TrimSpace(v.Text)
		if v.Kind != Str || len(t) == 0 || t[0] != '{' && t[0] != '[' || !json.Valid(t) {
			return Value{}
		}
		return Value{Kind: Doc, Text: t}
	}, nil
}

func jsonStringify(c *compiler, e *Call, x []eval) (eval, *Error) {
	return func(r *row) Value {
		v := x[0](r)
		if v.Kind != Doc {
			return v
		}
		var b bytes.Buffer
		if json.Compact(&b, v.Text) != nil {
			return Value{}
		}
		return str(b.Bytes())
	}, nil
}

// part is what lies in a document under the names of parts.
func (r *row) part(v Value, parts []string) Value {
	for len(parts) > 0 {
		if v.Kind != Doc {
			return Value{}
		}
		v, parts = r.child(v.Text, parts)
	}
	return v
}
