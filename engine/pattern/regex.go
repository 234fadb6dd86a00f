package pattern

import (
	"regexp"
	"strings"
)

// What a regular expression may be made of, beside letters and digits.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/regex-expressions.html
const (
	regexSymbols   = ":_#=@/;,-"
	regexOperators = `^$?[]{}|\*+.`
	regexClasses   = "dDsSwW"
)

// cutRegex takes %expression% off s.
func cutRegex(s string) (re *regexp.Regexp, rest string, err error) {
	end := strings.IndexByte(s[1:], '%')
	if end < 0 {
		return nil, "", syntax("a regular expression is not closed by %%")
	}
	expr, rest := s[1:1+end], s[2+end:]
	if expr == "" {
		return nil, "", syntax("a regular expression is empty")
	}
	if err := checkRegex(expr); err != nil {
		return nil, "", err
	}
	if re, err = regexp.Compile(expr); err != nil {
		return nil, "", syntax("the regular expression %s is not valid", expr)
	}
	return re, rest, nil
}

func checkRegex(expr string) error {
	for i := 0; i < len(expr); i++ {
		c := expr[i]
		switch {
		case c == '\\':
			n, err := escape(expr[i+1:])
			if err != nil {
				return err
			}
			i += n
		case alphanumeric(c), strings.IndexByte(regexSymbols, c) >= 0, strings.IndexByte(regexOperators, c) >= 0:
		default:
			return syntax("the character %q is not supported in a regular expression", rune(c))
		}
	}
	return nil
}

// escape returns how many bytes behind a backslash belong to it.
func escape(s string) (int, error) {
	switch {
	case s == "":
		return 0, syntax("a regular expression ends with a backslash")
	case strings.IndexByte(regexClasses, s[0]) >= 0, strings.IndexByte(regexOperators, s[0]) >= 0, strings.IndexByte(regexSymbols, s[0]) >= 0:
		return 1, nil
	case s[0] == 'x' && len(s) >= 3 && hex(s[1]) && hex(s[2]):
		return 3, nil
	}
	return 0, syntax(`the escape \%c is not supported in a regular expression`, s[0])
}

func alphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

func hex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}
