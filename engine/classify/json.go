package classify

import (
	"encoding/json"
	"io"
	"strconv"
	"strings"

	"unyo/base/jsontext"
	"unyo/engine/columnar"
)

// JSON recognises texts of JSON: values one behind the other, or one array. With a path the table is what stands there.
// https://docs.aws.amazon.com/glue/latest/dg/custom-classifier.html#custom-classifier-json
type JSON struct{ Path string }

// Bounds: how deeply values may nest that columns are made of, and of how many members no further values are looked at: a table of so many columns
// is none.
const (
	deepest     = 40
	mostMembers = 2000
)

// Classify tells what the values have in common.
func (j JSON) Classify(s *Sample) (f Format, certainty float64) {
	begin := strings.TrimLeft(s.Text, "\ufeff \t\r\n")
	if begin == "" || begin[0] != '{' && begin[0] != '[' {
		return f, 0
	}
	rest := []byte(begin)
	var typ *columnar.Type
	for f.Records < mostRows && (typ == nil || len(typ.Fields) < mostMembers) {
		v, after, err := jsontext.Parse(rest)
		if err == io.EOF {
			break
		}
		if err != nil {
			if !s.Whole && f.Records > 0 { // the value that is cut
				break
			}
			return Format{}, 0
		}
		rest = after
		for _, v := range at(v, steps(j.Path)) {
			f.Records++
			typ = merge(typ, typeOfJSON(v, 0))
		}
	}
	if f.Records == 0 {
		return Format{}, 0
	}
	f.Bytes = int64(len(begin) - len(rest))
	f.Classification = "json"
	if j.Path != "" {
		f.Properties = map[string]string{"path": j.Path}
	}
	switch {
	case typ != nil && typ.Kind == columnar.Struct:
		f.Columns = columnsOf(settled(typ).Fields)
	case typ != nil && typ.Kind == columnar.Array:
		f.Columns = []Column{{"array", settled(typ).String()}}
	default:
		return Format{}, 0
	}
	return f, 1
}

// typeOfJSON is what a value is, as AWS has it: int where that suffices, else bigint; double; string; boolean.
func typeOfJSON(v any, depth int) *columnar.Type {
	if depth > deepest {
		return text
	}
	switch v := v.(type) {
	case bool:
		return &columnar.Type{Kind: columnar.Boolean}
	case string:
		return text
	case json.Number:
		if n, err := strconv.ParseInt(v.String(), 10, 64); err == nil {
			if int64(int32(n)) == n {
				return &columnar.Type{Kind: columnar.Int}
			}
			return &columnar.Type{Kind: columnar.Bigint}
		}
		return &columnar.Type{Kind: columnar.Double}
	case []any:
		var item *columnar.Type
		for i, e := range v {
			if i == mostRows || item != nil && len(item.Fields) >= mostMembers {
				break
			}
			item = merge(item, typeOfJSON(e, depth+1))
		}
		return &columnar.Type{Kind: columnar.Array, Fields: []columnar.Field{{Type: item}}}
	case *jsontext.Object:
		t := &columnar.Type{Kind: columnar.Struct}
		for i, name := range v.Keys {
			t.Fields = append(t.Fields, columnar.Field{Name: name, Type: typeOfJSON(v.Values[i], depth+1)})
		}
		return mergeStructs(&columnar.Type{Kind: columnar.Struct}, t) // a name that is there twice is one
	}
	return nil
}

// ValidPath tells whether a JSON path is one that can be followed: $, names and [*], [n], .*.
func ValidPath(path string) bool { return len(steps(path)) > 0 || path == "$" || path == "$." }

// steps are the parts of a path: names, numbers and * after $.
func steps(path string) (list []string) {
	rest, ok := strings.CutPrefix(path, "$")
	for ok && rest != "" {
		switch {
		case rest[0] == '[':
			var inner string
			if inner, rest, ok = strings.Cut(rest[1:], "]"); ok {
				list = append(list, strings.Trim(inner, `'"`))
			}
		case rest[0] == '.':
			rest = rest[1:]
			end := strings.IndexAny(rest, ".[")
			if end < 0 {
				end = len(rest)
			}
			if end > 0 {
				list = append(list, rest[:end])
			}
			rest = rest[end:]
		default:
			ok = false
		}
	}
	if !ok {
		return nil
	}
	return list
}

// at are the values that stand where a path leads.
func at(v any, path []string) []any {
	if len(path) == 0 {
		return []any{v}
	}
	var out []any
	switch v := v.(type) {
	case []any:
		for i, e := range v {
			if path[0] == "*" || path[0] == strconv.Itoa(i) {
				out = append(out, at(e, path[1:])...)
			}
		}
	case *jsontext.Object:
		for i, name := range v.Keys {
			if path[0] == "*" || path[0] == name {
				out = append(out, at(v.Values[i], path[1:])...)
			}
		}
	}
	return out
}
