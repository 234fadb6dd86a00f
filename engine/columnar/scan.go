package columnar

import (
	"encoding/binary"
	"errors"
	"fmt"
	"unicode/utf8"

	"unyo/base/jsontext"
)

// ErrMalformed is a record that is not JSON.
var ErrMalformed = errors.New("malformed JSON")

// scanner reads JSON, as RFC 8259 has it, value by value.
type scanner struct {
	b     []byte
	at    int
	depth int
}

func (s *scanner) fail(what string) error {
	return fmt.Errorf("%w: %s at byte %d", ErrMalformed, what, s.at)
}

// peek is the first byte of the next value or sign; 0 at the end.
func (s *scanner) peek() byte {
	for s.at < len(s.b) {
		switch c := s.b[s.at]; c {
		case ' ', '\t', '\r', '\n':
			s.at++
		default:
			return c
		}
	}
	return 0
}

func (s *scanner) must(c byte) error {
	if s.peek() != c || s.at == len(s.b) {
		return s.fail(fmt.Sprintf("no %q", c))
	}
	s.at++
	return nil
}

// word takes true, false or null.
func (s *scanner) word(w string) error {
	if len(s.b)-s.at < len(w) || string(s.b[s.at:s.at+len(w)]) != w {
		return s.fail("unknown word")
	}
	s.at += len(w)
	return nil
}

// each visits the members of an object: key, and the value by whoever visits.
func (s *scanner) each(visit func(key []byte) error) error {
	return s.list('{', '}', func() error {
		key, err := s.text()
		if err == nil {
			err = s.must(':')
		}
		if err != nil {
			return err
		}
		return visit(key)
	})
}

// list visits what stands between two brackets.
func (s *scanner) list(open, end byte, visit func() error) error {
	if err := s.must(open); err != nil {
		return err
	}
	if s.depth++; s.depth > 500 {
		return s.fail("too deeply nested")
	}
	defer func() { s.depth-- }()
	if s.peek() == end {
		s.at++
		return nil
	}
	for {
		if err := visit(); err != nil {
			return err
		}
		if s.peek() == end {
			s.at++
			return nil
		}
		if err := s.must(','); err != nil {
			return err
		}
	}
}

// skip passes over a value and returns its text.
func (s *scanner) skip() (raw []byte, err error) {
	c := s.peek()
	from := s.at
	switch c {
	case '{':
		err = s.each(func([]byte) error { _, err := s.skip(); return err })
	case '[':
		err = s.list('[', ']', func() error { _, err := s.skip(); return err })
	case '"':
		_, err = s.text()
	case 't':
		err = s.word("true")
	case 'f':
		err = s.word("false")
	case 'n':
		err = s.word("null")
	default:
		_, err = s.number()
	}
	return s.b[from:s.at], err
}

// number takes a number and returns its text.
func (s *scanner) number() ([]byte, error) {
	s.peek()
	from := s.at
	digits := func() bool {
		n := s.at
		for s.at < len(s.b) && '0' <= s.b[s.at] && s.b[s.at] <= '9' {
			s.at++
		}
		return s.at > n
	}
	have := func(set ...byte) bool {
		for _, c := range set {
			if s.at < len(s.b) && s.b[s.at] == c {
				s.at++
				return true
			}
		}
		return false
	}
	have('-')
	if !have('0') && !digits() {
		return nil, s.fail("no value")
	}
	if have('.') && !digits() {
		return nil, s.fail("no digit")
	}
	if have('e', 'E') {
		have('+', '-')
		if !digits() {
			return nil, s.fail("no digit")
		}
	}
	return s.b[from:s.at], nil
}

// text takes a string and returns what it says. Without escapes it is a part of the record.
func (s *scanner) text() ([]byte, error) {
	if err := s.must('"'); err != nil {
		return nil, err
	}
	from, ascii := s.at, true
	for s.at < len(s.b) {
		if s.at+8 <= len(s.b) && !special(binary.LittleEndian.Uint64(s.b[s.at:])) {
			s.at += 8
			continue
		}
		for range 8 {
			if s.at == len(s.b) {
				break
			}
			switch c := s.b[s.at]; {
			case c == '"':
				text := s.b[from:s.at]
				s.at++
				if !ascii && !utf8.Valid(text) {
					return nil, s.fail("text that is not UTF-8")
				}
				return text, nil
			case c == '\\':
				return s.escaped(append([]byte(nil), s.b[from:s.at]...))
			case c < ' ':
				return nil, s.fail("control character in text")
			case c >= utf8.RuneSelf:
				ascii = false
			}
			s.at++
		}
	}
	return nil, s.fail("open text")
}

// special tells whether any of eight bytes is a quote, a backslash, a control character or no ASCII.
func special(x uint64) bool {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	quote, slash := x^'"'*ones, x^'\\'*ones
	return ((quote-ones)&^quote|(slash-ones)&^slash|(x-' '*ones)&^x|x)&high != 0
}

// escaped takes the rest of a string that has escapes.
func (s *scanner) escaped(out []byte) ([]byte, error) {
	for s.at < len(s.b) {
		c := s.b[s.at]
		s.at++
		switch {
		case c == '"':
			if !utf8.Valid(out) {
				return nil, s.fail("text that is not UTF-8")
			}
			return out, nil
		case c < ' ':
			return nil, s.fail("control character in text")
		case c != '\\':
			out = append(out, c)
			continue
		}
		if s.at == len(s.b) {
			break
		}
		c = s.b[s.at]
		s.at++
		switch c {
		case '"', '\\', '/':
			out = append(out, c)
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			r, n := jsontext.Escaped(s.b[s.at:])
			if n == 0 {
				return nil, s.fail("bad escape")
			}
			s.at += n
			out = utf8.AppendRune(out, r)
		default:
			return nil, s.fail("bad escape")
		}
	}
	return nil, s.fail("open text")
}
