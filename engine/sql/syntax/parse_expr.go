package syntax

import "unyo/engine/sql/fault"

// expr is an expression of any kind; OR binds least.
func (p *parser) expr() Expr {
	defer p.deeper()()
	x := p.and()
	for p.sees("OR") {
		at := p.take().at
		x = &Infix{at, "OR", x, p.and()}
	}
	return x
}

func (p *parser) and() Expr {
	x := p.not()
	for p.sees("AND") {
		at := p.take().at
		x = &Infix{at, "AND", x, p.not()}
	}
	return x
}

func (p *parser) not() Expr {
	if p.sees("NOT") {
		defer p.deeper()()
		at := p.take().at
		return &Unary{at, "NOT", p.not()}
	}
	return p.predicate()
}

func (p *parser) predicate() Expr {
	x := p.concat()
	for {
		at := p.tok().at
		if t := p.tok(); t.kind == symbol {
			switch t.text {
			case "=", "<>", "<", "<=", ">", ">=":
				p.take()
				x = p.comparison(at, t.text, x)
				continue
			}
			return x
		}
		if p.word("IS") {
			x = p.is(at, x)
			continue
		}
		not := p.sees("NOT") && p.ahead(1).kind == word && (p.ahead(1).text == "BETWEEN" || p.ahead(1).text == "IN" || p.ahead(1).text == "LIKE")
		if not {
			p.take()
		}
		switch {
		case p.word("BETWEEN"):
			low := p.concat()
			p.must("AND")
			x = &Between{at, x, low, p.concat(), not}
		case p.word("IN"):
			x = p.in(at, x, not)
		case p.word("LIKE"):
			l := &Like{Pos: at, X: x, Pattern: p.concat(), Not: not}
			if p.word("ESCAPE") {
				l.Escape = p.concat()
			}
			x = l
		default:
			return x
		}
	}
}

func (p *parser) comparison(at Pos, op string, x Expr) Expr {
	if p.any("ALL", "ANY", "SOME") && p.ahead(1).kind == symbol && p.ahead(1).text == "(" {
		q := &Quantified{Pos: at, X: x, Op: op, All: p.take().text == "ALL"}
		p.mustSymbol("(")
		q.Query = p.query()
		p.mustSymbol(")")
		return q
	}
	return &Infix{at, op, x, p.concat()}
}

func (p *parser) is(at Pos, x Expr) Expr {
	not := p.word("NOT")
	if p.word("NULL") {
		return &IsNull{at, x, not}
	}
	if !p.sees("DISTINCT") {
		p.expecting("DISTINCT", "NOT", "NULL")
	}
	p.must("DISTINCT", "FROM")
	return &Distinct{at, x, p.concat(), not}
}

func (p *parser) in(at Pos, x Expr, not bool) Expr {
	in := &In{Pos: at, X: x, Not: not}
	p.mustSymbol("(")
	if p.seesQuery() {
		in.Query = p.query()
	} else {
		in.List = list(p, p.expr)
		if s, ok := in.List[0].(*Subquery); ok && len(in.List) == 1 && p.seesSetOp() {
			in.List, in.Query = nil, p.queryAfter(s.Query)
		}
	}
	p.mustSymbol(")")
	return in
}

func (p *parser) concat() Expr {
	x := p.sum()
	for p.seesSymbol("||") {
		at := p.take().at
		x = &Infix{at, "||", x, p.sum()}
	}
	return x
}

func (p *parser) sum() Expr {
	x := p.product()
	for p.seesSymbol("+") || p.seesSymbol("-") {
		t := p.take()
		x = &Infix{t.at, t.text, x, p.product()}
	}
	return x
}

func (p *parser) product() Expr {
	x := p.unary()
	for p.seesSymbol("*") || p.seesSymbol("/") || p.seesSymbol("%") {
		t := p.take()
		x = &Infix{t.at, t.text, x, p.unary()}
	}
	return x
}

