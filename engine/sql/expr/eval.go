package expr

import (
	"unyo/engine/sql/functions"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// Env is the rows over which expressions are computed.
type Env struct {
	Ctx   *functions.Context
	N     int
	Cols  []*vector.Vector
	Args  []*vector.Vector // of the lambdas that are being computed
	Outer []*vector.Vector // a value for each slot
	Memo  Memo             // of who computes batch after batch; nil remembers nothing

	from *Env // of which these are some rows, taken from it when first needed
	rows []uint32
	wrap bool // take them by index: rows repeat
}

// pick is some of env's rows.
func (env *Env) pick(rows []uint32) *Env {
	return &Env{Ctx: env.Ctx, N: len(rows), Cols: make([]*vector.Vector, len(env.Cols)), Args: make([]*vector.Vector, len(env.Args)), Outer: env.Outer, Memo: env.Memo, from: env, rows: rows}
}

// repeat is env's rows as often as rows names them, with more arguments, the first of which is number first.
func (env *Env) repeat(rows []uint32, first int, args []*vector.Vector) *Env {
	out := env.pick(rows)
	out.wrap = true
	for len(out.Args) < first { // what is folded within a lambda uses none of the lambda's arguments, and has none
		out.Args = append(out.Args, nil)
	}
	out.Args = append(out.Args, args...)
	return out
}

func (env *Env) take(v *vector.Vector) *vector.Vector {
	if env.wrap && v.Dict == nil {
		dict := *v
		return &vector.Vector{Kind: v.Kind, Len: env.N, Dict: &dict, Index: env.rows}
	}
	return v.Pick(env.rows)
}

func (env *Env) column(i int) *vector.Vector {
	if env.Cols[i] == nil {
		env.Cols[i] = env.take(env.from.column(i))
	}
	return env.Cols[i]
}

func (env *Env) arg(i int) *vector.Vector {
	if env.Args[i] == nil {
		env.Args[i] = env.take(env.from.arg(i))
	}
	return env.Args[i]
}

// Eval computes e for every row.
func Eval(env *Env, e Expr) (*vector.Vector, error) {
	switch e := e.(type) {
	case *Column:
		return env.column(e.Index), nil
	case *Const:
		return vector.Constant(e.Value, env.N), nil
	case *Outer:
		return vector.Constant(env.Outer[e.Slot], env.N), nil
	case *Arg:
		return env.arg(e.Index), nil
	case *Call:
		return env.call(e)
	case *And:
		return env.junction(e.List, false)
	case *Or:
		return env.junction(e.List, true)
	case *Not:
		return env.not(e.X)
	case *IsNull:
		v, err := Eval(env, e.X)
		if err != nil {
			return nil, err
		}
		return isNull(v), nil
	case *Case:
		return env.choose(e)
	case *Coalesce:
		return env.coalesce(e)
	case *In:
		return env.in(e)
	case *Try:
		return env.try(e)
	case *As:
		return Eval(env, e.X)
	case *Member:
		v, err := Eval(env, e.X)
		if err != nil {
			return nil, err
		}
		return member(v, e.Index, e.T), nil
	}
	panic("expr: an expression of no kind")
}

// call computes a function: once when its arguments are constant, over the dictionary when one lies under one.
func (env *Env) call(c *Call) (*vector.Vector, error) {
	if err := env.Ctx.Err(); err != nil {
		return nil, err
	}
	args := make([]functions.Arg, len(c.Args))
	constant, dict, simple := true, -1, !c.F.Chance
	for i, a := range c.Args {
		if l, ok := a.(*Lambda); ok {
			args[i].Lambda, simple = env.lambda(l), false
			continue
		}
		v, err := Eval(env, a)
		if err != nil {
			return nil, err
		}
		args[i].Vector = v
		if v.Dict != nil && v.Index == nil {
			continue
		}
		constant = false
		simple = simple && dict < 0 && v.Dict != nil
		dict = i
	}
	switch {
	case env.N == 0:
		return c.F.Result.New(), nil
	case constant && !c.F.Chance && !hasLambda(args):
		one, err := c.F.Kernel(env.Ctx, 1, resized(args, 1))
		if err != nil {
			return nil, err
		}
		return vector.Constant(one.Flat(), env.N), nil
	case simple && dict >= 0:
		v := args[dict].Vector
		if out := env.remembered(c, args, dict); out != nil {
			return &vector.Vector{Kind: out.Kind, Len: env.N, Dict: out, Index: v.Index}, nil
		}
		if v.Dict.Len > env.N {
			break
		}
		over := resized(args, v.Dict.Len)
		over[dict].Vector = v.Dict
		if out, err := c.F.Kernel(env.Ctx, v.Dict.Len, over); err == nil { // if it fails, perhaps at a value that no row has
			out = out.Flat()
			return &vector.Vector{Kind: out.Kind, Len: env.N, Dict: out, Index: v.Index}, nil
		}
	}
	return c.F.Kernel(env.Ctx, env.N, args)
}

func hasLambda(args []functions.Arg) bool {
	for _, a := range args {
		if a.Lambda != nil {
			return true
		}
	}
	return false
}

// resized is constant arguments for another number of rows.
func resized(args []functions.Arg, n int) []functions.Arg {
	out := make([]functions.Arg, len(args))
	for i, a := range args {
		out[i].Vector = &vector.Vector{Kind: a.Kind, Len: n, Dict: a.Dict}
	}
	return out
}

func (env *Env) lambda(l *Lambda) functions.Lambda {
	return func(parents []uint32, args ...*vector.Vector) (*vector.Vector, error) {
		inner := env.repeat(parents, l.First, args)
		if len(inner.Args) != l.First+l.Count {
			panic("expr: a lambda is not where it was planned")
		}
		return Eval(inner, l.Body)
	}
}

// try computes row by row when the whole fails.
func (env *Env) try(e *Try) (*vector.Vector, error) {
	out, err := Eval(env, e.X)
	if err == nil || !functions.Swallowed(err) {
		return out, err
	}
	out = e.Type().New()
	for i := range env.N {
		one, err := Eval(env.pick([]uint32{uint32(i)}), e.X)
		switch {
		case err == nil:
			out.Append(one, 0)
		case functions.Swallowed(err):
			out.AppendNull()
		default:
			return nil, err
		}
	}
	return out, nil
}

func member(v *vector.Vector, i int, t *types.Type) *vector.Vector {
	if v.Dict != nil {
		if len(v.Dict.Elems) == 0 {
			return vector.Nothing(t.Vector(), v.Len)
		}
		return &vector.Vector{Kind: t.Vector(), Len: v.Len, Dict: masked(v.Dict, i).Flat(), Index: v.Index}
	}
	if len(v.Elems) == 0 {
		return vector.Nothing(t.Vector(), v.Len)
	}
	return masked(v, i)
}

// masked is member i of flat rows, null where the row is.
func masked(v *vector.Vector, i int) *vector.Vector {
	e := v.Elems[i]
	if len(v.Nulls) == 0 {
		return e
	}
	c := *e.Flat()
	c.Nulls = make(vector.Bitmap, (v.Len+63)/64)
	copy(c.Nulls, e.Flat().Nulls)
	for w, bits := range v.Nulls {
		c.Nulls[w] |= bits
	}
	return &c
}

func isNull(v *vector.Vector) *vector.Vector {
	if v.Dict != nil && v.Index == nil {
		return vector.Constant(BoolConst(v.IsNull(0)).Value, v.Len)
	}
	out := &vector.Vector{Kind: vector.Bool, Len: v.Len, Bools: make([]bool, v.Len)}
	if v.HasNulls() {
		for i := range v.Len {
			out.Bools[i] = v.IsNull(i)
		}
	}
	return out
}
