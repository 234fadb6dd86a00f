package functions

import (
	"math"
	"slices"
	"strconv"

	"github.com/zeebo/xxh3"

	"unyo/engine/sql/fault"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// listed is a state that keeps values.
type listed struct{ v *vector.Vector }

func sizeListed(s *listed) int {
	if s.v == nil {
		return 0
	}
	return int(s.v.Size())
}

func (s *listed) add(t *types.Type, v *vector.Vector, i int) {
	if s.v == nil {
		s.v = t.New()
	}
	s.v.Append(v, i)
}

func (s *listed) merge(t *types.Type, o *listed) {
	if o.v != nil {
		for i := range o.v.Len {
			s.add(t, o.v, i)
		}
	}
}

// tally counts something for each state.
type tally struct {
	n, m int64
	seen bool
}

func init() {
	p := page("aggregate")
	folding(p, "array_agg(T) array(T)", func(s *listed, r *Row) {
		v, i := r.At(0)
		s.add(r.Types[0], v, i)
	}, func(s, o *listed, r *Row) { s.merge(r.Types[0], o) }, func(s *listed, r *Row) {
		if s.v != nil {
			for i := range s.v.Len {
				r.Out.Elems[0].Append(s.v, i)
			}
			r.Out.EndSpan()
		}
	}, sizeListed, nullsCount)
	for name, all := range map[string]bool{"bool_and": true, "every": true, "bool_or": false} {
		folding(p, name+"(boolean) boolean", func(s *tally, r *Row) {
			if !s.seen {
				s.seen, s.n = true, b2i(all)
			}
			if r.Bool(0) != all {
				s.n = b2i(!all)
			}
		}, func(s, o *tally, _ *Row) {
			if o.seen && (!s.seen || (o.n == 1) != all) {
				*s = *o
			}
		}, func(s *tally, r *Row) {
			if s.seen {
				r.PutBool(s.n == 1)
			}
		}, nil)
	}
	folding(p, "count_if(boolean) bigint", func(s *tally, r *Row) { s.n += b2i(r.Bool(0)) }, func(s, o *tally, _ *Row) { s.n += o.n },
		func(s *tally, r *Row) { r.PutInt(s.n) }, nil)
	for name, f := range map[string]func(a, b int64) int64{"bitwise_and_agg": func(a, b int64) int64 { return a & b }, "bitwise_or_agg": func(a, b int64) int64 { return a | b },
		"bitwise_xor_agg": func(a, b int64) int64 { return a ^ b }} {
		join := func(s *tally, n int64) {
			if s.seen {
				n = f(s.n, n)
			}
			s.n, s.seen = n, true
		}
		folding(p, name+"(bigint) bigint", func(s *tally, r *Row) { join(s, r.Int(0)) }, func(s, o *tally, _ *Row) {
			if o.seen {
				join(s, o.n)
			}
		}, func(s *tally, r *Row) {
			if s.seen {
				r.PutInt(s.n)
			}
		}, nil)
	}
	folding(p, "checksum(T) varbinary", func(s *tally, r *Row) {
		v, i := r.At(0)
		s.seen = true
		s.n += int64(xxh3.Hash(types.AppendKey(nil, r.Types[0], v, i)))
	}, func(s, o *tally, _ *Row) { s.n, s.seen = s.n+o.n, s.seen || o.seen }, func(s *tally, r *Row) {
		if s.seen {
			b := make([]byte, 8)
			for i := range b {
				b[i] = byte(s.n >> (8 * i))
			}
			r.PutBytes(b)
		}
	}, nil, nullsCount)
	folding(p, "geometric_mean(double) double", func(s *moments, r *Row) { s.add(math.Log(r.Float(0))) }, mergeMoments, func(s *moments, r *Row) {
		if s.n > 0 {
			r.PutFloat(math.Exp(s.mean))
		}
	}, nil)
	listagg(p)
	someOf(p)
}

func listagg(p page) {
	type state struct {
		text []byte
		seen bool
	}
	for _, text := range []string{"listagg(varchar) varchar", "listagg(varchar,varchar) varchar"} {
		folding(p, text, func(s *state, r *Row) {
			if s.seen && r.Len() > 1 {
				s.text = append(s.text, r.Bytes(1)...)
			}
			s.text, s.seen = append(s.text, r.Bytes(0)...), true
			if len(s.text) > maxText {
				r.Fail(fault.New("EXCEEDED_FUNCTION_MEMORY_LIMIT", "Concatenated string has the length in bytes larger than the maximum output length %d", maxText))
			}
		}, func(s, o *state, r *Row) { r.Fail(errInternal) }, func(s *state, r *Row) {
			if s.seen {
				r.PutBytes(s.text)
			}
		}, func(s *state) int { return cap(s.text) })
	}
	listaggTruncate(p)
}

// listaggTruncate is listagg ON OVERFLOW TRUNCATE: of its separator, what stands for the values that are left out, and whether they are counted.
func listaggTruncate(p page) {
	type state struct {
		text      []byte
		seen      bool
		cut       int64 // values left out
		end, sep  string
		withCount bool
	}
	folding(p, "$listagg(varchar,varchar,varchar,boolean) varchar", func(s *state, r *Row) {
		value, sep := r.Bytes(0), r.Bytes(1)
		n := len(s.text) + len(value)
		if s.seen {
			n += len(sep)
		}
		if s.cut > 0 || n > maxText {
			if s.cut == 0 {
				s.sep, s.end, s.withCount = string(sep), r.Text(2), r.Bool(3)
			}
			s.cut++
			return
		}
		if s.seen {
			s.text = append(s.text, sep...)
		}
		s.text, s.seen = append(s.text, value...), true
	}, func(s, o *state, r *Row) { r.Fail(errInternal) }, func(s *state, r *Row) {
		if !s.seen && s.cut == 0 {
			return
		}
		out := slices.Clone(s.text)
		if s.cut > 0 {
			if s.seen {
				out = append(out, s.sep...)
			}
			if out = append(out, s.end...); s.withCount {
				out = append(strconv.AppendInt(append(out, '('), s.cut, 10), ')')
			}
		}
		r.PutBytes(out)
	}, func(s *state) int { return cap(s.text) })
}

// someOf are the aggregates that keep the n first of an order.
func someOf(p page) {
	type state struct{ value, by listed }
	for name, sign := range map[string]int{"min": -1, "max": 1} {
		// trim keeps the n best; of equal ones those that came first.
		trim := func(s *state, by, value *types.Type, n int) {
			order := make([]uint32, s.by.v.Len)
			for i := range order {
				order[i] = uint32(i)
			}
			slices.SortStableFunc(order, func(i, j uint32) int { return -sign * types.Compare(by, s.by.v, int(i), s.by.v, int(j)) })
			order = order[:min(n, len(order))]
			s.by.v = s.by.v.Pick(order)
			if s.value.v != nil {
				s.value.v = s.value.v.Pick(order)
			}
		}
		limit := func(r *Row, at int) int {
			n := r.Int(at)
			if n < 1 || n > maxElems {
				r.Invalid("third argument of %s_by or second of %s must be a positive integer not above %d: %d", name, name, maxElems, n)
				return 1
			}
			return int(n)
		}
		type counted struct {
			state
			n int
		}
		size := func(s *counted) int { return sizeListed(&s.value) + sizeListed(&s.by) }
		folding(p, name+"(T,bigint) array(T)", func(s *counted, r *Row) {
			v, i := r.At(0)
			s.n = limit(r, 1)
			if s.by.add(r.Types[0], v, i); s.by.v.Len > 2*s.n+64 {
				trim(&s.state, r.Types[0], nil, s.n)
			}
		}, func(s, o *counted, r *Row) {
			s.n = max(s.n, o.n)
			s.by.merge(r.Types[0], &o.by)
		}, func(s *counted, r *Row) {
			if s.by.v == nil {
				return
			}
			trim(&s.state, r.Types[0], nil, s.n)
			for i := range s.by.v.Len {
				r.Out.Elems[0].Append(s.by.v, i)
			}
			r.Out.EndSpan()
		}, size)
		folding(p, name+"_by(T,U,bigint) array(T)", func(s *counted, r *Row) {
			if r.Null(1) || r.Null(2) {
				return
			}
			s.n = limit(r, 2)
			x, i := r.At(0)
			s.value.add(r.Types[0], x, i)
			y, j := r.At(1)
			if s.by.add(r.Types[1], y, j); s.by.v.Len > 2*s.n+64 {
				trim(&s.state, r.Types[1], r.Types[0], s.n)
			}
		}, func(s, o *counted, r *Row) {
			s.n = max(s.n, o.n)
			s.value.merge(r.Types[0], &o.value)
			s.by.merge(r.Types[1], &o.by)
		}, func(s *counted, r *Row) {
			if s.by.v == nil {
				return
			}
			trim(&s.state, r.Types[1], r.Types[0], s.n)
			for i := range s.value.v.Len {
				r.Out.Elems[0].Append(s.value.v, i)
			}
			r.Out.EndSpan()
		}, size, nullsCount)
	}
}
