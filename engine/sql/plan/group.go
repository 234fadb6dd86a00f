package plan

import (
	"slices"
	"strings"

	"unyo/engine/sql/expr"
	"unyo/engine/sql/fault"
	"unyo/engine/sql/functions"
	"unyo/engine/sql/syntax"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// calls are the aggregates and the window functions in what is selected and what it is ordered by.
func calls(outputs []output, having syntax.Expr, order []syntax.SortItem) (aggregates, windows []*syntax.Call) {
	see := func(e syntax.Expr) {
		syntax.Walk(e, func(e syntax.Expr) bool {
			c, ok := e.(*syntax.Call)
			switch {
			case ok && c.Over != nil:
				windows = append(windows, c)
				for _, a := range c.Args {
					refuseWindows(a)
				}
			case ok && functions.IsAggregate(c.Name):
				aggregates = append(aggregates, c)
				for _, a := range append([]syntax.Expr{c.Filter}, c.Args...) {
					if a != nil {
						refuseNested(a, c.Name)
					}
				}
				return false
			}
			return true
		})
	}
	for _, o := range outputs {
		if o.x != nil {
			see(o.x)
		}
	}
	if having != nil {
		see(having)
	}
	for _, s := range order {
		see(s.X)
	}
	return aggregates, windows
}

func refuseWindows(e syntax.Expr) {
	syntax.Walk(e, func(e syntax.Expr) bool {
		if c, ok := e.(*syntax.Call); ok && c.Over != nil {
			fail(c.Pos, "NESTED_WINDOW", "Cannot nest window functions inside window function")
		}
		return true
	})
}

func refuseNested(e syntax.Expr, name string) {
	syntax.Walk(e, func(e syntax.Expr) bool {
		if c, ok := e.(*syntax.Call); ok && (functions.IsAggregate(c.Name) || c.Over != nil) {
			fail(c.Pos, fault.NestedAggregation, "Cannot nest aggregations inside aggregation '%s'", name)
		}
		return true
	})
}

// refuseAggregates refuses aggregates and window functions where rows have not been gathered yet.
func refuseAggregates(e syntax.Expr, where string) {
	syntax.Walk(e, func(e syntax.Expr) bool {
		if c, ok := e.(*syntax.Call); ok && (functions.IsAggregate(c.Name) || c.Over != nil) {
			fail(c.Pos, fault.NotScalar, "%s cannot contain aggregations, window functions or grouping operations: [%s]", where, c.Name)
		}
		return true
	})
}

// grouping is what expressions mean after aggregation.
type grouping struct {
	before *block                    // of the rows that were gathered
	keys   map[string]int            // expressions that were grouped by, and their columns
	chosen map[syntax.Expr]expr.Expr // what is selected and was grouped by its number, also where it holds a query, which is no expression to compare
	asking []asking                  // keys that hold a query, which is compared as it is written
	calls  map[*syntax.Call]int
	sets   [][]int
	set    int // the column that tells the set
}

// asking is an expression with a query in it that was grouped by, and its column.
type asking struct {
	x   syntax.Expr
	key *expr.Column
}

// column is a column that was grouped by.
func (g *grouping) column(at fault.Pos, f *field) expr.Expr {
	c := &expr.Column{Index: f.column, Name: f.name, T: f.t}
	if i, ok := g.keys[expr.String(c)]; ok {
		return &expr.Column{Index: i, Name: f.name, T: f.t}
	}
	fail(at, fault.NotAggregate, "'%s' must be an aggregate expression or appear in GROUP BY clause", strings.Join(append(slices.Clone(f.table[max(0, len(f.table)-1):]), f.name), "."))
	return nil
}

// match is the key that an expression is, or nil.
func (g *grouping) match(b *block, e syntax.Expr) (out expr.Expr) {
	if c, ok := g.chosen[e]; ok {
		return c
	}
	for _, a := range g.asking {
		if len(b.params) == 0 && syntax.Same(a.x, e) {
			return a.key
		}
	}
	plain := true
	syntax.Walk(e, func(e syntax.Expr) bool {
		switch e := e.(type) {
		case *syntax.Call:
			plain = plain && e.Over == nil && !functions.IsAggregate(e.Name) && e.Name != "grouping"
		case *syntax.Subquery, *syntax.Exists, *syntax.Quantified, *syntax.Lambda:
			plain = false
		case *syntax.In:
			plain = plain && e.Query == nil
		}
		return plain
	})
	if !plain || len(b.params) > 0 {
		return nil
	}
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(*fault.Error); !ok {
				panic(r)
			}
		}
	}()
	before := *g.before
	x := before.expr(e)
	if i, ok := g.keys[expr.String(x)]; ok {
		return &expr.Column{Index: i, Name: "key", T: x.Type()}
	}
	return nil
}

