package exec

import (
	"math/bits"

	"github.com/zeebo/xxh3"

	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// intTable numbers integers in the order in which they come.
type intTable struct {
	slots []intSlot
	n     int
}

type intSlot struct {
	key int64
	id  uint32 // plus 1; 0 is free
}

func mix(x int64) uint64 {
	hi, lo := bits.Mul64(uint64(x)^0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93)
	return hi ^ lo
}

// id is the number of a key, which becomes one if add.
func (t *intTable) id(key int64, add bool) (id uint32, new, ok bool) {
	if 2*(t.n+1) > len(t.slots) {
		if len(t.slots) == 0 && !add {
			return 0, false, false
		}
		if add {
			t.rehash()
		}
	}
	mask := uint64(len(t.slots) - 1)
	for at := mix(key) & mask; ; at = (at + 1) & mask {
		s := &t.slots[at]
		if s.id == 0 {
			if !add {
				return 0, false, false
			}
			s.key, s.id = key, uint32(t.n+1)
			t.n++
			return s.id - 1, true, true
		}
		if s.key == key {
			return s.id - 1, false, true
		}
	}
}

// checkSlots holds that a table of so many slots, 16 bytes each, may be made beside the one before it.
func checkSlots(n int) {
	if 16*n > vector.MaxBytes {
		panic(vector.ErrTooLarge)
	}
}

func (t *intTable) rehash() {
	old := t.slots
	checkSlots(2 * len(old))
	t.slots = make([]intSlot, max(64, 2*len(old)))
	mask := uint64(len(t.slots) - 1)
	for _, s := range old {
		if s.id == 0 {
			continue
		}
		at := mix(s.key) & mask
		for t.slots[at].id != 0 {
			at = (at + 1) & mask
		}
		t.slots[at] = s
	}
}

func (t *intTable) bytes() int64 { return int64(len(t.slots)) * 16 }

// textTable numbers texts.
type textTable struct {
	slots  []textSlot
	keys   *vector.Vector
	hashes []uint64
	seen   uint32 // of what was looked at ahead; it means nothing
}

// textSlot tells also where the key's bytes lie: one look into memory less for each row. The half of a key's hash that it has tells its place too.
type textSlot struct {
	hash, id uint32
	from, to uint32
}

func newTextTable() *textTable { return &textTable{keys: vector.New(vector.Bytes)} }

func (t *textTable) id(key []byte, add bool) (id uint32, new, ok bool) {
	return t.idOf(key, xxh3.Hash(key), add)
}

// hash hashes the texts of a flat vector. Of a table that is larger than the processor's cache it looks at the places where
// they will be sought: looks that do not wait for each other take a fraction of the time.
func (t *textTable) hash(v *vector.Vector) []uint64 {
	if cap(t.hashes) < v.Len {
		t.hashes = make([]uint64, v.Len)
	}
	t.hashes = t.hashes[:v.Len]
	for i := range v.Len {
		t.hashes[i] = xxh3.Hash(v.Data[v.Offsets[i]:v.Offsets[i+1]])
	}
	if len(t.slots) < 1<<14 {
		return t.hashes
	}
	mask := uint64(len(t.slots) - 1)
	for _, h := range t.hashes {
		t.seen += t.slots[h>>32&mask].from
	}
	for _, h := range t.hashes {
		if s := &t.slots[h>>32&mask]; s.from < s.to {
			t.seen += uint32(t.keys.Data[s.from])
		}
	}
	return t.hashes
}

func (t *textTable) idOf(key []byte, h uint64, add bool) (id uint32, new, ok bool) {
	if 2*(t.keys.Len+1) > len(t.slots) {
		if len(t.slots) == 0 && !add {
			return 0, false, false
		}
		if add {
			t.rehash()
		}
	}
	mask := uint64(len(t.slots) - 1)
	for at := h >> 32 & mask; ; at = (at + 1) & mask {
		s := &t.slots[at]
		if s.id == 0 {
			if !add {
				return 0, false, false
			}
			from := uint32(len(t.keys.Data))
			t.keys.AppendText(key)
			*s = textSlot{uint32(h >> 32), uint32(t.keys.Len), from, uint32(len(t.keys.Data))}
			return s.id - 1, true, true
		}
		if s.hash == uint32(h>>32) && string(t.keys.Data[s.from:s.to]) == string(key) {
			return s.id - 1, false, true
		}
	}
}

func (t *textTable) rehash() {
	old := t.slots
	checkSlots(2 * len(old))
	t.slots = make([]textSlot, max(64, 2*len(old)))
	mask := uint64(len(t.slots) - 1)
	for _, s := range old {
		if s.id == 0 {
			continue
		}
		at := uint64(s.hash) & mask
		for t.slots[at].id != 0 {
			at = (at + 1) & mask
		}
		t.slots[at] = s
	}
}

func (t *textTable) bytes() int64 {
	return int64(len(t.slots))*16 + int64(cap(t.keys.Data)) + 4*int64(cap(t.keys.Offsets))
}

// column numbers the different values of a column; null is a value too.
type column struct {
	t      *types.Type
	values *vector.Vector // by number; of texts they are the table's own keys, the null among them
	null   uint32         // the number of null, plus 1
	ints   intTable
	texts  *textTable // of what is no integer
	ids    []uint32   // of a batch's rows, used again
	key    []byte

	met   *vector.Vector // the dictionary that was last met
	seen  int            // how many rows it has brought
	adds  bool           // whether those were added
	known []uint32       // by its places the numbers
}

const noID = ^uint32(0)

func newColumn(t *types.Type) *column {
	c := &column{t: t, values: t.New(), texts: newTextTable()}
	if t.Vector() == vector.Bytes {
		c.values = c.texts.keys
	}
	return c
}

// view is the same numbers for another goroutine that looks some up, while nobody adds any.
func (c *column) view() *column {
	v, texts := *c, *c.texts
	texts.hashes, v.texts = nil, &texts
	v.ids, v.key, v.met, v.known = nil, nil, nil, nil
	return &v
}

// own tells whether the table of texts numbers the values itself.
func (c *column) own() bool { return c.values == c.texts.keys }

// number gives the numbers of v's values, adding those that are new if add, else noID for them.
func (c *column) number(v *vector.Vector, add bool) []uint32 {
	c.ids = resize(c.ids, v.Len)
	switch {
	case v.Dict != nil && c.meets(v, add):
		c.numberDict(v, add)
	case v.Dict != nil:
		for i, at := range v.Index {
			c.ids[i] = c.one(v.Dict, int(at), add)
		}
	case v.Kind == vector.Int && len(v.Nulls) == 0:
		for i, x := range v.Ints[:v.Len] {
			id, new, ok := c.ints.id(x, add)
			c.ids[i] = c.numbered(v, i, id, new, ok)
		}
	case v.Kind == vector.Bytes && len(v.Nulls) == 0:
		for i, h := range c.texts.hash(v) {
			id, new, ok := c.texts.idOf(v.Text(i), h, add)
			c.ids[i] = c.numbered(v, i, id, new, ok)
		}
	default:
		for i := range v.Len {
			c.ids[i] = c.one(v, i, add)
		}
	}
	return c.ids
}

// numbered is the number of value i of v, which a table has answered for.
func (c *column) numbered(v *vector.Vector, i int, id uint32, new, ok bool) uint32 {
	switch {
	case !ok:
		return noID
	case c.own():
		return id
	case new:
		return c.fresh(v, i)
	case c.null > 0:
		return c.mapped(id)
	}
	return id
}

// unasked is the number of a value in a dictionary that no row has had yet.
const unasked = noID - 1

// meets tells whether the numbers of v's dictionary are worth to be remembered: it is small, or has brought some rows by now.
func (c *column) meets(v *vector.Vector, add bool) bool {
	if c.met != v.Dict || c.adds != add {
		c.met, c.adds, c.seen, c.known = v.Dict, add, 0, c.known[:0]
	}
	c.seen += v.Len
	if v.Index != nil && len(c.known) == 0 && v.Dict.Len > 4*c.seen {
		return false
	}
	places := v.Dict.Len
	if v.Index == nil {
		places = 1
	}
	if have := len(c.known); have < places {
		c.known = append(c.known, make([]uint32, places-have)...)
		for i := have; i < places; i++ {
			c.known[i] = unasked
		}
	}
	return true
}

// numberDict numbers what lies under a dictionary, asking for each of its values once, also over batches that have the same.
func (c *column) numberDict(v *vector.Vector, add bool) {
	if v.Index == nil {
		if c.known[0] == unasked && v.Len > 0 {
			c.known[0] = c.one(v.Dict, 0, add)
		}
		for i := range c.ids {
			c.ids[i] = c.known[0]
		}
		return
	}
	ids := c.ids[:len(v.Index)]
	for i, at := range v.Index {
		id := c.known[at]
		if id == unasked {
			id = c.one(v.Dict, int(at), add)
			c.known[at] = id
		}
		ids[i] = id
	}
}

func resize(s []uint32, n int) []uint32 {
	if cap(s) < n {
		return make([]uint32, n)
	}
	return s[:n]
}

// fresh remembers a new value. A null that came before shifts the numbers of a table by one.
func (c *column) fresh(v *vector.Vector, i int) uint32 {
	c.values.Append(v, i)
	return uint32(c.values.Len - 1)
}

// mapped is the number of a table's entry: the null's number lies between.
func (c *column) mapped(id uint32) uint32 {
	if c.null > 0 && id >= c.null-1 {
		return id + 1
	}
	return id
}

func (c *column) one(v *vector.Vector, i int, add bool) uint32 {
	if v.IsNull(i) {
		if c.null == 0 {
			if !add {
				return noID
			}
			c.values.AppendNull()
			c.null = uint32(c.values.Len)
		}
		return c.null - 1
	}
	var id uint32
	var new, ok bool
	switch v.Kind {
	case vector.Int:
		id, new, ok = c.ints.id(v.Ints[i], add)
	case vector.Float:
		id, new, ok = c.ints.id(types.FloatKey(v.Floats[i]), add)
	case vector.Bytes:
		id, new, ok = c.texts.id(v.Text(i), add)
	default:
		c.key = types.AppendKey(c.key[:0], c.t, v, i)
		id, new, ok = c.texts.id(c.key, add)
	}
	return c.numbered(v, i, id, new, ok)
}

func (c *column) bytes() int64 {
	n := c.ints.bytes() + c.texts.bytes() + 4*int64(cap(c.known))
	if !c.own() {
		n += sizeOf(c.values)
	}
	return n
}

// sizeOf is about how many bytes a vector holds.
func sizeOf(v *vector.Vector) int64 { return v.Size() }
