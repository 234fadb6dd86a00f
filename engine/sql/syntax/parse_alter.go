package syntax

func (p *parser) alter(at Pos) Statement {
	p.hive = true
	switch {
	case p.word("DATABASE") || p.word("SCHEMA"):
		s := &AlterDatabase{Pos: at, Name: p.qualified()}
		p.must("SET", "DBPROPERTIES")
		s.Properties = p.properties()
		return s
	case p.word("VIEW"):
		s := &AlterView{Pos: at, Name: p.qualified()}
		p.must("AS")
		s.Query = p.queryOnly()
		return s
	case p.word("TABLE"):
		return p.alterTable(at, p.qualified())
	}
	p.expecting("DATABASE", "SCHEMA", "TABLE", "VIEW")
	return nil
}

func (p *parser) alterTable(at Pos, table Name) Statement {
	var part *PartitionSpec
	if p.sees("PARTITION") {
		part = p.partition()
	}
	switch {
	case part != nil && p.word("RENAME", "TO"):
		return &RenamePartition{at, table, *part, *p.partition()}
	case part == nil && p.word("RENAME", "TO"):
		return &RenameTable{at, table, p.qualified()}
	case p.word("ADD", "COLUMNS"):
		return &AddColumns{at, table, part, inParens(p, p.columnDef)}
	case p.word("REPLACE", "COLUMNS"):
		return &ReplaceColumns{at, table, part, inParens(p, p.columnDef)}
	case p.word("SET", "LOCATION"):
		return &SetLocation{at, table, part, p.text()}
	case part == nil && p.word("ADD"):
		s := &AddPartitions{Pos: at, Table: table, IfNotExists: p.word("IF", "NOT", "EXISTS")}
		s.Specs = p.partitions()
		return s
	case part == nil && p.word("DROP", "COLUMN"):
		return &DropColumn{at, table, p.lower()}
	case part == nil && p.word("DROP"):
		s := &DropPartitions{Pos: at, Table: table, IfExists: p.word("IF", "EXISTS")}
		for s.Specs = p.partitions(); p.symbol(","); {
			s.Specs = append(s.Specs, p.partitions()...)
		}
		return s
	case part == nil && p.word("SET", "TBLPROPERTIES"):
		return &SetProperties{at, table, p.properties()}
	case part == nil && p.word("CHANGE"):
		return p.changeColumn(&ChangeColumn{Pos: at, Table: table})
	}
	p.expecting("ADD", "CHANGE", "DROP", "RENAME", "REPLACE", "SET")
	return nil
}

func (p *parser) changeColumn(s *ChangeColumn) Statement {
	p.word("COLUMN")
	s.Old = p.lower()
	s.Column = p.columnDef()
	if p.word("FIRST") {
		s.First = true
	} else if p.word("AFTER") {
		s.After = p.lower()
	}
	return s
}

// partitions is one PARTITION (…) [LOCATION '…'] after another.
func (p *parser) partitions() (out []PartitionSpec) {
	if !p.sees("PARTITION") {
		p.expecting("PARTITION")
	}
	for p.sees("PARTITION") {
		spec := p.partition()
		if p.word("LOCATION") {
			spec.Location = p.text()
		}
		out = append(out, *spec)
	}
	return out
}

func (p *parser) partition() *PartitionSpec {
	spec := &PartitionSpec{Pos: p.tok().at}
	p.must("PARTITION")
	spec.Values = inParens(p, func() PartitionValue {
		v := PartitionValue{Name: p.lower(), Op: "="}
		t := p.take()
		switch t.text {
		case "=", "<>", "<", "<=", ">", ">=":
			v.Op = t.text
		default:
			p.i--
			p.expecting("=")
		}
		if p.tok().kind == digits {
			v.Value = p.take().text
		} else if p.symbol("-") && p.tok().kind == digits {
			v.Value = "-" + p.take().text
		} else if p.tok().kind == word && reserved[p.tok().text] == false {
			typed, ok := p.primary().(*Typed) // DATE '2020-01-01'
			if !ok {
				p.expecting("<string>")
			}
			v.Value = typed.Value
		} else {
			v.Value = p.text()
		}
		return v
	})
	return spec
}
