package jsonpath

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"unyo/base/jsontext"
	"unyo/engine/sql/functions"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// tri is what a predicate says.
type tri uint8

const (
	no tri = iota
	yes
	perhaps
)

func say(is bool) tri {
	if is {
		return yes
	}
	return no
}

// call is a function of SQL over values.
func (r *Run) call(name string, args ...Value) (any, error) {
	given := make([]functions.Given, len(args))
	for i, a := range args {
		given[i] = functions.Given{Type: a.T, Lambda: -1}
	}
	f, err := functions.Resolve(name, given, nil)
	if err != nil {
		return nil, &Failed{err.Error()}
	}
	return r.kernel(f, args)
}

// kernel calls a function that was found. What it fails with is the path's failure.
func (r *Run) kernel(f *functions.Bound, args []Value) (any, error) {
	in := make([]functions.Arg, len(args))
	for i, a := range args {
		v, err := r.cast(a, f.Args[i])
		if err != nil {
			return nil, err
		}
		in[i].Vector = v
	}
	out, err := f.Kernel(r.Ctx, 1, in)
	if err != nil {
		return nil, r.failed(err)
	}
	return Of(f.Result, out, 0), nil
}

func (r *Run) failed(err error) error {
	if functions.Swallowed(err) {
		return &Failed{err.Error()}
	}
	return err
}

func (r *Run) cast(a Value, to *types.Type) (*vector.Vector, error) {
	f, err := functions.Cast(a.T, to, false)
	if err != nil {
		return nil, &Failed{err.Error()}
	}
	v, err := f.Kernel(r.Ctx, 1, []functions.Arg{{Vector: a.V}})
	if err != nil {
		return nil, r.failed(err)
	}
	return v, nil
}

func (r *Run) arithmetic(n *infix) ([]any, error) {
	var args [2]Value
	for i, x := range []node{n.l, n.r} {
		seq, err := r.unwrapped(x)
		if err != nil {
			return nil, err
		}
		if len(seq) != 1 {
			return nil, &Failed{fmt.Sprintf("arithmetic binary expression requires singleton operands, but one has %d items", len(seq))}
		}
		var ok bool
		if args[i], ok = numberOf(seq[0]); !ok {
			return nil, wrongItem("NUMBER", seq[0])
		}
	}
	x, err := r.call(n.op, args[:]...)
	return []any{x}, err
}

func (r *Run) unary(n *prefix) (out []any, err error) {
	seq, err := r.unwrapped(n.x)
	for _, x := range seq {
		v, ok := numberOf(x)
		if !ok {
			return nil, wrongItem("NUMBER", x)
		}
		x = v
		if n.op == "-" {
			if x, err = r.call("$neg", v); err != nil {
				return nil, err
			}
		}
		out = append(out, x)
	}
	return out, err
}

