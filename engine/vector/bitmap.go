package vector

import "math/bits"

// Bitmap is a set of places. Those beyond its end are not in it.
type Bitmap []uint64

// Has tells whether place i is in the set.
func (b Bitmap) Has(i int) bool { return i>>6 < len(b) && b[i>>6]&(1<<(i&63)) != 0 }

// Set puts place i into the set.
func (b *Bitmap) Set(i int) {
	for i>>6 >= len(*b) {
		*b = append(*b, 0)
	}
	(*b)[i>>6] |= 1 << (i & 63)
}

// Count is how many places are in the set.
func (b Bitmap) Count() (n int) {
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

// slice is the places from one up to before another, counted from the first; empty when none of them is in the set.
func (b Bitmap) slice(from, to int) (out Bitmap) {
	if from>>6 >= len(b) {
		return nil
	}
	words := b[from>>6:]
	n, shift := (to-from+63)>>6, from&63
	any := uint64(0)
	out = make(Bitmap, n)
	for i := range out {
		if i < len(words) {
			out[i] = words[i] >> shift
		}
		if shift > 0 && i+1 < len(words) {
			out[i] |= words[i+1] << (64 - shift)
		}
		if rest := to - from - i<<6; rest < 64 {
			out[i] &= 1<<rest - 1
		}
		any |= out[i]
	}
	if any == 0 {
		return nil
	}
	return out
}
