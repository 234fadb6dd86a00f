package firehose

import (
	"fmt"
	"strings"
	"time"

	"unyo/base/javatime"
)

// javaTime formats t by a pattern of Java's DateTimeFormatter, as far as dates and times need it.
// https://docs.oracle.com/javase/8/docs/api/java/time/format/DateTimeFormatter.html
func javaTime(pattern string, t time.Time) (string, error) {
	parts, err := javatime.Parse(pattern, "yuYwQqMLdDEHkhKmsSnazZXx", "[]{}#")
	if err != nil {
		return "", badTime(pattern)
	}
	var b strings.Builder
	for _, p := range parts {
		if p.Count > 19 || widest[p.Letter] > 0 && p.Count > widest[p.Letter] {
			return "", badTime(pattern)
		}
		b.WriteString(spelled(p, t))
	}
	return b.String(), nil
}

func badTime(pattern string) error {
	return invalid("Prefix contains an invalid timestamp format: %s", pattern)
}

// widest is how many letters of a kind Java lets stand together; 0 is up to 19.
var widest = map[byte]int{'d': 2, 'D': 3, 'H': 2, 'h': 2, 'k': 2, 'K': 2, 'm': 2, 's': 2, 'S': 9, 'a': 1, 'M': 5, 'L': 5, 'E': 5, 'w': 2, 'Q': 4, 'q': 4, 'z': 4, 'Z': 5, 'X': 5, 'x': 5}

func spelled(p javatime.Part, t time.Time) string {
	if digits, ok := p.Number(t); ok {
		return digits
	}
	switch n := p.Count; p.Letter {
	case 'Y':
		digits, _ := javatime.Part{Letter: 'y', Count: n}.Number(saturday(t))
		return digits
	case 'w':
		return fmt.Sprintf("%0*d", n, (saturday(t).YearDay()-1)/7+1)
	case 'Q', 'q':
		return fmt.Sprintf("%0*d", n, (int(t.Month())-1)/3+1)
	case 'M', 'L':
		name := t.Format("January")
		return name[:map[int]int{3: 3, 4: len(name), 5: 1}[n]]
	case 'E':
		if n == 4 {
			return t.Format("Monday")
		}
		return t.Format("Mon")
	case 'S':
		return fmt.Sprintf("%09d", t.Nanosecond())[:n]
	case 'a':
		return t.Format("PM")
	case 'z':
		return t.Format("MST")
	case 'Z':
		return t.Format("-0700")
	case 'X':
		return t.Format([]string{"Z07", "Z0700", "Z07:00"}[min(n, 3)-1])
	case 'x':
		return t.Format([]string{"-07", "-0700", "-07:00"}[min(n, 3)-1])
	}
	return p.Text
}

// saturday ends the week of t: its year is the year that the week counts to, where weeks begin on Sunday and the first holds
// the first of January.
func saturday(t time.Time) time.Time { return t.AddDate(0, 0, 6-int(t.Weekday())) }
