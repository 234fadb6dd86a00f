package exec

import (
	"bytes"
	"container/heap"
	"slices"

	"unyo/engine/sql/plan"
	"unyo/engine/vector"
)

// narrow tells who reads the rows that those behind row worst of those kept are of no use any more.
func (o *sortRun) narrow(worst int) {
	if o.live == nil || worst < 0 {
		return
	}
	k := o.node.Keys[0]
	v := o.buf.rows.Columns[k.Column]
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.bound != nil && compareKey(o.cols[k.Column].T, k, v, worst, o.bound, 0) >= 0 {
		return // another worker is further
	}
	o.bound = v.Pick([]uint32{uint32(worst)})
	d := &vector.Domain{Null: k.NullsFirst}
	s, ok := v.Scalar(worst)
	alone := len(o.node.Keys) == 1 && len(o.runs) == 1 // then the like of the last comes too late; of another worker's rows it may come before
	switch {
	case v.IsNull(worst):
		if !k.NullsFirst {
			return
		}
	case !ok || s.Float != s.Float:
		return
	case k.Desc:
		d.Ranges = []vector.Range{{Low: &s, LowOpen: alone}}
	default:
		d.Ranges = []vector.Range{{High: &s, HighOpen: alone}}
	}
	o.live.Narrow(d)
}

// better is the rows of b that come before row worst of those kept; nil for all.
func (o *sortRun) better(b *vector.Batch, worst int) []uint32 {
	if worst < 0 {
		return nil
	}
	k := o.node.Keys[0]
	some := before(k, b.Columns[k.Column], o.buf.rows.Columns[k.Column], worst)
	if some == nil {
		some = rowsFrom(0, b.Len)
	}
	rows := some[:0]
	for _, i := range some {
		if compareRows(o.cols, o.node.Keys, b, int(i), o.buf.rows, worst) < 0 {
			rows = append(rows, i)
		}
	}
	return rows
}

// before is the rows of v that do not come behind value worst of w by a key; nil if that is not told. They are nearly none, mostly, so that they are sought
// by the key's kind.
func before(k plan.Key, v, w *vector.Vector, worst int) []uint32 {
	if v.HasNulls() && k.NullsFirst || w.IsNull(worst) {
		return nil
	}
	rows := []uint32{}
	if v.Dict != nil {
		if v.Index == nil || v.Dict.Len > v.Len {
			return nil
		}
		is := make([]bool, v.Dict.Len)
		some := before(k, v.Dict, w, worst)
		if some == nil {
			return nil
		}
		for _, at := range some {
			is[at] = true
		}
		for i, at := range v.Index {
			if is[at] {
				rows = append(rows, uint32(i))
			}
		}
		return rows
	}
	switch v.Kind {
	case vector.Int:
		return upTo(rows, v.Ints[:v.Len], w.Ints[worst], k.Desc)
	case vector.Float: // NaN is above all, and so is compared by who asks
		x := w.Floats[worst]
		for i, y := range v.Floats[:v.Len] {
			if y <= x && !k.Desc || y >= x && k.Desc || y != y || x != x {
				rows = append(rows, uint32(i))
			}
		}
	case vector.Bytes:
		x := w.Text(worst)
		for i := range v.Len {
			if c := bytes.Compare(v.Text(i), x); c == 0 || c < 0 != k.Desc {
				rows = append(rows, uint32(i))
			}
		}
	default:
		return nil
	}
	return rows
}

func upTo(rows []uint32, list []int64, x int64, desc bool) []uint32 {
	for i, y := range list {
		if y <= x && !desc || y >= x && desc {
			rows = append(rows, uint32(i))
		}
	}
	return rows
}

// best is those of rows (nil for all) of a batch that can be among the first of all, in their order.
func (o *sortRun) best(b *vector.Batch, rows []uint32) []uint32 {
	n := b.Len
	if rows != nil {
		n = len(rows)
	}
	if int64(n) <= max(o.node.Limit, 64) {
		return rows
	}
	if rows == nil {
		rows = rowsFrom(0, n)
	}
	h := &worstFirst{o: o.sorter, b: b, rows: []uint32{}}
	for _, r := range rows {
		switch {
		case int64(len(h.rows)) < o.node.Limit:
			heap.Push(h, r)
		case len(h.rows) > 0 && h.behind(h.rows[0], r):
			h.rows[0] = r
			heap.Fix(h, 0)
		}
	}
	slices.Sort(h.rows)
	return h.rows
}

// worstFirst is a heap of rows of a batch, the last of them on top.
type worstFirst struct {
	o    *sorter
	b    *vector.Batch
	rows []uint32
}

// behind tells whether row i comes behind row j.
func (h *worstFirst) behind(i, j uint32) bool {
	c := compareRows(h.o.cols, h.o.node.Keys, h.b, int(i), h.b, int(j))
	return c > 0 || c == 0 && i > j
}

func (h *worstFirst) Len() int           { return len(h.rows) }
func (h *worstFirst) Less(i, j int) bool { return h.behind(h.rows[i], h.rows[j]) }
func (h *worstFirst) Swap(i, j int)      { h.rows[i], h.rows[j] = h.rows[j], h.rows[i] }
func (h *worstFirst) Push(x any)         { h.rows = append(h.rows, x.(uint32)) }

func (h *worstFirst) Pop() any {
	last := h.rows[len(h.rows)-1]
	h.rows = h.rows[:len(h.rows)-1]
	return last
}
