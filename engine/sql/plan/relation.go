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
	case *syntax.Match:
		return b.recognise(r, left)
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
	p.own = t.View.Own
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
	case *syntax.Match:
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
