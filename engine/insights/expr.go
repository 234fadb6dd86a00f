package insights

import "strings"

// expr reads an expression. What binds least comes first: or, and, not, comparisons, + and -, * / and %, ^, signs.
func (p *parser) expr() (Expr, *Error) {
	return p.chain([]string{"or"}, func() (Expr, *Error) { return p.chain([]string{"and"}, p.not) })
}

// chain reads operands with words between them.
func (p *parser) chain(words []string, operand func() (Expr, *Error)) (Expr, *Error) {
	x, err := operand()
	for err == nil {
		op := ""
		for _, w := range words {
			if p.tok.word(w) {
				op = w
			}
		}
		if op == "" {
			return x, nil
		}
		if err = p.step(); err != nil {
			break
		}
		var y Expr
		if y, err = operand(); err == nil {
			x = &Binary{Span{x.span().Start, p.last}, op, x, y}
		}
	}
	return nil, err
}

// deeper refuses nesting without end.
func (p *parser) deeper() *Error {
	if p.depth++; p.depth > maxDepth {
		at := p.tok.at
		return fault(at, "expressions are nested too deeply %s", where(p.text, at.Start))
	}
	return nil
}

func (p *parser) not() (Expr, *Error) {
	if !p.tok.word("not") {
		return p.comparison()
	}
	from := p.tok.at
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	if err := p.step(); err != nil {
		return nil, err
	}
	x, err := p.not()
	if err != nil {
		return nil, err
	}
	return &Unary{p.end(from), "not", x}, nil
}

// comparison reads one operand, or two with a comparison between them.
func (p *parser) comparison() (Expr, *Error) {
	x, err := p.sum()
	for err == nil {
		from := x.span()
		negated := false
		if p.tok.word("not") {
			if negated, err = p.takeWord("not"); err != nil {
				break
			}
			if !p.tok.word("in") && !p.tok.word("like") {
				return nil, p.unexpected()
			}
		}
		switch {
		case p.tok.word("in"):
			x, err = p.in(x, from, negated)
		case p.tok.word("like") || p.tok.is("=~") || p.tok.is("!~"):
			x, err = p.like(x, from, negated || p.tok.is("!~"))
		case p.tok.kind == tokMark && strings.Contains(" = == != < <= > >= ", " "+p.tok.text+" "):
			op := p.tok.text
			if op == "==" {
				op = "="
			}
			if err = p.step(); err != nil {
				break
			}
			var y Expr
			if y, err = p.sum(); err == nil {
				x = &Binary{p.end(from), op, x, y}
			}
		default:
			return x, nil
		}
	}
	return nil, err
}

func (p *parser) in(x Expr, from Span, not bool) (Expr, *Error) {
	if err := p.step(); err != nil {
		return nil, err
	}
	closing := "]"
	if p.tok.is("(") {
		closing = ")"
	} else if !p.tok.is("[") {
		return nil, p.unexpected()
	}
	if err := p.step(); err != nil {
		return nil, err
	}
	i := &In{X: x, Not: not}
	for {
		e, err := p.sum()
		if err != nil {
			return nil, err
		}
		i.List = append(i.List, e)
		if ok, err := p.take(","); err != nil {
			return nil, err
		} else if !ok {
			break
		}
	}
	if err := p.want(closing); err != nil {
		return nil, err
	}
	i.Span = p.end(from)
	return i, nil
}

func (p *parser) like(x Expr, from Span, not bool) (Expr, *Error) {
	if err := p.step(); err != nil {
		return nil, err
	}
	l := &Like{X: x, Not: not}
	if p.tok.is("/") {
		text, span, err := p.regexText()
		if err != nil {
			return nil, err
		}
		if l.Regex, err = p.compile(text, span); err != nil {
			return nil, err
		}
		l.Text = text
	} else {
		var err *Error
		if l.Sub, err = p.sum(); err != nil {
			return nil, err
		}
	}
	l.Span = p.end(from)
	return l, nil
}

// binary reads operands with marks between them, from left to right.
func (p *parser) binary(marks string, operand func() (Expr, *Error)) (Expr, *Error) {
	x, err := operand()
	for err == nil && p.tok.kind == tokMark && strings.Contains(marks, p.tok.text) {
		op := p.tok.text
		if err = p.step(); err != nil {
			break
		}
		var y Expr
		if y, err = operand(); err == nil {
			x = &Binary{Span{x.span().Start, p.last}, op, x, y}
		}
	}
	return x, err
}

func (p *parser) sum() (Expr, *Error) {
	return p.binary("+-", func() (Expr, *Error) { return p.binary("*%/", p.power) })
}

// power binds to the right: 2 ^ 3 ^ 2 is 2 ^ 9.
func (p *parser) power() (Expr, *Error) {
	x, err := p.sign()
	if err != nil || !p.tok.is("^") {
		return x, err
	}
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	if err := p.step(); err != nil {
		return nil, err
	}
	y, err := p.power()
	if err != nil {
		return nil, err
	}
	return &Binary{Span{x.span().Start, p.last}, "^", x, y}, nil
}

func (p *parser) sign() (Expr, *Error) {
	if !p.tok.is("-") && !p.tok.is("+") {
		return p.primary()
	}
	from, op := p.tok.at, p.tok.text
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	if err := p.step(); err != nil {
		return nil, err
	}
	x, err := p.sign()
	if err != nil || op == "+" {
		return x, err
	}
	if n, ok := x.(*Number); ok {
		return &Number{p.end(from), -n.Value}, nil
	}
	return &Unary{p.end(from), "-", x}, nil
}

func (p *parser) primary() (Expr, *Error) {
	t := p.tok
	switch {
	case t.kind == tokNumber:
		return &Number{t.at, t.num}, p.step()
	case t.kind == tokText:
		return &Text{t.at, t.text}, p.step()
	case t.kind == tokPeriod:
		if t.num != float64(int(t.num)) || t.num < 1 {
			return nil, p.unexpected()
		}
		return &Period{t.at, int(t.num), t.unit}, p.step()
	case t.is("("):
		return p.group()
	case t.kind != tokWord || !t.quoted && reserved[strings.ToLower(t.text)]:
		return nil, p.unexpected()
	}
	if err := p.step(); err != nil {
		return nil, err
	}
	if p.tok.is("(") && !t.quoted && len(t.parts) == 1 {
		return p.call(t)
	}
	return &Name{t.at, t.text, t.parts}, nil
}

// reserved are the words that name no field.
var reserved = map[string]bool{"and": true, "or": true, "not": true, "in": true, "like": true, "as": true, "by": true}

func (p *parser) group() (Expr, *Error) {
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	if err := p.step(); err != nil {
		return nil, err
	}
	x, err := p.expr()
	if err != nil {
		return nil, err
	}
	return x, p.want(")")
}

func (p *parser) call(t token) (Expr, *Error) {
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	if err := p.step(); err != nil {
		return nil, err
	}
	c := &Call{Func: strings.ToLower(t.text)}
	for !p.tok.is(")") {
		if p.tok.is("*") {
			c.Args = append(c.Args, &Star{p.tok.at})
			if err := p.step(); err != nil {
				return nil, err
			}
		} else {
			x, err := p.expr()
			if err != nil {
				return nil, err
			}
			c.Args = append(c.Args, x)
		}
		if ok, err := p.take(","); err != nil {
			return nil, err
		} else if ok && p.tok.is(")") {
			return nil, p.unexpected()
		} else if !ok && !p.tok.is(")") {
			return nil, p.unexpected()
		}
	}
	if err := p.step(); err != nil {
		return nil, err
	}
	c.Span = p.end(t.at)
	return c, nil
}
