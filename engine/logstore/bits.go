package logstore

import (
	"encoding/binary"
	"math/bits"
)

// bitWriter packs numbers of up to 56 bits, the first in the lowest. Each column begins with a byte.
type bitWriter struct{ out []byte }

// putAll packs a column of numbers.
func putAll[T uint16 | uint32](w *bitWriter, list []T, width uint) {
	out, acc, n := w.out, uint64(0), uint(0)
	for _, x := range list {
		v := uint64(x)
		acc |= v << n
		if n += width; n >= 64 {
			out = binary.LittleEndian.AppendUint64(out, acc)
			n -= 64
			acc = v >> (width - n)
		}
	}
	w.end(out, acc, n)
}

// numbers packs what the values of fields are above the least.
func (w *bitWriter) numbers(list []field, least uint64, width uint) {
	out, acc, n := w.out, uint64(0), uint(0)
	for i := range list {
		v := list[i].v - least
		acc |= v << n
		if n += width; n >= 64 {
			out = binary.LittleEndian.AppendUint64(out, acc)
			n -= 64
			acc = v >> (width - n)
		}
	}
	w.end(out, acc, n)
}

// end writes the last n bits of a column.
func (w *bitWriter) end(out []byte, acc uint64, n uint) {
	for ; n > 0; n -= min(n, 8) {
		out = append(out, byte(acc))
		acc >>= 8
	}
	w.out = out
}

// width is how many bits numbers below n need.
func width(n int) uint { return uint(bits.Len(uint(max(n, 1) - 1))) }
