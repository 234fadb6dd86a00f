package plan

import (
	"unyo/engine/sql/expr"
	"unyo/engine/sql/fault"
	"unyo/engine/sql/functions"
	"unyo/engine/sql/syntax"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// reduceAgg is reduce_agg, whose lambdas see no columns.
func (b *block) reduceAgg(c *syntax.Call, add func(expr.Expr) int) Agg {
	step, ok := lambdaOf(c, 2)
	combine, ok2 := lambdaOf(c, 3)
	if !ok || !ok2 || c.Distinct {
		fail(c.Pos, fault.FunctionNotFound, "Unexpected parameters for function reduce_agg. Expected: reduce_agg(T, S, function(S, T, S), function(S, S, S))")
	}
	value, state := b.expr(c.Args[0]), b.expr(c.Args[1])
	v, s := value.Type(), state.Type()
	alone := &block{p: b.p}
	var steps [2]functions.Step
	for turn, done := 0, false; !done; turn++ { // what the lambdas give may widen the state
		before := s
		for i, l := range []*syntax.Lambda{step, combine} {
			x := alone.lambda(l, [][]*types.Type{{s, v}, {s, s}}[i])
			if s = types.Common(s, x.Body.Type()); s == nil || turn > 3 || alone.node != nil {
				fail(l.Pos, fault.TypeMismatch, "the lambda of reduce_agg gives %s, its state is %s", x.Body.Type(), before)
			}
			body := b.p.coerce(x.Body, s)
			steps[i] = func(c *functions.Context, n int, args ...*vector.Vector) (*vector.Vector, error) {
				return expr.Eval(&expr.Env{Ctx: c, N: n, Args: args}, body)
			}
		}
		done = s.Equal(before)
	}
	a := Agg{F: functions.ReduceAgg(v, s, steps[0], steps[1]), Filter: -1, Args: []int{add(value), add(b.p.coerce(state, s))}}
	b.aggRest(c, &a, add)
	return a
}

// lambdaOf is an argument that must be a lambda of two parameters.
func lambdaOf(c *syntax.Call, i int) (*syntax.Lambda, bool) {
	if len(c.Args) != 4 {
		return nil, false
	}
	l, ok := c.Args[i].(*syntax.Lambda)
	return l, ok && len(l.Params) == 2
}
