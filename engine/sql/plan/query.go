package plan

import (
	"strconv"

	"unyo/engine/sql/expr"
	"unyo/engine/sql/fault"
	"unyo/engine/sql/syntax"
	"unyo/engine/sql/types"
)

// query plans a query; outer is the block around it, whose columns it may use.
func (p *planner) query(q *syntax.Query, w *with, outer *block) relation {
	return p.queryIn(q, &block{p: p, with: w, outer: outer, slots: slotsOf(outer)})
}

func slotsOf(outer *block) *[]Slot {
	if outer == nil {
		return new([]Slot)
	}
	return outer.slots
}

// queryIn plans a query in a block that stands for what is around it: its names of WITH, its outer block, its slots.
func (p *planner) queryIn(q *syntax.Query, around *block) relation {
	w := around.with
	for _, n := range q.With {
		for have := w; have != around.with; have = have.outer {
			if have.named.Name == n.Name {
				fail(n.Pos, fault.DuplicateName, "WITH query name '%s' specified more than once", n.Name)
			}
		}
		before := w
		w = &with{named: n, session: [2]string{p.session.Catalog, p.session.Schema}, outer: w, before: before, recursive: q.Recursive}
	}
	in := &block{p: p, with: w, outer: around.outer, slots: around.slots}
	if s, ok := q.Body.(*syntax.Select); ok {
		return in.selectOrdered(s, q)
	}
	r := in.body(q.Body)
	return in.ordered(r, q)
}

// body plans what gives a query its rows.
func (b *block) body(body syntax.Body) relation {
	switch body := body.(type) {
	case *syntax.Select:
		return b.selectOrdered(body, &syntax.Query{})
	case *syntax.Query:
		return b.p.queryIn(body, &block{p: b.p, with: b.with, outer: b.outer, slots: b.slots})
	case *syntax.Values:
		return b.values(body)
	case *syntax.TableBody:
		return b.tableName(body.Pos, body.Name)
	case *syntax.SetOp:
		return b.setOp(body)
	}
	panic("plan: a query of no kind")
}

// ordered orders and limits rows by their columns.
func (b *block) ordered(r relation, q *syntax.Query) relation {
	if len(q.OrderBy) > 0 {
		at := &block{p: b.p, with: b.with, node: r.node, fields: r.fields, outer: b.outer, slots: b.slots}
		var keys []Key
		exprs, cols := columnsOf(r.node)
		for _, s := range q.OrderBy {
			x := at.sortExpr(s.X, r.fields)
			keys = append(keys, Key{len(exprs), s.Desc, s.NullsFirst})
			exprs, cols = append(exprs, x), append(cols, Col{"$order", x.Type()})
		}
		sorted := b.limits(&Sort{In: &Project{at.node, exprs, cols}, Keys: keys, Limit: -1}, q, keys)
		n := len(r.node.Schema())
		exprs, cols = columnsOf(r.node)
		r.node = &Project{sorted, exprs[:n], cols[:n]}
		return r
	}
	r.node = b.limits(r.node, q, nil)
	return r
}

// sortExpr is an item of ORDER BY: a column's number, or an expression.
func (b *block) sortExpr(e syntax.Expr, output []field) expr.Expr {
	x := expr.Expr(nil)
	if n, ok := e.(*syntax.Number); ok {
		i := ordinal(n, len(output), "ORDER BY")
		x = &expr.Column{Index: output[i].column, Name: output[i].name, T: output[i].t}
	} else {
		x = b.expr(e)
	}
	if !x.Type().Orderable() {
		fail(e.Place(), fault.TypeMismatch, "Type %s is not orderable, and therefore cannot be used in ORDER BY", x.Type())
	}
	return x
}

func ordinal(n *syntax.Number, of int, clause string) int {
	i, err := strconv.Atoi(n.Text)
	if err != nil || i < 1 || i > of {
		fail(n.Pos, "INVALID_COLUMN_REFERENCE", "%s position %s is not in select list", clause, n.Text)
	}
	return i - 1
}

// columnsOf is a node's columns as expressions over it.
func columnsOf(n Node) (exprs []expr.Expr, cols []Col) {
	for i, c := range n.Schema() {
		exprs = append(exprs, &expr.Column{Index: i, Name: c.Name, T: c.T})
		cols = append(cols, c)
	}
	return exprs, cols
}

