package vector

import "fmt"

// Kind is how the values of a vector lie in memory.
type Kind uint8

const (
	Null  Kind = iota // nulls only: a type that is not known
	Bool              // Bools
	Int               // Ints
	Wide              // Wides
	Float             // Floats
	Bytes             // Data, Offsets
	List              // Offsets into Elems[0]
	Map               // Offsets into Elems[0], the keys, and Elems[1], the values
	Row               // Elems, a vector for each member, each as long as the row's
)

func (k Kind) String() string {
	return [...]string{"null", "bool", "int", "wide", "float", "bytes", "list", "map", "row"}[k]
}

// Vector is a column of Len values of one Kind.
type Vector struct {
	Kind  Kind
	Len   int
	Nulls Bitmap // a bit for each value that is null; empty when none is. What lies at a null's place means nothing.

	Bools   []bool
	Ints    []int64
	Wides   []Int128
	Floats  []float64
	Data    []byte
	Offsets []uint32 // Len+1: value i is Data[Offsets[i]:Offsets[i+1]], or the elements in that span
	Elems   []*Vector

	// Dict, unless nil, is a flat vector of the same Kind in which the values are found: value i is Dict's value Index[i], and
	// every value is Dict's first when Index is nil. Nulls are then the dictionary's own. The fields above are empty.
	Dict  *Vector
	Index []uint32
}

// Int128 is a signed integer of 128 bits, in two's complement.
type Int128 struct {
	Hi int64
	Lo uint64
}

// Constant is a vector of n times the first value of one, which is flat.
func Constant(one *Vector, n int) *Vector { return &Vector{Kind: one.Kind, Len: n, Dict: one} }

// Nothing is a vector of n nulls of a kind.
func Nothing(k Kind, n int) *Vector {
	one := New(k)
	one.AppendNull()
	return Constant(one, n)
}

// At is where value i lies: a flat vector and the place in it.
func (v *Vector) At(i int) (*Vector, int) {
	switch {
	case v.Dict == nil:
		return v, i
	case v.Index == nil:
		return v.Dict, 0
	default:
		return v.Dict, int(v.Index[i])
	}
}

// IsNull tells whether value i is null.
func (v *Vector) IsNull(i int) bool {
	v, i = v.At(i)
	return v.Kind == Null || v.Nulls.Has(i)
}

// HasNulls tells whether any value may be null.
func (v *Vector) HasNulls() bool {
	if v.Dict != nil {
		v = v.Dict
	}
	return v.Kind == Null || len(v.Nulls) > 0
}

// Text is value i of a flat vector of Bytes, without a copy.
func (v *Vector) Text(i int) []byte { return v.Data[v.Offsets[i]:v.Offsets[i+1]:v.Offsets[i+1]] }

// Span is where the elements of value i of a flat List or Map begin and end.
func (v *Vector) Span(i int) (from, to int) { return int(v.Offsets[i]), int(v.Offsets[i+1]) }

// Flat is v itself if it is flat, or else its values laid out.
func (v *Vector) Flat() *Vector {
	if v.Dict == nil {
		return v
	}
	if v.Index != nil {
		return v.Dict.Pick(v.Index)
	}
	out := New(v.Kind)
	out.Grow(v.Len)
	for range v.Len {
		out.Append(v.Dict, 0)
	}
	return out
}

// Slice is the values of v from one place up to before another. It shares what it can with v.
func (v *Vector) Slice(from, to int) *Vector {
	if from == 0 && to == v.Len {
		return v
	}
	out := &Vector{Kind: v.Kind, Len: to - from, Dict: v.Dict}
	if v.Dict != nil {
		if v.Index != nil {
			out.Index = v.Index[from:to]
		}
		return out
	}
	out.Nulls = v.Nulls.slice(from, to)
	switch v.Kind {
	case Bool:
		out.Bools = v.Bools[from:to]
	case Int:
		out.Ints = v.Ints[from:to]
	case Wide:
		out.Wides = v.Wides[from:to]
	case Float:
		out.Floats = v.Floats[from:to]
	case Bytes, List, Map:
		out.Data, out.Offsets, out.Elems = v.Data, v.Offsets[from:to+1], v.Elems
	case Row:
		for _, e := range v.Elems {
			out.Elems = append(out.Elems, e.Slice(from, to))
		}
	}
	return out
}

