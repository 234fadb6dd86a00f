package functions

import (
	"errors"
	"slices"
	"strings"

	"unyo/engine/sql/fault"
	"unyo/engine/sql/types"
)

// Scalar is a function that gives a value for each row.
type Scalar struct {
	signature
	text    string
	page    string
	nulls   bool // it is called also where an argument is null
	chance  bool // it may answer otherwise the next time
	special func(args []*types.Type) (want []*types.Type, result *types.Type, err error)
	make    func(args []*types.Type, result *types.Type) Kernel
}

// scalars are all functions by name.
var scalars = map[string][]*Scalar{}

// option changes how a function is declared.
type option func(*Scalar)

// withNulls: the function decides what a null means.
func withNulls(s *Scalar) { s.nulls = true }

// withChance: the function is not computed once for all rows.
func withChance(s *Scalar) { s.chance = true }

// typed has the types decided by a function.
func typed(f func(args []*types.Type) ([]*types.Type, *types.Type, error)) option {
	return func(s *Scalar) { s.special = f }
}

// page declares the functions of a documentation page.
type page string

// kernel declares a function that computes columns.
func (p page) kernel(text string, make func(args []*types.Type, result *types.Type) Kernel, options ...option) {
	s := &Scalar{signature: parseSignature(text), text: text, page: string(p), make: make}
	for _, o := range options {
		o(s)
	}
	scalars[s.name] = append(scalars[s.name], s)
}

// rows declares a function that computes row by row.
func (p page) rows(text string, f func(r *Row), options ...option) {
	p.kernel(text, nil, options...)
	s := scalars[parseSignature(text).name]
	last := s[len(s)-1]
	last.make = func(args []*types.Type, result *types.Type) Kernel { return rowKernel(f, last.nulls, args, result) }
}

// same declares the same function under several signatures.
func (p page) same(f func(r *Row), texts ...string) {
	for _, t := range texts {
		p.rows(t, f)
	}
}

// Bound is a function with the types that a call has.
type Bound struct {
	Name   string
	Args   []*types.Type
	Result *types.Type
	Chance bool
	Nulls  bool
	Kernel Kernel
}

// Given is what a call gives: the type of an argument, or how many parameters its lambda has.
type Given struct {
	Type   *types.Type
	Lambda int // of parameters; -1 when it is none
}

// Typing finds the type of the body of lambda i, when its parameters have these types.
type Typing func(i int, params []*types.Type) (*types.Type, error)

// Known tells whether there is a function of this name.
func Known(name string) bool { return scalars[name] != nil }

// Resolve finds the function of a name that fits a call.
func Resolve(name string, given []Given, lambdas Typing) (*Bound, error) {
	list := scalars[name]
	if list == nil {
		return nil, fault.New(fault.FunctionNotFound, "Function '%s' not registered", name)
	}
	var best *Scalar
	var bound binding
	least := 0
	for _, s := range list {
		if b, cost, ok := s.fits(given); ok && (best == nil || cost < least) {
			best, bound, least = s, b, cost
		}
	}
	if best == nil {
		return nil, unfit(name, given, list)
	}
	return best.bind(given, bound, lambdas)
}

// fits tells whether the arguments can be coerced to the signature's, and how far.
func (s *signature) fits(given []Given) (b binding, cost int, ok bool) {
	if len(given) != len(s.args) && !(s.variadic && len(given) >= len(s.args)-1) {
		return nil, 0, false
	}
	b = binding{}
	for i, g := range given {
		p := s.args[min(i, len(s.args)-1)]
		if g.Lambda >= 0 {
			if p.name != "function" || len(p.args)-1 != g.Lambda {
				return nil, 0, false
			}
			continue
		}
		c, ok := p.unify(g.Type, b)
		if !ok {
			return nil, 0, false
		}
		cost += c
	}
	if s.variadic {
		cost++ // a signature that says how many is nearer
	}
	return b, cost, true
}

