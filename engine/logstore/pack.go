package logstore

import "encoding/binary"

// kinds of columns.
const (
	kindSame   = iota // stands in the shapes
	kindDict          // few different ones: their number in a list
	kindNumber        // decimal numbers, without leading zeros or all of one length
	kindHex           // lower hexadecimal digits, all of one length: their halves of bytes
	kindText          // anything else
)

const (
	maxWidth  = 56 // bits of a number
	maxDigits = 18
)

// pack returns the two parts of a shaped block, for zstd and as it is:
//
// how many lines; the rows without lengths (appendHeads), after how many bytes they are; shapes, columns; for each column its kind and what belongs to it; for each shape the length
// of its text, how many fields, and for each its place (difference to the one before) and column; the texts of the shapes; then for each
// column of kindText the lengths and bytes of its fields.
//
// The number of the shape of each line, then each column, packed into the bits that are needed; each begins with a byte.
func (s *shaper) pack(rows []row, buf []byte, stream func(uint64) uint32) (head, bits []byte) {
	h := binary.AppendUvarint(s.head[:0], uint64(len(rows)))
	s.heads = appendHeads(s.heads[:0], rows, stream, false)
	h = append(binary.AppendUvarint(h, uint64(len(s.heads))), s.heads...)
	h = binary.AppendUvarint(h, uint64(len(s.shapes)))
	h = binary.AppendUvarint(h, uint64(len(s.columns)))
	s.bits.out = s.bits.out[:0]
	putAll(&s.bits, s.ids, width(len(s.shapes)))
	var texts []*column
	for i := range s.columns {
		c := &s.columns[i]
		var kind uint8
		if h, kind = s.packColumn(h, c, buf); kind == kindText {
			texts = append(texts, c)
		}
	}
	h = s.packShapes(h, buf)
	for _, c := range texts {
		for i := range c.list {
			h = binary.AppendUvarint(h, uint64(c.list[i].n))
		}
		for i := range c.list {
			h = append(h, c.list[i].bytes(buf)...)
		}
	}
	s.head = h
	return h, s.bits.out
}

func (f *field) bytes(buf []byte) []byte { return buf[f.off:][:f.n] }

// packShapes writes the shapes, with the fields in them that are always the same.
func (s *shaper) packShapes(h, buf []byte) []byte {
	for pass := range 2 {
		for i := range s.shapes {
			sh := s.shapes[i]
			fields, more, from := 0, 0, uint16(0)
			for k, col := range sh.cols {
				c := &s.columns[col]
				if pass == 1 {
					h = append(h, sh.text[from:sh.at[k]]...)
					from = sh.at[k]
					if c.constant() {
						h = append(h, c.first.bytes(buf)...)
					}
				} else if c.constant() {
					more += int(c.first.n)
				} else {
					fields++
				}
			}
			if pass == 1 {
				h = append(h, sh.text[from:]...)
				continue
			}
			h = binary.AppendUvarint(h, uint64(len(sh.text)+more))
			h = binary.AppendUvarint(h, uint64(fields))
			last, grown := 0, 0
			for k, col := range sh.cols {
				if c := &s.columns[col]; c.constant() {
					grown += int(c.first.n)
					continue
				}
				at := int(sh.at[k]) + grown
				h = binary.AppendUvarint(h, uint64(at-last))
				h = binary.AppendUvarint(h, uint64(col))
				last = at
			}
		}
	}
	return h
}

// packColumn writes what c is to the head, and its fields into the bits.
func (s *shaper) packColumn(h []byte, c *column, buf []byte) ([]byte, uint8) {
	if c.constant() {
		return append(h, kindSame), kindSame
	}
	if s.few(c, buf) {
		h = append(h, kindDict)
		h = binary.AppendUvarint(h, uint64(len(s.dict)))
		for i := range s.dict {
			h = binary.AppendUvarint(h, uint64(s.dict[i].n))
			h = append(h, s.dict[i].bytes(buf)...)
		}
		putAll(&s.bits, s.refs, width(len(s.dict)))
		return h, kindDict
	}
	if least, w, ok := c.numbers(buf); ok {
		h = append(h, kindNumber)
		if c.mixed {
			h = append(h, 0)
		} else {
			h = append(h, byte(c.first.n))
		}
		h = binary.AppendUvarint(h, least)
		h = append(h, byte(w))
		s.bits.numbers(c.list, least, w)
		return h, kindNumber
	}
	if !c.mixed && c.kinds&letter == 0 {
		h = append(h, kindHex)
		h = binary.AppendUvarint(h, uint64(c.first.n))
		for i := range c.list {
			s.bits.out = appendHex(s.bits.out, c.list[i].bytes(buf))
		}
		return h, kindHex
	}
	return append(h, kindText), kindText
}

// few finds out whether c has few different fields, and numbers them in the order in which they come.
func (s *shaper) few(c *column, buf []byte) bool {
	most := min(maxDict, len(c.list)/4)
	clear(s.slots[:])
	s.dict, s.refs = s.dict[:0], s.refs[:0]
	for i := range c.list {
		f := &c.list[i]
		at := f.v * 0x9E3779B97F4A7C15 >> (64 - 9)
		for s.slots[at] != 0 && !same(buf, &s.dict[s.slots[at]-1], f) {
			at = (at + 1) % uint64(len(s.slots))
		}
		if s.slots[at] == 0 {
			if len(s.dict) == most {
				return false
			}
			s.dict = append(s.dict, *f)
			s.slots[at] = uint16(len(s.dict))
		}
		s.refs = append(s.refs, s.slots[at]-1)
	}
	return true
}

// numbers reports whether the column is of decimal numbers that can be told from their values; the least, and the bits for the others. The
// fields hold their values then, in place of their bytes.
func (c *column) numbers(buf []byte) (least uint64, w uint, ok bool) {
	if c.kinds != digit || !c.mixed && c.first.n > maxDigits {
		return 0, 0, false
	}
	least = c.first.number(buf)
	most := least
	for i := range c.list {
		f := &c.list[i]
		if c.mixed && (f.n > maxDigits || f.n > 1 && buf[f.off] == '0') {
			return 0, 0, false
		}
		f.v = f.number(buf)
		least, most = min(least, f.v), max(most, f.v)
	}
	w = width(int(most-least) + 1)
	return least, w, w <= maxWidth
}

// number is the value of up to maxDigits decimal digits.
func (f *field) number(buf []byte) uint64 {
	if f.n > 8 {
		v := uint64(0)
		for _, c := range buf[f.off:][:min(f.n, maxDigits)] {
			v = v*10 + uint64(c-'0')
		}
		return v
	}
	x := f.v & 0x0F0F0F0F0F0F0F0F // eight digits, the last in the lowest byte; pairs are added up
	x = x>>8&0x00FF00FF00FF00FF*10 + x&0x00FF00FF00FF00FF
	x = x>>16&0x0000FFFF0000FFFF*100 + x&0x0000FFFF0000FFFF
	return x>>32*10000 + x&0xFFFFFFFF
}

// appendHex packs two digits into a byte; an odd last one stands alone.
func appendHex(dst, digits []byte) []byte {
	for ; len(digits) >= 2; digits = digits[2:] {
		dst = append(dst, nibble[digits[0]]<<4|nibble[digits[1]])
	}
	if len(digits) == 1 {
		dst = append(dst, nibble[digits[0]]<<4)
	}
	return dst
}

var nibble = func() (t [256]uint8) {
	for i, c := range []byte(hexDigits) {
		t[c] = uint8(i)
	}
	return t
}()

const hexDigits = "0123456789abcdef"
