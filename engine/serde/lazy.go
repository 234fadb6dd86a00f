package serde

import (
	"bytes"
	"strconv"

	"unyo/engine/columnar"
	"unyo/engine/vector"
)

// lazy reads LazySimpleSerDe's text: values between delimiters, those within lists, maps and structs between others.
// https://docs.aws.amazon.com/athena/latest/ug/lazy-simple-serde.html
type lazy struct {
	dialect   dialect
	delims    [9]byte // by depth
	escape    byte
	escaped   bool
	null      []byte
	fields    []lazyField // in the order of the line
	takesRest bool        // the last column is all that is left
	last      int         // the place of the table's last column
	room      []byte
}

// lazyField is a column that is read.
type lazyField struct {
	place int // in the line
	out   []int
	value lazyValue
}

// lazyValue reads a value of a type.
type lazyValue struct {
	typ     *columnar.Type
	convert converter
	parts   []lazyValue
}

func openLazy(t *Table, o Object, columns []int, _ []*vector.Domain) (vector.Reader, error) {
	l, err := t.lazy(columns)
	if err != nil {
		return nil, err
	}
	return t.openText(o, columns, l)
}

func (t *Table) lazy(columns []int) (*lazy, error) {
	l := &lazy{null: []byte(t.property("serialization.null.format", `\N`)), takesRest: t.flag("serialization.last.column.takes.rest", false), last: len(t.Columns) - 1}
	l.dialect.base64 = true
	var err error
	if l.dialect.layouts, err = t.layouts(); err != nil {
		return nil, err
	}
	for i := range l.delims {
		l.delims[i] = byte(i + 1)
	}
	for name, at := range map[string]int{"serialization.format": 0, "field.delim": 0, "collection.delim": 1, "colelction.delim": 1, "mapkey.delim": 2} {
		if name == "serialization.format" && t.property("field.delim", "") != "" {
			continue
		}
		if v, ok := t.Properties[name]; ok {
			if l.delims[at], err = delimiter(name, v); err != nil {
				return nil, err
			}
		}
	}
	if v, ok := t.Properties["escape.delim"]; ok {
		l.escaped = true
		if l.escape, err = delimiter("escape.delim", v); err != nil {
			return nil, err
		}
	}
	for place := range t.Columns {
		f := lazyField{place: place}
		for i, c := range columns {
			if c == place {
				f.out = append(f.out, i)
			}
		}
		if f.out != nil {
			f.value = l.value(t.Columns[place].Type)
			l.fields = append(l.fields, f)
		}
	}
	return l, nil
}

// delimiter is a character, or the number of one.
func delimiter(name, v string) (byte, error) {
	if n, err := strconv.ParseInt(v, 10, 8); err == nil {
		return byte(n), nil
	}
	if v == "" {
		return 0, badProperty(name, "no character")
	}
	if len(v) == 1 {
		return v[0], nil
	}
	if s, err := strconv.Unquote(`"` + v + `"`); err == nil && len(s) == 1 { // whoever declared the table left \t or \001 as it was
		return s[0], nil
	}
	return 0, badProperty(name, "%q is more than one byte", v)
}

func (l *lazy) value(t *columnar.Type) lazyValue {
	v := lazyValue{typ: t}
	if t.Kind < columnar.Array {
		v.convert = l.dialect.converter(t)
	}
	for _, f := range t.Fields {
		v.parts = append(v.parts, l.value(f.Type))
	}
	return v
}

// parse makes a row of a line. Values that are missing are null, and so are those that are not of their type.
func (l *lazy) parse(line []byte, out []*vector.Vector) (bool, error) {
	place, at := 0, 0
	for i := range l.fields {
		f := &l.fields[i]
		for ; place < f.place && at <= len(line); place++ {
			at += l.until(line[at:], 0) + 1
		}
		if at > len(line) {
			for _, o := range f.out {
				out[o].AppendNull()
			}
			continue
		}
		n := len(line) - at
		if !l.takesRest || place < l.last {
			n = l.until(line[at:], 0)
		}
		for _, o := range f.out {
			l.put(&f.value, out[o], line[at:at+n], 1)
		}
		at += n + 1
		place++
	}
	return false, nil
}

