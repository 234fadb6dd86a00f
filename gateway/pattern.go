package gateway

import (
	"regexp"
	"strings"
	"sync"
)

// pattern is a model's expression. Go has no look-ahead; the one form that the models use, (?!A) at the
// beginning, is a second expression that must not match there.
type pattern struct {
	must *regexp.Regexp
	not  *regexp.Regexp // at the beginning; nil for none
}

// match reports whether the whole of s fits, as AWS asks.
func (p *pattern) match(s string) bool {
	return p.must.MatchString(s) && (p.not == nil || !p.not.MatchString(s))
}

var patterns sync.Map // model text → *pattern, nil where Go cannot express it

// compilePattern makes the model's pattern, written for Java, one for Go. What Go cannot express is left to
// the service; nil.
func compilePattern(text string) *pattern {
	if text == "" {
		return nil
	}
	if v, ok := patterns.Load(text); ok {
		return v.(*pattern)
	}
	p := splitPattern(strings.TrimPrefix(javaToGo(text), "^"))
	patterns.Store(text, p)
	return p
}

func splitPattern(text string) *pattern {
	p := &pattern{}
	var err error
	if rest, ok := strings.CutPrefix(text, "(?!"); ok {
		inside, after := closing(rest)
		if p.not, err = regexp.Compile(`^(?:` + inside + `)`); err != nil {
			return nil
		}
		text = after
	}
	if p.must, err = regexp.Compile(`^(?:` + text + `)$`); err != nil {
		return nil
	}
	return p
}

// closing cuts s at the parenthesis that closes a group begun before it.
func closing(s string) (inside, after string) {
	depth, class := 1, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			i++
		case c == '[':
			class = true
		case c == ']':
			class = false
		case class:
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth == 0 {
				return s[:i], s[i+1:]
			}
		}
	}
	return s, ""
}

var unicodeEscape = regexp.MustCompile(`\\u([0-9A-Fa-f]{4})`)

// javaToGo rewrites what Java and Go spell differently: \uXXXX, and surrogate pairs for the higher planes.
func javaToGo(p string) string {
	p = strings.NewReplacer(`\uD800\uDC00-\uDBFF\uDFFF`, `\x{10000}-\x{10FFFF}`, `\ud800\udc00-\udbff\udfff`, `\x{10000}-\x{10FFFF}`,
		`\p{IsAlphabetic}`, `\p{L}`, `\p{ASCII}`, `\x00-\x7F`, `\p{Alnum}`, `[:alnum:]`, `\p{Alpha}`, `[:alpha:]`, `\p{Digit}`, `[:digit:]`,
		`\p{Graph}`, `[:graph:]`, `\p{Print}`, `[:print:]`, `\h`, `[ \t]`).Replace(p)
	return unicodeEscape.ReplaceAllString(p, `\x{$1}`)
}
