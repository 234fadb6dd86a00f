package jq

import (
	"bytes"
	"encoding/json"
	"math"
	"math/big"
	"strconv"
	"unicode/utf8"
)

// reader reads a JSON value straight into the language's values. It takes what encoding/json takes, and no more (parse_test.go holds it to
// that), in half the time.
type reader struct {
	text []byte
	at   int
	deep int
}

// maxDeep is encoding/json's.
const maxDeep = 10_000

// parse reads one JSON value. Whole numbers stay whole.
func parse(record []byte) (any, error) {
	r := &reader{text: record}
	v, ok := r.value()
	if r.space(); !ok || r.at < len(r.text) {
		return nil, ErrInput
	}
	return v, nil
}

func (r *reader) space() {
	for r.at < len(r.text) {
		switch r.text[r.at] {
		case ' ', '\t', '\r', '\n':
			r.at++
		default:
			return
		}
	}
}

// next skips space and takes a byte if it is c.
func (r *reader) next(c byte) bool {
	if r.space(); r.at < len(r.text) && r.text[r.at] == c {
		r.at++
		return true
	}
	return false
}

func (r *reader) value() (any, bool) {
	r.space()
	if r.at == len(r.text) {
		return nil, false
	}
	switch c := r.text[r.at]; {
	case c == '"':
		return r.string()
	case c == '{' || c == '[':
		if r.deep++; r.deep > maxDeep {
			return nil, false
		}
		defer func() { r.deep-- }()
		r.at++
		if c == '{' {
			return r.object()
		}
		return r.array()
	case c == 't':
		return true, r.word("true")
	case c == 'f':
		return false, r.word("false")
	case c == 'n':
		return nil, r.word("null")
	}
	return r.number()
}

func (r *reader) word(w string) bool {
	ok := bytes.HasPrefix(r.text[r.at:], []byte(w))
	r.at += len(w)
	return ok
}

func (r *reader) object() (any, bool) {
	m := map[string]any{}
	if r.next('}') {
		return m, true
	}
	for {
		if r.space(); r.at == len(r.text) || r.text[r.at] != '"' {
			return nil, false
		}
		key, ok := r.string()
		if !ok || !r.next(':') {
			return nil, false
		}
		v, ok := r.value()
		if !ok {
			return nil, false
		}
		m[key.(string)] = v
		if r.next('}') {
			return m, true
		}
		if !r.next(',') {
			return nil, false
		}
	}
}

func (r *reader) array() (any, bool) {
	list := []any{}
	if r.next(']') {
		return list, true
	}
	for {
		v, ok := r.value()
		if !ok {
			return nil, false
		}
		list = append(list, v)
		if r.next(']') {
			return list, true
		}
		if !r.next(',') {
			return nil, false
		}
	}
}

// string reads a string. Those with escapes or bad UTF-8 are left to encoding/json.
func (r *reader) string() (any, bool) {
	from, plain := r.at, true
	for r.at++; r.at < len(r.text); r.at++ {
		switch c := r.text[r.at]; {
		case c == '"':
			r.at++
			inner := r.text[from+1 : r.at-1]
			if plain || utf8.Valid(inner) && bytes.IndexByte(inner, '\\') < 0 {
				return string(inner), true
			}
			var s string
			err := json.Unmarshal(r.text[from:r.at], &s)
			return s, err == nil
		case c < ' ':
			return nil, false
		case c == '\\':
			plain = false
			r.at++
		case c >= utf8.RuneSelf:
			plain = false
		}
	}
	return nil, false
}

// number reads a number by JSON's grammar.
func (r *reader) number() (any, bool) {
	from, whole := r.at, true
	digits := func() bool {
		begin := r.at
		for r.at < len(r.text) && r.text[r.at] >= '0' && r.text[r.at] <= '9' {
			r.at++
		}
		return r.at > begin
	}
	is := func(set string) bool {
		if r.at < len(r.text) && bytes.IndexByte([]byte(set), r.text[r.at]) >= 0 {
			r.at++
			return true
		}
		return false
	}
	is("-")
	if !is("0") && !digits() {
		return nil, false
	}
	if is(".") {
		if whole = false; !digits() {
			return nil, false
		}
	}
	if is("eE") {
		whole = false
		is("+-")
		if !digits() {
			return nil, false
		}
	}
	return numeral(string(r.text[from:r.at]), whole), true
}

// numeral is a number of the language: whole ones stay whole up to maxDigits.
func numeral(text string, whole bool) any {
	if whole {
		if i, err := strconv.Atoi(text); err == nil {
			return i
		}
		if len(text) <= maxDigits {
			if b, ok := new(big.Int).SetString(text, 10); ok {
				return b
			}
		}
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil { // beyond what a float holds
		f = math.Copysign(math.MaxFloat64, f)
	}
	return f
}

// maxDigits is how long a whole number may be to stay one.
const maxDigits = 40
