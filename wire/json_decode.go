package wire

import (
	"bytes"
	"unicode/utf8"
	"unsafe"
)

// What AWS's JSON front ends say of a body they cannot read.
const (
	errTooDeep     = "The request body is nested too deeply"
	errTooLarge    = "The request body holds too many values"
	errNotJSON     = "Unable to parse the request body as JSON"
	errNotUTF8     = "The request body is not valid UTF-8"
	errStructFound = "Start of structure or map found where not expected."
	errListFound   = "Start of list found where not expected"
	errNotStruct   = "Expected structure or null"
	errNotList     = "Expected list or null"
	errNotMap      = "Expected map or null"
)

type jsonDecoder struct {
	jsonScanner
	slab slab
}

// decodeJSON fills the structure at base from src.
func decodeJSON(src []byte, p *Plan, base unsafe.Pointer) error {
	if !utf8.Valid(src) {
		return serialization(errNotUTF8)
	}
	d := jsonDecoder{jsonScanner: jsonScanner{src: src}, slab: newSlab(len(src))}
	if err := d.structure(p, base, 0); err != nil {
		return err
	}
	if d.space(); d.pos != len(src) {
		return d.syntax()
	}
	return nil
}

func (d *jsonDecoder) syntax() error {
	if d.why != "" {
		return serialization(d.why)
	}
	return serialization(errNotJSON)
}

// structure reads an object into base. Members that the model does not know are read and forgotten.
func (d *jsonDecoder) structure(p *Plan, base unsafe.Pointer, depth int) error {
	if err := d.open('{', errNotStruct, depth); err != nil {
		return err
	}
	if d.eat('}') {
		return nil
	}
	next := 0 // members often come in the model's order
	for {
		if d.peek() != '"' {
			return d.syntax()
		}
		m := d.expected(p, &next)
		if m == nil {
			name, ok := d.text()
			if !ok || !d.eat(':') {
				return d.syntax()
			}
			m = p.named(name, &next)
		}
		switch {
		case m == nil:
			if !d.skip(depth + 1) {
				return d.syntax()
			}
		case d.peek() == 'n':
			if !d.literal("null") {
				return d.syntax()
			}
			m.clear(base)
		default:
			if err := d.value(m.Value, m.room(base, &d.slab), depth+1); err != nil {
				return err
			}
		}
		if d.eat('}') {
			return nil
		}
		if !d.eat(',') {
			return d.syntax()
		}
	}
}

// expected consumes the name and colon of the member at next, or of the other one of two, if that is what comes and nothing is between them; next is the one
// behind it then. Most of a batch is such names.
func (d *jsonDecoder) expected(p *Plan, next *int) *Member {
	rest := d.src[d.pos:]
	for _, i := range [2]int{*next, 0} {
		if i < len(p.Members) && p.Members[i].wire.in == inBody && bytes.HasPrefix(rest, p.Members[i].wire.jsonKey) {
			d.pos += len(p.Members[i].wire.jsonKey)
			*next = i + 1
			return &p.Members[i]
		}
		if len(p.Members) != 2 {
			break
		}
	}
	return nil
}

// named finds a member by its name, and lets next be the one behind it.
func (p *Plan) named(name []byte, next *int) *Member {
	i, known := p.byJSON[string(name)]
	if !known {
		return nil
	}
	*next = int(i) + 1
	return &p.Members[i]
}

// open consumes the bracket that begins a structure, map or list.
func (d *jsonDecoder) open(bracket byte, wrong string, depth int) error {
	if d.peek() != bracket || d.pos >= len(d.src) {
		return d.refuse(wrong)
	}
	if depth >= maxDepth {
		return serialization(errTooDeep)
	}
	if d.slab.over() {
		return serialization(errTooLarge)
	}
	d.pos++
	return nil
}

// refuse reports the value that comes next as of the wrong kind, unless it is no JSON at all.
func (d *jsonDecoder) refuse(wrong string) error {
	if !d.skip(0) {
		return d.syntax()
	}
	return serialization(wrong)
}

// value reads a value that is not null at the member's level; null inside lists leaves the zero value.
func (d *jsonDecoder) value(v *Value, p unsafe.Pointer, depth int) error {
	switch v.Kind {
	case String, Blob, Time:
		if d.peek() == '"' {
			b, ok := d.text()
			if !ok {
				return d.syntax()
			}
			return v.setJSONText(p, b)
		}
		if v.Kind == Time {
			return d.number(v, p)
		}
		return d.convert("a String")
	case Int32, Int64, Float32, Float64:
		return d.number(v, p)
	case Bool:
		return d.boolean(p)
	case List:
		return d.list(v, p, depth)
	case Map:
		return d.mapping(v, p, depth)
	case Struct:
		if d.peek() == 'n' {
			return d.null()
		}
		return d.structure(v.Struct, p, depth)
	case Document:
		doc, ok := d.document(depth)
		if !ok {
			return d.syntax()
		}
		setDocument(p, doc)
		return nil
	}
	if !d.skip(depth) { // streams and events have no place in a JSON body
		return d.syntax()
	}
	return nil
}

func (d *jsonDecoder) null() error {
	if !d.literal("null") {
		return d.syntax()
	}
	return nil
}

func (d *jsonDecoder) list(v *Value, p unsafe.Pointer, depth int) error {
	if d.peek() == 'n' {
		return d.null()
	}
	if err := d.open('[', errNotList, depth); err != nil {
		return err
	}
	begin(p)
	if d.eat(']') {
		return nil
	}
	for {
		if d.slab.over() {
			return serialization(errTooLarge)
		}
		if err := d.value(v.Elem, v.push(p, &d.slab), depth+1); err != nil {
			return err
		}
		if d.eat(']') {
			return nil
		}
		if !d.eat(',') {
			return d.syntax()
		}
	}
}

// mapping reads an object into a map. A key whose value is null is absent.
func (d *jsonDecoder) mapping(v *Value, p unsafe.Pointer, depth int) error {
	if d.peek() == 'n' {
		return d.null()
	}
	if err := d.open('{', errNotMap, depth); err != nil {
		return err
	}
	m := v.beginMap(p, &d.slab)
	if d.eat('}') {
		return nil
	}
	for {
		if d.slab.over() {
			return serialization(errTooLarge)
		}
		if d.peek() != '"' {
			return d.syntax()
		}
		key, ok := d.text()
		if !ok || !d.eat(':') {
			return d.syntax()
		}
		if d.peek() == 'n' {
			if err := d.null(); err != nil {
				return err
			}
		} else if err := m.put(alias(key), func(e unsafe.Pointer) error { return d.value(v.Elem, e, depth+1) }); err != nil {
			return err
		}
		if d.eat('}') {
			return nil
		}
		if !d.eat(',') {
			return d.syntax()
		}
	}
}
