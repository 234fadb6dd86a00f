package columnar

import (
	"encoding/binary"

	"github.com/klauspost/compress/s2"
)

// A page of which only the first rows are asked for is unpacked only so far: a filter by a column that rows are ordered by leaves a short stretch of a long page
// of each other column. It is done where that can be told beforehand: numbers of fixed width as they are, packed by Snappy, in a column that is read where the
// first sieve has kept rows.

// Of a long page so much is unpacked at first.
const (
	longPage  = 256 << 10
	earlyPart = 16 // of so many
)

// early unpacks the first n entries of the page at hand, whose body is given, or somewhat more; false if all of it is to be unpacked.
func (l *parquetLeaf) early(packed []byte, n int) bool {
	h := &l.head
	width := l.node.leaf.kept.width()
	if !l.late || n > int(h.values)/earlyPart || h.plain < longPage || h.kind != pageData || encoding(h.encoding) != asPlain || width == 0 || l.maxRep > 0 || l.pages.codec != codecSnappy {
		return false
	}
	want := int(h.values)/earlyPart*width + 4 + int(h.values)/8/earlyPart // of levels there are mostly few bytes
	body, ok := snappyStart(l.plain, packed, want, int(h.plain))
	if !ok {
		return false
	}
	l.plain = body
	var defs []byte
	if l.maxDef > 0 {
		size := int(binary.LittleEndian.Uint32(body))
		if uint64(size) > uint64(len(body)-4) {
			return false
		}
		defs, body = body[4:4+size], body[4+size:]
	}
	if l.until = len(body) / width; l.until < n || l.begin(nil, defs, body) != nil {
		l.until = 0
		return false
	}
	return true
}

// reach holds that the first n entries of the page at hand are unpacked.
func (l *parquetLeaf) reach(n int) error {
	switch {
	case l.packed:
		return l.unpack(n)
	case l.until == 0 || n <= l.until:
		return nil
	}
	body, done := l.whole, int(l.head.values)-l.left
	l.until, l.left = 0, int(l.head.values)
	if err := l.first(body); err != nil {
		return err
	}
	l.forget()
	return l.skip(done)
}

// forget gives back the packed page that was kept because only a part of it was unpacked.
func (l *parquetLeaf) forget() {
	leaveRoom(l.whole)
	l.whole, l.until = nil, 0
}

// snappyStart unpacks the first bytes of a block, at least want of them, into room. For that it makes a shorter block of the elements that give them, in place, and
// puts back what was there; of the last, if it is bytes as they are, it takes as many as are wanted. It is false for what is not as Snappy writes it, whether or not
// it can be unpacked.
// https://github.com/google/snappy/blob/main/format_description.txt
func snappyStart(room, src []byte, want, size int) ([]byte, bool) {
	n, head := binary.Uvarint(src)
	if head <= 0 || n != uint64(size) || want >= size {
		return nil, false
	}
	at, made, rest := head, 0, []byte{}
	for made < want {
		length, step := snappyElement(src[at:])
		if step == 0 {
			return nil, false
		}
		if src[at]&3 == 0 && made+length >= want {
			rest = src[at+step-length:][:want-made]
			break
		}
		at, made = at+step, made+length
	}
	if made >= size {
		return nil, false
	}
	var length [binary.MaxVarintLen64]byte
	short := binary.PutUvarint(length[:], uint64(made))
	was := append([]byte{}, src[:head]...)
	defer copy(src, was)
	from := head - short // made < size: its length is no longer
	copy(src[from:], length[:short])
	out, err := s2.Decode(roomFor(room, made+len(rest)), src[from:at])
	if err != nil || len(out) != made {
		return nil, false
	}
	return append(out, rest...), true
}

// snappyElement is how many bytes the first element of src gives, and how many it takes; 0 if it is none.
func snappyElement(src []byte) (length, step int) {
	if len(src) == 0 {
		return 0, 0
	}
	tag := src[0]
	switch tag & 3 {
	case 0:
		length, step = int(tag>>2)+1, 1
		if more := length - 60; more > 0 {
			if length, step = 1, 1+more; len(src) < step {
				return 0, 0
			}
			for i := range more {
				length += int(src[1+i]) << (8 * i)
			}
		}
		step += length
	case 1:
		length, step = int(tag>>2&7)+4, 2
		if len(src) < 2 || tag>>5 == 0 && src[1] == 0 { // of S2
			return 0, 0
		}
	case 2:
		length, step = int(tag>>2)+1, 3
	default:
		length, step = int(tag>>2)+1, 5
	}
	if step > len(src) {
		return 0, 0
	}
	return length, step
}
