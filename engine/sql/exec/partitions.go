package exec

import (
	"context"

	"unyo/engine/sql/plan"
)

// partitions are all rows of an operator, ordered by partition and order, for what looks from one row at others.
type partitions struct {
	run    *run
	in     operator
	cols   []plan.Col
	buf    *buffer // nil until they are read
	begins []int   // of the partitions, and at last how many rows there are
	held   int64   // of what is made of them
}

func (o *partitions) read(ctx context.Context, by []int, order []plan.Key) (err error) {
	if o.buf, err = o.run.gather(ctx, o.in, o.cols); err != nil {
		return err
	}
	var keys []plan.Key
	for _, p := range by {
		keys = append(keys, plan.Key{Column: p})
	}
	if all := append(keys[:len(keys):len(keys)], order...); len(all) > 0 {
		o.buf.rows = copyRows(o.cols, o.buf.rows, sortRows(o.cols, all, o.buf.rows))
	}
	rows := o.buf.rows
	for i := range rows.Len {
		if i == 0 || compareRows(o.cols, keys, rows, i-1, rows, i) != 0 {
			o.begins = append(o.begins, i)
		}
	}
	o.begins = append(o.begins, rows.Len)
	return nil
}

// hold takes as much of the query's memory as is made of the rows by now.
func (o *partitions) hold(n int64) error {
	delta := n - o.held
	o.held = n
	return o.run.hold(delta)
}

func (o *partitions) close() error {
	o.run.give(o.held)
	o.held = 0
	if o.buf != nil {
		o.buf.release()
		return nil
	}
	return o.in.close()
}
