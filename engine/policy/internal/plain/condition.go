package plain

import "strings"

// conditionsMatch: "If your policy has multiple condition operators or multiple keys attached to a single condition operator, the
// conditions are evaluated using a logical AND", reference_policies_condition-logic-multiple-context-keys-or-values.html.
func conditionsMatch(s statement, r Request) bool {
	for operator, keys := range s.Condition {
		for key, wanted := range keys {
			if !conditionMatches(operator, lookUp(r.Context, key), wanted, s.variables, r.Context) {
				return false
			}
		}
	}
	return true
}

// conditionMatches decides one operator on one key.
func conditionMatches(operator string, given Value, wanted texts, variables bool, context map[string]Value) bool {
	set, operator := setOperator(operator)
	if operator == "Null" {
		return some(Value(wanted), func(w string) bool { return isNull(given) == strings.EqualFold(w, "true") })
	}
	operator, ifExists := strings.CutSuffix(operator, "IfExists")
	if ifExists && len(given) == 0 {
		return true // "If the key is not present, evaluate the condition element as true", #Conditions_IfExists
	}
	test, negated := comparison(operator)
	// "if any of the values match" counts as a match; for negated operators, if none does: the values are a logical OR, or a NOR.
	one := func(value string) bool {
		matched := false
		for _, w := range wanted {
			matched = matched || test(value, pattern{w, variables, context})
		}
		return matched != negated
	}
	switch set {
	case "ForAllValues":
		return isNull(given) || every(given, one)
	case "ForAnyValue":
		return !isNull(given) && some(given, one)
	}
	if len(given) == 0 {
		return negated // "the values do not match and the condition is false"; true for negated ones: condition_operators.html, Important
	}
	return some(given, one)
}

// setOperator: reference_policies_condition-single-vs-multi-valued-context-keys.html.
func setOperator(operator string) (set, rest string) {
	if before, after, found := strings.Cut(operator, ":"); found {
		return before, after
	}
	return "", operator
}

// isNull: ForAllValues "also returns true if there are no context keys in the request or if the context key value resolves to a null
// dataset, such as an empty string", ForAnyValue false; Null itself asks whether "the key exists and its value is not null".
func isNull(given Value) bool {
	return !some(given, func(value string) bool { return value != "" })
}

func every(values Value, f func(string) bool) bool {
	for _, v := range values {
		if !f(v) {
			return false
		}
	}
	return true
}

func some(values Value, f func(string) bool) bool {
	for _, v := range values {
		if f(v) {
			return true
		}
	}
	return false
}