// Pick is the values of v at the places rows, in that order. It shares what it can with v.
func (v *Vector) Pick(rows []uint32) *Vector {
	switch {
	case v.Dict != nil && v.Index == nil:
		return &Vector{Kind: v.Kind, Len: len(rows), Dict: v.Dict}
	case v.Dict != nil:
		index := make([]uint32, len(rows))
		for i, r := range rows {
			index[i] = v.Index[r]
		}
		return &Vector{Kind: v.Kind, Len: len(rows), Dict: v.Dict, Index: index}
	}
	out := New(v.Kind)
	out.Grow(len(rows))
	if out.pickPlain(v, rows) {
		if len(v.Nulls) > 0 {
			for i, r := range rows {
				if v.Nulls.Has(int(r)) {
					out.Nulls.Set(i)
				}
			}
		}
		return out
	}
	for _, r := range rows {
		out.Append(v, int(r))
	}
	return out
}

// pickPlain is Pick, but for nulls, for values that hold no others, without asking at each what it is.
func (v *Vector) pickPlain(from *Vector, rows []uint32) bool {
	switch v.Kind {
	case Bool:
		for _, r := range rows {
			v.Bools = append(v.Bools, from.Bools[r])
		}
	case Int:
		for _, r := range rows {
			v.Ints = append(v.Ints, from.Ints[r])
		}
	case Wide:
		for _, r := range rows {
			v.Wides = append(v.Wides, from.Wides[r])
		}
	case Float:
		for _, r := range rows {
			v.Floats = append(v.Floats, from.Floats[r])
		}
	case Bytes:
		for _, r := range rows {
			text := from.Data[from.Offsets[r]:from.Offsets[r+1]]
			v.room(len(text))
			v.Data = append(v.Data, text...)
			v.Offsets = append(v.Offsets, uint32(len(v.Data)))
		}
	default:
		return false
	}
	v.Len = len(rows)
	return true
}

// Check tells what is wrong with how v is built; nil when nothing is.
func (v *Vector) Check() error {
	if v.Dict != nil {
		return v.checkDict()
	}
	have := map[Kind]int{Null: v.Len, Bool: len(v.Bools), Int: len(v.Ints), Wide: len(v.Wides), Float: len(v.Floats), Row: v.Len}
	switch v.Kind {
	case Bytes, List, Map:
		if len(v.Offsets) != v.Len+1 {
			return fmt.Errorf("%s: %d offsets for %d values", v.Kind, len(v.Offsets), v.Len)
		}
		return v.checkSpans()
	case Row:
		for i, e := range v.Elems {
			if e.Len != v.Len {
				return fmt.Errorf("row: member %d has %d values, not %d", i, e.Len, v.Len)
			}
			if err := e.Check(); err != nil {
				return fmt.Errorf("row: member %d: %w", i, err)
			}
		}
	}
	if have[v.Kind] != v.Len {
		return fmt.Errorf("%s: %d values, not %d", v.Kind, have[v.Kind], v.Len)
	}
	return nil
}

func (v *Vector) checkDict() error {
	d := v.Dict
	if d.Dict != nil || d.Kind != v.Kind {
		return fmt.Errorf("%s: a dictionary of %s that is not flat or of another kind", v.Kind, d.Kind)
	}
	if v.Index == nil && v.Len > 0 && d.Len < 1 || v.Index != nil && len(v.Index) != v.Len {
		return fmt.Errorf("%s: %d values of a dictionary, %d places", v.Kind, v.Len, len(v.Index))
	}
	for _, j := range v.Index {
		if int(j) >= d.Len {
			return fmt.Errorf("%s: place %d in a dictionary of %d", v.Kind, j, d.Len)
		}
	}
	return d.Check()
}

func (v *Vector) checkSpans() error {
	for i := range v.Len {
		if v.Offsets[i] > v.Offsets[i+1] {
			return fmt.Errorf("%s: value %d ends before it begins", v.Kind, i)
		}
	}
	end := int(v.Offsets[v.Len])
	if v.Kind == Bytes {
		if end > len(v.Data) {
			return fmt.Errorf("bytes: they end at %d of %d", end, len(v.Data))
		}
		return nil
	}
	if want := map[Kind]int{List: 1, Map: 2}[v.Kind]; len(v.Elems) != want {
		return fmt.Errorf("%s: %d vectors of elements, not %d", v.Kind, len(v.Elems), want)
	}
	for _, e := range v.Elems {
		if end > e.Len {
			return fmt.Errorf("%s: they end at element %d of %d", v.Kind, end, e.Len)
		}
		if err := e.Check(); err != nil {
			return fmt.Errorf("%s: %w", v.Kind, err)
		}
	}
	return nil
}