// aggregate gathers rows into groups. After it, the block is over the groups.
func (b *block) aggregate(s *syntax.Select, outputs []output, aggregates []*syntax.Call) {
	before := *b
	g := &grouping{before: &before, keys: map[string]int{}, chosen: map[syntax.Expr]expr.Expr{}, calls: map[*syntax.Call]int{}}
	project := &Project{}
	add := func(x expr.Expr) int {
		for i, have := range project.Exprs {
			if expr.String(have) == expr.String(x) && expr.Fixed(x) {
				return i
			}
		}
		project.Exprs, project.Cols = append(project.Exprs, x), append(project.Cols, Col{nameOf(x), x.Type()})
		return len(project.Exprs) - 1
	}
	node := &Aggregate{In: project}
	key := func(e syntax.Expr) int {
		x := before.keyExpr(e, outputs)
		at := add(x)
		i := slices.Index(node.Keys, at)
		if i < 0 {
			i = len(node.Keys)
			node.Keys = append(node.Keys, at)
			g.keys[expr.String(x)] = i
		}
		if asks(e) {
			g.asking = append(g.asking, asking{e, &expr.Column{Index: i, Name: "key", T: x.Type()}})
		}
		if n, ok := e.(*syntax.Number); ok {
			if o := outputs[ordinal(n, len(outputs), "GROUP BY")]; o.x != nil {
				g.chosen[o.x] = &expr.Column{Index: i, Name: "key", T: x.Type()}
			}
		}
		return i
	}
	if s.GroupBy != nil {
		node.Sets = groupSets(s.GroupBy, key)
	}
	for _, c := range aggregates {
		node.Aggs = append(node.Aggs, before.agg(c, add))
		g.calls[c] = len(node.Keys) + len(node.Aggs) - 1
	}
	g.sets, g.set = node.Sets, len(node.Keys)+len(node.Aggs)
	project.In = before.node
	b.node, b.group = node, g
}

// asks tells whether an expression holds a query.
func asks(e syntax.Expr) (found bool) {
	syntax.Walk(e, func(e syntax.Expr) bool {
		switch e := e.(type) {
		case *syntax.Subquery, *syntax.Exists, *syntax.Quantified:
			found = true
		case *syntax.In:
			found = found || e.Query != nil
		}
		return !found
	})
	return found
}

func nameOf(x expr.Expr) string {
	if c, ok := x.(*expr.Column); ok {
		return c.Name
	}
	return "expr"
}

// keyExpr is what is grouped by: an expression, or a column's number.
func (b *block) keyExpr(e syntax.Expr, outputs []output) expr.Expr {
	refuseAggregates(e, "GROUP BY clause")
	var x expr.Expr
	if n, ok := e.(*syntax.Number); ok {
		o := outputs[ordinal(n, len(outputs), "GROUP BY")]
		if o.x != nil {
			refuseAggregates(o.x, "GROUP BY clause")
		}
		x = b.output(o)
	} else {
		x = b.expr(e)
	}
	if !x.Type().Comparable() {
		fail(e.Place(), fault.TypeMismatch, "%s is not comparable, and therefore cannot be used in GROUP BY", x.Type())
	}
	return x
}

// agg translates an aggregate over columns that add makes.
func (b *block) agg(c *syntax.Call, add func(expr.Expr) int) Agg {
	if c.Name == "reduce_agg" {
		return b.reduceAgg(c, add)
	}
	args, name := b.exprs(c.Args), c.Name
	if c.Overflow != nil && c.Overflow.Truncate {
		if len(args) == 1 {
			args = append(args, textConst(""))
		}
		name, args = "$listagg", append(args, textConst(c.Overflow.Filler), expr.BoolConst(c.Overflow.WithCount))
	}
	ts := make([]*types.Type, len(args))
	for i, x := range args {
		ts[i] = x.Type()
	}
	if len(args) == 0 && !c.Star && c.Name == "count" {
		c.Star = true // count() is count(*)
	}
	f, err := functions.ResolveAggregate(name, ts)
	if err != nil {
		place(c.Pos, err)
	}
	a := Agg{F: f, Filter: -1, Distinct: c.Distinct}
	for i, x := range args {
		a.Args = append(a.Args, add(b.p.coerce(x, f.Args[i])))
		if c.Distinct && !x.Type().Comparable() {
			fail(c.Pos, fault.TypeMismatch, "%s: DISTINCT can only be applied to comparable types (actual: %s)", c.Name, x.Type())
		}
	}
	b.aggRest(c, &a, add)
	return a
}

// aggRest is which rows an aggregate counts, and in which order.
func (b *block) aggRest(c *syntax.Call, a *Agg, add func(expr.Expr) int) {
	if c.Filter != nil {
		a.Filter = add(b.cond(c.Filter, "FILTER expression"))
	}
	for _, s := range append(append([]syntax.SortItem{}, c.OrderBy...), c.Within...) {
		x := b.expr(s.X)
		if !x.Type().Orderable() {
			fail(s.X.Place(), fault.TypeMismatch, "ORDER BY can only be applied to orderable types (actual: %s)", x.Type())
		}
		a.OrderBy = append(a.OrderBy, Key{add(x), s.Desc, s.NullsFirst})
	}
}

// groupingCall is GROUPING(a, b): a bit for each argument that the row's set has not.
func (b *block) groupingCall(e *syntax.Call) expr.Expr {
	if b.group == nil {
		fail(e.Pos, fault.NotScalar, "GROUPING is only allowed with GROUP BY")
	}
	var keys []int
	for _, a := range e.Args {
		c, ok := b.group.match(b, a).(*expr.Column)
		if !ok {
			fail(a.Place(), "INVALID_ARGUMENTS", "The arguments to GROUPING() must be expressions referenced by the GROUP BY at the associated query level")
		}
		keys = append(keys, c.Index)
	}
	value := func(n int64) *expr.Const { return expr.NewConst(types.Big, func(v *vector.Vector) { v.AppendInt(n) }) }
	if b.group.sets == nil {
		return value(0)
	}
	out := &expr.Case{T: types.Big}
	set := &expr.Column{Index: b.group.set, Name: "$set", T: types.Big}
	for i, have := range b.group.sets {
		bits := int64(0)
		for _, k := range keys {
			bits <<= 1
			if !slices.Contains(have, k) {
				bits |= 1
			}
		}
		out.Conds = append(out.Conds, b.p.compare(e.Pos, "=", set, value(int64(i))))
		out.Thens = append(out.Thens, value(bits))
	}
	return out
}
