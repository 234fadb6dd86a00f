package functions

import (
	"container/heap"
	"encoding/binary"
	"maps"
	"math"
	"slices"

	"unyo/engine/vector"
)

// setDigest is the least hashes of a set's values with how often they were met, and a sketch of all:
// https://trino.io/docs/current/functions/setdigest.html
type setDigest struct {
	all   sketch
	least map[int64]int16
	order greatest // of least
}

// greatest is hashes in a heap, the greatest first.
type greatest []int64

func (g greatest) Len() int           { return len(g) }
func (g greatest) Less(i, j int) bool { return g[i] > g[j] }
func (g greatest) Swap(i, j int)      { g[i], g[j] = g[j], g[i] }
func (g *greatest) Push(x any)        { *g = append(*g, x.(int64)) }
func (g *greatest) Pop() any {
	n := len(*g) - 1
	x := (*g)[n]
	*g = (*g)[:n]
	return x
}

const leastHashes = 8192

func (d *setDigest) add(hash int64, times int16) {
	d.all.add(uint64(hash), defaultBits)
	d.count(hash, times)
}

func (d *setDigest) count(hash int64, times int16) {
	if d.least == nil {
		d.least = map[int64]int16{}
	}
	n, known := d.least[hash]
	if !known {
		if len(d.least) >= leastHashes {
			if hash > d.order[0] {
				return
			}
			delete(d.least, heap.Pop(&d.order).(int64))
		}
		heap.Push(&d.order, hash)
	}
	d.least[hash] = int16(min(int(n)+int(times), math.MaxInt16))
}

func (d *setDigest) merge(o *setDigest) {
	d.all.merge(o.all.registers)
	for _, h := range o.hashes() {
		d.count(h, o.least[h])
	}
}

func (d *setDigest) hashes() []int64 { return slices.Sorted(maps.Keys(d.least)) }

// exact tells whether all hashes are there.
func (d *setDigest) exact() bool { return len(d.least) < leastHashes }

func (d *setDigest) cardinality() int64 {
	if d.exact() {
		return int64(len(d.least))
	}
	return cardinality(d.all.registers)
}

// common is how many of the first so many hashes of both are in both.
func (d *setDigest) common(o *setDigest, first int) (n int) {
	both := append(d.hashes(), o.hashes()...)
	slices.Sort(both)
	both = slices.Compact(both)
	for _, h := range both[:min(first, len(both))] {
		_, a := d.least[h]
		_, b := o.least[h]
		if a && b {
			n++
		}
	}
	return n
}

func (d *setDigest) jaccard(o *setDigest) float64 {
	n := min(len(d.least), len(o.least))
	return float64(d.common(o, n)) / float64(n)
}

func (d *setDigest) intersection(o *setDigest) int64 {
	if d.exact() && o.exact() {
		return int64(d.common(o, math.MaxInt))
	}
	union := sketch{}
	union.merge(d.all.registers)
	union.merge(o.all.registers)
	return int64(math.Round(d.jaccard(o) * float64(cardinality(union.registers))))
}

func (d *setDigest) bytes() []byte {
	out := slices.Clone(d.all.registers)
	for _, h := range d.hashes() {
		out = binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint64(out, uint64(h)), uint16(d.least[h]))
	}
	return out
}

func readSetDigest(b []byte) *setDigest {
	d := &setDigest{all: sketch{b[:1<<defaultBits]}, least: map[int64]int16{}}
	for b = b[1<<defaultBits:]; len(b) > 0; b = b[10:] {
		d.count(int64(binary.LittleEndian.Uint64(b)), int16(binary.LittleEndian.Uint16(b[8:])))
	}
	return d
}

func isSetDigest(b []byte) bool {
	n := len(b) - 1<<defaultBits
	if n < 10 || n%10 != 0 || n/10 > leastHashes || !isSketch(b[:1<<defaultBits]) {
		return false
	}
	d := readSetDigest(b)
	for _, times := range d.least {
		if times < 1 {
			return false
		}
	}
	return len(d.least) == n/10
}

func init() {
	p := page("setdigest")
	size := func(d *setDigest) int { return len(d.all.registers) + 32*len(d.least) }
	merge := func(d, o *setDigest, _ *Row) { d.merge(o) }
	put := func(d *setDigest, r *Row) {
		if len(d.least) > 0 {
			r.PutBytes(d.bytes())
		}
	}
	folding(p, "make_set_digest(T) setdigest", func(d *setDigest, r *Row) {
		if b, ok := digested(r); ok {
			d.add(int64(binary.LittleEndian.Uint64(murmur3(b))), 1)
		} else {
			r.Invalid("make_set_digest of %s is not supported", r.Types[0])
		}
	}, merge, put, size)
	folding(p, "merge_set_digest(setdigest) setdigest", func(d *setDigest, r *Row) {
		o := readSetDigest(r.Bytes(0))
		if d.all.registers == nil { // not those of the argument
			d.all.registers = make([]byte, 1<<defaultBits)
		}
		d.merge(o)
	}, merge, put, size)
	of := func(r *Row, i int) *setDigest { return readSetDigest(r.Bytes(i)) }
	p.rows("cardinality(setdigest) bigint", func(r *Row) { r.PutInt(of(r, 0).cardinality()) })
	p.rows("intersection_cardinality(setdigest,setdigest) bigint", func(r *Row) { r.PutInt(of(r, 0).intersection(of(r, 1))) })
	p.rows("jaccard_index(setdigest,setdigest) double", func(r *Row) { r.PutFloat(of(r, 0).jaccard(of(r, 1))) })
	p.rows("hash_counts(setdigest) map(bigint,smallint)", func(r *Row) {
		d := of(r, 0)
		for _, h := range d.hashes() {
			r.Out.Elems[0].AppendInt(h)
			r.Out.Elems[1].AppendInt(int64(d.least[h]))
		}
		r.Out.EndSpan()
	})
}

// digested is the bytes of a value that are hashed: an integer's eight, a double's bits, or a text's.
func digested(r *Row) ([]byte, bool) {
	v, i := r.At(0)
	switch v.Kind {
	case vector.Int:
		return binary.LittleEndian.AppendUint64(nil, uint64(v.Ints[i])), true
	case vector.Float:
		return binary.LittleEndian.AppendUint64(nil, math.Float64bits(v.Floats[i])), true
	case vector.Bytes:
		return v.Text(i), true
	}
	return nil, false
}
