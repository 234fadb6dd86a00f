package plan

import (
	"unyo/engine/sql/expr"
	"unyo/engine/sql/fault"
	"unyo/engine/sql/functions"
	"unyo/engine/sql/syntax"
	"unyo/engine/sql/types"
)

// sub plans a query within an expression, which may use the columns of this block.
func (b *block) sub(q *syntax.Query) (relation, []Slot) {
	inner, slots := b.inner()
	r := visible(b.p.queryIn(q, inner))
	return r, *slots
}

// one is a subquery of one value for each row.
func (b *block) one(at fault.Pos, q *syntax.Query) (Node, *types.Type, []Slot) {
	r, slots := b.sub(q)
	if len(r.fields) == 1 {
		return r.node, r.fields[0].t, slots
	}
	exprs, _ := columnsOf(r.node) // several columns are a row
	x := b.p.row(at, exprs)
	return &Project{r.node, []expr.Expr{x}, []Col{{"$row", x.Type()}}}, x.Type(), slots
}

// apply adds a subquery's answer as a column.
func (b *block) apply(a *Apply) expr.Expr {
	a.In = b.node
	b.node = a
	return b.made(len(a.Schema()) - 1)
}

func (b *block) scalar(e *syntax.Subquery) expr.Expr {
	node, t, slots := b.one(e.Pos, e.Query)
	return b.apply(&Apply{Sub: node, Slots: slots, Kind: "SCALAR", T: t})
}

func (b *block) exists(e *syntax.Exists) expr.Expr {
	r, slots := b.sub(e.Query)
	return b.apply(&Apply{Sub: &Limit{In: r.node, N: 1}, Slots: slots, Kind: "EXISTS", T: types.Bool})
}

func (b *block) inQuery(at fault.Pos, x syntax.Expr, q *syntax.Query) expr.Expr {
	return b.against(at, b.expr(x), "=", false, q)
}

// quantified is X op ALL (query) or X op ANY (query).
func (b *block) quantified(e *syntax.Quantified) expr.Expr {
	x := b.expr(e.X)
	switch {
	case e.Op == "=" && !e.All:
		return b.against(e.Pos, x, "=", false, e.Query)
	case e.Op == "<>" && e.All:
		return &expr.Not{X: b.against(e.Pos, x, "=", false, e.Query)}
	}
	return b.against(e.Pos, x, e.Op, e.All, e.Query)
}

// against compares x with all rows of a query; = any is IN.
func (b *block) against(at fault.Pos, x expr.Expr, op string, all bool, q *syntax.Query) expr.Expr {
	node, t, slots := b.one(at, q)
	common := types.Common(x.Type(), t)
	if common == nil {
		fail(at, fault.TypeMismatch, "Value expression and result of subquery must be of the same type: %s vs %s", x.Type(), t)
	}
	if _, err := functions.Compare(op, common); err != nil {
		place(at, err)
	}
	a := &Apply{Sub: b.p.cast(node, []*types.Type{common}), Slots: slots, Kind: op, All: all, X: b.p.coerce(x, common), T: types.Bool}
	if op == "=" && !all && len(common.Fields) == 0 { // what has nulls within is compared one by one
		a.Kind = "IN"
	}
	return b.apply(a)
}
