package exec

import (
	"unyo/engine/sql/expr"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// joinKeys tells which rows of a join's right side have a key. A key with a null or a NaN in it is none: it equals nothing.
type joinKeys struct {
	first  []uint32 // by a key's place the first row that has it, plus 1
	after  []uint32 // by a row the next that has the same key, plus 1
	single bool     // no key has two
	finds  []uint32

	groups *grouper // numbers the keys, which gives their places; or,
	low    int64    // if they are integers near each other, a key's place is what it is above the lowest
}

// mostSpread is how many places integers may take for each row that there is.
const mostSpread = 4

func newJoinKeys(exprs []expr.Expr, n int, cols []*vector.Vector) *joinKeys {
	k := &joinKeys{after: make([]uint32, n), single: true}
	if len(cols) == 1 && cols[0].Kind == vector.Int && k.near(cols[0].Flat(), n) {
		return k
	}
	var ts []*types.Type
	for _, e := range exprs {
		ts = append(ts, e.Type())
	}
	k.groups = newGrouper(ts)
	ids := without(k.groups.number(n, cols, true), cols)
	k.first = make([]uint32, k.groups.n)
	for i := n - 1; i >= 0; i-- {
		if id := ids[i]; id != noID {
			k.put(i, int(id))
		}
	}
	return k
}

func (k *joinKeys) put(row, place int) {
	k.after[row] = k.first[place]
	k.single = k.single && k.first[place] == 0
	k.first[place] = uint32(row + 1)
}

// near places integers that lie near each other; it is false if they do not.
func (k *joinKeys) near(v *vector.Vector, n int) bool {
	low, high, any := int64(0), int64(0), false
	for i, x := range v.Ints[:n] {
		if v.Nulls.Has(i) {
			continue
		}
		if !any {
			low, high, any = x, x, true
		}
		low, high = min(low, x), max(high, x)
	}
	spread := uint64(high) - uint64(low)
	if !any || spread >= uint64(mostSpread*n+1024) {
		return false
	}
	k.low, k.first = low, make([]uint32, spread+1)
	for i := n - 1; i >= 0; i-- {
		if !v.Nulls.Has(i) {
			k.put(i, int(v.Ints[i]-low))
		}
	}
	return true
}

// find gives for each of n rows the first row on the right that has its key, plus 1; 0 where there is none.
func (k *joinKeys) find(n int, cols []*vector.Vector) []uint32 {
	k.finds = resize(k.finds, n)
	if k.groups == nil {
		k.findNear(cols[0], n)
		return k.finds
	}
	for i, id := range without(k.groups.number(n, cols, false), cols) {
		if k.finds[i] = 0; int(id) < len(k.first) {
			k.finds[i] = k.first[id]
		}
	}
	return k.finds
}

// view is the same keys for another goroutine.
func (k *joinKeys) view() *joinKeys {
	v := *k
	if v.finds = nil; k.groups != nil {
		v.groups = k.groups.view()
	}
	return &v
}

// sieve keeps the rows that find any, as long as these are few.
func (k *joinKeys) sieve() func(cols []*vector.Vector) []uint32 {
	asked, kept := 0, 0
	return func(cols []*vector.Vector) []uint32 {
		if asked > 4*vector.BatchRows && 2*kept > asked {
			return nil
		}
		rows := []uint32{}
		for i, f := range k.find(cols[0].Len, cols) {
			if f > 0 {
				rows = append(rows, uint32(i))
			}
		}
		asked, kept = asked+cols[0].Len, kept+len(rows)
		return rows
	}
}

func (k *joinKeys) findNear(v *vector.Vector, n int) {
	finds, low, first := k.finds[:n], uint64(k.low), k.first
	switch {
	case v.Kind == vector.Null:
		clear(finds)
		return
	case v.Dict == nil:
		for i, x := range v.Ints[:n] {
			if finds[i] = 0; uint64(x)-low < uint64(len(first)) {
				finds[i] = first[uint64(x)-low]
			}
		}
	default:
		for i := range finds {
			d, at := v.At(i)
			if finds[i] = 0; uint64(d.Ints[at])-low < uint64(len(first)) {
				finds[i] = first[uint64(d.Ints[at])-low]
			}
		}
	}
	if v.HasNulls() {
		for i := range finds {
			if v.IsNull(i) {
				finds[i] = 0
			}
		}
	}
}

// without takes their numbers from rows of which a key is null or NaN.
func without(ids []uint32, cols []*vector.Vector) []uint32 {
	for _, v := range cols {
		if !v.HasNulls() && v.Kind != vector.Float {
			continue
		}
		for i := range ids {
			if v.IsNull(i) || isNaN(v, i) {
				ids[i] = noID
			}
		}
	}
	return ids
}

func isNaN(v *vector.Vector, i int) bool {
	if v.Kind != vector.Float {
		return false
	}
	v, i = v.At(i)
	return v.Floats[i] != v.Floats[i]
}

func (k *joinKeys) bytes() int64 {
	n := 4 * int64(len(k.first)+len(k.after))
	if k.groups != nil {
		n += k.groups.bytes()
	}
	return n
}
