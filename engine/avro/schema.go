package avro

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"unyo/base/jsontext"
	"unyo/engine/columnar"
)

// ErrCorrupt is a file that is not what it says, or not whole; ErrSchema a schema that is none, or that tells what cannot be read.
var (
	ErrCorrupt = errors.New("corrupt Avro file")
	ErrSchema  = errors.New("bad Avro schema")
)

// Schema is a type.
type Schema struct {
	Kind     string // null, boolean, int, long, float, double, bytes, string, record, enum, array, map, union, fixed
	Name     string // of what has one, with its namespace
	Fields   []Field
	Symbols  []string
	Items    *Schema // of an array; of a map, its values
	Branches []*Schema
	Size     int

	Logical          string
	Precision, Scale int
}

// Field is a member of a record.
type Field struct {
	Name    string
	Aliases []string
	Type    *Schema
	Default any // as package jsontext has it
	Has     bool
}

// The bounds of a schema: how deep types lie in each other, and how many there are.
const (
	maxDepth = 100
	maxTypes = 50_000
	maxText  = 16 << 20
)

type schemaParser struct {
	named map[string]*Schema
	types int
}

func badSchema(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrSchema, fmt.Sprintf(format, args...))
}

// ParseSchema reads a schema's JSON.
func ParseSchema(text []byte) (*Schema, error) {
	if len(text) > maxText {
		return nil, badSchema("it has %d bytes", len(text))
	}
	v, err := jsontext.Whole(text)
	if err != nil {
		return nil, badSchema("%v", err)
	}
	return (&schemaParser{named: map[string]*Schema{}}).schema(v, "", 0)
}

func isPrimitive(kind string) bool {
	switch kind {
	case "null", "boolean", "int", "long", "float", "double", "bytes", "string":
		return true
	}
	return false
}

func (p *schemaParser) schema(v any, space string, depth int) (*Schema, error) {
	if p.types++; depth > maxDepth || p.types > maxTypes {
		return nil, badSchema("it is too large")
	}
	switch v := v.(type) {
	case string:
		if isPrimitive(v) {
			return &Schema{Kind: v}, nil
		}
		if s := p.named[fullName(v, space)]; s != nil {
			return s, nil
		}
		if s := p.named[v]; s != nil {
			return s, nil
		}
		return nil, badSchema("no type %.100q", v)
	case []any:
		s := &Schema{Kind: "union"}
		for _, b := range v {
			one, err := p.schema(b, space, depth+1)
			if err != nil {
				return nil, err
			}
			if one.Kind == "union" {
				return nil, badSchema("a union within a union")
			}
			s.Branches = append(s.Branches, one)
		}
		if len(s.Branches) == 0 {
			return nil, badSchema("a union of nothing")
		}
		return s, nil
	case *jsontext.Object:
		return p.object(v, space, depth)
	}
	return nil, badSchema("%.100v is no type", v)
}

func fullName(name, space string) string {
	if space == "" || strings.Contains(name, ".") {
		return name
	}
	return space + "." + name
}

// member is an object's member; the first, if it stands there twice.
func member(o *jsontext.Object, name string) (any, bool) {
	for i, k := range o.Keys {
		if k == name {
			return o.Values[i], true
		}
	}
	return nil, false
}

func text(o *jsontext.Object, name string) string {
	v, _ := member(o, name)
	s, _ := v.(string)
	return s
}

func number(o *jsontext.Object, name string) int {
	v, _ := member(o, name)
	n, _ := v.(json.Number)
	i, err := strconv.Atoi(n.String())
	if err != nil {
		return -1
	}
	return i
}

func texts(o *jsontext.Object, name string) (list []string) {
	v, _ := member(o, name)
	items, _ := v.([]any)
	for _, i := range items {
		if s, ok := i.(string); ok {
			list = append(list, s)
		}
	}
	return list
}

func (p *schemaParser) object(o *jsontext.Object, space string, depth int) (*Schema, error) {
	typ, ok := member(o, "type")
	if !ok {
		return nil, badSchema("a type without a type")
	}
	kind, ok := typ.(string)
	if !ok {
		return p.schema(typ, space, depth+1)
	}
	s := &Schema{Kind: kind, Logical: text(o, "logicalType"), Precision: number(o, "precision"), Scale: max(number(o, "scale"), 0)}
	var err error
	switch kind {
	case "array", "map":
		items, _ := member(o, map[string]string{"array": "items", "map": "values"}[kind])
		s.Items, err = p.schema(items, space, depth+1)
		return s, err
	case "record", "error", "enum", "fixed":
		name := text(o, "name")
		if name == "" {
			return nil, badSchema("a %s without a name", kind)
		}
		if own := text(o, "namespace"); own != "" {
			space = own
		}
		s.Name = fullName(name, space)
		if i := strings.LastIndexByte(s.Name, '.'); i >= 0 {
			space = s.Name[:i]
		}
		if p.named[s.Name] != nil {
			return nil, badSchema("the type %s stands there twice", s.Name)
		}
		p.named[s.Name] = s
		return s, p.members(s, o, space, depth)
	}
	if !isPrimitive(kind) {
		return p.schema(kind, space, depth+1)
	}
	return s, nil
}

