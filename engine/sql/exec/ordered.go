package exec

import (
	"unyo/engine/sql/functions"
	"unyo/engine/sql/plan"
	"unyo/engine/vector"
)

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
