package columnar

import (
	"encoding/binary"
	"math"

	"unyo/engine/vector"
)

// values reads n values of a plain type that are there.
func (v *orcVector) values(n int) (out *vector.Vector, err error) {
	out = &v.dense
	switch v.source.typ.Kind {
	case Boolean:
		v.room, err = v.bits.read(v.room, n)
		out.Kind, out.Bools = vector.Bool, resized(out.Bools, n)
		for i, b := range v.room {
			out.Bools[i] = b == 1
		}
		return out, err
	case Tinyint:
		v.room, err = v.bytes.read(v.room, n)
		out.Kind, out.Ints = vector.Int, resized(out.Ints, n)
		for i, b := range v.room {
			out.Ints[i] = int64(int8(b))
		}
	case Smallint, Int, Bigint, Date:
		out.Kind = vector.Int
		out.Ints, err = v.first.read(out.Ints, n)
	case Float, Double:
		return v.floats(n)
	case Decimal:
		return v.decimals(n)
	case Timestamp:
		return v.instants(n)
	default:
		return v.texts(n)
	}
	if err != nil {
		return nil, err
	}
	switch v.typ.Kind {
	case Float, Double:
		return toFloat(out), nil
	case Decimal:
		whole := &vector.Vector{Kind: KindOf(v.typ)}
		for _, n := range out.Ints {
			appendDecimal(whole, vector.Int128{Hi: n >> 63, Lo: uint64(n)}, 0, v.typ)
		}
		return whole, nil
	}
	return out, nil
}

func (v *orcVector) floats(n int) (*vector.Vector, error) {
	out := &v.dense
	width := 4 + 4*int(v.source.typ.Kind-Float)
	if len(v.data)/width < n {
		return nil, corrupt("a column ends too early")
	}
	out.Kind, out.Floats = vector.Float, resized(out.Floats, n)
	for i := range out.Floats {
		if width == 4 {
			out.Floats[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(v.data[4*i:])))
		} else {
			out.Floats[i] = math.Float64frombits(binary.LittleEndian.Uint64(v.data[8*i:]))
		}
	}
	v.data = v.data[n*width:]
	return out, nil
}

func (v *orcVector) decimals(n int) (out *vector.Vector, err error) {
	if v.more, err = v.second.read(v.more, n); err != nil {
		return nil, err
	}
	out = &v.dense
	out.Kind, out.Len, out.Ints, out.Wides = KindOf(v.typ), 0, out.Ints[:0], out.Wides[:0]
	for _, scale := range v.more {
		var n vector.Int128
		if u, size := binary.Uvarint(v.data); size > 0 {
			i := unzigzag(u)
			n, v.data = vector.Int128{Hi: i >> 63, Lo: uint64(i)}, v.data[size:]
		} else {
			b, size := bigVarint(v.data)
			if size == 0 || b.BitLen() > 127 {
				return nil, corrupt("bad decimal")
			}
			n, v.data = WideOf(b), v.data[size:]
		}
		if scale < 0 || scale > 100 {
			return nil, corrupt("bad decimal")
		}
		appendDecimal(out, n, int(scale), v.typ)
	}
	return out, nil
}

func (v *orcVector) instants(n int) (out *vector.Vector, err error) {
	if v.ints, err = v.first.read(v.ints, n); err != nil {
		return nil, err
	}
	if v.more, err = v.second.read(v.more, n); err != nil {
		return nil, err
	}
	out = &v.dense
	out.Kind, out.Ints = vector.Int, resized(out.Ints, n)
	for i, s := range v.ints {
		seconds, nanos := v.source.timestamp(s, v.more[i])
		out.Ints[i] = seconds*1e6 + int64(nanos)/1000
	}
	return out, nil
}

func (v *orcVector) texts(n int) (out *vector.Vector, err error) {
	if v.ints, err = v.first.read(v.ints, n); err != nil {
		return nil, err
	}
	all, err := sum(v.ints, len(v.data))
	if err != nil {
		return nil, err
	}
	out = &v.dense
	out.Kind, out.Data, out.Offsets = vector.Bytes, v.data[:all:all], append(resized(out.Offsets, n+1)[:0], 0)
	v.data = v.data[all:]
	at := uint32(0)
	for _, l := range v.ints {
		at += uint32(l)
		out.Offsets = append(out.Offsets, at)
	}
	if v.typ.Kind == Varchar || v.typ.Kind == Char {
		return cutTexts(v.typ, out), nil
	}
	return out, nil
}
