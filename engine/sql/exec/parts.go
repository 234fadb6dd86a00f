package exec

import (
	"context"
	"errors"
	"sync"

	"unyo/engine/vector"
)

// parts divides what an operator has yet to give among the query's workers: each part is an operator for a goroutine of its own, and has a run of its own. In which
// part a row is follows from how many workers there are, and from nothing else. Who reads the parts closes them, and then op, which keeps what they share. If there
// are none, op cannot be divided, and is read as it is.
func (r *run) parts(ctx context.Context, op operator) (parts []operator, runs []*run, err error) {
	if r.again || r.session.Workers < 2 {
		return nil, nil, nil
	}
	runs = []*run{r}
	for len(runs) < r.session.Workers {
		runs = append(runs, r.apart())
	}
	parts, err = divide(ctx, op, runs)
	return parts, runs, err
}

// divide gives no more parts than there are runs.
func divide(ctx context.Context, op operator, runs []*run) ([]operator, error) {
	of := func(in operator, part func(r *run, in operator) operator) ([]operator, error) {
		parts, err := divide(ctx, in, runs)
		for w, p := range parts {
			parts[w] = part(runs[w], p)
		}
		return parts, err
	}
	switch op := op.(type) {
	case *reading:
		return op.divide(runs), nil
	case *filter:
		if fixed(op.conds) {
			return of(op.in, func(r *run, in operator) operator { return &filter{r, in, op.conds} })
		}
	case *project:
		if fixed(op.exprs) {
			return of(op.in, func(r *run, in operator) operator { return &project{r, in, op.exprs} })
		}
	case *unnest:
		if fixed(op.node.Lists) {
			return of(op.in, func(r *run, in operator) operator { return &unnest{run: r, in: in, node: op.node} })
		}
	case *measure:
		var parts []operator
		var err error
		op.cost.during(func() { parts, err = of(op.op, func(_ *run, in operator) operator { return &measure{in, op.cost} }) })
		return parts, err
	case *resumed:
		parts, err := divide(ctx, op.in, runs)
		if len(parts) > 0 {
			parts[0] = &resumed{buf: op.buf, in: parts[0]}
		}
		return parts, err
	case *union:
		return op.divide(ctx, runs)
	case *join:
		if n := op.node; n.Kind != "INNER" && n.Kind != "LEFT" || !fixed(n.LKeys) || !fixed(n.Conds) {
			return nil, nil
		}
		if op.right == nil {
			if err := op.hold(ctx); err != nil {
				return nil, err
			}
		}
		return of(op.l, op.probe)
	}
	return nil, nil
}

// divide gives each part every so-manieth reader. The one that has been begun is the first of the first.
func (o *reading) divide(runs []*run) []operator {
	left := o.readers[o.at:]
	parts := make([]operator, max(1, min(len(runs), len(left))))
	for w := range parts {
		p := &reading{run: runs[w], sieves: o.sieves[:len(o.sieves):len(o.sieves)], cost: o.cost}
		for i := w; i < len(left); i += len(parts) {
			p.readers = append(p.readers, left[i])
		}
		if w == 0 {
			p.made, p.before, p.left, p.asked, p.sifts = o.made, o.before, o.left, o.asked, o.sifts
		}
		parts[w] = p
	}
	o.readers, o.at = nil, 0
	return parts
}

// divide gives each part one of every operator; those that cannot be divided are the first's.
func (o *union) divide(ctx context.Context, runs []*run) ([]operator, error) {
	parts, divided := []*union{{}}, []operator{}
	for _, in := range o.ins[o.at:] {
		some, err := divide(ctx, in, runs)
		if err != nil {
			for _, p := range parts {
				err = errors.Join(err, p.close())
			}
			return nil, err
		}
		if len(some) > 0 {
			divided = append(divided, in)
		} else {
			some = []operator{in}
		}
		for w, p := range some {
			if w == len(parts) {
				parts = append(parts, &union{})
			}
			parts[w].ins = append(parts[w].ins, p)
		}
	}
	if len(divided) == 0 {
		return nil, nil
	}
	o.ins, o.at = divided, 0
	out := make([]operator, len(parts))
	for w, p := range parts {
		out[w] = p
	}
	return out, nil
}

// probe is the join for one part of its left.
func (o *join) probe(r *run, l operator) operator {
	return &join{run: r, node: o.node, swapped: o.swapped, l: l, lCols: o.lCols, rCols: o.rCols, right: o.right, rows: o.rows, keys: o.keys.view(), part: true}
}

// atOnce reads parts at the same time, and calls f with the batches of each. The first that fails ends the others. What that costs is by's.
func atOnce(ctx context.Context, by *cost, parts []operator, f func(ctx context.Context, w int, b *vector.Batch) error) error {
	errs := make([]error, len(parts))
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var group sync.WaitGroup
	for w, op := range parts {
		group.Go(func() {
			by.during(func() {
				errs[w] = guarded(func() error {
					return each(ctx, op, func(b *vector.Batch) error { return f(ctx, w, b) })
				})
			})
			if errs[w] != nil {
				cancel()
			}
		})
	}
	group.Wait()
	return first(errs)
}

// first is the error that is not but the end of the others.
func first(errs []error) error {
	for _, e := range errs {
		if e != nil && !errors.Is(e, context.Canceled) {
			return e
		}
	}
	return errors.Join(errs...)
}
