package functions

import (
	"math"
	"math/big"
	"strconv"
	"strings"

	"unyo/engine/sql/fault"
	"unyo/engine/sql/types"
)

func errCast(format string, args ...any) error { return fault.New(fault.InvalidCast, format, args...) }

func toBoolean(from *types.Type) func(r *Row) {
	switch {
	case from.IsText():
		return func(r *Row) {
			switch strings.ToLower(r.Text(0)) {
			case "t", "true", "1":
				r.PutBool(true)
			case "f", "false", "0":
				r.PutBool(false)
			default:
				r.Fail(errCast("Cannot cast '%s' to BOOLEAN", r.Text(0)))
			}
		}
	case from.IsInteger():
		return func(r *Row) { r.PutBool(r.Int(0) != 0) }
	case from.Kind == types.Decimal:
		return func(r *Row) { r.PutBool(r.Decimal(0) != types.Wide{}) }
	case from.Kind == types.Real || from.Kind == types.Double:
		return func(r *Row) { r.PutBool(r.Float(0) != 0) }
	case from.Kind == types.JSON:
		return fromJSON(types.Bool)
	}
	return nil
}

// shortName is how Trino's cast errors name an integer type.
func shortName(t *types.Type) string {
	if t.Kind == types.Integer {
		return "INT"
	}
	return strings.ToUpper(t.Kind.String())
}

func toInteger(from, to *types.Type) func(r *Row) {
	put := func(r *Row, n int64) {
		if !inRange(n, to) {
			r.Fail(errRange("Out of range for %s: %d", to, n))
			return
		}
		r.PutInt(n)
	}
	switch {
	case from.IsText():
		return func(r *Row) {
			n, err := strconv.ParseInt(r.Text(0), 10, 64)
			if err != nil || !inRange(n, to) {
				r.Fail(errCast("Cannot cast '%s' to %s", r.Text(0), shortName(to)))
				return
			}
			r.PutInt(n)
		}
	case from.IsInteger():
		return func(r *Row) { put(r, r.Int(0)) }
	case from.Kind == types.Boolean:
		return func(r *Row) { r.PutInt(map[bool]int64{true: 1}[r.Bool(0)]) }
	case from.Kind == types.Decimal:
		return func(r *Row) {
			w, _ := types.Rescale(r.Decimal(0), from.Scale, 0)
			n, ok := types.IntOf(w)
			if !ok || !inRange(n, to) {
				r.Fail(errCast("Cannot cast '%s' to %s", types.AppendDecimal(nil, w, 0), strings.ToUpper(to.Kind.String())))
				return
			}
			r.PutInt(n)
		}
	case from.Kind == types.Real || from.Kind == types.Double:
		return func(r *Row) {
			f := r.Float(0)
			n, ok := roundHalf(f)
			switch {
			case math.IsNaN(f):
				r.Fail(errCast("Cannot cast %s NaN to %s", from, to))
			case !ok || !inRange(n, to):
				r.Fail(errRange("Out of range for %s: %s", to, appendScientific(nil, f, from.Kind)))
			default:
				r.PutInt(n)
			}
		}
	case from.Kind == types.JSON:
		return fromJSON(to)
	}
	return nil
}

// floatOf is a decimal as a float.
func floatOf(w types.Wide, scale int) float64 {
	if n, ok := types.IntOf(w); ok && n < 1<<53 && n > -1<<53 && scale <= 22 {
		return float64(n) / math.Pow10(scale)
	}
	f, _ := strconv.ParseFloat(string(types.AppendDecimal(nil, w, scale)), 64)
	return f
}

func parseFloat(s string, bits int) (float64, bool) {
	s = strings.TrimSpace(s)
	switch strings.TrimLeft(s, "+-") {
	case "NaN", "Infinity":
	default:
		if strings.ContainsAny(s, "xX_nNiI") { // what Go reads and Java does not
			return 0, false
		}
	}
	if len(s) > 1 && strings.IndexByte("dDfF", s[len(s)-1]) >= 0 { // what Java reads and Go does not
		s = s[:len(s)-1]
	}
	f, err := strconv.ParseFloat(s, bits)
	if e, ok := err.(*strconv.NumError); ok && e.Err == strconv.ErrRange {
		err = nil
	}
	return f, err == nil
}

func toFloat(from, to *types.Type) func(r *Row) {
	bits := 64
	if to.Kind == types.Real {
		bits = 32
	}
	put := func(r *Row, f float64) {
		if bits == 32 {
			f = float64(float32(f))
		}
		r.PutFloat(f)
	}
	switch {
	case from.IsText():
		return func(r *Row) {
			f, ok := parseFloat(r.Text(0), bits)
			if !ok {
				r.Fail(errCast("Cannot cast '%s' to %s", r.Text(0), shortName(to)))
				return
			}
			r.PutFloat(f)
		}
	case from.IsInteger():
		return func(r *Row) { put(r, float64(r.Int(0))) }
	case from.Kind == types.Boolean:
		return func(r *Row) { put(r, map[bool]float64{true: 1}[r.Bool(0)]) }
	case from.Kind == types.Decimal:
		return func(r *Row) { put(r, floatOf(r.Decimal(0), from.Scale)) }
	case from.Kind == types.Real || from.Kind == types.Double:
		return func(r *Row) { put(r, r.Float(0)) }
	case from.Kind == types.JSON:
		return fromJSON(to)
	}
	return nil
}

