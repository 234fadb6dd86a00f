package policy

import "strings"

// glob is a pattern with the wildcards * and ?, kept in pieces so that substituted variables stay literal.
type glob struct {
	pieces []piece
	fold   bool // compare without case
}

type piece struct {
	literal  string // used when variable is ""
	variable string // lower-case key of ${…}
	fallback string // the default of ${key, 'default'}
	hasFall  bool
}

// compileGlob reads pattern; with vars, ${key} is a policy variable and ${*}, ${?}, ${$} are literal characters.
func compileGlob(pattern string, vars, fold bool) glob {
	if fold {
		pattern = strings.ToLower(pattern)
	}
	g := glob{fold: fold}
	for vars {
		i := strings.Index(pattern, "${")
		if i < 0 {
			break
		}
		j := strings.IndexByte(pattern[i:], '}')
		if j < 0 {
			break
		}
		if i > 0 {
			g.pieces = append(g.pieces, piece{literal: pattern[:i]})
		}
		g.pieces = append(g.pieces, compileVariable(pattern[i+2:i+j]))
		pattern = pattern[i+j+1:]
	}
	if pattern != "" {
		g.pieces = append(g.pieces, piece{literal: pattern})
	}
	return g
}

func compileVariable(name string) piece {
	if name == "*" || name == "?" || name == "$" {
		return piece{variable: "=" + name} // a character that stands for itself
	}
	key, fallback, has := strings.Cut(name, ",")
	fallback = strings.TrimSpace(fallback)
	if has && len(fallback) >= 2 && fallback[0] == '\'' && fallback[len(fallback)-1] == '\'' {
		return piece{variable: strings.ToLower(strings.TrimSpace(key)), fallback: fallback[1 : len(fallback)-1], hasFall: true}
	}
	return piece{variable: strings.ToLower(strings.TrimSpace(name))}
}

// plain reports the pattern when it holds neither variable nor wildcard.
func (g glob) plain() (string, bool) {
	switch len(g.pieces) {
	case 0:
		return "", true
	case 1:
		p := g.pieces[0]
		if p.variable == "" && !strings.ContainsAny(p.literal, "*?") {
			return p.literal, true
		}
	}
	return "", false
}

// expand resolves variables. Wildcard characters that came out of a variable are escaped with a leading NUL.
// ok is false when a variable has no value: nothing matches then.
func (g glob) expand(keys Keys) (pattern string, ok bool) {
	if len(g.pieces) == 1 && g.pieces[0].variable == "" {
		return g.pieces[0].literal, true
	}
	var b strings.Builder
	for _, p := range g.pieces {
		switch {
		case p.variable == "":
			b.WriteString(p.literal)
			continue
		case p.variable[0] == '=':
			b.WriteByte(0)
			b.WriteString(p.variable[1:])
			continue
		}
		v := p.fallback
		if vs, found := keys(p.variable); found && len(vs) == 1 {
			v = vs[0]
		} else if !p.hasFall {
			return "", false
		}
		if g.fold {
			v = strings.ToLower(v)
		}
		for i := range len(v) {
			if v[i] == '*' || v[i] == '?' || v[i] == 0 {
				b.WriteByte(0)
			}
			b.WriteByte(v[i])
		}
	}
	return b.String(), true
}

func (g glob) match(s string, keys Keys) bool {
	if g.fold {
		s = strings.ToLower(s)
	}
	if p, ok := g.plain(); ok {
		return p == s
	}
	pattern, ok := g.expand(keys)
	return ok && wildcard(pattern, s)
}

// equal compares without wildcards (StringEquals): variables are resolved, * and ? are characters.
func (g glob) equal(s string, keys Keys) bool {
	if g.fold {
		s = strings.ToLower(s)
	}
	if p, ok := g.plain(); ok {
		return p == s
	}
	pattern, ok := g.expand(keys)
	return ok && unescape(pattern) == s
}

// unescape undoes what expand has put before wildcard characters.
func unescape(pattern string) string {
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		if pattern[i] == 0 && i+1 < len(pattern) {
			i++
		}
		b.WriteByte(pattern[i])
	}
	return b.String()
}

// wildcard matches * (any run) and ? (any one byte); NUL makes the next byte literal. Linear in practice:
// on a mismatch it goes back only to the last star.
func wildcard(p, s string) bool {
	pi, si := 0, 0
	star, mark := -1, 0
	for si < len(s) {
		if pi < len(p) {
			c, w := p[pi], 1
			literal := c == 0 && pi+1 < len(p)
			if literal {
				c, w = p[pi+1], 2
			}
			if !literal && c == '*' {
				star, mark = pi, si
				pi++
				continue
			}
			if c == s[si] || (!literal && c == '?') {
				pi += w
				si++
				continue
			}
		}
		if star < 0 {
			return false
		}
		mark++
		pi, si = star+1, mark
	}
	for pi < len(p) && p[pi] == '*' {
		pi++
	}
	return pi == len(p)
}

// arnGlob matches an ARN field by field: a wildcard never crosses one of the first five colons.
type arnGlob struct {
	all    bool
	fields []glob
}

func compileARN(pattern string, vars bool) arnGlob {
	if pattern == "*" {
		return arnGlob{all: true}
	}
	parts := splitARN(pattern)
	a := arnGlob{fields: make([]glob, len(parts))}
	for i, p := range parts {
		a.fields[i] = compileGlob(p, vars, false)
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

func (a arnGlob) match(arn string, keys Keys) bool {
	if a.all {
		return true
	}
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) != len(a.fields) {
		return false
	}
	for i, f := range a.fields {
		if !f.match(parts[i], keys) {
			return false
		}
	}
	return true
}
