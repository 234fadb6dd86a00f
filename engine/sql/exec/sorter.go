package exec

import (
	"context"
	"errors"
	"sync"

	"unyo/engine/sql/plan"
	"unyo/engine/vector"
)

// sorter orders rows: each worker has a run of them, in order, which are then given as one. With a limit none keeps more than it needs.
type sorter struct {
	run  *run
	in   operator
	node *plan.Sort
	cols []plan.Col
	live *vector.Live // who reads the rows is told by it what comes too late; nil when nobody would listen
	runs []*sortRun
	out  *merger

	mu    sync.Mutex
	bound *vector.Vector // the first key that live has told last
}

// sortRun is what one worker has of the rows.
type sortRun struct {
	*sorter
	buf   *buffer
	kept  int // how many rows are in order
	worst int // the row that is last of those; what is not before it is not needed. -1: none is
	order []uint32
}

func (r *run) sort(ctx context.Context, n *plan.Sort) (operator, error) {
	o := &sorter{run: r, node: n, cols: n.Schema()}
	from := n.In
	if n.Limit > 0 && !r.again {
		live := new(vector.Live)
		if from = plan.Watch(n.In, n.Keys[0], live); from != n.In {
			o.live = live
		}
	}
	var err error
	o.in, err = r.build(ctx, r.instead(n.In, from))
	return o, err
}

func (o *sorter) next(ctx context.Context) (*vector.Batch, error) {
	if o.runs == nil {
		if err := o.read(ctx); err != nil {
			return nil, err
		}
		o.out = newMerger(o)
	}
	return o.out.next()
}

func (o *sorter) read(ctx context.Context) error {
	parts, runs, err := o.run.parts(ctx, o.in)
	if err != nil {
		return err
	}
	if len(parts) == 0 {
		s := o.begin(o.run)
		s.sift(o.in)
		if err := each(ctx, o.in, s.add); err != nil {
			return err
		}
		s.order = s.sorted()
		return nil
	}
	for w, p := range parts {
		o.begin(runs[w]).sift(p)
	}
	err = atOnce(ctx, o.run.costs[o.node], parts, func(_ context.Context, w int, b *vector.Batch) error { return o.runs[w].add(b) })
	if err = errors.Join(err, o.in.close()); err != nil {
		return err
	}
	errs := make([]error, len(o.runs))
	var group sync.WaitGroup
	for w, s := range o.runs {
		group.Go(func() {
			o.run.costs[o.node].during(func() {
				errs[w] = guarded(func() error {
					s.order = s.sorted()
					return nil
				})
			})
		})
	}
	group.Wait()
	return first(errs)
}

func (o *sorter) begin(r *run) *sortRun {
	s := &sortRun{sorter: o, buf: &buffer{run: r, rows: emptyBatch(o.cols)}, worst: -1}
	o.runs = append(o.runs, s)
	return s
}

// sift tells who reads the rows by their first key which come too late.
func (o *sortRun) sift(in operator) {
	if o.node.Limit < 0 {
		return
	}
	k := o.node.Keys[0]
	sift(in, []int{k.Column}, func() func(cols []*vector.Vector) []uint32 {
		return func(cols []*vector.Vector) []uint32 {
			if o.worst < 0 {
				return nil
			}
			return before(k, cols[0], o.buf.rows.Columns[k.Column], o.worst)
		}
	})
}

func (o *sortRun) add(b *vector.Batch) error {
	limit := o.node.Limit
	rows := o.better(b, o.worst)
	if limit >= 0 {
		rows = o.best(b, rows)
	}
	appendRows(o.buf.rows, b, rows)
	if n := o.buf.rows.Len; limit >= 0 && n > o.kept && int64(n) >= limit && (o.worst < 0 || int64(n-o.kept) >= limit/2) {
		o.buf.rows = copyRows(o.cols, o.buf.rows, o.sorted())
		o.kept, o.worst = o.buf.rows.Len, o.buf.rows.Len-1
		o.narrow(o.worst)
	}
	return o.buf.count()
}

// sorted is the rows in order, no more than the limit.
func (o *sortRun) sorted() []uint32 {
	order := sortRows(o.cols, o.node.Keys, o.buf.rows)
	if o.node.Limit >= 0 && int64(len(order)) > o.node.Limit {
		order = order[:o.node.Limit]
	}
	return order
}

func (o *sorter) close() error {
	if o.runs == nil {
		return o.in.close()
	}
	for _, s := range o.runs {
		s.buf.release()
	}
	return nil
}
