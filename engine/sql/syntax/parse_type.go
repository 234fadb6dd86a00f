package syntax

import (
	"strconv"
	"strings"

	"unyo/engine/sql/fault"
	"unyo/engine/sql/types"
)

// typeName is a type: bigint, decimal(10,2), array(row(a bigint)), timestamp(3) with time zone.
func (p *parser) typeName() *types.Type {
	defer p.deeper()()
	t := p.typeBase()
	for p.sees("ARRAY") {
		p.take()
		t = types.ArrayOf(t)
	}
	return t
}

func (p *parser) typeBase() *types.Type {
	at := p.tok().at
	if p.word("INTERVAL") {
		if p.word("YEAR", "TO", "MONTH") {
			return types.Months
		}
		p.must("DAY", "TO", "SECOND")
		return types.Interval
	}
	name := p.lower()
	if name == "double" {
		p.word("PRECISION")
	}
	var sizes []int
	var args []types.Field
	switch name {
	case "row":
		p.mustSymbol("(")
		args = list(p, p.rowField)
		p.mustSymbol(")")
	case "array", "map", "qdigest":
		closing := ")"
		if p.symbol("<") {
			closing = ">"
		} else {
			p.mustSymbol("(")
		}
		args = list(p, func() types.Field { return types.Field{Type: p.typeName()} })
		p.mustSymbol(closing)
	default:
		if p.symbol("(") {
			sizes = list(p, p.size)
			p.mustSymbol(")")
		}
	}
	if name == "time" || name == "timestamp" {
		if p.word("WITH", "TIME", "ZONE") {
			name += " with time zone"
		} else {
			p.word("WITHOUT", "TIME", "ZONE")
		}
	}
	t, err := types.Named(name, sizes, args)
	if err != nil {
		if strings.HasPrefix(err.Error(), "Unknown type") {
			p.fail(at, fault.TypeNotFound, "%s", err)
		}
		p.fail(at, fault.NotSupported, "%s", err)
	}
	return t
}

// rowField is a member of a row, with or without a name.
func (p *parser) rowField() types.Field {
	// A name is followed by a type; a type alone by a comma or what ends it.
	if next := p.ahead(1); p.seesName() && (next.kind == word || next.kind == quoted) && !p.sees("DOUBLE", "PRECISION") &&
		!p.sees("TIMESTAMP", "WITH") && !p.sees("TIME", "WITH") && !p.sees("INTERVAL") {
		return types.Field{Name: p.lower(), Type: p.typeName()}
	}
	return types.Field{Type: p.typeName()}
}

func (p *parser) size() int {
	if p.tok().kind != digits {
		p.expecting("<integer>")
	}
	t := p.take()
	n, err := strconv.Atoi(t.text)
	if err != nil {
		p.fail(t.at, fault.Syntax, "Invalid number: %s", t.text)
	}
	return n
}
