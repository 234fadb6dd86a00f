package types

import (
	"encoding/hex"
	"fmt"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"unyo/engine/vector"
)

// Format writes value i of v as Athena writes it in a result, and CAST to varchar for what it can cast; "" for null.
func Format(t *Type, v *vector.Vector, i int) string {
	if v.IsNull(i) {
		return ""
	}
	return string(AppendFormat(nil, t, v, i))
}

// AppendFormat is Format onto dst; the value is not null.
func AppendFormat(dst []byte, t *Type, v *vector.Vector, i int) []byte {
	v, i = v.At(i)
	switch t.Kind {
	case Boolean:
		return strconv.AppendBool(dst, v.Bools[i])
	case Tinyint, Smallint, Integer, Bigint:
		return strconv.AppendInt(dst, v.Ints[i], 10)
	case Real:
		return appendFloat(dst, v.Floats[i], 32)
	case Double:
		return appendFloat(dst, v.Floats[i], 64)
	case Decimal:
		if t.Size > 18 {
			return AppendDecimal(dst, v.Wides[i], t.Scale)
		}
		return AppendDecimal(dst, WideOf(v.Ints[i]), t.Scale)
	case Varchar, JSON:
		return append(dst, v.Text(i)...)
	case Char:
		dst = append(dst, v.Text(i)...)
		return append(dst, strings.Repeat(" ", max(0, t.Size-len([]rune(string(v.Text(i))))))...)
	case Varbinary, HyperLogLog, TDigest, QDigest, SetDigest: // as Athena prints bytes: 48 65 6c
		for n, b := range v.Text(i) {
			if n > 0 {
				dst = append(dst, ' ')
			}
			dst = hex.AppendEncode(dst, []byte{b})
		}
		return dst
	case Geometry, SphericalGeography:
		return AppendWKT(dst, v.Text(i))
	case BingTile:
		x, y, zoom := TileOf(v.Ints[i])
		return fmt.Appendf(dst, "{x=%d, y=%d, zoom=%d}", x, y, zoom)
	case Color:
		return append(dst, ColorName(v.Ints[i])...)
	case Date:
		return appendDate(dst, time.Unix(v.Ints[i]*86400, 0).UTC())
	case Time:
		return appendClock(dst, v.Ints[i], t.Size)
	case TimeZone:
		w := v.Wides[i]
		return append(appendClock(dst, ClockOf(w), t.Size), offsetName(w.Lo)...)
	case Timestamp:
		return AppendStamp(dst, v.Ints[i], t.Size)
	case TimestampZone:
		dst = AppendStamp(dst, LocalOf(v.Wides[i]), t.Size)
		return append(append(dst, ' '), ZoneName(v.Wides[i].Lo)...)
	case IntervalDay:
		return appendInterval(dst, v.Ints[i])
	case IntervalYear:
		n, sign := v.Ints[i], ""
		if n < 0 {
			n, sign = -n, "-"
		}
		return fmt.Appendf(dst, "%s%d-%d", sign, n/12, n%12)
	case UUID:
		b := v.Text(i)
		return fmt.Appendf(dst, "%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
	case IPAddress:
		return append(dst, AddressOf(v.Text(i)).String()...)
	case Array:
		from, to := v.Span(i)
		dst = append(dst, '[')
		for j := from; j < to; j++ {
			dst = appendElem(dst, j > from, t.Elem(), v.Elems[0], j)
		}
		return append(dst, ']')
	case Map:
		from, to := v.Span(i)
		dst = append(dst, '{')
		for j := from; j < to; j++ {
			dst = append(appendElem(dst, j > from, t.Key(), v.Elems[0], j), '=')
			dst = appendElem(dst, false, t.Value(), v.Elems[1], j)
		}
		return append(dst, '}')
	case Row:
		dst = append(dst, '{')
		for n, f := range t.Fields {
			name := f.Name
			if name == "" {
				name = "field" + strconv.Itoa(n)
			}
			if n > 0 {
				dst = append(dst, ", "...)
			}
			dst = appendElem(append(append(dst, name...), '='), false, f.Type, v.Elems[n], i)
		}
		return append(dst, '}')
	}
	return dst
}

func appendElem(dst []byte, comma bool, t *Type, v *vector.Vector, i int) []byte {
	if comma {
		dst = append(dst, ", "...)
	}
	if v.IsNull(i) {
		return append(dst, "null"...)
	}
	return AppendFormat(dst, t, v, i)
}

// appendFloat writes as Java does: a digit behind the point always, and an exponent from 1E7 on and below 1E-3.
func appendFloat(dst []byte, f float64, bits int) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 0):
		if f < 0 {
			dst = append(dst, '-')
		}
		return append(dst, "Infinity"...)
	case f == 0:
		if math.Signbit(f) {
			dst = append(dst, '-')
		}
		return append(dst, "0.0"...)
	}
	if a := math.Abs(f); a >= 1e-3 && a < 1e7 {
		n := len(dst)
		dst = strconv.AppendFloat(dst, f, 'f', -1, bits)
		if !strings.Contains(string(dst[n:]), ".") {
			dst = append(dst, ".0"...)
		}
		return dst
	}
	s := strconv.FormatFloat(f, 'E', -1, bits)
	mantissa, exponent, _ := strings.Cut(s, "E")
	if !strings.Contains(mantissa, ".") {
		mantissa += ".0"
	}
	e, _ := strconv.Atoi(exponent)
	return strconv.AppendInt(append(append(dst, mantissa...), 'E'), int64(e), 10)
}

