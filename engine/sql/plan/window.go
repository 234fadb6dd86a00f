package plan

import (
	"slices"

	"unyo/engine/sql/expr"
	"unyo/engine/sql/fault"
	"unyo/engine/sql/functions"
	"unyo/engine/sql/syntax"
	"unyo/engine/sql/types"
)

// window computes window functions: their arguments first, then a node for all that share a partition and an order.
func (b *block) window(list []*syntax.Call, named []syntax.NamedWindow) {
	if b.windows == nil {
		b.windows = map[*syntax.Call]int{}
	}
	project := columnsAfter(b.node)
	add := func(x expr.Expr) int {
		for i, have := range project.Exprs {
			if expr.String(have) == expr.String(x) && expr.Fixed(x) {
				return i
			}
		}
		project.Exprs, project.Cols = append(project.Exprs, x), append(project.Cols, Col{"$window", x.Type()})
		return len(project.Exprs) - 1
	}
	var nodes []*Window
	where := map[*syntax.Call][2]int{}
	for _, c := range list {
		w := b.windowOf(c.Over, named, 0)
		node := &Window{}
		for _, e := range w.Partition {
			node.Partition = append(node.Partition, add(b.expr(e)))
		}
		for _, s := range w.OrderBy {
			x := b.expr(s.X)
			if !x.Type().Orderable() {
				fail(s.X.Place(), fault.TypeMismatch, "Type %s is not orderable, and therefore cannot be used in window function ORDER BY", x.Type())
			}
			node.Order = append(node.Order, Key{add(x), s.Desc, s.NullsFirst})
		}
		f := b.windowFunc(c, w, node, add)
		at := slices.IndexFunc(nodes, func(n *Window) bool {
			return slices.Equal(n.Partition, node.Partition) && slices.Equal(n.Order, node.Order)
		})
		if at < 0 {
			at, nodes = len(nodes), append(nodes, node)
		}
		nodes[at].Funcs = append(nodes[at].Funcs, f)
		where[c] = [2]int{at, len(nodes[at].Funcs) - 1}
	}
	project.In = b.node
	// A subquery in an argument has added columns below: they are part of the projection's input, not of its output.
	var in Node = project
	first := make([]int, len(nodes))
	for i, n := range nodes {
		first[i] = len(in.Schema())
		n.In = in
		in = n
	}
	for c, at := range where {
		b.windows[c] = first[at[0]] + at[1]
	}
	b.node = in
}

// windowOf is a window with what the named one it builds on says.
func (b *block) windowOf(w *syntax.Window, named []syntax.NamedWindow, depth int) *syntax.Window {
	if w.Base == "" {
		return w
	}
	at := slices.IndexFunc(named, func(n syntax.NamedWindow) bool { return same(n.Name, w.Base) })
	if at < 0 || depth > len(named) {
		fail(w.Pos, "INVALID_WINDOW_REFERENCE", "Cannot resolve WINDOW name %s", w.Base)
	}
	base := *b.windowOf(named[at].Window, named, depth+1)
	if w.Partition != nil {
		fail(w.Pos, "INVALID_PARTITION_BY", "WINDOW specification with named WINDOW reference cannot specify PARTITION BY")
	}
	if w.OrderBy != nil {
		base.OrderBy = w.OrderBy
	}
	if w.Frame != nil {
		base.Frame = w.Frame
	}
	return &base
}

func (b *block) windowFunc(c *syntax.Call, w *syntax.Window, node *Window, add func(expr.Expr) int) WindowFunc {
	if c.Distinct {
		fail(c.Pos, fault.NotSupported, "DISTINCT in window function parameters not yet supported: %s", c.Name)
	}
	if c.Overflow != nil && c.Overflow.Truncate {
		fail(c.Pos, fault.NotSupported, "ON OVERFLOW TRUNCATE is not supported in a window")
	}
	f := WindowFunc{Name: c.Name, Filter: -1, IgnoreNulls: c.IgnoreNulls}
	args := b.exprs(c.Args)
	ts := make([]*types.Type, len(args))
	for i, x := range args {
		ts[i] = x.Type()
	}
	want := ts
	if functions.IsWindow(c.Name) {
		t, coerced, err := functions.ResolveWindow(c.Name, ts)
		if err != nil {
			place(c.Pos, err)
		}
		f.T, want = t, coerced
		if c.Filter != nil {
			fail(c.Pos, fault.FunctionNotFound, "FILTER is only allowed with aggregations")
		}
	} else {
		if !functions.IsAggregate(c.Name) {
			fail(c.Pos, fault.FunctionNotFound, "Function '%s' not registered", c.Name)
		}
		agg, err := functions.ResolveAggregate(c.Name, ts)
		if err != nil {
			place(c.Pos, err)
		}
		f.Agg, f.T, want = agg, agg.Result, agg.Args
	}
	for i, x := range args {
		f.Args = append(f.Args, add(b.p.coerce(x, want[i])))
	}
	if c.Filter != nil {
		f.Filter = add(b.cond(c.Filter, "FILTER expression"))
	}
	f.Frame = b.frame(w, node, add)
	return f
}

func (b *block) frame(w *syntax.Window, node *Window, add func(expr.Expr) int) Frame {
	out := Frame{Unit: "RANGE", Start: "UNBOUNDED PRECEDING", End: "CURRENT ROW", StartAt: -1, EndAt: -1}
	f := w.Frame
	if f == nil {
		return out
	}
	out.Unit, out.Start, out.End = f.Unit, f.Start.Kind, f.End.Kind
	order := []string{"UNBOUNDED PRECEDING", "PRECEDING", "CURRENT ROW", "FOLLOWING", "UNBOUNDED FOLLOWING"}
	if s, e := indexOf(order, out.Start), indexOf(order, out.End); s == 4 || e == 0 || s > e {
		fail(f.Pos, fault.InvalidWindow, "Window frame starting from %s cannot end with %s", out.Start, out.End)
	}
	offset := func(bound syntax.Bound) int {
		if bound.Value == nil {
			return -1
		}
		x := b.expr(bound.Value)
		if f.Unit != "RANGE" {
			if !x.Type().IsInteger() {
				fail(bound.Value.Place(), fault.TypeMismatch, "Window frame offset value type (%s) not allowed. Required: integer", x.Type())
			}
			return add(b.p.coerce(x, types.Big))
		}
		if len(node.Order) != 1 {
			fail(f.Pos, "INVALID_ORDER_BY", "Window frame of type RANGE PRECEDING or FOLLOWING requires single sort item in ORDER BY (actual: %d)", len(node.Order))
		}
		key := b.expr(w.OrderBy[0].X)
		op := "+"
		if (bound.Kind == "PRECEDING") != node.Order[0].Desc {
			op = "-"
		}
		return add(b.p.coerce(b.p.call(bound.Value.Place(), op, key, x), key.Type()))
	}
	out.StartAt, out.EndAt = offset(f.Start), offset(f.End)
	return out
}
