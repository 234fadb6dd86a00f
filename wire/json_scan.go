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

// natural reads an integer of up to 15 digits, as times are, that does not begin with a zero or a sign; false: number has to read what is there.
func (s *jsonScanner) natural() (n int64, ok bool) {
	src, i := s.src, s.pos
	if src[i]-'1' > 8 {
		return 0, false
	}
	for range 2 {
		if i+8 > len(src) {
			return 0, false
		}
		w := binary.LittleEndian.Uint64(src[i:]) ^ lows*'0'
		digits := bits.TrailingZeros64((w+lows*(0x80-10)|w)&highs) / 8 // what is above 9 sets the highest bit
		if digits == 8 {
			n, i = n*1e8+eightDigits(w), i+8
			continue
		}
		if c := src[i+digits]; c == '.' || c|0x20 == 'e' {
			return 0, false
		}
		s.pos = i + digits
		return n*tens[digits] + eightDigits(w<<(8*(8-digits))), true
	}
	return 0, false
}

var tens = [8]int64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7}

// eightDigits is the number of digits of which the first is the lowest byte.
func eightDigits(w uint64) int64 {
	w = w * (1 + 10<<8) >> 8 & 0x00FF00FF00FF00FF
	w = w * (1 + 100<<16) >> 16 & 0x0000FFFF0000FFFF
	return int64(w * (1 + 10000<<32) >> 32)
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
