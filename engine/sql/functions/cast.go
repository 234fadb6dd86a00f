package functions

import (
	"bytes"
	"math"
	"unicode/utf8"

	"unyo/engine/sql/fault"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// https://trino.io/docs/current/functions/conversion.html and the casts of https://trino.io/docs/current/language/types.html

// Cast binds CAST(from AS to), or TRY_CAST, which gives null for what cannot be cast.
func Cast(from, to *types.Type, try bool) (*Bound, error) {
	b := &Bound{Name: "CAST", Args: []*types.Type{from}, Result: to}
	if types.SameLayout(from, to) {
		b.Kernel = func(_ *Context, _ int, in []Arg) (*vector.Vector, error) { return in[0].Vector, nil }
		return b, nil
	}
	if from.Kind == types.Unknown {
		b.Nulls = true
		b.Kernel = func(_ *Context, n int, _ []Arg) (*vector.Vector, error) {
			one := to.New()
			one.AppendNull()
			return vector.Constant(one, n), nil
		}
		return b, nil
	}
	k, err := castKernel(from, to)
	if err != nil {
		return nil, err
	}
	b.Kernel = k
	if try {
		b.Kernel = tryKernel(k, to)
	}
	return b, nil
}

// tryKernel asks row by row when the whole fails.
func tryKernel(k Kernel, to *types.Type) Kernel {
	return func(c *Context, n int, in []Arg) (*vector.Vector, error) {
		if out, err := k(c, n, in); err == nil || !isUser(err) {
			return out, err
		}
		out := to.New()
		for i := range n {
			one, err := k(c, 1, []Arg{{Vector: in[0].Pick([]uint32{uint32(i)})}})
			switch {
			case err == nil:
				out.Append(one, 0)
			case isUser(err):
				out.AppendNull()
			default:
				return nil, err
			}
		}
		return out, nil
	}
}

// isUser tells whether TRY swallows an error.
func isUser(err error) bool {
	for _, name := range []string{fault.DivisionByZero, fault.InvalidCast, fault.InvalidArgument, fault.OutOfRange, fault.InvalidLiteral} {
		if fault.Named(err, name) {
			return true
		}
	}
	return false
}

// Swallowed tells whether TRY gives null instead of an error.
func Swallowed(err error) bool { return isUser(err) }

func castKernel(from, to *types.Type) (Kernel, error) {
	if from.Kind == to.Kind && len(from.Fields) == len(to.Fields) && len(from.Fields) > 0 {
		return castDeep(from, to)
	}
	f := castRow(from, to)
	if f == nil {
		return nil, fault.New(fault.TypeMismatch, "Cannot cast %s to %s", from, to)
	}
	return rowKernel(f, false, []*types.Type{from}, to), nil
}

// castDeep casts what lies within arrays, maps and rows.
func castDeep(from, to *types.Type) (Kernel, error) {
	inner := make([]*Bound, len(from.Fields))
	for i := range inner {
		b, err := Cast(from.Fields[i].Type, to.Fields[i].Type, false)
		if err != nil {
			return nil, fault.New(fault.TypeMismatch, "Cannot cast %s to %s", from, to)
		}
		inner[i] = b
	}
	return func(c *Context, n int, in []Arg) (*vector.Vector, error) {
		v := used(in[0].Flat())
		out := &vector.Vector{Kind: v.Kind, Len: v.Len, Nulls: v.Nulls, Offsets: v.Offsets}
		for i, e := range v.Elems {
			cast, err := inner[i].Kernel(c, e.Len, []Arg{{Vector: e}})
			if err != nil {
				return nil, err
			}
			out.Elems = append(out.Elems, cast)
		}
		return out, nil
	}, nil
}

// used is v with no elements but those of its values: what lies between them might not be castable.
func used(v *vector.Vector) *vector.Vector {
	if v.Kind == vector.Row && len(v.Nulls) == 0 {
		return v
	}
	if v.Kind != vector.Row && (v.Len == 0 || v.Offsets[0] == 0 && len(v.Nulls) == 0 && int(v.Offsets[v.Len]) == v.Elems[0].Len) {
		return v
	}
	all := make([]uint32, v.Len)
	for i := range all {
		all[i] = uint32(i)
	}
	return v.Pick(all)
}

// castRow is the cast of one value; nil when there is none.
func castRow(from, to *types.Type) func(r *Row) {
	switch to.Kind {
	case types.Varchar:
		return toVarchar(from, to)
	case types.Char:
		if from.Kind == types.Varchar || from.Kind == types.Char {
			return func(r *Row) { r.PutBytes(bytes.TrimRight(cut(r.Bytes(0), to.Size), " ")) }
		}
	case types.Boolean:
		return toBoolean(from)
	case types.Tinyint, types.Smallint, types.Integer, types.Bigint:
		return toInteger(from, to)
	case types.Real, types.Double:
		return toFloat(from, to)
	case types.Decimal:
		return toDecimal(from, to)
	case types.Date, types.Time, types.TimeZone, types.Timestamp, types.TimestampZone:
		return toTime(from, to)
	case types.JSON:
		return toJSON(from)
	case types.UUID, types.IPAddress, types.Varbinary:
		return toBytes(from, to)
	case types.HyperLogLog, types.TDigest, types.QDigest, types.SetDigest:
		return toSketch(from, to)
	case types.Array, types.Map, types.Row:
		if from.Kind == types.JSON {
			return fromJSON(to)
		}
	}
	return nil
}

// cut is the first n characters.
func cut(b []byte, n int) []byte {
	if len(b) <= n {
		return b
	}
	at := 0
	for range n {
		if at >= len(b) {
			return b
		}
		_, w := utf8.DecodeRune(b[at:])
		at += w
	}
	return b[:at]
}

func toVarchar(from, to *types.Type) func(r *Row) {
	switch from.Kind {
	case types.Varbinary, types.HyperLogLog, types.TDigest, types.QDigest, types.SetDigest, types.Color, types.Geometry, types.SphericalGeography, types.BingTile, types.Array, types.Map, types.Row, types.Function:
		return nil
	case types.JSON:
		return fromJSON(to)
	case types.Varchar, types.Char:
		return func(r *Row) {
			v, i := r.At(0)
			b := types.AppendFormat(nil, from, v, i)
			if to.Size != types.Unbounded {
				b = cut(b, to.Size)
			}
			r.PutBytes(b)
		}
	}
	return func(r *Row) {
		v, i := r.At(0)
		var b []byte
		if from.Kind == types.Real || from.Kind == types.Double {
			b = appendScientific(nil, v.Floats[i], from.Kind)
		} else {
			b = types.AppendFormat(nil, from, v, i)
		}
		if to.Size != types.Unbounded && len(b) > to.Size {
			r.Fail(fault.New(fault.InvalidCast, "Value %s cannot be represented as varchar(%d)", b, to.Size))
			return
		}
		r.PutBytes(b)
	}
}

func toBytes(from, to *types.Type) func(r *Row) {
	switch {
	case to.Kind == types.UUID && from.IsText():
		return func(r *Row) { putUUID(r, r.Text(0)) }
	case to.Kind == types.IPAddress && from.IsText():
		return func(r *Row) { putAddress(r, r.Text(0)) }
	case to.Kind == types.Varbinary && (from.Kind == types.UUID || from.Kind == types.IPAddress || from.Sketched()):
		return func(r *Row) { r.PutBytes(r.Bytes(0)) }
	case (to.Kind == types.UUID || to.Kind == types.IPAddress) && from.Kind == types.Varbinary:
		return func(r *Row) {
			b := r.Bytes(0)
			if to.Kind == types.IPAddress && len(b) == 4 {
				b = append(append(make([]byte, 10, 16), 0xff, 0xff), b...)
			}
			if len(b) != 16 {
				r.Fail(fault.New(fault.InvalidCast, "Invalid %s binary length: %d", to, len(b)))
				return
			}
			r.PutBytes(b)
		}
	}
	return nil
}

// roundHalf rounds half away from zero; false when 64 bits have no room.
func roundHalf(f float64) (int64, bool) {
	f = math.Round(f)
	return int64(f), f >= -9223372036854775808 && f < 9223372036854775808
}
