package columnar

import (
	"encoding/binary"
	"math/bits"
)

// Encodings of Parquet's pages, each for a number of values that is known beforehand: no count in a page makes room.
// https://github.com/apache/parquet-format/blob/master/Encodings.md

var errShort = corrupt("a page ends too early")

// hybrid decodes n numbers of runs and of bits packed together, as levels and places in dictionaries are written.
func hybrid[T byte | uint32](dst []T, src []byte, width, n int) ([]T, error) {
	if width < 0 || width > 32 {
		return nil, corrupt("numbers of %d bits", width)
	}
	dst = resized(dst, n)
	for at := 0; at < n; {
		head, size := binary.Uvarint(src)
		if size <= 0 {
			if width == 0 || len(src) == 0 && at > 0 { // zeros at the end may be left out
				clear(dst[at:])
				return dst, nil
			}
			return nil, errShort
		}
		src = src[size:]
		if head&1 == 0 {
			bytes := (width + 7) / 8
			if len(src) < bytes {
				return nil, errShort
			}
			v := uint32(0)
			for i := range bytes {
				v |= uint32(src[i]) << (8 * i)
			}
			src = src[bytes:]
			run := dst[at:min(uint64(n), uint64(at)+head>>1)]
			for i := range run {
				run[i] = T(v)
			}
			at += len(run)
			continue
		}
		count := min(uint64(n-at), (head>>1)*8)
		packed := int(min(uint64(len(src)), (head>>1)*uint64(width)))
		if uint64(packed)*8 < count*uint64(width) {
			return nil, errShort
		}
		unpack(dst[at:at+int(count)], src[:packed], width)
		src = src[packed:]
		at += int(count)
	}
	return dst, nil
}

// unpack reads numbers of so many bits each, the lowest bit first.
func unpack[T byte | uint32 | uint64](dst []T, src []byte, width int) {
	mask := uint64(1)<<width - 1
	at, i := 0, 0
	if width <= 56 {
		for ; i < len(dst) && at>>3+8 <= len(src); i++ {
			dst[i] = T(binary.LittleEndian.Uint64(src[at>>3:]) >> (at & 7) & mask)
			at += width
		}
	}
	for ; i < len(dst); i++ {
		v := uint64(0)
		for have := 0; have < width; {
			b := uint64(src[at>>3]) >> (at & 7)
			take := min(8-at&7, width-have)
			v |= b & (1<<take - 1) << have
			have += take
			at += take
		}
		dst[i] = T(v)
	}
}

// resized is a slice of n values, whose room is used again; what it holds means nothing.
func resized[T any](s []T, n int) []T {
	if cap(s) >= n {
		return s[:n]
	}
	return make([]T, n)
}

// deltas decodes DELTA_BINARY_PACKED: n numbers at most, as many as it says. It returns what follows.
func packedDeltas(dst []int64, src []byte, n int) ([]int64, []byte, error) {
	var head [3]uint64 // of a block: how many, in how many parts; in all
	for i := range head {
		v, size := binary.Uvarint(src)
		if size <= 0 {
			return nil, nil, errShort
		}
		head[i], src = v, src[size:]
	}
	block, parts, total := head[0], head[1], head[2]
	first, size := binary.Uvarint(src)
	if size <= 0 {
		return nil, nil, errShort
	}
	src = src[size:]
	if block == 0 || block > 1<<20 || parts == 0 || parts > block || block%parts != 0 || total > uint64(n) {
		return nil, nil, corrupt("bad differences")
	}
	dst = resized(dst, int(total))
	if total == 0 {
		return dst, src, nil
	}
	v := unzigzag(first)
	dst[0] = v
	each := int(block / parts)
	raw := make([]uint64, each)
	for at := 1; at < len(dst); {
		least, size := binary.Uvarint(src)
		if size <= 0 || len(src)-size < int(parts) {
			return nil, nil, errShort
		}
		widths := src[size : size+int(parts)]
		src = src[size+int(parts):]
		low := unzigzag(least)
		for _, w := range widths {
			if at == len(dst) {
				break // widths of parts that are not there mean nothing
			}
			bytes := (each*int(w) + 7) / 8
			if w > 64 || bytes > len(src) {
				return nil, nil, errShort
			}
			unpack(raw, src[:bytes], int(w))
			src = src[bytes:]
			for _, d := range raw[:min(each, len(dst)-at)] {
				v += low + int64(d)
				dst[at] = v
				at++
			}
		}
	}
	return dst, src, nil
}

