package syntax

import (
	"encoding/hex"
	"strings"

	"unyo/engine/sql/fault"
	"unyo/engine/sql/types"
)

// primary is what operators stand between.
func (p *parser) primary() Expr {
	t := p.tok()
	switch t.kind {
	case text:
		p.take()
		return &Text{t.at, t.text}
	case hexes:
		return p.hexes()
	case digits:
		return p.number()
	case quoted, ticked:
		return p.identOrCall()
	case word:
		return p.wordPrimary(t)
	case symbol:
		switch t.text {
		case "(":
			return p.parens()
		case "?":
			p.take()
			p.params++
			return &Param{t.at, p.params - 1}
		}
	}
	p.expecting("<expression>")
	return nil
}

func (p *parser) hexes() Expr {
	t := p.take()
	b, err := hex.DecodeString(strings.Join(strings.Fields(t.text), ""))
	if err != nil {
		p.fail(t.at, fault.Syntax, "Binary literal must contain an even number of hexadecimal digits")
	}
	return &Binary{t.at, b}
}

func (p *parser) wordPrimary(t token) Expr {
	follows := p.ahead(1)
	call := follows.kind == symbol && follows.text == "("
	switch t.text {
	case "NULL":
		p.take()
		return &Null{t.at}
	case "TRUE", "FALSE":
		p.take()
		return &Bool{t.at, t.text == "TRUE"}
	case "CASE":
		return p.caseExpr()
	case "INTERVAL":
		if follows.kind == text || follows.kind == symbol && (follows.text == "-" || follows.text == "+") && p.ahead(2).kind == text {
			return p.interval()
		}
	case "ARRAY":
		if follows.kind == symbol && follows.text == "[" {
			return p.array()
		}
	case "CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP", "LOCALTIME", "LOCALTIMESTAMP", "CURRENT_USER", "CURRENT_CATALOG", "CURRENT_SCHEMA":
		return p.currentThing()
	}
	if (t.text == "RUNNING" || t.text == "FINAL") && follows.kind == word && p.ahead(2).text == "(" && p.ahead(2).kind == symbol {
		return p.placedCall()
	}
	if call {
		if x := p.special(t); x != nil {
			return x
		}
	}
	if follows.kind == symbol && follows.text == "->" && !reserved[t.text] {
		name := p.lower()
		p.mustSymbol("->")
		return &Lambda{t.at, []string{name}, p.expr()}
	}
	if follows.kind == text && !reserved[t.text] {
		return p.typed()
	}
	if t.text == "DOUBLE" && p.sees("DOUBLE", "PRECISION") && p.ahead(2).kind == text {
		return p.typed()
	}
	return p.identOrCall()
}

// special is a function that is not called as others are.
func (p *parser) special(t token) Expr {
	switch t.text {
	case "CAST", "TRY_CAST":
		return p.castExpr()
	case "EXISTS":
		p.take()
		p.mustSymbol("(")
		q := p.query()
		p.mustSymbol(")")
		return &Exists{t.at, q}
	case "ROW":
		p.take()
		return &Row{t.at, inParens(p, p.expr)}
	case "EXTRACT":
		p.take()
		p.mustSymbol("(")
		x := &Extract{Pos: t.at, Unit: strings.ToUpper(p.name())}
		p.must("FROM")
		x.X = p.expr()
		p.mustSymbol(")")
		return x
	case "SUBSTRING", "POSITION", "TRIM", "NORMALIZE":
		return p.keywordCall(t)
	case "JSON_EXISTS", "JSON_VALUE", "JSON_QUERY":
		return p.jsonAsk()
	case "JSON_OBJECT", "JSON_ARRAY":
		return p.jsonMake()
	}
	return nil
}

