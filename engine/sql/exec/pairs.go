package exec

import "math/bits"

// pairTable numbers pairs of numbers. As long as both are small, a pair's number lies where the pair says; then it is looked up.
type pairTable struct {
	left, right []uint32 // by a pair's number its first and its second
	direct      []uint32 // number plus 1, at left<<shift | right
	shift       int
	hashed      bool
	table       intTable
}

// mostDirect is how many places there are for pairs: they fit into the processor's cache.
const mostDirect = 1 << 16

// number turns left into the numbers of pairs.
func (t *pairTable) number(left, right []uint32, add bool) {
	right = right[:len(left)]
	for i, l := range left {
		r := right[i]
		if l == noID || r == noID {
			left[i] = noID
			continue
		}
		if at := uint64(l)<<t.shift | uint64(r); !t.hashed && r>>t.shift == 0 && at < uint64(len(t.direct)) && t.direct[at] > 0 {
			left[i] = t.direct[at] - 1
			continue
		}
		left[i] = t.id(l, r, add)
	}
}

// id is the number of a pair that is not among the direct ones.
func (t *pairTable) id(l, r uint32, add bool) uint32 {
	if !t.hashed {
		if !add {
			return noID
		}
		if uint64(l) < mostDirect && uint64(r) < mostDirect && t.room(int(l), int(r)) {
			id := t.fresh(l, r)
			t.direct[int(l)<<t.shift|int(r)] = id + 1
			return id
		}
		t.hash()
	}
	id, new, ok := t.table.id(int64(l)<<32|int64(r), add)
	if !ok {
		return noID
	}
	if new {
		t.fresh(l, r)
	}
	return id
}

func (t *pairTable) fresh(l, r uint32) uint32 {
	t.left, t.right = append(t.left, l), append(t.right, r)
	return uint32(len(t.left) - 1)
}

// room makes the direct places enough for a pair; it is false if they would be too many.
func (t *pairTable) room(l, r int) bool {
	if r>>t.shift == 0 && l<<t.shift|r < len(t.direct) {
		return true
	}
	shift := max(t.shift, bits.Len(uint(r)))
	size := 1 << (shift + bits.Len(uint(max(l, len(t.direct)>>t.shift-1))))
	if size > mostDirect {
		return false
	}
	t.shift, t.direct = shift, make([]uint32, size)
	for id, l := range t.left {
		t.direct[int(l)<<shift|int(t.right[id])] = uint32(id + 1)
	}
	return true
}

// hash goes over to the table.
func (t *pairTable) hash() {
	t.hashed, t.direct = true, nil
	for id, l := range t.left {
		t.table.id(int64(l)<<32|int64(t.right[id]), true)
	}
}

func (t *pairTable) bytes() int64 {
	return t.table.bytes() + 4*int64(cap(t.left)+cap(t.right)+len(t.direct))
}
