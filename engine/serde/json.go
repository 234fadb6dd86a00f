package serde

import (
	"bytes"
	"fmt"
	"strings"

	"unyo/engine/columnar"
	"unyo/engine/vector"
)

// jsonRows reads a JSON object a line. The two classes differ in what they take: OpenX gives a text column whatever JSON
// stands there, an empty line and (when told so) a malformed one are rows of nulls, and an empty text is no number but null.
// https://docs.aws.amazon.com/athena/latest/ug/openx-json-serde.html
// https://docs.aws.amazon.com/athena/latest/ug/hive-json-serde.html
type jsonRows struct {
	scan    jsonScan
	dialect dialect
	openX   bool
	texts   bool // a text column takes lists and objects as they stand
	lenient bool // malformed rows are nulls
	nulls   bool // what is not of its type is null
	row     *jsonPlan
	value   vector.Vector // of row
}

func openOpenX(t *Table, o Object, columns []int, _ []*vector.Domain) (vector.Reader, error) {
	j, err := t.json(columns, true)
	if err != nil {
		return nil, err
	}
	return t.openText(o, columns, j)
}

func openHiveJSON(t *Table, o Object, columns []int, _ []*vector.Domain) (vector.Reader, error) {
	j, err := t.json(columns, false)
	if err != nil {
		return nil, err
	}
	return t.openText(o, columns, j)
}

func (t *Table) json(columns []int, openX bool) (*jsonRows, error) {
	j := &jsonRows{openX: openX, texts: openX, lenient: openX && t.flag("ignore.malformed.json", false), nulls: t.flag("use.null.for.invalid.data", false)}
	j.dialect.json = true
	var err error
	if j.dialect.layouts, err = t.layouts(); err != nil {
		return nil, err
	}
	keys := jsonKeys{fold: true}
	if openX {
		keys = jsonKeys{fold: t.flag("case.insensitive", true), dots: t.flag("dots.in.keys", false), mapping: map[string]string{}}
		for name, v := range t.Properties {
			if column, ok := strings.CutPrefix(name, "mapping."); ok {
				keys.mapping[strings.ToLower(column)] = v
			}
		}
	}
	j.row = j.plan(keys, "", &columnar.Type{Kind: columnar.Struct, Fields: t.Columns})
	j.row.pick(columns)
	j.value.Kind = vector.Row
	return j, nil
}

// jsonKeys is how keys become names.
type jsonKeys struct {
	fold, dots bool
	mapping    map[string]string
}

func (k *jsonKeys) of(name string) string {
	if key, ok := k.mapping[strings.ToLower(name)]; ok {
		name = key
	}
	if k.fold {
		name = strings.ToLower(name)
	}
	return name
}

// name is a key as names are kept.
func (k *jsonKeys) name(key []byte) []byte {
	if k.fold {
		key = bytes.ToLower(key)
	}
	if k.dots {
		key = bytes.ReplaceAll(key, []byte("."), []byte("_"))
	}
	return key
}

// jsonPlan is how a type is read.
type jsonPlan struct {
	column  string
	typ     *columnar.Type
	convert converter
	parts   []*jsonPlan
	keys    jsonKeys
	place   map[string]int // of a struct: the member of a name
	out     [][]int        // of the row: where a member goes
	order   []jsonGuess    // of a struct: what stood at each place in the object before
	seen    []uint         // of a struct: by member, the last object that had it
	object  uint
}

// jsonGuess is a key with the member that it names; -1 for none.
type jsonGuess struct {
	key    []byte
	member int
}

func (j *jsonRows) plan(keys jsonKeys, column string, t *columnar.Type) *jsonPlan {
	p := &jsonPlan{column: column, typ: t, keys: keys}
	if t.Kind < columnar.Array {
		p.convert = j.dialect.converter(t)
	}
	if t.Kind == columnar.Struct {
		p.place = map[string]int{}
		p.seen = make([]uint, len(t.Fields))
	}
	for i, f := range t.Fields {
		name := column
		if column == "" {
			name = f.Name
		}
		p.parts = append(p.parts, j.plan(keys, name, f.Type))
		if t.Kind == columnar.Struct {
			p.place[keys.of(f.Name)] = i
		}
	}
	return p
}

// pick says which members of the row are read, and where they go.
func (p *jsonPlan) pick(columns []int) {
	p.out = make([][]int, len(p.parts))
	for i, c := range columns {
		p.out[c] = append(p.out[c], i)
	}
}

// member is the member that a key names; -1 for none.
func (p *jsonPlan) member(i int, key []byte) int {
	if i < len(p.order) && bytes.Equal(p.order[i].key, key) {
		return p.order[i].member
	}
	m, ok := p.place[string(p.keys.name(key))]
	if !ok {
		m = -1
	}
	g := jsonGuess{bytes.Clone(key), m}
	if i < len(p.order) {
		p.order[i] = g
	} else if i == len(p.order) && i < 256 {
		p.order = append(p.order, g)
	}
	return m
}

