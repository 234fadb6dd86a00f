package plan

import (
	"context"
	"math/rand/v2"
	"strings"

	"unyo/engine/sql/expr"
	"unyo/engine/sql/fault"
	"unyo/engine/sql/functions"
	"unyo/engine/sql/syntax"
	"unyo/engine/sql/types"
)

// Query is a planned query.
type Query struct {
	Root    Node
	Tables  [][3]string
	Slots   int // how many values of outer rows there are
	Session Session
}

// planner plans one query. Its functions panic with a *fault.Error, which Prepare hands out.
type planner struct {
	ctx     context.Context
	session Session
	catalog Catalog
	fctx    *functions.Context
	params  []syntax.Expr
	slots   int
	tables  [][3]string
	views   int    // how deep in views
	own     string // in a view that calls its catalog otherwise: what it calls it
	depth   int    // how deep in expressions
}

// Context is what functions may know in a session.
func (s Session) Context(ctx context.Context) *functions.Context {
	c := &functions.Context{Context: ctx, Now: s.Now, Zone: types.UTC, User: s.User, Catalog: s.Catalog, Schema: s.Schema,
		Chance: rand.New(rand.NewPCG(s.Seed, 0x5911))}
	if s.Zone != nil {
		if z, err := types.ZoneOf(s.Zone.String()); err == nil {
			c.Zone = z
		}
	}
	return c
}

// Prepare plans a query.
func Prepare(ctx context.Context, s Session, c Catalog, q *syntax.Query, params []syntax.Expr) (*Query, error) {
	out, err := Plain(ctx, s, c, q, params)
	if err != nil {
		return nil, err
	}
	return optimised(out)
}

func optimised(q *Query) (out *Query, err error) {
	defer func() {
		if r := recover(); r != nil {
			out, err = nil, fault.Of(r)
		}
	}()
	q.Root = optimise(q.Root)
	return q, nil
}

// Plain plans a query as it is written: nothing is moved to where it is cheaper.
func Plain(ctx context.Context, s Session, c Catalog, q *syntax.Query, params []syntax.Expr) (out *Query, err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *fault.Error:
			err = r
		case failure:
			err = r.err
		default: // a fault of this engine ends the query, not the process
			err = fault.Of(r)
		}
	}()
	p := &planner{ctx: ctx, session: s, catalog: c, fctx: s.Context(ctx), params: params}
	if want := q.Params; want != len(params) {
		panic(fault.New(fault.InvalidParameter, "Incorrect number of parameters: expected %d but found %d", want, len(params)))
	}
	r := p.query(q, nil, nil)
	return &Query{Root: r.node, Tables: p.tables, Slots: p.slots, Session: s}, nil
}

// failure carries an error that is not of package fault, a catalogue's for instance.
type failure struct{ err error }

func fail(at fault.Pos, name, format string, args ...any) {
	panic(fault.At(at, name, format, args...))
}

// place gives an error without a place one.
func place(at fault.Pos, err error) {
	if e, ok := err.(*fault.Error); ok {
		if e.At.Line == 0 {
			e = fault.At(at, e.Name, "%s", e.Message)
		}
		panic(e)
	}
	panic(failure{err})
}

// fold computes what needs no row, unless it fails, which is for the rows to find out.
func (p *planner) fold(e expr.Expr) expr.Expr {
	if _, ok := e.(*expr.Const); ok || !expr.Constant(e) {
		return e
	}
	v, err := expr.Eval(&expr.Env{Ctx: p.fctx, N: 1}, e)
	if err != nil {
		return e
	}
	return &expr.Const{Value: v.Flat(), T: e.Type()}
}

// coerce makes e a value of a type, to which it can be coerced.
func (p *planner) coerce(e expr.Expr, to *types.Type) expr.Expr {
	from := e.Type()
	if from.Equal(to) {
		return e
	}
	if c, ok := e.(*expr.Const); ok && c.Value.IsNull(0) {
		return expr.NullOf(to)
	}
	if types.SameLayout(from, to) {
		if c, ok := e.(*expr.Const); ok {
			return &expr.Const{Value: c.Value, T: to}
		}
		return &expr.As{X: e, T: to}
	}
	b, err := functions.Cast(from, to, false)
	if err != nil {
		panic(fault.New(fault.TypeMismatch, "%s cannot be coerced to %s", from, to))
	}
	return p.fold(&expr.Call{F: b, Args: []expr.Expr{e}})
}

// call is a function of values, found by name.
func (p *planner) call(at fault.Pos, name string, args ...expr.Expr) expr.Expr {
	given := make([]functions.Given, len(args))
	for i, a := range args {
		given[i] = functions.Given{Type: a.Type(), Lambda: -1}
	}
	b, err := functions.Resolve(name, given, nil)
	if err != nil {
		place(at, err)
	}
	return p.bound(b, args)
}

func (p *planner) bound(b *functions.Bound, args []expr.Expr) expr.Expr {
	list := make([]expr.Expr, len(args))
	for i, a := range args {
		list[i] = a
		if _, ok := a.(*expr.Lambda); !ok {
			list[i] = p.coerce(a, b.Args[i])
		}
	}
	return p.fold(&expr.Call{F: b, Args: list})
}

// table finds a table, and remembers that it was read.
func (p *planner) table(at fault.Pos, n syntax.Name) (*Table, [3]string) {
	full := [3]string{p.session.Catalog, p.session.Schema, ""}
	copy(full[3-len(n.Parts):], n.Parts)
	switch {
	case p.own == "" || full[0] == p.session.Catalog:
	case full[0] == p.own:
		full[0] = p.session.Catalog
	default:
		fail(at, fault.NotSupported, "A view of another catalog cannot name the catalog '%s', which is not its own", full[0])
	}
	t, err := p.catalog.Table(p.ctx, full[0], full[1], full[2])
	if err != nil {
		place(at, err)
	}
	if t == nil {
		fail(at, fault.TableNotFound, "Table '%s' does not exist", strings.Join(full[:], "."))
	}
	for _, have := range p.tables {
		if have == full {
			return t, full
		}
	}
	p.tables = append(p.tables, full)
	return t, full
}
