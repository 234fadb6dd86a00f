package plan

import (
	"slices"
	"strings"

	"unyo/engine/sql/expr"
	"unyo/engine/sql/fault"
	"unyo/engine/sql/syntax"
	"unyo/engine/sql/types"
)

// field is a name that can be used, and the column it means.
type field struct {
	table  []string // catalog, schema, table; or an alias alone
	name   string
	column int
	t      *types.Type
	hidden bool // not part of *
}

// relation is rows and the names of their columns.
type relation struct {
	node   Node
	fields []field
}

// with is the queries that WITH names, from the inside out.
type with struct {
	named   syntax.Named
	session [2]string // where names in it are looked up
	outer   *with
	before  *with // what it may itself use

	recursive bool
	rows      *Previous // within the step of a recursive query, what its name means, with
	fields    []field   // its columns
}

// block is where expressions are translated: the rows they are computed over and the names they may use.
type block struct {
	p      *planner
	node   Node
	fields []field
	with   *with
	outer  *block // of the query around this one
	slots  *[]Slot

	params  []lambdaParam
	group   *grouping // after aggregation
	windows map[*syntax.Call]int
	aliases map[string]syntax.Expr    // in ORDER BY
	match   *sighting                 // in MATCH_RECOGNIZE
	given   map[syntax.Expr]expr.Expr // in ON of an outer join: subqueries that one side has asked
}

type lambdaParam struct {
	name string
	t    *types.Type
}

// same compares names as SQL does.
func same(a, b string) bool { return strings.EqualFold(a, b) }

// find is the field of a name, which may have its table before it; nil when there is none.
func (b *block) find(at fault.Pos, table []string, name string) *field {
	var found *field
	for i := range b.fields {
		f := &b.fields[i]
		if !same(f.name, name) || len(table) > len(f.table) {
			continue
		}
		if !slices.EqualFunc(f.table[len(f.table)-len(table):], table, same) {
			continue
		}
		if found != nil && found.column != f.column {
			fail(at, fault.AmbiguousName, "Column '%s' is ambiguous", strings.Join(append(slices.Clone(table), name), "."))
		}
		found = f
	}
	return found
}

// column is what a name means here or in a query around; nil when it means nothing.
func (b *block) column(at fault.Pos, table []string, name string) expr.Expr {
	if len(table) == 0 {
		for i := len(b.params) - 1; i >= 0; i-- {
			if same(b.params[i].name, name) {
				return &expr.Arg{Index: i, T: b.params[i].t}
			}
		}
	}
	if b.match != nil {
		if x := b.match.column(at, table, name); x != nil {
			return x
		}
	}
	if f := b.find(at, table, name); f != nil {
		if b.group != nil {
			return b.group.column(at, f)
		}
		return &expr.Column{Index: f.column, Name: f.name, T: f.t}
	}
	if b.outer == nil {
		return nil
	}
	e := b.outer.column(at, table, name)
	switch e := e.(type) {
	case *expr.Column: // its value for the row outside
		for _, s := range *b.slots {
			if s.Column == e.Index {
				return &expr.Outer{Slot: s.Slot, T: e.T}
			}
		}
		s := Slot{e.Index, b.p.slots}
		b.p.slots++
		*b.slots = append(*b.slots, s)
		return &expr.Outer{Slot: s.Slot, T: e.T}
	case *expr.Arg:
		fail(at, fault.NotSupported, "a subquery in a lambda cannot use its parameter '%s'", name)
	}
	return e
}

// inner is the block of a query within this one, and the slots in which it finds this one's columns.
func (b *block) inner() (*block, *[]Slot) {
	slots := new([]Slot)
	return &block{p: b.p, with: b.with, outer: b, slots: slots}, slots
}
