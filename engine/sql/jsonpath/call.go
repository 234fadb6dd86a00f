package jsonpath

import (
	"bytes"
	"encoding/binary"
	"errors"
	"unicode/utf16"
	"unicode/utf8"

	"unyo/base/jsontext"
	"unyo/engine/sql/fault"
	"unyo/engine/sql/functions"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// Ask is a call of JSON_EXISTS, JSON_VALUE or JSON_QUERY: what it is asked over, and what it answers.
type Ask struct {
	Kind       string // EXISTS, VALUE, QUERY
	Path       *Path
	Args       []Arg // the input, then the parameters
	Returning  *types.Type
	Encoding   string // of what is returned as bytes
	Wrapper    string // "", CONDITIONAL, UNCONDITIONAL
	OmitQuotes bool
	OnEmpty    Behaviour
	OnError    Behaviour
}

// Arg is an argument: an SQL value, or JSON in a text or in bytes.
type Arg struct {
	Name     string
	T        *types.Type
	JSON     bool
	Encoding string // UTF8 unless it is UTF16 or UTF32
}

// Behaviour is what is answered when there is nothing, or when something is wrong: ERROR, NULL, TRUE, FALSE, EMPTY ARRAY, EMPTY OBJECT, DEFAULT.
type Behaviour struct {
	Kind    string
	Default int // the argument that computes it
}

func outcome(name, format string, args ...any) error { return fault.New(name, format, args...) }

// Bind is the call as a function; defaults follow its arguments, each computed where it is needed. Two calls that are named alike are alike.
func (a *Ask) Bind(name string, defaults []*types.Type) *functions.Bound {
	b := &functions.Bound{Name: name, Result: a.Returning, Nulls: true}
	for _, x := range a.Args {
		b.Args = append(b.Args, x.T)
	}
	for _, t := range defaults {
		b.Args = append(b.Args, &types.Type{Kind: types.Function, Fields: []types.Field{{Type: t}}})
	}
	b.Kernel = func(c *functions.Context, n int, in []functions.Arg) (*vector.Vector, error) {
		w := &work{ask: a, c: c, in: in, inputs: make([]input, len(a.Args))}
		for w.row = range n {
			if err := w.next(b.Result); err != nil {
				return nil, err
			}
		}
		return w.out, nil
	}
	return b
}

// work is a call being computed.
type work struct {
	ask    *Ask
	c      *functions.Context
	in     []functions.Arg
	row    int
	out    *vector.Vector
	inputs []input // by argument, what was read last
	casts  map[string]*functions.Bound
}

// input is a text that was read as JSON.
type input struct {
	known bool
	text  []byte
	tree  any
	err   error
}

func (w *work) next(result *types.Type) error {
	if w.out == nil {
		w.out = result.New()
	}
	if w.row%256 == 255 && w.c.Context != nil && w.c.Err() != nil {
		return w.c.Err()
	}
	if len(w.out.Data) > vector.MaxBytes/4 {
		return vector.ErrTooLarge
	}
	if w.in[0].IsNull(w.row) {
		w.out.AppendNull()
		return nil
	}
	return w.answer(w.run())
}

// run reads the input and the parameters.
func (w *work) run() (r Run, err error) {
	r = Run{Ctx: w.c, Args: map[string]any{}}
	if r.Input, err = w.arg(0); err != nil {
		return r, err
	}
	for i, a := range w.ask.Args[1:] {
		if a.JSON && w.in[i+1].IsNull(w.row) {
			continue
		}
		if r.Args[a.Name], err = w.arg(i + 1); err != nil {
			return r, err
		}
	}
	return r, nil
}

// arg is an argument as an item.
func (w *work) arg(i int) (any, error) {
	a, v := w.ask.Args[i], w.in[i].Vector
	if !a.JSON {
		return Of(a.T, v, w.row), nil
	}
	return w.inputs[i].read(a, v, w.row)
}

// read reads JSON, unless it is what was read before.
func (have *input) read(a Arg, v *vector.Vector, i int) (any, error) {
	v, i = v.At(i)
	text := v.Text(i)
	if !have.known || !bytes.Equal(have.text, text) {
		have.known, have.text = true, append(have.text[:0], text...)
		plain, err := decode(text, a.Encoding)
		if err == nil {
			have.tree, err = jsontext.Whole(plain)
		}
		if have.err = nil; err != nil {
			have.err = outcome("JSON_INPUT_CONVERSION_ERROR", "conversion to JSON failed: %v", err)
		}
	}
	return have.tree, have.err
}

// answer appends what the path's sequence means.
func (w *work) answer(r Run, err error) error {
	var seq []any
	if err == nil {
		seq, err = w.ask.Path.Eval(r)
		if failed := (*Failed)(nil); errors.As(err, &failed) {
			err = outcome("PATH_EVALUATION_ERROR", "%v", failed)
		} else if err != nil {
			return err
		}
	}
	switch {
	case err != nil:
	case w.ask.Kind == "EXISTS":
		w.out.AppendBool(len(seq) > 0)
		return nil
	case len(seq) == 0 && w.ask.Kind == "VALUE":
		return w.behave(w.ask.OnEmpty, outcome("JSON_VALUE_RESULT_ERROR", "cannot extract SQL scalar from JSON: JSON path found no items"))
	case len(seq) == 0:
		return w.behave(w.ask.OnEmpty, outcome("JSON_OUTPUT_CONVERSION_ERROR", "conversion from JSON failed: JSON path found no items"))
	case w.ask.Kind == "VALUE":
		err = w.value(seq)
	default:
		err = w.query(seq)
	}
	if err == nil {
		return nil
	}
	return w.behave(w.ask.OnError, err)
}

func (w *work) behave(b Behaviour, err error) error {
	switch b.Kind {
	case "ERROR":
		return err
	case "TRUE", "FALSE":
		w.out.AppendBool(b.Kind == "TRUE")
	case "EMPTY ARRAY":
		w.out.AppendText(encode([]byte("[]"), w.ask.Encoding))
	case "EMPTY OBJECT":
		w.out.AppendText(encode([]byte("{}"), w.ask.Encoding))
	case "DEFAULT":
		v, failed := w.in[b.Default].Lambda([]uint32{uint32(w.row)})
		if failed == nil {
			w.out.Append(v, 0)
			return nil
		}
		if !functions.Swallowed(failed) || b == w.ask.OnError {
			return failed
		}
		return w.behave(w.ask.OnError, failed)
	default:
		w.out.AppendNull()
	}
	return nil
}

// value appends the only item as an SQL value.
func (w *work) value(seq []any) error {
	if len(seq) > 1 {
		return outcome("JSON_VALUE_RESULT_ERROR", "cannot extract SQL scalar from JSON: JSON path found multiple items")
	}
	var from Value
	switch x := Number(seq[0]).(type) {
	case nil:
		w.out.AppendNull()
		return nil
	case Value:
		from = x
	case string:
		from = Value{types.Text, types.Text.New()}
		from.V.AppendText([]byte(x))
	case bool:
		from = Value{types.Bool, types.Bool.New()}
		from.V.AppendBool(x)
	default:
		return outcome("JSON_VALUE_RESULT_ERROR", "cannot extract SQL scalar from JSON: JSON path found an item that cannot be converted to an SQL value")
	}
	name := from.T.String()
	cast := w.casts[name]
	if cast == nil {
		var err error
		if cast, err = functions.Cast(from.T, w.ask.Returning, false); err != nil {
			return outcome("JSON_VALUE_RESULT_ERROR", "cannot extract SQL scalar from JSON: %v", err)
		}
		if w.casts == nil {
			w.casts = map[string]*functions.Bound{}
		}
		w.casts[name] = cast
	}
	v, err := cast.Kernel(w.c, 1, []functions.Arg{{Vector: from.V}})
	if err != nil {
		return outcome("JSON_VALUE_RESULT_ERROR", "cannot extract SQL scalar from JSON: %v", err)
	}
	w.out.Append(v, 0)
	return nil
}

// query appends the only item, or all of them in an array, as JSON.
func (w *work) query(seq []any) error {
	wrap := w.ask.Wrapper == "UNCONDITIONAL"
	if w.ask.Wrapper == "CONDITIONAL" {
		_, object := seq[0].(*jsontext.Object)
		wrap = len(seq) > 1 || !isArray(seq[0]) && !object
	}
	if len(seq) > 1 && !wrap {
		return outcome("JSON_OUTPUT_CONVERSION_ERROR", "conversion from JSON failed: JSON path found multiple items")
	}
	if s, ok := seq[0].(string); ok && w.ask.OmitQuotes && !wrap {
		w.out.AppendText(encode([]byte(s), w.ask.Encoding))
		return nil
	}
	b, ok := JSON(seq, wrap)
	if !ok {
		return outcome("JSON_OUTPUT_CONVERSION_ERROR", "conversion from JSON failed: JSON path found an item that cannot be converted to JSON")
	}
	return w.text(b)
}

// text appends JSON as what is returned.
func (w *work) text(b []byte) error {
	if n := w.ask.Returning.Size; w.ask.Returning.IsText() && n != types.Unbounded && utf8.RuneCount(b) > n {
		return outcome("JSON_OUTPUT_CONVERSION_ERROR", "conversion from JSON failed: the text has more than %d characters", n)
	}
	w.out.AppendText(encode(b, w.ask.Encoding))
	return nil
}

// decode brings bytes to UTF-8.
func decode(b []byte, encoding string) ([]byte, error) {
	switch encoding {
	case "UTF16":
		if len(b)%2 != 0 {
			return nil, errors.New("it is no UTF-16")
		}
		units := make([]uint16, len(b)/2)
		for i := range units {
			units[i] = binary.LittleEndian.Uint16(b[2*i:])
		}
		return []byte(string(utf16.Decode(units))), nil
	case "UTF32":
		if len(b)%4 != 0 {
			return nil, errors.New("it is no UTF-32")
		}
		var out []byte
		for ; len(b) > 0; b = b[4:] {
			out = utf8.AppendRune(out, rune(binary.LittleEndian.Uint32(b)))
		}
		return out, nil
	}
	return b, nil
}

func encode(b []byte, encoding string) []byte {
	var out []byte
	switch encoding {
	case "UTF16":
		for _, u := range utf16.Encode([]rune(string(b))) {
			out = binary.LittleEndian.AppendUint16(out, u)
		}
		return out
	case "UTF32":
		for _, r := range string(b) {
			out = binary.LittleEndian.AppendUint32(out, uint32(r))
		}
		return out
	}
	return b
}
