package vector

import (
	"bytes"
	"cmp"
	"sync/atomic"
)

// Scalar is one value that is not null, laid out as in a Vector of its Kind.
type Scalar struct {
	Kind  Kind
	Int   int64 // Int; Bool: 1 is true
	Wide  Int128
	Float float64
	Bytes []byte
}

// Scalar is value i of v, which is not null; ok is false for kinds that have no order here (List, Map, Row, Null).
func (v *Vector) Scalar(i int) (s Scalar, ok bool) {
	v, i = v.At(i)
	s.Kind = v.Kind
	switch v.Kind {
	case Bool:
		if v.Bools[i] {
			s.Int = 1
		}
	case Int:
		s.Int = v.Ints[i]
	case Wide:
		s.Wide = v.Wides[i]
	case Float:
		s.Float = v.Floats[i]
	case Bytes:
		s.Bytes = v.Text(i)
	default:
		return s, false
	}
	return s, true
}

// Compare orders two scalars of one Kind. Texts are ordered by their bytes; NaN comes before every other number.
func (s Scalar) Compare(o Scalar) int {
	switch s.Kind {
	case Wide:
		return s.Wide.Compare(o.Wide)
	case Float:
		return cmp.Compare(s.Float, o.Float)
	case Bytes:
		return bytes.Compare(s.Bytes, o.Bytes)
	}
	return cmp.Compare(s.Int, o.Int)
}

// Compare orders two integers.
func (a Int128) Compare(b Int128) int {
	if c := cmp.Compare(a.Hi, b.Hi); c != 0 {
		return c
	}
	return cmp.Compare(a.Lo, b.Lo)
}

// Range is the values between two bounds. A value that is asked for itself is a Range from it to it; without bounds it is all
// that are not null.
type Range struct {
	Low, High         *Scalar // nil: no bound
	LowOpen, HighOpen bool    // the bound itself is not in it
}

// Point is the Range of one value.
func Point(s Scalar) Range { return Range{Low: &s, High: &s} }

// Domain is which values of a column a query wants: a union of Ranges, and null if Null. Its scalars have the Kind and the unit
// (days, microseconds, the scale of a decimal) of the table's column. A nil Domain is all values, &Domain{} none.
//
// It is advice to whoever reads: a Reader leaves out what it can tell apart cheaply (a file's partition, a row group, a page)
// and may hand out rows that are not in it. Whoever asks filters again.
type Domain struct {
	Ranges []Range
	Null   bool
	Live   *Live // unless nil: what is no longer wanted meanwhile
}

// Live is a domain that becomes narrower while a table is read: the first rows of an order that have been found make others useless.
type Live struct{ now atomic.Pointer[Domain] }

// Narrow says what is wanted from now on.
func (l *Live) Narrow(d *Domain) { l.now.Store(d) }

// Now is what is wanted now; nil is all.
func (l *Live) Now() *Domain {
	if l == nil {
		return nil
	}
	return l.now.Load()
}

// Bounds is what is known of some values of a column without reading them.
type Bounds struct {
	Low, High *Scalar // of those that are not null; nil: not known
	NoNulls   bool    // none is null
	OnlyNulls bool    // all are null
}

// Overlaps tells whether any of the values that b bounds may be wanted.
func (d *Domain) Overlaps(b Bounds) bool {
	if d == nil {
		return true
	}
	if !d.Live.Now().Overlaps(b) {
		return false
	}
	if d.Null && !b.NoNulls {
		return true
	}
	if b.OnlyNulls {
		return false
	}
	for _, r := range d.Ranges {
		if r.overlaps(b.Low, b.High) {
			return true
		}
	}
	return false
}

// overlaps tells whether a value from low to high may lie in the range. What is of another kind is not compared.
func (r Range) overlaps(low, high *Scalar) bool {
	if r.Low != nil && high != nil && r.Low.Kind == high.Kind {
		if c := r.Low.Compare(*high); c > 0 || c == 0 && r.LowOpen {
			return false
		}
	}
	if r.High != nil && low != nil && r.High.Kind == low.Kind {
		if c := r.High.Compare(*low); c < 0 || c == 0 && r.HighOpen {
			return false
		}
	}
	return true
}

// Has tells whether value i of v is wanted.
func (d *Domain) Has(v *Vector, i int) bool {
	if d == nil {
		return true
	}
	if !d.Live.Now().Has(v, i) {
		return false
	}
	if v.IsNull(i) {
		return d.Null
	}
	s, ok := v.Scalar(i)
	return !ok && len(d.Ranges) > 0 || ok && (&Domain{Ranges: d.Ranges}).Overlaps(Bounds{Low: &s, High: &s, NoNulls: true})
}