// keywordCall is substring(x FROM a FOR b), position(a IN b), trim(BOTH c FROM x), normalize(x, NFC).
func (p *parser) keywordCall(t token) Expr {
	p.take()
	p.mustSymbol("(")
	c := &Call{Pos: t.at, Name: strings.ToLower(t.text)}
	switch t.text {
	case "POSITION":
		c.Args = []Expr{p.concat()}
		p.must("IN")
		c.Name, c.Args = "strpos", append([]Expr{p.concat()}, c.Args...)
	case "SUBSTRING":
		c.Args = []Expr{p.expr()}
		for p.symbol(",") || len(c.Args) == 1 && p.word("FROM") || len(c.Args) == 2 && p.word("FOR") {
			c.Args = append(c.Args, p.expr())
		}
	case "NORMALIZE":
		c.Args = []Expr{p.expr()}
		form := "NFC"
		if p.symbol(",") {
			form = strings.ToUpper(p.name())
		}
		c.Args = append(c.Args, &Text{t.at, form})
	case "TRIM":
		p.trim(c)
	}
	p.mustSymbol(")")
	return c
}

func (p *parser) trim(c *Call) {
	if p.any("BOTH", "LEADING", "TRAILING") && !(p.ahead(1).kind == symbol && p.ahead(1).text != "(") {
		c.Name = map[string]string{"BOTH": "trim", "LEADING": "ltrim", "TRAILING": "rtrim"}[p.take().text]
	}
	if p.word("FROM") {
		c.Args = []Expr{p.expr()}
		return
	}
	c.Args = []Expr{p.expr()}
	if p.word("FROM") {
		c.Args = append([]Expr{p.expr()}, c.Args...)
	} else if p.symbol(",") {
		c.Args = append(c.Args, p.expr())
	}
}

func (p *parser) array() Expr {
	a := &Array{Pos: p.take().at}
	p.mustSymbol("[")
	if !p.seesSymbol("]") {
		a.List = list(p, p.expr)
	}
	p.mustSymbol("]")
	return a
}

// currentThing is CURRENT_TIMESTAMP(3) and the like.
func (p *parser) currentThing() Expr {
	t := p.take()
	c := &Call{Pos: t.at, Name: strings.ToLower(t.text)}
	if (strings.HasSuffix(t.text, "TIME") || strings.HasSuffix(t.text, "TIMESTAMP")) && p.seesSymbol("(") {
		c.Args = inParens(p, p.number)
	}
	return c
}

// typed is a type's name before a text.
func (p *parser) typed() Expr {
	t := p.tok()
	name := strings.ToLower(p.name())
	if t.text == "DOUBLE" {
		p.word("PRECISION")
	}
	typ, err := types.Named(name, nil, nil)
	if err != nil {
		p.fail(t.at, fault.Syntax, "Unknown type: %s", name)
	}
	return &Typed{t.at, typ, p.text()}
}

// identOrCall is a column, or a function and its arguments.
func (p *parser) identOrCall() Expr {
	t := p.tok()
	name := ""
	if t.kind == word && (t.text == "GROUPING" || t.text == "LISTAGG" || t.text == "LEFT" || t.text == "RIGHT") && p.ahead(1).text == "(" {
		name = p.take().text // reserved, but functions
	} else if !p.seesName() {
		p.expecting("<expression>")
	} else {
		name = p.name()
	}
	if !p.symbol("(") {
		return &Ident{t.at, name}
	}
	c := &Call{Pos: t.at, Name: strings.ToLower(name)}
	p.callArgs(c)
	p.mustSymbol(")")
	p.callRest(c)
	return c
}

// placedCall is a function of MATCH_RECOGNIZE's rows so far, or of all its rows.
func (p *parser) placedCall() Expr {
	t := p.take()
	x := p.identOrCall()
	if c, ok := x.(*Call); ok {
		c.Pos, c.Rows = t.at, t.text
	}
	return x
}

