package exec

import (
	"bytes"
	"container/heap"
	"context"
	"io"
	"slices"

	"unyo/engine/sql/functions"
	"unyo/engine/sql/plan"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// compareRows orders row i of a and row j of b by keys.
func compareRows(cols []plan.Col, keys []plan.Key, a *vector.Batch, i int, b *vector.Batch, j int) int {
	for _, k := range keys {
		if c := compareKey(cols[k.Column].T, k, a.Columns[k.Column], i, b.Columns[k.Column], j); c != 0 {
			return c
		}
	}
	return 0
}

func compareKey(t *types.Type, k plan.Key, a *vector.Vector, i int, b *vector.Vector, j int) int {
	x, y := a.IsNull(i), b.IsNull(j)
	switch {
	case x && y:
		return 0
	case x || y:
		if x == k.NullsFirst {
			return -1
		}
		return 1
	}
	c := types.Compare(t, a, i, b, j)
	if k.Desc {
		return -c
	}
	return c
}

// emptyBatch is a batch of no rows to append to.
func emptyBatch(cols []plan.Col) *vector.Batch {
	b := &vector.Batch{}
	for _, c := range cols {
		b.Columns = append(b.Columns, c.T.New())
	}
	return b
}

// appendRows copies rows of from (all when nil) to the end of to.
func appendRows(to, from *vector.Batch, rows []uint32) {
	n := from.Len
	if rows != nil {
		n = len(rows)
	}
	for c, v := range from.Columns {
		out := to.Columns[c]
		if v.Dict == nil && len(v.Nulls) == 0 && appendPlain(out, v, rows) {
			continue
		}
		out.Grow(n)
		for i := range n {
			at := i
			if rows != nil {
				at = int(rows[i])
			}
			out.Append(v, at)
		}
	}
	to.Len += n
}

// appendPlain is appendRows for numbers that are not null.
func appendPlain(out, v *vector.Vector, rows []uint32) bool {
	switch v.Kind {
	case vector.Int:
		if rows == nil {
			out.Ints = append(out.Ints, v.Ints[:v.Len]...)
		}
		for _, r := range rows {
			out.Ints = append(out.Ints, v.Ints[r])
		}
		out.Len = len(out.Ints)
	case vector.Float:
		if rows == nil {
			out.Floats = append(out.Floats, v.Floats[:v.Len]...)
		}
		for _, r := range rows {
			out.Floats = append(out.Floats, v.Floats[r])
		}
		out.Len = len(out.Floats)
	default:
		return false
	}
	return true
}

func copyRows(cols []plan.Col, from *vector.Batch, rows []uint32) *vector.Batch {
	b := emptyBatch(cols)
	appendRows(b, from, rows)
	return b
}

func batchSize(b *vector.Batch) (n int64) {
	for _, c := range b.Columns {
		n += sizeOf(c)
	}
	return n
}

// buffer holds rows of an operator, and counts their bytes.
type buffer struct {
	run  *run
	rows *vector.Batch
	held int64
}

func (b *buffer) count() error {
	n := batchSize(b.rows)
	delta := n - b.held
	b.held = n
	return b.run.hold(delta)
}

func (b *buffer) release() {
	b.run.give(b.held)
	b.held, b.rows = 0, nil
}

// gather reads all rows of an operator.
func (r *run) gather(ctx context.Context, in operator, cols []plan.Col) (*buffer, error) {
	b := &buffer{run: r, rows: emptyBatch(cols)}
	err := each(ctx, in, func(more *vector.Batch) error {
		appendRows(b.rows, more, nil)
		return b.count()
	})
	return b, err
}

// sorter orders rows. With a limit it keeps no more than it needs.
type sorter struct {
	run   *run
	in    operator
	node  *plan.Sort
	cols  []plan.Col
	live  *vector.Live // who reads the rows is told by it what comes too late; nil when nobody would listen
	buf   *buffer
	order []uint32
	at    int
}

func (r *run) sort(ctx context.Context, n *plan.Sort) (operator, error) {
	o := &sorter{run: r, node: n, cols: n.Schema()}
	from := n.In
	if n.Limit > 0 && !r.again {
		live := new(vector.Live)
		if from = plan.Watch(n.In, n.Keys[0], live); from != n.In {
			o.live = live
		}
	}
	var err error
	o.in, err = r.build(ctx, r.instead(n.In, from))
	return o, err
}

func (o *sorter) next(ctx context.Context) (*vector.Batch, error) {
	if o.buf == nil {
		if err := o.read(ctx); err != nil {
			return nil, err
		}
	}
	if o.at == len(o.order) {
		return nil, io.EOF
	}
	to := min(o.at+vector.BatchRows, len(o.order))
	out := o.buf.rows.Pick(o.order[o.at:to])
	o.at = to
	return out, nil
}

func (o *sorter) read(ctx context.Context) error {
	o.buf = &buffer{run: o.run, rows: emptyBatch(o.cols)}
	limit, kept := o.node.Limit, 0
	worst := -1 // the row that is last of those kept so far; what is not before it is not needed
	if limit >= 0 {
		k := o.node.Keys[0]
		sift(o.in, []int{k.Column}, func(cols []*vector.Vector) []uint32 {
			if worst < 0 {
				return nil
			}
			return before(k, cols[0], o.buf.rows.Columns[k.Column], worst)
		})
	}
	err := each(ctx, o.in, func(b *vector.Batch) error {
		rows := o.better(b, worst)
		if limit >= 0 {
			rows = o.best(b, rows)
		}
		appendRows(o.buf.rows, b, rows)
		if n := o.buf.rows.Len; limit >= 0 && n > kept && int64(n) >= limit && (worst < 0 || int64(n-kept) >= limit/2) {
			o.buf.rows = copyRows(o.cols, o.buf.rows, o.sorted())
			kept, worst = o.buf.rows.Len, o.buf.rows.Len-1
			o.narrow(worst)
		}
		return o.buf.count()
	})
	if err == nil {
		o.order = o.sorted()
	}
	return err
}

// narrow tells who reads the rows that those behind row worst of those kept are of no use any more.
func (o *sorter) narrow(worst int) {
	if o.live == nil || worst < 0 {
		return
	}
	k := o.node.Keys[0]
	d := &vector.Domain{Null: k.NullsFirst}
	s, ok := o.buf.rows.Columns[k.Column].Scalar(worst)
	switch alone := len(o.node.Keys) == 1; {
	case o.buf.rows.Columns[k.Column].IsNull(worst):
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
func (o *sorter) better(b *vector.Batch, worst int) []uint32 {
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
func (o *sorter) best(b *vector.Batch, rows []uint32) []uint32 {
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
	h := &worstFirst{o: o, b: b, rows: []uint32{}}
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

// sorted is the rows in order, no more than the limit.
func (o *sorter) sorted() []uint32 {
	order := sortRows(o.cols, o.node.Keys, o.buf.rows)
	if o.node.Limit >= 0 && int64(len(order)) > o.node.Limit {
		order = order[:o.node.Limit]
	}
	return order
}

// sortRows is the rows of a batch in order; equal ones stay as they are.
func sortRows(cols []plan.Col, keys []plan.Key, b *vector.Batch) []uint32 {
	order := rowsFrom(0, b.Len)
	if k := keys[0]; len(keys) == 1 && b.Columns[k.Column].Kind == vector.Int && !b.Columns[k.Column].HasNulls() && b.Columns[k.Column].Dict == nil {
		x := b.Columns[k.Column].Ints
		slices.SortStableFunc(order, func(i, j uint32) int {
			switch {
			case x[i] == x[j]:
				return 0
			case (x[i] < x[j]) != k.Desc:
				return -1
			}
			return 1
		})
		return order
	}
	slices.SortStableFunc(order, func(i, j uint32) int { return compareRows(cols, keys, b, int(i), b, int(j)) })
	return order
}

func (o *sorter) close() error {
	if o.buf != nil {
		o.buf.release()
		return nil
	}
	return o.in.close()
}

// ordered keeps what an aggregate with ORDER BY is to be fed, until all is there.
type ordered struct {
	columns []int // of the arguments, then of the keys
	cols    []plan.Col
	keys    []plan.Key
	args    int
	rows    *vector.Batch
	groups  []uint32
}

func newOrdered(in []plan.Col, agg plan.Agg) *ordered {
	o := &ordered{args: len(agg.Args)}
	o.columns = append(o.columns, agg.Args...)
	for i, k := range agg.OrderBy {
		o.columns = append(o.columns, k.Column)
		o.keys = append(o.keys, plan.Key{Column: o.args + i, Desc: k.Desc, NullsFirst: k.NullsFirst})
	}
	for _, c := range o.columns {
		o.cols = append(o.cols, in[c])
	}
	o.rows = emptyBatch(o.cols)
	return o
}

func (o *ordered) add(n int, groups []uint32, cols []*vector.Vector) {
	appendRows(o.rows, &vector.Batch{Len: n, Columns: cols}, nil)
	if groups == nil {
		groups = make([]uint32, n)
	}
	o.groups = append(o.groups, groups[:n]...)
}

func (o *ordered) feed(c *functions.Context, acc functions.Accumulator, total int) error {
	order := sortRows(o.cols, o.keys, o.rows)
	groups := make([]uint32, len(order))
	for i, r := range order {
		groups[i] = o.groups[r]
	}
	sorted := o.rows.Pick(order)
	return acc.Add(c, len(order), groups, max(1, total), sorted.Columns[:o.args])
}

func (o *ordered) bytes() int64 {
	if o == nil {
		return 0
	}
	return batchSize(o.rows) + 4*int64(cap(o.groups))
}
