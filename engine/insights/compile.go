package insights

import (
	"bytes"
	"math"
	"slices"
	"strings"

	"unyo/engine/shaped"
)

// eval is a compiled expression, step a compiled command that looks at one row and hands it on.
type (
	eval func(r *row) Value
	step func(r *row)
)

// program is a query made ready.
type program struct {
	width   int      // slots
	lookups []lookup // by slot: where it does not come out of the message
	paths   []path   // JSON fields
	formats []path   // fields of lines in formats that are not JSON
	made    []int    // slots that commands set
	started float64  // now(), seconds
	masked  bool     // a field is wanted as it was sent

	questions []question // that shapes may answer
	bins      int        // periods that rows remember
}

// scope is what names mean at one place of a query.
type scope struct {
	p      *program
	events bool           // a name that is not known is a field of the event
	slots  map[string]int // names that commands have given
	found  map[string]int // fields of the event
	raw    bool
}

func (s *scope) slot() int {
	s.p.width++
	s.p.lookups = append(s.p.lookups, nil)
	return s.p.width - 1
}

// make gives a name to what a command sets.
func (s *scope) make(name string) int {
	slot := s.hidden()
	s.slots[name] = slot
	return slot
}

func (s *scope) hidden() int {
	slot := s.slot()
	s.p.made = append(s.p.made, slot)
	return slot
}

// name compiles the use of a name: what a command has given, a part of that, or a field of the event.
func (s *scope) name(n *Name) eval {
	if slot, ok := s.slots[n.Path]; ok && !s.raw {
		return func(r *row) Value { return r.field(slot) }
	}
	for i := len(n.Parts) - 1; i > 0 && !s.raw; i-- {
		if slot, ok := s.slots[strings.Join(n.Parts[:i], ".")]; ok {
			rest := n.Parts[i:]
			return func(r *row) Value { return r.part(r.field(slot), rest) }
		}
	}
	if !s.events {
		return func(*row) Value { return Value{} }
	}
	if s.raw {
		return s.unmasked(n.Path)
	}
	slot := s.event(n.Path)
	return func(r *row) Value { return r.field(slot) }
}

// own reports whether a name is the event's own field, which no command has set.
func (s *scope) own(name string) bool {
	_, set := s.slots[name]
	return s.events && !s.raw && !set
}

// knows reports whether a command has given the name, or one that it is a part of.
func (s *scope) knows(n *Name) bool {
	for i := len(n.Parts); i > 0; i-- {
		if _, ok := s.slots[strings.Join(n.Parts[:i], ".")]; ok {
			return true
		}
	}
	return false
}

// event is the slot of an event's field.
func (s *scope) event(name string) int {
	if slot, ok := s.found[name]; ok {
		return slot
	}
	slot := s.slot()
	s.found[name] = slot
	if f, ok := system[name]; ok {
		s.p.lookups[slot] = f
		return slot
	}
	if rest, ok := strings.CutPrefix(name, "@entity."); ok {
		s.p.lookups[slot] = entity(rest)
		return slot
	}
	if formatted[name] {
		s.p.formats = append(s.p.formats, path{name, slot})
	}
	if n, ok := jsonName(name); ok {
		s.p.paths = append(s.p.paths, path{n, slot})
	}
	return slot
}

// unmasked looks a field up in the event as it was sent.
func (s *scope) unmasked(name string) eval {
	s.p.masked = true
	inner := &program{started: s.p.started}
	slot := (&scope{p: inner, events: true, found: map[string]int{}}).event(name)
	return func(r *row) Value {
		if r.ev == nil {
			return Value{}
		}
		r.message() // it may have to be put together
		x := inner.row()
		x.reset(r.ev, r.group, r.at.group)
		x.raw = true
		return x.field(slot)
	}
}

// canonical is a column's name however a query's text spells it.
func canonical(text string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if r == ' ' || r == '\n' || r == '\t' || r == '\r' {
			return -1
		}
		return r
	}, text))
}

// compiler turns one query's expressions into closures.
type compiler struct {
	*scope
	text string
	gate *aggregator // in stats: where aggregating functions go; nil: there must be none
}

// of is the text of an expression.
func (c *compiler) of(e Expr) string {
	at := e.span()
	return c.text[at.Start:at.End]
}

func (c *compiler) expr(e Expr) (eval, *Error) {
	switch e := e.(type) {
	case *Number:
		v := number(e.Value)
		return func(*row) Value { return v }, nil
	case *Text:
		v := str([]byte(e.Value))
		return func(*row) Value { return v }, nil
	case *Name:
		if c.gate != nil && !c.knows(e) {
			return nil, c.fault(e, "%s must stand in an aggregate function or behind by", e.Path)
		}
		return c.name(e), nil
	case *Call:
		return c.call(e)
	case *Unary:
		return c.unary(e)
	case *Binary:
		return c.binary(e)
	case *In:
		return c.in(e)
	case *Like:
		return c.like(e)
	case *Period:
		return nil, c.fault(e, "a time period cannot stand here")
	}
	return nil, c.fault(e, "* cannot stand here")
}

// fault is a refusal of what is at an expression.
func (c *compiler) fault(e Expr, format string, args ...any) *Error {
	at := e.span()
	return fault(at, format+" "+where(c.text, at.Start), args...)
}

