package serde

import (
	"bytes"
	"encoding/base64"
	"math"
	"math/big"
	"strconv"
	"unicode/utf8"
	"unsafe"

	"unyo/engine/columnar"
	"unyo/engine/vector"
)

// Conversions of texts to types, as Hive's lazy objects have them.
// https://docs.aws.amazon.com/athena/latest/ug/lazy-simple-serde.html
// https://cwiki.apache.org/confluence/display/Hive/LanguageManual+Types

// converter appends what a text says to a vector; without ok it says nothing of the type, and nothing was appended.
type converter func(v *vector.Vector, text []byte) (ok bool)

// dialect is in what formats differ from each other.
type dialect struct {
	epochs  bool // instants and dates are counts of milliseconds and days
	layouts []*columnar.Layout
	base64  bool // binary is base64 where it can be
	json    bool // instants may end with Z, and be counts of seconds or milliseconds
}

// converter is that of a plain type.
func (d *dialect) converter(t *columnar.Type) converter {
	switch t.Kind {
	case columnar.Boolean:
		return appendBool
	case columnar.Tinyint:
		return integers(math.MinInt8, math.MaxInt8)
	case columnar.Smallint:
		return integers(math.MinInt16, math.MaxInt16)
	case columnar.Int:
		return integers(math.MinInt32, math.MaxInt32)
	case columnar.Bigint:
		return integers(math.MinInt64, math.MaxInt64)
	case columnar.Float:
		return appendFloat32
	case columnar.Double:
		return appendFloat64
	case columnar.Decimal:
		return decimals(t)
	case columnar.Varchar, columnar.Char:
		return limited(t)
	case columnar.Binary:
		if d.base64 {
			return appendBinary
		}
	case columnar.Date:
		return d.appendDate
	case columnar.Timestamp:
		return d.appendInstant
	}
	return appendText
}

func appendText(v *vector.Vector, text []byte) bool {
	v.AppendText(text)
	return true
}

func appendBool(v *vector.Vector, text []byte) bool {
	switch {
	case len(text) == 4 && bytes.EqualFold(text, []byte("true")):
		v.AppendBool(true)
	case len(text) == 5 && bytes.EqualFold(text, []byte("false")):
		v.AppendBool(false)
	default:
		return false
	}
	return true
}

// integers reads whole numbers between two bounds; what stands behind a point must be digits and is dropped, as in Hive.
func integers(least, most int64) converter {
	return func(v *vector.Vector, text []byte) bool {
		n, ok := integer(text)
		if !ok || n < least || n > most {
			return false
		}
		v.AppendInt(n)
		return true
	}
}

func integer(text []byte) (n int64, ok bool) {
	text = bytes.TrimSpace(text)
	if len(text) == 0 {
		return 0, false
	}
	negative := text[0] == '-'
	if negative || text[0] == '+' {
		text = text[1:]
	}
	if len(text) == 0 || text[0] == '.' {
		return 0, false
	}
	u := uint64(0)
	for i, c := range text {
		if c -= '0'; c > 9 {
			if c+'0' != '.' || !allDigits(text[i+1:]) {
				return 0, false
			}
			break
		}
		if u > (math.MaxUint64-9)/10 {
			return 0, false
		}
		u = u*10 + uint64(c)
	}
	if negative {
		return -int64(u), u <= 1<<63
	}
	return int64(u), u <= math.MaxInt64
}

func allDigits(text []byte) bool {
	for _, c := range text {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

func appendFloat32(v *vector.Vector, text []byte) bool { return appendFloat(v, text, 32) }
func appendFloat64(v *vector.Vector, text []byte) bool { return appendFloat(v, text, 64) }

// appendFloat reads what Java's Double.parseDouble does, without hexadecimal numbers.
func appendFloat(v *vector.Vector, text []byte, bits int) bool {
	text = bytes.TrimSpace(text)
	if len(text) == 0 || len(text) > 400 {
		return false
	}
	for _, c := range text {
		if (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			return appendNamed(v, string(text))
		}
	}
	f, err := strconv.ParseFloat(unsafe.String(&text[0], len(text)), bits)
	if err != nil && !math.IsInf(f, 0) {
		return false
	}
	v.AppendFloat(f)
	return true
}

func appendNamed(v *vector.Vector, text string) bool {
	switch text {
	case "NaN", "+NaN", "-NaN":
		v.AppendFloat(math.NaN())
	case "Infinity", "+Infinity":
		v.AppendFloat(math.Inf(1))
	case "-Infinity":
		v.AppendFloat(math.Inf(-1))
	default:
		if n := len(text) - 1; n > 0 && (text[n] == 'd' || text[n] == 'D' || text[n] == 'f' || text[n] == 'F') {
			return allNumber(text[:n]) && appendFloat(v, []byte(text[:n]), 64)
		}
		return false
	}
	return true
}

func allNumber(text string) bool {
	for _, c := range []byte(text) {
		if (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			return false
		}
	}
	return true
}

// decimals reads numbers, rounded half up to the type's scale; one of too many digits is none.
func decimals(t *columnar.Type) converter {
	return func(v *vector.Vector, text []byte) bool {
		n, ok := columnar.ParseDecimal(t, string(bytes.TrimSpace(text)))
		if !ok {
			return false
		}
		appendBig(v, n)
		return true
	}
}

func appendBig(v *vector.Vector, n *big.Int) {
	if v.Kind == vector.Wide {
		v.AppendWide(columnar.WideOf(n))
	} else {
		v.AppendInt(n.Int64())
	}
}

// limited reads varchar and char: a text is cut to the type's length, and char loses the blanks that it ends with.
func limited(t *columnar.Type) converter {
	return func(v *vector.Vector, text []byte) bool {
		if len(text) > t.Length {
			at := 0
			for n := 0; n < t.Length && at < len(text); n++ {
				_, size := utf8.DecodeRune(text[at:])
				at += size
			}
			text = text[:at]
		}
		if t.Kind == columnar.Char {
			text = bytes.TrimRight(text, " ")
		}
		v.AppendText(text)
		return true
	}
}

// appendBinary reads base64, or else the bytes as they are.
func appendBinary(v *vector.Vector, text []byte) bool {
	if b, err := base64.StdEncoding.AppendDecode(nil, text); err == nil {
		text = b
	}
	v.AppendText(text)
	return true
}

// Value reads the text of a partition's key: a vector of one value, or false when it says nothing of the type.
func Value(t *columnar.Type, text string) (*vector.Vector, bool) {
	v := vector.New(columnar.KindOf(t))
	ok := (&dialect{}).converter(t)(v, []byte(text))
	return v, ok && v.Len == 1
}
