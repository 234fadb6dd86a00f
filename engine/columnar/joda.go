package columnar

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"unyo/base/javatime"
)

// joda is a pattern of Joda-Time's DateTimeFormat, as far as numbers, names of months and zones go; or millis.
// https://www.joda.org/joda-time/apidocs/org/joda/time/format/DateTimeFormat.html
type joda struct {
	millis bool
	parts  []javatime.Part
}

// Layout is a pattern of instants, as a table or a deserializer names them.
type Layout struct{ joda joda }

// ParseLayout reads a pattern of Joda-Time's, or millis.
func ParseLayout(pattern string) (*Layout, error) {
	f, err := parseJoda(pattern)
	return &Layout{f}, err
}

// Parse reads a text of the layout, in UTC where it names no zone.
func (l *Layout) Parse(text string) (time.Time, bool) { return l.joda.parse(text) }

// Finest is the letter of the smallest unit of time that the layout shows: y, M, d, H, m, s or S.
func (l *Layout) Finest() byte {
	const order = "yMdHmsS"
	best := -1
	for _, p := range l.joda.parts {
		letter := p.Letter
		if letter == 'h' {
			letter = 'H'
		}
		if letter != 0 {
			best = max(best, strings.IndexByte(order, letter))
		}
	}
	if l.joda.millis || best < 0 {
		return 'S'
	}
	return order[best]
}

// Format writes an instant in the layout.
func (l *Layout) Format(at time.Time) string {
	if l.joda.millis {
		return strconv.FormatInt(at.UnixMilli(), 10)
	}
	var b strings.Builder
	for _, p := range l.joda.parts {
		b.WriteString(spelled(p, at))
	}
	return b.String()
}

func spelled(p javatime.Part, at time.Time) string {
	if digits, ok := p.Number(at); ok {
		return digits
	}
	switch p.Letter {
	case 'M':
		if p.Count > 3 {
			return at.Format("January")
		}
		return at.Format("Jan")
	case 'S':
		return fmt.Sprintf("%09d", at.Nanosecond())[:min(p.Count, 9)]
	case 'a':
		return at.Format("PM")
	case 'Z':
		return at.Format("-0700")
	}
	return p.Text
}

func parseJoda(pattern string) (joda, error) {
	if pattern == "millis" {
		return joda{millis: true}, nil
	}
	parts, err := javatime.Parse(pattern, "yYMdHhmsSaZ", "")
	if err != nil {
		return joda{}, fmt.Errorf("timestamp format %q: %w", pattern, err)
	}
	for i := range parts {
		if parts[i].Letter == 'Y' { // of the era: the same year
			parts[i].Letter = 'y'
		}
	}
	return joda{parts: parts}, nil
}

// parse reads a text of the pattern, in UTC where it names no zone.
func (f joda) parse(text string) (time.Time, bool) {
	if f.millis {
		n, err := strconv.ParseInt(text, 10, 64)
		at := time.UnixMilli(n).UTC()
		return at, err == nil && at.Unix() >= minSeconds && at.Unix() <= maxSeconds
	}
	t := jodaTime{year: 1970, month: 1, day: 1}
	if !javatime.Read(f.parts, text, func(p, next javatime.Part, text string) (int, bool) {
		return t.read(p, text, next.Letter != 0 && next.Letter != 'a' && next.Letter != 'Z')
	}) {
		return time.Time{}, false
	}
	return t.time()
}

// jodaTime is what has been read.
type jodaTime struct {
	year, month, day, hour, minute, second, nanos int
	afternoon, half                               bool
	zone                                          int // seconds east
}

// read takes one part and tells how long it was. A number right before another has as many digits as the pattern has letters.
func (t *jodaTime) read(p javatime.Part, text string, adjacent bool) (n int, ok bool) {
	switch p.Letter {
	case 'Z':
		return t.readZone(text)
	case 'a':
		if len(text) < 2 {
			return 0, false
		}
		t.half, t.afternoon = true, strings.EqualFold(text[:2], "pm")
		return 2, t.afternoon || strings.EqualFold(text[:2], "am")
	case 'M':
		if p.Count >= 3 {
			return t.readMonth(p, text)
		}
	}
	most := 9
	if adjacent {
		most = p.Count
	}
	for n < len(text) && n < most && '0' <= text[n] && text[n] <= '9' {
		n++
	}
	v, ok := digits(text[:n], 1, 9)
	if !ok {
		return 0, false
	}
	switch p.Letter {
	case 'y':
		if t.year = v; p.Count == 2 && n == 2 { // Joda's pivot lies in the year it runs in; this house's in 2000
			t.year += 2000
		}
	case 'M':
		t.month = v
	case 'd':
		t.day = v
	case 'H', 'h':
		t.hour = v
	case 'm':
		t.minute = v
	case 's':
		t.second = v
	case 'S':
		t.nanos, _ = digits((text[:n] + "00000000")[:9], 9, 9)
	}
	return n, true
}

// readMonth takes the name of a month: short for three letters, whole for more.
func (t *jodaTime) readMonth(p javatime.Part, text string) (int, bool) {
	for m := time.January; m <= time.December; m++ {
		name := m.String()
		if p.Count == 3 {
			name = name[:3]
		}
		if len(text) >= len(name) && strings.EqualFold(text[:len(name)], name) {
			t.month = int(m)
			return len(name), true
		}
	}
	return 0, false
}

// readZone takes Z, +hh:mm or +hhmm.
func (t *jodaTime) readZone(text string) (n int, ok bool) {
	if strings.HasPrefix(text, "Z") {
		return 1, true
	}
	if len(text) < 5 || text[0] != '+' && text[0] != '-' {
		return 0, false
	}
	n, minutes := 5, text[3:5]
	if text[3] == ':' && len(text) >= 6 {
		n, minutes = 6, text[4:6]
	}
	h, okH := digits(text[1:3], 2, 2)
	m, okM := digits(minutes, 2, 2)
	t.zone = h*3600 + m*60
	if text[0] == '-' {
		t.zone = -t.zone
	}
	return n, okH && okM && h < 24 && m < 60
}

func (t *jodaTime) time() (time.Time, bool) {
	if t.half {
		if t.hour < 1 || t.hour > 12 {
			return time.Time{}, false
		}
		if t.hour %= 12; t.afternoon {
			t.hour += 12
		}
	}
	if t.year < 1 || t.year > 9999 || t.hour > 23 || t.minute > 59 || t.second > 59 {
		return time.Time{}, false
	}
	at := time.Date(t.year, time.Month(t.month), t.day, t.hour, t.minute, t.second, t.nanos, time.UTC)
	if int(at.Month()) != t.month || at.Day() != t.day {
		return time.Time{}, false
	}
	return at.Add(-time.Duration(t.zone) * time.Second), true
}
