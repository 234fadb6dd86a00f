package reach

import (
	"net/netip"
	"slices"
	"strings"

	"unyo/engine/policy"
)

// A condition is one operator on one key, with what its text needs.
type condition struct {
	policy.Condition
	vars bool
}

func (c *condition) is(key string) bool { return strings.EqualFold(c.Key, key) }

// demands says that the condition holds only where its key is there and one of its values is met.
func (c *condition) demands() bool {
	return !c.Negated && !c.IfExists && c.Set != "forallvalues" && c.Operator != "null"
}

// meetsNothing says that a value that is empty may meet the condition: for Null, such a key is none.
func (c *condition) meetsNothing() bool {
	return slices.ContainsFunc(c.Values, func(v string) bool {
		return !slices.ContainsFunc(tokens(v, c.vars), func(t token) bool { return t.kind == literal || t.kind == one })
	})
}

// manyValued says that a key may have several values, of which one may meet this and another that.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
func manyValued(key string) bool {
	space, name, _ := strings.Cut(strings.ToLower(key), ":")
	return space != "s3" && space != "aws" || strings.HasSuffix(name, "keys") || strings.HasSuffix(name, "orgpaths") || name == "calledvia" || name == "principalservicenameslist"
}

// opposites are the conditions of which one holds exactly where c does not; ok is false where none can be written.
func (c *condition) opposites() (out [][]condition, ok bool) {
	o := *c
	switch {
	case c.Operator == "null":
		o.Values = nil
		for _, v := range c.Values {
			o.Values = append(o.Values, flip(v))
		}
		return [][]condition{{o}}, len(o.Values) == 1
	case c.Set == "forallvalues":
		o.Set = "foranyvalue"
	case c.Set == "foranyvalue":
		o.Set = "forallvalues"
	}
	o.Negated, o.IfExists = !c.Negated, false
	if c.Set != "" && c.IfExists {
		return nil, false
	}
	if c.IfExists { // it does not hold where the key is there, and its values are not as demanded
		there := condition{Condition: policy.Condition{Operator: "null", Key: c.Key, Values: []string{"false"}}}
		return [][]condition{{o, there}}, true
	}
	if !negatable[o.Operator] {
		o.Operator += " (not)" // holds of what is not known; it says nothing of its values
	}
	return [][]condition{{o}}, true
}

var negatable = map[string]bool{"stringequals": true, "stringequalsignorecase": true, "stringlike": true, "arnlike": true, "ipaddress": true, "numericequals": true, "dateequals": true}

func flip(v string) string {
	if strings.EqualFold(v, "true") {
		return "false"
	}
	return "true"
}

// implies says that c holds wherever given hold; no may mean that it cannot be told.
func implies(given []condition, c *condition) bool {
	for i := range given {
		g := &given[i]
		if !strings.EqualFold(g.Key, c.Key) {
			continue
		}
		if c.Operator == "null" && len(c.Values) == 1 && strings.EqualFold(c.Values[0], "false") && g.demands() && !g.meetsNothing() {
			return true
		}
		if g.Set == c.Set && g.Negated == c.Negated && (g.IfExists == c.IfExists || c.IfExists) && sameOperator(g.Operator, c.Operator) {
			if !c.Negated && within(g, c) || c.Negated && within(c, g) && g.Operator == c.Operator {
				return true
			}
		}
	}
	return false
}

// sameOperator says that the values of an operator may be compared with those of another: exact ones meet likenesses.
func sameOperator(given, asked string) bool {
	return given == asked || given == "stringequals" && (asked == "stringlike" || asked == "stringequalsignorecase" || asked == "arnlike")
}

// within says that every value of a is met by a value of b.
func within(a, b *condition) bool {
	for _, v := range a.Values {
		if !slices.ContainsFunc(b.Values, func(w string) bool { return meetsValue(a, v, b, w) }) {
			return false
		}
	}
	return len(a.Values) > 0
}

func meetsValue(a *condition, v string, b *condition, w string) bool {
	switch b.Operator {
	case "stringlike":
		small := tokens(v, a.vars)
		if a.Operator == "stringequals" {
			small = exactly(small)
		}
		return covers(tokens(w, b.vars), small)
	case "arnlike":
		return coversARN(tokens(w, b.vars), tokens(v, a.vars))
	case "stringequalsignorecase", "bool", "null":
		return strings.EqualFold(v, w)
	case "ipaddress":
		return rangeOf(w).Bits() <= rangeOf(v).Bits() && rangeOf(w).Contains(rangeOf(v).Addr())
	}
	return v == w
}

// coversARN compares the six parts of ARNs one by one, as the ARN operators do.
func coversARN(large, small []token) bool {
	a, b := parts(large), parts(small)
	if len(a) != 6 || len(b) != 6 {
		return false
	}
	for i := range a {
		if !covers(a[i], b[i]) {
			return false
		}
	}
	return true
}

// parts cuts at the first five colons.
func parts(list []token) [][]token {
	out := [][]token{nil}
	for _, t := range list {
		if t == (token{literal, ":"}) && len(out) < 6 {
			out = append(out, nil)
			continue
		}
		out[len(out)-1] = append(out[len(out)-1], t)
	}
	return out
}

// exactly takes wildcards for characters, as StringEquals does.
func exactly(list []token) []token {
	for i := range list {
		switch list[i].kind {
		case one:
			list[i] = token{literal, "?"}
		case many:
			list[i] = token{literal, "*"}
		}
	}
	return list
}

// rangeOf reads an address or a range; the zero Prefix, which contains nothing, stands for what is neither.
func rangeOf(v string) netip.Prefix {
	if p, err := netip.ParsePrefix(v); err == nil {
		return p.Masked()
	}
	if a, err := netip.ParseAddr(v); err == nil {
		return netip.PrefixFrom(a, a.BitLen())
	}
	return netip.Prefix{}
}

// contradictory says that no request meets all conditions.
func contradictory(list []condition) bool {
	for i := range list {
		for j := range list {
			if i != j && strings.EqualFold(list[i].Key, list[j].Key) && contradicts(&list[i], &list[j]) {
				return true
			}
		}
	}
	return false
}

// contradicts says that a and b, on one key, exclude each other.
func contradicts(a, b *condition) bool {
	if !a.demands() || a.Set != "" || b.Set != "" {
		return false
	}
	switch {
	case b.Operator == "null":
		return len(b.Values) == 1 && strings.EqualFold(b.Values[0], "true") && !a.meetsNothing()
	case b.Negated && sameOperator(a.Operator, b.Operator):
		return within(a, b)
	case b.demands() && texts[a.Operator] && texts[b.Operator] && !manyValued(a.Key):
		return !slices.ContainsFunc(a.Values, func(v string) bool {
			return slices.ContainsFunc(b.Values, func(w string) bool { return mayMeet(a, v, b, w) })
		})
	}
	return false
}

// texts are the operators whose values are compared as texts, or more narrowly.
var texts = map[string]bool{"stringequals": true, "stringlike": true, "arnlike": true, "bool": true}

// mayMeet says that some text may meet a value of each; no is certain.
func mayMeet(a *condition, v string, b *condition, w string) bool {
	if a.Operator == "bool" || b.Operator == "bool" {
		return strings.EqualFold(v, w)
	}
	read := func(c *condition, v string) []token {
		if c.Operator == "stringequals" {
			return exactly(tokens(v, c.vars))
		}
		return tokens(v, c.vars)
	}
	return meets(read(a, v), read(b, w))
}
