package syntax

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"unyo/engine/sql/fault"
)

// unicodeText reads U&'…' and the UESCAPE behind it: \2603 and \+01F600 are characters, \\ is the sign itself.
// https://trino.io/docs/current/language/types.html#varchar
func (l *lexer) unicodeText() (string, error) {
	at := l.at(l.i)
	l.i += 2
	s, err := l.quote('\'')
	if err != nil {
		return "", err
	}
	sign := `\`
	if err := l.space(); err != nil {
		return "", err
	}
	if rest := l.src[l.i:]; len(rest) > 7 && strings.EqualFold(rest[:7], "UESCAPE") {
		l.i += 7
		if err := l.space(); err != nil {
			return "", err
		}
		if !l.follows(0, '\'') {
			return "", fault.At(l.at(l.i), fault.Syntax, "UESCAPE without a character")
		}
		if sign, err = l.quote('\''); err != nil {
			return "", err
		}
		if len(sign) != 1 || strings.ContainsAny(sign, "+'\" ") || digit(sign[0]) || letter(sign[0]) && sign[0]|0x20 <= 'f' {
			return "", fault.At(at, fault.Syntax, "Invalid Unicode escape character: %s", sign)
		}
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, sign)
		b.WriteString(before)
		if !found {
			return b.String(), nil
		}
		n := 4
		switch {
		case strings.HasPrefix(after, sign):
			b.WriteString(sign)
			s = after[1:]
			continue
		case strings.HasPrefix(after, "+"):
			n, after = 6, after[1:]
		}
		if len(after) < n {
			return "", fault.At(at, fault.Syntax, "Incomplete escape sequence: %s", sign+after)
		}
		r, err := strconv.ParseUint(after[:n], 16, 32)
		if err != nil || !utf8.ValidRune(rune(r)) {
			return "", fault.At(at, fault.Syntax, "Invalid escaped character: %s", after[:n])
		}
		b.WriteRune(rune(r))
		s = after[n:]
	}
}
