package policy

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// glob is a pattern with the wildcards * and ?. Most have neither variables nor more than one star at the end: they are
// told apart once, so that matching them is one comparison.
type glob struct {
	form   form
	fold   bool   // compare without case: text is in lower case
	text   string // what exact, prefix and wild compare with
	lead   string // what stands before the first wildcard or variable: most questions end here
	pieces []piece
}

type form uint8

const (
	exact    form = iota
	prefix        // text, then anything
	wild          // wildcards anywhere
	variable      // pieces, put together for each request
)

type piece struct {
	literal  string // used when variable is ""
	variable string // lower-case key of ${…}; =c is the character c itself
	fallback string // the default of ${key, 'default'}
	hasFall  bool
}

// compileGlob reads pattern; with vars, ${key} is a policy variable and ${*}, ${?}, ${$} are literal characters.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
func compileGlob(pattern string, vars, fold bool) glob {
	if fold {
		pattern = strings.ToLower(pattern)
	}
	if vars {
		if pieces := compilePieces(pattern); pieces != nil {
			return glob{form: variable, fold: fold, lead: lead(pieces[0].literal), pieces: pieces}
		}
	}
	g := glob{form: wild, fold: fold, text: pattern, lead: lead(pattern)}
	switch i := strings.IndexAny(pattern, "*?"); {
	case i < 0:
		g.form = exact
	case pattern[i] == '*' && i == len(pattern)-1:
		g.form, g.text = prefix, pattern[:i]
	}
	return g
}

func lead(pattern string) string {
	if i := strings.IndexAny(pattern, "*?\x00"); i >= 0 {
		return pattern[:i]
	}
	return pattern
}

// compilePieces returns nil for a pattern without variables.
func compilePieces(pattern string) (pieces []piece) {
	found := false
	for {
		i := strings.Index(pattern, "${")
		if i < 0 {
			break
		}
		j := strings.IndexByte(pattern[i:], '}')
		if j < 0 {
			break
		}
		if i > 0 {
			pieces = append(pieces, piece{literal: pattern[:i]})
		}
		pieces, found = append(pieces, compileVariable(pattern[i+2:i+j])), true
		pattern = pattern[i+j+1:]
	}
	if !found {
		return nil
	}
	if pattern != "" {
		pieces = append(pieces, piece{literal: pattern})
	}
	return pieces
}

func compileVariable(name string) piece {
	if name == "*" || name == "?" || name == "$" {
		return piece{variable: "=" + name}
	}
	key, fallback, has := strings.Cut(name, ",")
	fallback = strings.TrimSpace(fallback)
	if has && len(fallback) >= 2 && fallback[0] == '\'' && fallback[len(fallback)-1] == '\'' {
		return piece{variable: strings.ToLower(strings.TrimSpace(key)), fallback: fallback[1 : len(fallback)-1], hasFall: true}
	}
	return piece{variable: strings.ToLower(strings.TrimSpace(name))}
}

// value resolves a variable. A key of many values is none: AWS lets only keys of one value be variables.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
func (p *piece) value(keys Keys) (string, bool) {
	if p.variable[0] == '=' {
		return p.variable[1:], true
	}
	if v, found := keys(p.variable); found && len(v) == 1 {
		return v[0], true
	}
	return p.fallback, p.hasFall
}

// expand resolves variables into room. Wildcard characters that came out of a variable are escaped with a leading NUL.
// ok is false when a variable has no value: nothing matches then.
func (g *glob) expand(room []byte, keys Keys) (pattern []byte, ok bool) {
	for i := range g.pieces {
		p := &g.pieces[i]
		if p.variable == "" {
			room = append(room, p.literal...)
			continue
		}
		v, ok := p.value(keys)
		if !ok {
			return nil, false
		}
		if g.fold {
			v = strings.ToLower(v)
		}
		for i := range len(v) {
			if v[i] == '*' || v[i] == '?' || v[i] == 0 {
				room = append(room, 0)
			}
			room = append(room, v[i])
		}
	}
	return room, true
}

func (g *glob) match(s string, keys Keys) bool {
	if g.fold {
		s = strings.ToLower(s)
	}
	switch g.form {
	case exact:
		return g.text == s
	case prefix:
		return strings.HasPrefix(s, g.text)
	case wild:
		return strings.HasPrefix(s, g.lead) && wildcard(g.text, s)
	}
	if !strings.HasPrefix(s, g.lead) {
		return false
	}
	var room [256]byte
	pattern, ok := g.expand(room[:0], keys)
	return ok && wildcard(pattern, s)
}

