package wire

import (
	"encoding/base64"
	"math"
	"strconv"
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
		name, ok := d.text()
		if !ok || !d.eat(':') {
			return d.syntax()
		}
		var m *Member
		if next < len(p.Members) && p.Members[next].wire.json == string(name) && p.Members[next].wire.in == inBody {
			m = &p.Members[next]
			next++
		} else if i, known := p.byJSON[string(name)]; known {
			m = &p.Members[i]
			next = int(i) + 1
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

// setJSONText puts the text b into a string, blob or instant.
func (v *Value) setJSONText(p unsafe.Pointer, b []byte) error {
	switch v.Kind {
	case String:
		setText(p, alias(b))
	case Blob:
		raw, ok := decodeBase64(b)
		if !ok {
			return serialization("STRING_VALUE can not be converted to a Blob: invalid base64")
		}
		setBlob(p, raw)
	case Time:
		f := v.time.or(timeEpoch)
		t, ok := parseTime(alias(b), f)
		if f == timeEpoch || !ok {
			return serialization("STRING_VALUE can not be converted to milliseconds since epoch")
		}
		*(*timeValue)(p) = t
	}
	return nil
}

// decodeBase64 is strict but for missing padding; the result is never nil.
func decodeBase64(b []byte) ([]byte, bool) {
	out := make([]byte, base64.RawStdEncoding.DecodedLen(len(b)))
	n, err := base64.StdEncoding.Decode(out, b)
	if err != nil {
		if n, err = base64.RawStdEncoding.Decode(out, b); err != nil {
			return nil, false
		}
	}
	return out[:n], true
}

// convert refuses the next value in the words «TRUE_VALUE can not be converted to a String».
func (d *jsonDecoder) convert(to string) error {
	switch c := d.peek(); c {
	case '"':
		return d.refuse("STRING_VALUE can not be converted to " + to)
	case '{':
		return d.refuse(errStructFound)
	case '[':
		return d.refuse(errListFound)
	case 't':
		return d.refuse("TRUE_VALUE can not be converted to " + to)
	case 'f':
		return d.refuse("FALSE_VALUE can not be converted to " + to)
	case 'n':
		return d.null()
	}
	return d.refuse("NUMBER_VALUE can not be converted to " + to)
}

func (d *jsonDecoder) boolean(p unsafe.Pointer) error {
	switch d.peek() {
	case 't':
		if d.literal("true") {
			*(*bool)(p) = true
			return nil
		}
		return d.syntax()
	case 'f':
		if d.literal("false") {
			*(*bool)(p) = false
			return nil
		}
		return d.syntax()
	}
	return d.convert("a Boolean")
}

// kindName is what AWS calls a number's type.
func (v *Value) kindName() string {
	switch v.Kind {
	case Int32:
		return "an Integer"
	case Int64:
		return "a Long"
	case Float32:
		return "a Float"
	case Time:
		return "milliseconds since epoch"
	case Bool:
		return "a Boolean"
	}
	return "a Double"
}

func (d *jsonDecoder) number(v *Value, p unsafe.Pointer) error {
	c := d.peek()
	if c == '"' && (v.Kind == Float32 || v.Kind == Float64) {
		return d.wordNumber(v, p)
	}
	if c != '-' && (c < '0' || c > '9') {
		return d.convert(v.kindName())
	}
	text, integral, ok := d.jsonScanner.number()
	if !ok {
		return d.syntax()
	}
	if !v.setNumber(p, text, integral) {
		return serialization("NUMBER_VALUE can not be converted to " + v.kindName())
	}
	return nil
}

// wordNumber reads the three floats that JSON has no digits for.
func (d *jsonDecoder) wordNumber(v *Value, p unsafe.Pointer) error {
	b, ok := d.text()
	if !ok {
		return d.syntax()
	}
	f, ok := floatWord(alias(b))
	if !ok {
		return serialization("STRING_VALUE can not be converted to " + v.kindName())
	}
	v.setFloat(p, f)
	return nil
}

func floatWord(s string) (float64, bool) {
	switch s {
	case "NaN":
		return math.NaN(), true
	case "Infinity":
		return math.Inf(1), true
	case "-Infinity":
		return math.Inf(-1), true
	}
	return 0, false
}

func (v *Value) setFloat(p unsafe.Pointer, f float64) {
	if v.Kind == Float32 {
		*(*float32)(p) = float32(f)
	} else {
		*(*float64)(p) = f
	}
}

// setNumber puts the decimal number text into p; false when the type cannot hold it.
func (v *Value) setNumber(p unsafe.Pointer, text []byte, integral bool) bool {
	switch v.Kind {
	case Int32, Int64:
		n, ok := parseInteger(text, integral)
		if !ok || !v.setInteger(p, n) {
			return false
		}
	case Float32, Float64:
		size := 64
		if v.Kind == Float32 {
			size = 32
		}
		f, err := strconv.ParseFloat(alias(text), size)
		if err != nil {
			return false
		}
		v.setFloat(p, f)
	case Time:
		t, ok := parseEpoch(alias(text))
		if !ok {
			return false
		}
		*(*timeValue)(p) = t
	}
	return true
}

func (v *Value) setInteger(p unsafe.Pointer, n int64) bool {
	if v.Kind == Int64 {
		*(*int64)(p) = n
		return true
	}
	if n < math.MinInt32 || n > math.MaxInt32 {
		return false
	}
	*(*int32)(p) = int32(n)
	return true
}

// parseInteger reads an integer, also one written 1.0 or 1e3.
func parseInteger(text []byte, integral bool) (int64, bool) {
	if !integral {
		f, err := strconv.ParseFloat(alias(text), 64)
		if err != nil || f != math.Trunc(f) || f < -1<<63 || f >= 1<<63 {
			return 0, false
		}
		return int64(f), true
	}
	if len(text) < 18 { // cannot overflow
		neg := text[0] == '-'
		if neg {
			text = text[1:]
		}
		var n int64
		for _, c := range text {
			n = n*10 + int64(c-'0')
		}
		if neg {
			n = -n
		}
		return n, true
	}
	n, err := strconv.ParseInt(alias(text), 10, 64)
	return n, err == nil
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
