package plan

import (
	"fmt"
	"slices"
	"strings"

	"unyo/engine/sql/expr"
	"unyo/engine/sql/fault"
	"unyo/engine/sql/jsonpath"
	"unyo/engine/sql/syntax"
	"unyo/engine/sql/types"
)

// jsonPath reads a path, and holds that what it names is passed.
func (p *planner) jsonPath(t *syntax.Text, passed []jsonpath.Arg) *jsonpath.Path {
	path, err := jsonpath.Parse(t.Value)
	if err != nil {
		e := err.(*jsonpath.Error)
		fail(fault.Pos{Line: t.Line, Column: t.Column + 1 + e.At}, "INVALID_PATH", "%s", e.Message)
	}
	for _, name := range path.Names {
		if !slices.ContainsFunc(passed, func(a jsonpath.Arg) bool { return a.Name == name }) {
			fail(t.Pos, "INVALID_PATH", "no value passed for parameter %s. Try quoting \"%s\" in the PASSING clause to match case", name, name)
		}
	}
	return path
}

// isJSON tells whether an expression makes JSON, so that FORMAT JSON need not be said of it.
func isJSON(e syntax.Expr) bool {
	switch e := e.(type) {
	case *syntax.JSONMake:
		return true
	case *syntax.JSONAsk:
		return e.Kind == "QUERY"
	}
	return false
}

// jsonArg is an argument. Of the input it needs not be said that it is JSON.
func (b *block) jsonArg(a syntax.JSONArg, input bool) (expr.Expr, jsonpath.Arg) {
	x := b.expr(a.X)
	t := x.Type()
	out := jsonpath.Arg{Name: a.Name, Encoding: a.Encoding, JSON: input || a.Format || isJSON(a.X) || t.Kind == types.JSON}
	if t.Kind == types.Unknown {
		t = types.Text
	}
	ok := t.IsText() || t.Kind == types.Varbinary || t.Kind == types.JSON
	switch {
	case out.JSON && (!ok || a.Encoding != "" && t.Kind != types.Varbinary):
		format := "JSON"
		if a.Encoding != "" {
			format += " ENCODING " + a.Encoding
		}
		fail(a.X.Place(), fault.TypeMismatch, "Cannot read input of type %s as JSON using formatting %s", x.Type(), format)
	case !out.JSON && (len(t.Fields) > 0 || t.Kind == types.Varbinary || t.Sketched()):
		fail(a.X.Place(), fault.NotSupported, "Unsupported type of JSON path parameter or JSON value: %s", t)
	}
	out.T = t
	return b.p.coerce(x, t), out
}

// jsonAsk plans JSON_EXISTS, JSON_VALUE or JSON_QUERY.
func (b *block) jsonAsk(e *syntax.JSONAsk) expr.Expr {
	a := &jsonpath.Ask{Kind: e.Kind, Wrapper: e.Wrapper, OmitQuotes: e.OmitQuotes}
	var args []expr.Expr
	for i, s := range append([]syntax.JSONArg{e.Input}, e.Passing...) {
		x, arg := b.jsonArg(s, i == 0)
		args, a.Args = append(args, x), append(a.Args, arg)
	}
	a.Path = b.p.jsonPath(e.Path, a.Args[1:])
	switch e.Kind {
	case "EXISTS":
		a.Returning = types.Bool
	case "VALUE":
		if a.Returning = e.Returning.Type; a.Returning == nil {
			a.Returning = types.Text
		}
		if t := a.Returning; !(t.IsText() || t.IsNumber() || t.Kind == types.Boolean || t.Kind >= types.Date && t.Kind <= types.TimestampZone) {
			fail(e.Pos, fault.TypeMismatch, "Invalid return type of function JSON_VALUE: %s", t)
		}
	default:
		a.Returning = b.jsonReturning(e.Pos, e.Returning, "JSON_QUERY")
		if e.Returning.Type == nil && a.Args[0].T.Kind == types.JSON {
			a.Returning = types.Json
		}
		if a.Encoding = e.Returning.Encoding; e.OmitQuotes && e.Wrapper != "" {
			fail(e.Pos, fault.InvalidArgument, "OMIT QUOTES behavior specified with WITH %s ARRAY WRAPPER behavior", e.Wrapper)
		}
	}
	d := &jsonDefaults{b: b, args: args}
	if e.Kind == "EXISTS" && e.OnError.Kind == "" {
		e.OnError.Kind = "FALSE"
	}
	a.OnEmpty, a.OnError = d.behaviour(e.OnEmpty, a.Returning), d.behaviour(e.OnError, a.Returning)
	name := fmt.Sprintf("json_%s[%q %s %s %v %v %s %v %v]", strings.ToLower(e.Kind), e.Path.Value, a.Returning, a.Encoding, named(a.Args), a.Wrapper, map[bool]string{true: "omit"}[a.OmitQuotes], a.OnEmpty, a.OnError)
	return b.p.fold(&expr.Call{F: a.Bind(name, d.types), Args: d.args})
}

