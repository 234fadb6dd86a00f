package exec

import (
	"context"
	"io"

	"unyo/engine/sql/fault"
	"unyo/engine/sql/plan"
	"unyo/engine/vector"
)

// recursion gives a recursive query's rows, step by step.
type recursion struct {
	run   *run
	node  *plan.Recurse
	steps int // that have been computed, the base among them
	buf   *buffer
	at    int
}

func (o *recursion) next(ctx context.Context) (*vector.Batch, error) {
	for o.buf == nil || o.at == o.buf.rows.Len {
		if o.buf != nil && o.buf.rows.Len == 0 {
			return nil, io.EOF
		}
		if err := o.step(ctx); err != nil {
			return nil, err
		}
	}
	rows := rowsFrom(o.at, min(o.at+vector.BatchRows, o.buf.rows.Len))
	o.at += len(rows)
	return o.buf.rows.Pick(rows), nil
}

// step makes new rows of those that the last step has given.
func (o *recursion) step(ctx context.Context) error {
	node := o.node.Base
	if o.buf != nil {
		node = o.node.Step
		o.run.last[o.node.Previous] = o.buf.rows
	}
	in, err := o.run.build(ctx, node)
	if err != nil {
		return err
	}
	buf, err := o.run.gather(ctx, in, o.node.Schema())
	if o.buf != nil {
		o.buf.release()
	}
	o.buf, o.at = buf, 0
	if err != nil {
		return err
	}
	if o.steps++; o.steps > o.node.Depth+1 && buf.rows.Len > 0 {
		return fault.New(fault.NotSupported, "Recursion depth limit exceeded (%d). Use 'max_recursion_depth' session property to modify the limit.", o.node.Depth)
	}
	return nil
}

func (o *recursion) close() error {
	if o.buf != nil {
		o.buf.release()
	}
	return nil
}
