package wire

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"

	"unyo/base/jsontext"
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

// escaped reads the rest of a string that has an escape at i. The result lies in the arena, where the
// texts of one body stand one after another. Escapes often stand a few bytes apart (JSON in JSON), so what is between
// them is copied eight bytes at a time, of which those behind the run are written over.
func (s *jsonScanner) escaped(start, i int) ([]byte, bool) {
	src := s.src
	out := append(s.reserve(i-start), src[start:i]...)
	for i < len(src) {
		n, room := len(out), out[:cap(out)]
		for i+9 <= len(src) && n+8 <= len(room) {
			w := binary.LittleEndian.Uint64(src[i:])
			binary.LittleEndian.PutUint64(room[n:], w)
			m := special(w)
			if m == 0 {
				i, n = i+8, n+8
				continue
			}
			run := bits.TrailingZeros64(m) / 8
			i, n = i+run, n+run
			c := plainEscape[src[i+1]]
			if src[i] != '\\' || c == 0 || n >= len(room) {
				break
			}
			room[n] = c
			i, n = i+2, n+1
		}
		out = room[:n]
		c := src[i]
		if c == '"' {
			s.pos = i + 1
			return s.keep(out), true
		}
		if c < 0x20 {
			s.pos = i
			return nil, false
		}
		if i++; c != '\\' {
			out = append(out, c)
			continue
		}
		if i == len(src) {
			break
		}
		if c = plainEscape[src[i]]; c != 0 {
			out = append(out, c)
			i++
			continue
		}
		i++
		r, n := rune(0), 0
		if src[i-1] == 'u' {
			r, n = jsontext.Escaped(src[i:])
		}
		if n == 0 {
			s.pos = i
			return nil, false
		}
		i += n
		out = utf8.AppendRune(out, r)
	}
	s.pos = len(src)
	return nil, false
}

// plainEscape is what a letter behind a backslash stands for; 0 where it stands for nothing by itself.
var plainEscape = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// arenaSize is the size of the arena's parts. Texts of a body share them, for one allocation each is dear.
const arenaSize = 16 << 10

// reserve returns the empty end of the arena, with room for n bytes and some more.
func (s *jsonScanner) reserve(n int) []byte {
	if cap(s.arena)-len(s.arena) < n+64 {
		s.arena = make([]byte, 0, max(min(arenaSize, len(s.src)), n+64))
	}
	return s.arena[len(s.arena):]
}

// keep makes out, which grew from what reserve returned, a part of the arena. What did not fit in lies elsewhere: then the rest of the arena is
// too small for the next text too, and is left.
func (s *jsonScanner) keep(out []byte) []byte {
	if len(out) <= cap(s.arena)-len(s.arena) {
		s.arena = s.arena[:len(s.arena)+len(out)]
	} else {
		s.arena = nil
	}
	return out[:len(out):len(out)]
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
