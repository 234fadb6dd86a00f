package exec

import (
	"context"
	"errors"
	"io"

	"unyo/engine/sql/expr"
	"unyo/engine/sql/plan"
	"unyo/engine/vector"
)

// reading reads the pieces of a table one after another, and gives the rows that sieves keep.
type reading struct {
	run     *run
	readers []vector.Reader
	sieves  []sieve
	made    []vector.Sieve // of those that a reader has been told
	at      int
	before  int64 // what the reader at hand had scanned when it was last asked
	left    vector.Left
	cost    *cost // of a query to be measured
	asked   bool  // whether it was asked
	sifts   bool  // whether it knows the sieves
}

func (r *run) scan(n *plan.Read) plan.Scan {
	return plan.Scan{Columns: n.Columns, Domains: n.Domains, Limit: n.Limit, Hold: r.hold}
}

func (r *run) read(ctx context.Context, n *plan.Read) (operator, error) {
	if r.again {
		return r.spooled(ctx, n)
	}
	readers, err := n.Table.Scan(ctx, r.scan(n))
	if err != nil {
		return nil, err
	}
	return &reading{run: r, readers: readers}, nil
}

func (o *reading) next(ctx context.Context) (*vector.Batch, error) {
	for o.at < len(o.readers) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		rd := o.readers[o.at]
		if !o.asked && len(o.sieves) > 0 {
			for _, s := range o.sieves[len(o.made):] {
				keep := s.keep(o.run)
				if len(o.made) == 0 {
					keep = o.cost.look(keep)
				}
				o.made = append(o.made, vector.Sieve{Columns: s.columns, Keep: keep})
			}
			var s vector.Sifter
			if s, o.sifts = rd.(vector.Sifter); o.sifts {
				s.Sift(o.made)
			}
		}
		o.asked = true
		b, err := rd.Next(ctx)
		o.run.scanned.Add(rd.Scanned() - o.before)
		o.cost.scan(rd.Scanned()-o.before, &o.left, rd)
		o.before = rd.Scanned()
		if err == nil && len(o.made) > 0 && !o.sifts {
			if b, err = b.Sift(ctx, o.made); b == nil && err == nil {
				continue
			}
		}
		if err == nil {
			return b, nil
		}
		if err != io.EOF {
			return nil, err
		}
		o.at, o.before, o.left, o.asked = o.at+1, 0, vector.Left{}, false
		if err := rd.Close(); err != nil {
			return nil, err
		}
	}
	return nil, io.EOF
}

// columnsOf is which columns expressions are, if they are all no more than that.
func columnsOf(exprs []expr.Expr) ([]int, bool) {
	out := make([]int, len(exprs))
	for i, e := range exprs {
		c, ok := e.(*expr.Column)
		if !ok {
			return nil, false
		}
		out[i] = c.Index
	}
	return out, len(out) > 0
}

func (o *reading) close() (err error) {
	for ; o.at < len(o.readers); o.at++ {
		err = errors.Join(err, o.readers[o.at].Close())
	}
	return err
}

// values gives rows that the query itself has.
type values struct {
	run  *run
	node *plan.Values
	at   int
}

func (o *values) next(ctx context.Context) (*vector.Batch, error) {
	n := min(len(o.node.Rows)-o.at, vector.BatchRows)
	if n <= 0 {
		return nil, io.EOF
	}
	out := &vector.Batch{Len: n}
	for _, c := range o.node.Cols {
		out.Columns = append(out.Columns, c.T.New())
	}
	env := o.run.env(ctx, &vector.Batch{Len: 1})
	for _, row := range o.node.Rows[o.at : o.at+n] {
		for i, e := range row {
			v, err := expr.Eval(env, e)
			if err != nil {
				return nil, err
			}
			out.Columns[i].Append(v, 0)
		}
	}
	if err := o.run.room(batchSize(out)); err != nil {
		return nil, err
	}
	o.at += n
	return out, nil
}

func (o *values) close() error { return nil }

type filter struct {
	run   *run
	in    operator
	conds []expr.Expr
}

