package columnar

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// encodeBools packs truths, each 0 or 1, into bytes, the first into the highest bit.
func encodeBools(v []byte) []byte {
	b := make([]byte, (len(v)+7)/8)
	for i, t := range v {
		b[i/8] |= t << (7 - i%8)
	}
	return encodeBytes(b)
}

// run is how many values from the first on are the same, up to a limit.
func run[T comparable](v []T, most int) int {
	n := 1
	for n < len(v) && n < most && v[n] == v[0] {
		n++
	}
	return n
}

// encodeBytes writes runs of 3 to 130 equal bytes, and others as they are, up to 128 together.
func encodeBytes(v []byte) (out []byte) {
	for i := 0; i < len(v); {
		if n := run(v[i:], 130); n >= 3 {
			out = append(out, byte(n-3), v[i])
			i += n
			continue
		}
		from := i
		for i < len(v) && i-from < 128 && run(v[i:], 3) < 3 {
			i++
		}
		out = append(append(out, byte(from-i)), v[from:i]...)
	}
	return out
}

func appendInt(b []byte, v int64, signed bool) []byte {
	if signed {
		return binary.AppendUvarint(b, zigzag(v))
	}
	return binary.AppendUvarint(b, uint64(v))
}

// step is how many values from the first on follow each other by one difference, up to a limit.
func step(v []int64, most int) (n int, delta int64) {
	if len(v) < 2 {
		return len(v), 0
	}
	delta = v[1] - v[0]
	if (delta < 0) != (v[1] < v[0]) { // it does not fit
		return 1, 0
	}
	for n = 2; n < len(v) && n < most && v[n]-v[n-1] == delta && (delta < 0) == (v[n] < v[n-1]); n++ {
	}
	return n, delta
}

// encodeRunsV1 writes runs of 3 to 130 integers with a difference of one byte, and others as they are.
func encodeRunsV1(v []int64, signed bool) (out []byte) {
	short := func(i int) int {
		n, delta := step(v[i:], 130)
		if delta < -128 || delta > 127 {
			return 1
		}
		return n
	}
	for i := 0; i < len(v); {
		if n := short(i); n >= 3 {
			_, delta := step(v[i:], 130)
			out = appendInt(append(out, byte(n-3), byte(delta)), v[i], signed)
			i += n
			continue
		}
		from := i
		for i < len(v) && i-from < 128 && short(i) < 3 {
			i++
		}
		out = append(out, byte(from-i))
		for _, n := range v[from:i] {
			out = appendInt(out, n, signed)
		}
	}
	return out
}

// encodeRunsV2 writes repeats, sequences of one difference, and others packed into as many bits as the largest needs.
// Patched bases, which only save space, are not written.
func encodeRunsV2(v []int64, signed bool) (out []byte) {
	for i := 0; i < len(v); {
		if n := run(v[i:], 512); n >= 3 && n <= 10 {
			out = appendRepeat(out, fold64(v[i], signed), n)
			i += n
			continue
		}
		if n, delta := step(v[i:], 512); n >= 4 {
			out = append(out, 3<<6|byte((n-1)>>8), byte(n-1))
			out = appendInt(appendInt(out, v[i], signed), delta, true)
			i += n
			continue
		}
		from := i
		for i < len(v) && i-from < 512 {
			if n, _ := step(v[i:], 4); n == 4 || run(v[i:], 3) == 3 {
				break
			}
			i++
		}
		out = appendPacked(out, v[from:i], signed)
	}
	return out
}

func fold64(v int64, signed bool) uint64 {
	if signed {
		return zigzag(v)
	}
	return uint64(v)
}

// appendRepeat writes one value that stands 3 to 10 times.
func appendRepeat(out []byte, v uint64, n int) []byte {
	width := max(1, (bits.Len64(v)+7)/8)
	out = append(out, byte((width-1)<<3|(n-3)))
	for i := width - 1; i >= 0; i-- {
		out = append(out, byte(v>>(8*i)))
	}
	return out
}

// runWidths are the widths in bits that version 2 knows, by their code.
var runWidths = [32]int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 26, 28, 30, 32, 40, 48, 56, 64}

// appendPacked writes values of as many bits as the largest of them needs, the highest bit first.
func appendPacked(out []byte, v []int64, signed bool) []byte {
	all := uint64(0)
	for _, n := range v {
		all |= fold64(n, signed)
	}
	code, _ := slices.BinarySearch(runWidths[:], max(1, bits.Len64(all)))
	width := runWidths[code]
	out = append(out, 1<<6|byte(code<<1)|byte((len(v)-1)>>8), byte(len(v)-1))
	held, n := uint64(0), 0 // bits that do not fill a byte yet
	for _, value := range v {
		u := fold64(value, signed)
		for left := width; left > 0; {
			take := min(8-n, left)
			held = held<<take | u>>(left-take)&(1<<take-1)
			n += take
			if left -= take; n == 8 {
				out, held, n = append(out, byte(held)), 0, 0
			}
		}
	}
	if n > 0 {
		out = append(out, byte(held<<(8-n)))
	}
	return out
}
