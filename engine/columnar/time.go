package columnar

import (
	"math/big"
	"strconv"
	"strings"
	"time"
)

const daySeconds = 24 * 60 * 60

// date reads yyyy-[m]m-[d]d, as java.sql.Date.valueOf does, or one of the patterns that were given.
func (d *Decoder) date(text string) (days int64, ok bool) {
	if at, rest, ok := calendar(text); ok && rest == "" {
		return at.Unix() / daySeconds, true
	}
	for _, f := range d.formats {
		if at, ok := f.parse(text); ok {
			return floorDiv(at.Unix(), daySeconds), true
		}
	}
	return 0, false
}

// timestamp reads what the deserializer takes for an instant.
// https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion.html
func (d *Decoder) timestamp(text string, isText bool) (seconds int64, nanos int32, ok bool) {
	if !d.json.Hive {
		if at, ok := openXTime(text); ok {
			return at.Unix(), int32(at.Nanosecond()), true
		}
		return epoch(text)
	}
	for _, f := range d.formats {
		if at, ok := f.parse(text); ok {
			return at.Unix(), int32(at.Nanosecond()), true
		}
	}
	if len(d.formats) == 0 && isText {
		if at, ok := sqlTime(text, " "); ok {
			return at.Unix(), int32(at.Nanosecond()), true
		}
	}
	return 0, 0, false
}

// openXTime reads yyyy-MM-dd'T'HH:mm:ss[.S]'Z' and yyyy-[M]M-[d]d HH:mm:ss[.S].
func openXTime(text string) (time.Time, bool) {
	if t, ok := strings.CutSuffix(text, "Z"); ok {
		return sqlTime(t, "T")
	}
	return sqlTime(text, " ")
}

// epoch reads seconds, also with a fraction, or milliseconds. 100,000,000,000 tells them apart: as seconds it
// lies in the year 5138, as milliseconds in 1973.
func epoch(text string) (seconds int64, nanos int32, ok bool) {
	if len(text) > 40 || strings.ContainsAny(text, "eE/_xX") && !isPlainExponent(text) {
		return 0, 0, false
	}
	n, ok := new(big.Rat).SetString(text)
	if !ok {
		return 0, 0, false
	}
	unit := int64(time.Second)
	if n.IsInt() && !strings.Contains(text, ".") && n.Num().CmpAbs(big.NewInt(100_000_000_000)) >= 0 {
		unit = int64(time.Millisecond)
	}
	n.Mul(n, new(big.Rat).SetInt64(unit))
	all := new(big.Int).Div(n.Num(), n.Denom()) // Euclidean: rounded down
	s, rest := new(big.Int).DivMod(all, big.NewInt(int64(time.Second)), new(big.Int))
	if !s.IsInt64() || s.Int64() < minSeconds || s.Int64() > maxSeconds {
		return 0, 0, false
	}
	return s.Int64(), int32(rest.Int64()), true
}

// isPlainExponent reports whether text is a number with a small exponent: a client may write 1.5e9.
func isPlainExponent(text string) bool {
	mantissa, exponent, ok := strings.Cut(strings.ToLower(text), "e")
	n, err := strconv.Atoi(exponent)
	return ok && err == nil && n >= -9 && n <= 18 && !strings.ContainsAny(mantissa, "/_x")
}

// The years 1 to 9999.
const minSeconds, maxSeconds = -62135596800, 253402300799

// sqlTime reads a date, a separator and hh:mm:ss[.f…], in UTC.
func sqlTime(text, separator string) (time.Time, bool) {
	at, rest, ok := calendar(text)
	rest, found := strings.CutPrefix(rest, separator)
	if !ok || !found {
		return at, false
	}
	clock, fraction, _ := strings.Cut(rest, ".")
	parts := strings.Split(clock, ":")
	if len(parts) != 3 || len(fraction) > 9 || strings.HasSuffix(rest, ".") {
		return at, false
	}
	var n [3]int
	for i, p := range parts {
		if n[i], ok = digits(p, 1, 2); !ok || n[i] > [...]int{23, 59, 59}[i] {
			return at, false
		}
	}
	nanos := 0
	if fraction != "" {
		if nanos, ok = digits((fraction + "00000000")[:9], 9, 9); !ok {
			return at, false
		}
	}
	return at.Add(time.Duration(n[0])*time.Hour + time.Duration(n[1])*time.Minute + time.Duration(n[2])*time.Second + time.Duration(nanos)), true
}

// calendar reads yyyy-[m]m-[d]d at the beginning of a text.
func calendar(text string) (at time.Time, rest string, ok bool) {
	year, rest, ok1 := strings.Cut(text, "-")
	month, rest, ok2 := strings.Cut(rest, "-")
	n := 0
	for n < len(rest) && n < 2 && '0' <= rest[n] && rest[n] <= '9' {
		n++
	}
	y, okY := digits(year, 4, 4)
	m, okM := digits(month, 1, 2)
	d, okD := digits(rest[:n], 1, 2)
	if !ok1 || !ok2 || !okY || !okM || !okD || y == 0 {
		return at, rest, false
	}
	at = time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	return at, rest[n:], int(at.Month()) == m && at.Day() == d // there is no 30 February
}

// digits reads a number of so many digits.
func digits(text string, least, most int) (int, bool) {
	if len(text) < least || len(text) > most {
		return 0, false
	}
	n := 0
	for _, c := range []byte(text) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

func floorDiv(n, unit int64) int64 {
	if n < 0 {
		n -= unit - 1
	}
	return n / unit
}
