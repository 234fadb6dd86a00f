package glue

import "strings"

type tokenKind int8

const (
	word   tokenKind = iota
	named            // a name in double quotes or backticks
	quoted           // a text in single quotes
	number
	sign
)

type token struct {
	kind tokenKind
	text string
}

var reserved = map[string]bool{"and": true, "or": true, "not": true, "in": true, "between": true, "like": true, "is": true, "null": true}

func (t token) isName() bool {
	return t.kind == named || t.kind == word && !reserved[strings.ToLower(t.text)]
}

// tokenize splits an expression.
func tokenize(text string) (tokens []token, err error) {
	for {
		text = strings.TrimLeft(text, " \t\r\n")
		if text == "" {
			return tokens, nil
		}
		t, n, ok := nextToken(text)
		if !ok {
			return nil, invalid("Unsupported expression at %.20q.", text)
		}
		tokens, text = append(tokens, t), text[n:]
	}
}

// nextToken is the first token of a text that begins with one, and its length.
func nextToken(s string) (token, int, bool) {
	switch c := s[0]; {
	case c == '\'':
		return quote(s, quoted)
	case c == '"' || c == '`':
		return quote(s, named)
	case isDigit(c) || c == '.':
		n := 1
		for n < len(s) && (isDigit(s[n]) || s[n] == '.') {
			n++
		}
		return token{number, s[:n]}, n, true
	case isLetter(c):
		n := 1
		for n < len(s) && (isLetter(s[n]) || isDigit(s[n])) {
			n++
		}
		return token{word, s[:n]}, n, true
	}
	for _, w := range []string{"<>", "!=", "<=", ">=", "<", ">", "=", "(", ")", ",", "-", "+"} {
		if strings.HasPrefix(s, w) {
			return token{sign, w}, len(w), true
		}
	}
	return token{}, 0, false
}

// quote reads to the closing sign; a doubled one stands for itself.
func quote(s string, kind tokenKind) (token, int, bool) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		if s[i] != s[0] {
			b.WriteByte(s[i])
			continue
		}
		if i+1 < len(s) && s[i+1] == s[0] {
			b.WriteByte(s[i])
			i++
			continue
		}
		return token{kind, b.String()}, i + 1, true
	}
	return token{}, 0, false
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isLetter(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c >= 0x80
}
