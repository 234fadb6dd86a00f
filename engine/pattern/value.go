package pattern

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// operator compares a value of the message with one of the pattern.
type operator string

// operators are tried in this order: the longer ones first.
var operators = []operator{"!=", ">=", "<=", "=", ">", "<"}

func cutOperator(s string) (operator, string, bool) {
	for _, op := range operators {
		if rest, ok := strings.CutPrefix(s, string(op)); ok {
			return op, rest, true
		}
	}
	return "", s, false
}

// value is what a condition compares with.
type value struct {
	text       string // without its wildcards
	head, tail bool   // an asterisk in front, behind: any text may stand there
	quoted     bool
	number     float64
	numeric    bool
	re         *regexp.Regexp
}

// isNumeral reports whether s is a decimal with an optional sign, or one in scientific notation.
func isNumeral(s string) bool {
	s = sign(s)
	whole, s := figures(s)
	part := 0
	if s != "" && s[0] == '.' {
		part, s = figures(s[1:])
	}
	if whole+part == 0 {
		return false
	}
	if s != "" && s[0]|0x20 == 'e' {
		n, rest := figures(sign(s[1:]))
		return n > 0 && rest == ""
	}
	return s == ""
}

func sign(s string) string {
	if s != "" && (s[0] == '+' || s[0] == '-') {
		return s[1:]
	}
	return s
}

func figures(s string) (n int, rest string) {
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return n, s[n:]
}

// cutValue takes a quoted text, a regular expression or a bare word off s.
func cutValue(s string) (v value, rest string, err error) {
	if s == "" {
		return v, "", syntax("a value is missing")
	}
	switch s[0] {
	case '%':
		v.re, rest, err = cutRegex(s)
		return v, rest, err
	case '"':
		var text string
		if text, rest, err = cutQuoted(s); err != nil {
			return v, "", err
		}
		v = wildcards(text)
		v.quoted = true
		return v, rest, nil
	}
	end := strings.IndexAny(s, " \t\r\n\"()[]{},&|=<>!%")
	if end < 0 {
		end = len(s)
	}
	if end == 0 {
		return v, "", syntax("%q where a value should be", s[0])
	}
	v = wildcards(s[:end])
	if isNumeral(s[:end]) {
		if v.number, err = strconv.ParseFloat(s[:end], 64); err != nil || math.IsInf(v.number, 0) {
			return v, "", syntax("the number %s is out of range", s[:end])
		}
		v.numeric = true
	}
	return v, s[end:], nil
}

// wildcards reads the asterisks at both ends. One in the middle stands for itself.
func wildcards(text string) value {
	if text == "*" {
		return value{head: true}
	}
	var v value
	text, v.head = strings.CutPrefix(text, "*")
	v.text, v.tail = strings.CutSuffix(text, "*")
	return v
}

// holds reports whether got op v. number tells that got is a number, which a text that only looks like one is not in JSON.
func (v *value) holds(op operator, got string, number bool) bool {
	var x float64
	if number = number && v.numeric && isNumeral(got); number {
		var err error
		x, err = strconv.ParseFloat(got, 64)
		number = err == nil
	}
	switch op {
	case "=":
		return v.equals(got, x, number)
	case "!=":
		return !v.equals(got, x, number)
	}
	if !number || !v.numeric {
		return false
	}
	switch op {
	case "<":
		return x < v.number
	case "<=":
		return x <= v.number
	case ">":
		return x > v.number
	}
	return x >= v.number
}

func (v *value) equals(got string, x float64, number bool) bool {
	switch {
	case v.re != nil:
		return v.re.MatchString(got)
	case v.numeric && number:
		return x == v.number
	case v.head && v.tail:
		return strings.Contains(got, v.text)
	case v.head:
		return strings.HasSuffix(got, v.text)
	case v.tail:
		return strings.HasPrefix(got, v.text)
	}
	return got == v.text
}

// ordered reports whether op needs a number on both sides.
func (op operator) ordered() bool { return op != "=" && op != "!=" }
