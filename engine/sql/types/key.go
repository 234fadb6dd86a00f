package types

import (
	"encoding/binary"
	"math"
	"slices"

	"unyo/engine/vector"
)

// FloatKey is a number by which equal floats are equal: 0 and -0 are one, and so are all NaN.
func FloatKey(f float64) int64 {
	if f == 0 {
		return 0
	}
	if f != f {
		return math.MaxInt64
	}
	return int64(math.Float64bits(f))
}

// AppendKey writes value i of v so that two values of the type are equal (and nulls are one) exactly when their keys are.
func AppendKey(dst []byte, t *Type, v *vector.Vector, i int) []byte {
	if v, i = v.At(i); v.IsNull(i) {
		return append(dst, 0)
	}
	dst = append(dst, 1)
	switch t.Vector() {
	case vector.Bool:
		return append(dst, byte(boolInt(v.Bools[i])))
	case vector.Int:
		return binary.LittleEndian.AppendUint64(dst, uint64(v.Ints[i]))
	case vector.Float:
		return binary.LittleEndian.AppendUint64(dst, uint64(FloatKey(v.Floats[i])))
	case vector.Wide:
		dst = binary.LittleEndian.AppendUint64(dst, uint64(v.Wides[i].Hi))
		if t.Zoned() {
			return dst
		}
		return binary.LittleEndian.AppendUint64(dst, v.Wides[i].Lo)
	case vector.Bytes:
		dst = binary.AppendUvarint(dst, uint64(len(v.Text(i))))
		return append(dst, v.Text(i)...)
	case vector.List:
		from, to := v.Span(i)
		dst = binary.AppendUvarint(dst, uint64(to-from))
		for ; from < to; from++ {
			dst = AppendKey(dst, t.Elem(), v.Elems[0], from)
		}
	case vector.Map: // its entries in the order of their keys' bytes
		from, to := v.Span(i)
		entries := make([]string, 0, to-from)
		for ; from < to; from++ {
			e := AppendKey(nil, t.Key(), v.Elems[0], from)
			entries = append(entries, string(AppendKey(e, t.Value(), v.Elems[1], from)))
		}
		slices.Sort(entries)
		dst = binary.AppendUvarint(dst, uint64(len(entries)))
		for _, e := range entries {
			dst = append(dst, e...)
		}
	case vector.Row:
		for n, f := range t.Fields {
			dst = AppendKey(dst, f.Type, v.Elems[n], i)
		}
	}
	return dst
}
