package wire

import (
	"strconv"
)

// document reads any value: map[string]any, []any, string, int64 or float64, bool, nil.
func (d *jsonDecoder) document(depth int) (any, bool) {
	switch d.peek() {
	case '"':
		b, ok := d.text()
		return alias(b), ok
	case '{', '[':
		if depth >= maxDepth {
			d.why = errTooDeep
			return nil, false
		}
		if d.src[d.pos] == '[' {
			return d.documentList(depth)
		}
		return d.documentMap(depth)
	case 't':
		return true, d.literal("true")
	case 'f':
		return false, d.literal("false")
	case 'n':
		return nil, d.literal("null")
	}
	text, integral, ok := d.jsonScanner.number()
	if !ok {
		return nil, false
	}
	if integral {
		if n, ok := parseInteger(text, true); ok {
			return n, true
		}
	}
	f, err := strconv.ParseFloat(alias(text), 64)
	return f, err == nil
}

// documentCost is what a value of a document takes in a list, roughly; in a map it is twice that.
const documentCost = 48

func (d *jsonDecoder) afford(n int64) bool {
	if d.slab.spent += n; d.slab.over() {
		d.why = errTooLarge
		return false
	}
	return true
}

func (d *jsonDecoder) documentList(depth int) (any, bool) {
	d.pos++
	list := []any{}
	if d.eat(']') {
		return list, true
	}
	for {
		e, ok := d.document(depth + 1)
		if !ok {
			return nil, false
		}
		if list = append(list, e); !d.afford(documentCost) {
			return nil, false
		}
		if d.eat(']') {
			return list, true
		}
		if !d.eat(',') {
			return nil, false
		}
	}
}

func (d *jsonDecoder) documentMap(depth int) (any, bool) {
	d.pos++
	m := map[string]any{}
	if d.eat('}') {
		return m, true
	}
	for {
		if d.peek() != '"' {
			return nil, false
		}
		key, ok := d.text()
		if !ok || !d.eat(':') {
			return nil, false
		}
		e, ok := d.document(depth + 1)
		if !ok {
			return nil, false
		}
		if m[alias(key)] = e; !d.afford(2 * documentCost) {
			return nil, false
		}
		if d.eat('}') {
			return m, true
		}
		if !d.eat(',') {
			return nil, false
		}
	}
}
