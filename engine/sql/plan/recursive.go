package plan

import (
	"slices"

	"unyo/engine/sql/fault"
	"unyo/engine/sql/syntax"
	"unyo/engine/sql/types"
)

// recursionDepth is how often a recursive query's step gives rows: Trino's max_recursion_depth, which Athena lets nobody change.
// https://docs.aws.amazon.com/athena/latest/ug/select.html and https://trino.io/docs/current/sql/select.html#with-recursive-clause
const recursionDepth = 10

// recursive plans a query of WITH RECURSIVE, if it is one that asks for its own rows: a base, UNION [ALL], and a step that names the query once.
func (b *block) recursive(w *with) (out relation, ok bool) {
	n := w.named
	u, ok := n.Query.Body.(*syntax.SetOp)
	if !ok || u.Op != "UNION" {
		return out, false
	}
	if at := syntax.References(u.L, n.Name); at != nil {
		fail(at[0], "INVALID_RECURSIVE_REFERENCE", "WITH table name is referenced in the base relation of recursion")
	}
	references := syntax.References(u.R, n.Name)
	if len(references) == 0 {
		return out, false
	}
	if len(n.Columns) == 0 {
		fail(n.Pos, "MISSING_COLUMN_ALIASES", "missing column aliases in recursive WITH query")
	}
	if len(references) > 1 {
		fail(references[1], "INVALID_RECURSIVE_REFERENCE", "multiple recursive references in the step relation of recursion")
	}
	checkStep(u.R, n.Name, references[0])
	checkAround(n.Query)
	base := visible(b.p.queryIn(&syntax.Query{Pos: n.Pos, Body: u.L}, &block{p: b.p, with: w.before, slots: new([]Slot)}))
	if len(base.fields) != len(n.Columns) {
		fail(n.Pos, fault.MismatchedColumns, "Column alias list has %d entries but relation has %d columns", len(n.Columns), len(base.fields))
	}
	base.fields = slices.Clone(base.fields)
	before := &Previous{}
	for i, name := range n.Columns {
		base.fields[i].name, base.fields[i].table, base.fields[i].hidden = name, []string{n.Name}, false
		before.Cols = append(before.Cols, Col{name, base.fields[i].t})
	}
	inner := &with{named: n, outer: w.before, rows: before, fields: base.fields}
	step := visible(b.p.queryIn(&syntax.Query{Pos: n.Pos, Body: u.R}, &block{p: b.p, with: inner, slots: new([]Slot)}))
	node := &Recurse{Base: base.node, Step: b.p.stepAs(u, base, step), Previous: before, Depth: recursionDepth}
	base.node = node
	if !u.All { // as Trino does: what comes twice is gone at the end, not between the steps
		for i, f := range base.fields {
			if !f.t.Comparable() {
				fail(u.Pos, fault.TypeMismatch, "column %d of a recursive UNION is not comparable: %s", i+1, f.t)
			}
		}
		base.node = distinct(node)
	}
	return base, true
}

// stepAs is the step's rows in the types of the base.
func (p *planner) stepAs(u *syntax.SetOp, base, step relation) Node {
	if len(base.fields) != len(step.fields) {
		fail(u.R.Place(), fault.TypeMismatch, "base and step relations of recursion have different number of fields: %d, %d", len(base.fields), len(step.fields))
	}
	ts := make([]*types.Type, len(base.fields))
	for i, f := range base.fields {
		if ts[i] = f.t; !types.Coercible(step.fields[i].t, f.t) {
			fail(u.R.Place(), fault.TypeMismatch, "recursion step relation output type (%s) is not coercible to recursion base relation output type (%s) at column %d", step.fields[i].t, f.t, i+1)
		}
	}
	return p.cast(step.node, ts)
}

// checkStep refuses a step that asks for the rows before it elsewhere than in its FROM, or there where their lack would make rows.
func checkStep(step syntax.Body, name string, at fault.Pos) {
	for {
		q, ok := step.(*syntax.Query)
		if !ok {
			break
		}
		if q.Limit != nil {
			fail(q.Limit.Place(), "INVALID_LIMIT_CLAUSE", "FETCH FIRST / LIMIT clause in the step relation of recursion")
		}
		step = q.Body
	}
	s, ok := step.(*syntax.Select)
	if !ok || s.From == nil || syntax.ReferencesIn(s.From, name) == nil {
		fail(at, "INVALID_RECURSIVE_REFERENCE", "recursive reference outside of FROM clause of the step relation of recursion")
	}
	checkJoins(s.From, name, at)
}

func checkJoins(r syntax.Relation, name string, at fault.Pos) {
	switch r := r.(type) {
	case *syntax.Aliased:
		checkJoins(r.X, name, at)
	case *syntax.Join:
		l, rr := syntax.ReferencesIn(r.L, name) != nil, syntax.ReferencesIn(r.R, name) != nil
		switch {
		case r.Kind == "LEFT" && rr:
			fail(at, "INVALID_RECURSIVE_REFERENCE", "recursive reference in right source of LEFT join")
		case r.Kind == "RIGHT" && l:
			fail(at, "INVALID_RECURSIVE_REFERENCE", "recursive reference in left source of RIGHT join")
		case r.Kind == "FULL" && (l || rr):
			fail(at, "INVALID_RECURSIVE_REFERENCE", "recursive reference in FULL join")
		}
		checkJoins(r.L, name, at)
		checkJoins(r.R, name, at)
	}
}

// checkAround refuses what Trino refuses right around the UNION.
func checkAround(q *syntax.Query) {
	immediate := func(what string, at fault.Pos) {
		fail(at, fault.NotSupported, "immediate %s clause in recursive query is not supported", what)
	}
	switch {
	case len(q.With) > 0:
		immediate("WITH", q.With[0].Pos)
	case len(q.OrderBy) > 0:
		immediate("ORDER BY", q.OrderBy[0].X.Place())
	case q.Offset != nil:
		immediate("OFFSET", q.Offset.Place())
	case q.Limit != nil:
		immediate("FETCH FIRST / LIMIT", q.Limit.Place())
	}
}

// Recurse gives the rows of Base, and those that Step makes of them, and of these, as long as there are any. A step that still gives rows after
// Depth of them is an error.
type Recurse struct {
	Base, Step Node
	Previous   *Previous // where Step finds the rows before
	Depth      int
}

// Previous is the rows that a recursive query's last step has given.
type Previous struct{ Cols []Col }

func (n *Recurse) Schema() []Col  { return n.Previous.Cols }
func (n *Previous) Schema() []Col { return n.Cols }

// previous is the relation that a step finds under the query's name.
func (w *with) previous() relation {
	return relation{node: w.rows, fields: slices.Clone(w.fields)}
}
