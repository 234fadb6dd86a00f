package serde

import (
	"bytes"
	"unicode/utf8"

	"unyo/base/jsontext"
)

// jsonScan goes through a JSON text, as RFC 8259 has it.
type jsonScan struct {
	b     []byte
	at    int
	depth int
	room  []byte
}

// deepest is how deeply JSON may nest.
const deepest = 500

// jsonError is what is wrong with a text, and where.
type jsonError struct {
	what string
	at   int
}

func (e jsonError) Error() string { return e.what }

func (s *jsonScan) fail(what string) error { return jsonError{what, s.at} }

// valid tells whether the text is an object and nothing else.
func (s *jsonScan) valid() bool {
	return s.peek() == '{' && s.skip() == nil && s.peek() == 0 && s.at == len(s.b)
}

// peek is the first byte of what comes next; 0 at the end.
func (s *jsonScan) peek() byte {
	for s.at < len(s.b) {
		if c := s.b[s.at]; c > ' ' || c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return c
		}
		s.at++
	}
	return 0
}

// each visits what stands between two brackets.
func (s *jsonScan) each(open, end byte, visit func() error) error {
	if s.peek() != open {
		return s.fail("Expected a '" + string(rune(open)) + "'")
	}
	s.at++
	if s.depth++; s.depth > deepest {
		return s.fail("Too deeply nested")
	}
	if s.peek() == end {
		s.at++
		s.depth--
		return nil
	}
	for {
		if err := visit(); err != nil {
			return err
		}
		switch s.peek() {
		case end:
			s.at++
			s.depth--
			return nil
		case ',':
			s.at++
		default:
			return s.fail("Expected a ',' or '" + string(rune(end)) + "'")
		}
	}
}

// key takes a key and the colon behind it.
func (s *jsonScan) key() ([]byte, error) {
	if s.peek() != '"' {
		return nil, s.fail("Expected a key")
	}
	key, err := s.text()
	if err != nil {
		return nil, err
	}
	if s.peek() != ':' {
		return nil, s.fail("Expected a ':' after a key")
	}
	s.at++
	return key, nil
}

// skip passes over a value.
func (s *jsonScan) skip() error {
	switch s.peek() {
	case '{':
		return s.each('{', '}', func() error {
			if s.peek() != '"' {
				return s.fail("Expected a key")
			}
			if err := s.skipText(); err != nil {
				return err
			}
			if s.peek() != ':' {
				return s.fail("Expected a ':' after a key")
			}
			s.at++
			return s.skip()
		})
	case '[':
		return s.each('[', ']', s.skip)
	case '"':
		return s.skipText()
	}
	_, err := s.plain()
	return err
}

// close is how far it is to the quote that ends a text, and whether there is an escape before it.
func (s *jsonScan) close() (n int, escaped, ok bool) {
	rest := s.b[s.at+1:]
	n = bytes.IndexByte(rest, '"')
	if n < 0 {
		return 0, false, false
	}
	if bytes.IndexByte(rest[:n], '\\') < 0 {
		return n, false, true
	}
	for n = 0; n < len(rest); n++ {
		switch rest[n] {
		case '"':
			return n, true, true
		case '\\':
			n++
		}
	}
	return 0, true, false
}

func (s *jsonScan) skipText() error {
	n, _, ok := s.close()
	if !ok {
		return s.fail("Unterminated string")
	}
	s.at += n + 2
	return nil
}

// text takes a string and returns what it says, valid until the next one with escapes is taken.
func (s *jsonScan) text() ([]byte, error) {
	n, escaped, ok := s.close()
	if !ok {
		return nil, s.fail("Unterminated string")
	}
	text := s.b[s.at+1 : s.at+1+n]
	s.at += n + 2
	if !escaped {
		return text, nil
	}
	return s.unescape(text)
}

var jsonEscapes = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

func (s *jsonScan) unescape(text []byte) ([]byte, error) {
	out := s.room[:0]
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c != '\\' {
			out = append(out, c)
			continue
		}
		i++ // close has seen that there is one
		if c = text[i]; jsonEscapes[c] != 0 {
			out = append(out, jsonEscapes[c])
			continue
		}
		r, n := jsontext.Escaped(text[i+1:])
		if c != 'u' || n == 0 {
			return nil, s.fail("Illegal escape")
		}
		i += n
		out = utf8.AppendRune(out, r)
	}
	s.room = out
	return out, nil
}

func (s *jsonScan) word(w string) error {
	if len(s.b)-s.at < len(w) || string(s.b[s.at:s.at+len(w)]) != w {
		return s.fail("Unexpected token")
	}
	s.at += len(w)
	return nil
}

// plain takes a number, a truth or null and returns its text.
func (s *jsonScan) plain() ([]byte, error) {
	switch s.peek() {
	case 't':
		return []byte("true"), s.word("true")
	case 'f':
		return []byte("false"), s.word("false")
	case 'n':
		return []byte("null"), s.word("null")
	}
	from := s.at
	s.sign('-', '-')
	whole := s.digits()
	if whole == 0 || whole > 1 && s.b[s.at-whole] == '0' {
		return nil, s.fail("Unexpected token")
	}
	if s.sign('.', '.') && s.digits() == 0 {
		return nil, s.fail("Bad number")
	}
	if s.sign('e', 'E') {
		s.sign('+', '-')
		if s.digits() == 0 {
			return nil, s.fail("Bad number")
		}
	}
	return s.b[from:s.at], nil
}

func (s *jsonScan) sign(a, b byte) bool {
	if s.at < len(s.b) && (s.b[s.at] == a || s.b[s.at] == b) {
		s.at++
		return true
	}
	return false
}

func (s *jsonScan) digits() int {
	from := s.at
	for s.at < len(s.b) && s.b[s.at]-'0' <= 9 {
		s.at++
	}
	return s.at - from
}
