package policy

import (
	"encoding/base64"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Keys answers a condition key, given in lower case. found=false means that the request context has no such key.
type Keys func(key string) (values []string, found bool)

func noKeys(string) ([]string, bool) { return nil, false }

// condition is one operator on one key with its values.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
type condition struct {
	key      string
	set      string // "", forallvalues, foranyvalue
	ifExists bool
	null     bool
	negated  bool
	values   []matcher
}

// matcher compares one value of the context with one value of the policy.
type matcher func(v string, keys Keys) bool

func compileConditions(raw map[string]map[string]oneOrMany, vars bool) ([]condition, error) {
	var list []condition
	for _, operator := range sortedKeys(raw) {
		for _, key := range sortedKeys(raw[operator]) {
			c, err := compileCondition(operator, key, raw[operator][key], vars)
			if err != nil {
				return nil, err
			}
			list = append(list, c)
		}
	}
	return list, nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func compileCondition(operator, key string, values oneOrMany, vars bool) (condition, error) {
	c := condition{key: strings.ToLower(key)}
	if !strings.Contains(key, ":") {
		return c, malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
	}
	op := strings.ToLower(operator)
	if set, rest, ok := strings.Cut(op, ":"); ok {
		if set != "forallvalues" && set != "foranyvalue" {
			return c, malformed("Invalid Condition type : %s.", operator)
		}
		c.set, op = set, rest
	}
	op, c.ifExists = strings.CutSuffix(op, "ifexists")
	if op == "null" {
		if c.ifExists {
			return c, malformed("Invalid Condition type : %s.", operator)
		}
		c.null = true
	}
	if len(values) == 0 { // what lists nothing is met by nothing; the operator must be one all the same
		_, _, err := compileMatcher(op, operator, "", vars)
		return c, err
	}
	for _, v := range values {
		m, negated, err := compileMatcher(op, operator, v, vars)
		if err != nil {
			return c, err
		}
		c.negated = negated
		c.values = append(c.values, m)
	}
	return c, nil
}

func compileMatcher(op, operator, v string, vars bool) (matcher, bool, error) {
	base, negated := op, false
	for _, n := range []struct{ op, of string }{
		{"stringnotequals", "stringequals"}, {"stringnotequalsignorecase", "stringequalsignorecase"}, {"stringnotlike", "stringlike"},
		{"numericnotequals", "numericequals"}, {"datenotequals", "dateequals"}, {"notipaddress", "ipaddress"},
		{"arnnotequals", "arnlike"}, {"arnnotlike", "arnlike"}, {"arnequals", "arnlike"},
	} {
		if op == n.op {
			base, negated = n.of, strings.Contains(op, "not")
		}
	}
	switch base {
	case "stringequals":
		g := compileGlob(v, vars, false)
		return g.equal, negated, nil
	case "stringequalsignorecase":
		g := compileGlob(v, vars, true)
		return g.equal, negated, nil
	case "stringlike":
		g := compileGlob(v, vars, false)
		return g.match, negated, nil
	case "arnlike":
		g := compileARN(v, vars)
		return g.match, negated, nil
	case "bool", "null":
		return func(s string, _ Keys) bool { return strings.EqualFold(s, v) }, false, nil
	case "binaryequals":
		want, err := base64.StdEncoding.DecodeString(v)
		if err != nil {
			return nil, false, malformed("The policy contains an invalid binary value.")
		}
		return func(s string, _ Keys) bool {
			got, err := base64.StdEncoding.DecodeString(s)
			return err == nil && slices.Equal(got, want)
		}, false, nil
	case "ipaddress":
		m, err := compileIP(v)
		return m, negated, err
	}
	if rel, ok := strings.CutPrefix(base, "numeric"); ok {
		m, err := compileNumeric(rel, operator, v, vars)
		return m, negated, err
	}
	if rel, ok := strings.CutPrefix(base, "date"); ok {
		m, err := compileDate(rel, operator, v, vars)
		return m, negated, err
	}
	return nil, false, malformed("Invalid Condition type : %s.", operator)
}

func compileIP(v string) (matcher, error) {
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

// relation turns the tail of an operator into a test of a comparison's sign.
func relation(rel, operator string) (func(sign int) bool, error) {
	switch rel {
	case "equals":
		return func(c int) bool { return c == 0 }, nil
	case "lessthan":
		return func(c int) bool { return c < 0 }, nil
	case "lessthanequals":
		return func(c int) bool { return c <= 0 }, nil
	case "greaterthan":
		return func(c int) bool { return c > 0 }, nil
	case "greaterthanequals":
		return func(c int) bool { return c >= 0 }, nil
	}
	return nil, malformed("Invalid Condition type : %s.", operator)
}

func compileNumeric(rel, operator, v string, vars bool) (matcher, error) {
	test, err := relation(rel, operator)
	if err != nil {
		return nil, err
	}
	return compared(v, vars, func(s string) (float64, bool) {
		f, err := strconv.ParseFloat(s, 64)
		return f, err == nil
	}, func(a, b float64) bool {
		switch {
		case a < b:
			return test(-1)
		case a > b:
			return test(1)
		}
		return test(0)
	}), nil
}

func compileDate(rel, operator, v string, vars bool) (matcher, error) {
	test, err := relation(rel, operator)
	if err != nil {
		return nil, err
	}
	return compared(v, vars, parseDate, func(a, b time.Time) bool { return test(a.Compare(b)) }), nil
}

// compared makes a matcher over typed values; the policy's value may hold variables.
func compared[T any](v string, vars bool, parse func(string) (T, bool), test func(a, b T) bool) matcher {
	g := compileGlob(v, vars, false)
	return func(s string, keys Keys) bool {
		text, ok := g.expand(keys)
		if !ok {
			return false
		}
		want, ok := parse(text)
		if !ok {
			return false
		}
		got, ok := parse(s)
		return ok && test(got, want)
	}
}

// parseDate reads the W3C forms of ISO 8601, and seconds since 1970.
func parseDate(s string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z0700", "2006-01-02", "2006-01", "2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return time.Unix(n, 0), true
	}
	return time.Time{}, false
}

func (c *condition) holds(keys Keys) bool {
	got, found := keys(c.key)
	if c.null {
		missing := strconv.FormatBool(!found || len(got) == 0)
		return slices.ContainsFunc(c.values, func(m matcher) bool { return m(missing, keys) })
	}
	if !found || len(got) == 0 {
		switch {
		case c.ifExists, c.set == "forallvalues":
			return true
		case c.set == "foranyvalue":
			return false
		}
		return c.negated
	}
	one := func(v string) bool {
		hit := slices.ContainsFunc(c.values, func(m matcher) bool { return m(v, keys) })
		return hit != c.negated
	}
	if c.set == "forallvalues" {
		for _, v := range got {
			if !one(v) {
				return false
			}
		}
		return true
	}
	if c.negated && c.set == "" { // every value must differ from every listed one
		for _, v := range got {
			if !one(v) {
				return false
			}
		}
		return true
	}
	return slices.ContainsFunc(got, one)
}
