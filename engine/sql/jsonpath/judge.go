package jsonpath

import (
	"errors"
	"strings"

	"unyo/engine/sql/functions"
	"unyo/engine/sql/types"
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
