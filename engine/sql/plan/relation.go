package plan

import (
	"slices"

	"unyo/engine/sql/expr"
	"unyo/engine/sql/fault"
	"unyo/engine/sql/syntax"
	"unyo/engine/sql/types"
)

// maxViews bounds views within views.
const maxViews = 32

// relation plans what stands in FROM. Left is what stands before it, whose columns LATERAL and UNNEST may use; or nil.
func (b *block) relation(r syntax.Relation, left *relation) relation {
	switch r := r.(type) {
	case *syntax.TableName:
		return b.tableName(r.Pos, r.Name)
	case *syntax.Aliased:
		return b.aliased(r, left)
	case *syntax.Derived:
		if r.Lateral {
			return b.lateral(r, left, false)
		}
		out := b.p.queryIn(r.Query, &block{p: b.p, with: b.with, outer: b.outer, slots: b.slots})
		for i := range out.fields {
			out.fields[i].table = nil
		}
		return out
	case *syntax.Unnest:
		return b.unnest(r, left, false)
	case *syntax.JSONTable:
		return b.jsonTable(r, left)
	case *syntax.Sampled:
		return b.sampled(r, left)
	case *syntax.Join:
		return b.join(r)
	}
	panic("plan: a relation of no kind")
}

func (b *block) tableName(at fault.Pos, n syntax.Name) relation {
	if len(n.Parts) == 1 {
		for w := b.with; w != nil; w = w.outer {
			if w.named.Name == n.Parts[0] {
				return b.named(at, w)
			}
		}
	}
	t, full := b.p.table(at, n)
	if t.View != nil {
		return b.view(at, t, full)
	}
	read := &Read{Name: full[0] + "." + full[1] + "." + full[2], Table: t}
	out := relation{node: read}
	for i, c := range t.Columns {
		read.Columns = append(read.Columns, i)
		out.fields = append(out.fields, field{table: full[:], name: c.Name, column: i, t: c.Type, hidden: c.Hidden})
	}
	return out
}

// named is a query of WITH, planned again at each place that names it.
func (b *block) named(at fault.Pos, w *with) relation {
	if w.rows != nil {
		return w.previous()
	}
	if w.recursive {
		if out, ok := b.recursive(w); ok {
			return out
		}
	}
	out := b.p.query(w.named.Query, w.before, nil)
	if n := len(w.named.Columns); n > 0 && n != len(out.fields) {
		fail(at, fault.MismatchedColumns, "Column alias list has %d entries but relation has %d columns", n, len(out.fields))
	}
	out.fields = slices.Clone(out.fields)
	for i := range out.fields {
		out.fields[i].table = []string{w.named.Name}
		if len(w.named.Columns) > 0 {
			out.fields[i].name = w.named.Columns[i]
		}
	}
	return out
}

func (b *block) view(at fault.Pos, t *Table, full [3]string) relation {
	s, err := syntax.Parse(t.View.Text)
	q, ok := s.(*syntax.QueryStatement)
	if err != nil || !ok {
		fail(at, fault.InvalidView, "Failed analyzing stored view '%s.%s.%s': %v", full[0], full[1], full[2], err)
	}
	p := *b.p
	if p.views++; p.views > maxViews {
		fail(at, "VIEW_IS_RECURSIVE", "Statement would create a recursive materialized view: views are nested more than %d deep", maxViews)
	}
	if t.View.Catalog != "" {
		p.session.Catalog = t.View.Catalog
	}
	if t.View.Schema != "" {
		p.session.Schema = t.View.Schema
	}
	out := p.query(q.Query, nil, nil)
	b.p.slots, b.p.tables = p.slots, p.tables
	for i := range out.fields {
		out.fields[i].table = full[:]
	}
	return out
}

