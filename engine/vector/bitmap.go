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
