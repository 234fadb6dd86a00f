package reach

import "strings"

// A token is one element of a pattern.
type token struct {
	kind tokenKind
	text string // of a literal, one character; of a variable, its name
}

type tokenKind int8

const (
	literal  tokenKind = iota
	one                // ?
	many               // *
	variable           // ${…}, any text, but the same wherever the name is the same
)

// tokens reads a pattern; without vars, ${…} is text.
func tokens(pattern string, vars bool) (list []token) {
	for pattern != "" {
		if name, rest, ok := strings.Cut(strings.TrimPrefix(pattern, "${"), "}"); vars && ok && strings.HasPrefix(pattern, "${") {
			if name == "*" || name == "?" || name == "$" {
				list = append(list, token{literal, name})
			} else {
				key, otherwise, _ := strings.Cut(name, ",") // what it is otherwise is text, whose case tells
				list = append(list, token{variable, strings.ToLower(key) + "," + otherwise})
			}
			pattern = rest
			continue
		}
		for i, c := range pattern {
			if i > 0 {
				pattern = pattern[i:]
				break
			}
			t := token{literal, string(c)}
			switch c {
			case '*':
				t = token{kind: many}
			case '?':
				t = token{kind: one}
			}
			list = append(list, t)
			if len(string(c)) == len(pattern) {
				pattern = ""
			}
		}
	}
	return list
}

// covers says that whatever small matches, large matches too. It may say no where that is so, never yes where it is not.
func covers(large, small []token) bool {
	memo := map[[2]int]bool{}
	var from func(l, s int) bool
	from = func(l, s int) bool {
		if l == len(large) {
			return s == len(small)
		}
		key := [2]int{l, s}
		if known, ok := memo[key]; ok {
			return known
		}
		memo[key] = false
		yes := false
		switch {
		case large[l].kind == many:
			yes = from(l+1, s) || s < len(small) && from(l, s+1)
		case s == len(small):
		case large[l].kind == one:
			yes = (small[s].kind == one || small[s].kind == literal) && from(l+1, s+1)
		default:
			yes = large[l] == small[s] && from(l+1, s+1)
		}
		memo[key] = yes
		return yes
	}
	return from(0, 0)
}

// meets says that some text may match both; no is certain.
func meets(a, b []token) bool {
	memo := map[[2]int]bool{}
	wide := func(t token) bool { return t.kind == many || t.kind == variable }
	var from func(i, j int) bool
	from = func(i, j int) bool {
		if i == len(a) && j == len(b) {
			return true
		}
		key := [2]int{i, j}
		if known, ok := memo[key]; ok {
			return known
		}
		memo[key] = false
		yes := false
		switch {
		case i < len(a) && wide(a[i]):
			yes = from(i+1, j) || j < len(b) && from(i, j+1)
		case j < len(b) && wide(b[j]):
			yes = from(i, j+1) || i < len(a) && from(i+1, j)
		case i == len(a) || j == len(b):
		default:
			yes = (a[i].kind == one || b[j].kind == one || a[i] == b[j]) && from(i+1, j+1)
		}
		memo[key] = yes
		return yes
	}
	return from(0, 0)
}

// A list is an element that lists patterns, or all but them.
type list struct {
	patterns [][]token
	not      bool
}

func listOf(patterns []string, not, vars, fold bool) list {
	l := list{not: not}
	for _, p := range patterns {
		if fold {
			p = strings.ToLower(p)
		}
		l.patterns = append(l.patterns, tokens(p, vars))
	}
	return l
}

// empty says that the list is of all but everything.
func (l list) empty(all []token) bool { return l.not && l.anyCovers(all) }

// split makes lists of one pattern each; a list of all but some stays whole.
func (l list) split() []list {
	if l.not {
		return []list{l}
	}
	var out []list
	for _, p := range l.patterns {
		out = append(out, list{patterns: [][]token{p}})
	}
	return out
}

// covers says that all of small is in l.
func (l list) covers(small list) bool {
	switch {
	case !l.not && small.not: // only everything holds all but some
		return l.anyCovers([]token{{kind: many}})
	case !l.not:
		for _, p := range small.patterns {
			if !l.anyCovers(p) {
				return false
			}
		}
		return true
	case small.not: // all but l ⊇ all but small, where small leaves out all that l does
		for _, p := range l.patterns {
			if !small.anyCovers(p) {
				return false
			}
		}
		return true
	}
	for _, p := range l.patterns {
		for _, q := range small.patterns {
			if meets(p, q) {
				return false
			}
		}
	}
	return true
}

func (l list) anyCovers(p []token) bool {
	for _, q := range l.patterns {
		if covers(q, p) {
			return true
		}
	}
	return false
}

// meets says that something may be in both.
func (l list) meets(o list) bool {
	switch {
	case l.not && o.not:
		return true
	case l.not:
		return o.meets(l)
	case o.not:
		for _, p := range l.patterns {
			if !o.anyCovers(p) {
				return true
			}
		}
		return false
	}
	for _, p := range l.patterns {
		for _, q := range o.patterns {
			if meets(p, q) {
				return true
			}
		}
	}
	return false
}
