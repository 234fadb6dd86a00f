package jsonpath

import (
	"fmt"
	"strconv"
	"strings"

	"unyo/base/jsontext"
	"unyo/engine/sql/functions"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

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
