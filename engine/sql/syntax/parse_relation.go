package syntax

import "unyo/engine/sql/fault"

// relation is tables and their joins, from left to right.
func (p *parser) relation() Relation {
	defer p.deeper()()
	l := p.sampled()
	for {
		at := p.tok().at
		if p.word("CROSS") {
			p.must("JOIN")
			l = &Join{Pos: at, Kind: "CROSS", L: l, R: p.sampled()}
			continue
		}
		j := &Join{Pos: at, Kind: "INNER", L: l, Natural: p.word("NATURAL")}
		switch {
		case p.any("LEFT", "RIGHT", "FULL"):
			j.Kind = p.take().text
			p.word("OUTER")
			p.must("JOIN")
		case p.word("INNER"):
			p.must("JOIN")
		case p.word("JOIN"):
		case j.Natural:
			p.expecting("JOIN")
		default:
			return l
		}
		p.joinRight(j)
		l = j
	}
}

func (p *parser) joinRight(j *Join) {
	if j.Natural {
		j.R = p.sampled()
		return
	}
	j.R = p.relation() // a JOIN b JOIN c ON … ON …: the inner one takes the first ON
	switch {
	case p.word("ON"):
		j.On = p.expr()
	case p.word("USING"):
		j.Using = inParens(p, p.name)
	default:
		p.expecting("ON", "USING")
	}
}

func (p *parser) sampled() Relation {
	x := p.aliased()
	if p.sees("TABLESAMPLE") {
		s := &Sampled{Pos: p.take().at, X: x}
		if !p.any("BERNOULLI", "SYSTEM") {
			p.expecting("BERNOULLI", "SYSTEM")
		}
		s.Method = p.take().text
		p.mustSymbol("(")
		s.Percent = p.expr()
		p.mustSymbol(")")
		return s
	}
	return x
}

func (p *parser) aliased() Relation {
	at := p.tok().at
	x := p.aliasedAs(at, p.relationPrimary())
	if p.sees("MATCH_RECOGNIZE") && p.ahead(1).text == "(" {
		return p.aliasedAs(at, p.matched(x))
	}
	return x
}

// aliasedAs is a relation and, when it follows, the name it is given.
func (p *parser) aliasedAs(at Pos, x Relation) Relation {
	if p.word("AS") || p.aliasFollows() {
		a := &Aliased{Pos: at, X: x, Alias: p.lower()}
		if p.seesSymbol("(") {
			a.Columns = inParens(p, p.name)
		}
		return a
	}
	return x
}

func (p *parser) relationPrimary() Relation {
	at := p.tok().at
	switch {
	case p.word("UNNEST"):
		u := &Unnest{Pos: at, List: inParens(p, p.expr)}
		u.Ordinality = p.word("WITH", "ORDINALITY")
		return u
	case p.word("LATERAL"):
		p.mustSymbol("(")
		q := p.query()
		p.mustSymbol(")")
		return &Derived{at, q, true}
	case p.sees("JSON_TABLE") && p.ahead(1).text == "(":
		return p.jsonTable()
	case p.sees("TABLE") && p.ahead(1).text == "(":
		p.unsupported("a table function")
	case p.symbol("("):
		return p.relationParens(at)
	}
	n := p.qualified()
	if p.sees("FOR") {
		p.fail(p.tok().at, fault.NotSupported, "This connector does not support versioned tables")
	}
	return &TableName{at, n}
}

func (p *parser) relationParens(at Pos) Relation {
	if p.seesQuery() {
		q := p.query()
		p.mustSymbol(")")
		return &Derived{at, q, false}
	}
	x := p.relation()
	if d, ok := x.(*Derived); ok && !d.Lateral && p.seesSetOp() {
		x = &Derived{at, p.queryAfter(d.Query), false}
	}
	p.mustSymbol(")")
	return x
}