// jsonDefaults puts the defaults of a JSON function behind its arguments.
type jsonDefaults struct {
	b     *block
	args  []expr.Expr
	types []*types.Type
}

func (d *jsonDefaults) behaviour(s syntax.JSONBehaviour, returning *types.Type) jsonpath.Behaviour {
	out := jsonpath.Behaviour{Kind: s.Kind}
	if s.Kind != "DEFAULT" {
		return out
	}
	before := d.b.node
	l := d.b.lambda(&syntax.Lambda{Pos: s.Default.Place(), Body: s.Default}, nil)
	if d.b.node != before {
		fail(s.Default.Place(), fault.NotSupported, "subqueries in DEFAULT expressions are not supported")
	}
	if !types.Coercible(l.Body.Type(), returning) {
		fail(s.Default.Place(), fault.TypeMismatch, "Function JSON_VALUE default ON EMPTY or ON ERROR result must evaluate to a %s (actual: %s)", returning, l.Body.Type())
	}
	l.Body = d.b.p.coerce(l.Body, returning)
	out.Default = len(d.args)
	d.args, d.types = append(d.args, l), append(d.types, returning)
	return out
}

// named writes what distinguishes arguments beside their expressions.
func named(args []jsonpath.Arg) string {
	var out []string
	for _, a := range args {
		out = append(out, fmt.Sprintf("%s:%v:%s", a.Name, a.JSON, a.Encoding))
	}
	return strings.Join(out, ",")
}

// jsonReturning is the type of a text of JSON.
func (b *block) jsonReturning(at fault.Pos, o syntax.JSONOutput, function string) *types.Type {
	t := o.Type
	if t == nil {
		t = types.Text
	}
	if !t.IsText() && t.Kind != types.Varbinary || o.Encoding != "" && t.Kind != types.Varbinary {
		fail(at, fault.TypeMismatch, "Cannot output JSON value as %s using formatting JSON %s in %s", t, strings.TrimSpace("ENCODING "+o.Encoding), function)
	}
	return t
}

// jsonMake plans JSON_ARRAY or JSON_OBJECT.
func (b *block) jsonMake(e *syntax.JSONMake) expr.Expr {
	name := "json_array"
	if e.Object {
		name = "json_object"
	}
	m := &jsonpath.Make{Object: e.Object, AbsentNull: e.AbsentOnNull, Unique: e.Unique, Encoding: e.Returning.Encoding}
	m.Returning = b.jsonReturning(e.Pos, e.Returning, strings.ToUpper(name))
	var args []expr.Expr
	for _, k := range e.Keys {
		x := b.expr(k)
		if !x.Type().IsText() && x.Type().Kind != types.Unknown {
			fail(k.Place(), fault.TypeMismatch, "Invalid type of JSON object key: %s", x.Type())
		}
		args, m.Keys = append(args, b.p.coerce(x, types.Text)), append(m.Keys, types.Text)
	}
	for _, v := range e.Values {
		if e.Unique && v.Format {
			fail(e.Pos, fault.NotSupported, "WITH UNIQUE KEYS behavior is not supported for JSON_OBJECT function when input expression has FORMAT")
		}
		x, arg := b.jsonArg(v, false)
		args, m.Values = append(args, x), append(m.Values, arg)
	}
	return b.p.fold(&expr.Call{F: m.Bind(fmt.Sprintf("%s[%v %v %s %s %s]", name, m.AbsentNull, m.Unique, m.Returning, m.Encoding, named(m.Values))), Args: args})
}