func (s *Scalar) bind(given []Given, b binding, lambdas Typing) (*Bound, error) {
	for range 3 { // a lambda's result may widen what its parameters are
		before := len(b)
		widened, err := s.typeLambdas(given, b, lambdas)
		if err != nil {
			return nil, err
		}
		if !widened && len(b) == before {
			break
		}
	}
	out := &Bound{Name: s.name, Chance: s.chance, Nulls: s.nulls}
	for i, g := range given {
		p := s.args[min(i, len(s.args)-1)]
		if p.name == "function" {
			f := &types.Type{Kind: types.Function}
			for _, a := range p.args {
				t, err := a.bound(b, nil)
				if err != nil {
					return nil, err
				}
				f.Fields = append(f.Fields, types.Field{Type: t})
			}
			out.Args = append(out.Args, f)
			continue
		}
		t, err := p.bound(b, g.Type)
		if err != nil {
			return nil, err
		}
		out.Args = append(out.Args, t)
	}
	var first *types.Type
	if len(out.Args) > 0 {
		first = out.Args[0]
	}
	var err error
	if s.special != nil {
		out.Args, out.Result, err = s.special(out.Args)
	} else {
		out.Result, err = s.result.bound(b, first)
	}
	if err != nil {
		return nil, err
	}
	out.Kernel = s.make(out.Args, out.Result)
	return out, nil
}

// typeLambdas finds the types of the lambdas' results.
func (s *Scalar) typeLambdas(given []Given, b binding, lambdas Typing) (widened bool, err error) {
	for i, g := range given {
		if g.Lambda < 0 {
			continue
		}
		p := s.args[min(i, len(s.args)-1)]
		params := make([]*types.Type, g.Lambda)
		for j := range params {
			if params[j], err = p.args[j].bound(b, nil); err != nil {
				return false, err
			}
		}
		t, err := lambdas(i, params)
		if err != nil {
			return false, err
		}
		last := p.args[len(p.args)-1]
		before := b[last.name]
		if _, ok := last.unify(t, b); !ok {
			return false, fault.New(fault.TypeMismatch, "the lambda of %s gives %s", s.name, t)
		}
		widened = widened || before != nil && !before.Equal(b[last.name])
	}
	return widened, nil
}

// unfit is the error when no signature fits, in Trino's words.
func unfit(name string, given []Given, list []*Scalar) error {
	var have, want []string
	for _, g := range given {
		if g.Lambda >= 0 {
			have = append(have, "function")
		} else {
			have = append(have, g.Type.String())
		}
	}
	if !isWord(name) {
		if len(have) == 1 {
			return fault.New(fault.TypeMismatch, "Cannot apply operator: %s%s", strings.Replace(name, "$neg", "-", 1), have[0])
		}
		return fault.New(fault.TypeMismatch, "Cannot apply operator: %s", strings.Join(have, " "+name+" "))
	}
	for _, s := range list {
		want = append(want, s.text[:strings.LastIndexByte(s.text, ')')+1])
	}
	slices.Sort(want)
	return fault.New(fault.FunctionNotFound, "Unexpected parameters (%s) for function %s. Expected: %s", strings.Join(have, ", "), name, strings.Join(slices.Compact(want), ", "))
}

func isWord(s string) bool { return s[0] >= 'a' && s[0] <= 'z' }

// errRange is an error that a number has no room for.
func errRange(format string, args ...any) error { return fault.New(fault.OutOfRange, format, args...) }

// errArgument is an error that an argument is not what the function takes.
func errArgument(format string, args ...any) error {
	return fault.New(fault.InvalidArgument, format, args...)
}

// errInternal tells a fault of this engine.
var errInternal = errors.New("sql: a function was called with what it was not declared for")

// Names are the functions by the documentation page that they are on.
func Names() map[string][]string {
	out := map[string][]string{"window": {}}
	add := func(page, name string) {
		if isWord(name) && !slices.Contains(out[page], name) {
			out[page] = append(out[page], name)
		}
	}
	for name, list := range scalars {
		for _, s := range list {
			add(s.page, name)
		}
	}
	for name, list := range aggregates {
		for _, a := range list {
			add(a.page, name)
		}
	}
	for name := range windowFunctions {
		add("window", name)
	}
	for _, list := range out {
		slices.Sort(list)
	}
	return out
}
