package logstore

import (
	"encoding/binary"
	"errors"
	"slices"

	"unyo/engine/shaped"
)

// slack is how many bytes behind the end of what it writes a restorer may touch, and the longest field.
const slack = 2 * maxToken

// restorer puts the lines of a shaped block together again.
type restorer struct {
	size    int // bytes of the lines
	ids     []uint32
	parts   []part
	starts  []uint32 // of each shape's parts
	texts   []byte
	columns []packed
	bits    []byte
	words   []word
	more    []byte // of words longer than a word holds, and fields of kindText
	counts  []int  // of lines, by shape
	shapes  []shaped.Shape
	fields  []shaped.Field
}

// part is a piece of text of a shape, and the column of the field behind it, or -1.
type part struct {
	off, n uint32
	col    int32
}

// packed is a column being read.
type packed struct {
	kind  uint8
	pad   uint8
	width uint
	n     int // digits of kindHex
	uses  int
	base  uint64
	at    int // in the bits; of kindHex in their bytes
	word  int // its next one in the words, of kindDict its first
	few   int // words of kindDict
	first int // at, or word of kindText, of its first field
	seen  int // the last shape that had it
	kinds uint8
}

// word is a short field. A longer one lies in more.
type word struct {
	text [16]byte
	off  uint32
	n    uint32
}

func (c *packed) next(bits []byte) uint64 {
	v := binary.LittleEndian.Uint64(bits[c.at>>3:]) >> (c.at & 7) & (1<<c.width - 1)
	c.at += int(c.width)
	return v
}

// errShaped is a block that cannot have been written so.
var errShaped = errors.New("it does not fit together")

// open reads all but the lines. r stands behind the rows; bits have eight bytes behind them that do not count.
func (s *restorer) open(r *reader, count, size int, bits []byte) error {
	shapes, columns := r.uvarint(), r.uvarint()
	if r.bad || shapes > uint64(len(r.b)) || columns > uint64(len(r.b)) {
		return errShaped
	}
	s.size, s.bits, s.words, s.more = size, bits, s.words[:0], s.more[:0]
	s.columns = slices.Grow(s.columns[:0], int(columns))[:columns]
	clear(s.columns)
	for i := range s.columns {
		if !s.columns[i].open(s, r) {
			return errShaped
		}
	}
	if !s.openShapes(r, int(shapes)) {
		return errShaped
	}
	ids := packed{width: width(int(shapes))}
	if int64(len(bits)-8)*8 < int64(count)*int64(ids.width) || count > 0 && shapes == 0 {
		return errShaped
	}
	s.ids = slices.Grow(s.ids[:0], count)
	s.counts = slices.Grow(s.counts[:0], int(shapes))[:shapes]
	clear(s.counts)
	for range count {
		id := uint32(ids.next(bits))
		if uint64(id) >= shapes {
			return errShaped
		}
		s.ids = append(s.ids, id)
		s.counts[id]++
	}
	for id, n := range s.counts {
		for _, p := range s.parts[s.starts[id]:s.starts[id+1]] {
			if p.col >= 0 {
				s.columns[p.col].uses += n
			}
		}
	}
	return s.place(r, (ids.at+7)/8)
}

// open reads what a column is.
func (c *packed) open(s *restorer, r *reader) bool {
	if len(r.b) == 0 {
		return false
	}
	c.kind, r.b = r.b[0], r.b[1:]
	switch c.kind {
	case kindSame, kindText:
	case kindDict:
		n := r.uvarint()
		if r.bad || n == 0 || n > maxDict {
			return false
		}
		c.width = width(int(n))
		c.word, c.few = len(s.words), int(n)
		for range n {
			if !s.take(r, r.uvarint()) {
				return false
			}
		}
		for len(s.words) < c.word+1<<c.width { // never asked for in what was written here
			s.words = append(s.words, s.words[c.word])
		}
	case kindNumber:
		if len(r.b) == 0 {
			return false
		}
		c.pad, r.b = r.b[0], r.b[1:]
		c.base = r.uvarint()
		if len(r.b) == 0 {
			return false
		}
		c.width, r.b = uint(r.b[0]), r.b[1:]
		return !r.bad && c.width <= maxWidth && c.pad <= maxDigits && c.base < 1e18
	case kindHex:
		n := r.uvarint()
		c.n = int(min(n, maxToken))
		return !r.bad && n > 0 && n <= maxToken
	default:
		return false
	}
	return !r.bad
}

// take makes a word of n bytes off r. There are fewer words than bytes in the lines.
func (s *restorer) take(r *reader, n uint64) bool {
	if r.bad || n > maxToken || n > uint64(len(r.b)) || len(s.words) > s.size {
		return false
	}
	w := word{n: uint32(n)}
	if n <= uint64(len(w.text)) {
		copy(w.text[:], r.b[:n])
	} else {
		w.off = uint32(len(s.more))
		s.more = append(s.more, r.b[:n]...)
	}
	r.b, s.words = r.b[n:], append(s.words, w)
	return true
}

