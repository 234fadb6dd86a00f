package functions

import (
	"unyo/engine/sql/types"
)

func ngrams(r *Row) {
	v, from, to := r.Span(0)
	n := r.Int(1)
	if n < 1 {
		r.Invalid("N must be positive")
		return
	}
	inner := r.Out.Elems[0]
	n = min(n, int64(to-from))
	for i := from; i+int(n) <= to && (n > 0 || i == from); i++ {
		for k := i; k < i+int(n); k++ {
			inner.Elems[0].Append(v.Elems[0], k)
			if full(r.Out.Elems) {
				r.Fail(errTooLarge())
				return
			}
		}
		inner.EndSpan()
	}
	r.Out.EndSpan()
}

func combinations(r *Row) {
	v, from, to := r.Span(0)
	n := int(r.Int(1))
	if n < 0 || n > 5 {
		r.Invalid("combination size must not exceed 5: %d", n)
		return
	}
	inner, total := r.Out.Elems[0], 0
	chosen := make([]int, 0, n)
	var choose func(start int) bool
	choose = func(start int) bool {
		if len(chosen) == n {
			if total++; total > 100_000 {
				return false
			}
			for _, k := range chosen {
				inner.Elems[0].Append(v.Elems[0], k)
			}
			inner.EndSpan()
			if full(r.Out.Elems) {
				r.Fail(errTooLarge())
				return false
			}
			return true
		}
		for i := start; i < to; i++ {
			chosen = append(chosen, i)
			if !choose(i + 1) {
				return false
			}
			chosen = chosen[:len(chosen)-1]
		}
		return true
	}
	if !choose(from) {
		if r.err == nil {
			r.Invalid("combinations exceed max size")
		}
		return
	}
	r.Out.EndSpan()
}

func arraySlice(r *Row) {
	v, from, to := r.Span(0)
	start, n := r.Int(1), r.Int(2)
	switch {
	case start == 0:
		r.Invalid("SQL array indices start at 1")
		return
	case n < 0:
		r.Invalid("length must be greater than or equal to 0")
		return
	case start < 0:
		start += int64(to-from) + 1
	}
	if start >= 1 && start <= int64(to-from) {
		for i := start - 1; i < min(int64(to-from), start-1+min(n, int64(to-from))); i++ {
			r.Out.Elems[0].Append(v.Elems[0], from+int(i))
		}
	}
	r.Out.EndSpan()
}

func zip(r *Row) {
	most := 0
	for i := range r.Len() {
		_, from, to := r.Span(i)
		most = max(most, to-from)
	}
	row := r.Out.Elems[0]
	for k := range most {
		for i := range r.Len() {
			if v, from, to := r.Span(i); from+k < to {
				row.Elems[i].Append(v.Elems[0], from+k)
			} else {
				row.Elems[i].AppendNull()
			}
		}
		row.Len++
	}
	r.Out.EndSpan()
}

