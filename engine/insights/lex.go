package insights

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind of a token.
type kind uint8

const (
	tokEnd kind = iota
	tokWord
	tokNumber
	tokPeriod
	tokText
	tokMark
)

// token is a word, number, text or mark. Its span is in bytes; the parser turns it into characters.
type token struct {
	kind   kind
	at     Span
	text   string // of a text without its quotes; of a mark as it stands
	parts  []string
	quoted bool // a word with backticks, which is no keyword
	num    float64
	unit   string
}

func (t *token) is(mark string) bool { return t.kind == tokMark && t.text == mark }

// word reports whether t is the keyword.
func (t *token) word(w string) bool {
	return t.kind == tokWord && !t.quoted && strings.EqualFold(t.text, w)
}

// lexer cuts a query into tokens, one when asked.
type lexer struct {
	text string
	at   int
}

func (l *lexer) blank() {
	for l.at < len(l.text) {
		r, n := utf8.DecodeRuneInString(l.text[l.at:])
		switch {
		case unicode.IsSpace(r):
			l.at += n
		case r == '#':
			if n = strings.IndexByte(l.text[l.at:], '\n'); n < 0 {
				n = len(l.text) - l.at
			}
			l.at += n
		default:
			return
		}
	}
}

func isNameStart(c byte) bool {
	return c == '@' || c == '_' || c == '`' || c == '$' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

func isNameByte(c byte) bool { return isNameStart(c) && c != '`' || c >= '0' && c <= '9' }

// next is the next token.
func (l *lexer) next() (token, *Error) {
	l.blank()
	from := l.at
	if from == len(l.text) {
		return token{kind: tokEnd, at: Span{from, from}}, nil
	}
	c := l.text[from]
	switch {
	case isNameStart(c):
		return l.name()
	case c >= '0' && c <= '9' || c == '.' && from+1 < len(l.text) && l.text[from+1] >= '0' && l.text[from+1] <= '9':
		return l.number()
	case c == '"' || c == '\'':
		return l.quoted(c)
	}
	for _, mark := range []string{"=~", "!=", "<=", ">=", "==", "!~"} {
		if strings.HasPrefix(l.text[from:], mark) {
			l.at += 2
			return token{kind: tokMark, at: Span{from, l.at}, text: mark}, nil
		}
	}
	if strings.IndexByte("|,()[]=<>+-*/%^:", c) < 0 {
		_, n := utf8.DecodeRuneInString(l.text[from:])
		return token{}, fault(Span{from, from + n}, "unexpected symbol found %s %s", l.text[from:from+n], where(l.text, from))
	}
	l.at++
	return token{kind: tokMark, at: Span{from, l.at}, text: l.text[from:l.at]}, nil
}

// name is a path: names with points between them, of which those in backticks may hold anything, and indexes in brackets.
func (l *lexer) name() (token, *Error) {
	t := token{kind: tokWord, at: Span{l.at, 0}}
	for {
		from := l.at
		if l.at < len(l.text) && l.text[l.at] == '`' {
			n := strings.IndexByte(l.text[from+1:], '`')
			if n <= 0 {
				return t, fault(Span{from, len(l.text)}, "a name in backticks is not closed %s", where(l.text, from))
			}
			l.at += n + 2
			t.quoted = true
			t.parts = append(t.parts, l.text[from+1:l.at-1])
		} else {
			for l.at < len(l.text) && isNameByte(l.text[l.at]) {
				l.at++
			}
			t.parts = append(t.parts, l.text[from:l.at])
		}
		for l.index(&t) {
		}
		if l.at+1 < len(l.text) && l.text[l.at] == '.' && (isNameByte(l.text[l.at+1]) || l.text[l.at+1] == '`') {
			l.at++
			continue
		}
		t.at.End = l.at
		t.text = strings.Join(t.parts, ".")
		return t, nil
	}
}

// index takes [3] behind a name.
func (l *lexer) index(t *token) bool {
	rest := l.text[l.at:]
	end := strings.IndexByte(rest, ']')
	if len(rest) == 0 || rest[0] != '[' || end < 2 {
		return false
	}
	for _, c := range []byte(rest[1:end]) {
		if c < '0' || c > '9' {
			return false
		}
	}
	t.parts = append(t.parts, rest[1:end])
	l.at += end + 1
	return true
}

func (l *lexer) number() (token, *Error) {
	from := l.at
	for l.at < len(l.text) && (l.text[l.at] >= '0' && l.text[l.at] <= '9' || l.text[l.at] == '.') {
		l.at++
	}
	if e := l.text[l.at:]; len(e) > 1 && (e[0] == 'e' || e[0] == 'E') {
		n := 1
		if e[n] == '-' || e[n] == '+' {
			n++
		}
		digits := n
		for n < len(e) && e[n] >= '0' && e[n] <= '9' {
			n++
		}
		if n > digits {
			l.at += n
		}
	}
	digits := l.text[from:l.at]
	word := l.at
	for l.at < len(l.text) && isNameByte(l.text[l.at]) {
		l.at++
	}
	t := token{kind: tokNumber, at: Span{from, l.at}, text: l.text[from:l.at]}
	var err error
	if t.num, err = strconv.ParseFloat(digits, 64); err != nil {
		return t, fault(t.at, "invalid number %s %s", t.text, where(l.text, from))
	}
	if word == l.at {
		return t, nil
	}
	name := strings.ToLower(l.text[word:l.at])
	unit, ok := unitNames[name]
	if !ok && len(name) > 2 {
		unit, ok = unitNames[strings.TrimSuffix(name, "s")]
	}
	if !ok {
		return t, fault(t.at, "invalid time period %s %s", t.text, where(l.text, from))
	}
	t.kind, t.unit = tokPeriod, unit
	return t, nil
}

// quoted is a text. A backslash takes what follows it as it is, but for \n, \t and \r.
func (l *lexer) quoted(quote byte) (token, *Error) {
	from := l.at
	var b strings.Builder
	for l.at++; l.at < len(l.text); l.at++ {
		switch c := l.text[l.at]; {
		case c == quote:
			l.at++
			return token{kind: tokText, at: Span{from, l.at}, text: b.String()}, nil
		case c == '\\' && l.at+1 < len(l.text):
			l.at++
			switch e := l.text[l.at]; e {
			case 'n':
				b.WriteByte('\n')
			case 't':
				b.WriteByte('\t')
			case 'r':
				b.WriteByte('\r')
			case quote, '\\', '/':
				b.WriteByte(e)
			default:
				b.WriteByte('\\')
				b.WriteByte(e)
			}
		default:
			b.WriteByte(c)
		}
	}
	return token{}, fault(Span{from, len(l.text)}, "a text is not closed %s", where(l.text, from))
}

// regex takes a regular expression whose first slash stands at from.
func (l *lexer) regex(from int) (string, Span, *Error) {
	for at := from + 1; at < len(l.text); at++ {
		switch l.text[at] {
		case '\\':
			at++
		case '/':
			l.at = at + 1
			return strings.ReplaceAll(l.text[from+1:at], `\/`, `/`), Span{from, l.at}, nil
		}
	}
	return "", Span{}, fault(Span{from, len(l.text)}, "a regular expression is not closed %s", where(l.text, from))
}

// where says where in a text something is, as AWS's messages do.
func where(text string, at int) string {
	return fmt.Sprintf("at line %d and position %d", 1+strings.Count(text[:at], "\n"), 1+utf8.RuneCountInString(text[strings.LastIndexByte(text[:at], '\n')+1:at]))
}