func (o *filter) next(ctx context.Context) (*vector.Batch, error) {
	for {
		b, err := o.in.next(ctx)
		if err != nil {
			return nil, err
		}
		rows, err := expr.Filter(o.run.env(ctx, b), o.conds)
		switch {
		case err != nil:
			return nil, err
		case rows == nil:
			return b, nil
		case len(rows) > 0:
			return b.Pick(rows), nil
		}
	}
}

func (o *filter) close() error { return o.in.close() }

type project struct {
	run   *run
	in    operator
	exprs []expr.Expr
}

func (o *project) next(ctx context.Context) (*vector.Batch, error) {
	b, err := o.in.next(ctx)
	if err != nil {
		return nil, err
	}
	return o.run.project(ctx, b, o.exprs)
}

// wide is how many bytes of a batch nobody counts.
const wide = 16 << 20

func (r *run) project(ctx context.Context, b *vector.Batch, exprs []expr.Expr) (*vector.Batch, error) {
	env := r.env(ctx, b)
	out, made := &vector.Batch{Len: b.Len, Columns: make([]*vector.Vector, len(exprs))}, int64(0)
	for i, e := range exprs {
		v, err := expr.Eval(env, e)
		if err != nil {
			return nil, err
		}
		out.Columns[i] = v
		if _, was := e.(*expr.Column); was {
			continue
		}
		if made += sizeOf(v); made > wide {
			if err := r.room(made); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

func (o *project) close() error { return o.in.close() }

type union struct {
	ins []operator
	at  int
}

func (o *union) next(ctx context.Context) (*vector.Batch, error) {
	for ; o.at < len(o.ins); o.at++ {
		b, err := o.ins[o.at].next(ctx)
		if err != io.EOF {
			return b, err
		}
	}
	return nil, io.EOF
}

func (o *union) close() (err error) {
	for _, in := range o.ins {
		err = errors.Join(err, in.close())
	}
	return err
}

// sample keeps each row with the same chance.
type sample struct {
	run     *run
	in      operator
	percent float64
}

func (o *sample) next(ctx context.Context) (*vector.Batch, error) {
	for {
		b, err := o.in.next(ctx)
		if err != nil {
			return nil, err
		}
		var rows []uint32
		for i := range b.Len {
			if o.run.fctx.Chance.Float64()*100 < o.percent {
				rows = append(rows, uint32(i))
			}
		}
		if len(rows) > 0 {
			return b.Pick(rows), nil
		}
	}
}

func (o *sample) close() error { return o.in.close() }

// rowsFrom is from, from+1, … to-1.
func rowsFrom(from, to int) []uint32 {
	out := make([]uint32, to-from)
	for i := range out {
		out[i] = uint32(from + i)
	}
	return out
}

// limit skips rows and ends after some.
type limit struct {
	in         operator
	node       *plan.Limit
	skip, left int64
	cols       []plan.Col
	last       *vector.Batch // the last row that was given, of WITH TIES
	done       bool
}

func (o *limit) next(ctx context.Context) (*vector.Batch, error) {
	for {
		if o.left == 0 && (o.node.Ties == nil || o.last == nil || o.done) {
			return nil, io.EOF
		}
		b, err := o.in.next(ctx)
		if err != nil {
			return nil, err
		}
		if o.skip >= int64(b.Len) {
			o.skip -= int64(b.Len)
			continue
		}
		from, to := int(o.skip), b.Len
		o.skip = 0
		if o.node.N >= 0 {
			to = o.cut(b, from)
		}
		if from == to {
			continue
		}
		if from > 0 || to < b.Len {
			b = b.Pick(rowsFrom(from, to))
		}
		return b, nil
	}
}

// cut is where in b the rows end.
func (o *limit) cut(b *vector.Batch, from int) int {
	to := int(min(int64(b.Len), int64(from)+o.left))
	o.left -= int64(to - from)
	if o.node.Ties == nil || o.left > 0 {
		return to
	}
	if to > from {
		o.last = copyRows(o.cols, b, []uint32{uint32(to - 1)})
	}
	for to < b.Len && compareRows(o.cols, o.node.Ties, b, to, o.last, 0) == 0 {
		to++
	}
	o.done = to < b.Len
	return to
}

func (o *limit) close() error { return o.in.close() }