func (p *parser) callArgs(c *Call) {
	if p.symbol("*") {
		c.Star = true
		return
	}
	if p.seesSymbol(")") {
		return
	}
	if p.seesName() && p.ahead(1).text == "." && p.ahead(2).kind == symbol && p.ahead(2).text == "*" { // count(A.*) of MATCH_RECOGNIZE
		c.Star, c.Args = true, []Expr{&Ident{p.tok().at, p.name()}}
		p.i += 2
		return
	}
	if p.word("DISTINCT") {
		c.Distinct = true
	} else if p.sees("ALL") && p.ahead(1).kind != symbol {
		p.take()
	}
	if p.seesQuery() {
		p.expecting("<expression>")
	}
	if !p.sees("ORDER", "BY") {
		c.Args = list(p, p.expr)
	}
	if p.word("ORDER", "BY") {
		c.OrderBy = list(p, p.sortItem)
	}
	if p.word("ON", "OVERFLOW") {
		c.Overflow = &Overflow{}
		if p.word("ERROR") {
			return
		}
		p.must("TRUNCATE")
		c.Overflow.Truncate, c.Overflow.Filler = true, "..."
		if p.tok().kind == text {
			c.Overflow.Filler = p.text()
		}
		c.Overflow.WithCount = !p.word("WITHOUT")
		if c.Overflow.WithCount {
			p.word("WITH")
		}
		p.must("COUNT")
	}
}

// callRest is what may follow a call: WITHIN GROUP, FILTER, IGNORE NULLS, OVER.
func (p *parser) callRest(c *Call) {
	if p.sees("WITHIN", "GROUP") {
		p.must("WITHIN", "GROUP")
		p.mustSymbol("(")
		p.must("ORDER", "BY")
		c.Within = list(p, p.sortItem)
		p.mustSymbol(")")
	}
	if p.sees("FILTER") && p.ahead(1).text == "(" {
		p.take()
		p.mustSymbol("(")
		p.must("WHERE")
		c.Filter = p.expr()
		p.mustSymbol(")")
	}
	if p.word("IGNORE", "NULLS") {
		c.IgnoreNulls = true
	} else {
		p.word("RESPECT", "NULLS")
	}
	if p.word("OVER") {
		if p.seesSymbol("(") {
			c.Over = p.window()
		} else {
			c.Over = &Window{Pos: p.tok().at, Base: p.lower()}
		}
	}
}

func (p *parser) window() *Window {
	w := &Window{Pos: p.tok().at}
	p.mustSymbol("(")
	if p.seesName() && !p.any("PARTITION", "ROWS", "RANGE", "GROUPS") {
		w.Base = p.lower()
	}
	if p.word("PARTITION", "BY") {
		w.Partition = list(p, p.expr)
	}
	if p.word("ORDER", "BY") {
		w.OrderBy = list(p, p.sortItem)
	}
	if p.any("ROWS", "RANGE", "GROUPS") {
		t := p.take()
		w.Frame = &Frame{Pos: t.at, Unit: t.text, End: Bound{Kind: "CURRENT ROW"}}
		between := p.word("BETWEEN")
		w.Frame.Start = p.bound()
		if between {
			p.must("AND")
			w.Frame.End = p.bound()
		}
	}
	p.mustSymbol(")")
	return w
}

func (p *parser) bound() Bound {
	switch {
	case p.word("UNBOUNDED", "PRECEDING"):
		return Bound{Kind: "UNBOUNDED PRECEDING"}
	case p.word("UNBOUNDED", "FOLLOWING"):
		return Bound{Kind: "UNBOUNDED FOLLOWING"}
	case p.word("CURRENT", "ROW"):
		return Bound{Kind: "CURRENT ROW"}
	}
	x := p.expr()
	if !p.any("PRECEDING", "FOLLOWING") {
		p.expecting("FOLLOWING", "PRECEDING")
	}
	return Bound{Kind: p.take().text, Value: x}
}

func (p *parser) sortItem() SortItem {
	s := SortItem{X: p.expr()}
	if p.word("DESC") {
		s.Desc = true
	} else {
		p.word("ASC")
	}
	if p.word("NULLS", "FIRST") {
		s.NullsFirst = true
	} else {
		p.word("NULLS", "LAST")
	}
	return s
}
