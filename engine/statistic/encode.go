package statistic

import (
	"encoding/binary"
	"errors"
	"math"
	"math/bits"
)

// A set is written as its form and numbers. A number is the bytes of its float64 from the most significant on as a varint, so that small whole ones take
// two or three bytes.
//
//	0: value count                             one value
//	1: count sum min max                       the distribution is not known
//	2: count sum min max n (value count)…      different values, ascending
//	3: count sum min max level zeros n (distance count)…   a histogram: bins ascending, each by its distance from the one before
const (
	formOne = iota
	formOpaque
	formExact
	formHistogram
)

// ErrCorrupt is bytes that no set was written as.
var ErrCorrupt = errors.New("set of values cannot be decoded")

// maxLevel is more than values between the smallest and the largest float64 can need.
const maxLevel = 12

// Append writes s behind dst.
func (s *Set) Append(dst []byte) []byte {
	if len(s.bins) == 1 && s.level == 0 && s.Sum == s.bins[0].at*s.Count {
		dst = append(dst, formOne)
		return appendNumber(appendNumber(dst, s.bins[0].at), s.Count)
	}
	form := byte(formExact)
	switch {
	case s.opaque:
		form = formOpaque
	case s.level > 0:
		form = formHistogram
	}
	dst = append(dst, form)
	for _, x := range []float64{s.Count, s.Sum, s.Min, s.Max} {
		dst = appendNumber(dst, x)
	}
	switch form {
	case formExact:
		dst = binary.AppendUvarint(dst, uint64(len(s.bins)))
		for _, b := range s.bins {
			dst = appendNumber(appendNumber(dst, b.at), b.count)
		}
	case formHistogram:
		dst = s.appendHistogram(dst)
	}
	return dst
}

func (s *Set) appendHistogram(dst []byte) []byte {
	bins, zeros := s.bins, 0.0
	if len(bins) > 0 && math.IsInf(bins[0].at, -1) {
		bins, zeros = bins[1:], bins[0].count
	}
	dst = appendNumber(append(dst, byte(s.level)), zeros)
	dst = binary.AppendUvarint(dst, uint64(len(bins)))
	last := 0.0
	for _, b := range bins {
		dst = binary.AppendVarint(dst, int64(b.at-last))
		dst = appendNumber(dst, b.count)
		last = b.at
	}
	return dst
}

func appendNumber(dst []byte, x float64) []byte {
	return binary.AppendUvarint(dst, bits.ReverseBytes64(math.Float64bits(x)))
}

// Decode reads a set off raw and returns what follows it.
func Decode(raw []byte) (s Set, rest []byte, err error) {
	r := reader{raw: raw}
	form := r.byte()
	if form == formOne {
		at, count := r.number(), r.count()
		s = Set{Count: count, Sum: at * count, Min: at, Max: at, bins: []bin{{at, count}}}
		return r.end(s)
	}
	s = Set{Count: r.count(), Sum: r.number(), Min: r.number(), Max: r.number()}
	if s.Min > s.Max {
		r.bad = true
	}
	switch form {
	case formOpaque:
		s.opaque = true
	case formExact:
		n := r.length(MaxExact)
		for range n {
			r.next(&s, r.number())
		}
	case formHistogram:
		r.histogram(&s)
	default:
		r.bad = true
	}
	if !s.opaque && len(s.bins) == 0 {
		r.bad = true
	}
	return r.end(s)
}

// consistent reports whether the distribution is one of these count, minimum and maximum.
func (s *Set) consistent() bool {
	if math.IsInf(s.Sum, 0) || s.opaque {
		return s.opaque && !math.IsInf(s.Sum, 0)
	}
	total := 0.0
	for _, b := range s.bins {
		total += b.count
	}
	if s.Min < 0 || !(math.Abs(total-s.Count) <= 1e-6*s.Count) {
		return false
	}
	return s.level > 0 || s.bins[0].at == s.Min && s.bins[len(s.bins)-1].at == s.Max
}

type reader struct {
	raw []byte
	bad bool
}

func (r *reader) end(s Set) (Set, []byte, error) {
	if r.bad || !s.consistent() {
		return Set{}, nil, ErrCorrupt
	}
	return s, r.raw, nil
}

func (r *reader) histogram(s *Set) {
	if s.level = int(r.byte()); s.level == 0 || s.level > maxLevel {
		r.bad = true
		return
	}
	if zeros := r.number(); zeros > 0 {
		s.bins = append(s.bins, bin{math.Inf(-1), zeros})
	} else if zeros != 0 {
		r.bad = true
	}
	at := int64(0)
	for range r.length(maxBins) {
		d, n := binary.Varint(r.raw)
		if n <= 0 || d < -1<<20 || d > 1<<20 {
			r.bad = true
			return
		}
		r.raw = r.raw[n:]
		at += d
		r.next(s, float64(at))
	}
}

// next adds a bin behind the last.
func (r *reader) next(s *Set, at float64) {
	count := r.count()
	if n := len(s.bins); n > 0 && s.bins[n-1].at >= at {
		r.bad = true
	}
	s.bins = append(s.bins, bin{at, count})
}

func (r *reader) byte() byte {
	if len(r.raw) == 0 {
		r.bad = true
		return 0
	}
	b := r.raw[0]
	r.raw = r.raw[1:]
	return b
}

// number reads a finite number.
func (r *reader) number() float64 {
	u, n := binary.Uvarint(r.raw)
	if n <= 0 {
		r.bad, r.raw = true, nil
		return 0
	}
	r.raw = r.raw[n:]
	x := math.Float64frombits(bits.ReverseBytes64(u))
	if math.IsNaN(x) || math.IsInf(x, 0) {
		r.bad = true
	}
	return x
}

// count reads a number above 0.
func (r *reader) count() float64 {
	x := r.number()
	if x <= 0 {
		r.bad = true
	}
	return x
}

func (r *reader) length(most int) int {
	n, size := binary.Uvarint(r.raw)
	if size <= 0 || n > uint64(most) {
		r.bad = true
		return 0
	}
	r.raw = r.raw[size:]
	return int(n)
}
