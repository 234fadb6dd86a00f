package avro

import (
	"math"
	"math/big"
	"strings"
	"unicode/utf8"

	"unyo/engine/columnar"
	"unyo/engine/vector"
)

// plain is how a value that holds no others is read; nil where it cannot be.
func plain(wrote *Schema, t *columnar.Type) read {
	whole := wrote.Kind == "int" || wrote.Kind == "long"
	switch t.Kind {
	case columnar.Boolean:
		if wrote.Kind == "boolean" {
			return func(d *decoder, v *vector.Vector) { v.AppendBool(d.boolean()) }
		}
	case columnar.Tinyint, columnar.Smallint, columnar.Int, columnar.Bigint:
		if whole {
			return integers(t)
		}
	case columnar.Float, columnar.Double:
		return floats(wrote, t)
	case columnar.String, columnar.Varchar, columnar.Char:
		return texted(wrote, t)
	case columnar.Binary:
		switch wrote.Kind {
		case "bytes", "string":
			return func(d *decoder, v *vector.Vector) { v.AppendText(d.text()) }
		case "fixed":
			return func(d *decoder, v *vector.Vector) { v.AppendText(d.take(int64(wrote.Size))) }
		}
	case columnar.Decimal:
		return decimals(wrote, t)
	case columnar.Date:
		if wrote.Kind == "int" {
			return func(d *decoder, v *vector.Vector) { v.AppendInt(int64(int32(d.long()))) }
		}
	case columnar.Timestamp:
		if unit := wrote.instant(); wrote.Kind == "long" && unit != 0 {
			return func(d *decoder, v *vector.Vector) { v.AppendInt(micros(d.long(), unit)) }
		}
	}
	return nil
}

// micros is an instant in microseconds; what has no room in them is the file's fault.
func micros(n, unit int64) int64 {
	switch {
	case unit == 1:
		return (n - ((n%1000)+1000)%1000) / 1000
	case unit == 1e6:
		if n > math.MaxInt64/1000 || n < math.MinInt64/1000 {
			fail("an instant of %d milliseconds", n)
		}
		return n * 1000
	}
	return n
}

func integers(t *columnar.Type) read {
	bits := map[columnar.Kind]uint{columnar.Tinyint: 8, columnar.Smallint: 16, columnar.Int: 32, columnar.Bigint: 64}[t.Kind]
	return func(d *decoder, v *vector.Vector) {
		n := d.long()
		if n<<(64-bits)>>(64-bits) != n {
			fail("%d is no %s", n, t)
		}
		v.AppendInt(n)
	}
}

func floats(wrote *Schema, t *columnar.Type) read {
	round := func(f float64) float64 { return f }
	if t.Kind == columnar.Float {
		round = func(f float64) float64 { return float64(float32(f)) }
	}
	switch wrote.Kind {
	case "int", "long":
		return func(d *decoder, v *vector.Vector) { v.AppendFloat(round(float64(d.long()))) }
	case "float":
		return func(d *decoder, v *vector.Vector) { v.AppendFloat(d.float()) }
	case "double":
		return func(d *decoder, v *vector.Vector) { v.AppendFloat(round(d.double())) }
	}
	return nil
}

// texted reads texts: what is longer than a varchar is cut, and a char loses the blanks that it ends with.
func texted(wrote *Schema, t *columnar.Type) read {
	trim := func(b []byte) []byte {
		if !utf8.Valid(b) {
			return []byte(strings.ToValidUTF8(string(b), "\uFFFD"))
		}
		return b
	}
	if t.Kind != columnar.String {
		valid := trim
		trim = func(b []byte) []byte {
			b = valid(b)
			at := 0
			for n := 0; n < t.Length && at < len(b); n++ {
				_, size := utf8.DecodeRune(b[at:])
				at += size
			}
			if b = b[:at]; t.Kind == columnar.Char {
				b = []byte(strings.TrimRight(string(b), " "))
			}
			return b
		}
	}
	switch wrote.Kind {
	case "string", "bytes":
		return func(d *decoder, v *vector.Vector) { v.AppendText(trim(d.text())) }
	case "enum":
		symbols := make([][]byte, len(wrote.Symbols))
		for i, s := range wrote.Symbols {
			symbols[i] = trim([]byte(s))
		}
		return func(d *decoder, v *vector.Vector) { v.AppendText(symbols[d.branch(len(symbols))]) }
	}
	return nil
}

// decimals reads numbers that are written as bytes, the highest first, or as integers.
func decimals(wrote *Schema, t *columnar.Type) read {
	scale := wrote.Scale
	var bytesOf func(d *decoder) *big.Int
	switch {
	case wrote.Logical == "decimal" && wrote.Kind == "bytes":
		bytesOf = func(d *decoder) *big.Int { return complement(d.text()) }
	case wrote.Logical == "decimal" && wrote.Kind == "fixed":
		bytesOf = func(d *decoder) *big.Int { return complement(d.take(int64(wrote.Size))) }
	case wrote.Kind == "int" || wrote.Kind == "long":
		scale = 0
		bytesOf = func(d *decoder) *big.Int { return big.NewInt(d.long()) }
	default:
		return nil
	}
	if scale > 100 {
		return nil
	}
	up, down := big.NewInt(1), big.NewInt(1)
	if t.Scale >= scale {
		up.Exp(big.NewInt(10), big.NewInt(int64(t.Scale-scale)), nil)
	} else {
		down.Exp(big.NewInt(10), big.NewInt(int64(scale-t.Scale)), nil)
	}
	most := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(t.Precision)), nil)
	return func(d *decoder, v *vector.Vector) {
		n := bytesOf(d)
		sign, rest := int64(n.Sign()), new(big.Int)
		n.Mul(n, up)
		if n.QuoRem(n, down, rest); rest.Abs(rest).Lsh(rest, 1).Cmp(down) >= 0 { // half away from zero
			n.Add(n, big.NewInt(sign))
		}
		if n.CmpAbs(most) >= 0 {
			fail("%v is no %s", n, t)
		}
		if v.Kind == vector.Wide {
			v.AppendWide(columnar.WideOf(n))
		} else {
			v.AppendInt(n.Int64())
		}
	}
}

// complement is a number in two's complement, the highest byte first.
func complement(b []byte) *big.Int {
	if len(b) > 64 {
		fail("a decimal of %d bytes", len(b))
	}
	n := new(big.Int).SetBytes(b)
	if len(b) > 0 && b[0] >= 0x80 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	return n
}
