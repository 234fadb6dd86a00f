package jsonpath

import (
	"encoding/json"
	"fmt"
	"slices"

	"unyo/base/jsontext"
	"unyo/engine/sql/fault"
	"unyo/engine/sql/functions"
)

// An item is JSON as package jsontext has it, or a Value. A path makes a sequence of them.

// Failed is why a path has no sequence: what ON ERROR is for.
type Failed struct{ text string }

func (e *Failed) Error() string { return "path evaluation failed: " + e.text }

func structural(format string, args ...any) error {
	return &Failed{"structural error: " + fmt.Sprintf(format, args...)}
}

func wrongItem(want string, x any) error {
	return &Failed{fmt.Sprintf("invalid item type. Expected: %s, actual: %s", want, kindOf(x))}
}

// maxItems bounds what all sequences of one computation come to: subscripts may name an element again and again.
const maxItems = 1 << 22

// Run is what a path is computed over.
type Run struct {
	Ctx   *functions.Context
	Input any
	// Args are the parameters' items; one that has none, for it was null where JSON was promised, is not there.
	Args map[string]any

	path    *Path
	current []any   // @ of the filters around
	lasts   []int64 // of the subscripts around
	items   int
}

// Eval gives a path's sequence. An error that is no *Failed ends the query.
func (p *Path) Eval(r Run) ([]any, error) {
	r.path = p
	return r.eval(p.root)
}

// spend counts items.
func (r *Run) spend(n int) error {
	before := r.items / 4096
	if r.items += n + 1; r.items > maxItems {
		return fault.New(fault.ExceededMemory, "a JSON path gives more than %d items", maxItems)
	}
	if r.items/4096 != before {
		return r.ended()
	}
	return nil
}

// ended is why the query has ended, if it has.
func (r *Run) ended() error {
	if r.Ctx.Context == nil {
		return nil
	}
	return r.Ctx.Err()
}

func (r *Run) lax() bool { return !r.path.Strict }

func (r *Run) eval(n node) (out []any, err error) {
	switch n := n.(type) {
	case context:
		out = []any{r.Input}
	case item:
		out = []any{r.current[len(r.current)-1]}
	case last:
		out = []any{whole(r.lasts[len(r.lasts)-1])}
	case *literal:
		out = []any{n.value}
	case *parameter:
		if x, ok := r.Args[n.name]; ok {
			out = []any{x}
		}
	case *infix:
		return r.arithmetic(n)
	case *prefix:
		return r.unary(n)
	case *member:
		return r.member(n)
	case *descendant:
		return r.descendant(n)
	case *elements:
		return r.elements(n)
	case *filter:
		return r.filter(n)
	case *method:
		return r.method(n)
	}
	return out, r.spend(len(out))
}

// unwrapped is a sequence for what takes no arrays: in lax mode their elements stand for them.
func (r *Run) unwrapped(n node) ([]any, error) {
	seq, err := r.eval(n)
	if err != nil || !r.lax() || !slices.ContainsFunc(seq, isArray) {
		return seq, err
	}
	var out []any
	for _, x := range seq {
		if list, ok := x.([]any); ok {
			out = append(out, list...)
		} else {
			out = append(out, x)
		}
	}
	return out, r.spend(len(out))
}

func isArray(x any) bool {
	_, ok := x.([]any)
	return ok
}

func (r *Run) member(n *member) (out []any, err error) {
	seq, err := r.unwrapped(n.x)
	for _, x := range seq {
		o, ok := x.(*jsontext.Object)
		switch {
		case !ok && r.lax():
		case !ok:
			return nil, wrongItem("OBJECT", x)
		case n.all:
			out = append(out, o.Values...)
		default:
			at := slices.Index(o.Keys, n.name)
			if at >= 0 {
				out = append(out, o.Values[at])
			} else if !r.lax() {
				return nil, structural("missing member '%s' in JSON object", n.name)
			}
		}
	}
	if err == nil {
		err = r.spend(len(out))
	}
	return out, err
}

// descendant is the members of a name at all depths, what is above before what is within.
func (r *Run) descendant(n *descendant) (out []any, err error) {
	seq, err := r.eval(n.x)
	if err != nil {
		return nil, err
	}
	var see func(x any) error
	see = func(x any) error {
		within, _ := x.([]any)
		if o, ok := x.(*jsontext.Object); ok {
			if at := slices.Index(o.Keys, n.name); at >= 0 {
				out = append(out, o.Values[at])
			}
			within = o.Values
		}
		for _, e := range within {
			if err := see(e); err != nil {
				return err
			}
		}
		return r.spend(len(within))
	}
	for _, x := range seq {
		if err := see(x); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (r *Run) elements(n *elements) (out []any, err error) {
	seq, err := r.eval(n.x)
	if err != nil {
		return nil, err
	}
	for _, x := range seq {
		list, ok := x.([]any)
		if !ok {
			if !r.lax() {
				return nil, wrongItem("ARRAY", x)
			}
			list = []any{x}
		}
		if n.list == nil {
			out = append(out, list...)
			if err := r.spend(len(list)); err != nil {
				return nil, err
			}
		}
		r.lasts = append(r.lasts, int64(len(list)-1))
		for _, s := range n.list {
			if out, err = r.some(out, list, s); err != nil {
				break
			}
		}
		if r.lasts = r.lasts[:len(r.lasts)-1]; err != nil {
			return nil, err
		}
	}
	return out, nil
}

// some appends the elements that a subscript names.
func (r *Run) some(out, list []any, s subscript) ([]any, error) {
	from, err := r.bound(s.from, "from")
	if err != nil {
		return nil, err
	}
	to := from
	if s.to != nil {
		if to, err = r.bound(s.to, "to"); err != nil {
			return nil, err
		}
	}
	if n := int64(len(list)); from < 0 || from > to || to >= n {
		if !r.lax() {
			return nil, structural("invalid array subscript: [%d, %d] for array of size %d", from, to, n)
		}
		from, to = max(from, 0), min(to, n-1)
	}
	if from > to {
		return out, nil
	}
	return append(out, list[from:to+1]...), r.spend(int(to - from + 1))
}

func (r *Run) bound(n node, which string) (int64, error) {
	seq, err := r.eval(n)
	if err != nil {
		return 0, err
	}
	if len(seq) == 1 {
		if v, ok := numberOf(seq[0]); ok {
			if i, ok := v.index(); ok {
				return i, nil
			}
		}
	}
	return 0, &Failed{fmt.Sprintf("array subscript '%s' value must be a singleton numeric", which)}
}

func (r *Run) filter(n *filter) (out []any, err error) {
	seq, err := r.unwrapped(n.x)
	if err != nil {
		return nil, err
	}
	for _, x := range seq {
		r.current = append(r.current, x)
		is, err := r.test(n.cond)
		r.current = r.current[:len(r.current)-1]
		if err != nil {
			return nil, err
		}
		if is == yes {
			out = append(out, x)
		}
	}
	return out, r.spend(len(out))
}

// JSON is a sequence's only item as JSON text, in an array if wrapped.
func JSON(seq []any, wrap bool) ([]byte, bool) {
	list, ok := tree(seq)
	if !ok {
		return nil, false
	}
	if !wrap {
		list = list.([]any)[0]
	}
	return jsontext.Append(nil, list, false), true
}

// Number is an item of JSON as the SQL value that it is; other items are returned as they are.
func Number(x any) any {
	if n, ok := x.(json.Number); ok {
		if v, ok := number(n.String(), false); ok {
			return v
		}
	}
	return x
}
