package transform

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// layout is a pattern of Java's DateTimeFormatter.
// https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/time/format/DateTimeFormatter.html
type layout struct {
	parts []part
	names *names
}

// part is a letter so many times, or a text.
type part struct {
	letter byte // 0: a text
	count  int
	text   string
}

// parseLayout reads a pattern. Names of days and months are those of a locale.
func parseLayout(pattern, locale string) (*layout, error) {
	l := &layout{}
	for i := 0; i < len(pattern); {
		c := pattern[i]
		switch {
		case c == '\'':
			end := strings.IndexByte(pattern[i+1:], '\'')
			if end < 0 {
				return nil, fmt.Errorf("the pattern %q has a quote without end", pattern)
			}
			text := pattern[i+1 : i+1+end]
			if text == "" {
				text = "'"
			}
			l.parts = append(l.parts, part{text: text})
			i += end + 2
		case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z':
			n := i
			for n < len(pattern) && pattern[n] == c {
				n++
			}
			if strings.IndexByte("yuMLdEHkhKmsSnaVzZXxO", c) < 0 {
				return nil, fmt.Errorf("the pattern %q: the letter %c is not supported", pattern, c)
			}
			l.parts = append(l.parts, part{letter: c, count: n - i})
			i = n
		case strings.IndexByte("[]{}#", c) >= 0:
			return nil, fmt.Errorf("the pattern %q: %c is not supported", pattern, c)
		default:
			_, n := utf8.DecodeRuneInString(pattern[i:])
			l.parts = append(l.parts, part{text: pattern[i : i+n]})
			i += n
		}
	}
	for _, p := range l.parts {
		if strings.IndexByte("ML", p.letter) >= 0 && p.count > 2 || p.letter == 'E' || p.letter == 'a' {
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
	for i, p := range l.parts {
		if p.letter == 0 {
			rest, ok := strings.CutPrefix(text, p.text)
			if !ok {
				return time.Time{}, false
			}
			text = rest
			continue
		}
		adjacent := i+1 < len(l.parts) && l.parts[i+1].letter != 0
		n, ok := m.read(p, text, adjacent, l.names)
		if !ok {
			return time.Time{}, false
		}
		text = text[n:]
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
	return at, text == "" && m.month >= 1 && m.month <= 12 && m.day >= 1 && m.day <= daysIn(m.year, m.month) && m.hour < 24 && m.minute < 60 && m.second < 60
}

func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// read takes a part off a text and tells how long it was.
func (m *moment) read(p part, text string, adjacent bool, names *names) (n int, ok bool) {
	name := func(lists ...[]string) (which int, ok bool) {
		which, n = longest(text, lists)
		return which, which >= 0
	}
	switch {
	case (p.letter == 'M' || p.letter == 'L') && p.count > 2:
		m.month, ok = name(names.months, names.shortMonths)
		m.month++
		return n, ok
	case p.letter == 'E':
		_, ok = name(names.days, names.shortDays)
		return n, ok
	case p.letter == 'a':
		which, ok := name(names.halves)
		m.half, m.afternoon = true, which == 1
		return n, ok
	case strings.IndexByte("VzZXxO", p.letter) >= 0:
		return m.readZone(text)
	}
	most := 19
	if adjacent || p.letter == 'S' {
		most = p.count
	} else if p.count <= 2 && p.letter != 'y' && p.letter != 'u' && p.letter != 'n' {
		most = 2
	} else if p.letter == 'y' && p.count == 2 {
		most = 2
	}
	for n < len(text) && n < most && '0' <= text[n] && text[n] <= '9' {
		n++
	}
	v, err := strconv.Atoi(text[:n])
	if err != nil || p.count > 1 && n < min(p.count, 4) && p.letter != 'n' {
		return 0, false
	}
	m.number(p, v, n)
	return n, true
}

// number takes in what a part says with so many digits.
func (m *moment) number(p part, v, digits int) {
	switch p.letter {
	case 'y', 'u':
		if m.year = v; p.count == 2 {
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
		b.WriteString(p.format(at, l.names))
	}
	return b.String()
}

func (p part) format(at time.Time, names *names) string {
	number := func(n int) string { return fmt.Sprintf("%0*d", p.count, n) }
	pick := func(long, short []string, i int) string {
		if p.count > 3 {
			return long[i]
		}
		return short[i]
	}
	switch p.letter {
	case 'y', 'u':
		if p.count == 2 {
			return number(at.Year() % 100)
		}
		return number(at.Year())
	case 'M', 'L':
		if p.count > 2 {
			return pick(names.months, names.shortMonths, int(at.Month())-1)
		}
		return number(int(at.Month()))
	case 'd':
		return number(at.Day())
	case 'E':
		return pick(names.days, names.shortDays, int(at.Weekday()))
	case 'H':
		return number(at.Hour())
	case 'k':
		return number((at.Hour()+23)%24 + 1)
	case 'h':
		return number((at.Hour()+11)%12 + 1)
	case 'K':
		return number(at.Hour() % 12)
	case 'm':
		return number(at.Minute())
	case 's':
		return number(at.Second())
	case 'S':
		return (fmt.Sprintf("%09d", at.Nanosecond()) + "0000000000")[:min(p.count, 19)]
	case 'n':
		return number(at.Nanosecond())
	case 'a':
		return names.halves[at.Hour()/12]
	case 0:
		return p.text
	}
	return p.zone(at)
}

func (p part) zone(at time.Time) string {
	name, seconds := at.Zone()
	switch {
	case p.letter == 'V':
		return at.Location().String()
	case p.letter == 'z':
		if name == "" || name[0] == '+' || name[0] == '-' {
			return at.Format("-07:00")
		}
		return name
	case p.letter == 'X' && seconds == 0:
		return "Z"
	case p.letter == 'O', p.letter == 'Z' && p.count == 4:
		return "GMT" + at.Format("-07:00")
	case (p.letter == 'X' || p.letter == 'x') && p.count == 1 && seconds%3600 == 0:
		return at.Format("-07")
	case (p.letter == 'X' || p.letter == 'x') && p.count%2 == 1 && p.count > 1, p.letter == 'Z' && p.count == 5:
		return at.Format("-07:00")
	}
	return at.Format("-0700")
}
