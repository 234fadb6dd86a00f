package firehose

import (
	"fmt"
	"strings"
	"time"
)

// Prefixes of objects: literal text and expressions !{namespace:value}.
// https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html

// defaultPath is appended to a prefix without expressions.
const defaultPath = "yyyy/MM/dd/HH/"

// checkPrefixes holds the rules of the two prefixes of a destination.
func checkPrefixes(prefix, errorPrefix string) error {
	ns, err := namespaces(prefix)
	if err != nil {
		return err
	}
	for _, n := range ns {
		switch n {
		case "firehose:error-output-type":
			return invalid("Prefix cannot contain !{firehose:error-output-type}.")
		case "partitionKeyFromQuery", "partitionKeyFromLambda":
			return invalid("!{%s} is valid only when dynamic partitioning is enabled.", n)
		}
	}
	errorNS, err := namespaces(errorPrefix)
	if err != nil {
		return err
	}
	if len(ns) > 0 && errorPrefix == "" {
		return invalid("ErrorOutputPrefix cannot be null or empty when Prefix contains expressions.")
	}
	hasType := false
	for _, n := range errorNS {
		hasType = hasType || n == "firehose:error-output-type"
	}
	if len(errorNS) > 0 && !hasType {
		return invalid("ErrorOutputPrefix must contain !{firehose:error-output-type} when it contains expressions.")
	}
	return nil
}

// namespaces lists what the expressions of a prefix use: timestamp, firehose:random-string …
func namespaces(prefix string) ([]string, error) {
	var list []string
	err := walkPrefix(prefix, func(string) {}, func(namespace, value string) error {
		switch {
		case namespace == "timestamp":
			if _, err := javaTime(value, time.Unix(0, 0).UTC()); err != nil {
				return err
			}
			list = append(list, namespace)
		case namespace == "firehose" && (value == "random-string" || value == "error-output-type"):
			list = append(list, namespace+":"+value)
		case namespace == "partitionKeyFromQuery" || namespace == "partitionKeyFromLambda":
			list = append(list, namespace)
		default:
			return invalid("Prefix contains an invalid expression !{%s:%s}.", namespace, value)
		}
		return nil
	})
	return list, err
}

// walkPrefix takes a prefix apart into text and expressions.
func walkPrefix(prefix string, text func(string), expression func(namespace, value string) error) error {
	for {
		before, rest, found := strings.Cut(prefix, "!{")
		text(before)
		if !found {
			return nil
		}
		inside, after, closed := strings.Cut(rest, "}")
		namespace, value, colon := strings.Cut(inside, ":")
		if !closed || !colon {
			return invalid("Prefix contains an invalid expression: %s", prefix)
		}
		if err := expression(namespace, value); err != nil {
			return err
		}
		prefix = after
	}
}

// objectPrefix evaluates a prefix at the instant that the oldest record of the object arrived. random is
// drawn once for each random-string.
func objectPrefix(prefix string, at time.Time, random func() string) (string, error) {
	var b strings.Builder
	expressions := 0
	err := walkPrefix(prefix, func(s string) { b.WriteString(s) }, func(namespace, value string) error {
		expressions++
		if namespace == "timestamp" {
			s, err := javaTime(value, at)
			b.WriteString(s)
			return err
		}
		b.WriteString(random())
		return nil
	})
	if err == nil && expressions == 0 {
		s, _ := javaTime(defaultPath, at)
		b.WriteString(s)
	}
	return b.String(), err
}

// javaTime formats t by a pattern of Java's DateTimeFormatter, as far as dates and times need it.
// https://docs.oracle.com/javase/8/docs/api/java/time/format/DateTimeFormatter.html
func javaTime(pattern string, t time.Time) (string, error) {
	var b strings.Builder
	for i := 0; i < len(pattern); {
		c := pattern[i]
		if c == '\'' {
			end := strings.IndexByte(pattern[i+1:], '\'')
			if end < 0 {
				return "", invalid("Prefix contains an invalid timestamp format: %s", pattern)
			}
			if end == 0 {
				b.WriteByte('\'')
			}
			b.WriteString(pattern[i+1 : i+1+end])
			i += end + 2
			continue
		}
		n := 1
		for i+n < len(pattern) && pattern[i+n] == c {
			n++
		}
		s, ok := timeField(c, n, t)
		if !ok {
			return "", invalid("Prefix contains an invalid timestamp format: %s", pattern)
		}
		b.WriteString(s)
		i += n
	}
	return b.String(), nil
}

// timeField formats n letters c of a pattern; ok=false for a letter that means nothing here.
func timeField(c byte, n int, t time.Time) (string, bool) {
	number := func(v int) (string, bool) { return fmt.Sprintf("%0*d", n, v), true }
	switch c {
	case 'y', 'u', 'Y':
		if n == 2 {
			return fmt.Sprintf("%02d", t.Year()%100), true
		}
		return number(t.Year())
	case 'M', 'L':
		switch n {
		case 3:
			return t.Format("Jan"), true
		case 4:
			return t.Format("January"), true
		}
		return number(int(t.Month()))
	case 'd':
		return number(t.Day())
	case 'D':
		return number(t.YearDay())
	case 'H':
		return number(t.Hour())
	case 'h':
		return number((t.Hour()+11)%12 + 1)
	case 'm':
		return number(t.Minute())
	case 's':
		return number(t.Second())
	case 'S':
		return fmt.Sprintf("%09d", t.Nanosecond())[:min(n, 9)], true
	case 'a':
		return t.Format("PM"), true
	case 'E':
		if n == 4 {
			return t.Format("Monday"), true
		}
		return t.Format("Mon"), true
	case 'z':
		return t.Format("MST"), true
	case 'Z':
		return t.Format("-0700"), true
	case 'X':
		return t.Format("Z07:00"), true
	}
	if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
		return "", false
	}
	return strings.Repeat(string(c), n), true
}
