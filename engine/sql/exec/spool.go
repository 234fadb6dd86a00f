package exec

import (
	"context"
	"io"

	"unyo/engine/sql/expr"
	"unyo/engine/sql/plan"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// spool is a table's rows, kept for subqueries that read them again and again.
type spool struct {
	buf     *buffer
	at      int
	indexes map[int]*index // by column, of those that subqueries have looked rows up by
}

// index is where in a spool each value of a column stands.
type index struct {
	keys *grouper
	rows [][]uint32
}

func (r *run) spooled(ctx context.Context, n *plan.Read) (operator, error) {
	if have := r.spools[n]; have != nil {
		return &spool{buf: have.buf}, nil
	}
	readers, err := n.Table.Scan(ctx, r.scan(n))
	if err != nil {
		return nil, err
	}
	buf, err := r.gather(ctx, &reading{run: r, readers: readers, cost: r.costs[n]}, n.Schema())
	if err != nil {
		return nil, err
	}
	r.spools[n] = &spool{buf: buf}
	return &spool{buf: buf}, nil
}

func (o *spool) next(context.Context) (*vector.Batch, error) {
	n := min(vector.BatchRows, o.buf.rows.Len-o.at)
	if n == 0 {
		return nil, io.EOF
	}
	if n == o.buf.rows.Len {
		o.at = n
		return o.buf.rows, nil
	}
	out := o.buf.rows.Pick(rowsFrom(o.at, o.at+n))
	o.at += n
	return out, nil
}

func (o *spool) close() error { return nil }

// found gives the rows at which a column has the value that a row outside has, when that is what a condition on a spool asks:
// most subqueries that depend on the row outside do, and would read all rows for each of them.
func (r *run) found(ctx context.Context, n *plan.Filter) (operator, error) {
	read, ok := n.In.(*plan.Read)
	if !r.again || !ok {
		return nil, nil
	}
	for _, c := range n.Conds {
		column, outer, ok := lookup(c)
		if !ok {
			continue
		}
		if _, err := r.spooled(ctx, read); err != nil {
			return nil, err
		}
		s := r.spools[read]
		have := s.indexes[column]
		if have == nil {
			var err error
			if have, err = r.index(s, column, read.Schema()[column].T); err != nil {
				return nil, err
			}
		}
		v, err := expr.Eval(r.env(ctx, &vector.Batch{Len: 1}), outer)
		if err != nil {
			return nil, err
		}
		var rows []uint32
		if id := have.keys.number(1, []*vector.Vector{v}, false)[0]; id != noID && !v.IsNull(0) {
			rows = have.rows[id]
		}
		return &picked{rows: s.buf.rows, at: rows}, nil
	}
	return nil, nil
}

// lookup is a column of the table that must equal a value of rows outside only.
func lookup(c expr.Expr) (column int, outer expr.Expr, ok bool) {
	call, ok := c.(*expr.Call)
	if !ok || call.F.Name != "=" || !expr.Fixed(c) {
		return 0, nil, false
	}
	for i, a := range call.Args {
		for as, wrapped := a.(*expr.As); wrapped; as, wrapped = a.(*expr.As) {
			a = as.X
		}
		col, isColumn := a.(*expr.Column)
		used := map[int]bool{}
		expr.Columns(call.Args[1-i], used)
		if isColumn && len(used) == 0 && len(col.T.Fields) == 0 && col.T.Vector() == call.F.Args[0].Vector() {
			return col.Index, call.Args[1-i], true
		}
	}
	return 0, nil, false
}

func (r *run) index(s *spool, column int, t *types.Type) (*index, error) {
	x := &index{keys: newGrouper([]*types.Type{t})}
	for i, id := range x.keys.number(s.buf.rows.Len, s.buf.rows.Columns[column:column+1], true) {
		if int(id) == len(x.rows) {
			x.rows = append(x.rows, nil)
		}
		x.rows[id] = append(x.rows[id], uint32(i))
	}
	if s.indexes == nil {
		s.indexes = map[int]*index{}
	}
	s.indexes[column] = x
	return x, r.hold(x.keys.bytes() + 4*int64(s.buf.rows.Len) + 24*int64(len(x.rows)))
}

// picked gives some rows of a batch.
type picked struct {
	rows *vector.Batch
	at   []uint32
}

func (o *picked) next(context.Context) (*vector.Batch, error) {
	n := min(vector.BatchRows, len(o.at))
	if n == 0 {
		return nil, io.EOF
	}
	out := o.rows.Pick(o.at[:n])
	o.at = o.at[n:]
	return out, nil
}

func (o *picked) close() error { return nil }