// equal compares without wildcards (StringEquals): variables are resolved, * and ? are characters.
func (g *glob) equal(s string, keys Keys) bool {
	if g.fold {
		s = strings.ToLower(s)
	}
	switch g.form {
	case variable:
		var room [256]byte
		pattern, ok := g.expand(room[:0], keys)
		return ok && string(unescape(pattern)) == s
	case prefix:
		return len(s) == len(g.text)+1 && s[len(g.text)] == '*' && strings.HasPrefix(s, g.text)
	}
	return g.text == s
}

// unescape undoes, in place, what expand has put before wildcard characters.
func unescape(pattern []byte) []byte {
	out := pattern[:0]
	for i := 0; i < len(pattern); i++ {
		if pattern[i] == 0 && i+1 < len(pattern) {
			i++
		}
		out = append(out, pattern[i])
	}
	return out
}

// wildcard matches * (any run) and ? (any one character); NUL makes the next byte literal. On a mismatch it goes back
// to the last star only, so its time is bounded by the product of the two lengths.
func wildcard[P string | []byte](p P, s string) bool {
	pi, si := 0, 0
	star, mark := -1, 0
	for si < len(s) {
		if pi < len(p) {
			switch c := p[pi]; {
			case c == 0 && pi+1 < len(p):
				if p[pi+1] == s[si] {
					pi, si = pi+2, si+1
					continue
				}
			case c == '*':
				star, mark = pi, si
				pi++
				continue
			case c == '?':
				pi, si = pi+1, si+width(s[si:])
				continue
			case c == s[si]:
				pi, si = pi+1, si+1
				continue
			}
		}
		if star < 0 {
			return false
		}
		mark += width(s[mark:])
		pi, si = star+1, mark
	}
	for pi < len(p) && p[pi] == '*' {
		pi++
	}
	return pi == len(p)
}

// width is how many bytes the first character of s has.
func width(s string) int {
	if s[0] < utf8.RuneSelf {
		return 1
	}
	_, n := utf8.DecodeRuneInString(s)
	return n
}

// arnGlob matches an ARN field by field, as the ARN operators do: a wildcard never leaves its field.
type arnGlob struct {
	all    bool
	whole  *glob // where variables may bring in colons: cut once they are replaced
	fields []glob
}

func compileARN(pattern string, vars bool) *arnGlob {
	if pattern == "*" {
		return &arnGlob{all: true}
	}
	parts := splitARN(pattern)
	a := &arnGlob{fields: make([]glob, len(parts))}
	for i, p := range parts {
		a.fields[i] = compileGlob(p, vars, false)
		if a.fields[i].form == variable && i < 5 {
			g := compileGlob(pattern, vars, false)
			return &arnGlob{whole: &g}
		}
	}
	return a
}

// splitARN cuts at the first five colons that stand outside ${…}.
func splitARN(s string) []string {
	var parts []string
	depth, start := 0, 0
	for i := 0; i < len(s) && len(parts) < 5; i++ {
		switch {
		case s[i] == '$' && i+1 < len(s) && s[i+1] == '{':
			depth++
		case s[i] == '}' && depth > 0:
			depth--
		case s[i] == ':' && depth == 0:
			parts = append(parts, s[start:i])
			start = i + 1
		}
	}
	return append(parts, s[start:])
}

func (a *arnGlob) match(arn string, keys Keys) bool {
	if a.all {
		return true
	}
	if a.whole != nil {
		return a.whole.matchARN(arn, keys)
	}
	for i := range a.fields {
		field := arn
		if i < 5 {
			var found bool
			if field, arn, found = strings.Cut(arn, ":"); !found {
				return false
			}
		}
		if !a.fields[i].match(field, keys) {
			return false
		}
	}
	return len(a.fields) == 6
}

// matchARN replaces variables first, and compares field by field what comes out.
func (g *glob) matchARN(arn string, keys Keys) bool {
	var room [256]byte
	pattern, ok := g.expand(room[:0], keys)
	want, have := bytes.SplitN(pattern, []byte(":"), 6), strings.SplitN(arn, ":", 6)
	if !ok || len(want) != 6 || len(have) != 6 {
		return false
	}
	for i := range want {
		if !wildcard(want[i], have[i]) {
			return false
		}
	}
	return true
}
