package syntax

import (
	"slices"
	"strings"

	"unyo/engine/sql/fault"
)

// seesQuery tells whether a query begins here, other than with a parenthesis.
func (p *parser) seesQuery() bool { return p.any("SELECT", "WITH", "VALUES", "TABLE") }

// seesSetOp tells whether what stands before can only have been a query.
func (p *parser) seesSetOp() bool {
	return p.any("UNION", "INTERSECT", "EXCEPT", "LIMIT", "OFFSET", "FETCH") || p.sees("ORDER", "BY")
}

func (p *parser) query() *Query {
	defer p.deeper()()
	from, params := p.tok().from, p.params
	q := &Query{Pos: p.tok().at}
	if p.word("WITH") {
		q.Recursive = p.word("RECURSIVE")
		q.With = list(p, p.named)
	}
	q.Body = p.setOps(p.intersects(p.bodyTerm()))
	p.queryEnd(q)
	q.Text, q.Params = p.src[from:p.tokens[max(p.i-1, 0)].to], p.params-params
	return q
}

// queryAfter is a query that begins with one in parentheses, which was read.
func (p *parser) queryAfter(first *Query) *Query {
	q := &Query{Pos: first.Pos, Body: p.setOps(p.intersects(first))}
	p.queryEnd(q)
	return q
}

func (p *parser) queryEnd(q *Query) {
	if p.word("ORDER", "BY") {
		q.OrderBy = list(p, p.sortItem)
	}
	if p.word("OFFSET") {
		q.Offset = p.count()
		if !p.word("ROWS") {
			p.word("ROW")
		}
	}
	switch {
	case p.word("LIMIT"):
		if !p.word("ALL") {
			q.Limit = p.count()
		}
	case p.word("FETCH"):
		if !p.word("FIRST") {
			p.must("NEXT")
		}
		q.Limit = &Number{p.tok().at, "1"}
		if !p.any("ROW", "ROWS") {
			q.Limit = p.count()
		}
		if !p.word("ROWS") {
			p.must("ROW")
		}
		if q.Ties = p.word("WITH", "TIES"); !q.Ties {
			p.must("ONLY")
		}
	}
	if p.sees("OFFSET") && q.Offset == nil {
		p.fail(p.tok().at, fault.Syntax, "mismatched input 'OFFSET'. Expecting: <EOF>")
	}
}

// count is the number of LIMIT and OFFSET, or a parameter.
func (p *parser) count() Expr {
	if p.tok().kind == digits || p.seesSymbol("?") {
		return p.primary()
	}
	p.expecting("<integer>", "?")
	return nil
}

func (p *parser) named() Named {
	n := Named{Pos: p.tok().at, Name: p.lower()}
	if p.seesSymbol("(") {
		n.Columns = inParens(p, p.name)
	}
	p.must("AS")
	p.mustSymbol("(")
	n.Query = p.query()
	p.mustSymbol(")")
	return n
}

func (p *parser) quantifier() (all bool) {
	if p.word("ALL") {
		return true
	}
	p.word("DISTINCT")
	return false
}

// setOps is what UNION and EXCEPT join, from left to right.
func (p *parser) setOps(l Body) Body {
	for p.any("UNION", "EXCEPT") {
		t := p.take()
		s := &SetOp{Pos: t.at, Op: t.text, L: l, All: p.quantifier()}
		s.R = p.intersects(p.bodyTerm())
		l = s
	}
	return l
}

// intersects binds more than UNION.
func (p *parser) intersects(l Body) Body {
	for p.sees("INTERSECT") {
		t := p.take()
		s := &SetOp{Pos: t.at, Op: t.text, L: l, All: p.quantifier()}
		s.R = p.bodyTerm()
		l = s
	}
	return l
}

func (p *parser) bodyTerm() Body {
	at := p.tok().at
	switch {
	case p.sees("SELECT"):
		return p.selectBody()
	case p.word("VALUES"):
		return &Values{at, list(p, p.expr)}
	case p.word("TABLE"):
		return &TableBody{at, p.qualified()}
	case p.symbol("("):
		q := p.query()
		p.mustSymbol(")")
		return q
	}
	p.expecting("(", "SELECT", "TABLE", "VALUES")
	return nil
}

func (p *parser) selectBody() *Select {
	s := &Select{Pos: p.take().at}
	if !p.word("ALL") {
		s.Distinct = p.word("DISTINCT")
	}
	s.Items = list(p, p.item)
	if p.word("FROM") {
		s.From = p.relation()
		for p.seesSymbol(",") {
			at := p.take().at
			s.From = &Join{Pos: at, Kind: "CROSS", L: s.From, R: p.relation()}
		}
	}
	if p.word("WHERE") {
		s.Where = p.expr()
	}
	if p.sees("GROUP") {
		s.GroupBy = p.groupBy()
	}
	if p.word("HAVING") {
		s.Having = p.expr()
	}
	if p.word("WINDOW") {
		s.Windows = list(p, func() NamedWindow {
			n := p.lower()
			p.must("AS")
			return NamedWindow{n, p.window()}
		})
	}
	return s
}

// item is an item of SELECT.
func (p *parser) item() Item {
	it := Item{Pos: p.tok().at}
	if p.symbol("*") {
		it.Star = true
		return it
	}
	it.X = p.expr()
	if p.seesSymbol(".") && p.ahead(1).text == "*" {
		p.take()
		p.take()
		it.Star = true
		if p.word("AS") {
			it.Aliases = inParens(p, p.name)
		}
		return it
	}
	if p.word("AS") || p.aliasFollows() {
		it.Alias = p.name()
	}
	return it
}

// notAlias are words that are names, but begin something when they stand where an alias could.
var notAlias = []string{"LIMIT", "OFFSET", "FETCH", "WINDOW", "TABLESAMPLE", "MATCH_RECOGNIZE"}

func (p *parser) aliasFollows() bool { return p.seesName() && !p.any(notAlias...) }

func (p *parser) groupBy() *GroupBy {
	g := &GroupBy{Pos: p.take().at}
	p.must("BY")
	if !p.word("ALL") {
		g.Distinct = p.word("DISTINCT")
	}
	g.Elems = list(p, p.groupElem)
	return g
}

func (p *parser) groupElem() GroupElem {
	g := GroupElem{Pos: p.tok().at}
	switch {
	case p.any("ROLLUP", "CUBE"):
		g.Kind = p.take().text
		p.mustSymbol("(")
		if !p.seesSymbol(")") {
			g.Sets = list(p, p.groupSet)
		}
		p.mustSymbol(")")
	case p.word("GROUPING", "SETS"):
		g.Kind, g.Sets = "SETS", inParens(p, p.groupSet)
	default:
		g.Sets = [][]Expr{p.groupSet()}
	}
	return g
}

// groupSet is one expression, or several in parentheses, or none.
func (p *parser) groupSet() []Expr {
	if p.seesSymbol("(") && p.ahead(1).text == ")" && p.ahead(1).kind == symbol {
		p.i += 2
		return nil
	}
	x := p.expr()
	if r, ok := x.(*Row); ok && strings.HasPrefix(p.src[p.offset(r.Pos):], "(") {
		return r.List
	}
	return []Expr{x}
}

// offset is where in the source a token at this place begins.
func (p *parser) offset(at Pos) int {
	i, _ := slices.BinarySearchFunc(p.tokens, at, func(t token, at Pos) int {
		if t.at.Line != at.Line {
			return t.at.Line - at.Line
		}
		return t.at.Column - at.Column
	})
	return p.tokens[i].from
}
