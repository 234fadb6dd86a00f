package policy

import (
	"slices"
	"strings"
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

// keysOf lists the keys a statement asks for, as it writes them: in conditions, and in variables where they count.
func keysOf(r *rawStatement, vars bool) (list []string) {
	texts := append(append(oneOrMany{}, r.Resource...), r.NotResource...)
	for _, operator := range sortedKeys(r.Condition) {
		for _, key := range sortedKeys(r.Condition[operator]) {
			list = append(list, key)
			texts = append(texts, r.Condition[operator][key]...)
		}
	}
	for _, text := range texts {
		for vars {
			_, rest, opened := strings.Cut(text, "${")
			name, after, closed := strings.Cut(rest, "}")
			if !opened || !closed {
				break
			}
			key, _, _ := strings.Cut(name, ",")
			if key = strings.TrimSpace(key); key != "*" && key != "?" && key != "$" && key != "" {
				list = append(list, key)
			}
			text = after
		}
	}
	return list
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
	if c.null = op == "null"; c.null && c.ifExists {
		return c, malformed("Invalid Condition type : %s.", operator)
	}
	compile, negated, ok := operatorOf(op)
	if !ok {
		return c, malformed("Invalid Condition type : %s.", operator)
	}
	c.negated = negated
	for _, v := range values { // what lists nothing is met by nothing
		m, err := compile(v, vars)
		if err != nil {
			return c, err
		}
		c.values = append(c.values, m)
	}
	return c, nil
}

// any reports whether v matches one of the policy's values; negated operators turn that round.
func (c *condition) any(v string, keys Keys) bool {
	for _, m := range c.values {
		if m(v, keys) {
			return !c.negated
		}
	}
	return c.negated
}

func (c *condition) holds(keys Keys) bool {
	got, found := keys(c.key)
	missing := !found || len(got) == 0
	empty := missing || len(got) == 1 && got[0] == ""
	switch {
	case c.null && empty: // "if the context key exists and its value is not null", which an empty one is: the page of holdsForSet
		return c.any("true", keys)
	case c.null:
		return c.any("false", keys)
	case missing && c.ifExists:
		return true
	case c.set != "":
		return c.holdsForSet(got, empty, keys)
	case missing:
		return c.negated
	case c.negated: // a key of many values under an operator for one: none may match
		return !slices.ContainsFunc(got, func(v string) bool { return !c.any(v, keys) })
	}
	return slices.ContainsFunc(got, func(v string) bool { return c.any(v, keys) })
}

// holdsForSet: all the request's values, or one of them, must meet the operator. An empty set, which an empty string
// counts as, meets ForAllValues and fails ForAnyValue.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
func (c *condition) holdsForSet(got []string, empty bool, keys Keys) bool {
	all := c.set == "forallvalues"
	if empty {
		return all
	}
	for _, v := range got {
		if c.any(v, keys) != all {
			return !all
		}
	}
	return all
}
