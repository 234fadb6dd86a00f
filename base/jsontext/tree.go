package jsontext

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Object is a JSON object: its members in the order in which they were written. A name may stand there twice.
type Object struct {
	Keys   []string
	Values []any
}

// deepest is how deep values may lie in each other.
const deepest = 1000

var errDeep = errors.New("JSON is nested too deeply")

// Parse reads the value with which a text begins, and tells what stands behind it: nil, bool, string, json.Number, []any or *Object. The
// error of a text without a value is io.EOF, that of one which ends within it io.ErrUnexpectedEOF.
func Parse(src []byte) (v any, rest []byte, err error) {
	p := parser{src: src}
	if p.space() == 0 {
		return nil, nil, io.EOF
	}
	v, err = p.value(0)
	return v, p.src[p.at:], err
}

// Whole reads a text that is one value.
func Whole(src []byte) (any, error) {
	v, rest, err := Parse(src)
	if err == nil && strings.TrimLeft(string(rest), " \t\r\n") != "" {
		err = errors.New("there is more behind the JSON value")
	}
	return v, err
}

type parser struct {
	src []byte
	at  int
}

// space goes to what is no space, and tells it; 0 is the end.
func (p *parser) space() byte {
	for p.at < len(p.src) {
		switch c := p.src[p.at]; c {
		case ' ', '\t', '\r', '\n':
			p.at++
		default:
			return c
		}
	}
	return 0
}

func (p *parser) bad() error {
	if p.at >= len(p.src) {
		return io.ErrUnexpectedEOF
	}
	return fmt.Errorf("invalid JSON at byte %d", p.at)
}

func (p *parser) value(depth int) (any, error) {
	if depth > deepest {
		return nil, errDeep
	}
	switch c := p.space(); {
	case c == '{':
		return p.object(depth)
	case c == '[':
		return p.array(depth)
	case c == '"':
		return p.text()
	case c == 't':
		return true, p.word("true")
	case c == 'f':
		return false, p.word("false")
	case c == 'n':
		return nil, p.word("null")
	case c == '-' || c >= '0' && c <= '9':
		return p.number()
	}
	return nil, p.bad()
}

func (p *parser) word(w string) error {
	for i := range len(w) {
		if p.at >= len(p.src) || p.src[p.at] != w[i] {
			return p.bad()
		}
		p.at++
	}
	return nil
}

func (p *parser) array(depth int) (any, error) {
	p.at++
	list := []any{}
	if p.space() == ']' {
		p.at++
		return list, nil
	}
	for {
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
		switch p.space() {
		case ',':
			p.at++
		case ']':
			p.at++
			return list, nil
		default:
			return nil, p.bad()
		}
	}
}

func (p *parser) object(depth int) (any, error) {
	p.at++
	o := &Object{}
	if p.space() == '}' {
		p.at++
		return o, nil
	}
	for {
		if p.space() != '"' {
			return nil, p.bad()
		}
		k, err := p.text()
		if err != nil {
			return nil, err
		}
		if p.space() != ':' {
			return nil, p.bad()
		}
		p.at++
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		o.Keys, o.Values = append(o.Keys, k), append(o.Values, v)
		switch p.space() {
		case ',':
			p.at++
		case '}':
			p.at++
			return o, nil
		default:
			return nil, p.bad()
		}
	}
}

// number is as the standard has it: no plus, no zero before other digits, digits on both sides of the point.
func (p *parser) number() (any, error) {
	from := p.at
	digits := func() bool {
		n := p.at
		for p.at < len(p.src) && p.src[p.at] >= '0' && p.src[p.at] <= '9' {
			p.at++
		}
		return p.at > n
	}
	sees := func(set string) bool { return p.at < len(p.src) && strings.IndexByte(set, p.src[p.at]) >= 0 }
	if sees("-") {
		p.at++
	}
	if sees("0") {
		p.at++
	} else if !digits() {
		return nil, p.bad()
	}
	if sees(".") {
		if p.at++; !digits() {
			return nil, p.bad()
		}
	}
	if sees("eE") {
		if p.at++; sees("+-") {
			p.at++
		}
		if !digits() {
			return nil, p.bad()
		}
	}
	return json.Number(p.src[from:p.at]), nil
}

var escapes = map[byte]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// text reads a string. What is no UTF-8 in it becomes U+FFFD.
func (p *parser) text() (string, error) {
	p.at++
	from := p.at
	for p.at < len(p.src) {
		switch c := p.src[p.at]; {
		case c == '"':
			p.at++
			return string(p.src[from : p.at-1]), nil
		case c == '\\' || c >= utf8.RuneSelf:
			return p.longText(append([]byte{}, p.src[from:p.at]...))
		case c < ' ':
			return "", p.bad()
		}
		p.at++
	}
	return "", p.bad()
}

// longText goes on where something must be written otherwise than it stands there.
func (p *parser) longText(out []byte) (string, error) {
	for p.at < len(p.src) {
		switch c := p.src[p.at]; {
		case c == '"':
			p.at++
			return string(out), nil
		case c < ' ':
			return "", p.bad()
		case c >= utf8.RuneSelf:
			r, n := utf8.DecodeRune(p.src[p.at:])
			out = utf8.AppendRune(out, r)
			p.at += n
		case c != '\\':
			out = append(out, c)
			p.at++
		default:
			if p.at++; p.at >= len(p.src) {
				return "", p.bad()
			}
			if e, ok := escapes[p.src[p.at]]; ok {
				out = append(out, e)
				p.at++
				continue
			}
			if p.src[p.at] != 'u' {
				return "", p.bad()
			}
			r, n := Escaped(p.src[p.at+1:])
			if n == 0 {
				if p.at+5 > len(p.src) {
					p.at = len(p.src)
				}
				return "", p.bad()
			}
			out = utf8.AppendRune(out, r)
			p.at += 1 + n
		}
	}
	return "", p.bad()
}
