package policy

import (
	"bytes"
	"encoding/base64"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// matcher compares one value of the context with one value of the policy.
type matcher func(v string, keys Keys) bool

// compiler makes a matcher of a value of the policy.
type compiler func(v string, vars bool) (matcher, error)

// operators are those that match; negations name the one they turn round.
var (
	operators = map[string]compiler{
		"stringequals":           compileStringEquals,
		"stringequalsignorecase": compileIgnoreCase,
		"stringlike":             compileStringLike,
		"arnlike":                compileArnLike,
		"bool":                   compileBool,
		"null":                   compileBool,
		"binaryequals":           compileBinary,
		"ipaddress":              compileIP,
	}
	synonyms  = map[string]string{"arnequals": "arnlike", "arnnotequals": "arnnotlike"}
	negations = map[string]string{
		"stringnotequals": "stringequals", "stringnotequalsignorecase": "stringequalsignorecase", "stringnotlike": "stringlike",
		"numericnotequals": "numericequals", "datenotequals": "dateequals", "notipaddress": "ipaddress", "arnnotlike": "arnlike",
	}
	relations = map[string]func(sign int) bool{
		"equals":            func(c int) bool { return c == 0 },
		"lessthan":          func(c int) bool { return c < 0 },
		"lessthanequals":    func(c int) bool { return c <= 0 },
		"greaterthan":       func(c int) bool { return c > 0 },
		"greaterthanequals": func(c int) bool { return c >= 0 },
	}
)

// operatorOf finds an operator by its name in lower case, without qualifier and IfExists.
func operatorOf(op string) (compile compiler, negated, ok bool) {
	if same, found := synonyms[op]; found {
		op = same
	}
	if of, found := negations[op]; found {
		op, negated = of, true
	}
	if c, found := operators[op]; found {
		return c, negated, true
	}
	if relation, found := relations[strings.TrimPrefix(op, "numeric")]; found && strings.HasPrefix(op, "numeric") {
		return compared(parseNumber, number.compare, relation), negated, true
	}
	if relation, found := relations[strings.TrimPrefix(op, "date")]; found && strings.HasPrefix(op, "date") {
		return compared(parseDate, time.Time.Compare, relation), negated, true
	}
	return nil, false, false
}

func compileStringEquals(v string, vars bool) (matcher, error) {
	g := compileGlob(v, vars, false)
	return g.equal, nil
}

func compileIgnoreCase(v string, vars bool) (matcher, error) {
	g := compileGlob(v, vars, true)
	return g.equal, nil
}

func compileStringLike(v string, vars bool) (matcher, error) {
	g := compileGlob(v, vars, false)
	return g.match, nil
}

func compileArnLike(v string, vars bool) (matcher, error) { return compileARN(v, vars).match, nil }

// compileBool takes true and false in any case; nothing else is met by anything.
func compileBool(v string, vars bool) (matcher, error) {
	g := compileGlob(v, vars, true)
	return func(s string, keys Keys) bool {
		return (strings.EqualFold(s, "true") || strings.EqualFold(s, "false")) && g.equal(s, keys)
	}, nil
}

func compileBinary(v string, _ bool) (matcher, error) {
	want, err := base64.StdEncoding.DecodeString(v)
	if err != nil {
		return nil, malformed("The policy contains an invalid binary value.")
	}
	return func(s string, _ Keys) bool {
		got, err := base64.StdEncoding.DecodeString(s)
		return err == nil && bytes.Equal(got, want)
	}, nil
}

// compileIP takes an address, or a range in CIDR form; an address alone is a range of itself.
func compileIP(v string, _ bool) (matcher, error) {
	prefix, err := netip.ParsePrefix(v)
	if err != nil {
		addr, err := netip.ParseAddr(v)
		if err != nil {
			return nil, malformed("The policy contains an invalid IP address or range: %s", v)
		}
		prefix = netip.PrefixFrom(addr, addr.BitLen())
	}
	prefix = prefix.Masked()
	return func(s string, _ Keys) bool {
		a, err := netip.ParseAddr(s)
		return err == nil && prefix.Contains(a.Unmap())
	}, nil
}

// compared compiles operators on typed values: they know no variables, and what has not the type meets nothing.
func compared[T any](parse func(string) (T, bool), compare func(a, b T) int, relation func(sign int) bool) compiler {
	return func(v string, _ bool) (matcher, error) {
		want, typed := parse(v)
		return func(s string, _ Keys) bool {
			got, ok := parse(s)
			return ok && typed && relation(compare(got, want))
		}, nil
	}
}

// number is an integer where it can be one, lest large ones be rounded.
type number struct {
	whole   int64
	isWhole bool
	decimal float64
}

func parseNumber(s string) (number, bool) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return number{n, true, float64(n)}, true
	}
	if strings.Trim(s, "+-0123456789.eE") != "" { // no names, no hexadecimal
		return number{}, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return number{decimal: f}, err == nil
}

func (n number) compare(o number) int {
	if n.isWhole && o.isWhole {
		return sign(n.whole < o.whole, n.whole > o.whole)
	}
	return sign(n.decimal < o.decimal, n.decimal > o.decimal)
}

func sign(less, more bool) int {
	switch {
	case less:
		return -1
	case more:
		return 1
	}
	return 0
}

var dateLayouts = []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z0700", "2006-01-02", "2006-01", "2006"}

// parseDate reads the W3C forms of ISO 8601, and seconds since 1970.
func parseDate(s string) (time.Time, bool) {
	for _, layout := range dateLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return time.Unix(n, 0), true
	}
	return time.Time{}, false
}
