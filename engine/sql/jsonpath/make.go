package jsonpath

import (
	"unyo/base/jsontext"
	"unyo/engine/sql/functions"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// Make is a call of JSON_ARRAY or JSON_OBJECT.
type Make struct {
	Keys       []*types.Type // of an object
	Values     []Arg
	Object     bool
	AbsentNull bool // what is null is left out
	Unique     bool // a key that comes twice is an error
	Returning  *types.Type
	Encoding   string
}

// Bind is the call as a function of all keys, then all values.
func (m *Make) Bind(name string) *functions.Bound {
	b := &functions.Bound{Name: name, Result: m.Returning, Nulls: true, Args: append([]*types.Type{}, m.Keys...)}
	for _, a := range m.Values {
		b.Args = append(b.Args, a.T)
	}
	b.Kernel = func(c *functions.Context, n int, in []functions.Arg) (*vector.Vector, error) {
		w := &work{ask: &Ask{Args: m.Values, Returning: m.Returning, Encoding: m.Encoding}, c: c, in: in[len(m.Keys):], inputs: make([]input, len(m.Values)), out: m.Returning.New()}
		for w.row = range n {
			x, err := m.item(w, in[:len(m.Keys)])
			if err == nil {
				err = w.query([]any{x})
			}
			if err != nil {
				return nil, err
			}
			if w.row%256 == 255 && c.Context != nil && c.Err() != nil {
				return nil, c.Err()
			}
			if len(w.out.Data) > vector.MaxBytes/4 {
				return nil, vector.ErrTooLarge
			}
		}
		return w.out, nil
	}
	return b
}

// item is the array or the object of a row.
func (m *Make) item(w *work, keys []functions.Arg) (any, error) {
	list, o := []any{}, &jsontext.Object{}
	for i := range m.Values {
		var x any
		if !w.in[i].IsNull(w.row) {
			var err error
			if x, err = w.arg(i); err != nil {
				return nil, err
			}
			if v, ok := x.(Value); ok && !v.T.IsNumber() {
				x = types.Format(v.T, v.V, 0)
			}
		}
		null := w.in[i].IsNull(w.row) && m.AbsentNull
		if !m.Object {
			if !null {
				list = append(list, x)
			}
			continue
		}
		v, at := keys[i].At(w.row)
		if v.IsNull(at) {
			return nil, outcome("INVALID_FUNCTION_ARGUMENT", "null value passed for JSON object key to JSON_OBJECT function")
		}
		if null {
			continue
		}
		o.Keys, o.Values = append(o.Keys, types.Format(m.Keys[i], v, at)), append(o.Values, x)
	}
	if !m.Object {
		return list, nil
	}
	if m.Unique {
		seen := map[string]bool{}
		for _, k := range o.Keys {
			if seen[k] {
				return nil, outcome("INVALID_FUNCTION_ARGUMENT", "duplicate key passed to JSON_OBJECT function")
			}
			seen[k] = true
		}
	}
	return o, nil
}
