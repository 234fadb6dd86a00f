package transform

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"unyo/base/javatime"
)

// layout is a pattern of Java's DateTimeFormatter.
// https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/time/format/DateTimeFormatter.html
type layout struct {
	parts []javatime.Part
	names *names
}

// parseLayout reads a pattern. Names of days and months are those of a locale.
func parseLayout(pattern, locale string) (*layout, error) {
	parts, err := javatime.Parse(pattern, "yuMLdEHkhKmsSnaVzZXxO", "[]{}#")
	if err != nil {
		return nil, fmt.Errorf("the pattern %q: %w", pattern, err)
	}
	l := &layout{parts: parts}
	for _, p := range parts {
		if strings.IndexByte("ML", p.Letter) >= 0 && p.Count > 2 || p.Letter == 'E' || p.Letter == 'a' {
			var ok bool
			if l.names, ok = namesOf(locale); !ok {
				return nil, fmt.Errorf("the names of days and months in the locale %q are not known", locale)
			}
		}
	}
	return l, nil
}

// moment is what has been read of a time.
type moment struct {
	year, month, day, hour, minute, second, nanos int
	half, afternoon                               bool
	zone                                          *time.Location
}

func (l *layout) parse(text string, in *time.Location) (time.Time, bool) {
	m := moment{year: 1970, month: 1, day: 1, zone: in}
	if !javatime.Read(l.parts, text, func(p, next javatime.Part, text string) (int, bool) {
		return m.read(p, text, next.Letter != 0, l.names)
	}) {
		return time.Time{}, false
	}
	if m.half {
		if m.hour < 0 || m.hour > 12 {
			return time.Time{}, false
		}
		if m.hour %= 12; m.afternoon {
			m.hour += 12
		}
	}
	at := time.Date(m.year, time.Month(m.month), m.day, m.hour, m.minute, m.second, m.nanos, m.zone)
	return at, m.month >= 1 && m.month <= 12 && m.day >= 1 && m.day <= daysIn(m.year, m.month) && m.hour < 24 && m.minute < 60 && m.second < 60
}

func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// read takes a part off a text and tells how long it was.
func (m *moment) read(p javatime.Part, text string, adjacent bool, names *names) (n int, ok bool) {
	name := func(lists ...[]string) (which int, ok bool) {
		which, n = longest(text, lists)
		return which, which >= 0
	}
	switch {
	case (p.Letter == 'M' || p.Letter == 'L') && p.Count > 2:
		m.month, ok = name(names.months, names.shortMonths)
		m.month++
		return n, ok
	case p.Letter == 'E':
		_, ok = name(names.days, names.shortDays)
		return n, ok
	case p.Letter == 'a':
		which, ok := name(names.halves)
		m.half, m.afternoon = true, which == 1
		return n, ok
	case strings.IndexByte("VzZXxO", p.Letter) >= 0:
		return m.readZone(text)
	}
	most := 19
	if adjacent || p.Letter == 'S' {
		most = p.Count
	} else if p.Count <= 2 && p.Letter != 'y' && p.Letter != 'u' && p.Letter != 'n' {
		most = 2
	} else if p.Letter == 'y' && p.Count == 2 {
		most = 2
	}
	for n < len(text) && n < most && '0' <= text[n] && text[n] <= '9' {
		n++
	}
	v, err := strconv.Atoi(text[:n])
	if err != nil || p.Count > 1 && n < min(p.Count, 4) && p.Letter != 'n' {
		return 0, false
	}
	m.number(p, v, n)
	return n, true
}

// number takes in what a part says with so many digits.
func (m *moment) number(p javatime.Part, v, digits int) {
	switch p.Letter {
	case 'y', 'u':
		if m.year = v; p.Count == 2 {
			m.year += 2000
		}
	case 'M', 'L':
		m.month = v
	case 'd':
		m.day = v
	case 'H':
		m.hour = v
	case 'k':
		m.hour = v % 24
	case 'h', 'K':
		m.hour, m.half = v, true
	case 'm':
		m.minute = v
	case 's':
		m.second = v
	case 'S':
		for m.nanos = v; digits < 9; digits++ {
			m.nanos *= 10
		}
	case 'n':
		m.nanos = v
	}
}

func (m *moment) readZone(text string) (n int, ok bool) {
	if rest, ok := strings.CutPrefix(text, "Z"); ok {
		m.zone = time.UTC
		return len(text) - len(rest), true
	}
	if seconds, n, ok := offset(text); ok {
		m.zone = time.FixedZone("", seconds)
		return n, true
	}
	for n < len(text) && (text[n] == '/' || text[n] == '_' || text[n] == '+' || text[n] == '-' || text[n] == ':' || 'a' <= text[n]|0x20 && text[n]|0x20 <= 'z' || '0' <= text[n] && text[n] <= '9') {
		n++
	}
	if n == 0 {
		return 0, false
	}
	id := text[:n]
	if full, ok := abbreviated[id]; ok {
		id = full
	}
	z, err := zone(id)
	if err != nil {
		return 0, false
	}
	m.zone = z
	return n, true
}

// abbreviated are names of zones that stand for a region.
var abbreviated = map[string]string{
	"EST": "America/New_York", "EDT": "America/New_York", "CST": "America/Chicago", "CDT": "America/Chicago", "MST": "America/Denver", "MDT": "America/Denver",
	"PST": "America/Los_Angeles", "PDT": "America/Los_Angeles", "CET": "Europe/Paris", "CEST": "Europe/Paris", "BST": "Europe/London", "JST": "Asia/Tokyo",
}

func (l *layout) format(at time.Time) string {
	var b strings.Builder
	for _, p := range l.parts {
		b.WriteString(spelled(p, at, l.names))
	}
	return b.String()
}

func spelled(p javatime.Part, at time.Time, names *names) string {
	if digits, ok := p.Number(at); ok {
		return digits
	}
	pick := func(long, short []string, i int) string {
		if p.Count > 3 {
			return long[i]
		}
		return short[i]
	}
	switch p.Letter {
	case 'M', 'L':
		return pick(names.months, names.shortMonths, int(at.Month())-1)
	case 'E':
		return pick(names.days, names.shortDays, int(at.Weekday()))
	case 'S':
		return (fmt.Sprintf("%09d", at.Nanosecond()) + "0000000000")[:min(p.Count, 19)]
	case 'a':
		return names.halves[at.Hour()/12]
	case 0:
		return p.Text
	}
	return spelledZone(p, at)
}

func spelledZone(p javatime.Part, at time.Time) string {
	name, seconds := at.Zone()
	switch {
	case p.Letter == 'V':
		return at.Location().String()
	case p.Letter == 'z':
		if name == "" || name[0] == '+' || name[0] == '-' {
			return at.Format("-07:00")
		}
		return name
	case p.Letter == 'X' && seconds == 0:
		return "Z"
	case p.Letter == 'O', p.Letter == 'Z' && p.Count == 4:
		return "GMT" + at.Format("-07:00")
	case (p.Letter == 'X' || p.Letter == 'x') && p.Count == 1 && seconds%3600 == 0:
		return at.Format("-07")
	case (p.Letter == 'X' || p.Letter == 'x') && p.Count%2 == 1 && p.Count > 1, p.Letter == 'Z' && p.Count == 5:
		return at.Format("-07:00")
	}
	return at.Format("-0700")
}
