package exec

import (
	"context"
	"errors"

	"unyo/engine/sql/plan"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// setOp is INTERSECT and EXCEPT: it counts the rows of the right side, and looks at the left's.
type setOp struct {
	run    *run
	node   *plan.SetOp
	l, r   operator
	groups *grouper
	count  []int // by group, how many rows of the right are left
	given  []bool
	held   int64
}

func (r *run) setOp(ctx context.Context, n *plan.SetOp) (operator, error) {
	l, right, err := r.both(ctx, n.L, n.R)
	if err != nil {
		return nil, err
	}
	var ts []*types.Type
	for _, c := range n.Schema() {
		ts = append(ts, c.T)
	}
	return &setOp{run: r, node: n, l: l, r: right, groups: newGrouper(ts)}, nil
}

func (o *setOp) number(b *vector.Batch) ([]uint32, error) {
	ids := o.groups.number(b.Len, b.Columns, true)
	for len(o.count) < o.groups.n {
		o.count, o.given = append(o.count, 0), append(o.given, false)
	}
	n := o.groups.bytes() + 9*int64(cap(o.count))
	delta := n - o.held
	o.held = n
	return ids, o.run.hold(delta)
}

func (o *setOp) next(ctx context.Context) (*vector.Batch, error) {
	if o.r != nil {
		r := o.r
		o.r = nil
		err := each(ctx, r, func(b *vector.Batch) error {
			ids, err := o.number(b)
			for _, id := range ids {
				o.count[id]++
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	for {
		b, err := o.l.next(ctx)
		if err != nil {
			return nil, err
		}
		ids, err := o.number(b)
		if err != nil {
			return nil, err
		}
		var rows []uint32
		for i, id := range ids {
			if o.takes(id) {
				rows = append(rows, uint32(i))
			}
		}
		if len(rows) > 0 {
			return b.Pick(rows), nil
		}
	}
}

// takes tells whether a row of the left is given.
func (o *setOp) takes(id uint32) bool {
	has := o.count[id] > 0
	if !o.node.All {
		new := !o.given[id]
		o.given[id] = true
		return new && has == (o.node.Op == "INTERSECT")
	}
	if has {
		o.count[id]--
	}
	return has == (o.node.Op == "INTERSECT")
}

func (o *setOp) close() error {
	o.run.give(o.held)
	o.held = 0
	err := o.l.close()
	if o.r != nil {
		err = errors.Join(err, o.r.close())
	}
	return err
}

// unnest lays out lists.
type unnest struct {
	run  *run
	in   operator
	node *plan.Unnest

	batch *vector.Batch
	lists []*vector.Vector
	row   int
	elem  int // of the row, how many were given
}

func (o *unnest) next(ctx context.Context) (*vector.Batch, error) {
	for {
		if o.batch == nil {
			b, err := o.in.next(ctx)
			if err != nil {
				return nil, err
			}
			p, err := o.run.project(ctx, b, o.node.Lists)
			if err != nil {
				return nil, err
			}
			o.batch, o.lists, o.row, o.elem = b, p.Columns, 0, 0
		}
		out := o.lay()
		if o.row == o.batch.Len {
			o.batch = nil
		}
		if out.Len > 0 {
			return out, nil
		}
	}
}

// spans is the elements of list k of the row at hand.
func (o *unnest) span(k int) (v *vector.Vector, from, n int) {
	v, i := o.lists[k].At(o.row)
	if v.IsNull(i) {
		return v, 0, 0
	}
	from, to := v.Span(i)
	return v, from, to - from
}

func (o *unnest) lay() *vector.Batch {
	var rows []uint32
	cols := emptyBatch(o.node.Cols)
	ordinal := vector.New(vector.Int)
	for ; o.row < o.batch.Len && len(rows) < vector.BatchRows; o.row++ {
		most := 0
		for k := range o.lists {
			_, _, n := o.span(k)
			most = max(most, n)
		}
		to := min(most, o.elem+vector.BatchRows-len(rows))
		for e := o.elem; e < to; e++ {
			rows = append(rows, uint32(o.row))
			o.element(cols, e)
			ordinal.AppendInt(int64(e + 1))
		}
		if to < most {
			o.elem = to
			break
		}
		o.elem = 0
		if most == 0 && o.node.Outer {
			rows = append(rows, uint32(o.row))
			for _, c := range cols.Columns {
				c.AppendNull()
			}
			ordinal.AppendNull()
		}
	}
	out := repeat(o.batch, rows)
	out.Columns = append(out.Columns, cols.Columns...)
	if o.node.Ordinality {
		out.Columns = append(out.Columns, ordinal)
	}
	return out
}

// repeat is rows of a batch that stays, some of them more than once.
func repeat(b *vector.Batch, rows []uint32) *vector.Batch {
	out := &vector.Batch{Len: len(rows)}
	for _, c := range b.Columns {
		out.Columns = append(out.Columns, c.Repeat(rows))
	}
	return out
}

// element appends element e of every list: nulls where a list is shorter.
func (o *unnest) element(cols *vector.Batch, e int) {
	c := 0
	for k := range o.lists {
		v, from, n := o.span(k)
		t := o.node.Lists[k].Type()
		width := 1
		if t.Kind == types.Map {
			width = 2
		} else if t.Elem().Kind == types.Row {
			width = len(t.Elem().Fields)
		}
		for w := range width {
			out := cols.Columns[c+w]
			switch {
			case e >= n:
				out.AppendNull()
			case t.Kind == types.Map:
				out.Append(v.Elems[w], from+e)
			case t.Elem().Kind == types.Row:
				if row, i := v.Elems[0].At(from + e); row.IsNull(i) {
					out.AppendNull()
				} else {
					out.Append(row.Elems[w], i)
				}
			default:
				out.Append(v.Elems[0], from+e)
			}
		}
		c += width
	}
}

func (o *unnest) close() error { return o.in.close() }