func (c *compiler) exprs(list []Expr) ([]eval, *Error) {
	out := make([]eval, len(list))
	for i, e := range list {
		var err *Error
		if out[i], err = c.expr(e); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (c *compiler) unary(e *Unary) (eval, *Error) {
	x, err := c.expr(e.X)
	if err != nil {
		return nil, err
	}
	if e.Op == "not" {
		return func(r *row) Value { v := x(r); return boolean(!v.truth()) }, nil
	}
	return func(r *row) Value {
		v := x(r)
		if n, ok := v.num(); ok {
			return number(-n)
		}
		return Value{}
	}, nil
}

// column finds a column that has the text of e for its name: sort count(*), where stats has no alias for it.
func (c *compiler) column(e Expr) (eval, bool) {
	if slot, ok := c.slots[c.of(e)]; ok {
		return func(r *row) Value { return r.field(slot) }, true
	}
	want := canonical(c.of(e))
	for _, name := range slices.Sorted(keys(c.slots)) {
		if canonical(name) == want {
			slot := c.slots[name]
			return func(r *row) Value { return r.field(slot) }, true
		}
	}
	return nil, false
}

func (c *compiler) binary(e *Binary) (eval, *Error) {
	x, err := c.expr(e.X)
	if err != nil {
		return nil, err
	}
	y, err := c.expr(e.Y)
	if err != nil {
		return nil, err
	}
	switch e.Op {
	case "and":
		return func(r *row) Value {
			v := x(r)
			if v.truth() {
				v = y(r)
				return boolean(v.truth())
			}
			return number(0)
		}, nil
	case "or":
		return func(r *row) Value {
			v := x(r)
			if !v.truth() {
				v = y(r)
				return boolean(v.truth())
			}
			return number(1)
		}, nil
	case "=":
		return func(r *row) Value { a, b := x(r), y(r); return boolean(equal(&a, &b, &r.a)) }, nil
	case "!=":
		return func(r *row) Value { a, b := x(r), y(r); return boolean(!equal(&a, &b, &r.a)) }, nil
	case "<", "<=", ">", ">=":
		return ordered(e.Op, x, y), nil
	}
	return arithmetic(e.Op, x, y), nil
}

func ordered(op string, x, y eval) eval {
	var holds [3]bool // for less, equal, more
	holds[0] = op[0] == '<'
	holds[1] = len(op) == 2
	holds[2] = op[0] == '>'
	return func(r *row) Value {
		a, b := x(r), y(r)
		n, ok := compare(&a, &b)
		return boolean(ok && holds[max(-1, min(1, n))+1])
	}
}

// arithmetic gives nothing where an operand is no number, or the result would be none.
func arithmetic(op string, x, y eval) eval {
	var f func(a, b float64) float64
	switch op {
	case "+":
		f = func(a, b float64) float64 { return a + b }
	case "-":
		f = func(a, b float64) float64 { return a - b }
	case "*":
		f = func(a, b float64) float64 { return a * b }
	case "/":
		f = func(a, b float64) float64 { return a / b }
	case "%":
		f = math.Mod
	default:
		f = math.Pow
	}
	return func(r *row) Value {
		a, b := x(r), y(r)
		n, ok := a.num()
		if !ok {
			return Value{}
		}
		m, ok := b.num()
		if !ok {
			return Value{}
		}
		return finite(f(n, m))
	}
}

func finite(n float64) Value {
	if math.IsNaN(n) || math.IsInf(n, 0) {
		return Value{}
	}
	return number(n)
}

// in wants the whole of a text. What is missing is in no list.
func (c *compiler) in(e *In) (eval, *Error) {
	x, err := c.expr(e.X)
	if err != nil {
		return nil, err
	}
	list, err := c.exprs(e.List)
	if err != nil {
		return nil, err
	}
	texts, constant := map[string]bool{}, true
	for _, m := range e.List {
		t, ok := m.(*Text)
		if constant = constant && ok; constant {
			texts[t.Value] = true
		}
	}
	not := e.Not
	return func(r *row) Value {
		v := x(r)
		if constant && v.Kind == Str {
			return boolean(texts[string(v.Text)] != not)
		}
		for _, m := range list {
			w := m(r)
			if equal(&v, &w, &r.a) {
				return boolean(!not)
			}
		}
		return boolean(not)
	}, nil
}

func (c *compiler) like(e *Like) (eval, *Error) {
	x, err := c.expr(e.X)
	if err != nil {
		return nil, err
	}
	not := e.Not
	if e.Regex != nil {
		return c.likeRegex(e, x), nil
	}
	sub, err := c.expr(e.Sub)
	if err != nil {
		return nil, err
	}
	asked := -1
	if t, ok := e.Sub.(*Text); ok {
		asked = c.asks(e.X, holds(t.Value))
	}
	return func(r *row) Value {
		if a := r.told(asked); a != nil {
			return boolean((a.Verdict == shaped.Yes) != not)
		}
		v, s := x(r), sub(r)
		has := v.Kind != Null && s.Kind != Null && bytes.Contains(v.bytes(&r.a), s.bytes(&r.b))
		return boolean(has != not)
	}, nil
}

func (c *compiler) likeRegex(e *Like, x eval) eval {
	re, not, asked := e.Regex, e.Not, -1
	quick := straighten(re.Regexp)
	if quick != nil {
		asked = c.asks(e.X, quick.over)
	}
	return func(r *row) Value {
		if a := r.told(asked); a != nil {
			return boolean((a.Verdict == shaped.Yes) != not)
		}
		v := x(r)
		return boolean(v.Kind != Null && r.matches(re, v.bytes(&r.a)) != not)
	}
}
