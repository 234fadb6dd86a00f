package wire

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"

	"unyo/base/jsontext"
)

// escaped reads the rest of a string that has an escape at i. The result lies in the arena, where the
// texts of one body stand one after another.
func (s *jsonScanner) escaped(start, i int) ([]byte, bool) {
	src := s.src
	out := append(s.reserve(i-start), src[start:i]...)
	for i < len(src) {
		n := len(out)
		n, i = unescape(out[:cap(out)], n, src, i)
		out = out[:n]
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

// window is how many bytes are looked at together: a bit for each.
const window = 64

// unescape copies src from i to dst from n, undoing plain escapes, until it meets something else (the end of the text, a control character, an escape by
// number) or either is nearly full; it returns where it stands. Escapes often stand a few bytes apart (JSON in JSON). To look for the next one behind each
// would have each wait for the one before; so those of a window are marked at once. What is between them is copied sixteen bytes at a time, of which those
// behind the run are written over.
func unescape(dst []byte, n int, src []byte, i int) (int, int) {
	for i+window+18 <= len(src) && n+window+34 <= len(dst) {
		from, to := (*[window + 18]byte)(src[i:]), (*[window + 34]byte)(dst[n:])
		at, done := uint(0), uint(0)
		for marks := specials(from); marks != 0; {
			next := uint(bits.TrailingZeros64(marks))
			run := next - done
			copy16(to[at:], from[done:])
			for k := uint(16); k < run; k += 16 {
				copy16(to[at+k:], from[done+k:])
			}
			at, done = at+run, next
			c := plainEscape[from[next+1]]
			if from[next] != '\\' || c == 0 {
				return n + int(at), i + int(done)
			}
			to[at] = c
			at, done = at+1, next+2
			marks &^= 3 << next
		}
		end := max(done, window) // the last escape may reach beyond it
		for k := done; k < window; k += 16 {
			copy16(to[at+k-done:], from[k:])
		}
		n, i = n+int(at+end-done), i+int(end)
	}
	return n, i
}

func copy16(dst, src []byte) { *(*[16]byte)(dst) = [16]byte(src) }

// specials marks the bytes of a window that do not stand for themselves: quotes, backslashes, control characters. It is a function of its own because
// it wants all registers.
//
//go:noinline
func specials(b *[window + 18]byte) (marks uint64) {
	const low = ^uint64(highs)
	for k := 0; k < window; k += 8 {
		w := binary.LittleEndian.Uint64(b[k:])
		v := w & low
		plain := ((v^lows*'"')+low)&((v^lows*'\\')+low)&(v+lows*(0x80-0x20)) | w // in the highest bit of each byte
		marks |= (^plain & highs >> 7) * 0x0102040810204080 >> 56 << k           // and those gathered
	}
	return marks
}

// arenaSize is the size of the arena's parts. Texts of a body share them, for one allocation each is dear.
const arenaSize = 16 << 10

// arenaEnd is room enough for most texts.
const arenaEnd = 512

// reserve returns the empty end of the arena, with room for n bytes and some more.
func (s *jsonScanner) reserve(n int) []byte {
	n += min(arenaEnd, len(s.src))
	if cap(s.arena)-len(s.arena) < n {
		s.arena = make([]byte, 0, max(min(arenaSize, len(s.src)), n))
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
