package columnar

import (
	"encoding/binary"
)

// runs reads numbers of runs and of bits packed together, as levels and places in dictionaries are written, some at a time.
// https://github.com/apache/parquet-format/blob/master/Encodings.md
type runs struct {
	src   []byte
	width int
	read  bool // a number

	value uint32 // of the run at hand
	left  int    // how often it is still to come

	packed []byte // numbers packed together
	bit    int    // of packed, where the next one begins
	count  int    // how many are still to come
	short  bool   // packed ends before it should
}

// mostRun is how long a run is taken to be at most; no page has as many values.
const mostRun = 1 << 30

func newRuns(src []byte, width int) (runs, error) {
	if width < 0 || width > 32 {
		return runs{}, corrupt("numbers of %d bits", width)
	}
	return runs{src: src, width: width}, nil
}

// more begins the next run.
func (r *runs) more() error {
	head, size := binary.Uvarint(r.src)
	if size <= 0 {
		if !r.short && (r.width == 0 || len(r.src) == 0 && r.read) { // zeros at the end may be left out
			r.value, r.left = 0, mostRun
			return nil
		}
		return errShort
	}
	r.src = r.src[size:]
	if head&1 == 1 {
		groups := int(min(head>>1, mostRun/64))
		bytes := min(len(r.src), groups*r.width)
		r.packed, r.bit, r.count = r.src[:bytes], 0, groups*8
		if bytes < groups*r.width {
			r.count, r.short = bytes*8/r.width, true
		}
		r.src = r.src[bytes:]
		return nil
	}
	bytes := (r.width + 7) / 8
	if len(r.src) < bytes {
		return errShort
	}
	r.value = 0
	for i := range bytes {
		r.value |= uint32(r.src[i]) << (8 * i)
	}
	r.src = r.src[bytes:]
	r.left = int(min(head>>1, mostRun))
	return nil
}

// ready has a run at hand.
func (r *runs) ready() error {
	for r.left == 0 && r.count == 0 {
		if r.short {
			return errShort
		}
		if err := r.more(); err != nil {
			return err
		}
	}
	r.read = true
	return nil
}

// skip passes over n numbers.
func (r *runs) skip(n int) error {
	for n > 0 {
		if err := r.ready(); err != nil {
			return err
		}
		if r.left > 0 {
			k := min(n, r.left)
			r.left -= k
			n -= k
			continue
		}
		k := min(n, r.count)
		r.count -= k
		r.bit += k * r.width
		n -= k
	}
	return nil
}

// same takes n numbers that are one run; ok is false, and nothing taken, where they are not.
func (r *runs) same(n int) (v uint32, ok bool, err error) {
	if err := r.ready(); err != nil {
		return 0, false, err
	}
	if r.left < n {
		return 0, false, nil
	}
	r.left -= n
	return r.value, true, nil
}

// readRuns reads as many numbers as dst has room for.
func readRuns[T byte | uint32](r *runs, dst []T) error {
	for len(dst) > 0 {
		if err := r.ready(); err != nil {
			return err
		}
		if r.left > 0 {
			run := dst[:min(len(dst), r.left)]
			for i := range run {
				run[i] = T(r.value)
			}
			r.left -= len(run)
			dst = dst[len(run):]
			continue
		}
		k := min(len(dst), r.count)
		unpack(dst[:k], r.packed, r.bit, r.width)
		r.count -= k
		r.bit += k * r.width
		dst = dst[k:]
	}
	return nil
}

// unpack reads numbers of so many bits each, the lowest bit first, from a bit on.
func unpack[T byte | uint32 | uint64](dst []T, src []byte, at, width int) {
	i := 0
	if width <= 8 && at&7 == 0 { // eight of them lie in one word
		i = unpackEights(dst, src, at>>3, width)
		at += i * width
	}
	mask := uint64(1)<<width - 1
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

// unpackEights reads numbers of at most eight bits from a byte on, as long as there are eight of them and a whole word; it tells how many.
func unpackEights[T byte | uint32 | uint64](dst []T, src []byte, at, width int) (n int) {
	w := uint(width) & 15
	mask := uint64(1)<<w - 1
	for ; n+8 <= len(dst) && at+8 <= len(src); n += 8 {
		x := binary.LittleEndian.Uint64(src[at:])
		d := dst[n : n+8 : n+8]
		d[0], d[1], d[2], d[3] = T(x&mask), T(x>>w&mask), T(x>>(2*w)&mask), T(x>>(3*w)&mask)
		d[4], d[5], d[6], d[7] = T(x>>(4*w)&mask), T(x>>(5*w)&mask), T(x>>(6*w)&mask), T(x>>(7*w)&mask)
		at += width
	}
	return n
}
