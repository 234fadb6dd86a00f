package exec

import (
	"context"
	"maps"
	"slices"

	"unyo/engine/sql/expr"
	"unyo/engine/vector"
)

// sieve tells by a few columns which rows are of use; keep makes what tells it in a run, for each goroutine its own.
type sieve struct {
	columns []int
	keep    func(r *run) func(ctx context.Context, b *vector.Batch) ([]uint32, error)
}

// filtered is a filter above an operator: where that reads a table, the conditions become its sieves.
func (r *run) filtered(in operator, conds []expr.Expr) operator {
	rd, ok := bare(in).(*reading)
	if !ok || !fixed(conds) {
		return &filter{r, in, conds}
	}
	for i, c := range conds {
		used := map[int]bool{}
		expr.Columns(c, used)
		rd.sieves = append(rd.sieves, sieve{slices.Sorted(maps.Keys(used)), func(r *run) func(ctx context.Context, b *vector.Batch) ([]uint32, error) {
			return func(ctx context.Context, b *vector.Batch) (rows []uint32, err error) {
				err = guarded(func() error { // a reader takes a panic for its own
					rows, err = expr.Filter(r.env(ctx, b), conds[i:i+1])
					return err
				})
				return rows, err
			}
		}})
	}
	return in
}

// bare is an operator that is counted, as it is.
func bare(op operator) operator {
	if m, ok := op.(*measure); ok {
		return m.op
	}
	return op
}

// fixed tells whether no expression depends on chance.
func fixed(exprs []expr.Expr) bool {
	return !slices.ContainsFunc(exprs, func(e expr.Expr) bool { return !expr.Fixed(e) })
}

// telling makes, for one goroutine, what tells by columns which rows are of use; nil for all.
type telling func() func(cols []*vector.Vector) []uint32

// sift lets what keep makes tell by values of columns of op which rows are of use, where op reads them from tables; where not, all are given.
func sift(op operator, columns []int, keep telling) {
	switch op := bare(op).(type) {
	case *reading:
		op.sieves = append(op.sieves, told(columns, keep))
	case *filter:
		sift(op.in, columns, keep)
	case *project:
		exprs := make([]expr.Expr, len(columns))
		for i, c := range columns {
			exprs[i] = op.exprs[c]
		}
		if columns, ok := columnsOf(exprs); ok {
			sift(op.in, columns, keep)
		}
	case *union:
		for _, in := range op.ins {
			sift(in, columns, keep)
		}
	case *join:
		switch k := op.node.Kind; {
		case op.swapped || slices.Max(columns) >= len(op.lCols) || k != "INNER" && k != "LEFT":
		case op.l == nil:
			op.told = append(op.told, func(l operator) { sift(l, columns, keep) })
		default:
			sift(op.l, columns, keep)
		}
	}
}

func told(columns []int, keep telling) sieve {
	return sieve{columns, func(*run) func(ctx context.Context, b *vector.Batch) ([]uint32, error) {
		tell := keep()
		return func(_ context.Context, b *vector.Batch) (rows []uint32, err error) {
			err = guarded(func() error {
				cols := make([]*vector.Vector, len(columns))
				for i, c := range columns {
					cols[i] = b.Columns[c]
				}
				rows = tell(cols)
				return nil
			})
			return rows, err
		}
	}}
}
