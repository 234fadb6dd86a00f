package insights

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	"unyo/base/jsontext"
)

// maxFields is how many fields of an event are found.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
const maxFields = 200

// maxNesting is how deep a JSON text may be nested: what lies deeper is not looked at.
const maxNesting = 64

// path is a field that is wanted: its flattened name, and the slot it goes to.
type path struct {
	name string
	slot int
}

// finder looks fields up in a JSON text, reading no further than it must. What is behind a fault in the text is not found.
type finder struct {
	b      []byte
	at     int
	left   int // paths not found yet
	fields int // seen so far
	row    *row
	trace  *trace // nil: it is a line that is read
}

func (f *finder) blank() {
	for f.at < len(f.b) && (f.b[f.at] == ' ' || f.b[f.at] == '\n' || f.b[f.at] == '\t' || f.b[f.at] == '\r') {
		f.at++
	}
}

// is steps over c if it comes next.
func (f *finder) is(c byte) bool {
	if f.blank(); f.at < len(f.b) && f.b[f.at] == c {
		f.at++
		return true
	}
	return false
}

// more reports whether it makes sense to read on.
func (f *finder) more() bool { return f.left > 0 && f.fields < maxFields }

// object reads the members of an object, behind its brace.
func (f *finder) object(wants []path, depth int) bool {
	if f.is('}') {
		return true
	}
	for f.more() {
		if f.blank(); f.at >= len(f.b) || f.b[f.at] != '"' {
			return false
		}
		from := f.at
		key, ok := f.text()
		if ok && f.trace != nil {
			f.trace.key(from+1, f.at-1, wants)
		}
		if !ok || !f.is(':') || !f.member(key, wants, depth) || !f.more() {
			return false
		}
		if f.is('}') {
			return true
		}
		if !f.is(',') {
			return false
		}
	}
	return false
}

// list reads the elements of a list, behind its bracket.
func (f *finder) list(wants []path, depth int) bool {
	if f.is(']') {
		return true
	}
	var number [20]byte
	for i := 0; f.more(); i++ {
		if !f.member(strconv.AppendInt(number[:0], int64(i), 10), wants, depth) || !f.more() {
			return false
		}
		if f.is(']') {
			return true
		}
		if !f.is(',') {
			return false
		}
	}
	return false
}

// member reads the value of a key: for the paths that go through it, or over it.
func (f *finder) member(key []byte, wants []path, depth int) bool {
	f.blank()
	var few [8]path
	within := few[:0]
	for i := range wants {
		name := wants[i].name
		if len(name) < len(key) || name[:len(key)] != string(key) {
			continue
		}
		if len(name) == len(key) {
			within = append(within, path{"", wants[i].slot})
		} else if name[len(key)] == '.' {
			within = append(within, path{name[len(key)+1:], wants[i].slot})
		}
	}
	if len(within) == 0 {
		return f.skip()
	}
	if f.at >= len(f.b) {
		return false
	}
	switch f.b[f.at] {
	case '{', '[':
		if depth >= maxNesting {
			return false
		}
		f.at++
		if f.b[f.at-1] == '{' {
			return f.object(within, depth+1)
		}
		return f.list(within, depth+1)
	}
	from := f.at
	v, ok := f.scalar()
	if !ok {
		return false
	}
	for _, p := range within {
		if p.name == "" {
			if f.trace != nil {
				f.trace.value(p.slot, v, from, f.at)
			}
			f.row.take(p.slot, v)
			f.left--
		}
	}
	return true
}

// scalar reads a text, a number, true, false or null. A boolean is 1 or 0, and null is missing.
func (f *finder) scalar() (Value, bool) {
	f.fields++
	if f.b[f.at] == '"' {
		t, ok := f.text()
		return str(t), ok
	}
	switch t := f.word(); {
	case len(t) == 0:
		return Value{}, false
	case string(t) == "true":
		return number(1), true
	case string(t) == "false":
		return number(0), true
	case string(t) == "null":
		return Value{}, true
	default:
		return str(t), true
	}
}

// word reads a number or a word.
func (f *finder) word() []byte {
	from := f.at
	for f.at < len(f.b) && isScalar[f.b[f.at]] {
		f.at++
	}
	if f.trace != nil {
		f.trace.scalar(from, f.at)
	}
	return f.b[from:f.at]
}

