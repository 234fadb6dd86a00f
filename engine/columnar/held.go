package columnar

import (
	"bytes"
	"math/big"
	"slices"

	"unyo/engine/vector"
)

// held is a column's values that wait to be written: which of them are there, and these one behind the other. Below a value that is
// null there is nothing. Both formats are written from it; records, rows and vectors are put into it.
type held struct {
	typ   *Type
	parts []*held
	size  *int // bytes, about, of all columns of a writer

	present []byte          // of each value 1, of a null 0
	n       int             // values that are there
	ints    []int64         // boolean, the integers, date, timestamp (seconds); of lists and maps how many elements
	nanos   []int32         // timestamp: behind the second
	floats  []float64       // float, double
	wides   []vector.Int128 // decimal, without its point
	data    []byte          // texts
	ends    []int           // where each of them ends
}

func newHeld(t *Type, size *int) *held {
	h := &held{typ: t, size: size}
	for _, f := range t.Fields {
		h.parts = append(h.parts, newHeld(f.Type, size))
	}
	return h
}

// text is text i.
func (h *held) text(i int) []byte {
	if i == 0 {
		return h.data[:h.ends[0]]
	}
	return h.data[h.ends[i-1]:h.ends[i]]
}

// roomy is a list that has room for one more: what grows to millions is copied less often if its room doubles.
func roomy[T any](list []T) []T {
	if len(list) == cap(list) {
		return slices.Grow(list, max(64, len(list)))
	}
	return list
}

func (h *held) putNull() {
	h.present = append(roomy(h.present), 0)
	*h.size++
}

// there notes a value that is put by its caller, of so many bytes.
func (h *held) there(bytes int) {
	h.present = append(roomy(h.present), 1)
	h.n++
	*h.size += bytes + 1
}

func (h *held) putInt(n int64) {
	h.ints = append(roomy(h.ints), n)
	h.there(8)
}

func (h *held) putInstant(seconds int64, nanos int32) {
	h.ints, h.nanos = append(roomy(h.ints), seconds), append(roomy(h.nanos), nanos)
	h.there(12)
}

func (h *held) putFloat(f float64) {
	h.floats = append(roomy(h.floats), f)
	h.there(8)
}

func (h *held) putWide(n vector.Int128) {
	h.wides = append(roomy(h.wides), n)
	h.there(16)
}

func (h *held) putText(b []byte) {
	if cap(h.data)-len(h.data) < len(b) {
		h.data = slices.Grow(h.data, len(h.data)+len(b))
	}
	h.data = append(h.data, b...)
	h.ends = append(roomy(h.ends), len(h.data))
	h.there(len(b) + 4)
}

// put adds a value.
func (h *held) put(v *Value) {
	if !v.Valid {
		h.putNull()
		return
	}
	switch h.typ.Kind {
	case Boolean, Tinyint, Smallint, Int, Bigint, Date:
		h.putInt(v.Int)
	case Timestamp:
		h.putInstant(v.Int, v.Nanos)
	case Float, Double:
		h.putFloat(v.Float)
	case Decimal:
		h.putWide(WideOf(v.Big))
	case Struct:
		for i, p := range h.parts {
			p.put(&v.Items[i])
		}
		h.there(0)
	case Array, Map:
		for i := range v.Items {
			h.parts[i%len(h.parts)].put(&v.Items[i])
		}
		h.putInt(int64(len(v.Items) / len(h.parts)))
	default:
		h.putText(v.Bytes)
	}
}

// putVector adds values of a vector.
func (h *held) putVector(v *vector.Vector, from, to int) {
	for i := from; i < to; i++ {
		in, at := v.At(i)
		if in.Kind == vector.Null || in.Nulls.Has(at) {
			h.putNull()
			continue
		}
		switch in.Kind {
		case vector.Bool:
			n := int64(0)
			if in.Bools[at] {
				n = 1
			}
			h.putInt(n)
		case vector.Int:
			h.putNumber(in.Ints[at])
		case vector.Wide:
			h.putWide(in.Wides[at])
		case vector.Float:
			h.putFloat(in.Floats[at])
		case vector.Bytes:
			h.putText(in.Text(at))
		case vector.Row:
			for n, p := range h.parts {
				p.putVector(in.Elems[n], at, at+1)
			}
			h.there(0)
		default:
			begin, end := in.Span(at)
			for n, p := range h.parts {
				p.putVector(in.Elems[n], begin, end)
			}
			h.putInt(int64(end - begin))
		}
	}
}

