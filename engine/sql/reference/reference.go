// Package reference runs plans slowly and plainly, a row at a time over values of any: what package exec is held against in
// tests. It shares with it the plan as it is written, and nothing of how it is run. It knows what the random queries ask.
package reference

import (
	"context"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strings"

	"unyo/engine/sql/expr"
	"unyo/engine/sql/plan"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// Row is a row: nil, bool, int64, float64, string, or *big.Int for a decimal without its point.
type Row []any

type machine struct {
	ctx   context.Context
	outer map[int]any
	last  map[*plan.Previous][]Row // of recursive queries
}

// Run gives all rows of a plan. What it does not know panics.
func Run(ctx context.Context, q *plan.Query) (rows []Row, err error) {
	defer func() {
		switch e := recover().(type) {
		case nil:
		case problem:
			rows, err = nil, e
		default:
			panic(e)
		}
	}()
	m := &machine{ctx, map[int]any{}, map[*plan.Previous][]Row{}}
	return m.rows(q.Root), nil
}

// problem is an error of the query.
type problem struct{ text string }

func (p problem) Error() string { return p.text }

// ValueOf is value i of v.
func ValueOf(t *types.Type, v *vector.Vector, i int) any {
	if v.IsNull(i) {
		return nil
	}
	v, i = v.At(i)
	switch {
	case t.Kind == types.Decimal && v.Kind == vector.Int:
		return big.NewInt(v.Ints[i])
	case t.Kind == types.Decimal:
		return types.BigOf(v.Wides[i])
	}
	switch v.Kind {
	case vector.Bool:
		return v.Bools[i]
	case vector.Int:
		return v.Ints[i]
	case vector.Float:
		return v.Floats[i]
	case vector.Bytes:
		return string(v.Text(i))
	}
	panic(fmt.Sprintf("reference: no value of %s", t))
}

func (m *machine) rows(n plan.Node) (out []Row) {
	switch n := n.(type) {
	case *plan.Read:
		return m.read(n)
	case *plan.Values:
		for _, exprs := range n.Rows {
			out = append(out, m.row(exprs, nil))
		}
	case *plan.Filter:
		for _, r := range m.rows(n.In) {
			if m.all(n.Conds, r) {
				out = append(out, r)
			}
		}
	case *plan.Project:
		for _, r := range m.rows(n.In) {
			out = append(out, m.row(n.Exprs, r))
		}
	case *plan.Join:
		return m.join(n)
	case *plan.Aggregate:
		return m.aggregate(n)
	case *plan.Sort:
		out = m.rows(n.In)
		slices.SortStableFunc(out, func(a, b Row) int { return order(n.Keys, a, b) })
		if n.Limit >= 0 {
			out = out[:min(int64(len(out)), n.Limit)]
		}
	case *plan.Limit:
		out = m.rows(n.In)
		out = out[min(int64(len(out)), n.Offset):]
		if n.N >= 0 {
			out = out[:min(int64(len(out)), n.N)]
		}
	case *plan.Union:
		for _, in := range n.Ins {
			out = append(out, m.rows(in)...)
		}
	case *plan.SetOp:
		return m.setOp(n)
	case *plan.Apply:
		return m.apply(n)
	case *plan.Window:
		return m.window(n)
	case *plan.Match:
		return m.recognise(n)
	case *plan.Previous:
		return m.last[n]
	case *plan.Recurse:
		return m.recurse(n)
	default:
		panic(fmt.Sprintf("reference: no %T", n))
	}
	return out
}

func (m *machine) recurse(n *plan.Recurse) (out []Row) {
	rows := m.rows(n.Base)
	for steps := 0; len(rows) > 0; steps++ {
		if steps > n.Depth {
			panic(problem{"Recursion depth limit exceeded"})
		}
		out = append(out, rows...)
		m.last[n.Previous] = rows
		rows = m.rows(n.Step)
	}
	return out
}

func (m *machine) read(n *plan.Read) (out []Row) {
	readers, err := n.Table.Scan(m.ctx, plan.Scan{Columns: n.Columns})
	if err != nil {
		panic(problem{err.Error()})
	}
	for _, r := range readers {
		for {
			b, err := r.Next(m.ctx)
			if err == io.EOF {
				break
			}
			for i := range b.Len {
				row := Row{}
				for c, v := range b.Columns {
					row = append(row, ValueOf(n.Table.Columns[n.Columns[c]].Type, v, i))
				}
				out = append(out, row)
			}
		}
	}
	return out
}

func (m *machine) row(exprs []expr.Expr, in Row) Row {
	out := Row{}
	for _, e := range exprs {
		out = append(out, m.eval(e, in))
	}
	return out
}

func (m *machine) all(conds []expr.Expr, r Row) bool {
	for _, c := range conds {
		if m.eval(c, r) != true {
			return false
		}
	}
	return true
}

func (m *machine) join(n *plan.Join) (out []Row) {
	l, r := m.rows(n.L), m.rows(n.R)
	wanted := make([]bool, len(r))
	for _, a := range l {
		found := false
		for j, b := range r {
			if pair := append(slices.Clone(a), b...); m.all(n.Conds, pair) {
				out, found, wanted[j] = append(out, pair), true, true
			}
		}
		if !found && (n.Kind == "LEFT" || n.Kind == "FULL") {
			out = append(out, append(slices.Clone(a), make(Row, len(n.R.Schema()))...))
		}
	}
	for j, b := range r {
		if !wanted[j] && (n.Kind == "RIGHT" || n.Kind == "FULL") {
			out = append(out, append(make(Row, len(n.L.Schema())), b...))
		}
	}
	return out
}

// Key writes a row so that equal rows are written alike.
func Key(r Row) string {
	var b strings.Builder
	for _, x := range r {
		switch x := x.(type) {
		case float64:
			if x == 0 {
				x = 0
			}
			fmt.Fprintf(&b, "f%.9g|", x+0)
		default:
			fmt.Fprintf(&b, "%T%v|", x, x)
		}
	}
	return b.String()
}

func (m *machine) setOp(n *plan.SetOp) (out []Row) {
	count, given := map[string]int{}, map[string]bool{}
	for _, r := range m.rows(n.R) {
		count[Key(r)]++
	}
	for _, r := range m.rows(n.L) {
		k := Key(r)
		in := count[k] > 0
		take := in == (n.Op == "INTERSECT")
		if n.All {
			if in {
				count[k]--
			}
		} else {
			take = take && !given[k]
			given[k] = true
		}
		if take {
			out = append(out, r)
		}
	}
	return out
}

func (m *machine) apply(n *plan.Apply) (out []Row) {
	for _, r := range m.rows(n.In) {
		for _, s := range n.Slots {
			m.outer[s.Slot] = r[s.Column]
		}
		sub := m.rows(n.Sub)
		var answer any
		switch n.Kind {
		case "EXISTS":
			answer = len(sub) > 0
		case "SCALAR":
			if len(sub) > 1 {
				panic(problem{"SUBQUERY_MULTIPLE_ROWS"})
			}
			if len(sub) == 1 {
				answer = sub[0][0]
			}
		default:
			answer = m.quantified(n, m.eval(n.X, r), sub)
		}
		out = append(out, append(slices.Clone(r), answer))
	}
	return out
}

func (m *machine) quantified(n *plan.Apply, x any, sub []Row) any {
	op := n.Kind
	if op == "IN" {
		op = "="
	}
	unknown := false
	for _, s := range sub {
		switch holds := compareOp(op, x, s[0]); {
		case holds == nil:
			unknown = true
		case holds != n.All:
			return holds
		}
	}
	if unknown {
		return nil
	}
	return n.All
}

// order compares rows by keys.
func order(keys []plan.Key, a, b Row) int {
	for _, k := range keys {
		x, y := a[k.Column], b[k.Column]
		switch {
		case x == nil && y == nil:
			continue
		case x == nil || y == nil:
			if (x == nil) == k.NullsFirst {
				return -1
			}
			return 1
		}
		c := compare(x, y)
		if k.Desc {
			c = -c
		}
		if c != 0 {
			return c
		}
	}
	return 0
}
