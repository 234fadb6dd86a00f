package exec

import (
	"context"
	"errors"
	"sync"

	"unyo/engine/vector"
)

// together has each worker gather a part, and merges what they have in the order of workers, so that the result is the same on every run with as many of them.
func (a *aggregation) together(ctx context.Context, parts []operator, runs []*run) error {
	all := []*aggregation{a}
	for w := 1; w < len(parts); w++ {
		p := newAggregation(runs[w], a.node)
		p.part = true
		all = append(all, p)
	}
	if err := atOnce(ctx, a.run.costs[a.node], parts, func(ctx context.Context, w int, b *vector.Batch) error { return all[w].add(ctx, b) }); err != nil {
		return err
	}
	a.run.fctx.Context = ctx
	for _, p := range all[1:] {
		total := int64(0)
		for i, s := range a.sets {
			if err := a.merge(ctx, s, p.sets[i]); err != nil {
				return err
			}
			total += s.bytes()
		}
		if err := errors.Join(a.count(total), p.close()); err != nil {
			return err
		}
	}
	return nil
}

// manyGroups is from how many groups on aggregates are merged beside each other.
const manyGroups = 4 * vector.BatchRows

// merge takes another's groups.
func (a *aggregation) merge(ctx context.Context, s, o *groupSet) error {
	if o.groups.n == 0 {
		return nil
	}
	to := make([]uint32, 0, o.groups.n)
	for at := 0; at < o.groups.n; at += vector.BatchRows {
		if err := ctx.Err(); err != nil {
			return err
		}
		end := min(at+vector.BatchRows, o.groups.n)
		to = append(to, s.groups.number(end-at, o.groups.values(at, end), true)...)
	}
	workers := 1
	if o.groups.n >= manyGroups {
		workers = min(a.run.session.Workers, len(s.accs))
	}
	errs := make([]error, len(s.accs))
	var group sync.WaitGroup
	for w := range workers {
		r := a.run.apart()
		some := func() {
			for i := w; i < len(s.accs); i += workers {
				errs[i] = guarded(func() error { return r.mergeOne(ctx, s, o, i, to) })
			}
		}
		if w == workers-1 {
			some()
		} else {
			group.Go(func() { a.run.costs[a.node].during(some) })
		}
	}
	group.Wait()
	return first(errs)
}

// mergeOne merges one aggregate, whose groups are to. What takes each value once takes those that the other's have had, and its own not.
func (r *run) mergeOne(ctx context.Context, s, o *groupSet, i int, to []uint32) error {
	d := o.distinct[i]
	if d == nil {
		return s.accs[i].Merge(r.fctx, o.accs[i], to, s.groups.n)
	}
	for at := 0; at <= d.n; at += vector.BatchRows { // also of no rows: the aggregate is to know of all groups
		if err := ctx.Err(); err != nil {
			return err
		}
		end := min(at+vector.BatchRows, d.n)
		cols := d.values(at, end)
		var ids []uint32
		if len(s.keys) > 0 {
			groups := cols[0].Flat()
			cols, ids = cols[1:], make([]uint32, end-at)
			for j, g := range groups.Ints {
				ids[j] = to[g]
			}
		}
		rows := once(s.distinct[i], cols, ids, nil, end-at)
		for j, v := range cols {
			cols[j] = v.Pick(rows)
		}
		for j, row := range rows {
			if ids != nil {
				ids[j] = ids[row]
			}
		}
		if ids != nil {
			ids = ids[:len(rows)]
		}
		if err := s.accs[i].Add(r.fctx, len(rows), ids, max(1, s.groups.n), cols); err != nil {
			return err
		}
	}
	return nil
}

// bytes is how much a set holds.
func (s *groupSet) bytes() int64 {
	n := s.groups.bytes()
	for i, acc := range s.accs {
		n += acc.Bytes() + s.ordered[i].bytes()
		if d := s.distinct[i]; d != nil {
			n += d.bytes()
		}
	}
	return n
}