// AppendDecimal writes w with scale digits behind the point.
func AppendDecimal(dst []byte, w Wide, scale int) []byte {
	if w.Hi < 0 {
		dst, w = append(dst, '-'), NegWide(w)
	}
	var s string
	if n, ok := IntOf(w); ok {
		s = strconv.FormatInt(n, 10)
	} else {
		s = BigOf(w).String()
	}
	if len(s) <= scale {
		s = strings.Repeat("0", scale-len(s)+1) + s
	}
	dst = append(dst, s[:len(s)-scale]...)
	if scale > 0 {
		dst = append(append(dst, '.'), s[len(s)-scale:]...)
	}
	return dst
}

func appendDate(dst []byte, t time.Time) []byte {
	y, m, d := t.Date()
	if y < 0 {
		dst, y = append(dst, '-'), -y
	}
	return fmt.Appendf(dst, "%04d-%02d-%02d", y, m, d)
}

func appendClock(dst []byte, micros int64, digits int) []byte {
	s := micros / 1_000_000
	dst = fmt.Appendf(dst, "%02d:%02d:%02d", s/3600, s/60%60, s%60)
	if digits > 0 {
		dst = append(append(dst, '.'), fmt.Sprintf("%06d", micros%1_000_000)[:digits]...)
	}
	return dst
}

// AppendStamp writes a timestamp without zone, with some digits behind the seconds.
func AppendStamp(dst []byte, micros int64, digits int) []byte {
	const day = 86400_000_000
	in := ((micros % day) + day) % day
	dst = appendDate(dst, time.UnixMicro(micros-in).UTC())
	return appendClock(append(dst, ' '), in, digits)
}

func appendInterval(dst []byte, micros int64) []byte {
	if micros < 0 {
		dst, micros = append(dst, '-'), -micros
	}
	ms := micros / 1000
	return fmt.Appendf(dst, "%d %02d:%02d:%02d.%03d", ms/86400_000, ms/3600_000%24, ms/60_000%60, ms/1000%60, ms%1000)
}

// AddressOf is the address in 16 bytes: those of an IPv4 address are mapped into IPv6.
func AddressOf(b []byte) netip.Addr {
	a, _ := netip.AddrFromSlice(b)
	return a.Unmap()
}

// Colors are the colors that a terminal has; as values they are -1, -2, and so on.
var Colors = []string{"black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"}

// ColorName is a color as it is written.
func ColorName(n int64) string {
	if n < 0 {
		return Colors[-n-1]
	}
	return fmt.Sprintf("#%06x", n)
}

// TileNumber is a tile's place and zoom level as one number, by which tiles are equal.
func TileNumber(x, y, zoom int64) int64 { return zoom<<48 | x<<24 | y }

// TileOf takes a tile's number apart.
func TileOf(n int64) (x, y, zoom int64) { return n >> 24 & (1<<24 - 1), n & (1<<24 - 1), n >> 48 }
