package columnar

import (
	"encoding/binary"
	"iter"
)

// part is a field of a message: a number (of 64 fixed bits too), or bytes.
type part struct {
	field int
	n     uint64
	b     []byte
}

// parts yields the fields of a message; bad is called when it is none.
func parts(m []byte, bad func()) iter.Seq[part] {
	return func(yield func(part) bool) {
		for len(m) > 0 {
			tag, n := binary.Uvarint(m)
			if n <= 0 || tag>>3 > 1<<28 {
				bad()
				return
			}
			m = m[n:]
			p := part{field: int(tag >> 3)}
			switch tag & 7 {
			case 0:
				if p.n, n = binary.Uvarint(m); n <= 0 {
					bad()
					return
				}
			case 1:
				if n = 8; len(m) >= n {
					p.n = binary.LittleEndian.Uint64(m)
				}
			case 5:
				n = 4
			case 2:
				length, head := binary.Uvarint(m)
				if head <= 0 || length > uint64(len(m)-head) {
					bad()
					return
				}
				p.b, n = m[head:head+int(length)], head+int(length)
			default:
				bad()
				return
			}
			if n > len(m) {
				bad()
				return
			}
			m = m[n:]
			if !yield(p) {
				return
			}
		}
	}
}

// numbers are a repeated field's, packed or not.
func (p part) numbers() (list []uint64) {
	if p.b == nil {
		return []uint64{p.n}
	}
	for b := p.b; len(b) > 0; {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			return list
		}
		list, b = append(list, v), b[n:]
	}
	return list
}
