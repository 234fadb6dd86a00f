package functions

import (
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// https://trino.io/docs/current/functions/map.html
func init() {
	p := page("map")
	p.rows("cardinality(map(K,V)) bigint", putCardinality)
	p.rows("element_at(map(K,V),K) V", func(r *Row) {
		if v, at := lookup(r); at >= 0 {
			r.Put(v.Elems[1], at)
		}
	})
	p.rows("$subscript(map(K,V),K) V", func(r *Row) {
		v, at := lookup(r)
		if at < 0 {
			k, i := r.At(1)
			r.Invalid("Key not present in map: %s", types.Format(r.Types[1], k, i))
			return
		}
		r.Put(v.Elems[1], at)
	})
	p.rows("map() map(unknown,unknown)", func(r *Row) { r.Out.EndSpan() })
	p.rows("map(array(K),array(V)) map(K,V)", mapOf)
	p.rows("map_from_entries(array(row(K,V))) map(K,V)", func(r *Row) { entries(r, false) })
	p.rows("multimap_from_entries(array(row(K,V))) map(K,array(V))", func(r *Row) { entries(r, true) })
	p.rows("map_entries(map(K,V)) array(row(K,V))", func(r *Row) {
		v, from, to := r.Span(0)
		row := r.Out.Elems[0]
		for ; from < to; from++ {
			row.Elems[0].Append(v.Elems[0], from)
			row.Elems[1].Append(v.Elems[1], from)
			row.Len++
		}
		r.Out.EndSpan()
	})
	p.rows("map_concat(map(K,V),map(K,V)...) map(K,V)", mapConcat)
	p.rows("map_keys(map(K,V)) array(K)", func(r *Row) { side(r, 0) })
	p.rows("map_values(map(K,V)) array(V)", func(r *Row) { side(r, 1) })
}

// lookup is where in the map that is argument 0 the key that is argument 1 stands.
func lookup(r *Row) (*vector.Vector, int) {
	v, i := r.At(0)
	k, j := r.At(1)
	return v, types.Find(r.Types[0].Key(), v, i, k, j)
}

func side(r *Row, n int) {
	v, from, to := r.Span(0)
	for ; from < to; from++ {
		r.Out.Elems[0].Append(v.Elems[n], from)
	}
	r.Out.EndSpan()
}

// fresh tells whether a key has not been in a map that is being made.
func fresh(seen map[string]int, t *types.Type, v *vector.Vector, i int) bool {
	k := string(types.AppendKey(nil, t, v, i))
	_, twice := seen[k]
	if !twice {
		seen[k] = len(seen)
	}
	return !twice
}

func mapOf(r *Row) {
	k, i, ie := r.Span(0)
	v, j, je := r.Span(1)
	if ie-i != je-j {
		r.Invalid("Key and value arrays must be the same length")
		return
	}
	seen := map[string]int{}
	for ; i < ie; i, j = i+1, j+1 {
		if !mapKey(r, seen, k.Elems[0], i) {
			return
		}
		r.Out.Elems[0].Append(k.Elems[0], i)
		r.Out.Elems[1].Append(v.Elems[0], j)
	}
	r.Out.EndSpan()
}

// mapKey refuses keys that are null or come twice.
func mapKey(r *Row, seen map[string]int, v *vector.Vector, i int) bool {
	t := r.Result.Key()
	if v.IsNull(i) {
		r.Invalid("map key cannot be null")
		return false
	}
	if !fresh(seen, t, v, i) {
		r.Invalid("Duplicate map keys (%s) are not allowed", types.Format(t, v, i))
		return false
	}
	return true
}

func entries(r *Row, multi bool) {
	v, from, to := r.Span(0)
	seen := map[string]int{}
	var keys []int
	var values [][]int
	for ; from < to; from++ {
		row, i := v.Elems[0].At(from)
		if row.IsNull(i) {
			r.Invalid("map entry cannot be null")
			return
		}
		if !multi {
			if !mapKey(r, seen, row.Elems[0], i) {
				return
			}
			r.Out.Elems[0].Append(row.Elems[0], i)
			r.Out.Elems[1].Append(row.Elems[1], i)
			continue
		}
		if row.Elems[0].IsNull(i) {
			r.Invalid("map key cannot be null")
			return
		}
		if fresh(seen, r.Result.Key(), row.Elems[0], i) {
			keys, values = append(keys, from), append(values, nil)
		}
		at := seen[string(types.AppendKey(nil, r.Result.Key(), row.Elems[0], i))]
		values[at] = append(values[at], from)
	}
	for n, k := range keys {
		row, i := v.Elems[0].At(k)
		r.Out.Elems[0].Append(row.Elems[0], i)
		for _, at := range values[n] {
			row, i := v.Elems[0].At(at)
			r.Out.Elems[1].Elems[0].Append(row.Elems[1], i)
		}
		r.Out.Elems[1].EndSpan()
	}
	r.Out.EndSpan()
}

// mapConcat takes of a key that several maps have the last one's value.
func mapConcat(r *Row) {
	t := r.Result.Key()
	last := map[string][2]int{}
	var order []string
	for a := range r.Len() {
		v, from, to := r.Span(a)
		for ; from < to; from++ {
			k := string(types.AppendKey(nil, t, v.Elems[0], from))
			if _, twice := last[k]; !twice {
				order = append(order, k)
			}
			last[k] = [2]int{a, from}
		}
	}
	for _, k := range order {
		v, _, _ := r.Span(last[k][0])
		r.Out.Elems[0].Append(v.Elems[0], last[k][1])
		r.Out.Elems[1].Append(v.Elems[1], last[k][1])
	}
	r.Out.EndSpan()
}