var isScalar = func() (t [256]bool) {
	for _, c := range []byte("+-.0123456789abcdefghijklmnopqrstuvwxyzE") {
		t[c] = true
	}
	return t
}()

// skip steps over a value and counts the fields in it.
func (f *finder) skip() bool {
	depth := 0
	for f.at < len(f.b) {
		switch c := f.b[f.at]; c {
		case '"':
			if !f.quoted() {
				return false
			}
			if depth > 0 {
				if f.blank(); f.at < len(f.b) && f.b[f.at] == ':' { // it was a key
					f.at++
					continue
				}
			}
			f.fields++
		case '{', '[':
			depth++
			f.at++
			continue
		case '}', ']':
			if depth == 0 {
				return false
			}
			depth--
			f.at++
		case ',', ' ', '\n', '\t', '\r':
			if depth == 0 {
				return false
			}
			f.at++
			continue
		default:
			if len(f.word()) == 0 {
				return false
			}
			f.fields++
		}
		if depth == 0 {
			return true
		}
	}
	return false
}

// quoted steps over a text.
func (f *finder) quoted() bool {
	for at := f.at + 1; ; {
		n := bytes.IndexByte(f.b[at:], '"')
		if n < 0 {
			return false
		}
		at += n
		slashes := 0
		for f.b[at-1-slashes] == '\\' {
			slashes++
		}
		if at++; slashes%2 == 0 {
			if f.trace != nil {
				f.trace.text(f.at, at)
			}
			f.at = at
			return true
		}
	}
}

// text reads a text.
func (f *finder) text() ([]byte, bool) {
	from := f.at + 1
	if !f.quoted() {
		return nil, false
	}
	t := f.b[from : f.at-1]
	if bytes.IndexByte(t, '\\') < 0 {
		return t, true
	}
	n := len(f.row.mem)
	f.row.mem = unescape(f.row.mem, t)
	return (f.row.mem)[n:len(f.row.mem):len(f.row.mem)], true
}

// unescape appends what a JSON text says.
func unescape(dst, t []byte) []byte {
	for i := 0; i < len(t); i++ {
		if t[i] != '\\' || i+1 == len(t) {
			dst = append(dst, t[i])
			continue
		}
		i++
		switch t[i] {
		case 'n':
			dst = append(dst, '\n')
		case 't':
			dst = append(dst, '\t')
		case 'r':
			dst = append(dst, '\r')
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case 'u':
			r, n := jsontext.Escaped(t[i+1:])
			if i += n; n == 0 {
				r = utf8.RuneError
			}
			dst = utf8.AppendRune(dst, r)
		default:
			dst = append(dst, t[i])
		}
	}
	return dst
}

// value reads any value; of an object or a list, the text of it.
func (f *finder) value() (Value, bool) {
	if f.blank(); f.at >= len(f.b) {
		return Value{}, false
	}
	from := f.at
	if c := f.b[f.at]; c != '{' && c != '[' {
		return f.scalar()
	}
	ok := f.skip()
	return Value{Kind: Doc, Text: f.b[from:f.at]}, ok
}

// each hands out the members of an object, or the elements of a list under their numbers, until yield says no.
func (r *row) each(doc []byte, yield func(key []byte, v Value) bool) {
	f := finder{b: doc, row: r}
	closing := byte(']')
	if f.is('{') {
		closing = '}'
	} else if !f.is('[') {
		return
	}
	if f.is(closing) {
		return
	}
	var buf [20]byte
	for i := 0; ; i++ {
		key := strconv.AppendInt(buf[:0], int64(i), 10)
		if closing == '}' {
			var ok bool
			if f.blank(); f.at >= len(f.b) || f.b[f.at] != '"' {
				return
			}
			if key, ok = f.text(); !ok || !f.is(':') {
				return
			}
		}
		v, ok := f.value()
		if !ok || !yield(key, v) || f.is(closing) || !f.is(',') {
			return
		}
	}
}

// child is the value in a document under the first of parts, or under several that its key joins; the rest is what is left of them.
func (r *row) child(doc []byte, parts []string) (got Value, rest []string) {
	r.each(doc, func(key []byte, v Value) bool {
		for i := range parts {
			if string(key) == strings.Join(parts[:i+1], ".") {
				got, rest = v, parts[i+1:]
				return false
			}
		}
		return true
	})
	return got, rest
}
