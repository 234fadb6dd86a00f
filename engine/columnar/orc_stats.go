package columnar

import (
	"bytes"
	"math/big"
)

// orcStats is what is known of a column's values: in a stripe, or in the file.
type orcStats struct {
	count uint64
	null  bool

	low, high int64 // of integers, dates and instants (in milliseconds)
	sum       int64 // of integers; of lengths; of truths
	over      bool  // sum is too large
	lowF      float64
	highF     float64
	sumF      float64
	nan       bool
	lowB      []byte
	highB     []byte
	long      bool // a text is too long to be kept as a bound
	lowD      *big.Int
	highD     *big.Int
	sumD      *big.Int
}

// longestBound is the longest text that is kept as a bound.
const longestBound = 1024

// statistics are those of the values held.
func (c *orcColumn) statistics() (s orcStats) {
	s.count, s.null = uint64(c.n), len(c.present) > c.n
	low, high, ok := 0, 0, false
	if c.typ.Kind < Array && c.typ.Kind != Binary {
		low, high, ok = c.bounds(0, c.n)
	}
	switch c.typ.Kind {
	case Boolean:
		s.sum, _ = sumOf(c.ints)
	case Tinyint, Smallint, Int, Bigint, Date:
		s.sum, s.over = sumOf(c.ints)
		if ok {
			s.low, s.high = c.ints[low], c.ints[high]
		}
	case Timestamp:
		if ok {
			s.low, s.high = c.millis(low), c.millis(high)
		}
	case Float, Double:
		for _, f := range c.floats {
			s.sumF += f
			s.nan = s.nan || f != f
		}
		if ok {
			s.lowF, s.highF = c.floats[low], c.floats[high]
		}
	case Decimal:
		if ok {
			s.lowD, s.highD, s.sumD = BigOf(c.wides[low]), BigOf(c.wides[high]), sumWides(c.wides)
		}
	case String, Varchar, Char, Binary:
		s.sum = int64(len(c.data))
		last := 0
		for _, end := range c.ends {
			s.long = s.long || end-last > longestBound
			last = end
		}
		if ok && !s.long {
			s.lowB, s.highB = bytes.Clone(c.text(low)), bytes.Clone(c.text(high))
		}
	}
	return s
}

func (c *orcColumn) millis(i int) int64 { return c.ints[i]*1000 + int64(c.nanos[i])/1e6 }

// sumOf adds numbers up, unless the sum is too large.
func sumOf(list []int64) (sum int64, over bool) {
	for _, n := range list {
		next := sum + n
		if over = over || (sum < 0) == (n < 0) && (next < 0) != (sum < 0); over {
			return 0, true
		}
		sum = next
	}
	return sum, false
}

// join adds what is known of other values.
func (s *orcStats) join(o *orcStats) {
	null := s.null || o.null
	switch {
	case o.count == 0:
	case s.count == 0:
		*s = *o
		if s.sumD != nil {
			s.sumD = new(big.Int).Set(s.sumD)
		}
	default:
		s.count += o.count
		s.low, s.high = min(s.low, o.low), max(s.high, o.high)
		sum := s.sum + o.sum
		s.over = s.over || o.over || (s.sum < 0) == (o.sum < 0) && (sum < 0) != (s.sum < 0)
		s.sum = sum
		s.lowF, s.highF, s.sumF, s.nan = min(s.lowF, o.lowF), max(s.highF, o.highF), s.sumF+o.sumF, s.nan || o.nan
		if s.long = s.long || o.long; !s.long {
			if bytes.Compare(o.lowB, s.lowB) < 0 {
				s.lowB = o.lowB
			}
			if bytes.Compare(o.highB, s.highB) > 0 {
				s.highB = o.highB
			}
		}
		if o.sumD != nil {
			if o.lowD.Cmp(s.lowD) < 0 {
				s.lowD = o.lowD
			}
			if o.highD.Cmp(s.highD) > 0 {
				s.highD = o.highD
			}
			s.sumD.Add(s.sumD, o.sumD)
		}
	}
	s.null = null
}

// proto is the statistics as ORC writes them.
func (s *orcStats) proto(t *Type) (m proto) {
	m.uint(1, s.count)
	if s.count > 0 {
		var part proto
		switch t.Kind {
		case Boolean:
			part.packed(1, uint64(s.sum))
			m.bytes(5, part)
		case Tinyint, Smallint, Int, Bigint:
			part.sint(1, s.low)
			part.sint(2, s.high)
			if !s.over {
				part.sint(3, s.sum)
			}
			m.bytes(2, part)
		case Float, Double:
			if !s.nan {
				part.double(1, s.lowF)
				part.double(2, s.highF)
				part.double(3, s.sumF)
				m.bytes(3, part)
			}
		case String, Varchar, Char:
			if !s.long {
				part.bytes(1, s.lowB)
				part.bytes(2, s.highB)
			}
			part.sint(3, s.sum)
			m.bytes(4, part)
		case Decimal:
			part.text(1, point(s.lowD, t.Scale))
			part.text(2, point(s.highD, t.Scale))
			part.text(3, point(s.sumD, t.Scale))
			m.bytes(6, part)
		case Date:
			part.sint(1, s.low)
			part.sint(2, s.high)
			m.bytes(7, part)
		case Binary:
			part.sint(1, s.sum)
			m.bytes(8, part)
		case Timestamp:
			part.sint(3, s.low)
			part.sint(4, s.high)
			m.bytes(9, part)
		}
	}
	null := uint64(0)
	if s.null {
		null = 1
	}
	m.uint(10, null)
	return m
}

// FormatDecimal writes the digits of a decimal with its point.
func FormatDecimal(n *big.Int, scale int) string { return point(n, scale) }

// point writes a number with its point.
func point(n *big.Int, scale int) string {
	text := new(big.Int).Abs(n).String()
	for len(text) <= scale {
		text = "0" + text
	}
	if scale > 0 {
		text = text[:len(text)-scale] + "." + text[len(text)-scale:]
	}
	if n.Sign() < 0 {
		text = "-" + text
	}
	return text
}