// putNumber adds what a vector keeps as an integer.
func (h *held) putNumber(n int64) {
	switch h.typ.Kind {
	case Timestamp:
		seconds := floorDiv(n, 1e6)
		h.putInstant(seconds, int32(n-seconds*1e6)*1000)
	case Decimal:
		h.putWide(vector.Int128{Hi: n >> 63, Lo: uint64(n)})
	default:
		h.putInt(n)
	}
}

// pop takes the last value back.
func (h *held) pop() {
	last := len(h.present) - 1
	was := h.present[last]
	h.present = h.present[:last]
	*h.size--
	if was == 0 {
		return
	}
	h.n--
	bytes := 8
	switch h.typ.Kind {
	case Timestamp:
		h.ints, h.nanos = h.ints[:h.n], h.nanos[:h.n]
		bytes = 12
	case Float, Double:
		h.floats = h.floats[:h.n]
	case Decimal:
		h.wides = h.wides[:h.n]
		bytes = 16
	case Struct:
		for _, p := range h.parts {
			p.pop()
		}
		bytes = 0
	case Array, Map:
		for range h.ints[h.n] {
			for _, p := range h.parts {
				p.pop()
			}
		}
		h.ints = h.ints[:h.n]
	case String, Varchar, Char, Binary:
		bytes = len(h.text(h.n)) + 4
		h.ends = h.ends[:h.n]
		h.data = h.data[:len(h.data)-(bytes-4)]
	default:
		h.ints = h.ints[:h.n]
	}
	*h.size -= bytes
}

// reset forgets all values; what they had allocated is used again.
func (h *held) reset() {
	h.present, h.n, h.ints, h.nanos, h.floats, h.wides, h.data, h.ends = h.present[:0], 0, h.ints[:0], h.nanos[:0], h.floats[:0], h.wides[:0], h.data[:0], h.ends[:0]
	for _, p := range h.parts {
		p.reset()
	}
}

// bounds are the places of the least and the greatest of the values from one up to before another; ok is false if there are none, or none
// that can be compared.
func (h *held) bounds(from, to int) (low, high int, ok bool) {
	for ; from < to && h.floats != nil && h.floats[from] != h.floats[from]; from++ {
	}
	if from == to {
		return 0, 0, false
	}
	low, high = from, from
	for i := from + 1; i < to; i++ {
		switch h.typ.Kind {
		case String, Varchar, Char, Binary:
			if bytes.Compare(h.text(i), h.text(low)) < 0 {
				low = i
			} else if bytes.Compare(h.text(i), h.text(high)) > 0 {
				high = i
			}
		case Float, Double:
			if h.floats[i] < h.floats[low] {
				low = i
			} else if h.floats[i] > h.floats[high] {
				high = i
			}
		case Decimal:
			if lessWide(h.wides[i], h.wides[low]) {
				low = i
			} else if lessWide(h.wides[high], h.wides[i]) {
				high = i
			}
		case Timestamp:
			if h.laterThan(low, i) {
				low = i
			} else if h.laterThan(i, high) {
				high = i
			}
		default:
			if h.ints[i] < h.ints[low] {
				low = i
			} else if h.ints[i] > h.ints[high] {
				high = i
			}
		}
	}
	return low, high, true
}

func (h *held) laterThan(i, j int) bool {
	return h.ints[i] > h.ints[j] || h.ints[i] == h.ints[j] && h.nanos[i] > h.nanos[j]
}

func lessWide(a, b vector.Int128) bool { return a.Hi < b.Hi || a.Hi == b.Hi && a.Lo < b.Lo }

// sumWides adds numbers up.
func sumWides(list []vector.Int128) *big.Int {
	sum := new(big.Int)
	for _, n := range list {
		sum.Add(sum, BigOf(n))
	}
	return sum
}
