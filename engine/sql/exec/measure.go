package exec

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"unyo/engine/sql/plan"
	"unyo/engine/vector"
)

// cost is what an operator has come to; several workers may add to it.
type cost struct {
	rows, bytes atomic.Int64 // that it gave
	scanned     atomic.Int64 // bytes that its table has cost
	looked      atomic.Int64 // rows that its table's first sieve was asked about
	spent       atomic.Int64 // nanoseconds of the processor, those of what it reads from among them

	mu   sync.Mutex
	left vector.Left
}

// during has f run on a thread of its own, whose time is counted. A measure below counts its part as well.
func (c *cost) during(f func()) {
	if c == nil {
		f()
		return
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	begun := threadTime()
	f()
	c.spent.Add(int64(threadTime() - begun))
}

// scan counts what a reader has read and left out since it was last asked.
func (c *cost) scan(bytes int64, before *vector.Left, rd vector.Reader) {
	if c == nil {
		return
	}
	c.scanned.Add(bytes)
	if s, ok := rd.(vector.Sparing); ok {
		now := s.Left()
		c.mu.Lock()
		defer c.mu.Unlock()
		c.left = c.left.Plus(now.Minus(*before))
		*before = now
	}
}

// look counts what a table's first sieve is asked.
func (c *cost) look(keep func(ctx context.Context, b *vector.Batch) ([]uint32, error)) func(ctx context.Context, b *vector.Batch) ([]uint32, error) {
	if c == nil {
		return keep
	}
	return func(ctx context.Context, b *vector.Batch) ([]uint32, error) {
		c.looked.Add(int64(b.Len))
		return keep(ctx, b)
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

func (o *measure) next(ctx context.Context) (b *vector.Batch, err error) {
	o.cost.during(func() { b, err = o.op.next(ctx) })
	if err == nil {
		o.cost.rows.Add(int64(b.Len))
		o.cost.bytes.Add(batchSize(b))
	}
	return b, err
}

func (o *measure) close() error { return o.op.close() }

// Analyze runs a query to its end, as it would be run, and writes its plan with what each operator gave: rows and bytes; of a table also the bytes that were read and
// what was left out; and, if timed, how long it kept processors busy, without those below it. The rows are let go.
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
			s = c.input() + s
		}
		if timed {
			own := c.spent.Load()
			for _, in := range plan.Inputs(n) {
				own -= costs[in].spent.Load()
			}
			s = fmt.Sprintf("%s: %.2fms, %s", timeIs, float64(max(own, 0))/1e6, s)
		}
		return s
	}), nil
}

// input is what a table's readers have read, and what they have left out: by what a file says of its row groups and pages, and row by row by sieves, which
// are the conditions above, a join's keys and the first rows of an order. Of the rows that a sieve leaves out the other columns are not read.
func (c *cost) input() string {
	s := fmt.Sprintf("Input: %s, ", size(c.scanned.Load()))
	if l := c.left; l.Of > 0 {
		s += fmt.Sprintf("Unread: %d of %d row groups, %d rows (%s), ", l.Groups, l.Of, l.Rows, size(l.Bytes))
	}
	if n := c.looked.Load(); n > 0 {
		s += fmt.Sprintf("Sifted: %d rows, ", n)
	}
	return s
}

// drained is a result as an operator.
type drained struct{ r vector.Reader }

func (o *drained) next(ctx context.Context) (*vector.Batch, error) { return o.r.Next(ctx) }
func (o *drained) close() error                                    { return o.r.Close() }
