package vector

import (
	"errors"
	"slices"
)

// What a flat vector may hold, so that offsets have room and who appends without end is ended. Nobody means to hold as much: it is the last
// bound, where those who make values do not count them.
const (
	MaxBytes  = 1 << 29 // of Data
	MaxValues = 1 << 26
)

// ErrTooLarge is what appending panics with when a vector would hold more. Who runs a query recovers it.
var ErrTooLarge = errors.New("a column of values has become too large")

// room holds that n bytes have room in v's Data.
func (v *Vector) room(n int) {
	if len(v.Data)+n > MaxBytes {
		panic(ErrTooLarge)
	}
}

// New is an empty flat vector of a kind, to append to. Lists, maps and rows are given elements by the caller, or take the
// shape of the first value that is appended.
func New(k Kind) *Vector {
	v := &Vector{Kind: k}
	if k == Bytes || k == List || k == Map {
		v.Offsets = []uint32{0}
	}
	return v
}

// Reset empties a flat vector; what it had allocated is used again.
func (v *Vector) Reset() {
	v.Len, v.Nulls = 0, v.Nulls[:0]
	v.Bools, v.Ints, v.Wides, v.Floats, v.Data = v.Bools[:0], v.Ints[:0], v.Wides[:0], v.Floats[:0], v.Data[:0]
	if len(v.Offsets) > 0 {
		v.Offsets = v.Offsets[:1]
	}
	for _, e := range v.Elems {
		e.Reset()
	}
}

// Grow makes room for n more values.
func (v *Vector) Grow(n int) {
	switch v.Kind {
	case Bool:
		v.Bools = slices.Grow(v.Bools, n)
	case Int:
		v.Ints = slices.Grow(v.Ints, n)
	case Wide:
		v.Wides = slices.Grow(v.Wides, n)
	case Float:
		v.Floats = slices.Grow(v.Floats, n)
	case Bytes, List, Map:
		v.Offsets = slices.Grow(v.Offsets, n)
	}
}

// AppendNull appends a null.
func (v *Vector) AppendNull() {
	v.Nulls.Set(v.Len)
	switch v.Kind {
	case Row:
		for _, e := range v.Elems {
			e.AppendNull()
		}
		v.Len++
	case Bool:
		v.AppendBool(false)
	case Int:
		v.AppendInt(0)
	case Wide:
		v.AppendWide(Int128{})
	case Float:
		v.AppendFloat(0)
	case Bytes:
		v.AppendText(nil)
	case List, Map:
		v.EndSpan()
	default:
		v.Len++
	}
}

// AppendBool appends a value of Bool.
func (v *Vector) AppendBool(b bool) { v.Bools = append(v.Bools, b); v.Len++ }

// AppendInt appends a value of Int.
func (v *Vector) AppendInt(n int64) { v.Ints = append(v.Ints, n); v.Len++ }

// AppendWide appends a value of Wide.
func (v *Vector) AppendWide(n Int128) { v.Wides = append(v.Wides, n); v.Len++ }

// AppendFloat appends a value of Float.
func (v *Vector) AppendFloat(f float64) { v.Floats = append(v.Floats, f); v.Len++ }

// AppendText appends a value of Bytes, which is copied.
func (v *Vector) AppendText(b []byte) {
	v.room(len(b))
	v.Data = append(v.Data, b...)
	v.Offsets = append(v.Offsets, uint32(len(v.Data)))
	v.Len++
}

// EndSpan ends a value of List or Map: it is all elements appended to Elems since the value before.
func (v *Vector) EndSpan() {
	end := 0
	if len(v.Elems) > 0 {
		end = v.Elems[0].Len
	}
	v.Offsets = append(v.Offsets, uint32(end))
	v.Len++
}

// Append appends value i of from, which is of the same kind and shape.
func (v *Vector) Append(from *Vector, i int) {
	if v.Len >= MaxValues {
		panic(ErrTooLarge)
	}
	if from, i = from.At(i); from.Kind == Null || from.Nulls.Has(i) {
		v.shape(from)
		v.AppendNull()
		return
	}
	switch v.Kind {
	case Bool:
		v.AppendBool(from.Bools[i])
	case Int:
		v.AppendInt(from.Ints[i])
	case Wide:
		v.AppendWide(from.Wides[i])
	case Float:
		v.AppendFloat(from.Floats[i])
	case Bytes:
		v.AppendText(from.Text(i))
	case List, Map:
		v.shape(from)
		begin, end := from.Span(i)
		for n, e := range from.Elems {
			for j := begin; j < end; j++ {
				v.Elems[n].Append(e, j)
			}
		}
		v.EndSpan()
	case Row:
		v.shape(from)
		for n, e := range from.Elems {
			v.Elems[n].Append(e, i)
		}
		v.Len++
	default:
		v.AppendNull()
	}
}

// shape gives v the elements that from has, unless it has its own.
func (v *Vector) shape(from *Vector) {
	if len(v.Elems) > 0 || v.Kind != from.Kind {
		return
	}
	for _, e := range from.Elems {
		n := New(e.Kind)
		n.shape(e)
		if v.Kind == Row { // its members are as long as it is
			for range v.Len {
				n.AppendNull()
			}
		}
		v.Elems = append(v.Elems, n)
	}
}

// Size is about how many bytes v holds, without its dictionary, which others share.
func (v *Vector) Size() int64 {
	n := int64(8*cap(v.Nulls) + cap(v.Bools) + 8*cap(v.Ints) + 16*cap(v.Wides) + 8*cap(v.Floats) + cap(v.Data) + 4*cap(v.Offsets) + 4*cap(v.Index))
	for _, e := range v.Elems {
		n += e.Size()
	}
	return n + 64
}

// Repeat is the values of v at the places rows, as Pick gives them, where rows repeat: texts and lists are not copied, so v must stay.
func (v *Vector) Repeat(rows []uint32) *Vector {
	if v.Dict != nil || v.Kind == Bool || v.Kind == Int || v.Kind == Float || v.Kind == Wide || v.Kind == Null {
		return v.Pick(rows)
	}
	dict := *v // v itself may be used again for other values, and a dictionary never changes
	return &Vector{Kind: v.Kind, Len: len(rows), Dict: &dict, Index: rows}
}