func sequences(p page) {
	put := func(r *Row, start, stop, step int64, at func(i int64) int64) {
		if step == 0 {
			r.Invalid("step must not be zero")
			return
		}
		if (stop-start)/step < 0 || (step > 0) != (stop >= start) && start != stop {
			r.Invalid("sequence stop value should be greater than or equal to start value if step is greater than zero otherwise stop should be less than or equal to start")
			return
		}
		n := (stop-start)/step + 1
		if n > maxElems {
			r.Invalid("result of sequence function must not have more than %d entries", maxElems)
			return
		}
		for i := range n {
			r.Out.Elems[0].AppendInt(at(start + i*step))
		}
		r.Out.EndSpan()
	}
	same := func(n int64) int64 { return n }
	step := func(r *Row) int64 {
		if r.Int(1) < r.Int(0) {
			return -1
		}
		return 1
	}
	p.rows("sequence(bigint,bigint) array(bigint)", func(r *Row) { put(r, r.Int(0), r.Int(1), step(r), same) })
	p.rows("sequence(bigint,bigint,bigint) array(bigint)", func(r *Row) { put(r, r.Int(0), r.Int(1), r.Int(2), same) })
	p.rows("sequence(date,date) array(date)", func(r *Row) { put(r, r.Int(0), r.Int(1), step(r), same) })
	p.rows("sequence(date,date,interval) array(date)", func(r *Row) {
		if r.Int(2)%dayMicros != 0 {
			r.Invalid("sequence step must be a day interval if start and end values are dates")
			return
		}
		put(r, r.Int(0), r.Int(1), r.Int(2)/dayMicros, same)
	})
	p.rows("sequence(timestamp,timestamp,interval) array(timestamp)", func(r *Row) { put(r, r.Int(0), r.Int(1), r.Int(2), same) })
	for _, t := range []string{"date", "timestamp"} {
		p.rows("sequence("+t+","+t+",months) array("+t+")", func(r *Row) {
			months := monthsBetween(local(r, 0), local(r, 1))
			if local(r, 1) < local(r, 0) {
				months = min(months, 0)
			}
			d, rest := floorDiv(local(r, 0), dayMicros)
			put(r, 0, months, r.Int(2), func(n int64) int64 {
				if t == "date" {
					return addMonths(d, n)
				}
				return addMonths(d, n)*dayMicros + rest
			})
		})
	}
}

func appendElement(r *Row, array, element int) {
	if r.Null(array) {
		return
	}
	v, from, to := r.Span(array)
	add := func() {
		x, i := r.At(element)
		r.Out.Elems[0].Append(x, i)
	}
	if element < array {
		add()
	}
	for ; from < to; from++ {
		r.Out.Elems[0].Append(v.Elems[0], from)
	}
	if element > array {
		add()
	}
	r.Out.EndSpan()
}

func containsSequence(r *Row) {
	t := r.Types[0].Elem()
	a, i, ie := r.Span(0)
	b, j, je := r.Span(1)
	for ; i+je-j <= ie; i++ {
		n := 0
		for n < je-j && string(types.AppendKey(nil, t, a.Elems[0], i+n)) == string(types.AppendKey(nil, t, b.Elems[0], j+n)) {
			n++
		}
		if n == je-j {
			r.PutBool(true)
			return
		}
	}
	r.PutBool(false)
}

func arrayJoin(r *Row) {
	t := r.Types[0].Elem()
	if len(t.Fields) > 0 {
		r.Invalid("Input type %s not supported", t)
		return
	}
	v, from, to := r.Span(0)
	first := true
	for ; from < to; from++ {
		null := v.Elems[0].IsNull(from)
		if null && r.Len() == 2 {
			continue
		}
		if !first {
			r.Out.Data = append(r.Out.Data, r.Bytes(1)...)
		}
		first = false
		if null {
			r.Out.Data = append(r.Out.Data, r.Bytes(2)...)
		} else {
			r.Out.Data = types.AppendFormat(r.Out.Data, t, v.Elems[0], from)
		}
		if len(r.Out.Data) > maxOut { // the elements may share one text, so their own size bounds nothing
			r.Fail(errTooLarge())
			return
		}
	}
	r.PutText("")
}

// arrayHistogram counts each element of an array; nulls are none.
func arrayHistogram(r *Row) {
	v, from, to := r.Span(0)
	t, at := r.Result.Key(), map[string]int{}
	keys, counts := r.Out.Elems[0], []int64{}
	for ; from < to; from++ {
		if v.Elems[0].IsNull(from) {
			continue
		}
		k := string(types.AppendKey(nil, t, v.Elems[0], from))
		i, ok := at[k]
		if !ok {
			i = len(counts)
			at[k], counts = i, append(counts, 0)
			keys.Append(v.Elems[0], from)
		}
		counts[i]++
	}
	for _, n := range counts {
		r.Out.Elems[1].AppendInt(n)
	}
	r.Out.EndSpan()
}
