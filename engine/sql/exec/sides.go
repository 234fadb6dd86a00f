package exec

import (
	"context"
	"io"

	"unyo/engine/sql/plan"
	"unyo/engine/vector"
)

// ahead is how many rows of a join's right side are read before it is asked whether the left is shorter.
const ahead = 1 << 18

// side is what of one side of a join has been read.
type side struct {
	in    operator
	buf   *buffer
	ended bool
}

func (r *run) side(in operator, cols []plan.Col) *side {
	return &side{in: in, buf: &buffer{run: r, rows: emptyBatch(cols)}}
}

// more reads a batch.
func (s *side) more(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	b, err := s.in.next(ctx)
	if err == io.EOF {
		s.ended = true
		return nil
	}
	if err != nil {
		return err
	}
	appendRows(s.buf.rows, b, nil)
	return s.buf.count()
}

// sides reads the right side whole. Of an inner join whose right side is long it reads both, until one ends: that is held, and the other goes on from where it is.
func (o *join) sides(ctx context.Context) error {
	r := o.run.side(o.r, o.rCols)
	o.right = r.buf
	inner := o.node.Kind == "INNER" && !o.run.again
	for !r.ended && !(inner && r.buf.rows.Len >= ahead) {
		if err := r.more(ctx); err != nil {
			return err
		}
	}
	if r.ended {
		err := o.r.close()
		o.r = nil
		return err
	}
	in, err := o.run.build(ctx, o.node.L)
	if err != nil {
		return err
	}
	l := o.run.side(in, o.lCols)
	o.l = &resumed{buf: l.buf, in: in}
	for !r.ended && !l.ended {
		s := l
		if r.buf.held < l.buf.held || l.buf.held > o.run.session.Memory/8 { // it is no short one either
			s = r
		}
		if err := s.more(ctx); err != nil {
			return err
		}
	}
	if l.ended {
		n := o.node
		o.node = &plan.Join{Kind: n.Kind, L: n.R, R: n.L, LKeys: n.RKeys, RKeys: n.LKeys, Conds: n.Conds}
		o.swapped, o.lCols, o.rCols = true, o.rCols, o.lCols
		o.right, o.l, o.r = l.buf, &resumed{buf: r.buf, in: r.in}, l.in
	}
	err = o.r.close()
	o.r = nil
	return err
}

// resumed gives the rows that have been read of an operator, and then the others.
type resumed struct {
	buf *buffer
	in  operator
	at  int
}

func (o *resumed) next(ctx context.Context) (*vector.Batch, error) {
	if o.buf.rows == nil {
		return o.in.next(ctx)
	}
	n := min(vector.BatchRows, o.buf.rows.Len-o.at)
	if n == 0 {
		o.buf.release()
		return o.in.next(ctx)
	}
	out := &vector.Batch{Len: n}
	for _, c := range o.buf.rows.Columns {
		out.Columns = append(out.Columns, c.Slice(o.at, o.at+n))
	}
	o.at += n
	return out, nil
}

func (o *resumed) close() error {
	o.buf.release()
	return o.in.close()
}
