package exec

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"unyo/engine/sql/plan"
	"unyo/engine/vector"
)

// cost is what an operator has come to; several workers may add to it.
type cost struct {
	rows, bytes atomic.Int64 // that it gave
	scanned     atomic.Int64 // bytes that its table has cost
	spent       atomic.Int64 // nanoseconds, those of what it reads from among them
}

func (c *cost) scan(n int64) {
	if c != nil {
		c.scanned.Add(n)
	}
}

// measured is an operator that is counted, if the query is one to be measured.
func (r *run) measured(n plan.Node, op operator) operator {
	if c := r.costs[n]; c != nil && op != nil {
		if rd, ok := op.(*reading); ok {
			rd.cost = c
		}
		return &measure{op, c}
	}
	return op
}

// instead: what is counted for a plan is counted for another of the same shape, which is run in its place.
func (r *run) instead(of, n plan.Node) plan.Node {
	if r.costs != nil && of != n {
		r.costs[n] = r.costs[of]
		ins := plan.Inputs(n)
		for i, in := range plan.Inputs(of) {
			r.instead(in, ins[i])
		}
	}
	return n
}

type measure struct {
	op   operator
	cost *cost
}

func (o *measure) next(ctx context.Context) (*vector.Batch, error) {
	begun := time.Now()
	b, err := o.op.next(ctx)
	o.cost.spent.Add(int64(time.Since(begun)))
	if err == nil {
		o.cost.rows.Add(int64(b.Len))
		o.cost.bytes.Add(batchSize(b))
	}
	return b, err
}

func (o *measure) close() error { return o.op.close() }

// Analyze runs a query to its end and writes its plan with what each operator gave: rows and bytes, of a table also the bytes that were read, and if
// timed how long it took without those below it. The rows are let go.
func Analyze(ctx context.Context, q *plan.Query, timed bool) (string, error) {
	costs := map[plan.Node]*cost{}
	var see func(n plan.Node)
	see = func(n plan.Node) {
		costs[n] = &cost{}
		for _, in := range plan.Inputs(n) {
			see(in)
		}
	}
	see(q.Root)
	out, err := begin(ctx, q, costs)
	if err != nil {
		return "", err
	}
	if err := each(ctx, &drained{out}, func(*vector.Batch) error { return nil }); err != nil {
		return "", err
	}
	return plan.ExplainWith(q.Root, func(n plan.Node) string {
		c := costs[n]
		s := fmt.Sprintf("Output: %d rows (%s)", c.rows.Load(), size(c.bytes.Load()))
		if _, ok := n.(*plan.Read); ok {
			s = fmt.Sprintf("Input: %s, %s", size(c.scanned.Load()), s)
		}
		if timed {
			own := c.spent.Load()
			for _, in := range plan.Inputs(n) {
				own -= costs[in].spent.Load()
			}
			s = fmt.Sprintf("CPU: %.2fms, %s", float64(max(own, 0))/1e6, s)
		}
		return s
	}), nil
}

// drained is a result as an operator.
type drained struct{ r vector.Reader }

func (o *drained) next(ctx context.Context) (*vector.Batch, error) { return o.r.Next(ctx) }
func (o *drained) close() error                                    { return o.r.Close() }
