package plain

import (
	"bytes"
	"encoding/base64"
	"math/big"
	"net/netip"
	"strings"
	"time"
)

// pattern is a value of the policy with what is needed to replace its variables.
type pattern struct {
	text      string
	variables bool
	context   map[string]Value
}

// glyphs replaces variables, which only string and ARN operators know: reference_policies_variables.html#policy-vars-conditionelement.
func (p pattern) glyphs() ([]glyph, bool) {
	if !p.variables {
		return literal(p.text), true
	}
	return substitute(p.text, p.context)
}

// plainText is the pattern as text without wildcards, for StringEquals.
func (p pattern) plainText() (string, bool) {
	glyphs, known := p.glyphs()
	var b strings.Builder
	for _, g := range glyphs {
		b.WriteRune(g.char)
	}
	return b.String(), known
}

type test func(value string, p pattern) bool

// comparison gives what an operator compares, and whether it negates: reference_policies_elements_condition_operators.html.
func comparison(operator string) (test, bool) {
	switch operator {
	case "StringEquals":
		return stringEquals, false
	case "StringNotEquals":
		return stringEquals, true
	case "StringEqualsIgnoreCase":
		return stringEqualsIgnoreCase, false
	case "StringNotEqualsIgnoreCase":
		return stringEqualsIgnoreCase, true
	case "StringLike":
		return stringLike, false
	case "StringNotLike":
		return stringLike, true
	case "NumericEquals":
		return numeric(func(c int) bool { return c == 0 }), false
	case "NumericNotEquals":
		return numeric(func(c int) bool { return c == 0 }), true
	case "NumericLessThan":
		return numeric(func(c int) bool { return c < 0 }), false
	case "NumericLessThanEquals":
		return numeric(func(c int) bool { return c <= 0 }), false
	case "NumericGreaterThan":
		return numeric(func(c int) bool { return c > 0 }), false
	case "NumericGreaterThanEquals":
		return numeric(func(c int) bool { return c >= 0 }), false
	case "DateEquals":
		return date(func(c int) bool { return c == 0 }), false
	case "DateNotEquals":
		return date(func(c int) bool { return c == 0 }), true
	case "DateLessThan":
		return date(func(c int) bool { return c < 0 }), false
	case "DateLessThanEquals":
		return date(func(c int) bool { return c <= 0 }), false
	case "DateGreaterThan":
		return date(func(c int) bool { return c > 0 }), false
	case "DateGreaterThanEquals":
		return date(func(c int) bool { return c >= 0 }), false
	case "Bool":
		return boolean, false
	case "BinaryEquals":
		return binaryEquals, false
	case "IpAddress":
		return ipAddress, false
	case "NotIpAddress":
		return ipAddress, true
	case "ArnEquals", "ArnLike":
		return arnLike, false
	case "ArnNotEquals", "ArnNotLike":
		return arnLike, true
	}
	panic("plain: no such operator: " + operator)
}

// "Exact matching, case sensitive", #Conditions_String.
func stringEquals(value string, p pattern) bool {
	text, known := p.plainText()
	return known && value == text
}

// "Exact matching, ignoring case".
func stringEqualsIgnoreCase(value string, p pattern) bool {
	text, known := p.plainText()
	return known && strings.EqualFold(value, text)
}

// "Case-sensitive matching. The values can include * and ? anywhere in the string."
func stringLike(value string, p pattern) bool {
	glyphs, known := p.glyphs()
	return known && like(glyphs, value, anything)
}

// "an integer or decimal value", #Conditions_Numeric; what is no number compares with nothing.
func numeric(holds func(int) bool) test {
	return func(value string, p pattern) bool {
		a, okay := new(big.Rat).SetString(value)
		b, okay2 := new(big.Rat).SetString(p.text)
		return okay && okay2 && holds(a.Cmp(b))
	}
}

// "one of the W3C implementations of the ISO 8601 date formats or in epoch (UNIX) time", #Conditions_Date; the forms are those of
// https://www.w3.org/TR/NOTE-datetime.
func date(holds func(int) bool) test {
	return func(value string, p pattern) bool {
		a, okay := instant(value)
		b, okay2 := instant(p.text)
		return okay && okay2 && holds(a.Compare(b))
	}
}

func instant(text string) (time.Time, bool) {
	if seconds, okay := new(big.Rat).SetString(text); okay && len(text) != len("2006") {
		whole := new(big.Int).Div(seconds.Num(), seconds.Denom())
		return time.Unix(whole.Int64(), 0), true
	}
	for _, form := range []string{"2006", "2006-01", "2006-01-02", "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z07:00"} {
		if t, err := time.Parse(form, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// "comparing a key to true or false", #Conditions_Boolean.
func boolean(value string, p pattern) bool { return strings.EqualFold(value, p.text) }

// "compares the value of the specified key byte for byte against a base-64 encoded representation of the binary value in the policy",
// #Conditions_BinaryEquals; the request's value too is handed over in base 64.
func binaryEquals(value string, p pattern) bool {
	a, err := base64.StdEncoding.DecodeString(value)
	b, err2 := base64.StdEncoding.DecodeString(p.text)
	return err == nil && err2 == nil && bytes.Equal(a, b)
}

// "If you specify an IP address without the associated routing prefix, IAM uses the default prefix value of /32", #Conditions_IPAddress.
func ipAddress(value string, p pattern) bool {
	address, err := netip.ParseAddr(value)
	if err != nil {
		return false
	}
	if only, err := netip.ParseAddr(p.text); err == nil {
		return address == only
	}
	block, err := netip.ParsePrefix(p.text)
	return err == nil && block.Contains(address)
}

// "Each of the six colon-delimited components of the ARN is checked separately and each can include * or ?", #Conditions_ARN.
func arnLike(value string, p pattern) bool {
	glyphs, known := p.glyphs()
	if !known {
		return false
	}
	want, have := components(glyphs), strings.SplitN(value, ":", 6)
	if len(want) != 6 || len(have) != 6 {
		return false
	}
	for n := range want {
		if !like(want[n], have[n], anything) {
			return false
		}
	}
	return true
}

// components cuts at the first five colons.
func components(glyphs []glyph) [][]glyph {
	out := [][]glyph{nil}
	for _, g := range glyphs {
		if g.char == ':' && len(out) < 6 {
			out = append(out, nil)
			continue
		}
		out[len(out)-1] = append(out[len(out)-1], g)
	}
	return out
}