func (b *block) limits(n Node, q *syntax.Query, keys []Key) Node {
	offset, limit := int64(0), int64(-1)
	if q.Offset != nil {
		offset = b.count(q.Offset, "OFFSET")
	}
	if q.Limit != nil {
		limit = b.count(q.Limit, "LIMIT")
	}
	if q.Ties && keys == nil {
		fail(q.Limit.Place(), "MISSING_ORDER_BY", "FETCH FIRST WITH TIES clause requires ORDER BY")
	}
	if offset == 0 && limit < 0 {
		return n
	}
	if s, ok := n.(*Sort); ok && limit >= 0 && !q.Ties && offset+limit >= 0 {
		s.Limit = offset + limit
	}
	l := &Limit{In: n, Offset: offset, N: limit}
	if q.Ties {
		l.Ties = keys
	}
	return l
}

func (b *block) count(e syntax.Expr, clause string) int64 {
	c, ok := (&block{p: b.p}).expr(e).(*expr.Const)
	if !ok || !c.T.IsInteger() || c.Value.IsNull(0) || c.Value.Ints[0] < 0 {
		fail(e.Place(), fault.TypeMismatch, "%s must be a number that is not negative", clause)
	}
	return c.Value.Ints[0]
}

func (b *block) values(v *syntax.Values) relation {
	at := &block{p: b.p, with: b.with, node: &Values{Rows: [][]expr.Expr{{}}}, outer: b.outer, slots: b.slots}
	var rows [][]expr.Expr
	var ts []*types.Type
	for i, e := range v.Rows {
		row := []expr.Expr{}
		if r, ok := e.(*syntax.Row); ok {
			row = at.exprs(r.List)
		} else {
			row = append(row, at.expr(e))
		}
		if i > 0 && len(row) != len(ts) {
			fail(e.Place(), fault.TypeMismatch, "Values rows have mismatched sizes: %d vs %d", len(ts), len(row))
		}
		for j, x := range row {
			if i == 0 {
				ts = append(ts, x.Type())
				continue
			}
			t := types.Common(ts[j], x.Type())
			if t == nil {
				fail(e.Place(), fault.TypeMismatch, "Values rows have mismatched types: %s vs %s", ts[j], x.Type())
			}
			ts[j] = t
		}
		rows = append(rows, row)
	}
	if _, ok := at.node.(*Values); !ok {
		fail(v.Pos, fault.NotSupported, "subqueries in VALUES are not supported")
	}
	out := &Values{}
	r := relation{node: out}
	for j, t := range ts {
		name := "_col" + strconv.Itoa(j)
		out.Cols = append(out.Cols, Col{name, t})
		r.fields = append(r.fields, field{name: name, column: j, t: t})
	}
	for _, row := range rows {
		for j := range row {
			row[j] = b.p.coerce(row[j], ts[j])
		}
		out.Rows = append(out.Rows, row)
	}
	return r
}

func (b *block) setOp(s *syntax.SetOp) relation {
	l, r := b.body(s.L), b.body(s.R)
	l, r = visible(l), visible(r)
	if len(l.fields) != len(r.fields) {
		fail(s.Pos, fault.TypeMismatch, "%s query has different number of fields: %d, %d", s.Op, len(l.fields), len(r.fields))
	}
	ts := make([]*types.Type, len(l.fields))
	for i := range ts {
		if ts[i] = types.Common(l.fields[i].t, r.fields[i].t); ts[i] == nil {
			fail(s.Pos, fault.TypeMismatch, "column %d in %s query has incompatible types: %s, %s", i+1, s.Op, l.fields[i].t, r.fields[i].t)
		}
	}
	ln, rn := b.p.cast(l.node, ts), b.p.cast(r.node, ts)
	out := relation{fields: l.fields}
	for i := range out.fields {
		out.fields[i].t, out.fields[i].table = ts[i], nil
	}
	switch {
	case s.Op == "UNION":
		out.node = &Union{[]Node{ln, rn}}
		if !s.All {
			out.node = distinct(out.node)
		}
	default:
		out.node = &SetOp{Op: s.Op, All: s.All, L: ln, R: rn}
	}
	return out
}

// visible is a relation of exactly its fields that * gives.
func visible(r relation) relation {
	p := &Project{In: r.node}
	out := relation{node: p}
	for _, f := range r.fields {
		if f.hidden {
			continue
		}
		p.Exprs = append(p.Exprs, &expr.Column{Index: f.column, Name: f.name, T: f.t})
		p.Cols = append(p.Cols, Col{f.name, f.t})
		f.column = len(p.Cols) - 1
		out.fields = append(out.fields, f)
	}
	return out
}

// cast brings a node's columns to types.
func (p *planner) cast(n Node, ts []*types.Type) Node {
	exprs, cols := columnsOf(n)
	for i := range exprs {
		exprs[i] = p.coerce(exprs[i], ts[i])
		cols[i].T = ts[i]
	}
	return &Project{n, exprs, cols}
}

// distinct is each different row once.
func distinct(n Node) Node {
	a := &Aggregate{In: n}
	for i := range n.Schema() {
		a.Keys = append(a.Keys, i)
	}
	return a
}
