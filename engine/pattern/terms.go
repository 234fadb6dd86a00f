package pattern

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// terms matches unstructured messages.
type terms struct {
	all, none, any []term
}

// term is a text that must be in the message, or a regular expression that must match somewhere.
type term struct {
	text []byte
	re   *regexp.Regexp
}

func (t *term) in(message []byte) bool {
	if t.re != nil {
		return t.re.Match(message)
	}
	return bytes.Contains(message, t.text)
}

func (t terms) match(message []byte) bool {
	for i := range t.all {
		if !t.all[i].in(message) {
			return false
		}
	}
	for i := range t.none {
		if t.none[i].in(message) {
			return false
		}
	}
	for i := range t.any {
		if t.any[i].in(message) {
			return true
		}
	}
	return len(t.any) == 0
}

func (t terms) fields([]byte) map[string]string { return map[string]string{} }

func (t terms) literals() []string {
	var list []string
	for i := range t.all {
		if t.all[i].re == nil {
			list = append(list, string(t.all[i].text))
		}
	}
	if len(t.all) == 0 && len(t.any) == 1 && t.any[0].re == nil {
		list = append(list, string(t.any[0].text))
	}
	return list
}

// compileTerms reads words, "phrases" and %expressions%, each with - or ? in front or without. Beside terms of the other kinds
// the optional ones have no effect.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-unstructured-log-events.html
func compileTerms(text string) (matcher, int, error) {
	var t terms
	regexes := 0
	for s := text; ; {
		s = strings.TrimLeftFunc(s, unicode.IsSpace)
		if s == "" {
			break
		}
		into := &t.all
		switch s[0] {
		case '-':
			into, s = &t.none, strings.TrimLeftFunc(s[1:], unicode.IsSpace)
		case '?':
			into, s = &t.any, strings.TrimLeftFunc(s[1:], unicode.IsSpace)
		}
		one, rest, err := cutTerm(s)
		if err != nil {
			return nil, 0, err
		}
		if one.re != nil {
			regexes++
		}
		*into, s = append(*into, one), rest
	}
	if len(t.all)+len(t.none) > 0 {
		t.any = nil
	}
	return t, regexes, nil
}

func cutTerm(s string) (t term, rest string, err error) {
	if s == "" {
		return t, "", syntax("a term is missing")
	}
	switch s[0] {
	case '"':
		text, rest, err := cutQuoted(s)
		return term{text: []byte(text)}, rest, err
	case '%':
		re, rest, err := cutRegex(s)
		return term{re: re}, rest, err
	}
	end := strings.IndexFunc(s, unicode.IsSpace)
	if end < 0 {
		end = len(s)
	}
	word := s[:end]
	for _, c := range word {
		if c != '_' && !unicode.IsLetter(c) && !unicode.IsDigit(c) {
			return t, "", fmt.Errorf("Invalid character(s) in term '%s'", word)
		}
	}
	return term{text: []byte(word)}, s[end:], nil
}

// cutQuoted takes "text" off s. A backslash lets the quote or backslash behind it stand for itself.
func cutQuoted(s string) (text, rest string, err error) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			return b.String(), s[i+1:], nil
		case c == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\'):
			i++
			b.WriteByte(s[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", "", syntax("a quotation mark is not closed")
}
