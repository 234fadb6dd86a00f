package logstore

import (
	"encoding/binary"
	"math/bits"
)

// Nearly every line has a shape that is known. So a line is first followed along the texts of known shapes, eight bytes at a time, which asks
// less of each byte than to cut it, and needs no key. The texts are a tree: a way leads on by eight bytes of text, by fewer and a field, or by fewer and
// the end of the line. A field is wherever cut would see one: as texts of shapes have none in them and end before a token, a line that is
// followed to its end has been cut as cut does, and only there.
type way struct {
	text, mask uint64
	n          uint8 // bytes of text
	kind       uint8
	next       int32 // another way from the same place; 0: none
	to         int32 // the first way on; from wayEnd the number of the shape
}

const (
	wayText = iota
	wayField
	wayEnd
)

const (
	// maxFork bounds the ways from one place, which are tried one after another, and maxWays all of them. What has no way any more is cut.
	maxFork = 16
	maxWays = 1 << 15
	// strayed is how many more lines of a block may leave all ways than not, before the others are not tried.
	strayed = 64
)

// eight is the eight bytes of buf at i, the first one lowest; 0 stands for those that are not there.
func eight(buf []byte, i int) uint64 {
	if i+8 <= len(buf) {
		return binary.LittleEndian.Uint64(buf[i:])
	}
	v := uint64(0)
	for k, c := range buf[min(i, len(buf)):] {
		v |= uint64(c) << (8 * k)
	}
	return v
}

// follow finds the shape and the fields of the line at the end of buf; nil if no way leads to its end.
func (s *shaper) follow(buf []byte, off uint32) *shape {
	at, ways := int(off), s.ways
	s.n = 0
	for w, i := eight(buf, at), ways[0].to; i != 0; {
		x := &ways[i]
		if (w^x.text)&x.mask != 0 {
			i = x.next
			continue
		}
		switch end := at + int(x.n); x.kind {
		case wayText:
			if end > len(buf) {
				return nil
			}
			at = end
		case wayField:
			f := &s.fields[s.n]
			if !f.read(buf, end) {
				i = x.next
				continue
			}
			s.n++
			at = end + int(f.n)
		default:
			if end != len(buf) {
				i = x.next
				continue
			}
			return s.ends[x.to]
		}
		w, i = eight(buf, at), x.to
	}
	return nil
}

// read takes the token at i as a field, if it is one.
func (f *field) read(buf []byte, i int) bool {
	if i >= len(buf) {
		return false
	}
	w := eight(buf, i)
	x := w ^ lows*'0'
	n := bits.TrailingZeros64((x+lows*(0x80-10)|x)&highs) / 8 // digits; what is above 9 sets the highest bit
	if n > 0 && n < 8 && (i+n == len(buf) || class[byte(w>>(8*n))] == 0) {
		f.v, f.off, f.n, f.kind = bits.ReverseBytes64(w)>>(64-8*n), uint32(i), uint16(n), digit
		return true
	}
	kind, end := uint8(0), i
	for ; end < len(buf); end++ {
		c := class[buf[end]]
		if c == 0 {
			break
		}
		kind |= c
	}
	if n = end - i; !changes(kind, n) {
		return false
	}
	f.v, f.off, f.n, f.kind = lastEight(buf[:end], n), uint32(i), uint16(n), kind
	return true
}

const (
	lows  = 0x0101010101010101
	highs = 0x8080808080808080
)

// pave makes a way for lines of a shape.
func (s *shaper) pave(sh *shape) {
	if len(sh.at) == maxFields || len(sh.text) > maxShape {
		return // what is behind its last field may have more
	}
	at, from := int32(0), 0
	for i := range len(sh.at) + 1 {
		to, kind := len(sh.text), uint8(wayEnd)
		if i < len(sh.at) {
			to, kind = int(sh.at[i]), wayField
		}
		for ; to-from >= 8 && at >= 0; from += 8 {
			at = s.fork(at, wayText, sh.text[from:from+8])
		}
		if at >= 0 {
			at = s.fork(at, kind, sh.text[from:to])
		}
		if at < 0 {
			return
		}
		from = to
	}
	s.ways[at].to = int32(len(s.ends))
	s.ends = append(s.ends, sh)
}

// fork returns the way that leads on from at by text; -1 if there cannot be another one.
func (s *shaper) fork(at int32, kind uint8, text string) int32 {
	x := way{text: eight([]byte(text), 0), mask: 1<<(8*len(text)) - 1, n: uint8(len(text)), kind: kind}
	link := &s.ways[at].to
	for n := 0; *link != 0; n++ {
		y := &s.ways[*link]
		if y.kind == kind && y.n == x.n && y.text == x.text {
			return *link
		}
		if link = &y.next; n == maxFork {
			return -1
		}
	}
	if len(s.ways) == maxWays {
		return -1
	}
	i := int32(len(s.ways))
	*link = i
	s.ways = append(s.ways, x)
	return i
}
