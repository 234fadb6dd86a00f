package columnar

import (
	"encoding/binary"
	"math/bits"
)

// Encodings of Parquet's pages, each for a number of values that is known beforehand: no count in a page makes room.
// https://github.com/apache/parquet-format/blob/master/Encodings.md

var errShort = corrupt("a page ends too early")

// hybrid decodes n numbers of runs and of bits packed together.
func hybrid[T byte | uint32](dst []T, src []byte, width, n int) ([]T, error) {
	r, err := newRuns(src, width)
	if err != nil {
		return nil, err
	}
	dst = resized(dst, n)
	return dst, readRuns(&r, dst)
}

// resized is a slice of n values, whose room is used again; what it holds means nothing.
func resized[T any](s []T, n int) []T {
	if cap(s) >= n {
		return s[:n]
	}
	return make([]T, n, n+n/8) // the next is seldom as long, and seldom much longer
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
			unpack(raw, src[:bytes], 0, int(w))
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

// plain decodes n texts, each behind its length, and returns what follows them.
func (t *texts) plain(src []byte, n int) ([]byte, error) {
	if n > len(src)/4 {
		return nil, errShort
	}
	t.reset(n)
	data, offsets := t.data, t.offsets
	for range n {
		if len(src) < 4 {
			return nil, errShort
		}
		size := int(binary.LittleEndian.Uint32(src))
		if src = src[4:]; size > len(src) {
			return nil, errShort
		}
		data = append(data, src[:size]...)
		offsets = append(offsets, uint32(len(data)))
		src = src[size:]
	}
	t.data, t.offsets = data, offsets
	return src, nil
}

// skipPlain passes over n texts, each behind its length.
func skipPlain(src []byte, n int) ([]byte, error) {
	for range n {
		if len(src) < 4 {
			return nil, errShort
		}
		size := int(binary.LittleEndian.Uint32(src))
		if src = src[4:]; size > len(src) {
			return nil, errShort
		}
		src = src[size:]
	}
	return src, nil
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