// ParseDecimal reads a number: its digits without the point, and how many of them stand behind it.
func ParseDecimal(s string) (n *big.Int, scale int, ok bool) {
	s = strings.TrimSpace(s)
	mantissa, exponent, has := strings.Cut(strings.ToUpper(s), "E")
	e := 0
	if has {
		var err error
		if e, err = strconv.Atoi(exponent); err != nil || e > 1000 || e < -1000 {
			return nil, 0, false
		}
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := whole + fraction
	if strings.Trim(digits, "+-0123456789") != "" || strings.Trim(digits, "+-") == "" || strings.ContainsAny(digits[1:], "+-") || len(digits) > 1000 {
		return nil, 0, false
	}
	n, ok = new(big.Int).SetString(digits, 10)
	if scale = len(fraction) - e; scale < 0 && ok {
		n.Mul(n, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(-scale)), nil))
		scale = 0
	}
	return n, scale, ok
}

// decimalOf brings digits with a scale to a type, rounding half up; false when it has no room.
func decimalOf(n *big.Int, scale int, to *types.Type) (types.Wide, bool) {
	ten := big.NewInt(10)
	if scale > to.Scale {
		n = types.DivBig(n, new(big.Int).Exp(ten, big.NewInt(int64(scale-to.Scale)), nil))
	} else {
		n = new(big.Int).Mul(n, new(big.Int).Exp(ten, big.NewInt(int64(to.Scale-scale)), nil))
	}
	w, ok := types.WideOfBig(n)
	return w, ok && types.InDigits(w, to.Size)
}

func toDecimal(from, to *types.Type) func(r *Row) {
	fail := func(r *Row, value string) {
		r.Fail(errCast("Cannot cast %s '%s' to DECIMAL(%d, %d)", strings.ToUpper(from.Kind.String()), value, to.Size, to.Scale))
	}
	put := func(r *Row, w types.Wide, ok bool, value func() string) {
		if !ok || !types.InDigits(w, to.Size) {
			fail(r, value())
			return
		}
		putDecimal(r.Out, w)
	}
	switch {
	case from.IsText():
		return func(r *Row) {
			n, scale, ok := ParseDecimal(r.Text(0))
			if !ok {
				r.Fail(errCast("Cannot cast VARCHAR '%s' to DECIMAL(%d, %d). Value is not a number.", r.Text(0), to.Size, to.Scale))
				return
			}
			if w, ok := decimalOf(n, scale, to); ok {
				putDecimal(r.Out, w)
			} else {
				r.Fail(errCast("Cannot cast VARCHAR '%s' to DECIMAL(%d, %d). Value too large.", r.Text(0), to.Size, to.Scale))
			}
		}
	case from.IsInteger():
		return func(r *Row) {
			w, ok := types.Rescale(types.WideOf(r.Int(0)), 0, to.Scale)
			put(r, w, ok, func() string { return strconv.FormatInt(r.Int(0), 10) })
		}
	case from.Kind == types.Boolean:
		return func(r *Row) {
			w := types.Wide{}
			if r.Bool(0) {
				w = types.Pow10(to.Scale)
			}
			put(r, w, true, func() string { return "true" })
		}
	case from.Kind == types.Decimal:
		return func(r *Row) {
			w, ok := types.Rescale(r.Decimal(0), from.Scale, to.Scale)
			put(r, w, ok, func() string { return string(types.AppendDecimal(nil, r.Decimal(0), from.Scale)) })
		}
	case from.Kind == types.Real || from.Kind == types.Double:
		bits := map[types.Kind]int{types.Real: 32, types.Double: 64}[from.Kind]
		return func(r *Row) {
			f := r.Float(0)
			n, scale, ok := ParseDecimal(strconv.FormatFloat(f, 'e', -1, bits))
			w := types.Wide{}
			if ok {
				w, ok = decimalOf(n, scale, to)
			}
			put(r, w, ok, func() string { return string(appendScientific(nil, f, from.Kind)) })
		}
	case from.Kind == types.JSON:
		return fromJSON(to)
	}
	return nil
}

// appendScientific writes a float as CAST to varchar does: 1.5E0.
func appendScientific(dst []byte, f float64, k types.Kind) []byte {
	bits := 64
	if k == types.Real {
		bits = 32
	}
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'E', -1, bits), "E")
	if !strings.Contains(mantissa, ".") {
		mantissa += ".0"
	}
	e, _ := strconv.Atoi(exponent)
	return strconv.AppendInt(append(append(dst, mantissa...), 'E'), int64(e), 10)
}
