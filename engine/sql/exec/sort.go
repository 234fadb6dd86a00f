package exec

import (
	"context"
	"slices"

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