func (s *restorer) openShapes(r *reader, shapes int) bool {
	s.parts, s.starts = s.parts[:0], s.starts[:0]
	total := uint64(0)
	for range shapes {
		s.starts = append(s.starts, uint32(len(s.parts)))
		length, fields := r.uvarint(), r.uvarint()
		if r.bad || length > maxBlock || fields > maxFields || total+length > maxBlock {
			return false
		}
		at := uint64(0)
		for range fields {
			n, col := r.uvarint(), r.uvarint()
			if at += n; r.bad || n > length || at > length || col >= uint64(len(s.columns)) || s.columns[col].kind == kindSame {
				return false
			}
			s.parts = append(s.parts, part{uint32(total + at - n), uint32(n), int32(col)})
		}
		s.parts = append(s.parts, part{uint32(total + at), uint32(length - at), -1})
		total += length
	}
	s.starts = append(s.starts, uint32(len(s.parts)))
	if total > uint64(len(r.b)) {
		return false
	}
	s.texts = append(append(s.texts[:0], r.b[:total]...), make([]byte, 16)...)
	r.b = r.b[total:]
	return true
}

// place finds where each column begins, and that it is whole.
func (s *restorer) place(r *reader, at int) error {
	for i := range s.columns {
		c := &s.columns[i]
		c.at = at * 8
		switch c.kind {
		case kindDict, kindNumber:
			at += int((int64(c.uses)*int64(c.width) + 7) / 8)
		case kindHex:
			c.at = at
			at += c.uses * ((c.n + 1) / 2)
		case kindText:
			if !s.placeText(r, c) {
				return errShaped
			}
		}
		if c.first = c.at; c.kind == kindText {
			c.first = c.word
		}
		if at > len(s.bits)-8 {
			return errShaped
		}
	}
	if len(r.b) > 0 || at != len(s.bits)-8 {
		return errShaped
	}
	return nil
}

func (s *restorer) placeText(r *reader, c *packed) bool {
	if c.uses > len(r.b) {
		return false
	}
	lengths := make([]uint16, c.uses)
	for i := range lengths {
		n := r.uvarint()
		if r.bad || n > maxToken {
			return false
		}
		lengths[i] = uint16(n)
	}
	c.word = len(s.words)
	for _, n := range lengths {
		if !s.take(r, uint64(n)) {
			return false
		}
	}
	return true
}

// lines writes the lines one after another, and their lengths.
func (s *restorer) lines(dst []byte, lens []uint32) ([]byte, []uint32, error) {
	size := s.size
	dst = slices.Grow(dst[:0], size+slack)[:size+slack]
	lens = slices.Grow(lens[:0], len(s.ids))
	at := 0
	for _, id := range s.ids {
		from := at
		for _, p := range s.parts[s.starts[id]:s.starts[id+1]] {
			if at+int(p.n) > size {
				return nil, nil, errShaped
			}
			if p.n <= 16 {
				copy16(dst[at:], s.texts[p.off:])
			} else {
				copy(dst[at:], s.texts[p.off:p.off+p.n])
			}
			if at += int(p.n); p.col >= 0 {
				c, to := &s.columns[p.col], dst[at:]
				switch c.kind {
				case kindDict:
					at += s.put(to, &s.words[c.word+int(c.next(s.bits))])
				case kindNumber:
					at += putNumber(to, c.base+c.next(s.bits), int(c.pad))
				case kindHex:
					at += c.hex(to, s.bits)
				case kindText:
					at += s.put(to, &s.words[c.word])
					c.word++
				}
			}
		}
		lens = append(lens, uint32(at-from))
	}
	if at != size {
		return nil, nil, errShaped
	}
	return dst[:size], lens, nil
}

func copy16(dst, src []byte) { *(*[16]byte)(dst) = [16]byte(src) }

// hex writes the next field of c.
func (c *packed) hex(dst, bits []byte) int {
	src := bits[c.at:][:(c.n+1)/2]
	for i, b := range src {
		binary.LittleEndian.PutUint16(dst[2*i:], hexPairs[b])
	}
	c.at += len(src)
	return c.n
}

func (s *restorer) put(dst []byte, w *word) int {
	if w.n <= uint32(len(w.text)) {
		*(*[16]byte)(dst) = w.text
	} else {
		copy(dst, s.more[w.off:w.off+w.n])
	}
	return int(w.n)
}

// putNumber writes v with pad digits, or as many as it needs.
func putNumber(dst []byte, v uint64, pad int) int {
	if v < 10000 && pad <= 4 {
		if pad == 0 {
			pad = digits(v)
		}
		binary.LittleEndian.PutUint32(dst, fourDigits[v]>>(8*(4-pad)&31))
		return pad
	}
	if pad == 0 {
		pad = digits(v)
	}
	i := pad
	for ; i >= 4; i -= 4 {
		binary.LittleEndian.PutUint32(dst[i-4:], fourDigits[v%10000])
		v /= 10000
	}
	for ; i > 0; i-- {
		dst[i-1] = '0' + byte(v%10)
		v /= 10
	}
	return pad
}

func digits(v uint64) int {
	n := 1
	for ; v >= 10000; v /= 10000 {
		n += 4
	}
	switch {
	case v >= 1000:
		return n + 3
	case v >= 100:
		return n + 2
	case v >= 10:
		return n + 1
	}
	return n
}

var fourDigits = func() (t [10000]uint32) {
	for i := range t {
		t[i] = uint32(i/1000+'0') | uint32(i/100%10+'0')<<8 | uint32(i/10%10+'0')<<16 | uint32(i%10+'0')<<24
	}
	return t
}()

var hexPairs = func() (t [256]uint16) {
	for i := range t {
		t[i] = uint16(hexDigits[i>>4]) | uint16(hexDigits[i&15])<<8
	}
	return t
}()
