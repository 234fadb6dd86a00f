package syntax

import "strings"

// https://trino.io/docs/current/functions/json.html: functions that are written with words within.

// jsonAsk is JSON_EXISTS, JSON_VALUE or JSON_QUERY.
func (p *parser) jsonAsk() Expr {
	t := p.take()
	e := &JSONAsk{Pos: t.at, Kind: strings.TrimPrefix(t.text, "JSON_")}
	p.mustSymbol("(")
	p.jsonInput(&e.Input, &e.Path, &e.Passing, false, nil)
	if e.Kind != "EXISTS" {
		e.Returning = p.jsonReturning(e.Kind == "QUERY")
	}
	if e.Kind == "QUERY" {
		e.Wrapper, e.OmitQuotes = p.jsonWrapper()
	}
	e.OnEmpty, e.OnError = p.jsonBehaviours(e.Kind)
	p.mustSymbol(")")
	return e
}

// jsonInput is the JSON that is asked, the path, which a table may name, and what is passed to it.
func (p *parser) jsonInput(input *JSONArg, path **Text, passing *[]JSONArg, table bool, alias *string) {
	*input = p.jsonArg()
	p.mustSymbol(",")
	*path = p.jsonPath()
	if table && p.word("AS") {
		*alias = p.label()
	}
	if p.word("PASSING") {
		*passing = list(p, func() JSONArg {
			a := p.jsonArg()
			p.must("AS")
			t := p.tok()
			a.Name = p.name()
			if t.kind == word { // as SQL writes names without quotes
				a.Name = t.text
			}
			return a
		})
	}
}

func (p *parser) jsonPath() *Text {
	t := p.tok()
	return &Text{t.at, p.text()}
}

// jsonArg is an expression, and FORMAT JSON behind it.
func (p *parser) jsonArg() JSONArg {
	a := JSONArg{X: p.expr()}
	a.Format, a.Encoding = p.jsonFormat()
	return a
}

func (p *parser) jsonFormat() (format bool, encoding string) {
	if !p.word("FORMAT", "JSON") {
		return false, ""
	}
	if p.word("ENCODING") {
		if !p.any("UTF8", "UTF16", "UTF32") {
			p.expecting("UTF16", "UTF32", "UTF8")
		}
		encoding = p.take().text
	}
	return true, encoding
}

func (p *parser) jsonReturning(format bool) (o JSONOutput) {
	if p.word("RETURNING") {
		o.Type = p.typeName()
		if format {
			_, o.Encoding = p.jsonFormat()
		}
	}
	return o
}

// jsonWrapper is WITHOUT WRAPPER or WITH … WRAPPER, and KEEP or OMIT QUOTES.
func (p *parser) jsonWrapper() (wrapper string, omit bool) {
	wrapped := func() {
		p.word("ARRAY")
		p.must("WRAPPER")
	}
	switch {
	case p.word("WITHOUT"):
		wrapped()
	case p.word("WITH"):
		wrapper = "UNCONDITIONAL"
		if p.any("CONDITIONAL", "UNCONDITIONAL") {
			wrapper = p.take().text
		}
		wrapped()
	}
	if omit = p.word("OMIT"); omit || p.word("KEEP") {
		p.must("QUOTES")
		p.word("ON", "SCALAR", "STRING")
	}
	return wrapper, omit
}

// jsonBehaviours are … ON EMPTY and … ON ERROR.
func (p *parser) jsonBehaviours(kind string) (empty, err JSONBehaviour) {
	for !p.seesSymbol(")") && !p.seesSymbol(",") {
		var b JSONBehaviour
		switch {
		case p.any("ERROR", "NULL"):
			b.Kind = p.take().text
		case kind == "EXISTS" && p.any("TRUE", "FALSE", "UNKNOWN"):
			b.Kind = p.take().text
		case kind == "VALUE" && p.word("DEFAULT"):
			b.Kind, b.Default = "DEFAULT", p.expr()
		case kind == "QUERY" && p.word("EMPTY", "OBJECT"):
			b.Kind = "EMPTY OBJECT"
		case kind == "QUERY" && p.word("EMPTY"):
			p.word("ARRAY")
			b.Kind = "EMPTY ARRAY"
		default:
			p.expecting(")")
		}
		p.must("ON")
		switch {
		case kind != "EXISTS" && empty.Kind == "" && err.Kind == "" && p.word("EMPTY"):
			empty = b
		case err.Kind == "":
			p.must("ERROR")
			err = b
		default:
			p.expecting(")")
		}
	}
	return empty, err
}

