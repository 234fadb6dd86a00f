package functions

import (
	"unyo/engine/sql/fault"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// Accumulator gathers the values of groups, which are numbered from 0.
type Accumulator interface {
	// Add takes n rows; row i belongs to group groups[i], or all to group 0 when groups is nil. There are total groups now.
	Add(c *Context, n int, groups []uint32, total int, args []*vector.Vector) error
	// Merge takes what another of the same kind has: its group i is to[i] here.
	Merge(c *Context, other Accumulator, to []uint32, total int) error
	// Result appends the group's value. More may be added later.
	Result(c *Context, out *vector.Vector, group int) error
	// Bytes is about how much it holds.
	Bytes() int64
}

// aggregate is a function of many rows.
type aggregate struct {
	signature
	text    string
	page    string
	nulls   bool // rows with a null argument count too
	special func(args []*types.Type) ([]*types.Type, *types.Type, error)
	make    func(args []*types.Type, result *types.Type) func() Accumulator
}

var aggregates = map[string][]*aggregate{}

// BoundAggregate is an aggregate with the types of a call.
type BoundAggregate struct {
	Name   string
	Args   []*types.Type
	Result *types.Type
	Nulls  bool // rows with a null argument count too
	New    func() Accumulator
}

// IsAggregate tells whether there is an aggregate of this name.
func IsAggregate(name string) bool { return aggregates[name] != nil || name == "reduce_agg" }

// ResolveAggregate finds the aggregate of a name that fits a call.
func ResolveAggregate(name string, args []*types.Type) (*BoundAggregate, error) {
	given := make([]Given, len(args))
	for i, t := range args {
		given[i] = Given{t, -1}
	}
	var best *aggregate
	var bound binding
	least := 0
	for _, a := range aggregates[name] {
		if b, cost, ok := a.fits(given); ok && (best == nil || cost < least) {
			best, bound, least = a, b, cost
		}
	}
	if best == nil {
		var list []*Scalar
		for _, a := range aggregates[name] {
			list = append(list, &Scalar{signature: a.signature, text: a.text})
		}
		return nil, unfit(name, given, list)
	}
	out := &BoundAggregate{Name: name, Nulls: best.nulls}
	var err error
	var first *types.Type
	for i, g := range given {
		t, err := best.args[min(i, len(best.args)-1)].bound(bound, g.Type)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			first = t
		}
		out.Args = append(out.Args, t)
	}
	if best.special != nil {
		out.Args, out.Result, err = best.special(out.Args)
	} else {
		out.Result, err = best.result.bound(bound, first)
	}
	if err != nil {
		return nil, err
	}
	out.New = best.make(out.Args, out.Result)
	return out, nil
}

// aggregate declares an aggregate of the page.
func (p page) aggregate(text string, make func(args []*types.Type, result *types.Type) func() Accumulator, options ...func(*aggregate)) {
	a := &aggregate{signature: parseSignature(text), text: text, page: string(p), make: make}
	for _, o := range options {
		o(a)
	}
	aggregates[a.name] = append(aggregates[a.name], a)
}

func nullsCount(a *aggregate) { a.nulls = true }

func aggregateTyped(f func(args []*types.Type) ([]*types.Type, *types.Type, error)) func(*aggregate) {
	return func(a *aggregate) { a.special = f }
}

// fold is an aggregate with a state S for each group, which is fed row by row.
type fold[S any] struct {
	args   []*types.Type
	result *types.Type
	nulls  bool
	add    func(s *S, r *Row)
	merge  func(s, other *S, r *Row)
	put    func(s *S, r *Row) // puts nothing for null
	size   func(s *S) int     // of what a state holds elsewhere; nil is nothing

	states []S
	held   int64
}

// folding declares a fold.
func folding[S any](p page, text string, add func(s *S, r *Row), merge func(s, other *S, r *Row), put func(s *S, r *Row), size func(s *S) int, options ...func(*aggregate)) {
	p.aggregate(text, nil, options...)
	list := aggregates[parseSignature(text).name]
	a := list[len(list)-1]
	a.make = func(args []*types.Type, result *types.Type) func() Accumulator {
		return func() Accumulator {
			return &fold[S]{args: args, result: result, nulls: a.nulls, add: add, merge: merge, put: put, size: size}
		}
	}
}

func grow[S any](list []S, total int) []S {
	if total <= len(list) {
		return list
	}
	return append(list, make([]S, total-len(list))...)
}

func (f *fold[S]) Add(c *Context, n int, groups []uint32, total int, args []*vector.Vector) error {
	f.states = grow(f.states, total)
	in := make([]Arg, len(args))
	for i, a := range args {
		in[i].Vector = a
	}
	r := &Row{Context: c, Types: f.args, Result: f.result, in: in}
	before, taken := f.held, int64(0) // what it has at the end its owner counts
	defer func() {
		if taken > 0 {
			c.Give(taken)
		}
	}()
	for r.row = range n {
		if r.row%1024 == 0 && c.Context != nil && c.Err() != nil {
			return c.Err()
		}
		if more := f.held - before - taken; more > 1<<20 && c.Hold != nil {
			taken += more
			if err := c.Hold(more); err != nil {
				return err
			}
		}
		if !f.nulls && r.anyNull() {
			continue
		}
		g := uint32(0)
		if groups != nil {
			g = groups[r.row]
		}
		s := &f.states[g]
		if f.size != nil {
			f.held -= int64(f.size(s))
		}
		f.add(s, r)
		if f.size != nil {
			f.held += int64(f.size(s))
		}
		if r.err != nil {
			return r.err
		}
	}
	return nil
}

func (f *fold[S]) Merge(c *Context, other Accumulator, to []uint32, total int) error {
	f.states = grow(f.states, total)
	o := other.(*fold[S])
	r := &Row{Context: c, Types: f.args, Result: f.result}
	for i := range o.states {
		s := &f.states[to[i]]
		if f.size != nil {
			f.held -= int64(f.size(s))
		}
		f.merge(s, &o.states[i], r)
		if f.size != nil {
			f.held += int64(f.size(s))
		}
		if r.err != nil {
			return r.err
		}
	}
	return nil
}

func (f *fold[S]) Result(c *Context, out *vector.Vector, group int) error {
	r := &Row{Context: c, Types: f.args, Result: f.result, Out: out}
	before := out.Len
	if group < len(f.states) {
		f.put(&f.states[group], r)
	} else {
		var empty S
		f.put(&empty, r)
	}
	if out.Len == before {
		out.AppendNull()
	}
	return r.err
}

func (f *fold[S]) Bytes() int64 {
	var s S
	return f.held + int64(cap(f.states))*int64(sizeOf(s))
}

// sizeOf is about what a state takes itself.
func sizeOf(s any) int {
	switch s.(type) {
	case bool:
		return 1
	case int64, float64:
		return 8
	}
	return 48
}

// errOverflow is the error of a sum that has no room.
func errOverflow(t *types.Type, verb string) error {
	return fault.New(fault.OutOfRange, "%s %s overflow", t, verb)
}
