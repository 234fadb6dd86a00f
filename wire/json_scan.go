package wire

import (
	"encoding/binary"
	"math/bits"
)

// jsonScanner reads JSON text (RFC 8259), strictly: what encoding/json refuses, it refuses, and it refuses
// text that is not UTF-8. pos stands at the next byte to read.
type jsonScanner struct {
	src   []byte
	pos   int
	why   string // of the first syntax error
	arena []byte // texts that had escapes
}

func (s *jsonScanner) space() {
	for s.pos < len(s.src) {
		switch s.src[s.pos] {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return
		}
	}
}

// peek skips space and returns the next byte, 0 at the end.
func (s *jsonScanner) peek() byte {
	if s.pos < len(s.src) && s.src[s.pos] > ' ' {
		return s.src[s.pos]
	}
	s.space()
	if s.pos < len(s.src) {
		return s.src[s.pos]
	}
	return 0
}

// eat consumes c if it is the next byte after space.
func (s *jsonScanner) eat(c byte) bool {
	if s.peek() == c && s.pos < len(s.src) {
		s.pos++
		return true
	}
	return false
}

func (s *jsonScanner) literal(word string) bool {
	if len(s.src)-s.pos >= len(word) && string(s.src[s.pos:s.pos+len(word)]) == word {
		s.pos += len(word)
		return true
	}
	return false
}

const (
	lows  = 0x0101010101010101
	highs = 0x8080808080808080
)

// special marks the bytes of w that end a plain run: quote, backslash, control characters. The lowest
// mark is exact; higher ones may be false, and are not looked at.
func special(w uint64) uint64 {
	quote := w ^ (lows * '"')
	slash := w ^ (lows * '\\')
	return ((quote-lows) & ^quote | (slash-lows) & ^slash | (w-lows*0x20) & ^w) & highs
}

// text reads a string; the opening quote is next. Text without escapes is a part of src.
func (s *jsonScanner) text() ([]byte, bool) {
	start := s.pos + 1
	i := plainRun(s.src, start)
	if i == len(s.src) {
		s.pos = i
		return nil, false
	}
	switch s.src[i] {
	case '"':
		s.pos = i + 1
		return s.src[start:i], true
	case '\\':
		return s.escaped(start, i)
	}
	s.pos = i
	return nil, false // an unescaped control character
}

// plainRun returns the end of the run of bytes from i that stand for themselves.
func plainRun(src []byte, i int) int {
	for i+8 <= len(src) {
		if m := special(binary.LittleEndian.Uint64(src[i:])); m != 0 {
			return i + bits.TrailingZeros64(m)/8
		}
		i += 8
	}
	for i < len(src) && src[i] != '"' && src[i] != '\\' && src[i] >= 0x20 {
		i++
	}
	return i
}

// number reads a number; its first byte is next. integral is false when it has a fraction or an exponent.
func (s *jsonScanner) number() (text []byte, integral, ok bool) {
	start := s.pos
	src := s.src
	i := start
	if i < len(src) && src[i] == '-' {
		i++
	}
	digits := func() bool {
		from := i
		for i < len(src) && src[i]-'0' <= 9 {
			i++
		}
		return i > from
	}
	if i < len(src) && src[i] == '0' {
		i++
	} else if !digits() {
		s.pos = i
		return nil, false, false
	}
	integral = true
	if i < len(src) && src[i] == '.' {
		i++
		integral = false
		if !digits() {
			s.pos = i
			return nil, false, false
		}
	}
	if i < len(src) && src[i]|0x20 == 'e' {
		i++
		integral = false
		if i < len(src) && (src[i] == '+' || src[i] == '-') {
			i++
		}
		if !digits() {
			s.pos = i
			return nil, false, false
		}
	}
	s.pos = i
	return src[start:i], integral, true
}

// skip reads one value of any kind and forgets it.
func (s *jsonScanner) skip(depth int) bool {
	switch c := s.peek(); {
	case c == '"':
		_, ok := s.text()
		return ok
	case c == '{' || c == '[':
		if depth >= maxDepth {
			s.why = errTooDeep
			return false
		}
		return s.skipInside(c, depth)
	case c == 't':
		return s.literal("true")
	case c == 'f':
		return s.literal("false")
	case c == 'n':
		return s.literal("null")
	default:
		_, _, ok := s.number()
		return ok
	}
}

func (s *jsonScanner) skipInside(open byte, depth int) bool {
	end := open + 2 // '}' after '{', ']' after '['
	s.pos++
	if s.eat(end) {
		return true
	}
	for {
		if open == '{' {
			if s.peek() != '"' {
				return false
			}
			if _, ok := s.text(); !ok || !s.eat(':') {
				return false
			}
		}
		if !s.skip(depth + 1) {
			return false
		}
		if s.eat(end) {
			return true
		}
		if !s.eat(',') {
			return false
		}
	}
}
