package exec

import (
	"context"
	"errors"
	"io"
	"slices"

	"unyo/engine/sql/functions"
	"unyo/engine/sql/plan"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// aggregation gathers rows into groups, and then gives the groups.
type aggregation struct {
	run   *run
	node  *plan.Aggregate
	in    []plan.Col
	sets  []*groupSet
	held  int64
	begin func(ctx context.Context) error // reads all input, once
	part  bool                            // it is to be merged into another
	set   int
	at    int
}

// groupSet is the groups of one grouping set.
type groupSet struct {
	keys     []int // places in node.Keys
	groups   *grouper
	accs     []functions.Accumulator
	distinct []*grouper // of the aggregates that take each value once
	ordered  []*ordered
}

func newAggregation(r *run, n *plan.Aggregate) *aggregation {
	a := &aggregation{run: r, node: n, in: n.In.Schema()}
	sets := n.Sets
	if sets == nil {
		all := make([]int, len(n.Keys))
		for i := range all {
			all[i] = i
		}
		sets = [][]int{all}
	}
	for _, keys := range sets {
		var ts []*types.Type
		for _, k := range keys {
			ts = append(ts, a.in[n.Keys[k]].T)
		}
		s := &groupSet{keys: keys, groups: newGrouper(ts), distinct: make([]*grouper, len(n.Aggs)), ordered: make([]*ordered, len(n.Aggs))}
		for i, agg := range n.Aggs {
			s.accs = append(s.accs, agg.F.New())
			if agg.Distinct {
				s.distinct[i] = newDistinct(len(keys) > 0, agg.F.Args)
			}
			if agg.OrderBy != nil {
				s.ordered[i] = newOrdered(a.in, agg)
			}
		}
		a.sets = append(a.sets, s)
	}
	return a
}

// aggregate reads what is below at once in as many places as there are workers, if it can be divided.
func (r *run) aggregate(ctx context.Context, n *plan.Aggregate) (operator, error) {
	in, err := r.build(ctx, n.In)
	if err != nil {
		return nil, err
	}
	a := newAggregation(r, n)
	a.begin = func(ctx context.Context) error {
		if !slices.ContainsFunc(n.Aggs, func(g plan.Agg) bool { return g.OrderBy != nil }) {
			parts, runs, err := r.parts(ctx, in)
			if err != nil || len(parts) > 0 {
				if err == nil {
					err = a.together(ctx, parts, runs)
				}
				return errors.Join(err, in.close())
			}
		}
		return each(ctx, in, func(b *vector.Batch) error { return a.add(ctx, b) })
	}
	return a, nil
}

// add takes a batch.
func (a *aggregation) add(ctx context.Context, b *vector.Batch) error {
	a.run.fctx.Context = ctx
	total := int64(0)
	for _, s := range a.sets {
		cols := make([]*vector.Vector, len(s.keys))
		for i, k := range s.keys {
			cols[i] = b.Columns[a.node.Keys[k]]
		}
		ids := s.groups.number(b.Len, cols, true)
		if len(cols) == 0 {
			ids = nil
		}
		for i, agg := range a.node.Aggs {
			if err := a.addTo(s, i, agg, b, ids); err != nil {
				return err
			}
			if before := total + s.accs[i].Bytes(); before > a.held+wide { // what this batch has added, before the others add to it
				if err := a.run.room(before - a.held); err != nil {
					return err
				}
			}
			total += s.accs[i].Bytes() + s.ordered[i].bytes()
			if s.distinct[i] != nil {
				total += s.distinct[i].bytes()
			}
		}
		total += s.groups.bytes()
	}
	return a.count(total)
}

func (a *aggregation) count(total int64) error {
	delta := total - a.held
	a.held = total
	return a.run.hold(delta)
}

// addTo gives the rows of a batch that count to one aggregate.
func (a *aggregation) addTo(s *groupSet, i int, agg plan.Agg, b *vector.Batch, ids []uint32) error {
	n := b.Len
	var rows []uint32 // nil for all
	if agg.Filter >= 0 {
		rows = []uint32{}
		f := b.Columns[agg.Filter]
		for j := range n {
			if v, at := f.At(j); !v.IsNull(at) && v.Bools[at] {
				rows = append(rows, uint32(j))
			}
		}
	}
	args := func(list []int) []*vector.Vector {
		out := make([]*vector.Vector, len(list))
		for j, c := range list {
			if out[j] = b.Columns[c]; rows != nil {
				out[j] = out[j].Pick(rows)
			}
		}
		return out
	}
	groups := func() []uint32 {
		if ids == nil || rows == nil {
			return ids
		}
		out := make([]uint32, len(rows))
		for j, r := range rows {
			out[j] = ids[r]
		}
		return out
	}
	if agg.Distinct {
		rows = once(s.distinct[i], args(agg.Args), groups(), rows, n)
		if a.part { // which of these are new is known when they are merged
			return nil
		}
	}
	if rows != nil {
		n = len(rows)
	}
	if o := s.ordered[i]; o != nil {
		o.add(n, groups(), args(o.columns))
		return nil
	}
	return s.accs[i].Add(a.run.fctx, n, groups(), max(1, s.groups.n), args(agg.Args))
}

func (a *aggregation) next(ctx context.Context) (*vector.Batch, error) {
	if a.begin != nil {
		begin := a.begin
		a.begin = nil
		if err := begin(ctx); err != nil {
			return nil, err
		}
		for _, s := range a.sets {
			if len(s.keys) == 0 {
				s.groups.n = 1 // also of no rows
			}
			for i, o := range s.ordered {
				if o != nil {
					if err := o.feed(a.run.fctx, s.accs[i], s.groups.n); err != nil {
						return nil, err
					}
				}
			}
		}
	}
	for ; a.set < len(a.sets); a.set, a.at = a.set+1, 0 {
		s := a.sets[a.set]
		if a.at < s.groups.n {
			to := min(a.at+vector.BatchRows, s.groups.n)
			out, err := a.batch(s, a.at, to)
			if err == nil {
				a.at += out.Len
			}
			return out, err
		}
	}
	return nil, io.EOF
}

// batch is the groups from to to of a set, or the first of them if they hold much.
func (a *aggregation) batch(s *groupSet, from, to int) (*vector.Batch, error) {
	results, to, err := a.results(s, from, to)
	if err != nil {
		return nil, err
	}
	n := to - from
	out := &vector.Batch{Len: n, Columns: make([]*vector.Vector, len(a.node.Keys), len(a.node.Keys)+len(s.accs)+1)}
	for i, k := range a.node.Keys {
		out.Columns[i] = vector.Nothing(a.in[k].T.Vector(), n)
	}
	for i, v := range s.groups.keys(from, to) {
		out.Columns[s.keys[i]] = v
	}
	out.Columns = append(out.Columns, results...)
	if a.node.Sets != nil {
		one := vector.New(vector.Int)
		one.AppendInt(int64(a.set))
		out.Columns = append(out.Columns, vector.Constant(one, n))
	}
	return out, nil
}

// results is what the aggregates have come to for the groups from to to, or for the first of them: it ends behind the group with which it is
// large enough.
func (a *aggregation) results(s *groupSet, from, to int) (out []*vector.Vector, end int, err error) {
	for i := range s.accs {
		v := a.node.Aggs[i].F.Result.New()
		v.Grow(to - from)
		out = append(out, v)
	}
	for g := from; g < to; g++ {
		size := int64(0)
		for i, acc := range s.accs {
			if err := acc.Result(a.run.fctx, out[i], g); err != nil {
				return nil, 0, err
			}
			if size += sizeOf(out[i]); size > wide {
				if err := a.run.room(size); err != nil {
					return nil, 0, err
				}
			}
		}
		if size > wide {
			return out, g + 1, nil
		}
	}
	return out, to, nil
}

func (a *aggregation) close() error {
	a.run.give(a.held)
	a.held = 0
	return nil
}
