package functions

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode"

	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// https://trino.io/docs/current/functions/conversion.html
func init() {
	p := page("conversion")
	for n := range 9 { // each argument has a type of its own
		args := ""
		for i := range n {
			args += "," + string(rune('A'+i))
		}
		p.rows("format(varchar"+args+") varchar", formatCall, withNulls)
	}
	for _, t := range []string{"bigint", "double"} {
		p.rows("format_number("+t+") varchar", formatNumber)
	}
	p.rows("parse_data_size(varchar) decimal", parseDataSize, typed(func(args []*types.Type) ([]*types.Type, *types.Type, error) {
		return args, types.DecimalOf(38, 0), nil
	}))
	p.rows("human_readable_seconds(double) varchar", humanSeconds)
}

func formatCall(r *Row) {
	if r.Null(0) {
		return
	}
	s, err := formatted(r, r.Text(0), func(i int) (any, *types.Type, string) {
		t := r.Types[i+1]
		if r.Null(i + 1) {
			return nil, t, "null"
		}
		v, at := r.At(i + 1)
		text := types.Format(t, v, at)
		switch v.Kind {
		case vector.Int:
			if t.IsInteger() {
				return v.Ints[at], t, text
			}
		case vector.Float:
			return v.Floats[at], t, text
		case vector.Bool:
			return v.Bools[at], t, text
		}
		return text, t, text
	})
	if err != nil {
		r.Fail(err)
		return
	}
	r.PutText(s)
}

// formatted writes with Java's format, of which it knows what Trino's documentation shows.
func formatted(r *Row, spec string, arg func(i int) (any, *types.Type, string)) (string, error) {
	var b strings.Builder
	next := 0
	for i := 0; i < len(spec); i++ {
		if spec[i] != '%' {
			b.WriteByte(spec[i])
			continue
		}
		end := i + 1
		for end < len(spec) && !unicode.IsLetter(rune(spec[end])) && spec[end] != '%' {
			end++
		}
		if end == len(spec) {
			return "", errArgument("Invalid format string: %s", spec)
		}
		flags, verb := spec[i+1:end], spec[end]
		i = end
		if verb == '%' || verb == 'n' {
			b.WriteString(map[byte]string{'%': "%", 'n': "\n"}[verb])
			continue
		}
		at := next
		if n, rest, ok := strings.Cut(flags, "$"); ok {
			if _, err := fmt.Sscan(n, &at); err != nil {
				return "", errArgument("Invalid format string: %s", spec)
			}
			at, flags = at-1, rest
		} else {
			next++
		}
		if at < 0 || at >= r.Len()-1 {
			return "", errArgument("Invalid format string: %s (Format specifier '%%%c')", spec, verb)
		}
		s, err := formatOne(flags, verb, arg, at, spec)
		if err != nil {
			return "", err
		}
		if strings.HasPrefix(s, "%!") { // a width beyond reason
			return "", errArgument("Invalid format string: %s", spec)
		}
		b.WriteString(s)
	}
	return b.String(), nil
}

