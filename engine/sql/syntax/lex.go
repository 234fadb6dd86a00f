package syntax

import (
	"strings"
	"unicode/utf8"

	"unyo/engine/sql/fault"
)

type tokenKind uint8

const (
	end    tokenKind = iota
	word             // a keyword or a name without quotes
	quoted           // "name"
	ticked           // `name`
	text             // 'text'
	hexes            // X'…'
	digits           // an integer, decimal or double
	symbol
)

type token struct {
	kind     tokenKind
	text     string // of a word upper case; of what is quoted without the quotes
	at       Pos
	from, to int // in the source
}

// lexer cuts a text into tokens.
type lexer struct {
	src       string
	i         int
	line      int
	mark, col int // a place on the line, and its column, from which to count on
	tokens    []token
}

func (l *lexer) at(i int) Pos {
	if i >= l.mark {
		l.col += utf8.RuneCountInString(l.src[l.mark:i])
		l.mark = i
	}
	return Pos{Line: l.line, Column: l.col + 1}
}

func lex(src string) ([]token, error) {
	l := &lexer{src: src, line: 1}
	for {
		if err := l.space(); err != nil {
			return nil, err
		}
		t, err := l.next()
		if err != nil {
			return nil, err
		}
		l.tokens = append(l.tokens, t)
		if t.kind == end {
			return l.tokens, nil
		}
	}
}

// newlines moves the line on over src[from:to].
func (l *lexer) newlines(from, to int) {
	for i := from; i < to; i++ {
		if l.src[i] == '\n' {
			l.line, l.mark, l.col = l.line+1, i+1, 0
		}
	}
}

// space skips white space and comments.
func (l *lexer) space() error {
	for l.i < len(l.src) {
		from := l.i
		switch c := l.src[l.i]; {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			l.i++
		case strings.HasPrefix(l.src[l.i:], "--"):
			if n := strings.IndexByte(l.src[l.i:], '\n'); n >= 0 {
				l.i += n
			} else {
				l.i = len(l.src)
			}
		case strings.HasPrefix(l.src[l.i:], "/*"):
			n := strings.Index(l.src[l.i+2:], "*/")
			if n < 0 {
				return fault.At(l.at(l.i), fault.Syntax, "a comment does not end")
			}
			l.i += n + 4
		default:
			return nil
		}
		l.newlines(from, l.i)
	}
	return nil
}

func letter(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c >= utf8.RuneSelf
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

func (l *lexer) next() (token, error) {
	t := token{at: l.at(l.i), from: l.i}
	if l.i >= len(l.src) {
		t.to = l.i
		return t, nil
	}
	c := l.src[l.i]
	var err error
	switch {
	case (c == 'x' || c == 'X') && l.follows(1, '\''):
		l.i++
		t.kind = hexes
		t.text, err = l.quote('\'')
	case c|0x20 == 'u' && l.follows(1, '&') && l.follows(2, '\''):
		t.kind = text
		t.text, err = l.unicodeText()
	case c == '\'':
		t.kind = text
		t.text, err = l.quote('\'')
	case c == '"':
		t.kind = quoted
		t.text, err = l.quote('"')
	case c == '`':
		t.kind = ticked
		t.text, err = l.quote('`')
	case letter(c):
		for l.i < len(l.src) && (letter(l.src[l.i]) || digit(l.src[l.i]) || l.src[l.i] == '@' || l.src[l.i] == '$') {
			l.i++
		}
		t.kind, t.text = word, strings.ToUpper(l.src[t.from:l.i])
	case digit(c) || c == '.' && l.i+1 < len(l.src) && digit(l.src[l.i+1]):
		t.kind = digits
		l.number()
		t.text = strings.ReplaceAll(l.src[t.from:l.i], "_", "")
		if l.i < len(l.src) && letter(l.src[l.i]) {
			return t, fault.At(t.at, fault.Syntax, "identifiers must not start with a digit; surround the identifier with double quotes")
		}
	default:
		t.kind = symbol
		t.text, err = l.operator()
	}
	t.to = l.i
	return t, err
}

func (l *lexer) follows(n int, c byte) bool { return l.i+n < len(l.src) && l.src[l.i+n] == c }

// quote reads what is quoted with q, which stands for itself when doubled.
func (l *lexer) quote(q byte) (string, error) {
	at, from := l.at(l.i), l.i+1
	for i := from; i < len(l.src); i++ {
		if l.src[i] != q {
			continue
		}
		if i+1 < len(l.src) && l.src[i+1] == q {
			i++
			continue
		}
		l.newlines(l.i, i)
		l.i = i + 1
		return strings.ReplaceAll(l.src[from:i], string([]byte{q, q}), string(q)), nil
	}
	return "", fault.At(at, fault.Syntax, "mismatched input '%c'. Expecting: the closing %c", q, q)
}

func (l *lexer) number() {
	run := func() {
		for l.i < len(l.src) && (digit(l.src[l.i]) || l.src[l.i] == '_' && l.i+1 < len(l.src) && digit(l.src[l.i+1])) {
			l.i++
		}
	}
	run()
	if l.follows(0, '.') {
		l.i++
		run()
	}
	if l.follows(0, 'e') || l.follows(0, 'E') {
		n := l.i + 1
		if n < len(l.src) && (l.src[n] == '+' || l.src[n] == '-') {
			n++
		}
		if n < len(l.src) && digit(l.src[n]) {
			l.i = n
			run()
		}
	}
}

func (l *lexer) operator() (string, error) {
	for _, two := range []string{"<>", "!=", "<=", ">=", "||", "->", "=>"} {
		if strings.HasPrefix(l.src[l.i:], two) {
			l.i += 2
			if two == "!=" {
				two = "<>"
			}
			return two, nil
		}
	}
	c := l.src[l.i]
	if strings.IndexByte("+-*/%=<>(),.[]?;:|^${}", c) < 0 {
		return "", fault.At(l.at(l.i), fault.Syntax, "mismatched input '%c'", c)
	}
	l.i++
	return string(c), nil
}
