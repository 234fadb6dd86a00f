// Package javatime reads the patterns that Java and Joda-Time write times by: letters, each so many times, and texts between. Which letters there are,
// and what a text is read to, is for those to say whose patterns they are.
package javatime

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Part is a letter so many times, or a text.
type Part struct {
	Letter byte // 0: a text
	Count  int
	Text   string
}

var errOpenQuote = errors.New("it has an open quote")

// Parse takes a pattern apart. It may have some letters; of other signs, those that are reserved stand only in quotes.
func Parse(pattern, letters, reserved string) (parts []Part, err error) {
	for i := 0; i < len(pattern); {
		c := pattern[i]
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		switch {
		case c == '\'':
			end := strings.IndexByte(pattern[i+1:], '\'')
			if end < 0 {
				return nil, errOpenQuote
			}
			text := pattern[i+1 : i+1+end]
			if text == "" { // two of them are one
				text = "'"
			}
			parts = append(parts, Part{Text: text})
			i += end + 2
		case letter && strings.IndexByte(letters, c) < 0:
			return nil, fmt.Errorf("the letter %c is not supported", c)
		case letter:
			n := i
			for n < len(pattern) && pattern[n] == c {
				n++
			}
			parts = append(parts, Part{Letter: c, Count: n - i})
			i = n
		case strings.IndexByte(reserved, c) >= 0:
			return nil, fmt.Errorf("%c is not supported", c)
		default:
			_, n := utf8.DecodeRuneInString(pattern[i:])
			parts = append(parts, Part{Text: pattern[i : i+n]})
			i += n
		}
	}
	return parts, nil
}

// Read goes through a text by the parts of a pattern and tells whether it is one of the pattern. take is asked how much of what is left a letter is;
// next is the part behind it, at the end an empty text.
func Read(parts []Part, text string, take func(p, next Part, text string) (int, bool)) bool {
	for i, p := range parts {
		if p.Letter == 0 {
			rest, ok := strings.CutPrefix(text, p.Text)
			if !ok {
				return false
			}
			text = rest
			continue
		}
		var next Part
		if i+1 < len(parts) {
			next = parts[i+1]
		}
		n, ok := take(p, next, text)
		if !ok {
			return false
		}
		text = text[n:]
	}
	return text == ""
}

// Number is what a part says of a time in digits; ok is false for one that says it otherwise.
func (p Part) Number(at time.Time) (digits string, ok bool) {
	var n int
	switch p.Letter {
	case 'y', 'u':
		if n = at.Year(); p.Count == 2 {
			n %= 100
		}
	case 'M', 'L':
		if n = int(at.Month()); p.Count > 2 {
			return "", false
		}
	case 'd':
		n = at.Day()
	case 'D':
		n = at.YearDay()
	case 'H':
		n = at.Hour()
	case 'k':
		n = (at.Hour()+23)%24 + 1
	case 'h':
		n = (at.Hour()+11)%12 + 1
	case 'K':
		n = at.Hour() % 12
	case 'm':
		n = at.Minute()
	case 's':
		n = at.Second()
	case 'n':
		n = at.Nanosecond()
	default:
		return "", false
	}
	return fmt.Sprintf("%0*d", p.Count, n), true
}
