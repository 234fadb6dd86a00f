package columnar

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/bits"
	"unicode/utf8"

	"unyo/engine/vector"
)

// appendHybrid writes numbers of so many bits as runs of eight and more, and others packed together in eights.
func appendHybrid[T byte | uint32](dst []byte, v []T, width int) []byte {
	for i := 0; i < len(v); {
		if n := run(v[i:], len(v)); n >= 8 {
			dst = binary.AppendUvarint(dst, uint64(n)<<1)
			for b := range (width + 7) / 8 {
				dst = append(dst, byte(uint32(v[i])>>(8*b)))
			}
			i += n
			continue
		}
		from := i
		for i < len(v) && (i == from || len(v)-i < 8 || run(v[i:], 8) < 8) {
			i += min(8, len(v)-i)
		}
		dst = binary.AppendUvarint(dst, uint64((i-from+7)/8)<<1|1)
		dst = appendBits(dst, v[from:i], width)
	}
	return dst
}

// appendBits packs numbers of so many bits each, the lowest bit first; what is missing to eight of them is zeros.
func appendBits[T byte | uint32](dst []byte, v []T, width int) []byte {
	held, n := uint64(0), 0
	for _, x := range v {
		held |= uint64(x) << n
		for n += width; n >= 8; n -= 8 {
			dst = append(dst, byte(held))
			held >>= 8
		}
	}
	for rest := (-len(v)&7)*width + n; rest > 0; rest -= 8 {
		dst = append(dst, byte(held))
		held >>= 8
	}
	return dst
}

// appendPlain writes the values from one up to before another as they are.
func (h *held) appendPlain(dst []byte, from, to int) []byte {
	switch h.typ.Kind {
	case Boolean:
		for i := from; i < to; i += 8 {
			b := byte(0)
			for j, n := range h.ints[i:min(i+8, to)] {
				b |= byte(n) << j
			}
			dst = append(dst, b)
		}
	case Tinyint, Smallint, Int, Date:
		for _, n := range h.ints[from:to] {
			dst = binary.LittleEndian.AppendUint32(dst, uint32(n))
		}
	case Bigint:
		for _, n := range h.ints[from:to] {
			dst = binary.LittleEndian.AppendUint64(dst, uint64(n))
		}
	case Float:
		for _, f := range h.floats[from:to] {
			dst = binary.LittleEndian.AppendUint32(dst, math.Float32bits(float32(f)))
		}
	case Double:
		for _, f := range h.floats[from:to] {
			dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(f))
		}
	case Decimal:
		for _, n := range h.wides[from:to] {
			dst = appendComplement(dst, n, decimalBytes(h.typ.Precision))
		}
	case Timestamp:
		for i := from; i < to; i++ {
			dst = appendInt96(dst, h.ints[i], h.nanos[i])
		}
	default:
		for i := from; i < to; i++ {
			b := h.text(i)
			dst = append(binary.LittleEndian.AppendUint32(dst, uint32(len(b))), b...)
		}
	}
	return dst
}

// decimalBytes is how many bytes hold any number of that many digits.
func decimalBytes(precision int) int { return (bigPower[precision].BitLen() + 8) / 8 }

// appendComplement writes a number in two's complement, highest byte first.
func appendComplement(dst []byte, n vector.Int128, size int) []byte {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:], uint64(n.Hi))
	binary.BigEndian.PutUint64(b[8:], n.Lo)
	return append(dst, b[16-size:]...)
}

// julian is the Julian day of 1970-01-01.
const julian = 2440588

// appendInt96 writes an instant as Hive and Impala do: nanoseconds of the day, and Julian day.
func appendInt96(dst []byte, seconds int64, nanos int32) []byte {
	day := floorDiv(seconds, daySeconds)
	dst = binary.LittleEndian.AppendUint64(dst, uint64(seconds-day*daySeconds)*1e9+uint64(nanos))
	return binary.LittleEndian.AppendUint32(dst, uint32(day+julian))
}

// plainWidth is how many bytes a value is, as it is; of texts what stands before them.
func plainWidth(t *Type) int {
	switch t.Kind {
	case Boolean:
		return 1
	case Bigint, Double:
		return 8
	case Decimal:
		return decimalBytes(t.Precision)
	case Timestamp:
		return 12
	}
	return 4
}