// texts are byte strings laid out as a vector has them.
type texts struct {
	data    []byte
	offsets []uint32
}

func (t *texts) reset(n int) {
	t.data, t.offsets = t.data[:0], append(resized(t.offsets, n+1)[:0], 0)
}

func (t *texts) add(b []byte) {
	t.data = append(t.data, b...)
	t.offsets = append(t.offsets, uint32(len(t.data)))
}

// plain decodes n texts, each behind its length.
func (t *texts) plain(src []byte, n int) error {
	if n > len(src)/4 {
		return errShort
	}
	t.reset(n)
	if cap(t.data) < len(src)-4*n {
		t.data = make([]byte, 0, len(src)-4*n)
	}
	data, offsets := t.data, t.offsets
	for range n {
		if len(src) < 4 {
			return errShort
		}
		size := int(binary.LittleEndian.Uint32(src))
		if src = src[4:]; size > len(src) {
			return errShort
		}
		data = append(data, src[:size]...)
		offsets = append(offsets, uint32(len(data)))
		src = src[size:]
	}
	t.data, t.offsets = data, offsets
	return nil
}

// fixed decodes n texts of so many bytes each.
func (t *texts) fixed(src []byte, n, width int) error {
	if width < 0 || width > 0 && n > len(src)/width {
		return errShort
	}
	t.reset(n)
	t.data = append(t.data, src[:n*width]...)
	for i := range n {
		t.offsets = append(t.offsets, uint32((i+1)*width))
	}
	return nil
}

// lengths decodes DELTA_LENGTH_BYTE_ARRAY.
func (t *texts) lengths(src []byte, n int) error {
	lengths, src, err := packedDeltas(nil, src, n)
	if err == nil && len(lengths) < n {
		err = errShort
	}
	if err != nil {
		return err
	}
	t.reset(n)
	for _, l := range lengths {
		if l < 0 || l > int64(len(src)) {
			return errShort
		}
		t.add(src[:l])
		src = src[l:]
	}
	return nil
}

// mostTexts is how many bytes the texts of one page may be, once what they share is written out.
const mostTexts = 1 << 30

// prefixed decodes DELTA_BYTE_ARRAY: how much each shares with the one before, and the rest.
func (t *texts) prefixed(src []byte, n int) error {
	shared, src, err := packedDeltas(nil, src, n)
	if err == nil && len(shared) < n {
		err = errShort
	}
	var rest texts
	if err == nil {
		err = rest.lengths(src, n)
	}
	if err != nil {
		return err
	}
	t.reset(n)
	for i := range n {
		last := t.data[:0]
		if i > 0 {
			last = t.data[t.offsets[i-1]:t.offsets[i]]
		}
		if shared[i] < 0 || shared[i] > int64(len(last)) || len(t.data) > mostTexts {
			return corrupt("bad prefixes")
		}
		t.data = append(t.data, last[:shared[i]]...)
		t.add(rest.data[rest.offsets[i]:rest.offsets[i+1]])
	}
	return nil
}

// joined undoes BYTE_STREAM_SPLIT, which keeps the first bytes of all values, then the second ones.
func joined(dst, src []byte, n, width int) ([]byte, error) {
	if width <= 0 || n > len(src)/width {
		return nil, errShort
	}
	dst = resized(dst, n*width)
	for b := range width {
		for i, c := range src[b*n : b*n+n] {
			dst[i*width+b] = c
		}
	}
	return dst, nil
}

// widthOf is how many bits hold numbers up to n.
func widthOf(n int) int { return bits.Len(uint(n)) }
