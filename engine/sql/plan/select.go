package plan

import (
	"strconv"
	"strings"

	"unyo/engine/sql/expr"
	"unyo/engine/sql/fault"
	"unyo/engine/sql/syntax"
)

// output is an item of SELECT: an expression still to be translated, or a column of *.
type output struct {
	name string
	x    syntax.Expr
	col  *field // of *
	row  expr.Expr
}

// selectOrdered plans SELECT together with the ORDER BY and LIMIT of its query, for they may use what is not selected.
func (b *block) selectOrdered(s *syntax.Select, q *syntax.Query) relation {
	at := b.from(s.From)
	at.where(s.Where)
	outputs := at.outputs(s.Items)
	aggregates, windows := calls(outputs, s.Having, q.OrderBy)
	aliases := map[string]syntax.Expr{}
	for _, o := range outputs {
		if o.x != nil && o.name != "" {
			key := strings.ToLower(o.name)
			if _, twice := aliases[key]; !twice {
				aliases[key] = o.x
			}
		}
	}
	if s.GroupBy != nil || len(aggregates) > 0 || s.Having != nil {
		at.aggregate(s, outputs, aggregates)
		if s.Having != nil {
			at.filter(at.cond(s.Having, "HAVING clause"))
		}
	}
	if len(windows) > 0 {
		at.window(windows, s.Windows)
	}
	project := &Project{}
	var fields []field
	for i, o := range outputs {
		x := at.output(o)
		name := o.name
		if name == "" {
			name = "_col" + strconv.Itoa(i)
		}
		project.Exprs, project.Cols = append(project.Exprs, x), append(project.Cols, Col{name, x.Type()})
		fields = append(fields, field{name: name, column: i, t: x.Type()})
	}
	return at.finish(s, q, project, fields, aliases)
}

// finish orders, makes distinct and limits what is selected.
func (b *block) finish(s *syntax.Select, q *syntax.Query, project *Project, fields []field, aliases map[string]syntax.Expr) relation {
	n := len(fields)
	var keys []Key
	b.aliases = aliases
	for _, item := range q.OrderBy {
		x := b.orderItem(item.X, project)
		at := -1
		for i, have := range project.Exprs {
			if expr.String(have) == expr.String(x) && expr.Fixed(x) {
				at = i
				break
			}
		}
		if at < 0 {
			if s.Distinct {
				fail(item.X.Place(), "EXPRESSION_NOT_IN_DISTINCT", "For SELECT DISTINCT, ORDER BY expressions must appear in select list")
			}
			at = len(project.Exprs)
			project.Exprs, project.Cols = append(project.Exprs, x), append(project.Cols, Col{"$order", x.Type()})
		}
		keys = append(keys, Key{at, item.Desc, item.NullsFirst})
	}
	project.In = b.node
	var node Node = project
	if s.Distinct {
		for i, c := range project.Cols {
			if !c.T.Comparable() {
				fail(s.Items[min(i, len(s.Items)-1)].Pos, fault.TypeMismatch, "DISTINCT can only be applied to comparable types (actual: %s)", c.T)
			}
		}
		node = distinct(node)
	}
	if len(keys) > 0 {
		node = &Sort{In: node, Keys: keys, Limit: -1}
	}
	node = b.limits(node, q, keys)
	if len(project.Cols) > n {
		exprs, cols := columnsOf(node)
		node = &Project{node, exprs[:n], cols[:n]}
	}
	return relation{node, fields}
}

// orderItem is an item of ORDER BY: a number of a column, an alias, or an expression over what is selected from.
func (b *block) orderItem(e syntax.Expr, project *Project) expr.Expr {
	var x expr.Expr
	if n, ok := e.(*syntax.Number); ok {
		x = project.Exprs[ordinal(n, len(project.Cols), "ORDER BY")]
	} else if id, ok := e.(*syntax.Ident); ok {
		for i, c := range project.Cols {
			if same(c.Name, id.Name) && c.Name != "$order" {
				x = project.Exprs[i]
				break
			}
		}
	}
	if x == nil {
		x = b.expr(e)
	}
	if !x.Type().Orderable() {
		fail(e.Place(), fault.TypeMismatch, "Type %s is not orderable, and therefore cannot be used in ORDER BY", x.Type())
	}
	return x
}

