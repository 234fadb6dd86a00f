package plan

import (
	"strings"

	"unyo/engine/sql/expr"
	"unyo/engine/sql/fault"
	"unyo/engine/sql/functions"
	"unyo/engine/sql/syntax"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// maxDepth bounds how deep expressions lie in each other; the operands of AND and OR lie side by side.
const maxDepth = 1000

// expr translates an expression.
func (b *block) expr(e syntax.Expr) expr.Expr {
	if b.p.depth++; b.p.depth > maxDepth {
		fail(e.Place(), fault.TooDeep, "statement is too large (expressions nested more than %d levels deep)", maxDepth)
	}
	defer func() { b.p.depth-- }()
	if b.group != nil {
		if c := b.group.match(b, e); c != nil {
			return c
		}
	}
	if x, ok := b.given[e]; ok {
		return x
	}
	switch e := e.(type) {
	case *syntax.Ident:
		return b.ident(e)
	case *syntax.Field:
		return b.field(e)
	case *syntax.Null, *syntax.Bool, *syntax.Text, *syntax.Binary, *syntax.Number, *syntax.Interval, *syntax.Typed:
		return b.p.literal(e)
	case *syntax.Param:
		return (&block{p: b.p}).expr(b.p.params[e.Index])
	case *syntax.Unary:
		return b.unary(e)
	case *syntax.Infix:
		return b.infix(e)
	case *syntax.IsNull:
		return b.negated(e.Not, b.p.fold(&expr.IsNull{X: b.expr(e.X)}))
	case *syntax.Distinct:
		l, r := b.p.common(e.Pos, "IS DISTINCT FROM", b.expr(e.L), b.expr(e.R))
		f, err := functions.DistinctFrom(l.Type())
		if err != nil {
			place(e.Pos, err)
		}
		return b.negated(e.Not, b.p.bound(f, []expr.Expr{l, r}))
	case *syntax.Between:
		x := b.expr(e.X)
		and := &expr.And{List: []expr.Expr{b.p.compare(e.Pos, ">=", x, b.expr(e.Low)), b.p.compare(e.Pos, "<=", x, b.expr(e.High))}}
		return b.negated(e.Not, b.p.fold(and))
	case *syntax.In:
		if e.Query != nil {
			return b.negated(e.Not, b.inQuery(e.Pos, e.X, e.Query))
		}
		return b.negated(e.Not, b.inList(e))
	case *syntax.Like:
		args := []expr.Expr{b.expr(e.X), b.expr(e.Pattern)}
		if e.Escape != nil {
			args = append(args, b.expr(e.Escape))
		}
		return b.negated(e.Not, b.p.call(e.Pos, "like", args...))
	case *syntax.Exists:
		return b.exists(e)
	case *syntax.Quantified:
		return b.quantified(e)
	case *syntax.Subquery:
		return b.scalar(e)
	case *syntax.Case:
		return b.caseOf(e)
	case *syntax.Cast:
		return b.cast(e)
	case *syntax.Extract:
		return b.p.extract(e.Pos, e.Unit, b.expr(e.X))
	case *syntax.AtZone:
		return b.p.call(e.Pos, "at_timezone", b.expr(e.X), b.expr(e.Zone))
	case *syntax.Call:
		return b.call(e)
	case *syntax.JSONAsk:
		return b.jsonAsk(e)
	case *syntax.JSONMake:
		return b.jsonMake(e)
	case *syntax.Lambda:
		fail(e.Pos, fault.TypeMismatch, "Lambda expression should always be used inside a function")
	case *syntax.Array:
		return b.p.array(e.Pos, b.exprs(e.List))
	case *syntax.Row:
		return b.p.row(e.Pos, b.exprs(e.List))
	case *syntax.Subscript:
		return b.subscript(e)
	}
	panic("plan: an expression of no kind")
}

func (b *block) exprs(list []syntax.Expr) []expr.Expr {
	out := make([]expr.Expr, len(list))
	for i, e := range list {
		out[i] = b.expr(e)
	}
	return out
}

// cond is an expression that must be a boolean.
func (b *block) cond(e syntax.Expr, what string) expr.Expr {
	x := b.expr(e)
	if k := x.Type().Kind; k != types.Boolean && k != types.Unknown {
		fail(e.Place(), fault.TypeMismatch, "%s must evaluate to a boolean: actual type %s", what, x.Type())
	}
	return b.p.coerce(x, types.Bool)
}

func (b *block) negated(not bool, x expr.Expr) expr.Expr {
	if not {
		return b.p.fold(&expr.Not{X: x})
	}
	return x
}

func (b *block) ident(e *syntax.Ident) expr.Expr {
	if len(b.params) == 0 || b.column(e.Pos, nil, e.Name) == nil {
		if x, ok := b.aliases[strings.ToLower(e.Name)]; ok {
			inner := *b
			inner.aliases = nil
			out := inner.expr(x)
			b.node = inner.node
			return out
		}
	}
	if x := b.column(e.Pos, nil, e.Name); x != nil {
		return x
	}
	fail(e.Pos, fault.ColumnNotFound, "Column '%s' cannot be resolved", strings.ToLower(e.Name))
	return nil
}

// path is a name in parts, from the outermost; false when e is something else.
func path(e syntax.Expr) ([]string, bool) {
	switch e := e.(type) {
	case *syntax.Ident:
		return []string{e.Name}, true
	case *syntax.Field:
		if list, ok := path(e.X); ok {
			return append(list, e.Name), true
		}
	}
	return nil, false
}

// field is a column of a table, or a member of a row.
func (b *block) field(e *syntax.Field) expr.Expr {
	if names, ok := path(e); ok {
		if x := b.column(e.Pos, names[:len(names)-1], names[len(names)-1]); x != nil {
			return x
		}
		if id, ok := e.X.(*syntax.Ident); ok && b.column(e.Pos, nil, id.Name) == nil && b.aliases[strings.ToLower(id.Name)] == nil {
			fail(e.Pos, fault.ColumnNotFound, "Column '%s' cannot be resolved", strings.ToLower(strings.Join(names, ".")))
		}
	}
	x := b.expr(e.X)
	if x.Type().Kind != types.Row {
		fail(e.Pos, fault.TypeMismatch, "Expression %s is not of type ROW", e.Name)
	}
	for i, f := range x.Type().Fields {
		if same(f.Name, e.Name) {
			return b.p.fold(&expr.Member{X: x, Index: i, T: f.Type})
		}
	}
	fail(e.Pos, fault.ColumnNotFound, "Column '%s' cannot be resolved", strings.ToLower(e.Name))
	return nil
}

func (b *block) unary(e *syntax.Unary) expr.Expr {
	if e.Op == "NOT" {
		return b.p.fold(&expr.Not{X: b.cond(e.X, "Value of logical NOT expression")})
	}
	if n, ok := e.X.(*syntax.Number); ok && e.Op == "-" {
		return b.p.literal(&syntax.Number{Pos: n.Pos, Text: "-" + n.Text})
	}
	x := b.expr(e.X)
	if e.Op == "+" {
		if !x.Type().IsNumber() {
			fail(e.Pos, fault.TypeMismatch, "Unary '+' operator cannot by applied to %s type", x.Type())
		}
		return x
	}
	return b.p.call(e.Pos, "$neg", x)
}

// chain is the operands of nested ANDs or ORs, from left to right.
func chain(op string, e syntax.Expr, out []syntax.Expr) []syntax.Expr {
	for {
		i, ok := e.(*syntax.Infix)
		if !ok || i.Op != op {
			return append(out, e)
		}
		out = chain(op, i.L, out)
		e = i.R
	}
}

func (b *block) infix(e *syntax.Infix) expr.Expr {
	switch e.Op {
	case "AND", "OR":
		var list []expr.Expr
		for _, x := range chain(e.Op, e, nil) {
			list = append(list, b.cond(x, "Logical expression term"))
		}
		if e.Op == "AND" {
			return b.p.fold(&expr.And{List: list})
		}
		return b.p.fold(&expr.Or{List: list})
	case "=", "<>", "<", "<=", ">", ">=":
		return b.p.compare(e.Pos, e.Op, b.expr(e.L), b.expr(e.R))
	case "||":
		return b.p.call(e.Pos, "concat", b.expr(e.L), b.expr(e.R))
	}
	return b.p.call(e.Pos, e.Op, b.expr(e.L), b.expr(e.R))
}

// common brings two values to one type.
func (p *planner) common(at fault.Pos, op string, l, r expr.Expr) (expr.Expr, expr.Expr) {
	if p.session.TextTimes {
		l, r = p.timed(at, l, r.Type()), p.timed(at, r, l.Type())
	}
	t := types.Common(l.Type(), r.Type())
	if t == nil {
		fail(at, fault.TypeMismatch, "Cannot apply operator: %s %s %s", l.Type(), op, r.Type())
	}
	return p.coerce(l, t), p.coerce(r, t)
}

// timed makes a timestamp of a constant text that stands beside one.
func (p *planner) timed(at fault.Pos, x expr.Expr, beside *types.Type) expr.Expr {
	if _, constant := x.(*expr.Const); !constant || x.Type().Kind != types.Varchar || beside.Kind != types.Timestamp {
		return x
	}
	f, err := functions.Cast(x.Type(), beside, false)
	if err != nil {
		place(at, err)
	}
	return p.fold(&expr.Call{F: f, Args: []expr.Expr{x}})
}

func (p *planner) compare(at fault.Pos, op string, l, r expr.Expr) expr.Expr {
	l, r = p.common(at, op, l, r)
	f, err := functions.Compare(op, l.Type())
	if err != nil {
		place(at, err)
	}
	return p.fold(&expr.Call{F: f, Args: []expr.Expr{l, r}})
}

func (b *block) inList(e *syntax.In) expr.Expr {
	x, list := b.expr(e.X), b.exprs(e.List)
	t := x.Type()
	for i, y := range list {
		c := types.Common(t, y.Type())
		if c == nil {
			fail(e.List[i].Place(), fault.TypeMismatch, "IN value and list items must be the same type: %s", t)
		}
		t = c
	}
	x = b.p.coerce(x, t)
	if !t.Comparable() {
		fail(e.Pos, fault.TypeMismatch, "Type %s is not comparable", t)
	}
	constants := make([]*expr.Const, 0, len(list))
	for i := range list {
		list[i] = b.p.coerce(list[i], t)
		if c, ok := list[i].(*expr.Const); ok && len(t.Fields) == 0 {
			constants = append(constants, c)
		}
	}
	if len(constants) == len(list) {
		return b.p.fold(expr.NewIn(x, constants))
	}
	var or []expr.Expr
	for i, y := range list {
		or = append(or, b.p.compare(e.List[i].Place(), "=", x, y))
	}
	return b.p.fold(&expr.Or{List: or})
}

func (b *block) caseOf(e *syntax.Case) expr.Expr {
	c := &expr.Case{T: types.Null}
	var x expr.Expr
	if e.X != nil {
		x = b.expr(e.X)
	}
	widen := func(at fault.Pos, y expr.Expr) {
		t := types.Common(c.T, y.Type())
		if t == nil {
			fail(at, fault.TypeMismatch, "All CASE results must be the same type or coercible to a common type. Cannot find common type between %s and %s, all types (without duplicates): [%s, %s]", c.T, y.Type(), c.T, y.Type())
		}
		c.T = t
	}
	for _, w := range e.Whens {
		if x != nil {
			c.Conds = append(c.Conds, b.p.compare(w.Cond.Place(), "=", x, b.expr(w.Cond)))
		} else {
			c.Conds = append(c.Conds, b.cond(w.Cond, "CASE WHEN clause"))
		}
		then := b.expr(w.Then)
		widen(w.Then.Place(), then)
		c.Thens = append(c.Thens, then)
	}
	if e.Else != nil {
		c.Else = b.expr(e.Else)
		widen(e.Else.Place(), c.Else)
		c.Else = b.p.coerce(c.Else, c.T)
	}
	for i := range c.Thens {
		c.Thens[i] = b.p.coerce(c.Thens[i], c.T)
	}
	return b.p.fold(c)
}

func (b *block) cast(e *syntax.Cast) expr.Expr {
	x := b.expr(e.X)
	f, err := functions.Cast(x.Type(), e.Type, e.Try)
	if err != nil {
		place(e.Pos, err)
	}
	if x.Type().Equal(e.Type) {
		return x
	}
	if types.SameLayout(x.Type(), e.Type) {
		return b.p.coerce(x, e.Type)
	}
	return b.p.fold(&expr.Call{F: f, Args: []expr.Expr{x}})
}

// array is ARRAY[…]: a function of its elements.
func (p *planner) array(at fault.Pos, list []expr.Expr) expr.Expr {
	t := types.Null
	for _, x := range list {
		c := types.Common(t, x.Type())
		if c == nil {
			fail(at, fault.TypeMismatch, "All ARRAY elements must be the same type or coercible to a common type. Cannot find common type between %s and %s", t, x.Type())
		}
		t = c
	}
	for i := range list {
		list[i] = p.coerce(list[i], t)
	}
	return p.fold(&expr.Call{F: functions.ArrayOf(t, len(list)), Args: list})
}

func (p *planner) row(at fault.Pos, list []expr.Expr) expr.Expr {
	t := &types.Type{Kind: types.Row}
	for _, x := range list {
		t.Fields = append(t.Fields, types.Field{Type: x.Type()})
	}
	return p.fold(&expr.Call{F: functions.RowOf(t), Args: list})
}

func (b *block) subscript(e *syntax.Subscript) expr.Expr {
	x, i := b.expr(e.X), b.expr(e.Index)
	if x.Type().Kind == types.Row {
		c, ok := i.(*expr.Const)
		if !ok || !i.Type().IsInteger() || c.Value.IsNull(0) {
			fail(e.Pos, fault.InvalidArgument, "Subscript expression on ROW requires a constant index")
		}
		n := c.Value.Ints[0]
		if n < 1 || n > int64(len(x.Type().Fields)) {
			fail(e.Pos, fault.InvalidArgument, "Invalid subscript index: %d. ROW index must be between 1 and %d", n, len(x.Type().Fields))
		}
		return b.p.fold(&expr.Member{X: x, Index: int(n - 1), T: x.Type().Fields[n-1].Type})
	}
	return b.p.call(e.Pos, "$subscript", x, i)
}

// text is a constant text.
func textConst(s string) *expr.Const {
	return expr.NewConst(types.VarcharOf(max(1, len([]rune(s)))), func(v *vector.Vector) { v.AppendText([]byte(s)) })
}
