// Package exec runs plans: each node becomes an operator that gives batches of columns.
package exec

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"unyo/engine/sql/expr"
	"unyo/engine/sql/fault"
	"unyo/engine/sql/functions"
	"unyo/engine/sql/plan"
	"unyo/engine/vector"
)

// Defaults of a Session.
const (
	defaultMemory  = 1 << 30
	defaultWorkers = 2
)

// operator gives batches. A batch is valid until the next.
type operator interface {
	next(ctx context.Context) (*vector.Batch, error) // io.EOF at the end
	close() error
}

// run is one query being run.
type run struct {
	fctx    *functions.Context
	session plan.Session
	memo    expr.Memo
	outer   []*vector.Vector // the values of outer rows, by slot
	held    *atomic.Int64
	scanned *atomic.Int64
	spools  map[*plan.Read]*spool            // tables that subqueries read again and again
	again   bool                             // within what is computed for each row
	last    map[*plan.Previous]*vector.Batch // what a recursive query's last step has given
	costs   map[plan.Node]*cost              // of a query to be measured
}

// Run begins a query.
func Run(ctx context.Context, q *plan.Query) (vector.Reader, error) { return begin(ctx, q, nil) }

// begin begins a query whose operators add to costs.
func begin(ctx context.Context, q *plan.Query, costs map[plan.Node]*cost) (out vector.Reader, err error) {
	defer func() {
		if p := recover(); p != nil {
			out, err = nil, fault.Of(p)
		}
	}()
	r := &run{fctx: q.Session.Context(ctx), session: q.Session, memo: expr.Memo{}, outer: make([]*vector.Vector, q.Slots), held: new(atomic.Int64), scanned: new(atomic.Int64),
		spools: map[*plan.Read]*spool{}, last: map[*plan.Previous]*vector.Batch{}, costs: costs}
	if r.session.Memory == 0 {
		r.session.Memory = defaultMemory
	}
	if r.session.Workers == 0 {
		r.session.Workers = defaultWorkers
	}
	r.fctx.Hold, r.fctx.Give = r.hold, r.give
	defer func() {
		if err != nil {
			r.end()
		}
	}()
	op, err := r.build(ctx, q.Root)
	if err != nil {
		return nil, err
	}
	return &result{r, op}, nil
}

// result is a query's rows.
type result struct {
	run *run
	op  operator
}

func (r *result) Next(ctx context.Context) (b *vector.Batch, err error) {
	defer func() {
		if p := recover(); p != nil {
			b, err = nil, fault.Of(p)
		}
	}()
	return r.op.next(ctx)
}

func (r *result) Scanned() int64 { return r.run.scanned.Load() }

func (r *result) Close() error {
	defer r.run.end()
	return r.op.close()
}

// together is how many bytes all queries of this process hold, and maxTogether how many they may: then those that hold more than their share end, as
// when a cluster has no more memory. One that holds little goes on.
var together atomic.Int64

const (
	maxTogether = 4 << 30
	share       = 512 << 20
)

// hold takes memory; give gives it back.
func (r *run) hold(n int64) error {
	held, all := r.held.Add(n), together.Add(n)
	if held > r.session.Memory {
		return fault.New(fault.ExceededMemory, "Query exceeded per-node memory limit of %s", size(r.session.Memory))
	}
	if n > 0 && all > maxTogether && held > share {
		return fault.New("CLUSTER_OUT_OF_MEMORY", "Query exhausted resources at this scale factor")
	}
	return nil
}

func (r *run) give(n int64) {
	r.held.Add(-n)
	together.Add(-n)
}

// end gives back what is held still.
func (r *run) end() { together.Add(-r.held.Swap(0)) }

// room tells that n bytes more could be held, without holding them.
func (r *run) room(n int64) error {
	err := r.hold(n)
	r.give(n)
	return err
}

func size(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.4gGB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.4gMB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%dB", n)
}

// env is a batch as expressions see it.
func (r *run) env(ctx context.Context, b *vector.Batch) *expr.Env {
	r.fctx.Context = ctx
	return &expr.Env{Ctx: r.fctx, N: b.Len, Cols: b.Columns, Outer: r.outer, Memo: r.memo}
}

// apart is the same run for another goroutine.
func (r *run) apart() *run {
	out := *r
	f := *r.fctx
	out.fctx, out.memo = &f, expr.Memo{}
	return &out
}

func (r *run) build(ctx context.Context, n plan.Node) (operator, error) {
	op, err := r.operator(ctx, n)
	if err != nil {
		return nil, err
	}
	return r.measured(n, op), nil
}

func (r *run) operator(ctx context.Context, n plan.Node) (operator, error) {
	switch n := n.(type) {
	case *plan.Read:
		return r.read(ctx, n)
	case *plan.Values:
		return &values{run: r, node: n}, nil
	case *plan.Aggregate:
		return r.aggregate(ctx, n)
	case *plan.Join:
		return r.join(ctx, n)
	case *plan.Union:
		u := &union{}
		for _, in := range n.Ins {
			op, err := r.build(ctx, in)
			if err != nil {
				return nil, errors.Join(err, u.close())
			}
			u.ins = append(u.ins, op)
		}
		return u, nil
	case *plan.SetOp:
		return r.setOp(ctx, n)
	case *plan.Sort:
		return r.sort(ctx, n)
	case *plan.Recurse:
		return &recursion{run: r, node: n}, nil
	case *plan.Previous:
		return &picked{rows: r.last[n], at: rowsFrom(0, r.last[n].Len)}, nil
	}
	if f, ok := n.(*plan.Filter); ok {
		if in, err := r.found(ctx, f); in != nil || err != nil {
			return &filter{r, in, f.Conds}, err
		}
	}
	in, err := r.build(ctx, input(n))
	if err != nil {
		return nil, err
	}
	switch n := n.(type) {
	case *plan.Filter:
		return r.filtered(in, n.Conds), nil
	case *plan.Project:
		return &project{r, in, n.Exprs}, nil
	case *plan.Limit:
		return &limit{in: in, node: n, skip: n.Offset, left: n.N, cols: n.Schema()}, nil
	case *plan.Unnest:
		return &unnest{run: r, in: in, node: n}, nil
	case *plan.Window:
		return &window{partitions: partitions{run: r, in: in, cols: n.In.Schema()}, node: n}, nil
	case *plan.Match:
		return r.match(in, n)
	case *plan.Apply:
		return &apply{run: r, in: in, node: n}, nil
	case *plan.Lateral:
		return &lateral{run: r, in: in, node: n}, nil
	case *plan.Sample:
		return &sample{r, in, n.Percent}, nil
	}
	return nil, errors.Join(fmt.Errorf("exec: no operator for %T", n), in.close())
}

// input is the node that a node of one input has.
func input(n plan.Node) plan.Node {
	switch n := n.(type) {
	case *plan.Filter:
		return n.In
	case *plan.Project:
		return n.In
	case *plan.Limit:
		return n.In
	case *plan.Unnest:
		return n.In
	case *plan.Window:
		return n.In
	case *plan.Match:
		return n.In
	case *plan.Apply:
		return n.In
	case *plan.Lateral:
		return n.In
	case *plan.Sample:
		return n.In
	}
	return nil
}

// each calls f with every batch of an operator, and closes it.
func each(ctx context.Context, op operator, f func(b *vector.Batch) error) (err error) {
	defer func() { err = errors.Join(err, op.close()) }()
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		b, err := op.next(ctx)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := f(b); err != nil {
			return err
		}
	}
}
