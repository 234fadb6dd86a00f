package syntax

import (
	"strings"

	"unyo/engine/sql/fault"
)

func (p *parser) create(at Pos) Statement {
	p.hive = true
	replace := p.word("OR", "REPLACE")
	switch {
	case p.word("VIEW"):
		s := &CreateView{Pos: at, OrReplace: replace, Name: p.qualified()}
		p.must("AS")
		s.Query = p.queryOnly()
		return s
	case replace:
		p.expecting("VIEW")
	case p.word("DATABASE") || p.word("SCHEMA"):
		return p.createDatabase(at)
	case p.word("EXTERNAL", "TABLE"):
		s := &CreateTable{Pos: at, External: true, IfNotExists: p.word("IF", "NOT", "EXISTS"), Name: p.qualified()}
		return p.createTable(s)
	case p.word("TABLE"):
		exists := p.word("IF", "NOT", "EXISTS")
		name := p.qualified()
		if p.sees("WITH") || p.sees("AS") {
			return p.createTableAs(&CreateTableAs{Pos: at, Name: name, IfNotExists: exists})
		}
		return p.createTable(&CreateTable{Pos: at, IfNotExists: exists, Name: name})
	}
	p.expecting("DATABASE", "EXTERNAL", "OR", "SCHEMA", "TABLE", "VIEW")
	return nil
}

// queryOnly is a query within DDL: backticks quote nothing in it.
func (p *parser) queryOnly() *Query {
	p.hive = false
	return p.query()
}

func (p *parser) createDatabase(at Pos) Statement {
	s := &CreateDatabase{Pos: at, IfNotExists: p.word("IF", "NOT", "EXISTS"), Name: p.qualified()}
	if p.word("COMMENT") {
		s.Comment = p.text()
	}
	if p.word("LOCATION") {
		s.Location = p.text()
	}
	if p.word("WITH", "DBPROPERTIES") {
		s.Properties = p.properties()
	}
	return s
}

func (p *parser) createTableAs(s *CreateTableAs) Statement {
	if p.word("WITH") {
		p.hive = false
		s.Options = inParens(p, p.option)
	}
	p.must("AS")
	s.Query = p.queryOnly()
	if p.word("WITH") {
		if s.NoData = p.word("NO"); !s.NoData {
			p.must("DATA")
			return s
		}
		p.must("DATA")
	}
	return s
}

// createTable is what follows the name of a table: its columns and clauses, in Hive's order or another.
func (p *parser) createTable(s *CreateTable) Statement {
	if p.seesSymbol("(") {
		s.Columns = inParens(p, p.columnDef)
	}
	for {
		switch {
		case p.word("COMMENT"):
			c := p.text()
			s.Comment = &c
		case p.word("PARTITIONED", "BY"):
			s.PartitionedBy = inParens(p, p.partitionDef)
		case p.word("CLUSTERED", "BY"):
			s.ClusteredBy = inParens(p, p.lower)
			if p.word("SORTED", "BY") {
				p.unsupported("SORTED BY")
			}
			p.must("INTO")
			s.Buckets = p.size()
			p.must("BUCKETS")
		case p.word("ROW", "FORMAT"):
			s.RowFormat = p.rowFormat()
		case p.word("STORED", "AS"):
			p.storedAs(s)
		case p.word("LOCATION"):
			s.Location = p.text()
		case p.word("TBLPROPERTIES"):
			s.Properties = p.properties()
		case p.sees("WITH", "SERDEPROPERTIES") && s.RowFormat != nil && s.RowFormat.Properties == nil:
			p.must("WITH", "SERDEPROPERTIES")
			s.RowFormat.Properties = p.properties()
		default:
			if len(s.Columns) == 0 && s.Location == "" {
				p.expecting("(")
			}
			return s
		}
	}
}

func (p *parser) storedAs(s *CreateTable) {
	if p.word("INPUTFORMAT") {
		s.InputFormat = p.text()
		p.must("OUTPUTFORMAT")
		s.OutputFormat = p.text()
		return
	}
	if p.tok().kind != word {
		p.expecting("AVRO", "INPUTFORMAT", "ION", "ORC", "PARQUET", "RCFILE", "SEQUENCEFILE", "TEXTFILE")
	}
	s.StoredAs = p.take().text
}

