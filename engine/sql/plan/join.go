package plan

import (
	"slices"

	"unyo/engine/sql/expr"
	"unyo/engine/sql/fault"
	"unyo/engine/sql/syntax"
)

// join plans the join of two relations.
func (b *block) join(j *syntax.Join) relation {
	l := b.relation(j.L, nil)
	if beside(j.R) {
		return b.besideJoin(j, l)
	}
	r := b.relation(j.R, nil)
	given := b.askedInOn(j, &l, &r)
	n := &Join{Kind: j.Kind, L: l.node, R: r.node}
	if n.Kind == "CROSS" {
		n.Kind = "INNER"
	}
	out := relation{node: n, fields: slices.Clone(l.fields)}
	first := len(l.node.Schema())
	for _, f := range r.fields {
		f.column += first
		out.fields = append(out.fields, f)
	}
	using := j.Using
	if j.Natural {
		for _, f := range l.fields {
			if slices.ContainsFunc(r.fields, func(g field) bool { return same(f.name, g.name) && !f.hidden && !g.hidden }) {
				using = append(using, f.name)
			}
		}
	}
	switch {
	case j.On != nil:
		at, above := b.at(out), []expr.Expr(nil)
		at.given = given
		for _, c := range chain("AND", j.On, nil) {
			refuseAggregates(c, "JOIN clause")
			if x := at.cond(c, "JOIN ON clause"); at.node == Node(n) {
				n.Conds = append(n.Conds, x)
			} else {
				above = append(above, x)
			}
		}
		if len(above) > 0 { // a subquery, which can be asked above an inner join only
			if n.Kind != "INNER" {
				fail(j.Pos, fault.NotSupported, "a subquery in ON of an outer join that uses columns of both sides is not supported")
			}
			out.node = &Filter{at.node, above}
		}
	case len(using) > 0:
		return b.using(j, n, using, l, r)
	}
	return out
}

// askedInOn has the subqueries in ON of an outer join asked by the side whose columns they use, or the left: what they say is a column more of that
// side, which nothing else names.
func (b *block) askedInOn(j *syntax.Join, l, r *relation) map[syntax.Expr]expr.Expr {
	if j.On == nil || j.Kind == "INNER" || j.Kind == "CROSS" {
		return nil
	}
	given := map[syntax.Expr]expr.Expr{}
	var right []syntax.Expr
	syntax.Walk(j.On, func(e syntax.Expr) bool {
		in, isIn := e.(*syntax.In)
		switch e.(type) {
		case *syntax.Subquery, *syntax.Exists, *syntax.Quantified:
		default:
			if !isIn || in.Query == nil {
				return true
			}
		}
		if x := b.askedBy(l, e); x != nil {
			given[e] = x
		} else if x := b.askedBy(r, e); x != nil {
			given[e] = x
			right = append(right, e)
		}
		return false
	})
	for _, e := range right {
		given[e] = shifted([]expr.Expr{given[e]}, len(l.node.Schema()))[0]
	}
	return given
}

// askedBy is what a subquery says for each row of one side; nil where it names what that side has not.
func (b *block) askedBy(side *relation, e syntax.Expr) (x expr.Expr) {
	at := b.at(*side)
	defer func() {
		if r := recover(); r != nil {
			if f, ok := r.(*fault.Error); !ok || f.Name != fault.ColumnNotFound {
				panic(r)
			}
			x = nil
		}
	}()
	x = at.expr(e)
	side.node = at.node
	return x
}

// besideJoin joins with UNNEST or LATERAL.
func (b *block) besideJoin(j *syntax.Join, l relation) relation {
	outer := j.Kind == "LEFT"
	if on, ok := j.On.(*syntax.Bool); j.Kind == "RIGHT" || j.Kind == "FULL" || j.On != nil && (!ok || !on.Value) || j.Using != nil {
		fail(j.Pos, fault.NotSupported, "%s JOIN with UNNEST or LATERAL is only supported with condition ON TRUE", j.Kind)
	}
	out := b.relation(j.R, &l)
	switch n := out.node.(type) {
	case *Unnest:
		n.Outer = outer
	case *Lateral:
		n.Outer = outer
	}
	return out
}

// using joins by columns that both sides have, each of which is one column then.
func (b *block) using(j *syntax.Join, n *Join, names []string, l, r relation) relation {
	first := len(l.node.Schema())
	var joined, rest []field
	at, both := &block{p: b.p, fields: l.fields}, columnsAfter(n)
	right := &block{p: b.p, fields: r.fields}
	for _, name := range names {
		lf, rf := at.find(j.Pos, nil, name), right.find(j.Pos, nil, name)
		if lf == nil || rf == nil {
			side := map[bool]string{true: "left", false: "right"}[lf == nil]
			fail(j.Pos, fault.ColumnNotFound, "Column '%s' is missing from %s side of join", name, side)
		}
		le := expr.Expr(&expr.Column{Index: lf.column, Name: lf.name, T: lf.t})
		re := expr.Expr(&expr.Column{Index: first + rf.column, Name: rf.name, T: rf.t})
		n.Conds = append(n.Conds, b.p.compare(j.Pos, "=", le, re))
		le, re = b.p.common(j.Pos, "=", le, re)
		x := le
		switch j.Kind {
		case "RIGHT":
			x = re
		case "FULL":
			x = &expr.Coalesce{List: []expr.Expr{le, re}, T: le.Type()}
		}
		joined = append(joined, field{name: lf.name, column: len(both.Exprs), t: x.Type()})
		both.Exprs, both.Cols = append(both.Exprs, x), append(both.Cols, Col{lf.name, x.Type()})
	}
	keep := func(f field) {
		if !slices.ContainsFunc(names, func(n string) bool { return same(n, f.name) }) {
			rest = append(rest, f)
		}
	}
	for _, f := range l.fields {
		keep(f)
	}
	for _, f := range r.fields {
		f.column += first
		keep(f)
	}
	both.In = n
	return relation{node: both, fields: append(joined, rest...)}
}

// columnsAfter is a projection of all columns, to which more can be added.
func columnsAfter(n Node) *Project {
	exprs, cols := columnsOf(n)
	return &Project{n, exprs, cols}
}