// until is how far it is to the next delimiter of a depth, or to the end.
func (l *lazy) until(text []byte, depth int) int {
	if !l.escaped {
		if n := bytes.IndexByte(text, l.delims[depth]); n >= 0 {
			return n
		}
		return len(text)
	}
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case l.escape:
			i++
		case l.delims[depth]:
			return i
		}
	}
	return len(text)
}

// put appends a value; its parts are between the delimiters of depth.
func (l *lazy) put(f *lazyValue, v *vector.Vector, text []byte, depth int) {
	if len(text) == len(l.null) && bytes.Equal(text, l.null) {
		v.AppendNull()
		return
	}
	if f.convert != nil {
		if l.escaped && bytes.IndexByte(text, l.escape) >= 0 {
			text = l.unescape(text)
		}
		if !f.convert(v, text) {
			v.AppendNull()
		}
		return
	}
	if depth >= len(l.delims) || f.typ.Kind == columnar.Map && depth+1 >= len(l.delims) {
		v.AppendNull()
		return
	}
	switch f.typ.Kind {
	case columnar.Array:
		l.each(text, depth, func(item []byte) { l.put(&f.parts[0], v.Elems[0], item, depth+1) })
		v.EndSpan()
	case columnar.Map:
		l.entries(f, v, text, depth)
	default:
		l.members(f, v, text, depth)
	}
}

// each visits the parts of a text; an empty text has none.
func (l *lazy) each(text []byte, depth int, visit func(part []byte)) {
	for at := 0; at <= len(text) && len(text) > 0; {
		n := l.until(text[at:], depth)
		visit(text[at : at+n])
		at += n + 1
	}
}

// entries appends a map. Of keys that are the same the first counts, as in Hive; a null is no key.
func (l *lazy) entries(f *lazyValue, v *vector.Vector, text []byte, depth int) {
	keys := v.Elems[0]
	seen := map[string]bool{}
	l.each(text, depth, func(entry []byte) {
		n := l.until(entry, depth+1)
		before := keys.Len
		l.put(&f.parts[0], keys, entry[:n], depth+2)
		if keys.IsNull(before) || seen[string(entry[:n])] {
			truncate(keys, before)
			return
		}
		seen[string(entry[:n])] = true
		if n == len(entry) {
			v.Elems[1].AppendNull()
			return
		}
		l.put(&f.parts[1], v.Elems[1], entry[n+1:], depth+2)
	})
	v.EndSpan()
}

func (l *lazy) members(f *lazyValue, v *vector.Vector, text []byte, depth int) {
	i := 0
	l.each(text, depth, func(part []byte) {
		if i < len(f.parts) {
			l.put(&f.parts[i], v.Elems[i], part, depth+1)
		}
		i++
	})
	for ; i < len(f.parts); i++ {
		v.Elems[i].AppendNull()
	}
	v.Len++
}

// truncate takes the last value off a flat vector of a plain kind.
func truncate(v *vector.Vector, n int) {
	v.Len = n
	if n>>6 < len(v.Nulls) {
		v.Nulls[n>>6] &^= 1 << (n & 63)
	}
	switch v.Kind {
	case vector.Bool:
		v.Bools = v.Bools[:n]
	case vector.Int:
		v.Ints = v.Ints[:n]
	case vector.Wide:
		v.Wides = v.Wides[:n]
	case vector.Float:
		v.Floats = v.Floats[:n]
	case vector.Bytes:
		v.Offsets, v.Data = v.Offsets[:n+1], v.Data[:v.Offsets[n]]
	}
}

// unescape takes the escapes out of a text: \r and \n stand for themselves in Hive too.
func (l *lazy) unescape(text []byte) []byte {
	out := l.room[:0]
	for i := 0; i < len(text); i++ {
		if text[i] == l.escape && i+1 < len(text) {
			i++
			switch c := text[i]; c {
			case 'r':
				out = append(out, '\r')
			case 'n':
				out = append(out, '\n')
			default:
				out = append(out, c)
			}
			continue
		}
		out = append(out, text[i])
	}
	l.room = out
	return out
}
