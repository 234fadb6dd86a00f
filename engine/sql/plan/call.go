package plan

import (
	"strconv"
	"strings"

	"unyo/engine/sql/expr"
	"unyo/engine/sql/fault"
	"unyo/engine/sql/functions"
	"unyo/engine/sql/syntax"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// call translates a function, or what is written like one.
func (b *block) call(e *syntax.Call) expr.Expr {
	if b.match != nil {
		if x := b.matchCall(e); x != nil {
			return x
		}
	} else if e.Rows != "" {
		fail(e.Pos, "INVALID_PROCESSING_MODE", "%s semantics is only allowed in MATCH_RECOGNIZE", e.Rows)
	}
	if e.Over != nil {
		if c, ok := b.windows[e]; ok {
			return b.made(c)
		}
		fail(e.Pos, fault.NotScalar, "Window function '%s' is not allowed here", e.Name)
	}
	if functions.IsAggregate(e.Name) || functions.IsWindow(e.Name) {
		if b.group != nil {
			if c, ok := b.group.calls[e]; ok {
				return b.made(c)
			}
		}
		if functions.IsWindow(e.Name) {
			fail(e.Pos, fault.InvalidWindow, "Window function %s requires an OVER clause", e.Name)
		}
		fail(e.Pos, fault.NotScalar, "Aggregations are not allowed here: %s", e.Name)
	}
	if e.Distinct || e.Star || e.Filter != nil || e.OrderBy != nil || e.Within != nil {
		fail(e.Pos, fault.FunctionNotFound, "Function '%s' is no aggregation: DISTINCT, *, FILTER and ORDER BY have no meaning in it", e.Name)
	}
	if f, ok := special[e.Name]; ok {
		return f(b, e)
	}
	return b.plainCall(e)
}

// made is a column that an aggregation or a window has made.
func (b *block) made(column int) expr.Expr {
	c := b.node.Schema()[column]
	return &expr.Column{Index: column, Name: c.Name, T: c.T}
}

// plainCall finds the function, types its lambdas, and coerces its arguments.
func (b *block) plainCall(e *syntax.Call) expr.Expr {
	args := make([]expr.Expr, len(e.Args))
	given := make([]functions.Given, len(e.Args))
	for i, a := range e.Args {
		if l, ok := a.(*syntax.Lambda); ok {
			given[i] = functions.Given{Lambda: len(l.Params)}
			continue
		}
		args[i] = b.expr(a)
		given[i] = functions.Given{Type: args[i].Type(), Lambda: -1}
	}
	f, err := functions.Resolve(e.Name, given, func(i int, params []*types.Type) (*types.Type, error) {
		args[i] = b.lambda(e.Args[i].(*syntax.Lambda), params)
		return args[i].(*expr.Lambda).Body.Type(), nil
	})
	if err != nil {
		place(e.Pos, err)
	}
	for i, a := range e.Args {
		if l, ok := a.(*syntax.Lambda); ok { // with the types that were found last
			n := len(f.Args[i].Fields) - 1
			params := make([]*types.Type, n)
			for j := range params {
				params[j] = f.Args[i].Fields[j].Type
			}
			x := b.lambda(l, params)
			x.Body = b.p.coerce(x.Body, f.Args[i].Fields[n].Type)
			x.T = f.Args[i]
			args[i] = x
		}
	}
	return b.p.bound(f, args)
}

func (b *block) lambda(l *syntax.Lambda, params []*types.Type) *expr.Lambda {
	inner := *b
	inner.params = append([]lambdaParam{}, b.params...)
	for i, name := range l.Params {
		inner.params = append(inner.params, lambdaParam{name, params[i]})
	}
	out := &expr.Lambda{First: len(b.params), Count: len(params), Body: inner.expr(l.Body)}
	b.node = inner.node
	out.T = &types.Type{Kind: types.Function}
	return out
}

func (b *block) argsOf(e *syntax.Call, least, most int) []expr.Expr {
	if len(e.Args) < least || len(e.Args) > most {
		fail(e.Pos, fault.FunctionNotFound, "Unexpected parameters for function %s: %d arguments", e.Name, len(e.Args))
	}
	return b.exprs(e.Args)
}

// special are functions that are not called as others are.
var special map[string]func(b *block, e *syntax.Call) expr.Expr

func init() { // in a function, for they translate calls
	special = map[string]func(b *block, e *syntax.Call) expr.Expr{
		"coalesce": (*block).coalesceCall, "if": (*block).ifCall, "nullif": (*block).nullif, "try": (*block).try, "typeof": (*block).typeof,
		"grouping": (*block).groupingCall, "current_date": (*block).current, "current_time": (*block).current, "current_timestamp": (*block).current,
		"localtime": (*block).current, "localtimestamp": (*block).current, "now": (*block).current, "current_user": (*block).current,
		"current_catalog": (*block).current, "current_schema": (*block).current, "current_timezone": (*block).current,
	}
}

func (b *block) coalesceCall(e *syntax.Call) expr.Expr {
	list := b.argsOf(e, 2, 1<<20)
	t := list[0].Type()
	for i, x := range list {
		c := types.Common(t, x.Type())
		if c == nil {
			fail(e.Args[i].Place(), fault.TypeMismatch, "All COALESCE operands must be the same type or coercible to a common type. Cannot find common type between %s and %s", t, x.Type())
		}
		t = c
	}
	for i := range list {
		list[i] = b.p.coerce(list[i], t)
	}
	return b.p.fold(&expr.Coalesce{List: list, T: t})
}

func (b *block) ifCall(e *syntax.Call) expr.Expr {
	if len(e.Args) < 2 || len(e.Args) > 3 {
		fail(e.Pos, fault.Syntax, "Invalid number of arguments for 'if' function")
	}
	c := &syntax.Case{Pos: e.Pos, Whens: []syntax.When{{Cond: e.Args[0], Then: e.Args[1]}}}
	if len(e.Args) == 3 {
		c.Else = e.Args[2]
	}
	return b.caseOf(c)
}

func (b *block) nullif(e *syntax.Call) expr.Expr {
	args := b.argsOf(e, 2, 2)
	c := &expr.Case{Conds: []expr.Expr{b.p.compare(e.Pos, "=", args[0], args[1])}, Thens: []expr.Expr{expr.NullOf(args[0].Type())}, Else: args[0], T: args[0].Type()}
	return b.p.fold(c)
}

func (b *block) try(e *syntax.Call) expr.Expr {
	return b.p.fold(&expr.Try{X: b.argsOf(e, 1, 1)[0]})
}

func (b *block) typeof(e *syntax.Call) expr.Expr {
	return textConst(b.argsOf(e, 1, 1)[0].Type().String())
}

// current is what the session knows.
func (b *block) current(e *syntax.Call) expr.Expr {
	digits := 3
	if len(e.Args) == 1 {
		n, err := strconv.Atoi(e.Args[0].(*syntax.Number).Text)
		if err != nil || n > 6 {
			fail(e.Pos, fault.NotSupported, "%s precision beyond microseconds is not supported", strings.ToUpper(e.Name))
		}
		digits = n
	} else if len(e.Args) > 1 {
		fail(e.Pos, fault.FunctionNotFound, "Unexpected parameters for function %s", e.Name)
	}
	c := b.p.fctx
	step := int64(1)
	for range 6 - digits {
		step *= 10
	}
	at := types.Wide{Hi: c.Now.UnixMicro() / step * step, Lo: c.Zone}
	local := types.LocalOf(at)
	putInt := func(k types.Kind, n int64) expr.Expr {
		return expr.NewConst(&types.Type{Kind: k, Size: digits}, func(v *vector.Vector) { v.AppendInt(n) })
	}
	switch e.Name {
	case "current_date":
		return expr.NewConst(types.Day, func(v *vector.Vector) { v.AppendInt(floor(local, 86400e6)) })
	case "current_timestamp", "now":
		return expr.NewConst(&types.Type{Kind: types.TimestampZone, Size: digits}, func(v *vector.Vector) { v.AppendWide(at) })
	case "localtimestamp":
		return putInt(types.Timestamp, local)
	case "localtime":
		return putInt(types.Time, local-floor(local, 86400e6)*86400e6)
	case "current_time":
		clock := types.ClockAt(local-floor(local, 86400e6)*86400e6, types.OffsetAt(c.Now.UnixMicro(), c.Zone))
		return expr.NewConst(&types.Type{Kind: types.TimeZone, Size: digits}, func(v *vector.Vector) { v.AppendWide(clock) })
	case "current_user":
		return textConst(c.User)
	case "current_catalog":
		return textConst(c.Catalog)
	case "current_timezone":
		return textConst(types.ZoneName(c.Zone))
	}
	return textConst(c.Schema)
}

func floor(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// extractNames are the functions that EXTRACT's units mean.
var extractNames = map[string]string{"YEAR": "year", "QUARTER": "quarter", "MONTH": "month", "WEEK": "week", "DAY": "day", "DAY_OF_MONTH": "day", "DAY_OF_WEEK": "day_of_week",
	"DOW": "day_of_week", "DAY_OF_YEAR": "day_of_year", "DOY": "day_of_year", "YEAR_OF_WEEK": "year_of_week", "YOW": "year_of_week", "HOUR": "hour", "MINUTE": "minute",
	"SECOND": "second", "TIMEZONE_HOUR": "timezone_hour", "TIMEZONE_MINUTE": "timezone_minute"}

func (p *planner) extract(at fault.Pos, unit string, x expr.Expr) expr.Expr {
	name, ok := extractNames[unit]
	if !ok {
		fail(at, fault.Syntax, "Invalid EXTRACT field: %s", unit)
	}
	return p.call(at, name, x)
}
