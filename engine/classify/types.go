package classify

import (
	"maps"
	"slices"
	"strings"

	"unyo/engine/columnar"
)

// kinds that hold all of what a narrower one holds, the narrowest first.
var numbers = []columnar.Kind{columnar.Tinyint, columnar.Smallint, columnar.Int, columnar.Bigint, columnar.Float, columnar.Double}

var text = &columnar.Type{Kind: columnar.String}

// merge is a type that holds what both hold; nil is that of what has no value yet.
func merge(a, b *columnar.Type) *columnar.Type {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	case a.Kind == columnar.Struct && b.Kind == columnar.Struct:
		return mergeStructs(a, b)
	case a.Kind == b.Kind && (a.Kind == columnar.Array || a.Kind == columnar.Map):
		out := &columnar.Type{Kind: a.Kind, Fields: slices.Clone(a.Fields)}
		for i, f := range b.Fields {
			out.Fields[i].Type = merge(out.Fields[i].Type, f.Type)
		}
		return out
	case a.String() == b.String():
		return a
	}
	i, j := slices.Index(numbers, a.Kind), slices.Index(numbers, b.Kind)
	if i >= 0 && j >= 0 {
		return &columnar.Type{Kind: numbers[max(i, j)]}
	}
	return text
}

// fewMembers is up to how many members are looked up one by one.
const fewMembers = 8

// mergeStructs is a struct with the members of both: a itself, where b says nothing new.
func mergeStructs(a, b *columnar.Type) *columnar.Type {
	if len(b.Fields) <= fewMembers && adds(a, b) == nil {
		return a
	}
	out := &columnar.Type{Kind: columnar.Struct, Fields: slices.Clone(a.Fields)}
	at := map[string]int{}
	for i, f := range out.Fields {
		at[f.Name] = i
	}
	for _, f := range b.Fields {
		if i, ok := at[f.Name]; ok {
			out.Fields[i].Type = merge(out.Fields[i].Type, f.Type)
			continue
		}
		at[f.Name] = len(out.Fields)
		out.Fields = append(out.Fields, f)
	}
	return out
}

// adds is the first member of b that a does not hold already, or nil.
func adds(a, b *columnar.Type) *columnar.Field {
	for i := range b.Fields {
		f := &b.Fields[i]
		at := slices.IndexFunc(a.Fields, func(have columnar.Field) bool { return have.Name == f.Name })
		if at < 0 || merge(a.Fields[at].Type, f.Type) != a.Fields[at].Type {
			return f
		}
	}
	return nil
}

// settled is a type without gaps: what never had a value is a text.
func settled(t *columnar.Type) *columnar.Type {
	if t == nil || t.Kind == columnar.Struct && len(t.Fields) == 0 {
		return text
	}
	if len(t.Fields) == 0 {
		return t
	}
	out := *t
	out.Fields = slices.Clone(t.Fields)
	for i := range out.Fields {
		out.Fields[i].Type = settled(out.Fields[i].Type)
	}
	return &out
}

// typeOf reads a column's type; one that nobody knows is a text.
func typeOf(s string) *columnar.Type {
	t, err := columnar.ParseType(s)
	if err != nil {
		return text
	}
	return t
}

// Alike is how much of two formats' columns must agree for them to be one table's.
const Alike = 0.7

// Compatible tells whether objects of both formats can be read as one table's: the format, its compression and its signs are the same.
// https://docs.aws.amazon.com/glue/latest/dg/crawler-grouping-policy.html
func (f *Format) Compatible(g *Format) bool {
	if f.Classification != g.Classification || f.Compression != g.Compression {
		return false
	}
	for _, p := range []string{"delimiter", "format", "path"} {
		if f.Properties[p] != g.Properties[p] {
			return false
		}
	}
	return true
}

// Similar tells whether both are compatible and most of their columns agree, by name and by what they can hold.
// https://repost.aws/knowledge-center/glue-crawler-multiple-tables
func (f *Format) Similar(g *Format) bool { return f.Similarity()(g) }

// Similarity tells of many formats whether they are similar to f.
func (f *Format) Similarity() func(g *Format) bool {
	types := map[string]string{}
	for _, c := range f.Columns {
		types[c.Name] = c.Type
	}
	return func(g *Format) bool {
		if !f.Compatible(g) {
			return false
		}
		same := 0
		for _, c := range g.Columns {
			if t, ok := types[c.Name]; ok && (t == c.Type || kindred(typeOf(t), typeOf(c.Type))) {
				same++
			}
		}
		most := max(len(f.Columns), len(g.Columns))
		return most == 0 || float64(same) >= Alike*float64(most)
	}
}

// kindred tells whether one type can hold what both hold.
func kindred(a, b *columnar.Type) bool {
	return a.Kind == b.Kind || slices.Contains(numbers, a.Kind) && slices.Contains(numbers, b.Kind)
}

// Merge is the format of what f and the others hold together: the columns of f, and those that only others have behind them.
func (f Format) Merge(others ...*Format) Format {
	f.Columns = slices.Clone(f.Columns)
	was := len(f.Columns)
	at := map[string]int{}
	for i, c := range f.Columns {
		at[c.Name] = i
	}
	same := true
	for _, g := range others {
		same = same && len(g.Columns) == was
		for _, c := range g.Columns {
			i, ok := at[c.Name]
			if !ok {
				at[c.Name] = len(f.Columns)
				f.Columns = append(f.Columns, c)
			} else if f.Columns[i].Type != c.Type {
				f.Columns[i].Type = settled(merge(typeOf(f.Columns[i].Type), typeOf(c.Type))).String()
			}
		}
		f.Records, f.Bytes = f.Records+g.Records, f.Bytes+g.Bytes
	}
	const literal = "avro.schema.literal"
	if f.Properties[literal] != "" && (!same || len(f.Columns) != was) { // of one of them it is, and not of all
		f.Properties = maps.Clone(f.Properties)
		delete(f.Properties, literal)
	}
	return f
}

// Key tells formats apart.
func (f *Format) Key() string {
	var b strings.Builder
	for _, s := range []string{f.Classification, f.Compression, f.Properties["delimiter"], f.Properties["format"], f.Properties["path"]} {
		b.WriteString(s + "\x00")
	}
	for _, c := range f.Columns {
		b.WriteString(c.Name + "\x00" + c.Type + "\x00")
	}
	return b.String()
}
