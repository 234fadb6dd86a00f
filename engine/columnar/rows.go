package columnar

import (
	"unyo/engine/vector"
)

// ValueAt is value i of a vector that holds values of a type.
func ValueAt(t *Type, v *vector.Vector, i int) (out Value) {
	if v.IsNull(i) {
		return out
	}
	v, i = v.At(i)
	out.Valid = true
	switch t.Kind {
	case Boolean:
		if v.Bools[i] {
			out.Int = 1
		}
	case Tinyint, Smallint, Int, Bigint, Date:
		out.Int = v.Ints[i]
	case Timestamp:
		out.Int = floorDiv(v.Ints[i], 1e6)
		out.Nanos = int32(v.Ints[i]-out.Int*1e6) * 1000
	case Float, Double:
		out.Float = v.Floats[i]
	case Decimal:
		if v.Kind == vector.Wide {
			out.Big = BigOf(v.Wides[i])
		} else {
			out.Big = BigOf(vector.Int128{Hi: v.Ints[i] >> 63, Lo: uint64(v.Ints[i])})
		}
	case Struct:
		out.Items = make([]Value, len(t.Fields))
		for n, f := range t.Fields {
			out.Items[n] = ValueAt(f.Type, v.Elems[n], i)
		}
	case Array, Map:
		from, to := v.Span(i)
		out.Items = make([]Value, 0, (to-from)*len(t.Fields))
		for at := from; at < to; at++ {
			for n, f := range t.Fields {
				out.Items = append(out.Items, ValueAt(f.Type, v.Elems[n], at))
			}
		}
	default:
		out.Bytes = append([]byte{}, v.Text(i)...)
	}
	return out
}
