package syntax

import "strings"

// statement is any statement. What Hive's grammar reads is read with backticks as quotes.
func (p *parser) statement() Statement {
	t := p.tok()
	if t.kind == symbol && t.text == "(" || p.seesQuery() {
		return &QueryStatement{t.at, p.query()}
	}
	if t.kind == word {
		if f, ok := statements[t.text]; ok {
			p.take()
			return f(p, t.at)
		}
	}
	p.expecting("ALTER", "CREATE", "DEALLOCATE", "DESCRIBE", "DROP", "EXECUTE", "EXPLAIN", "INSERT", "MSCK", "PREPARE", "SHOW", "UNLOAD", "<query>")
	return nil
}

var statements map[string]func(p *parser, at Pos) Statement

func init() { // in a function, for EXPLAIN and PREPARE hold statements
	statements = map[string]func(p *parser, at Pos) Statement{
		"ALTER": (*parser).alter, "CREATE": (*parser).create, "DROP": (*parser).drop, "MSCK": (*parser).repair, "SHOW": (*parser).show,
		"DESCRIBE": (*parser).describe, "DESC": (*parser).describe, "EXPLAIN": (*parser).explain, "PREPARE": (*parser).prepare,
		"EXECUTE": (*parser).execute, "DEALLOCATE": (*parser).deallocate, "INSERT": (*parser).insert, "UNLOAD": (*parser).unload,
	}
}

func (p *parser) insert(at Pos) Statement {
	p.must("INTO")
	s := &InsertInto{Pos: at}
	p.word("TABLE")
	s.Name = p.qualified()
	if p.seesSymbol("(") && !(p.ahead(1).kind == word && (p.ahead(1).text == "SELECT" || p.ahead(1).text == "WITH" || p.ahead(1).text == "VALUES")) && p.ahead(1).text != "(" {
		s.Columns = inParens(p, p.lower)
	}
	s.Query = p.query()
	return s
}

func (p *parser) unload(at Pos) Statement {
	s := &Unload{Pos: at}
	p.mustSymbol("(")
	s.Query = p.query()
	p.mustSymbol(")")
	p.must("TO")
	s.To = p.text()
	if p.word("WITH") {
		s.Options = inParens(p, p.option)
	}
	return s
}

func (p *parser) option() Option {
	o := Option{Pos: p.tok().at, Name: p.lower()}
	p.mustSymbol("=")
	o.Value = p.expr()
	return o
}

func (p *parser) explain(at Pos) Statement {
	s := &Explain{Pos: at, Analyze: p.word("ANALYZE")}
	if s.Analyze {
		p.word("VERBOSE")
	}
	if p.seesSymbol("(") && (p.ahead(1).text == "TYPE" || p.ahead(1).text == "FORMAT") {
		s.Options = inParens(p, func() Option {
			o := Option{Pos: p.tok().at, Name: p.lower()}
			value := p.tok().at
			o.Value = &Text{value, strings.ToUpper(p.name())}
			return o
		})
	}
	s.Statement = p.statement()
	return s
}

func (p *parser) prepare(at Pos) Statement {
	s := &Prepare{Pos: at, Name: p.lower()}
	p.must("FROM")
	from := p.tok().from
	s.Statement = p.statement()
	s.Text = p.src[from:p.tokens[p.i-1].to]
	return s
}

func (p *parser) execute(at Pos) Statement {
	s := &Execute{Pos: at, Name: p.lower()}
	if p.word("USING") {
		s.Args = list(p, p.expr)
	}
	return s
}

func (p *parser) deallocate(at Pos) Statement {
	p.must("PREPARE")
	return &Deallocate{at, p.lower()}
}

func (p *parser) repair(at Pos) Statement {
	p.hive = true
	p.must("REPAIR", "TABLE")
	return &RepairTable{at, p.qualified()}
}

func (p *parser) describe(at Pos) Statement {
	p.hive = true
	s := &Describe{Pos: at}
	if p.word("VIEW") {
		s.View, s.Name = true, p.qualified()
		return s
	}
	if p.any("EXTENDED", "FORMATTED") && p.ahead(1).kind != end {
		s.Mode = p.take().text
	}
	s.Name = p.qualified()
	if p.sees("PARTITION") {
		s.Partition = p.partition()
	}
	if p.seesName() {
		s.Column = p.lower()
		for p.symbol(".") {
			s.Column += "." + p.lower()
		}
	}
	return s
}

func (p *parser) show(at Pos) Statement {
	p.hive = true
	s := &Show{Pos: at}
	switch {
	case p.word("DATABASES") || p.word("SCHEMAS"):
		s.What = "DATABASES"
		if p.word("IN") || p.word("FROM") {
			s.Name = p.qualified()
		}
	case p.any("TABLES", "VIEWS"):
		s.What = p.take().text
		if p.word("IN") || p.word("FROM") {
			s.Name = p.qualified()
		}
	case p.word("COLUMNS"):
		s.What = "COLUMNS"
		p.showIn(s)
	case p.word("PARTITIONS"):
		s.What, s.Name = "PARTITIONS", p.qualified()
	case p.word("CREATE", "TABLE"):
		s.What, s.Name = "CREATE TABLE", p.qualified()
	case p.word("CREATE", "VIEW"):
		s.What, s.Name = "CREATE VIEW", p.qualified()
	case p.word("TBLPROPERTIES"):
		s.What, s.Name = "TBLPROPERTIES", p.qualified()
		if p.symbol("(") {
			s.Property = p.text()
			p.mustSymbol(")")
		}
	case p.word("FUNCTIONS"):
		s.What = "FUNCTIONS"
	default:
		p.expecting("COLUMNS", "CREATE", "DATABASES", "FUNCTIONS", "PARTITIONS", "SCHEMAS", "TABLES", "TBLPROPERTIES", "VIEWS")
	}
	like := p.word("LIKE")
	if p.tok().kind == text || like || p.hive && p.tok().kind == quoted {
		t := p.text()
		s.Pattern = &t
	}
	return s
}

// showIn is SHOW COLUMNS (FROM|IN) table [(FROM|IN) database].
func (p *parser) showIn(s *Show) {
	if !p.word("IN") && !p.word("FROM") {
		p.expecting("FROM", "IN")
	}
	s.Name = p.qualified()
	if p.word("IN") || p.word("FROM") {
		db := p.qualified()
		s.Name.Parts = append(db.Parts, s.Name.Parts...)
	}
}

func (p *parser) drop(at Pos) Statement {
	p.hive = true
	exists := func() bool { return p.word("IF", "EXISTS") }
	switch {
	case p.word("TABLE"):
		s := &DropTable{Pos: at, IfExists: exists()}
		s.Name = p.qualified()
		return s
	case p.word("VIEW"):
		s := &DropView{Pos: at, IfExists: exists()}
		s.Name = p.qualified()
		return s
	case p.word("DATABASE") || p.word("SCHEMA"):
		s := &DropDatabase{Pos: at, IfExists: exists()}
		s.Name = p.qualified()
		if s.Cascade = p.word("CASCADE"); !s.Cascade {
			p.word("RESTRICT")
		}
		return s
	}
	p.expecting("DATABASE", "SCHEMA", "TABLE", "VIEW")
	return nil
}
