package exec

import (
	"context"
	"errors"
	"io"

	"unyo/engine/sql/expr"
	"unyo/engine/sql/plan"
	"unyo/engine/vector"
)

// join holds one side, the right if nothing speaks against it, and looks for each row of the other, the left, what fits.
type join struct {
	run     *run
	node    *plan.Join // its sides exchanged if swapped
	swapped bool
	l, r    operator // the left only when the right is held
	lCols   []plan.Col
	rCols   []plan.Col
	right   *buffer
	rows    int // of the right; behind them lies the row of nulls that LEFT and FULL give
	keys    *joinKeys
	wanted  vector.Bitmap // rows of the right that have found one
	held    int64
	told    []func(l operator) // what of the left's rows is of use to whoever asks for pairs
	part    bool               // the right is another's, which closes it

	left  *vector.Batch // the batch at hand
	finds []uint32      // for each of its rows the first of the right that has its key, plus 1
	row   int           // the row at hand
	next1 uint32        // the right row that is next for it, plus 1
	found bool          // whether it has found any
	rest  int           // of RIGHT and FULL: the row of the right that is next at the end
	ended bool
}

func (r *run) join(ctx context.Context, n *plan.Join) (operator, error) {
	right, err := r.build(ctx, n.R)
	if err != nil {
		return nil, err
	}
	return &join{run: r, node: n, r: right, lCols: n.L.Schema(), rCols: n.R.Schema()}, nil
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

// hold reads the side that is held and finds its keys.
func (o *join) hold(ctx context.Context) error {
	if err := o.sides(ctx); err != nil {
		return err
	}
	rows := o.right.rows
	o.rows = rows.Len
	cols, err := o.evaluate(ctx, rows, o.node.RKeys)
	if err != nil {
		return err
	}
	o.keys = newJoinKeys(o.node.RKeys, rows.Len, cols)
	if o.l == nil {
		if err := o.begin(ctx, cols); err != nil {
			return err
		}
	}
	if o.outer() {
		for _, c := range rows.Columns {
			c.AppendNull()
		}
	}
	for i, c := range rows.Columns {
		rows.Columns[i] = few(o.rCols[i].T, c)
	}
	o.held = o.keys.bytes()
	return o.run.hold(o.held)
}

// begin builds the left, whose tables are told what keys the right has.
func (o *join) begin(ctx context.Context, keys []*vector.Vector) error {
	left := o.node.L
	if (o.node.Kind == "INNER" || o.node.Kind == "RIGHT") && !o.run.again {
		for i, k := range o.node.LKeys { // none of a cross join
			left = plan.Restrict(left, k, keys[i])
		}
	}
	l, err := o.run.build(ctx, o.run.instead(o.node.L, left))
	if err != nil {
		return err
	}
	o.l = l
	if columns, ok := columnsOf(o.node.LKeys); ok && left != o.node.L {
		sift(o.l, columns, func() func([]*vector.Vector) []uint32 { return o.keys.view().sieve() })
	}
	for _, tell := range o.told {
		tell(o.l)
	}
	return nil
}

// outer tells whether rows of the left stay that find none.
func (o *join) outer() bool { return o.node.Kind == "LEFT" || o.node.Kind == "FULL" }

func (o *join) evaluate(ctx context.Context, b *vector.Batch, keys []expr.Expr) ([]*vector.Vector, error) {
	cols := make([]*vector.Vector, len(keys))
	env := o.run.env(ctx, b)
	for i, k := range keys {
		v, err := expr.Eval(env, k)
		if err != nil {
			return nil, err
		}
		cols[i] = v
	}
	return cols, nil
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
			if o.rows == 0 && o.node.Kind == "INNER" {
				return nil, io.EOF
			}
			b, err := o.l.next(ctx)
			if err == io.EOF {
				o.ended = true
				break
			}
			if err != nil {
				return nil, err
			}
			cols, err := o.evaluate(ctx, b, o.node.LKeys)
			if err != nil {
				return nil, err
			}
			o.left, o.row, o.finds = b, -1, o.keys.find(b.Len, cols)
			o.step()
			if o.keys.single && len(o.node.Conds) == 0 && (o.node.Kind == "INNER" || o.node.Kind == "LEFT") {
				out := o.single()
				if o.left = nil; out.Len > 0 {
					return out, nil
				}
				continue
			}
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
	if o.row < o.left.Len {
		o.next1 = o.finds[o.row]
	}
}

// single is the pairs of a batch no row of which finds more than one.
func (o *join) single() *vector.Batch {
	if o.outer() {
		return o.batch(nil, o.finds)
	}
	n := o.left.Len
	ls, rs, at := make([]uint32, n), make([]uint32, n), 0
	for i, f := range o.finds[:n] {
		ls[at], rs[at] = uint32(i), f
		one := 0
		if f > 0 {
			one = 1
		}
		at += one
	}
	if at == n {
		return o.batch(nil, rs)
	}
	return o.batch(ls[:at], rs[:at])
}

// pairs is the next pairs of rows: candidates by key, of which those stay for which the conditions are true.
func (o *join) pairs(ctx context.Context) (*vector.Batch, error) {
	var ls, rs []uint32 // rs plus 1; 0 is the row of nulls that an outer join gives
	outer := o.outer()
	type ending struct{ at, row int } // where in the pairs a row of the left ends
	var ends []ending
	began := o.found
	for o.row < o.left.Len && len(ls) < vector.BatchRows {
		for o.next1 != 0 && len(ls) < vector.BatchRows {
			ls, rs = append(ls, uint32(o.row)), append(rs, o.next1)
			o.next1 = o.keys.after[o.next1-1]
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

// batch is pairs of rows; ls may be nil for all of the left in their order. The left's are copied, whose batch is another's; the right's stay.
func (o *join) batch(ls, rs []uint32) *vector.Batch {
	out := &vector.Batch{Len: len(rs)}
	if o.swapped {
		out.Columns = o.holds(out.Columns, rs)
	}
	for _, v := range o.left.Columns {
		if ls != nil || len(rs) == 0 {
			v = v.Pick(ls)
		}
		out.Columns = append(out.Columns, v)
	}
	if !o.swapped {
		out.Columns = o.holds(out.Columns, rs)
	}
	return out
}

// holds appends the values of rows of the right.
func (o *join) holds(out []*vector.Vector, rs []uint32) []*vector.Vector {
	if len(o.rCols) == 0 {
		return out
	}
	at := make([]uint32, len(rs))
	for i, r := range rs {
		if at[i] = r - 1; r == 0 {
			at[i] = uint32(o.rows)
		}
	}
	for _, v := range o.right.rows.Columns {
		switch {
		case v.Dict == nil && (v.Kind == vector.Bytes || v.Kind == vector.List || v.Kind == vector.Map || v.Kind == vector.Row):
			v = &vector.Vector{Kind: v.Kind, Len: len(at), Dict: v, Index: at}
		default:
			v = v.Pick(at)
		}
		out = append(out, v)
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

// unwanted is the rows of the right that have found none, at the end of RIGHT and FULL.
func (o *join) unwanted() (*vector.Batch, error) {
	if o.node.Kind != "RIGHT" && o.node.Kind != "FULL" {
		return nil, io.EOF
	}
	var rows []uint32
	for ; o.rest < o.rows && len(rows) < vector.BatchRows; o.rest++ {
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

func (o *join) close() (err error) {
	if o.part {
		return o.l.close()
	}
	o.run.give(o.held)
	o.held = 0
	if o.l != nil {
		err = o.l.close()
	}
	if o.right != nil {
		o.right.release()
	}
	if o.r != nil {
		err = errors.Join(err, o.r.close())
	}
	return err
}
