package functions

import (
	"unyo/engine/sql/fault"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// Row is a call at one row. What a function puts is its answer; if it puts nothing, that is null.
type Row struct {
	*Context
	Types  []*types.Type
	Result *types.Type
	Out    *vector.Vector

	in  []Arg
	row int
	err error
}

// maxOut bounds what one column of one batch may become, in bytes of text or elements.
const maxOut = 1 << 27

func errTooLarge() error { return fault.New(fault.ExceededMemory, "%v", vector.ErrTooLarge) }

func rowKernel(f func(r *Row), nulls bool, args []*types.Type, result *types.Type) Kernel {
	return func(c *Context, n int, in []Arg) (*vector.Vector, error) {
		r := &Row{Context: c, Types: args, Result: result, in: in, Out: result.New()}
		r.Out.Grow(n)
		for r.row = range n {
			if r.row%256 == 255 && c.Context != nil && c.Err() != nil {
				return nil, c.Err()
			}
			if !nulls && r.anyNull() {
				r.Out.AppendNull()
				continue
			}
			before := r.Out.Len
			f(r)
			if r.err != nil {
				return nil, r.err
			}
			if r.Out.Len == before {
				r.Out.AppendNull()
			}
			if len(r.Out.Data) > maxOut || len(r.Out.Elems) > 0 && full(r.Out.Elems) {
				return nil, errTooLarge()
			}
		}
		return r.Out, nil
	}
}

// full tells whether what lies within values has become more than a column may be. Functions that write the same element over and over ask
// as they go.
func full(within []*vector.Vector) bool {
	for _, v := range within {
		if v.Len > maxOut/8 || len(v.Data) > maxOut || full(v.Elems) {
			return true
		}
	}
	return false
}

// remembering is a kernel by rows with something that is remembered from row to row: it is made anew for each batch, for several
// workers compute with the same kernel.
func remembering[M any](args []*types.Type, result *types.Type, anew func() M, f func(r *Row, m M)) Kernel {
	return func(c *Context, n int, in []Arg) (*vector.Vector, error) {
		m := anew()
		return rowKernel(func(r *Row) { f(r, m) }, false, args, result)(c, n, in)
	}
}

func (r *Row) anyNull() bool {
	for _, a := range r.in {
		if a.Vector != nil && a.IsNull(r.row) {
			return true
		}
	}
	return false
}

// Fail ends the query with an error.
func (r *Row) Fail(err error) { r.err = err }

// Invalid ends the query: an argument is not what the function takes.
func (r *Row) Invalid(format string, args ...any) { r.err = errArgument(format, args...) }

// Len is how many arguments there are.
func (r *Row) Len() int { return len(r.in) }

// At is where argument i lies: a flat vector and the place in it.
func (r *Row) At(i int) (*vector.Vector, int) { return r.in[i].At(r.row) }

// Null tells whether argument i is null.
func (r *Row) Null(i int) bool { return r.in[i].IsNull(r.row) }

// Bool, Int, Float, Wide and Text are argument i.
func (r *Row) Bool(i int) bool {
	v, j := r.At(i)
	return v.Bools[j]
}

func (r *Row) Int(i int) int64 {
	v, j := r.At(i)
	return v.Ints[j]
}

func (r *Row) Float(i int) float64 {
	v, j := r.At(i)
	return v.Floats[j]
}

func (r *Row) Wide(i int) types.Wide {
	v, j := r.At(i)
	return v.Wides[j]
}

func (r *Row) Bytes(i int) []byte {
	v, j := r.At(i)
	return v.Text(j)
}

func (r *Row) Text(i int) string { return string(r.Bytes(i)) }

// Decimal is argument i, a decimal of any size, without its point.
func (r *Row) Decimal(i int) types.Wide {
	if v, j := r.At(i); v.Kind == vector.Int {
		return types.WideOf(v.Ints[j])
	}
	return r.Wide(i)
}

// Span is the elements of argument i, an array or a map: they are from to to of Elems.
func (r *Row) Span(i int) (v *vector.Vector, from, to int) {
	v, j := r.At(i)
	from, to = v.Span(j)
	return v, from, to
}

// PutBool, PutInt, PutFloat, PutWide and PutText are answers.
func (r *Row) PutBool(b bool)       { r.Out.AppendBool(b) }
func (r *Row) PutInt(n int64)       { r.Out.AppendInt(n) }
func (r *Row) PutFloat(f float64)   { r.Out.AppendFloat(f) }
func (r *Row) PutWide(w types.Wide) { r.Out.AppendWide(w) }
func (r *Row) PutBytes(b []byte)    { r.Out.AppendText(b) }
func (r *Row) PutText(s string) {
	r.Out.Data = append(r.Out.Data, s...)
	r.Out.AppendText(nil)
}

// PutDecimal answers a decimal of the result's size; it fails when it has no room.
func (r *Row) PutDecimal(w types.Wide) {
	if !types.InDigits(w, r.Result.Size) {
		r.Fail(errRange("Decimal overflow"))
		return
	}
	putDecimal(r.Out, w)
}

func putDecimal(out *vector.Vector, w types.Wide) {
	if out.Kind == vector.Int {
		out.AppendInt(int64(w.Lo))
	} else {
		out.AppendWide(w)
	}
}

// PutNull answers null.
func (r *Row) PutNull() { r.Out.AppendNull() }

// Put answers value i of v.
func (r *Row) Put(v *vector.Vector, i int) { r.Out.Append(v, i) }

// PutArg answers argument i.
func (r *Row) PutArg(i int) { r.Put(r.At(i)) }

// PutTexts answers an array of texts.
func (r *Row) PutTexts(list []string) {
	e := r.Out.Elems[0]
	for _, s := range list {
		e.AppendText([]byte(s))
	}
	r.Out.EndSpan()
}
