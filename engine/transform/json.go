package transform

import (
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"
)

// maxNesting bounds how deep JSON is read.
const maxNesting = 100

var errJSON = errors.New("it is no JSON object")

// readJSON reads a text that is one JSON value.
func readJSON(text string) (any, error) {
	r := &reader{text: text}
	v, ok := r.value(0)
	r.space()
	if !ok || r.i < len(text) {
		return nil, errJSON
	}
	return v, nil
}

type reader struct {
	text string
	i    int
}

func (r *reader) space() {
	for r.i < len(r.text) && (r.text[r.i] == ' ' || r.text[r.i] == '\t' || r.text[r.i] == '\n' || r.text[r.i] == '\r') {
		r.i++
	}
}

// take steps over a byte if it is the next that is no space.
func (r *reader) take(c byte) bool {
	if r.space(); r.i < len(r.text) && r.text[r.i] == c {
		r.i++
		return true
	}
	return false
}

func (r *reader) value(depth int) (any, bool) {
	if r.space(); r.i >= len(r.text) || depth > maxNesting {
		return nil, false
	}
	switch c := r.text[r.i]; c {
	case '{':
		return r.object(depth)
	case '[':
		return r.list(depth)
	case '"':
		s, ok := r.string()
		return s, ok
	default:
		return r.word()
	}
}

func (r *reader) object(depth int) (any, bool) {
	o := &object{}
	r.i++
	if r.take('}') {
		return o, true
	}
	o.grow(8)
	for {
		if r.space(); r.i >= len(r.text) || r.text[r.i] != '"' {
			return nil, false
		}
		key, ok := r.string()
		if !ok || !r.take(':') {
			return nil, false
		}
		v, ok := r.value(depth + 1)
		if !ok {
			return nil, false
		}
		o.set(key, v)
		if r.take('}') {
			return o, true
		}
		if !r.take(',') {
			return nil, false
		}
	}
}

func (r *reader) list(depth int) (any, bool) {
	list := []any{}
	r.i++
	if r.take(']') {
		return list, true
	}
	for {
		v, ok := r.value(depth + 1)
		if !ok {
			return nil, false
		}
		list = append(list, v)
		if r.take(']') {
			return list, true
		}
		if !r.take(',') {
			return nil, false
		}
	}
}

func (r *reader) string() (string, bool) {
	from, plain := r.i, true
	for r.i++; r.i < len(r.text); r.i++ {
		switch c := r.text[r.i]; {
		case c == '"':
			r.i++
			quoted := r.text[from:r.i]
			if plain {
				return quoted[1 : len(quoted)-1], true
			}
			var s string
			err := json.Unmarshal([]byte(quoted), &s)
			return s, err == nil
		case c == '\\':
			plain = false
			r.i++
		case c < 0x20:
			return "", false
		case c >= utf8.RuneSelf:
			plain = false // bytes that are no UTF-8 are replaced
		}
	}
	return "", false
}

// word is a number, true, false or null.
func (r *reader) word() (any, bool) {
	from := r.i
	for r.i < len(r.text) && strings.IndexByte(",]} \t\r\n", r.text[r.i]) < 0 {
		r.i++
	}
	switch text := r.text[from:r.i]; text {
	case "true", "false":
		return text == "true", true
	case "null":
		return nil, true
	default:
		return number(text), digits(text) || json.Valid([]byte(text)) // no text, list or object begins like that
	}
}

// digits reports whether text is a whole number, as plain as most are.
func digits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' || text[0] == '0' && i > 0 {
			return false
		}
	}
	return text != ""
}

// append writes o behind dst.
func (o *object) append(dst []byte) []byte {
	dst = append(dst, '{')
	for i, key := range o.keys {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendString(dst, key), ':')
		dst = appendValue(dst, o.vals[i])
	}
	return append(dst, '}')
}

func appendValue(dst []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		return appendString(dst, v)
	case number:
		return append(dst, v...)
	case bool:
		if v {
			return append(dst, "true"...)
		}
		return append(dst, "false"...)
	case *object:
		return v.append(dst)
	case []any:
		dst = append(dst, '[')
		for i, x := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendValue(dst, x)
		}
		return append(dst, ']')
	}
	return append(dst, "null"...)
}

func appendString(dst []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return appendQuoted(dst, s)
		}
	}
	return append(append(append(dst, '"'), s...), '"')
}

const hexDigits = "0123456789abcdef"

func appendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for _, c := range s { // what is no UTF-8 comes as U+FFFD
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', byte(c))
		case c == '\n':
			dst = append(dst, '\\', 'n')
		case c == '\r':
			dst = append(dst, '\\', 'r')
		case c == '\t':
			dst = append(dst, '\\', 't')
		case c < 0x20:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		default:
			dst = utf8.AppendRune(dst, c)
		}
	}
	return append(dst, '"')
}
