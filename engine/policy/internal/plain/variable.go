package plain

import "strings"

// substitute replaces ${…}: reference_policies_variables.html. What a variable brings in is text, never a wildcard; ${*}, ${?} and ${$}
// are those characters themselves. It says false where a variable has no value: "There is no equal or like value."
func substitute(pattern string, context map[string]Value) ([]glyph, bool) {
	var out []glyph
	for {
		before, rest, found := strings.Cut(pattern, "${")
		name, after, closed := strings.Cut(rest, "}")
		if !found || !closed {
			return append(out, literal(pattern)...), true
		}
		value, known := variable(name, context)
		if !known {
			return nil, false
		}
		out = append(out, literal(before)...)
		for _, c := range value {
			out = append(out, glyph{c, false})
		}
		pattern = after
	}
}

// variable gives the value of one: a predefined character, the single value of a key ("you can use any single-valued condition key"), or
// the default after a comma and a space, in single quotes: ${key, 'default'} (#policy-vars-default-values).
func variable(text string, context map[string]Value) (string, bool) {
	switch text {
	case "*", "?", "$":
		return text, true
	}
	name, fallback, hasDefault := strings.Cut(text, ", '")
	if value := lookUp(context, name); len(value) == 1 {
		return value[0], true
	} else if len(value) > 1 {
		return "", false
	}
	return strings.TrimSuffix(fallback, "'"), hasDefault
}

// lookUp finds a key: "Key names are case-insensitive", same page.
func lookUp(context map[string]Value, name string) Value {
	for key, value := range context {
		if strings.EqualFold(key, name) {
			return value
		}
	}
	return nil
}