func (b *block) aliased(a *syntax.Aliased, left *relation) relation {
	out := b.relation(a.X, left)
	new := out.fields
	if left != nil { // what is beside is not renamed
		new = out.fields[len(left.fields):]
	}
	var shown []*field
	for i := range new {
		new[i].table = []string{a.Alias}
		if !new[i].hidden {
			shown = append(shown, &new[i])
		}
	}
	if len(a.Columns) > 0 && len(a.Columns) != len(shown) {
		fail(a.Pos, fault.MismatchedColumns, "Column alias list has %d entries but '%s' has %d columns available", len(a.Columns), a.Alias, len(shown))
	}
	for i, name := range a.Columns {
		shown[i].name = name
	}
	return out
}

// beside tells whether a relation uses the columns of what stands before it.
func beside(r syntax.Relation) bool {
	switch r := r.(type) {
	case *syntax.Unnest, *syntax.JSONTable:
		return true
	case *syntax.Derived:
		return r.Lateral
	case *syntax.Aliased:
		return beside(r.X)
	}
	return false
}

func (b *block) at(r relation) *block {
	return &block{p: b.p, with: b.with, node: r.node, fields: r.fields, outer: b.outer, slots: b.slots}
}

// unnest gives the columns of what stands before it, and those of the elements.
func (b *block) unnest(u *syntax.Unnest, left *relation, outer bool) relation {
	if left == nil {
		left = &relation{node: &Values{Rows: [][]expr.Expr{{}}}}
	}
	at := b.at(*left)
	lists := at.exprs(u.List)
	for i, x := range lists {
		if k := x.Type().Kind; k != types.Array && k != types.Map {
			fail(u.List[i].Place(), fault.TypeMismatch, "Cannot unnest type: %s", x.Type())
		}
	}
	return unnested(at, left, &Unnest{Lists: lists, Ordinality: u.Ordinality, Outer: outer})
}

// unnested gives the columns of what stands before, and those of the elements of lists that were computed over them.
func unnested(at *block, left *relation, n *Unnest) relation {
	for _, x := range n.Lists {
		switch t := x.Type(); {
		case t.Kind == types.Array && t.Elem().Kind == types.Row:
			for _, f := range t.Elem().Fields {
				n.Cols = append(n.Cols, Col{f.Name, f.Type})
			}
		case t.Kind == types.Array:
			n.Cols = append(n.Cols, Col{"", t.Elem()})
		default:
			n.Cols = append(n.Cols, Col{"", t.Key()}, Col{"", t.Value()})
		}
	}
	n.In = at.node
	out := relation{node: n, fields: slices.Clone(left.fields)}
	first := len(n.In.Schema())
	cols := n.Schema()[first:]
	for i, c := range cols {
		name := c.Name
		if i == len(cols)-1 && n.Ordinality {
			name = "ordinality"
		}
		out.fields = append(out.fields, field{name: name, column: first + i, t: c.T})
	}
	return out
}

// lateral gives the columns of what stands before it, and those of a query that may use them.
func (b *block) lateral(d *syntax.Derived, left *relation, outer bool) relation {
	if left == nil {
		left = &relation{node: &Values{Rows: [][]expr.Expr{{}}}}
	}
	inner, slots := b.at(*left).inner()
	sub := visible(b.p.queryIn(d.Query, inner))
	first := len(left.node.Schema())
	out := relation{node: &Lateral{In: left.node, Sub: sub.node, Slots: *slots, Outer: outer}, fields: slices.Clone(left.fields)}
	for _, f := range sub.fields {
		f.column, f.table = f.column+first, nil
		out.fields = append(out.fields, f)
	}
	return out
}

func (b *block) sampled(s *syntax.Sampled, left *relation) relation {
	out := b.relation(s.X, left)
	c, ok := b.p.coerce((&block{p: b.p}).expr(s.Percent), types.Float).(*expr.Const)
	if !ok || c.Value.IsNull(0) || c.Value.Floats[0] < 0 || c.Value.Floats[0] > 100 {
		fail(s.Percent.Place(), fault.InvalidArgument, "Sample percentage must be between 0 and 100, inclusive")
	}
	out.node = &Sample{out.node, c.Value.Floats[0]}
	return out
}

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
