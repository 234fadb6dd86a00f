package functions

import (
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// Step is a lambda that needs no row: it computes a value for each of n rows of arguments.
type Step func(c *Context, n int, args ...*vector.Vector) (*vector.Vector, error)

// ReduceAgg is reduce_agg: step makes a state of a state and a value, combine of two states. A group begins with the state that its first row tells.
// https://trino.io/docs/current/functions/aggregate.html#lambda-aggregate-functions
func ReduceAgg(value, state *types.Type, step, combine Step) *BoundAggregate {
	return &BoundAggregate{Name: "reduce_agg", Args: []*types.Type{value, state}, Result: state, Nulls: true,
		New: func() Accumulator { return &reduced{state: state, step: step, combine: combine} }}
}

type reduced struct {
	state         *types.Type
	step, combine Step
	states        []*vector.Vector // nil before a group's first value
	held          int64
}

func (a *reduced) Add(c *Context, n int, groups []uint32, total int, args []*vector.Vector) error {
	a.states = grow(a.states, total)
	for i := range n {
		if args[0].IsNull(i) {
			continue
		}
		if i%256 == 255 && c.Context != nil && c.Err() != nil {
			return c.Err()
		}
		g := uint32(0)
		if groups != nil {
			g = groups[i]
		}
		at := []uint32{uint32(i)}
		if a.states[g] == nil {
			a.set(g, args[1].Pick(at))
		}
		v, err := a.step(c, 1, a.states[g], args[0].Pick(at))
		if err != nil {
			return err
		}
		a.set(g, v)
	}
	return nil
}

// set keeps a state by itself: what it was picked from is not held.
func (a *reduced) set(g uint32, v *vector.Vector) {
	if have := a.states[g]; have != nil {
		a.held -= have.Size() + 64
	}
	one := a.state.New()
	one.Append(v, 0)
	a.states[g] = one
	a.held += one.Size() + 64
}

func (a *reduced) Merge(c *Context, other Accumulator, to []uint32, total int) error {
	a.states = grow(a.states, total)
	for i, s := range other.(*reduced).states {
		if s == nil {
			continue
		}
		if a.states[to[i]] != nil {
			var err error
			if s, err = a.combine(c, 1, a.states[to[i]], s); err != nil {
				return err
			}
		}
		a.set(to[i], s)
	}
	return nil
}

func (a *reduced) Result(_ *Context, out *vector.Vector, group int) error {
	if group >= len(a.states) || a.states[group] == nil {
		out.AppendNull()
	} else {
		out.Append(a.states[group], 0)
	}
	return nil
}

func (a *reduced) Bytes() int64 { return a.held + 8*int64(cap(a.states)) }
