package columnar

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// decodeBools reads n truths.
func decodeBools(b []byte, n int) ([]bool, error) {
	packed, err := decodeBytes(b, (n+7)/8)
	if err != nil {
		return nil, err
	}
	out := make([]bool, n)
	for i := range out {
		out[i] = packed[i/8]&(0x80>>(i%8)) != 0
	}
	return out, nil
}

// decodeBytes reads n bytes of runs.
func decodeBytes(b []byte, n int) (out []byte, err error) {
	for len(out) < n {
		if len(b) < 2 {
			return nil, corrupt("a column ends too early")
		}
		if head := int8(b[0]); head >= 0 {
			for range int(head) + 3 {
				out = append(out, b[1])
			}
			b = b[2:]
		} else {
			m := -int(head)
			if len(b) < 1+m {
				return nil, corrupt("a column ends too early")
			}
			out, b = append(out, b[1:1+m]...), b[1+m:]
		}
	}
	return out[:n], nil
}

// ints reads integers; bad tells that there were none.
type intReader struct {
	b      []byte
	signed bool
	bad    bool
	room   []uint64
}

func (r *intReader) byte() byte {
	if len(r.b) == 0 {
		r.bad = true
		return 0
	}
	c := r.b[0]
	r.b = r.b[1:]
	return c
}

func (r *intReader) varint(signed bool) int64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.bad = true
		return 0
	}
	r.b = r.b[n:]
	if signed {
		return unzigzag(v)
	}
	return int64(v)
}

// packed reads n values of so many bits each, the highest bit first; they end with a byte. They are valid until the next call.
func (r *intReader) packed(n, width int) []uint64 {
	size := (n*width + 7) / 8
	r.room = resized(r.room, n)
	if size > len(r.b) {
		r.bad = true
		clear(r.room)
		return r.room
	}
	unpackHigh(r.room, r.b[:size], width)
	r.b = r.b[size:]
	return r.room
}

// unpackHigh reads numbers of so many bits each, the highest bit first.
func unpackHigh(dst []uint64, src []byte, width int) {
	at, i := 0, 0
	if width > 0 && width <= 56 {
		for ; i < len(dst) && at>>3+8 <= len(src); i++ {
			dst[i] = binary.BigEndian.Uint64(src[at>>3:]) << (at & 7) >> (64 - width)
			at += width
		}
	}
	for ; i < len(dst); i++ {
		v := uint64(0)
		for left := width; left > 0; {
			have := 8 - at%8
			take := min(have, left)
			v = v<<take | uint64(src[at/8]>>(have-take))&(1<<take-1)
			at += take
			left -= take
		}
		dst[i] = v
	}
}

func (r *intReader) unfold(v uint64) int64 {
	if r.signed {
		return unzigzag(v)
	}
	return int64(v)
}

func decodeRunsV1(b []byte, n int, signed bool) (out []int64, err error) {
	return decodeRuns(&intReader{b: b, signed: signed}, n, (*intReader).runV1)
}

func decodeRunsV2(b []byte, n int, signed bool) (out []int64, err error) {
	return decodeRuns(&intReader{b: b, signed: signed}, n, (*intReader).runV2)
}

func decodeRuns(r *intReader, n int, run func(*intReader, []int64) []int64) (out []int64, err error) {
	for len(out) < n && !r.bad {
		out = run(r, out)
	}
	if r.bad {
		return nil, corrupt("a column ends too early")
	}
	return out[:n], nil
}

// runV1 appends the values of a run.
func (r *intReader) runV1(out []int64) []int64 {
	if head := int8(r.byte()); head >= 0 {
		delta := int64(int8(r.byte()))
		v := r.varint(r.signed)
		for i := range int64(head) + 3 {
			out = append(out, v+i*delta)
		}
	} else {
		for range -int(head) {
			out = append(out, r.varint(r.signed))
		}
	}
	return out
}

func (r *intReader) runV2(out []int64) []int64 {
	head := r.byte()
	if head>>6 == 0 {
		v := uint64(0)
		for range head>>3&7 + 1 {
			v = v<<8 | uint64(r.byte())
		}
		for range head&7 + 3 {
			out = append(out, r.unfold(v))
		}
		return out
	}
	length := (int(head&1)<<8 | int(r.byte())) + 1
	code := head >> 1 & 31
	switch head >> 6 {
	case 1:
		for _, v := range r.packed(length, runWidths[code]) {
			out = append(out, r.unfold(v))
		}
	case 2:
		out = r.patched(out, length, runWidths[code])
	case 3:
		width := runWidths[code]
		if code == 0 {
			width = 0
		}
		out = r.deltas(out, length, width)
	}
	return out
}

// deltas appends a first value, a first difference, and the others' sizes; without width all are the first.
func (r *intReader) deltas(out []int64, n, width int) []int64 {
	v, delta := r.varint(r.signed), r.varint(true)
	out = append(out, v)
	if width == 0 {
		for range n - 1 {
			v += delta
			out = append(out, v)
		}
		return out
	}
	if n < 2 {
		return out
	}
	v += delta
	out = append(out, v)
	for _, d := range r.packed(n-2, width) {
		if delta < 0 {
			v -= int64(d)
		} else {
			v += int64(d)
		}
		out = append(out, v)
	}
	return out
}

// patched appends values above a base, some of which have further bits in a list of their own.
func (r *intReader) patched(out []int64, n, width int) []int64 {
	a, b := r.byte(), r.byte()
	baseBytes, patchWidth := int(a>>5)+1, runWidths[a&31]
	gapWidth, patches := int(b>>5)+1, int(b&31)
	base := uint64(0)
	for range baseBytes {
		base = base<<8 | uint64(r.byte())
	}
	offset := int64(base)
	if sign := uint64(1) << (8*baseBytes - 1); base&sign != 0 { // the highest bit is the sign
		offset = -int64(base &^ sign)
	}
	values := slices.Clone(r.packed(n, width))
	closest, _ := slices.BinarySearch(runWidths[:], gapWidth+patchWidth)
	if closest == len(runWidths) {
		r.bad = true
		return out
	}
	at := 0
	for _, p := range r.packed(patches, runWidths[closest]) {
		if at += int(p >> patchWidth); at >= n || bits.LeadingZeros64(p&(1<<patchWidth-1)) < width {
			r.bad = true
			return out
		}
		values[at] |= p & (1<<patchWidth - 1) << width
	}
	for _, v := range values {
		out = append(out, offset+int64(v))
	}
	return out
}