// from is the block of what is selected from.
func (b *block) from(r syntax.Relation) *block {
	if r == nil {
		return &block{p: b.p, with: b.with, node: &Values{Rows: [][]expr.Expr{{}}}, outer: b.outer, slots: b.slots}
	}
	rel := b.relation(r, nil)
	return &block{p: b.p, with: b.with, node: rel.node, fields: rel.fields, outer: b.outer, slots: b.slots}
}

func (b *block) where(e syntax.Expr) {
	if e == nil {
		return
	}
	for _, c := range chain("AND", e, nil) {
		refuseAggregates(c, "WHERE clause")
		b.filter(b.cond(c, "WHERE clause"))
	}
}

// filter keeps the rows for which cond is true.
func (b *block) filter(cond expr.Expr) {
	if c, ok := cond.(*expr.Const); ok && !c.Value.IsNull(0) && c.Value.Bools[0] {
		return
	}
	conds := []expr.Expr{cond}
	if and, ok := cond.(*expr.And); ok {
		conds = and.List
	}
	if f, ok := b.node.(*Filter); ok {
		b.node = &Filter{f.In, append(append([]expr.Expr{}, f.Conds...), conds...)}
		return
	}
	b.node = &Filter{b.node, conds}
}

// outputs are the items of SELECT with the stars laid out.
func (b *block) outputs(items []syntax.Item) (out []output) {
	for _, it := range items {
		switch {
		case !it.Star:
			name := it.Alias
			if name == "" {
				switch x := it.X.(type) {
				case *syntax.Ident:
					name = x.Name
				case *syntax.Field:
					name = x.Name
				}
			}
			out = append(out, output{name: name, x: it.X})
		case it.X == nil:
			n := len(out)
			for i := range b.fields {
				if f := &b.fields[i]; !f.hidden {
					out = append(out, output{name: f.name, col: f})
				}
			}
			if len(out) == n {
				fail(it.Pos, fault.ColumnNotFound, "SELECT * not allowed from relation that has no columns")
			}
		default:
			out = b.qualifiedStar(out, it)
		}
	}
	return out
}

// qualifiedStar is t.*, or the members of a row.
func (b *block) qualifiedStar(out []output, it syntax.Item) []output {
	if names, ok := path(it.X); ok {
		n := len(out)
		for i := range b.fields {
			f := &b.fields[i]
			if len(f.table) >= len(names) && !f.hidden && equalNames(f.table[len(f.table)-len(names):], names) {
				out = append(out, output{name: f.name, col: f})
			}
		}
		if len(out) > n {
			for i, a := range it.Aliases {
				if n+i < len(out) {
					out[n+i].name = a
				}
			}
			return out
		}
		if b.column(it.Pos, names[:len(names)-1], names[len(names)-1]) == nil {
			fail(it.Pos, fault.TableNotFound, "Unable to resolve reference %s", strings.ToLower(strings.Join(names, ".")))
		}
	}
	x := b.expr(it.X)
	if len(x.Type().Fields) == 0 || x.Type().Kind.String() != "row" {
		fail(it.Pos, fault.TypeMismatch, "expected expression of type Row")
	}
	for i, f := range x.Type().Fields {
		name := f.Name
		if i < len(it.Aliases) {
			name = it.Aliases[i]
		}
		out = append(out, output{name: name, row: &expr.Member{X: x, Index: i, T: f.Type}})
	}
	return out
}

func equalNames(a, b []string) bool {
	for i := range a {
		if !same(a[i], b[i]) {
			return false
		}
	}
	return true
}

func (b *block) output(o output) expr.Expr {
	switch {
	case o.x != nil:
		return b.expr(o.x)
	case o.row != nil:
		if b.group != nil {
			fail(fault.Pos{}, fault.NotSupported, "a row's members by .* are not supported with GROUP BY")
		}
		return o.row
	case b.group != nil:
		return b.group.column(fault.Pos{}, o.col)
	}
	return &expr.Column{Index: o.col.column, Name: o.col.name, T: o.col.t}
}
