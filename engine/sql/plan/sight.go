package plan

import (
	"slices"
	"strconv"
	"strings"

	"unyo/engine/sql/expr"
	"unyo/engine/sql/fault"
	"unyo/engine/sql/functions"
	"unyo/engine/sql/syntax"
	"unyo/engine/sql/types"
)

// sighting is a DEFINE or a measure being translated: what it looks at becomes its columns.
type sighting struct {
	r      *recogniser
	define bool
	looks  []Look
	from   *Look  // within FIRST, LAST, PREV or NEXT: from where is looked
	inner  *block // within an aggregate: over In's columns
	within string // the name of that function
	labels []int  // that are looked at within it
	seen   bool
}

// sight translates an expression over the rows of a match.
func (r *recogniser) sight(e syntax.Expr, define bool) Sight {
	if asks(e) {
		fail(e.Place(), fault.NotSupported, "subqueries in MATCH_RECOGNIZE are not supported")
	}
	s := &sighting{r: r, define: define}
	b := &block{p: r.b.p, with: r.b.with, node: r.node.In, outer: r.b.outer, slots: r.b.slots, match: s}
	x := b.expr(e)
	return Sight{x, s.looks}
}

// look is the column of what is looked at.
func (s *sighting) look(l Look) expr.Expr {
	at := slices.IndexFunc(s.looks, func(o Look) bool {
		return l.Kind != "AGGREGATE" && o.Kind == l.Kind && o.Column == l.Column && slices.Equal(o.Labels, l.Labels) && o.First == l.First && o.Final == l.Final && o.Offset == l.Offset && o.Shift == l.Shift
	})
	if at < 0 {
		at = len(s.looks)
		s.looks = append(s.looks, l)
	}
	return &expr.Column{Index: at, Name: strings.ToLower(l.Kind), T: l.T}
}

// column is a column of the match's rows, which may have a variable before it; nil when there is none.
func (s *sighting) column(at fault.Pos, table []string, name string) expr.Expr {
	var labels []int
	if len(table) > 0 {
		if labels = s.r.matchName(table[0]); labels == nil || len(table) > 1 {
			return nil
		}
	}
	f := s.r.b.at(s.r.in).find(at, nil, name)
	if f == nil {
		return nil
	}
	s.consistent(at, labels)
	if s.inner != nil {
		return &expr.Column{Index: f.column, Name: f.name, T: f.t}
	}
	l := Look{Kind: "COLUMN", Column: f.column, Labels: labels, T: f.t}
	return s.look(s.placed(l))
}

// placed is a look from where FIRST, LAST, PREV and NEXT around it say.
func (s *sighting) placed(l Look) Look {
	if f := s.from; f != nil {
		l.First, l.Final, l.Offset, l.Shift = f.First, f.Final, f.Offset, f.Shift
	}
	return l
}

// consistent holds what is looked at within one function to one variable.
func (s *sighting) consistent(at fault.Pos, labels []int) {
	if s.within == "" {
		return
	}
	if s.seen && !slices.Equal(s.labels, labels) {
		fail(at, "INVALID_ARGUMENTS", "All labels and classifiers inside the call to '%s' must match", s.within)
	}
	s.labels, s.seen = labels, true
}

// matchCall translates what has a meaning of its own in MATCH_RECOGNIZE; nil when e is a function as others are.
func (b *block) matchCall(e *syntax.Call) expr.Expr {
	s := b.match
	if e.Over != nil {
		fail(e.Pos, "NESTED_WINDOW", "Cannot nest window functions inside pattern recognition expressions")
	}
	aggregate := functions.IsAggregate(e.Name)
	switch e.Name {
	case "first", "last", "prev", "next":
		return b.navigate(e)
	}
	if e.Rows != "" && !aggregate {
		fail(e.Pos, "INVALID_PROCESSING_MODE", "%s semantics is not supported with function %s", e.Rows, e.Name)
	}
	switch {
	case e.Name == "classifier":
		return s.classifier(e)
	case e.Name == "match_number":
		if len(e.Args) > 0 {
			fail(e.Pos, fault.FunctionNotFound, "MATCH_NUMBER pattern recognition function takes no arguments")
		}
		if s.inner != nil {
			return &expr.Column{Index: len(s.r.node.In.Schema()) + 1, Name: "match_number", T: types.Big}
		}
		return s.look(Look{Kind: "NUMBER", T: types.Big})
	case aggregate:
		return b.matchAggregate(e)
	}
	return nil
}

func (s *sighting) classifier(e *syntax.Call) expr.Expr {
	var labels []int
	if len(e.Args) > 0 {
		id, ok := e.Args[0].(*syntax.Ident)
		if !ok || len(e.Args) > 1 {
			fail(e.Pos, fault.TypeMismatch, "CLASSIFIER function argument should be primary pattern variable or subset name")
		}
		if labels = s.r.matchName(id.Name); labels == nil {
			fail(id.Pos, "INVALID_FUNCTION_ARGUMENT", "%s is not a primary pattern variable or subset name", id.Name)
		}
	}
	s.consistent(e.Pos, labels)
	if s.inner != nil {
		return &expr.Column{Index: len(s.r.node.In.Schema()), Name: "classifier", T: types.Text}
	}
	return s.look(s.placed(Look{Kind: "CLASSIFIER", Labels: labels, T: types.Text}))
}

