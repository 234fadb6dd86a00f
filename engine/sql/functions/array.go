package functions

import (
	"slices"

	"unyo/engine/sql/fault"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// maxElems bounds the arrays that functions make of nothing; Trino's sequence has the same bound.
const maxElems = 10_000

// https://trino.io/docs/current/functions/array.html
func init() {
	p := page("array")
	p.rows("cardinality(array(T)) bigint", func(r *Row) { putCardinality(r) })
	p.rows("contains(array(T),T) boolean", contains)
	p.rows("array_position(array(T),T) bigint", func(r *Row) {
		r.PutInt(int64(find(r, 1) + 1))
	})
	p.rows("array_position(array(T),T,bigint) bigint", arrayPosition)
	p.rows("array_distinct(array(T)) array(T)", func(r *Row) { setOf(r, func(seen [3]bool) bool { return true }) })
	p.rows("array_union(array(T),array(T)) array(T)", func(r *Row) { setOf(r, func([3]bool) bool { return true }) })
	p.rows("array_intersect(array(T),array(T)) array(T)", func(r *Row) { setOf(r, func(in [3]bool) bool { return in[0] && in[1] }) })
	p.rows("array_except(array(T),array(T)) array(T)", func(r *Row) { setOf(r, func(in [3]bool) bool { return in[0] && !in[1] }) })
	p.rows("arrays_overlap(array(T),array(T)) boolean", arraysOverlap)
	p.rows("array_remove(array(T),T) array(T)", func(r *Row) {
		t := r.Types[0].Elem()
		v, from, to := r.Span(0)
		x, j := r.At(1)
		keep(r, func(i int) bool { return v.Elems[0].IsNull(i) || types.Compare(t, v.Elems[0], i, x, j) != 0 }, v, from, to)
	})
	p.rows("array_max(array(T)) T", func(r *Row) { arrayExtreme(r, 1) })
	p.rows("array_min(array(T)) T", func(r *Row) { arrayExtreme(r, -1) })
	p.rows("array_sort(array(T)) array(T)", arraySort)
	p.rows("array_join(array(T),varchar) varchar", arrayJoin)
	p.rows("array_join(array(T),varchar,varchar) varchar", arrayJoin)
	p.rows("array_first(array(T)) T", func(r *Row) { elementAt(r, 1) })
	p.rows("array_last(array(T)) T", func(r *Row) { elementAt(r, -1) })
	p.rows("array_histogram(array(T)) map(T,bigint)", arrayHistogram)
	p.rows("concat(array(T),array(T),array(T)...) array(T)", func(r *Row) {
		for i := range r.Len() {
			v, from, to := r.Span(i)
			for ; from < to; from++ {
				r.Out.Elems[0].Append(v.Elems[0], from)
			}
		}
		r.Out.EndSpan()
	})
	p.rows("concat(array(T),T) array(T)", func(r *Row) { appendElement(r, 0, 1) }, withNulls)
	p.rows("concat(T,array(T)) array(T)", func(r *Row) { appendElement(r, 1, 0) }, withNulls)
	p.rows("contains_sequence(array(T),array(T)) boolean", containsSequence)
	p.rows("element_at(array(T),bigint) T", func(r *Row) {
		if r.Int(1) == 0 {
			r.Invalid("SQL array indices start at 1")
			return
		}
		elementAt(r, r.Int(1))
	})
	p.rows("$subscript(array(T),bigint) T", subscript)
	p.rows("flatten(array(array(T))) array(T)", func(r *Row) {
		v, from, to := r.Span(0)
		for ; from < to; from++ {
			e, j := v.Elems[0].At(from)
			if e.IsNull(j) {
				continue
			}
			for a, b := e.Span(j); a < b; a++ {
				r.Out.Elems[0].Append(e.Elems[0], a)
			}
		}
		r.Out.EndSpan()
	})
	p.rows("ngrams(array(T),bigint) array(array(T))", ngrams)
	p.rows("combinations(array(T),bigint) array(array(T))", combinations)
	p.rows("repeat(T,bigint) array(T)", func(r *Row) {
		if r.Null(1) {
			return
		}
		if n := r.Int(1); n < 0 || n > maxElems {
			r.Invalid("count argument of repeat function must be between 0 and %d", maxElems)
			return
		}
		for range r.Int(1) {
			v, i := r.At(0)
			r.Out.Elems[0].Append(v, i)
			if full(r.Out.Elems) {
				r.Fail(errTooLarge())
				return
			}
		}
		r.Out.EndSpan()
	}, withNulls)
	p.rows("reverse(array(T)) array(T)", func(r *Row) {
		v, from, to := r.Span(0)
		for to--; to >= from; to-- {
			r.Out.Elems[0].Append(v.Elems[0], to)
		}
		r.Out.EndSpan()
	})
	sequences(p)
	p.rows("shuffle(array(T)) array(T)", func(r *Row) {
		v, from, to := r.Span(0)
		for _, i := range r.Chance.Perm(to - from) {
			r.Out.Elems[0].Append(v.Elems[0], from+i)
		}
		r.Out.EndSpan()
	}, withChance)
	p.rows("slice(array(T),bigint,bigint) array(T)", arraySlice)
	p.rows("trim_array(array(T),bigint) array(T)", func(r *Row) {
		v, from, to := r.Span(0)
		if n := r.Int(1); n < 0 || n > int64(to-from) {
			r.Invalid("size must be between 0 and the array's cardinality: %d", n)
			return
		}
		for to -= int(r.Int(1)); from < to; from++ {
			r.Out.Elems[0].Append(v.Elems[0], from)
		}
		r.Out.EndSpan()
	})
	for n, text := range []string{"", "", "zip(array(A),array(B)) array(row(A,B))", "zip(array(A),array(B),array(C)) array(row(A,B,C))", "zip(array(A),array(B),array(C),array(D)) array(row(A,B,C,D))"} {
		if n > 1 {
			p.rows(text, zip)
		}
	}
}

func putCardinality(r *Row) {
	_, from, to := r.Span(0)
	r.PutInt(int64(to - from))
}

// find is the place in the array that is argument 0 of argument i; -1 when it is not there.
func find(r *Row, i int) int {
	t := r.Types[0].Elem()
	v, from, to := r.Span(0)
	x, j := r.At(i)
	for k := from; k < to; k++ {
		if !v.Elems[0].IsNull(k) && types.Compare(t, v.Elems[0], k, x, j) == 0 {
			return k - from
		}
	}
	return -1
}

// contains is null when the value is not found and a null is.
func contains(r *Row) {
	if find(r, 1) >= 0 {
		r.PutBool(true)
		return
	}
	v, from, to := r.Span(0)
	for ; from < to; from++ {
		if v.Elems[0].IsNull(from) {
			return
		}
	}
	r.PutBool(false)
}

func arrayPosition(r *Row) {
	t, n := r.Types[0].Elem(), r.Int(2)
	v, from, to := r.Span(0)
	x, j := r.At(1)
	if n == 0 {
		r.Invalid("array_position cannot take a 0-valued instance argument.")
		return
	}
	k, step := from, 1
	if n < 0 {
		k, step, n = to-1, -1, -n
	}
	for ; k >= from && k < to; k += step {
		if !v.Elems[0].IsNull(k) && types.Compare(t, v.Elems[0], k, x, j) == 0 {
			if n--; n == 0 {
				r.PutInt(int64(k - from + 1))
				return
			}
		}
	}
	r.PutInt(0)
}

// setOf answers the different elements of all arrays, in their order, that want takes; it is told in which arrays they are.
func setOf(r *Row, want func(in [3]bool) bool) {
	t := r.Types[0].Elem()
	seen := map[string]*[3]bool{}
	each := func(f func(arg int, v *vector.Vector, i int, key string)) {
		for a := range r.Len() {
			v, from, to := r.Span(a)
			for ; from < to; from++ {
				f(a, v.Elems[0], from, string(types.AppendKey(nil, t, v.Elems[0], from)))
			}
		}
	}
	each(func(arg int, _ *vector.Vector, _ int, key string) {
		if seen[key] == nil {
			seen[key] = &[3]bool{}
		}
		seen[key][arg] = true
	})
	each(func(_ int, v *vector.Vector, i int, key string) {
		if s := seen[key]; !s[2] {
			if s[2] = true; want(*s) {
				r.Out.Elems[0].Append(v, i)
			}
		}
	})
	r.Out.EndSpan()
}

func arraysOverlap(r *Row) {
	t := r.Types[0].Elem()
	a, i, ie := r.Span(0)
	b, j, je := r.Span(1)
	have, null := map[string]bool{}, false
	for ; i < ie; i++ {
		null = null || a.Elems[0].IsNull(i)
		have[string(types.AppendKey(nil, t, a.Elems[0], i))] = true
	}
	for k := j; k < je; k++ {
		if b.Elems[0].IsNull(k) {
			null = true
		} else if have[string(types.AppendKey(nil, t, b.Elems[0], k))] {
			r.PutBool(true)
			return
		}
	}
	if !null || len(have) == 0 || j == je {
		r.PutBool(false)
	}
}

// keep answers the elements for which want is true.
func keep(r *Row, want func(i int) bool, v *vector.Vector, from, to int) {
	for ; from < to; from++ {
		if want(from) {
			r.Out.Elems[0].Append(v.Elems[0], from)
		}
	}
	r.Out.EndSpan()
}

// arrayExtreme is null when any element is.
func arrayExtreme(r *Row, sign int) {
	t := r.Types[0].Elem()
	v, from, to := r.Span(0)
	best := -1
	for ; from < to; from++ {
		if v.Elems[0].IsNull(from) {
			return
		}
		if best < 0 || types.Compare(t, v.Elems[0], from, v.Elems[0], best)*sign > 0 {
			best = from
		}
	}
	if best >= 0 {
		r.Put(v.Elems[0], best)
	}
}

func arraySort(r *Row) {
	t := r.Types[0].Elem()
	if !t.Orderable() {
		r.Fail(fault.New(fault.TypeMismatch, "array elements are not orderable: %s", t))
		return
	}
	v, from, to := r.Span(0)
	order := make([]int, 0, to-from)
	for ; from < to; from++ {
		order = append(order, from)
	}
	slices.SortStableFunc(order, func(i, j int) int {
		x, y := v.Elems[0].IsNull(i), v.Elems[0].IsNull(j)
		if x || y { // nulls last
			return int(b2i(x) - b2i(y))
		}
		return types.Compare(t, v.Elems[0], i, v.Elems[0], j)
	})
	for _, i := range order {
		r.Out.Elems[0].Append(v.Elems[0], i)
	}
	r.Out.EndSpan()
}

func b2i(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// elementAt answers element n from the beginning, or from the end when negative; null when there is none.
func elementAt(r *Row, n int64) {
	v, from, to := r.Span(0)
	if n < 0 {
		n += int64(to-from) + 1
	}
	if n >= 1 && n <= int64(to-from) {
		r.Put(v.Elems[0], from+int(n)-1)
	}
}

func subscript(r *Row) {
	v, from, to := r.Span(0)
	switch n := r.Int(1); {
	case n == 0:
		r.Invalid("SQL array indices start at 1")
	case n < 0:
		r.Invalid("Array subscript is negative: %d", n)
	case n > int64(to-from):
		r.Invalid("Array subscript must be less than or equal to array length: %d > %d", n, to-from)
	default:
		r.Put(v.Elems[0], from+int(n)-1)
	}
}
