package syntax

import (
	"strconv"
	"strings"

	"unyo/engine/sql/fault"
)

// matched is a relation and, when it follows, MATCH_RECOGNIZE. https://trino.io/docs/current/sql/match-recognize.html
func (p *parser) matched(x Relation) Relation {
	m := &Match{Pos: p.take().at, X: x, Skip: Skip{To: "PAST LAST ROW"}}
	p.mustSymbol("(")
	if p.word("PARTITION", "BY") {
		m.Partition = list(p, p.expr)
	}
	if p.word("ORDER", "BY") {
		m.OrderBy = list(p, p.sortItem)
	}
	if p.word("MEASURES") {
		m.Measures = list(p, p.measure)
	}
	p.rowsPerMatch(m)
	if p.word("AFTER", "MATCH", "SKIP") {
		m.Skip = p.skip()
	}
	p.must("PATTERN")
	p.mustSymbol("(")
	m.Pattern = p.pattern()
	p.mustSymbol(")")
	if p.word("SUBSET") {
		m.Subsets = list(p, p.subset)
	}
	p.must("DEFINE")
	m.Defines = list(p, func() Define {
		d := Define{Pos: p.tok().at, Label: p.label()}
		p.must("AS")
		d.X = p.expr()
		return d
	})
	p.mustSymbol(")")
	return m
}

func (p *parser) measure() Measure {
	m := Measure{Pos: p.tok().at, X: p.expr()}
	p.must("AS")
	m.Name = p.lower()
	return m
}

func (p *parser) rowsPerMatch(m *Match) {
	if p.word("ONE", "ROW", "PER", "MATCH") || !p.word("ALL", "ROWS", "PER", "MATCH") {
		return
	}
	m.All = true
	switch {
	case p.word("OMIT", "EMPTY", "MATCHES"):
		m.Rows = "OMIT EMPTY"
	case p.word("WITH", "UNMATCHED", "ROWS"):
		m.Rows = "WITH UNMATCHED"
	case p.word("SHOW"):
		p.must("EMPTY", "MATCHES")
	}
}

func (p *parser) skip() Skip {
	s := Skip{Pos: p.tok().at, To: "LAST"}
	if p.word("PAST") {
		p.must("LAST", "ROW")
		s.To = "PAST LAST ROW"
		return s
	}
	p.must("TO")
	if p.word("NEXT", "ROW") {
		s.To = "NEXT ROW"
		return s
	}
	if p.any("FIRST", "LAST") && p.ahead(1).kind != symbol && !p.aheadIs(1, "PATTERN") {
		s.To = p.take().text
	}
	s.Label = p.label()
	return s
}

func (p *parser) aheadIs(n int, w string) bool {
	return p.ahead(n).kind == word && p.ahead(n).text == w
}

// label is a pattern's variable: upper case unless it is quoted.
func (p *parser) label() string {
	t := p.tok()
	name := p.name()
	if t.kind == word {
		return t.text
	}
	return name
}

func (p *parser) subset() Subset {
	s := Subset{Pos: p.tok().at, Name: p.label()}
	p.mustSymbol("=")
	s.Of = inParens(p, p.label)
	return s
}

// pattern is sequences between bars, of which the first that matches is taken.
func (p *parser) pattern() *Pattern {
	defer p.deeper()()
	at := p.tok().at
	l := []*Pattern{p.patternSequence()}
	for p.symbol("|") {
		l = append(l, p.patternSequence())
	}
	if len(l) == 1 {
		return l[0]
	}
	return &Pattern{Pos: at, Op: "ANY", Sub: l}
}

func (p *parser) patternSequence() *Pattern {
	s := &Pattern{Pos: p.tok().at, Op: "SEQUENCE", Sub: []*Pattern{p.quantified()}}
	for p.seesName() || p.seesSymbol("(") || p.seesSymbol("^") || p.seesSymbol("$") || p.seesSymbol("{") {
		s.Sub = append(s.Sub, p.quantified())
	}
	if len(s.Sub) == 1 {
		return s.Sub[0]
	}
	return s
}

func (p *parser) patternPrimary() *Pattern {
	x := &Pattern{Pos: p.tok().at}
	switch {
	case p.sees("PERMUTE") && p.ahead(1).text == "(":
		p.take()
		x.Op, x.Sub = "PERMUTE", inParens(p, p.pattern)
	case p.symbol("("):
		x.Op = "SEQUENCE"
		if !p.seesSymbol(")") {
			x = p.pattern()
		}
		p.mustSymbol(")")
	case p.seesSymbol("^"), p.seesSymbol("$"):
		x.Op = p.take().text
	case p.symbol("{"):
		p.mustSymbol("-")
		x.Op, x.Sub = "EXCLUDE", []*Pattern{p.pattern()}
		p.mustSymbol("-")
		p.mustSymbol("}")
	default:
		x.Op, x.Label = "LABEL", p.patternLabel()
	}
	return x
}

// patternLabel is a variable. A $ right behind it is no part of it here, but the partition's end.
func (p *parser) patternLabel() string {
	t := p.tok()
	if name, ok := strings.CutSuffix(t.text, "$"); ok && t.kind == word && p.seesName() {
		p.tokens[p.i] = token{kind: symbol, text: "$", at: Pos{Line: t.at.Line, Column: t.at.Column + len(name)}, from: t.to - 1, to: t.to}
		return name
	}
	return p.label()
}

func (p *parser) quantified() *Pattern {
	x := p.patternPrimary()
	q := &Pattern{Pos: p.tok().at, Op: "REPEAT", Sub: []*Pattern{x}, Max: -1}
	switch {
	case p.symbol("*"):
	case p.symbol("+"):
		q.Min = 1
	case p.symbol("?"):
		q.Max = 1
	case p.seesSymbol("{") && p.ahead(1).text != "-":
		p.patternBounds(q)
	default:
		return x
	}
	q.Lazy = p.symbol("?")
	return q
}

// patternBounds is {n}, {m,}, {,n} or {m,n}.
func (p *parser) patternBounds(q *Pattern) {
	p.mustSymbol("{")
	number := func(least int, what string) int {
		n, err := strconv.Atoi(p.tok().text)
		if p.tok().kind != digits || err != nil || n > 1<<30 {
			p.expecting("<integer>")
		}
		if n < least {
			p.fail(p.tok().at, fault.OutOfRange, "Pattern quantifier %s bound must be greater than or equal to %d", what, least)
		}
		p.take()
		return n
	}
	if !p.seesSymbol(",") {
		q.Min = number(0, "lower")
		q.Max = q.Min
	}
	if p.symbol(",") {
		if q.Max = -1; !p.seesSymbol("}") {
			q.Max = number(1, "upper")
		}
	} else if q.Max == 0 {
		p.fail(q.Pos, fault.OutOfRange, "Pattern quantifier upper bound must be greater than or equal to 1")
	}
	if q.Max >= 0 && q.Min > q.Max {
		p.fail(q.Pos, fault.OutOfRange, "Pattern quantifier lower bound must not exceed upper bound")
	}
	p.mustSymbol("}")
}