func (j *jsonRows) parse(line []byte, out []*vector.Vector) (bool, error) {
	s := &j.scan
	s.b, s.at, s.depth = line, 0, 0
	if j.openX && len(bytes.TrimSpace(line)) == 0 || j.lenient && !s.valid() {
		for _, v := range out {
			v.AppendNull()
		}
		return false, nil
	}
	s.at = 0
	if s.peek() != '{' {
		return false, j.malformed(s.fail("it is no object"))
	}
	j.value.Elems = out
	if err := j.object(j.row, &j.value); err != nil {
		return false, j.malformed(err)
	}
	if s.peek() != 0 || s.at < len(s.b) {
		return false, j.malformed(s.fail("something stands behind the object"))
	}
	return false, nil
}

func (j *jsonRows) malformed(err error) error {
	if why, ok := err.(jsonError); ok {
		return &BadDataError{Why: fmt.Sprintf("Row is not a valid JSON Object - JSONException: %s at %d", why.what, why.at)}
	}
	return err
}

// object reads an object as a struct. The row's members are the vectors asked for.
func (j *jsonRows) object(p *jsonPlan, v *vector.Vector) error {
	p.object++
	i := 0
	err := j.scan.each('{', '}', func() error {
		key, err := j.scan.key()
		if err != nil {
			return err
		}
		m := p.member(i, key)
		i++
		if m < 0 || p.out != nil && p.out[m] == nil {
			return j.scan.skip()
		}
		if p.seen[m] == p.object {
			if j.lenient {
				return j.scan.skip()
			}
			return j.scan.fail(fmt.Sprintf("Duplicate key %q", key))
		}
		p.seen[m] = p.object
		if p.out == nil {
			return j.put(p.parts[m], v.Elems[m])
		}
		from := j.scan.at
		for _, o := range p.out[m] {
			j.scan.at = from
			if err := j.put(p.parts[m], v.Elems[o]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for m, object := range p.seen {
		switch {
		case object == p.object:
		case p.out == nil:
			v.Elems[m].AppendNull()
		default:
			for _, o := range p.out[m] {
				v.Elems[o].AppendNull()
			}
		}
	}
	v.Len++
	return nil
}

// put appends the value that comes next.
func (j *jsonRows) put(p *jsonPlan, v *vector.Vector) error {
	s := &j.scan
	switch c := s.peek(); {
	case c == 'n':
		v.AppendNull()
		return s.word("null")
	case c == '{' && p.typ.Kind == columnar.Struct:
		return j.object(p, v)
	case c == '{' && p.typ.Kind == columnar.Map:
		return j.entries(p, v)
	case c == '[' && p.typ.Kind == columnar.Array:
		err := s.each('[', ']', func() error { return j.put(p.parts[0], v.Elems[0]) })
		v.EndSpan()
		return err
	case c == '{' || c == '[':
		from := s.at
		if err := s.skip(); err != nil {
			return err
		}
		if text := s.b[from:s.at]; !j.texts || p.typ.Kind != columnar.String {
			return j.unfit(p, v, text)
		} else {
			v.AppendText(text)
		}
		return nil
	case c == '"':
		text, err := s.text()
		if err != nil {
			return err
		}
		if len(text) == 0 && j.openX && p.convert != nil && (p.typ.Kind < columnar.String || p.typ.Kind > columnar.Binary) {
			v.AppendNull()
			return nil
		}
		return j.scalar(p, v, text)
	default:
		text, err := s.plain()
		if err != nil {
			return err
		}
		return j.scalar(p, v, text)
	}
}

func (j *jsonRows) scalar(p *jsonPlan, v *vector.Vector, text []byte) error {
	if p.convert == nil || !p.convert(v, text) {
		return j.unfit(p, v, text)
	}
	return nil
}

// unfit is a value that is not of its type.
func (j *jsonRows) unfit(p *jsonPlan, v *vector.Vector, text []byte) error {
	if j.nulls {
		v.AppendNull()
		return nil
	}
	return &BadDataError{Column: p.column, Value: string(text), Why: "it is no " + p.typ.String()}
}

// entries reads an object as a map.
func (j *jsonRows) entries(p *jsonPlan, v *vector.Vector) error {
	seen := map[string]bool{}
	err := j.scan.each('{', '}', func() error {
		key, err := j.scan.key()
		if err != nil {
			return err
		}
		if seen[string(key)] {
			if j.lenient {
				return j.scan.skip()
			}
			return j.scan.fail(fmt.Sprintf("Duplicate key %q", key))
		}
		seen[string(key)] = true
		if err := j.scalar(p.parts[0], v.Elems[0], key); err != nil {
			return err
		}
		return j.put(p.parts[1], v.Elems[1])
	})
	v.EndSpan()
	return err
}
