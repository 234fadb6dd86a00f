package columnar

import (
	"errors"
	"math"
	"math/big"

	"unyo/engine/vector"
)

// convert makes of values as they are kept those of the type asked for; v's room may be used again for them.
func (l *parquetLeaf) convert(v *vector.Vector) (*vector.Vector, error) {
	if bits := unsignedBits(l.node); bits > 0 {
		if err := unsigned(v.Ints, bits); err != nil {
			return nil, err
		}
	}
	switch l.typ.Kind {
	case Timestamp:
		switch l.node.scale {
		case 1_000_000:
			for i := range v.Ints {
				v.Ints[i] *= 1000
			}
		case 1:
			for i, n := range v.Ints {
				v.Ints[i] = floorDiv(n, 1000)
			}
		}
	case Float, Double:
		return toFloat(v), nil
	case Decimal:
		return l.toDecimal(v)
	case Varchar, Char:
		return cutTexts(l.typ, v), nil
	}
	return v, nil
}

// unsignedBits is how wide an integer is that has no sign; 0 for all others.
func unsignedBits(n *parquetNode) int {
	if m := n.leaf.meaning; m.logical == logicalInteger && m.unsigned {
		return int(m.bits)
	}
	return 0
}

func unsigned(list []int64, bits int) error {
	for i, n := range list {
		if bits < 64 {
			list[i] = n & (1<<bits - 1)
		} else if n < 0 {
			return errors.Join(ErrUnsupported, errors.New("an integer without sign that no bigint holds"))
		}
	}
	return nil
}

func toFloat(v *vector.Vector) *vector.Vector {
	if v.Kind == vector.Int {
		v.Kind, v.Floats = vector.Float, resized(v.Floats, len(v.Ints))
		for i, n := range v.Ints {
			v.Floats[i] = float64(n)
		}
	}
	return v
}

// toDecimal gives digits the scale and the width asked for.
func (l *parquetLeaf) toDecimal(v *vector.Vector) (*vector.Vector, error) {
	out := &l.laid
	if l.maxDef > 0 { // laid is needed for its own purpose
		out = &vector.Vector{}
	}
	out.Kind, out.Len, out.Nulls = KindOf(l.typ), v.Len, out.Nulls[:0]
	same := l.node.typ.Kind == Decimal && l.node.typ.Scale == l.typ.Scale || l.node.typ.Kind != Decimal && l.typ.Scale == 0
	if v.Kind == vector.Int && out.Kind == vector.Int && same {
		return v, nil
	}
	scale := 0
	if l.node.typ.Kind == Decimal {
		scale = l.node.typ.Scale
	}
	out.Ints, out.Wides = out.Ints[:0], out.Wides[:0]
	for i := range v.Len {
		n := vector.Int128{}
		if v.Kind == vector.Int {
			n = vector.Int128{Hi: v.Ints[i] >> 63, Lo: uint64(v.Ints[i])}
		} else {
			var ok bool
			if n, ok = wideOf(v.Text(i)); !ok {
				return nil, corrupt("a decimal of too many digits")
			}
		}
		appendDecimal(out, n, scale, l.typ)
	}
	out.Len = v.Len
	return out, nil
}

// wideOf reads a number in two's complement, highest byte first.
func wideOf(b []byte) (n vector.Int128, ok bool) {
	if len(b) > 0 && b[0] >= 0x80 {
		n = vector.Int128{Hi: -1, Lo: math.MaxUint64}
	}
	sign := byte(n.Hi)
	for len(b) > 16 {
		if b[0] != sign {
			return n, false
		}
		b = b[1:]
	}
	for _, c := range b {
		n.Hi = n.Hi<<8 | int64(n.Lo>>56)
		n.Lo = n.Lo<<8 | uint64(c)
	}
	return n, true
}

// appendDecimal appends a number of some scale as a value of a decimal type; null if it has too many digits.
func appendDecimal(out *vector.Vector, n vector.Int128, scale int, t *Type) {
	if scale != t.Scale {
		b := rescale(BigOf(n), scale, t.Scale)
		if b.CmpAbs(bigPower[t.Precision]) >= 0 {
			out.AppendNull()
			return
		}
		n = WideOf(b)
	}
	if out.Kind == vector.Wide {
		out.AppendWide(n)
		return
	}
	if n.Hi != int64(n.Lo)>>63 {
		out.AppendNull()
		return
	}
	out.AppendInt(int64(n.Lo))
}

// BigOf is n as a number of any size.
func BigOf(n vector.Int128) *big.Int {
	b := new(big.Int).Lsh(big.NewInt(n.Hi), 64)
	return b.Add(b, new(big.Int).SetUint64(n.Lo))
}

var low64 = new(big.Int).SetUint64(math.MaxUint64)

// WideOf is b, of which no more than 128 bits are kept.
func WideOf(b *big.Int) vector.Int128 {
	return vector.Int128{Hi: new(big.Int).Rsh(b, 64).Int64(), Lo: new(big.Int).And(b, low64).Uint64()}
}

// cutTexts keeps texts to the length of varchar and char.
func cutTexts(t *Type, v *vector.Vector) *vector.Vector {
	within := t.Kind == Varchar
	for i := 0; within && i < v.Len; i++ {
		within = int(v.Offsets[i+1]-v.Offsets[i]) <= t.Length
	}
	if within {
		return v
	}
	out := vector.New(vector.Bytes)
	for i := range v.Len {
		out.AppendText(cut(t, string(v.Text(i))))
	}
	out.Nulls = v.Nulls
	return out
}