// formatOne writes one argument by its flags and its verb.
func formatOne(flags string, verb byte, arg func(i int) (any, *types.Type, string), at int, spec string) (string, error) {
	x, t, text := arg(at)
	comma := strings.Contains(flags, ",")
	flags = strings.ReplaceAll(flags, ",", "")
	bad := func() (string, error) {
		return "", errArgument("Invalid format string: %s (%c != %s)", spec, verb, t)
	}
	switch verb {
	case 's', 'S', 'b', 'B':
		s := text
		if verb|0x20 == 'b' && t.Kind != types.Boolean {
			s = strconv.FormatBool(x != nil)
		}
		s = fmt.Sprintf("%"+flags+"s", s)
		if verb < 'a' {
			s = strings.ToUpper(s)
		}
		return s, nil
	case 'd':
		if x == nil {
			return fmt.Sprintf("%"+flags+"s", "null"), nil
		}
		n, ok := x.(int64)
		if !ok {
			return bad()
		}
		if comma {
			return grouped(fmt.Sprintf("%"+flags+"d", n)), nil
		}
		return fmt.Sprintf("%"+flags+"d", n), nil
	case 'x', 'X', 'o':
		n, ok := x.(int64)
		if !ok {
			return bad()
		}
		return fmt.Sprintf("%"+flags+string(verb), n), nil
	case 'f', 'e', 'E', 'g', 'G':
		f, ok := x.(float64)
		if !ok && t.Kind == types.Decimal {
			var err error
			f, err = strconv.ParseFloat(text, 64)
			ok = err == nil
		}
		if !ok {
			return bad()
		}
		if verb == 'g' || verb == 'G' {
			return "", errArgument("format specifier %%%c is not supported", verb)
		}
		s := fmt.Sprintf("%"+flags+string(verb), f)
		if comma {
			s = grouped(s)
		}
		return s, nil
	case 'c':
		return text, nil
	}
	return "", errArgument("format specifier %%%c is not supported", verb)
}

// grouped puts a comma between thousands.
func grouped(s string) string {
	start := strings.IndexAny(s, "0123456789")
	if start < 0 {
		return s
	}
	end := start
	for end < len(s) && s[end] >= '0' && s[end] <= '9' {
		end++
	}
	var b strings.Builder
	for i := start; i < end; i++ {
		if i > start && (end-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteByte(s[i])
	}
	return s[:start] + b.String() + s[end:]
}

func formatNumber(r *Row) {
	var f float64
	if r.Types[0].Kind == types.Bigint {
		f = float64(r.Int(0))
	} else {
		f = r.Float(0)
	}
	unit, sign := 0, ""
	if f < 0 {
		f, sign = -f, "-"
	}
	for f >= 1000 && unit < 5 {
		f, unit = f/1000, unit+1
	}
	digits := 2
	if f >= 100 {
		digits = 0
	} else if f >= 10 {
		digits = 1
	}
	s := strconv.FormatFloat(f, 'f', digits, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	r.PutText(sign + s + []string{"", "K", "M", "B", "T", "Q"}[unit])
}

func parseDataSize(r *Row) {
	s := strings.TrimSpace(r.Text(0))
	unit := strings.TrimLeft(s, "0123456789.")
	n, scale, ok := ParseDecimal(s[:len(s)-len(unit)])
	power := strings.Index("BkMGTPEZY", strings.TrimSuffix(strings.TrimSpace(unit), "B")+"")
	if strings.TrimSpace(unit) == "B" {
		power = 0
	}
	if !ok || power < 0 || unit == "" {
		r.Invalid("Invalid data size: '%s'", s)
		return
	}
	n.Lsh(n, uint(10*power))
	n.Quo(n, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)) // the rest of a byte is cut
	w, fits := decimalOf(n, 0, r.Result)
	if !fits {
		r.Fail(errRange("Value out of range: '%s'", s))
		return
	}
	r.PutDecimal(w)
}

func humanSeconds(r *Row) {
	f := r.Float(0)
	if math.IsNaN(f) || math.IsInf(f, 0) {
		r.Invalid("Invalid argument found: %v", f)
		return
	}
	n := int64(math.MaxInt64) // as Java rounds what has no room
	if f = math.Floor(f + 0.5); f < math.MaxInt64 {
		n = max(0, int64(max(f, 0)))
	}
	var parts []string
	for _, u := range []struct {
		name string
		size int64
	}{{"week", 604800}, {"day", 86400}, {"hour", 3600}, {"minute", 60}, {"second", 1}} {
		k := n / u.size
		n %= u.size
		if k > 0 || u.size == 1 {
			s := fmt.Sprintf("%d %s", k, u.name)
			if k != 1 {
				s += "s"
			}
			parts = append(parts, s)
		}
	}
	r.PutText(strings.Join(parts, ", "))
}
