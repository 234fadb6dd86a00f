package avro

import (
	"slices"
	"strings"

	"unyo/engine/columnar"
	"unyo/engine/vector"
)

// read appends a value to a vector of a column's type.
type read func(d *decoder, v *vector.Vector)

// planner finds how a file's values become a column's: wrote is the file's schema, reads the table's, nil where it tells none.
type planner struct{ depth int }

func (p *planner) value(column string, wrote, reads *Schema, t *columnar.Type) (read, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, badSchema("column %s lies too deep", column)
	}
	defer func() { p.depth-- }()
	if reads != nil && reads.Kind == "union" {
		some := reads.some()
		if reads = nil; len(some) == 1 {
			reads = some[0]
		}
	}
	mismatch := &columnar.MismatchError{Column: column, File: strings.TrimSpace(wrote.Kind + " " + wrote.Name), Table: t.String()}
	switch {
	case wrote.Kind == "union":
		return p.union(column, wrote, reads, t)
	case wrote.Kind == "null":
		return func(_ *decoder, v *vector.Vector) { v.AppendNull() }, nil
	case t.Kind == columnar.Struct && wrote.Kind == "record":
		return p.record(column, wrote, reads, t)
	case t.Kind == columnar.Array && wrote.Kind == "array":
		item, err := p.value(column, wrote.Items, itemsOf(reads, "array"), t.Fields[0].Type)
		return func(d *decoder, v *vector.Vector) {
			d.each(func() { item(d, v.Elems[0]) })
			v.EndSpan()
		}, err
	case t.Kind == columnar.Map && wrote.Kind == "map":
		key, err := plain(&Schema{Kind: "string"}, t.Fields[0].Type), error(nil)
		if key == nil {
			return nil, mismatch
		}
		value, err := p.value(column, wrote.Items, itemsOf(reads, "map"), t.Fields[1].Type)
		return func(d *decoder, v *vector.Vector) {
			d.each(func() {
				key(d, v.Elems[0])
				value(d, v.Elems[1])
			})
			v.EndSpan()
		}, err
	}
	if f := plain(wrote, t); f != nil {
		return f, nil
	}
	return nil, mismatch
}

func itemsOf(s *Schema, kind string) *Schema {
	if s == nil || s.Kind != kind {
		return nil
	}
	return s.Items
}

// union reads whichever branch is there. One that the column cannot take is an error where it occurs, unless none can be taken.
func (p *planner) union(column string, wrote, reads *Schema, t *columnar.Type) (read, error) {
	list := make([]read, len(wrote.Branches))
	var last error
	any := false
	for i, b := range wrote.Branches {
		f, err := p.value(column, b, reads, t)
		if err != nil {
			bad := err
			last, f = err, func(*decoder, *vector.Vector) { panic(failure{bad}) }
		} else if b.Kind != "null" {
			any = true
		}
		list[i] = f
	}
	if !any && last != nil {
		return nil, last
	}
	return func(d *decoder, v *vector.Vector) { list[d.branch(len(list))](d, v) }, nil
}

// part is what becomes of a field of the file: it is read into a member, or passed over when that is -1.
type part struct {
	to   int
	read read
	skip *Schema
	size int64 // of a default
}

func (p *planner) record(column string, wrote, reads *Schema, t *columnar.Type) (read, error) {
	parts, rest, err := p.parts(column, wrote, reads, t.Fields)
	if err != nil {
		return nil, err
	}
	return func(d *decoder, v *vector.Vector) {
		into(d, parts, rest, v.Elems)
		v.Len++
	}, nil
}

// into reads a record into the vectors of its members.
func into(d *decoder, parts, rest []part, members []*vector.Vector) {
	for _, f := range parts {
		from := d.at
		if f.to < 0 {
			f.skip.skip(d)
		} else {
			f.read(d, members[f.to])
		}
		d.past(from)
	}
	for _, f := range rest {
		if d.given += f.size; d.given > maxBlock {
			panic(failure{vector.ErrTooLarge})
		}
		f.read(d, members[f.to])
	}
}

// parts is a record's fields in the order of the file, and then the members that the file has not: their defaults, or nulls.
func (p *planner) parts(column string, wrote, reads *Schema, members []columnar.Field) (parts, rest []part, err error) {
	for _, f := range wrote.Fields {
		parts = append(parts, part{to: -1, skip: f.Type})
	}
	for i, m := range members {
		name := m.Name
		if column != "" {
			name = column
		}
		at, field := find(wrote, reads, m.Name)
		switch {
		case at >= 0 && parts[at].to < 0:
			var of *Schema
			if field != nil {
				of = field.Type
			}
			f, err := p.value(name, wrote.Fields[at].Type, of, m.Type)
			if err != nil {
				return nil, nil, err
			}
			parts[at] = part{to: i, read: f}
		case at >= 0:
			return nil, nil, badSchema("two columns are the field %s", wrote.Fields[at].Name)
		case field != nil && !field.Has:
			return nil, nil, badSchema("the file has no field %s, for which the table's schema has no default", field.Name)
		default:
			one := columnar.NewVector(m.Type)
			if field == nil {
				one.AppendNull()
			} else if err := put(one, m.Type, field.Type, field.Default); err != nil {
				return nil, nil, badSchema("the default of %s: %v", field.Name, err)
			}
			rest = append(rest, part{to: i, size: one.Size(), read: func(_ *decoder, v *vector.Vector) { v.Append(one, 0) }})
		}
	}
	return parts, rest, nil
}

// find is the field of the file that a column means, or -1; and that of the table's schema, if it tells one. Names of columns know no case.
func find(wrote, reads *Schema, name string) (at int, field *Field) {
	names := []string{name}
	if reads != nil && reads.Kind == "record" {
		for i := range reads.Fields {
			if f := &reads.Fields[i]; strings.EqualFold(f.Name, name) {
				names, field = append([]string{f.Name}, f.Aliases...), f
				break
			}
		}
	}
	for _, n := range names {
		if at = slices.IndexFunc(wrote.Fields, func(f Field) bool { return f.Name == n }); at >= 0 {
			return at, field
		}
	}
	return slices.IndexFunc(wrote.Fields, func(f Field) bool { return strings.EqualFold(f.Name, names[0]) }), field
}
