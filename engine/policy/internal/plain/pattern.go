package plain

import "strings"

// symbol is one character of a pattern; wild ones are * and ?.
type symbol struct {
	char rune
	wild bool
}

func literal(pattern string) []symbol {
	var out []symbol
	for _, c := range pattern {
		out = append(out, symbol{c, c == '*' || c == '?'})
	}
	return out
}

func text(pattern []symbol) string {
	var b strings.Builder
	for _, s := range pattern {
		b.WriteRune(s.char)
	}
	return b.String()
}

// expand puts the request's values in the place of variables; what a variable brings is no wildcard. It reports false
// where a variable has no value: such text equals nothing. Policies of 2008 have no variables.
func expand(pattern string, context map[string]Value, version string) ([]symbol, bool) {
	if version != "2012-10-17" {
		return literal(pattern), true
	}
	var out []symbol
	for {
		before, rest, found := strings.Cut(pattern, "${")
		if !found {
			return append(out, literal(pattern)...), true
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			return append(out, literal(pattern)...), true
		}
		out = append(out, literal(before)...)
		value, ok := variable(name, context)
		if !ok {
			return nil, false
		}
		for _, c := range value {
			out = append(out, symbol{c, false})
		}
		pattern = after
	}
}

func variable(name string, context map[string]Value) (string, bool) {
	if name == "*" || name == "?" || name == "$" {
		return name, true
	}
	key, fallback, hasFallback := strings.Cut(name, ", '")
	if value, ok := lookup(context, key); ok && len(value) == 1 {
		return value[0], true
	}
	if hasFallback {
		return strings.TrimSuffix(fallback, "'"), true
	}
	return "", false
}

// lookup ignores the case of keys; a key without values is not there.
func lookup(context map[string]Value, key string) (Value, bool) {
	for have, value := range context {
		if strings.EqualFold(have, key) && len(value) > 0 {
			return value, true
		}
	}
	return nil, false
}

// glob fills the whole table: reach[i][j] says that i symbols can match j characters.
func glob(pattern []symbol, s string) bool {
	chars := []rune(s)
	reach := make([][]bool, len(pattern)+1)
	for i := range reach {
		reach[i] = make([]bool, len(chars)+1)
	}
	reach[0][0] = true
	for i, p := range pattern {
		for j := 0; j <= len(chars); j++ {
			switch {
			case p == (symbol{'*', true}):
				reach[i+1][j] = reach[i][j] || j > 0 && reach[i+1][j-1]
			case j == 0:
			case p == (symbol{'?', true}):
				reach[i+1][j] = reach[i][j-1]
			default:
				reach[i+1][j] = reach[i][j-1] && chars[j-1] == p.char
			}
		}
	}
	return reach[len(pattern)][len(chars)]
}
