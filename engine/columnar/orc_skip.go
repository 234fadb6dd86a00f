package columnar

import (
	"math"

	"unyo/engine/vector"
)

// statistics reads what is known of the stripes, if anybody asks.
func (s *orcScan) statistics(p Projection) error {
	asked := false
	for i := range p.Columns {
		asked = asked || p.domain(i) != nil && s.columns[i] != nil
	}
	if !asked || s.file.about == 0 {
		return nil
	}
	o := s.file
	b, err := readAt(o.r, o.size, o.tail-o.about, o.about)
	if err != nil {
		return err
	}
	if b, err = o.unpack(b); err != nil {
		return err
	}
	for p := range parts(b, func() { s.stats = nil }) {
		if p.field == 1 {
			s.stats = append(s.stats, p.b)
		}
	}
	return nil
}

// wanted tells whether a stripe may hold rows that are wanted.
func (s *orcScan) wanted(stripe int) bool {
	if stripe >= len(s.stats) {
		return true
	}
	var columns [][]byte
	for p := range parts(s.stats[stripe], func() {}) {
		if p.field == 1 {
			columns = append(columns, p.b)
		}
	}
	for i, c := range s.columns {
		if d := s.want.domain(i); c != nil && d != nil && c.typ.Kind < Array && c.source.id < len(columns) {
			if !d.Overlaps(orcBounds(c.typ, columns[c.source.id])) {
				return false
			}
		}
	}
	return true
}

// orcBounds is what ColumnStatistics say of a column that is read as a type.
func orcBounds(t *Type, m []byte) (b vector.Bounds) {
	ok := true
	bad := func() { ok = false }
	for p := range parts(m, bad) {
		switch p.field {
		case 1:
			b.OnlyNulls = p.n == 0
		case 10:
			b.NoNulls = p.n == 0
		default:
			var low, high part
			for q := range parts(p.b, bad) {
				switch {
				case q.field == 1 && p.field != 9, q.field == 3 && p.field == 9:
					low = q
				case q.field == 2 && p.field != 9, q.field == 4 && p.field == 9:
					high = q
				}
			}
			if low.field > 0 && high.field > 0 {
				b.Low, b.High = orcBound(t, p.field, low, 0), orcBound(t, p.field, high, 999)
			}
		}
	}
	if !ok {
		return vector.Bounds{}
	}
	return b
}

// orcBound is a bound in one of the kinds of statistics, as a value of a type; an instant's lies within a millisecond.
func orcBound(t *Type, kind int, p part, micros int64) *vector.Scalar {
	s := &vector.Scalar{Kind: KindOf(t)}
	switch {
	case kind == 2 && t.Kind >= Tinyint && t.Kind <= Bigint, kind == 7 && t.Kind == Date:
		s.Int = unzigzag(p.n)
	case kind == 3 && (t.Kind == Float || t.Kind == Double):
		if s.Float = math.Float64frombits(p.n); s.Float != s.Float {
			return nil
		}
	case kind == 4 && (t.Kind == String || t.Kind == Varchar):
		s.Bytes = p.b
		if t.Kind == Varchar {
			s.Bytes = cut(t, string(p.b))
		}
	case kind == 6 && t.Kind == Decimal:
		n, ok := parseDecimal(t, string(p.b))
		if !ok {
			return nil
		}
		if s.Kind == vector.Wide {
			s.Wide = WideOf(n)
		} else {
			s.Int = n.Int64()
		}
	case kind == 9 && t.Kind == Timestamp:
		s.Int = unzigzag(p.n)*1000 + micros
	default:
		return nil
	}
	return s
}
