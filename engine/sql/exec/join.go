package exec

import (
	"context"
	"errors"
	"io"
	"slices"

	"unyo/engine/sql/expr"
	"unyo/engine/sql/plan"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// join holds the right side, and looks for each row of the left what fits.
type join struct {
	run    *run
	node   *plan.Join
	l, r   operator
	lCols  []plan.Col
	rCols  []plan.Col
	right  *buffer
	keys   *grouper
	first  []uint32      // by a key's number the first row that has it, plus 1
	after  []uint32      // by a row the next that has the same key, plus 1
	wanted vector.Bitmap // rows of the right that have found one
	held   int64

	left  *vector.Batch // the batch at hand
	ids   []uint32      // its keys' numbers
	row   int           // the row at hand
	next1 uint32        // the right row that is next for it, plus 1
	found bool          // whether it has found any
	rest  int           // of RIGHT and FULL: the row of the right that is next at the end
	ended bool
}

func (r *run) join(ctx context.Context, n *plan.Join) (operator, error) {
	l, right, err := r.both(ctx, n.L, n.R)
	if err != nil {
		return nil, err
	}
	return &join{run: r, node: n, l: l, r: right, lCols: n.L.Schema(), rCols: n.R.Schema()}, nil
}

// both builds the two sides of an operator, or neither.
func (r *run) both(ctx context.Context, left, right plan.Node) (a, b operator, err error) {
	if a, err = r.build(ctx, left); err != nil {
		return nil, nil, err
	}
	if b, err = r.build(ctx, right); err != nil {
		return nil, nil, errors.Join(err, a.close())
	}
	return a, b, nil
}

// hold reads the right side and numbers its keys.
func (o *join) hold(ctx context.Context) (err error) {
	if o.right, err = o.run.gather(ctx, o.r, o.rCols); err != nil {
		return err
	}
	o.r = nil
	rows := o.right.rows
	o.after = make([]uint32, rows.Len)
	var ts []*types.Type
	for _, k := range o.node.RKeys {
		ts = append(ts, k.Type())
	}
	o.keys = newGrouper(ts)
	ids, err := o.number(ctx, rows, o.node.RKeys, true)
	if err != nil {
		return err
	}
	o.first = make([]uint32, o.keys.n)
	for i := rows.Len - 1; i >= 0; i-- {
		if id := ids[i]; id != noID {
			o.after[i], o.first[id] = o.first[id], uint32(i+1)
		}
	}
	o.held = o.keys.bytes() + 4*int64(len(o.first)+len(o.after))
	return o.run.hold(o.held)
}

// number gives the numbers of rows' keys; noID where one is null, for null equals nothing.
func (o *join) number(ctx context.Context, b *vector.Batch, keys []expr.Expr, add bool) ([]uint32, error) {
	cols := make([]*vector.Vector, len(keys))
	env := o.run.env(ctx, b)
	for i, k := range keys {
		v, err := expr.Eval(env, k)
		if err != nil {
			return nil, err
		}
		cols[i] = v
	}
	ids := o.keys.number(b.Len, cols, add)
	for _, v := range cols {
		if !v.HasNulls() && v.Kind != vector.Float {
			continue
		}
		for i := range ids {
			if v.IsNull(i) || isNaN(v, i) {
				ids[i] = noID
			}
		}
	}
	return ids, nil
}

func isNaN(v *vector.Vector, i int) bool {
	if v.Kind != vector.Float {
		return false
	}
	v, i = v.At(i)
	return v.Floats[i] != v.Floats[i]
}

func (o *join) next(ctx context.Context) (*vector.Batch, error) {
	if o.right == nil {
		if err := o.hold(ctx); err != nil {
			return nil, err
		}
	}
	for !o.ended {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if o.left == nil {
			b, err := o.l.next(ctx)
			if err == io.EOF {
				o.ended = true
				break
			}
			if err != nil {
				return nil, err
			}
			if o.ids, err = o.number(ctx, b, o.node.LKeys, false); err != nil {
				return nil, err
			}
			o.left, o.row = b, -1
			o.step()
		}
		out, err := o.pairs(ctx)
		if err != nil {
			return nil, err
		}
		if out.Len > 0 {
			return out, nil
		}
	}
	return o.unwanted()
}

// step goes to the next row of the left.
func (o *join) step() {
	o.row++
	o.found, o.next1 = false, 0
	if o.row < o.left.Len && o.ids[o.row] != noID && int(o.ids[o.row]) < len(o.first) {
		o.next1 = o.first[o.ids[o.row]]
	}
}

// pairs is the next pairs of rows: candidates by key, of which those stay for which the conditions are true.
func (o *join) pairs(ctx context.Context) (*vector.Batch, error) {
	var ls, rs []uint32 // rs plus 1; 0 is the row of nulls that an outer join gives
	outer := o.node.Kind == "LEFT" || o.node.Kind == "FULL"
	type ending struct{ at, row int } // where in the pairs a row of the left ends
	var ends []ending
	began := o.found
	for o.row < o.left.Len && len(ls) < vector.BatchRows {
		for o.next1 != 0 && len(ls) < vector.BatchRows {
			ls, rs = append(ls, uint32(o.row)), append(rs, o.next1)
			o.next1 = o.after[o.next1-1]
		}
		if o.next1 != 0 {
			break
		}
		ends = append(ends, ending{len(ls), o.row})
		o.step()
	}
	keep, err := o.fitting(ctx, ls, rs)
	if err != nil {
		return nil, err
	}
	var outL, outR []uint32
	at := 0
	for _, e := range ends {
		any := began
		began = false
		for ; at < e.at; at++ {
			if keep == nil || keep[at] {
				outL, outR, any = append(outL, ls[at]), append(outR, rs[at]), true
			}
		}
		if !any && outer {
			outL, outR = append(outL, uint32(e.row)), append(outR, 0)
		}
	}
	for ; at < len(ls); at++ { // of the row that goes on in the next batch
		if keep == nil || keep[at] {
			outL, outR = append(outL, ls[at]), append(outR, rs[at])
			o.found = true
		}
	}
	if began && len(ends) == 0 {
		o.found = true
	}
	if o.node.Kind == "RIGHT" || o.node.Kind == "FULL" {
		o.want(outR)
	}
	out := o.batch(outL, outR)
	if o.row >= o.left.Len {
		o.left = nil
	}
	return out, nil
}

// fitting tells for which pairs the conditions are true; nil for all.
func (o *join) fitting(ctx context.Context, ls, rs []uint32) ([]bool, error) {
	if len(o.node.Conds) == 0 || len(ls) == 0 {
		return nil, nil
	}
	rows, err := expr.Filter(o.run.env(ctx, o.batch(ls, rs)), o.node.Conds)
	if err != nil || rows == nil {
		return nil, err
	}
	keep := make([]bool, len(ls))
	for _, r := range rows {
		keep[r] = true
	}
	return keep, nil
}

// batch is pairs of rows. The left's are copied, whose batch is another's; the right's stay.
func (o *join) batch(ls, rs []uint32) *vector.Batch {
	out := &vector.Batch{Len: len(ls)}
	for i := range o.lCols {
		out.Columns = append(out.Columns, o.left.Columns[i].Pick(ls))
	}
	for i, c := range o.rCols {
		out.Columns = append(out.Columns, pickOuter(c.T, o.right.rows.Columns[i], rs))
	}
	return out
}

func (o *join) want(rs []uint32) {
	for _, r := range rs {
		if r > 0 {
			o.wanted.Set(int(r - 1))
		}
	}
}

// pickOuter is the values at rows minus 1; null for row 0.
func pickOuter(t *types.Type, v *vector.Vector, rows []uint32) *vector.Vector {
	if !slices.Contains(rows, 0) {
		at := make([]uint32, len(rows))
		for i, r := range rows {
			at[i] = r - 1
		}
		return v.Repeat(at)
	}
	out := t.New()
	out.Grow(len(rows))
	for _, r := range rows {
		if r == 0 {
			out.AppendNull()
		} else {
			out.Append(v, int(r-1))
		}
	}
	return out
}

// unwanted is the rows of the right that have found none, at the end of RIGHT and FULL.
func (o *join) unwanted() (*vector.Batch, error) {
	if o.node.Kind != "RIGHT" && o.node.Kind != "FULL" {
		return nil, io.EOF
	}
	var rows []uint32
	for ; o.rest < o.right.rows.Len && len(rows) < vector.BatchRows; o.rest++ {
		if !o.wanted.Has(o.rest) {
			rows = append(rows, uint32(o.rest))
		}
	}
	if len(rows) == 0 {
		return nil, io.EOF
	}
	out := &vector.Batch{Len: len(rows)}
	for _, c := range o.lCols {
		out.Columns = append(out.Columns, vector.Nothing(c.T.Vector(), len(rows)))
	}
	for _, v := range o.right.rows.Columns {
		out.Columns = append(out.Columns, v.Pick(rows))
	}
	return out, nil
}

func (o *join) close() error {
	o.run.give(o.held)
	o.held = 0
	err := o.l.close()
	if o.right != nil {
		o.right.release()
	} else if o.r != nil {
		err = errors.Join(err, o.r.close())
	}
	return err
}