// final tells whether a function sees the whole match.
func (s *sighting) final(e *syntax.Call) bool {
	if e.Rows == "FINAL" && s.define {
		fail(e.Pos, "INVALID_PROCESSING_MODE", "FINAL semantics is not supported in DEFINE clause")
	}
	return e.Rows == "FINAL"
}

// navigate is FIRST, LAST, PREV and NEXT: what their argument looks at is looked at from elsewhere.
func (b *block) navigate(e *syntax.Call) expr.Expr {
	s := b.match
	physical := e.Name == "prev" || e.Name == "next"
	if physical && e.Rows != "" {
		fail(e.Pos, "INVALID_PROCESSING_MODE", "%s semantics is not supported with %s pattern recognition function", e.Rows, strings.ToUpper(e.Name))
	}
	if s.from != nil || s.inner != nil {
		fail(e.Pos, "INVALID_NAVIGATION_NESTING", "Cannot nest %s pattern navigation function inside %s", e.Name, s.within)
	}
	if len(e.Args) < 1 || len(e.Args) > 2 {
		fail(e.Pos, fault.FunctionNotFound, "%s pattern recognition function requires 1 or 2 arguments", strings.ToUpper(e.Name))
	}
	from := &Look{}
	inner := e
	if physical {
		from.Shift = offset(e, 1)
		if e.Name == "prev" {
			from.Shift = -from.Shift
		}
		if c, ok := e.Args[0].(*syntax.Call); ok && (c.Name == "first" || c.Name == "last") && len(c.Args) > 0 {
			inner = c
		}
	}
	if inner.Name == "first" || inner.Name == "last" {
		from.First, from.Final, from.Offset = inner.Name == "first", s.final(inner), offset(inner, 0)
	}
	s.from, s.within, s.seen = from, e.Name, false
	x := b.expr(inner.Args[0])
	if !s.seen {
		fail(e.Pos, "INVALID_ARGUMENTS", "Pattern navigation function '%s' must contain at least one column reference or CLASSIFIER()", e.Name)
	}
	s.from, s.within = nil, ""
	return x
}

// offset is how far a navigation goes.
func offset(e *syntax.Call, without int) int {
	if len(e.Args) < 2 {
		return without
	}
	n, ok := e.Args[1].(*syntax.Number)
	if !ok {
		fail(e.Args[1].Place(), "INVALID_ARGUMENTS", "%s pattern recognition function requires a number as the second argument", strings.ToUpper(e.Name))
	}
	at, err := strconv.ParseInt(n.Text, 10, 32)
	if err != nil {
		fail(e.Args[1].Place(), fault.OutOfRange, "The second argument of %s pattern recognition function must not exceed 2147483647 (actual: %s)", strings.ToUpper(e.Name), n.Text)
	}
	return int(at)
}

// matchAggregate is an aggregate of the match's rows.
func (b *block) matchAggregate(e *syntax.Call) expr.Expr {
	s := b.match
	switch {
	case s.from != nil:
		fail(e.Pos, "INVALID_NAVIGATION_NESTING", "Cannot nest %s aggregate function inside %s", e.Name, s.within)
	case s.inner != nil:
		fail(e.Pos, fault.NestedAggregation, "Cannot nest aggregate function inside %s", s.within)
	case e.Distinct || e.Filter != nil || e.OrderBy != nil || e.Within != nil || e.Overflow != nil || e.Name == "reduce_agg":
		fail(e.Pos, fault.NotSupported, "%s with DISTINCT, FILTER, ORDER BY or lambdas is not supported in pattern recognition context", e.Name)
	}
	l := Look{Kind: "AGGREGATE", Final: s.final(e)}
	args := e.Args
	if e.Star {
		if args = nil; len(e.Args) > 0 {
			name := e.Args[0].(*syntax.Ident)
			if l.Labels = s.r.matchName(name.Name); l.Labels == nil {
				fail(name.Pos, "INVALID_FUNCTION_ARGUMENT", "%s is not a primary pattern variable or subset name", name.Name)
			}
		}
	}
	inner := *b
	s.inner, s.within, s.seen, s.labels = &inner, e.Name, false, nil
	list := inner.exprs(args)
	if len(args) > 0 {
		l.Labels = s.labels
	}
	s.inner, s.within = nil, ""
	ts := make([]*types.Type, len(list))
	for i, x := range list {
		ts[i] = x.Type()
	}
	f, err := functions.ResolveAggregate(e.Name, ts)
	if err != nil {
		place(e.Pos, err)
	}
	for i, x := range list {
		l.Args = append(l.Args, b.p.coerce(x, f.Args[i]))
	}
	l.Agg, l.T = f, f.Result
	return s.look(l)
}