func (r *Run) method(n *method) (out []any, err error) {
	if n.name == "type" || n.name == "size" { // these take arrays as they are
		seq, err := r.eval(n.x)
		for _, x := range seq {
			list, ok := x.([]any)
			switch {
			case n.name == "type":
				out = append(out, typeOf(x))
			case ok:
				out = append(out, whole(int64(len(list))))
			case r.lax():
				out = append(out, whole(1))
			default:
				return nil, wrongItem("ARRAY", x)
			}
		}
		return out, err
	}
	seq, err := r.unwrapped(n.x)
	for i, x := range seq {
		if n.name == "keyvalue" {
			o, ok := x.(*jsontext.Object)
			if !ok {
				return nil, wrongItem("OBJECT", x)
			}
			for j, k := range o.Keys {
				out = append(out, &jsontext.Object{Keys: []string{"name", "value", "id"}, Values: []any{k, o.Values[j], whole(int64(i))}})
			}
			continue
		}
		if x, err = r.numeric(n.name, x); err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	if err == nil {
		err = r.spend(len(out))
	}
	return out, err
}

// numeric is one of the methods of numbers.
func (r *Run) numeric(name string, x any) (any, error) {
	if s, ok := x.(string); ok && name == "double" {
		f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
		if err != nil {
			return nil, &Failed{fmt.Sprintf("cannot convert '%s' to double", s)}
		}
		return double(f), nil
	}
	v, ok := numberOf(x)
	if !ok {
		return nil, wrongItem("NUMBER", x)
	}
	if name == "double" {
		d, err := r.cast(v, types.Float)
		return Value{types.Float, d}, err
	}
	return r.call(name, v)
}

// test tells what a predicate says. What fails within it makes it say nothing.
func (r *Run) test(t test) (tri, error) {
	switch t := t.(type) {
	case *and:
		l, err := r.test(t.l)
		if err != nil || l == no {
			return no, err
		}
		rr, err := r.test(t.r)
		return junction(l, rr, no), err
	case *or:
		l, err := r.test(t.l)
		if err != nil || l == yes {
			return yes, err
		}
		rr, err := r.test(t.r)
		return junction(l, rr, yes), err
	case *not:
		x, err := r.test(t.x)
		if x == perhaps {
			return x, err
		}
		return 1 - x, err
	case *unknown:
		x, err := r.test(t.x)
		return say(x == perhaps), err
	case *exists:
		seq, err := r.eval(t.x)
		return guarded(say(len(seq) > 0), err)
	case *compare:
		return guarded(r.pairs(t.l, t.r, func(x, y any) tri { return r.compare(t.op, x, y) }))
	case *startsWith:
		return guarded(r.startsWith(t))
	case *likeRegex:
		return guarded(r.pairs(t.x, nil, func(x, _ any) tri {
			s, ok := x.(string)
			if !ok || (len(s)+1)*t.p.Size > mostSteps {
				return perhaps
			}
			is, err := t.p.Matches([]byte(s), r.ended)
			if err != nil { // the query has ended, as whoever spends next will see
				return perhaps
			}
			return say(is)
		}))
	}
	panic("jsonpath: a predicate of no kind")
}

// junction is AND or OR of two answers: decides if either is that, else unknown if either is.
func junction(a, b, decides tri) tri {
	switch {
	case a == decides || b == decides:
		return decides
	case a == perhaps || b == perhaps:
		return perhaps
	}
	return 1 - decides
}

// guarded makes of a path's failure an unknown.
func guarded(t tri, err error) (tri, error) {
	if failed := (*Failed)(nil); errors.As(err, &failed) {
		return perhaps, nil
	}
	return t, err
}

// pairs is true if any pair of items is. In lax mode the first that is true or an error ends it; in strict mode any error makes it unknown.
func (r *Run) pairs(a, b node, f func(x, y any) tri) (tri, error) {
	left, err := r.unwrapped(a)
	if err != nil {
		return no, err
	}
	right := []any{nil}
	if b != nil {
		if right, err = r.unwrapped(b); err != nil {
			return no, err
		}
	}
	found := no
	for _, x := range left {
		if err := r.spend(len(right)); err != nil {
			return no, err
		}
		for _, y := range right {
			switch is := f(x, y); {
			case is == perhaps:
				return perhaps, nil
			case is == yes && r.lax():
				return yes, nil
			case is == yes:
				found = yes
			}
		}
	}
	return found, nil
}

func (r *Run) startsWith(t *startsWith) (tri, error) {
	seq, err := r.eval(t.prefix)
	if err != nil {
		return no, err
	}
	if len(seq) != 1 {
		return perhaps, nil
	}
	prefix, ok := seq[0].(string)
	if !ok {
		return perhaps, nil
	}
	return r.pairs(t.x, nil, func(x, _ any) tri {
		s, ok := x.(string)
		if !ok {
			return perhaps
		}
		return say(strings.HasPrefix(s, prefix))
	})
}

// compare compares two items as the page's comparison rules have it.
func (r *Run) compare(op string, x, y any) tri {
	if x == nil || y == nil {
		return say(x == nil && y == nil && op == "=")
	}
	if a, ok := x.(string); ok {
		if b, ok := y.(string); ok {
			return say(holds(op, strings.Compare(a, b)))
		}
		return perhaps
	}
	if a, ok := x.(bool); ok {
		if b, ok := y.(bool); ok {
			return say(holds(op, int(say(a))-int(say(b))))
		}
		return perhaps
	}
	a, ok := valueOf(x)
	b, ok2 := valueOf(y)
	if !ok || !ok2 {
		return perhaps
	}
	t := types.Common(a.T, b.T)
	if t == nil {
		return perhaps
	}
	f, err := functions.Compare(op, t)
	if err != nil {
		return perhaps
	}
	is, err := r.kernel(f, []Value{a, b})
	if b, ok := is.(bool); ok && err == nil {
		return say(b)
	}
	return perhaps
}

func holds(op string, order int) bool {
	switch op {
	case "=":
		return order == 0
	case "<>":
		return order != 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}
