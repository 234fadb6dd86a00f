package jsonpath

// predicate is what stands in a filter.
func (p *parser) predicate() test {
	defer p.deeper()()
	x := p.conjunction()
	for p.symbol("||") {
		x = &or{x, p.conjunction()}
	}
	return x
}

func (p *parser) conjunction() test {
	x := p.term()
	for p.symbol("&&") {
		x = &and{x, p.term()}
	}
	return x
}

func (p *parser) term() test {
	defer p.deeper()()
	p.space()
	if p.at+1 < len(p.src) && p.src[p.at] == '!' && p.src[p.at+1] != '=' {
		p.at++
		if x := p.delimited(); x != nil {
			return &not{x}
		}
		p.expecting("{'exists', '('}")
	}
	if x := p.delimited(); x != nil {
		return x
	}
	return p.comparison()
}

// delimited is exists(…) or a predicate in parentheses; nil where neither stands. A parenthesis may also begin a path.
func (p *parser) delimited() test {
	at := p.at
	if p.word("exists") {
		p.must("(")
		x := p.sum()
		p.must(")")
		return &exists{x}
	}
	if !p.symbol("(") {
		return nil
	}
	x := p.tried(func() test {
		x := p.predicate()
		p.must(")")
		return x
	})
	if x == nil {
		p.at = at
		return nil
	}
	if p.word("is", "unknown") {
		return &unknown{x}
	}
	return x
}

// tried is what f reads, or nil where it cannot.
func (p *parser) tried(f func() test) (x test) {
	depth, names, in := p.depth, len(p.path.Names), len(p.in)
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		if _, ok := r.(*Error); !ok || p.steps > maxSteps {
			panic(r)
		}
		p.depth, p.path.Names, p.in, x = depth, p.path.Names[:names], p.in[:in], nil
	}()
	return f()
}

func (p *parser) comparison() test {
	l := p.sum()
	switch {
	case p.word("starts", "with"):
		return &startsWith{l, p.signed()}
	case p.word("like_regex"):
		return p.likeRegex(l)
	}
	for _, op := range []string{"==", "<>", "!=", "<=", ">=", "<", ">"} {
		if p.symbol(op) {
			if op == "!=" {
				op = "<>"
			}
			if op == "==" {
				op = "="
			}
			return &compare{op, l, p.sum()}
		}
	}
	p.expecting("{'<', '<=', '<>', '!=', '==', '>', '>='}")
	return nil
}

func (p *parser) likeRegex(l node) test {
	p.space()
	if p.at == len(p.src) || p.src[p.at] != '"' {
		p.expecting("<string>")
	}
	text, flags := p.text(), ""
	if p.word("flag") {
		if p.space(); p.at == len(p.src) || p.src[p.at] != '"' {
			p.expecting("<string>")
		}
		flags = p.text()
	}
	re, err := compile(text, flags)
	if err != nil {
		p.fail("%v", err)
	}
	return &likeRegex{l, re}
}