func (p *parser) rowFormat() *RowFormat {
	f := &RowFormat{}
	if p.word("SERDE") {
		f.Serde = p.text()
		if p.word("WITH", "SERDEPROPERTIES") {
			f.Properties = p.properties()
		}
		return f
	}
	p.must("DELIMITED")
	clause := func() *string {
		s := Unescaped(p.text())
		return &s
	}
	for {
		switch {
		case p.word("FIELDS", "TERMINATED", "BY"):
			f.Fields = clause()
			if p.word("ESCAPED", "BY") {
				f.Escaped = clause()
			}
		case p.word("ESCAPED", "BY"):
			f.Escaped = clause()
		case p.word("COLLECTION", "ITEMS", "TERMINATED", "BY"):
			f.Collection = clause()
		case p.word("MAP", "KEYS", "TERMINATED", "BY"):
			f.Keys = clause()
		case p.word("LINES", "TERMINATED", "BY"):
			f.Lines = clause()
		case p.word("NULL", "DEFINED", "AS"):
			f.Null = clause()
		default:
			return f
		}
	}
}

// Unescaped is a text of Hive's DDL without its backslashes: \t, \001, \u0001, \'.
func Unescaped(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		if n, width := escapeNumber(s[i:]); width > 0 {
			b.WriteRune(n)
			i += width - 1
			continue
		}
		if at := strings.IndexByte("tnrb0", s[i]); at >= 0 {
			b.WriteByte("\t\n\r\b\x00"[at])
		} else {
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// escapeNumber reads 001 and u0001.
func escapeNumber(s string) (n rune, width int) {
	read := func(s string, base rune) (n rune) {
		for _, c := range strings.ToLower(s) {
			d := rune(strings.IndexRune("0123456789abcdef", c))
			if d < 0 || d >= base {
				return -1
			}
			n = n*base + d
		}
		return n
	}
	if len(s) >= 5 && s[0] == 'u' {
		if n := read(s[1:5], 16); n >= 0 {
			return n, 5
		}
	}
	if len(s) >= 3 {
		if n := read(s[:3], 8); n >= 0 && n < 256 {
			return n, 3
		}
	}
	return 0, 0
}

// columnDef is name type [COMMENT 'text'].
func (p *parser) columnDef() ColumnDef {
	c := ColumnDef{Pos: p.tok().at, Name: p.lower(), Type: p.hiveType()}
	if p.word("COMMENT") {
		c.Comment = p.text()
	}
	return c
}

// partitionDef is a column of PARTITIONED BY; of an Iceberg table its name alone, or a transform of it, which stays a text.
func (p *parser) partitionDef() ColumnDef {
	c := ColumnDef{Pos: p.tok().at}
	from := p.tok().from
	c.Name = p.lower()
	switch {
	case p.seesSymbol("("):
		for !p.seesSymbol(")") && p.tok().kind != end {
			p.take()
		}
		c.Name = strings.ToLower(p.src[from:p.tok().to])
		p.mustSymbol(")")
	case !p.seesSymbol(",") && !p.seesSymbol(")"):
		c.Type = p.hiveType()
	}
	if p.word("COMMENT") {
		c.Comment = p.text()
	}
	return c
}

// hiveType is a type's text, lower case and without spaces.
func (p *parser) hiveType() string {
	var b strings.Builder
	at, open := p.tok().at, 0
	for {
		t := p.tok()
		switch {
		case t.kind == end || open == 0 && (t.kind == symbol && (t.text == "," || t.text == ")") || t.kind == word && b.Len() > 0):
			if b.Len() == 0 {
				p.expecting("<type>")
			}
			if open > 0 {
				p.fail(at, fault.Syntax, "missing '>' at '<EOF>'")
			}
			return strings.ToLower(b.String())
		case t.kind == symbol && (t.text == "<" || t.text == "("):
			open++
		case t.kind == symbol && (t.text == ">" || t.text == ")"):
			open--
		case t.kind == symbol && t.text == "<>":
			p.expecting("<type>")
		case t.kind == word && t.text == "COMMENT": // within a struct: not kept by Glue
			p.take()
			p.text()
			continue
		}
		b.WriteString(p.src[t.from:t.to])
		p.take()
		if t.kind == ticked {
			s := strings.ReplaceAll(b.String(), "`", "")
			b.Reset()
			b.WriteString(s)
		}
	}
}

// properties is ('name' = 'value', …).
func (p *parser) properties() []Property {
	return inParens(p, func() Property {
		name := p.text()
		p.mustSymbol("=")
		return Property{name, Unescaped(p.text())}
	})
}
