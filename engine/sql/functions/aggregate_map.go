package functions

import (
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// keyed is a map that is being made: its keys, and something by the number of each.
type keyed struct {
	at     map[string]int
	keys   *vector.Vector
	values *vector.Vector // of map_agg and map_union; of multimap_agg in the order they came, with
	owner  []int          // whose they are
	counts []int64        // of histogram
	held   int            // by at
}

func sizeKeyed(s *keyed) int {
	n := s.held + 8*cap(s.owner) + 8*cap(s.counts)
	for _, v := range []*vector.Vector{s.keys, s.values} {
		if v != nil {
			n += int(v.Size())
		}
	}
	return n
}

// key is the number of a key; new when it has not been there.
func (s *keyed) key(t *types.Type, v *vector.Vector, i int) (at int, new bool) {
	if s.at == nil {
		s.at, s.keys = map[string]int{}, t.New()
	}
	k := string(types.AppendKey(nil, t, v, i))
	at, ok := s.at[k]
	if !ok {
		at = s.keys.Len
		s.at[k] = at
		s.keys.Append(v, i)
		s.held += len(k) + 64
	}
	return at, !ok
}

func (s *keyed) value(t *types.Type, v *vector.Vector, i int) {
	if s.values == nil {
		s.values = t.New()
	}
	s.values.Append(v, i)
}

// putMap answers the keys, each with its value.
func putMap(s *keyed, r *Row) {
	if s.at == nil {
		return
	}
	for i := range s.keys.Len {
		r.Out.Elems[0].Append(s.keys, i)
		r.Out.Elems[1].Append(s.values, i)
	}
	r.Out.EndSpan()
}

func init() {
	p := page("aggregate")
	mergeFirst := func(s, o *keyed, r *Row) { // of a key that comes twice the first value stays
		if o.at == nil {
			return
		}
		k, v := r.Result.Key(), r.Result.Value()
		for i := range o.keys.Len {
			if _, new := s.key(k, o.keys, i); new {
				s.value(v, o.values, i)
			}
		}
	}
	folding(p, "map_agg(K,V) map(K,V)", func(s *keyed, r *Row) {
		if r.Null(0) {
			return
		}
		v, i := r.At(0)
		if _, new := s.key(r.Types[0], v, i); new {
			v, i := r.At(1)
			s.value(r.Types[1], v, i)
		}
	}, mergeFirst, putMap, sizeKeyed, nullsCount)
	folding(p, "map_union(map(K,V)) map(K,V)", func(s *keyed, r *Row) {
		v, from, to := r.Span(0)
		if s.at == nil {
			s.at, s.keys, s.values = map[string]int{}, r.Types[0].Key().New(), r.Types[0].Value().New()
		}
		for ; from < to; from++ {
			if _, new := s.key(r.Types[0].Key(), v.Elems[0], from); new {
				s.value(r.Types[0].Value(), v.Elems[1], from)
			}
		}
	}, mergeFirst, putMap, sizeKeyed)
	folding(p, "multimap_agg(K,V) map(K,array(V))", func(s *keyed, r *Row) {
		if r.Null(0) {
			return
		}
		v, i := r.At(0)
		at, _ := s.key(r.Types[0], v, i)
		v, i = r.At(1)
		s.value(r.Types[1], v, i)
		s.owner = append(s.owner, at)
	}, func(s, o *keyed, r *Row) {
		for i, own := range o.owner {
			at, _ := s.key(r.Types[0], o.keys, own)
			s.value(r.Types[1], o.values, i)
			s.owner = append(s.owner, at)
		}
	}, func(s *keyed, r *Row) {
		if s.at == nil {
			return
		}
		list := make([][]int, s.keys.Len)
		for i, own := range s.owner {
			list[own] = append(list[own], i)
		}
		for i := range s.keys.Len {
			r.Out.Elems[0].Append(s.keys, i)
			for _, j := range list[i] {
				r.Out.Elems[1].Elems[0].Append(s.values, j)
			}
			r.Out.Elems[1].EndSpan()
		}
		r.Out.EndSpan()
	}, sizeKeyed, nullsCount)
	count := func(s *keyed, t *types.Type, v *vector.Vector, i int, n int64) {
		at, new := s.key(t, v, i)
		if new {
			s.counts = append(s.counts, 0)
		}
		s.counts[at] += n
	}
	folding(p, "histogram(T) map(T,bigint)", func(s *keyed, r *Row) {
		v, i := r.At(0)
		count(s, r.Types[0], v, i, 1)
	}, func(s, o *keyed, r *Row) {
		for i, n := range o.counts {
			count(s, r.Types[0], o.keys, i, n)
		}
	}, func(s *keyed, r *Row) {
		if s.at == nil {
			return
		}
		for i, n := range s.counts {
			r.Out.Elems[0].Append(s.keys, i)
			r.Out.Elems[1].AppendInt(n)
		}
		r.Out.EndSpan()
	}, sizeKeyed)
}
