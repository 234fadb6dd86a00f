package firehose

import (
	"fmt"
	"strings"
	"time"
)

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
			if end == 0 { // two of them are one
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

// widest is how many letters of a kind Java lets stand together; 0 is any number.
var widest = map[byte]int{'d': 2, 'D': 3, 'H': 2, 'h': 2, 'k': 2, 'K': 2, 'm': 2, 's': 2, 'S': 9, 'a': 1, 'M': 5, 'L': 5, 'E': 5, 'w': 2, 'Q': 4, 'q': 4, 'z': 4, 'Z': 5, 'X': 5, 'x': 5, 'G': 5, 'V': 2}

// timeField formats n letters c of a pattern; ok=false for what means nothing here.
func timeField(c byte, n int, t time.Time) (string, bool) {
	if most := widest[c]; most > 0 && n > most || n > 19 && c >= 'A' {
		return "", false
	}
	number := func(v int) (string, bool) { return fmt.Sprintf("%0*d", n, v), true }
	switch c {
	case 'y', 'u':
		return year(t.Year(), n), true
	case 'Y':
		return year(saturday(t).Year(), n), true
	case 'w':
		return number((saturday(t).YearDay()-1)/7 + 1)
	case 'Q', 'q':
		return number((int(t.Month())-1)/3 + 1)
	case 'M', 'L':
		switch n {
		case 3:
			return t.Format("Jan"), true
		case 4:
			return t.Format("January"), true
		case 5:
			return t.Format("Jan")[:1], true
		}
		return number(int(t.Month()))
	case 'd':
		return number(t.Day())
	case 'D':
		return number(t.YearDay())
	case 'E':
		if n == 4 {
			return t.Format("Monday"), true
		}
		return t.Format("Mon"), true
	}
	return clockField(c, n, t)
}

// clockField is timeField for what is smaller than a day.
func clockField(c byte, n int, t time.Time) (string, bool) {
	number := func(v int) (string, bool) { return fmt.Sprintf("%0*d", n, v), true }
	switch c {
	case 'H':
		return number(t.Hour())
	case 'k':
		return number((t.Hour()+23)%24 + 1)
	case 'h':
		return number((t.Hour()+11)%12 + 1)
	case 'K':
		return number(t.Hour() % 12)
	case 'm':
		return number(t.Minute())
	case 's':
		return number(t.Second())
	case 'S':
		return fmt.Sprintf("%09d", t.Nanosecond())[:n], true
	case 'n':
		return number(t.Nanosecond())
	case 'a':
		return t.Format("PM"), true
	case 'z':
		return t.Format("MST"), true
	case 'Z':
		return t.Format("-0700"), true
	case 'X':
		return t.Format([]string{"Z07", "Z0700", "Z07:00"}[min(n, 3)-1]), true
	case 'x':
		return t.Format([]string{"-07", "-0700", "-07:00"}[min(n, 3)-1]), true
	}
	if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.IndexByte("[]{}#", c) >= 0 {
		return "", false
	}
	return strings.Repeat(string(c), n), true
}

func year(y, n int) string {
	if n == 2 {
		return fmt.Sprintf("%02d", y%100)
	}
	return fmt.Sprintf("%0*d", n, y)
}

// saturday ends the week of t: its year is the year that the week counts to, where weeks begin on Sunday and the first holds
// the first of January.
func saturday(t time.Time) time.Time { return t.AddDate(0, 0, 6-int(t.Weekday())) }