func isText(t *Type) bool { return t.Kind >= String && t.Kind <= Binary }

// mostDictionary is how many bytes a dictionary has at most, as in parquet-mr.
const mostDictionary = 1 << 20

// places is which of a column's distinct values each of its values is, and where each of those stands first. ok is false if they are
// too many to be worth it.
func (h *held) places() (index []uint32, firsts []int, ok bool) {
	width := plainWidth(h.typ)
	switch h.typ.Kind {
	case String, Varchar, Char, Binary:
		index, firsts = h.textPlaces()
	case Float, Double:
		index, firsts = distinct(h.n, mostDictionary/width, func(i int) uint64 { return math.Float64bits(h.floats[i]) })
	case Decimal:
		index, firsts = distinct(h.n, mostDictionary/width, func(i int) vector.Int128 { return h.wides[i] })
	case Timestamp:
		index, firsts = distinct(h.n, mostDictionary/width, func(i int) [2]int64 { return [2]int64{h.ints[i], int64(h.nanos[i])} })
	default:
		index, firsts = distinct(h.n, mostDictionary/width, func(i int) int64 { return h.ints[i] })
	}
	if index == nil {
		return nil, nil, false
	}
	plain, kept := h.n*width+len(h.data), len(firsts)*width+h.n*bits.Len(uint(len(firsts)-1))/8
	if isText(h.typ) {
		for _, i := range firsts {
			kept += len(h.text(i))
		}
	}
	return index, firsts, kept < plain
}

func distinct[K comparable](n, most int, key func(i int) K) (index []uint32, firsts []int) {
	seen := map[K]uint32{}
	index = make([]uint32, n)
	for i := range n {
		k := key(i)
		place, ok := seen[k]
		if !ok {
			if place = uint32(len(firsts)); len(firsts) == most {
				return nil, nil
			}
			seen[k], firsts = place, append(firsts, i)
		}
		index[i] = place
	}
	return index, firsts
}

func (h *held) textPlaces() (index []uint32, firsts []int) {
	seen := map[string]uint32{}
	index = make([]uint32, h.n)
	size := 0
	for i := range h.n {
		text := h.text(i)
		place, ok := seen[string(text)]
		if !ok {
			if size += 4 + len(text); size > mostDictionary {
				return nil, nil
			}
			place = uint32(len(firsts))
			seen[string(text)], firsts = place, append(firsts, i)
		}
		index[i] = place
	}
	return index, firsts
}

// mostBound is how long a text is kept as a bound of a page.
const mostBound = 64

// bound is value i as statistics have it.
func (h *held) bound(i int, upper bool) []byte {
	switch h.typ.Kind {
	case Boolean:
		return []byte{byte(h.ints[i])}
	case String, Varchar, Char, Binary:
		return append([]byte{}, h.text(i)...)
	case Float, Double:
		if h.floats[i] == 0 { // a reader may not tell one zero from the other
			zero := *h
			zero.floats = []float64{math.Copysign(0, -1)}
			if upper {
				zero.floats[0] = 0
			}
			return zero.appendPlain(nil, 0, 1)
		}
	}
	return h.appendPlain(nil, i, i+1)
}

// shortened is a bound of a page: a text that is no longer than it need be; nil if there is none.
func shortened(t *Type, b []byte, upper bool) []byte {
	if !isText(t) || len(b) <= mostBound {
		return b
	}
	n := mostBound
	for t.Kind != Binary && n > 0 && !utf8.RuneStart(b[n]) {
		n--
	}
	if b = b[:n]; upper {
		return above(t, b)
	}
	return b
}

// above is a text that is greater than all that begin with b; nil if there is none.
func above(t *Type, b []byte) []byte {
	characters := t.Kind != Binary && utf8.Valid(b)
	for b = bytes.Clone(b); len(b) > 0; {
		last := len(b) - 1
		if !characters {
			if b[last] < 0xFF {
				b[last]++
				return b
			}
			b = b[:last]
			continue
		}
		r, size := utf8.DecodeLastRune(b)
		if b = b[:len(b)-size]; r < utf8.MaxRune {
			if r++; r == 0xD800 { // no characters from here on
				r = 0xE000
			}
			return utf8.AppendRune(b, r)
		}
	}
	return nil
}