// jsonMake is JSON_ARRAY or JSON_OBJECT.
func (p *parser) jsonMake() Expr {
	t := p.take()
	e := &JSONMake{Pos: t.at, Object: t.text == "JSON_OBJECT"}
	e.AbsentOnNull = !e.Object
	p.mustSymbol("(")
	if !p.seesSymbol(")") && !p.any("RETURNING") {
		list(p, func() bool {
			if e.Object {
				e.Keys = append(e.Keys, p.jsonKey())
			}
			e.Values = append(e.Values, p.jsonArg())
			return true
		})
		switch {
		case p.word("NULL", "ON", "NULL"):
			e.AbsentOnNull = false
		case p.word("ABSENT", "ON", "NULL"):
			e.AbsentOnNull = true
		}
		if e.Object {
			if e.Unique = p.word("WITH", "UNIQUE"); e.Unique || p.word("WITHOUT", "UNIQUE") {
				p.word("KEYS")
			}
		}
	}
	e.Returning = p.jsonReturning(true)
	p.mustSymbol(")")
	return e
}

// jsonKey is a member's name: KEY k VALUE, k VALUE, or k and a colon.
func (p *parser) jsonKey() Expr {
	if next := p.ahead(1); p.sees("KEY") && !(next.kind == symbol && next.text != "(") && next.text != "VALUE" {
		p.take()
		x := p.expr()
		p.must("VALUE")
		return x
	}
	x := p.expr()
	if !p.symbol(":") {
		p.must("VALUE")
	}
	return x
}

// jsonTable is JSON_TABLE(input, path COLUMNS (…)).
func (p *parser) jsonTable() Relation {
	t := &JSONTable{Pos: p.take().at}
	p.mustSymbol("(")
	p.jsonInput(&t.Input, &t.Path, &t.Passing, true, &t.Name)
	p.must("COLUMNS")
	t.Columns = inParens(p, p.jsonColumn)
	if p.word("PLAN") {
		t.Plan = p.jsonPlan()
	}
	if t.Strict = p.word("ERROR"); t.Strict || p.word("EMPTY") {
		p.must("ON", "ERROR")
	}
	p.mustSymbol(")")
	return t
}

func (p *parser) jsonColumn() JSONColumn {
	defer p.deeper()()
	c := JSONColumn{Pos: p.tok().at}
	if p.sees("NESTED") && (p.sees("NESTED", "PATH") || p.ahead(1).kind == text) {
		p.take()
		p.word("PATH")
		c.Path = p.jsonPath()
		if p.word("AS") {
			c.As = p.label()
		}
		p.must("COLUMNS")
		c.Nested = inParens(p, p.jsonColumn)
		return c
	}
	label := p.label()
	c.Name = strings.ToLower(label)
	if p.word("FOR", "ORDINALITY") {
		return c
	}
	c.Type = p.typeName()
	encoding := ""
	if c.Format, encoding = p.jsonFormat(); encoding != "" {
		p.unsupported("ENCODING in JSON_TABLE")
	}
	if p.word("PATH") {
		c.Path = p.jsonPath()
	} else { // the member of that name, as SQL writes it
		c.Path = &Text{c.Pos, `lax $."` + strings.ReplaceAll(label, `"`, `""`) + `"`}
	}
	kind := "VALUE"
	if c.Format {
		kind = "QUERY"
		c.Wrapper, c.Omit = p.jsonWrapper()
	}
	c.OnEmpty, c.OnError = p.jsonBehaviours(kind)
	return c
}

// jsonPlan is what follows PLAN. https://trino.io/docs/current/functions/json.html#json-table
func (p *parser) jsonPlan() *JSONPlan {
	d := &JSONPlan{Pos: p.tok().at, Default: p.word("DEFAULT")}
	p.mustSymbol("(")
	if d.Default {
		for first := true; first || p.symbol(","); first = false {
			if !p.any("INNER", "OUTER", "CROSS", "UNION") {
				p.expecting("INNER", "OUTER", "CROSS", "UNION")
			}
			switch p.take().text {
			case "INNER":
				d.Inner = true
			case "CROSS":
				d.Cross = true
			}
		}
	} else {
		d = p.jsonPlanOf()
	}
	p.mustSymbol(")")
	return d
}

// jsonPlanOf is a path, a path and what lies within, or several side by side.
func (p *parser) jsonPlanOf() *JSONPlan {
	defer p.deeper()()
	first := p.jsonPlanPrimary()
	switch {
	case first.Path != "" && first.Of == nil && p.any("INNER", "OUTER"):
		first.Inner = p.take().text == "INNER"
		first.Of = []*JSONPlan{p.jsonPlanPrimary()}
	case p.any("UNION", "CROSS"):
		by := p.tok().text
		all := &JSONPlan{Pos: first.Pos, Cross: by == "CROSS", Of: []*JSONPlan{first}}
		for p.word(by) {
			all.Of = append(all.Of, p.jsonPlanPrimary())
		}
		return all
	}
	return first
}

func (p *parser) jsonPlanPrimary() *JSONPlan {
	if p.symbol("(") {
		d := p.jsonPlanOf()
		p.mustSymbol(")")
		return d
	}
	return &JSONPlan{Pos: p.tok().at, Path: p.label()}
}