// members reads what a type with a name is made of.
func (p *schemaParser) members(s *Schema, o *jsontext.Object, space string, depth int) error {
	switch s.Kind {
	case "enum":
		if s.Symbols = texts(o, "symbols"); len(s.Symbols) == 0 {
			return badSchema("the enum %s has no symbols", s.Name)
		}
		return nil
	case "fixed":
		if s.Size = number(o, "size"); s.Size < 0 || s.Size > maxBlock {
			return badSchema("the fixed %s has no size", s.Name)
		}
		return nil
	}
	s.Kind = "record"
	v, _ := member(o, "fields")
	list, ok := v.([]any)
	if !ok {
		return badSchema("the record %s has no fields", s.Name)
	}
	for _, v := range list {
		f, ok := v.(*jsontext.Object)
		if !ok || text(f, "name") == "" {
			return badSchema("a field of %s has no name", s.Name)
		}
		typ, _ := member(f, "type")
		t, err := p.schema(typ, space, depth+1)
		if err != nil {
			return err
		}
		field := Field{Name: text(f, "name"), Aliases: texts(f, "aliases"), Type: t}
		field.Default, field.Has = member(f, "default")
		s.Fields = append(s.Fields, field)
	}
	return nil
}

// HiveType is the type as which a table has it.
// https://cwiki.apache.org/confluence/display/Hive/AvroSerDe#AvroSerDe-AvrotoHivetypeconversion
func (s *Schema) HiveType() (*columnar.Type, error) { return s.hive(0, new(int)) }

// hive counts the types, for one with a name may stand there often, and again in what stands there often.
func (s *Schema) hive(depth int, types *int) (*columnar.Type, error) {
	if *types++; depth > 40 || *types > maxTypes {
		return nil, badSchema("the type %s holds itself, or lies too deep", s.Name)
	}
	plain := func(k columnar.Kind) (*columnar.Type, error) { return &columnar.Type{Kind: k}, nil }
	within := func(kind columnar.Kind, before []columnar.Field, of *Schema) (*columnar.Type, error) {
		t, err := of.hive(depth+1, types)
		if err != nil {
			return nil, err
		}
		return &columnar.Type{Kind: kind, Fields: append(before, columnar.Field{Type: t})}, nil
	}
	switch {
	case s.Logical == "decimal" && (s.Kind == "bytes" || s.Kind == "fixed") && s.Precision > 0 && s.Precision <= 38 && s.Scale <= s.Precision:
		return &columnar.Type{Kind: columnar.Decimal, Precision: s.Precision, Scale: s.Scale}, nil
	case s.Logical == "date" && s.Kind == "int":
		return plain(columnar.Date)
	case s.Kind == "long" && s.instant() != 0:
		return plain(columnar.Timestamp)
	}
	switch s.Kind {
	case "boolean":
		return plain(columnar.Boolean)
	case "int":
		return plain(columnar.Int)
	case "long":
		return plain(columnar.Bigint)
	case "float":
		return plain(columnar.Float)
	case "double":
		return plain(columnar.Double)
	case "bytes", "fixed":
		return plain(columnar.Binary)
	case "array":
		return within(columnar.Array, nil, s.Items)
	case "map":
		return within(columnar.Map, []columnar.Field{{Type: &columnar.Type{Kind: columnar.String}}}, s.Items)
	case "union":
		some := s.some()
		if len(some) > 1 {
			return nil, badSchema("a union of several types is no type of a column")
		} else if len(some) == 1 {
			return some[0].hive(depth+1, types)
		}
	case "record":
		t := &columnar.Type{Kind: columnar.Struct}
		for _, f := range s.Fields {
			is, err := f.Type.hive(depth+1, types)
			if err != nil {
				return nil, err
			}
			t.Fields = append(t.Fields, columnar.Field{Name: strings.ToLower(f.Name), Type: is})
		}
		return t, nil
	}
	return plain(columnar.String)
}

// some are the branches of a union that are not null.
func (s *Schema) some() (list []*Schema) {
	for _, b := range s.Branches {
		if b.Kind != "null" {
			list = append(list, b)
		}
	}
	return list
}

// instant is how many nanoseconds a timestamp's unit has; 0 when the type is none.
func (s *Schema) instant() int64 {
	switch strings.TrimPrefix(s.Logical, "local-") {
	case "timestamp-millis":
		return 1e6
	case "timestamp-micros":
		return 1e3
	case "timestamp-nanos":
		return 1
	}
	return 0
}
