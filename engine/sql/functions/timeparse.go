package functions

import (
	"strings"
	"time"
)

// read is what a pattern has found in a text.
type read struct {
	year, month, day, yearDay  int64
	weekYear, week, weekday    int64
	hour, minute, second       int64
	micros                     int64
	half, pm, hasWeek, hasYear bool
	zone                       string
}

// local is what was read as a wall clock's time: what was not read is that of 1970-01-01 00:00.
func (g *read) local() int64 {
	days := daysOf(int(g.year), time.Month(g.month), int(g.day))
	switch {
	case g.hasWeek:
		y := g.weekYear
		if y == 0 {
			y = g.year
		}
		fourth := dayOf(daysOf(int(y), 1, 4))
		monday := fourth.AddDate(0, 0, -int(fourth.Weekday()+6)%7)
		days = monday.Unix()/86400 + (g.week-1)*7 + max(g.weekday, 1) - 1
	case g.yearDay > 0:
		days = daysOf(int(g.year), 1, int(g.yearDay))
	}
	h := g.hour
	if g.half {
		h %= 12
		if g.pm {
			h += 12
		}
	}
	return days*dayMicros + (h*3600+g.minute*60+g.second)*secondMicros + g.micros
}

// readPieces reads a text by a pattern; false when it does not fit.
func readPieces(list []piece, s string) (got read, ok bool) {
	got = read{year: 1970, month: 1, day: 1}
	for i, p := range list {
		if p.letter == 0 {
			rest, ok := strings.CutPrefix(s, p.text)
			if !ok {
				return got, false
			}
			s = rest
			continue
		}
		// Numbers that stand side by side take no more than their width.
		most := 9
		if i+1 < len(list) && list[i+1].letter != 0 {
			most = p.width
		}
		if s, ok = got.piece(p, s, most); !ok {
			return got, false
		}
	}
	t := dayOf(daysOf(int(got.year), time.Month(got.month), int(got.day)))
	return got, s == "" && (t.Day() == int(got.day) || got.hasWeek || got.yearDay > 0)
}

// piece reads one field, and gives what stands behind it.
func (g *read) piece(p piece, s string, most int) (rest string, ok bool) {
	within := func(to *int64, least, greatest int64) (string, bool) {
		n, rest, ok := number(s, 1, min(most, len(digitsOf(greatest))))
		*to = n
		return rest, ok && n >= least && n <= greatest
	}
	switch p.letter {
	case 'y', 'Y', 'x':
		return g.readYear(p, s, most)
	case 'M':
		if p.width >= 3 {
			return names(s, &g.month, 12, func(i int64) string { return time.Month(i).String() })
		}
		return within(&g.month, 1, 12)
	case 'E':
		return names(s, &g.weekday, 7, func(i int64) string { return time.Weekday(i % 7).String() })
	case 'd':
		return within(&g.day, 1, 31)
	case 'D':
		return within(&g.yearDay, 1, 366)
	case 'w':
		g.hasWeek = true
		return within(&g.week, 1, 53)
	case 'e':
		return within(&g.weekday, 1, 7)
	case 'H':
		return within(&g.hour, 0, 23)
	case 'k':
		rest, ok = within(&g.hour, 1, 24)
		g.hour %= 24
		return rest, ok
	case 'h':
		g.half = true
		return within(&g.hour, 1, 12)
	case 'K':
		g.half = true
		return within(&g.hour, 0, 11)
	case 'm':
		return within(&g.minute, 0, 59)
	case 's':
		return within(&g.second, 0, 59)
	case 'S':
		n, rest, ok := number(s, 1, 9)
		for w := len(s) - len(rest); w != 6; {
			if w < 6 {
				n, w = n*10, w+1
			} else {
				n, w = n/10, w-1
			}
		}
		g.micros = n
		return rest, ok
	case 'a':
		if len(s) < 2 {
			return s, false
		}
		half := strings.ToUpper(s[:2])
		g.pm = half == "PM"
		return s[2:], half == "AM" || half == "PM"
	case 'Z', 'z':
		n := strings.IndexByte(s, ' ')
		if n < 0 {
			n = len(s)
		}
		g.zone = s[:n]
		return s[n:], n > 0
	case 'G':
		return strings.TrimPrefix(s, "AD"), strings.HasPrefix(s, "AD")
	}
	return s, false
}

func digitsOf(n int64) string {
	if n < 10 {
		return "9"
	}
	if n < 100 {
		return "99"
	}
	return "999"
}

func (g *read) readYear(p piece, s string, most int) (string, bool) {
	sign := int64(1)
	if r, ok := strings.CutPrefix(s, "-"); ok {
		s, sign = r, -1
	}
	least, greatest := 1, most
	if p.width == 2 && most > 2 {
		greatest = 4
	}
	n, rest, ok := number(s, least, max(greatest, p.width))
	if p.width == 2 && len(s)-len(rest) == 2 { // MySQL's and Joda's pivots are both 1970
		if n < 70 {
			n += 2000
		} else {
			n += 1900
		}
	}
	if n *= sign; p.letter == 'x' {
		g.weekYear, g.hasWeek = n, true
		g.week = max(g.week, 1)
	} else {
		g.year, g.hasYear = n, true
	}
	return rest, ok
}

// names finds one of some names, whole or its first three letters.
func names(s string, to *int64, n int64, name func(i int64) string) (string, bool) {
	for _, long := range []bool{true, false} {
		for i := int64(1); i <= n; i++ {
			w := name(i)
			if !long {
				w = w[:3]
			}
			if len(s) >= len(w) && strings.EqualFold(s[:len(w)], w) {
				*to = i
				return s[len(w):], true
			}
		}
	}
	return s, false
}
