package cloudtrail

import (
	"io"
	"slices"
	"strings"

	"unyo/base/must"
	"unyo/engine/columnar"
	"unyo/engine/sql"
	"unyo/engine/vector"
)

// column is a column of an event data store, as Hive would declare it.
type column struct{ name, typ string }

const eventTime = "eventtime"

// layout is the columns of a kind of event data store: as queries see them (table), as files have them (schema), and of which of the latter each of the former
// is made (parts). A file keeps the members of a struct as columns of their own, which are read much faster than a struct is put together, and instants
// as microseconds, for files tell the bounds of numbers only; a vector of the one is a vector of the other.
type layout struct {
	columns []column
	table   []sql.Column
	schema  columnar.Schema
	parts   []part
	file    columnar.Schema // what stands in a file
	kept    []int           // where that is in schema
	unique  []string        // columns whose values hardly ever repeat: a dictionary of them would be larger than they are
}

// part is a column of the table as columns of a file.
type part struct {
	typ      *columnar.Type
	from, to int
}

// layOut makes a layout of columns; of those whose names begin with one of absent there are none in files.
func layOut(columns []column, absent []string, unique ...string) *layout {
	l := &layout{columns: columns, unique: unique}
	for _, c := range columns {
		kept := c.typ
		if c.name == eventTime {
			kept = "bigint"
		}
		f, err := columnar.ParseType(kept)
		must.Hold(err == nil, "the column %s: %v", c.name, err)
		t, err := sql.TypeOfHive(c.typ)
		must.Hold(err == nil, "the column %s: %v", c.name, err)
		p := part{typ: f, from: len(l.schema)}
		l.schema = flattened(l.schema, c.name, f)
		p.to = len(l.schema)
		l.table, l.parts = append(l.table, sql.Column{Name: c.name, Type: t}), append(l.parts, p)
	}
	for i, f := range l.schema {
		if !slices.ContainsFunc(absent, func(name string) bool { return strings.HasPrefix(f.Name, name) }) {
			l.file, l.kept = append(l.file, f), append(l.kept, i)
		}
	}
	return l
}

// writer writes a segment.
func (l *layout) writer(to io.Writer) (*columnar.Writer, error) {
	return columnar.Parquet{Compression: "ZSTD", Dictionary: true, Plain: l.unique, BlockSize: 64 << 20}.NewWriter(to, l.file)
}

// row is a row of a file, of the values of all columns.
func (l *layout) row(values []columnar.Value) []columnar.Value {
	row := make([]columnar.Value, 0, len(l.schema))
	for i, v := range values {
		row = laidOut(row, l.parts[i].typ, v)
	}
	for i, at := range l.kept {
		row[i] = row[at]
	}
	return row[:len(l.kept)]
}

// place is where a column stands.
func (l *layout) place(name string) int {
	return slices.IndexFunc(l.columns, func(c column) bool { return c.name == name })
}

// flattened adds a column, of a struct its members.
func flattened(s columnar.Schema, name string, t *columnar.Type) columnar.Schema {
	if t.Kind != columnar.Struct {
		return append(s, columnar.Field{Name: name, Type: t})
	}
	for _, f := range t.Fields {
		s = flattened(s, name+"."+f.Name, f.Type)
	}
	return s
}

// laidOut adds the values of a column of a type, of a struct those of its members.
func laidOut(row []columnar.Value, t *columnar.Type, v columnar.Value) []columnar.Value {
	if t.Kind != columnar.Struct {
		return append(row, v)
	}
	for i, f := range t.Fields {
		var member columnar.Value
		if v.Valid {
			member = v.Items[i]
		}
		row = laidOut(row, f.Type, member)
	}
	return row
}

// putTogether makes a vector of a type of those that hold its members, and takes those away. A struct all of whose members are null is null.
func putTogether(t *columnar.Type, from []*vector.Vector) (*vector.Vector, []*vector.Vector) {
	if t.Kind != columnar.Struct {
		return from[0], from[1:]
	}
	out := &vector.Vector{Kind: vector.Row, Len: from[0].Len}
	rest := from
	for _, f := range t.Fields {
		var e *vector.Vector
		e, rest = putTogether(f.Type, rest)
		out.Elems = append(out.Elems, e)
	}
	var some []*vector.Vector // that are not null throughout
	for _, v := range from[:len(from)-len(rest)] {
		if !v.HasNulls() {
			return out, rest
		}
		if v.Dict == nil || v.Dict.Len > 1 {
			some = append(some, v)
		}
	}
	for i := range out.Len {
		if !slices.ContainsFunc(some, func(v *vector.Vector) bool { return !v.IsNull(i) }) {
			out.Nulls.Set(i)
		}
	}
	return out, rest
}