func (p *parser) unary() Expr {
	if p.seesSymbol("+") || p.seesSymbol("-") {
		defer p.deeper()()
		t := p.take()
		return &Unary{t.at, t.text, p.unary()}
	}
	x := p.postfix()
	for p.sees("AT", "TIME", "ZONE") {
		at := p.take().at
		p.must("TIME", "ZONE")
		x = &AtZone{at, x, p.postfix()}
	}
	return x
}

// postfix is what stands before [index] and .member.
func (p *parser) postfix() Expr {
	x := p.primary()
	for {
		switch at := p.tok().at; {
		case p.symbol("["):
			x = &Subscript{at, x, p.expr()}
			p.mustSymbol("]")
		case p.seesSymbol(".") && p.ahead(1).kind != symbol:
			p.take()
			x = &Field{x.Place(), x, p.name()}
		default:
			return x
		}
	}
}

// parens is an expression, a row, a query or a lambda's parameters.
func (p *parser) parens() Expr {
	at := p.tok().at
	if names, ok := p.lambdaNames(); ok {
		return &Lambda{at, names, p.expr()}
	}
	p.mustSymbol("(")
	if p.seesQuery() {
		q := p.query()
		p.mustSymbol(")")
		return &Subquery{at, q}
	}
	all := list(p, p.expr)
	if s, ok := all[0].(*Subquery); ok && len(all) == 1 && p.seesSetOp() {
		s = &Subquery{at, p.queryAfter(s.Query)}
		p.mustSymbol(")")
		return s
	}
	p.mustSymbol(")")
	if len(all) > 1 {
		return &Row{at, all}
	}
	return all[0]
}

// lambdaNames takes (a, b) -> if that stands here.
func (p *parser) lambdaNames() (names []string, ok bool) {
	n := 1
	for ; p.ahead(n).kind == word || p.ahead(n).kind == quoted; n++ {
		if n++; p.ahead(n).text != "," {
			break
		}
	}
	if p.ahead(n).kind != symbol || p.ahead(n).text != ")" || p.ahead(n+1).kind != symbol || p.ahead(n+1).text != "->" {
		return nil, false
	}
	p.mustSymbol("(")
	if !p.seesSymbol(")") {
		names = list(p, p.lower)
	}
	p.mustSymbol(")")
	p.mustSymbol("->")
	return names, true
}

func (p *parser) caseExpr() Expr {
	c := &Case{Pos: p.take().at}
	if !p.sees("WHEN") {
		c.X = p.expr()
	}
	for p.word("WHEN") {
		w := When{Cond: p.expr()}
		p.must("THEN")
		w.Then = p.expr()
		c.Whens = append(c.Whens, w)
	}
	if len(c.Whens) == 0 {
		p.expecting("WHEN")
	}
	if p.word("ELSE") {
		c.Else = p.expr()
	}
	p.must("END")
	return c
}

func (p *parser) castExpr() Expr {
	c := &Cast{Pos: p.tok().at, Try: p.take().text == "TRY_CAST"}
	p.mustSymbol("(")
	c.X = p.expr()
	p.must("AS")
	c.Type = p.typeName()
	p.mustSymbol(")")
	return c
}

// intervalUnits are the units of INTERVAL.
var intervalUnits = []string{"SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "YEAR"}

func (p *parser) interval() Expr {
	v := &Interval{Pos: p.take().at}
	if p.symbol("-") {
		v.Negative = true
	} else {
		p.symbol("+")
	}
	v.Value = p.text()
	unit := func() string {
		if !p.any(intervalUnits...) {
			p.expecting("DAY", "HOUR", "MINUTE", "MONTH", "SECOND", "WEEK", "YEAR")
		}
		return p.take().text
	}
	v.From = unit()
	if p.word("TO") {
		v.To = unit()
	}
	return v
}

func (p *parser) number() Expr {
	t := p.take()
	return &Number{t.at, t.text}
}

func (p *parser) unsupported(what string) {
	p.fail(p.tok().at, fault.NotSupported, "%s is not supported", what)
}
