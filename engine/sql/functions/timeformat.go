package functions

import (
	"fmt"
	"strings"
	"time"

	"unyo/engine/sql/types"
)

// Patterns of dates: MySQL's (date_format, date_parse) and Joda's (format_datetime, parse_datetime), both taken apart into
// the same pieces. https://trino.io/docs/current/functions/datetime.html#mysql-date-functions, #java-date-functions

// piece is a text as it stands, or a field by Joda's letter, of some width.
type piece struct {
	letter byte
	width  int
	text   string
}

// mysql are MySQL's specifiers as Joda's letters.
var mysql = map[byte]piece{'a': {'E', 3, ""}, 'b': {'M', 3, ""}, 'c': {'M', 1, ""}, 'd': {'d', 2, ""}, 'e': {'d', 1, ""}, 'f': {'S', 6, ""}, 'H': {'H', 2, ""},
	'h': {'h', 2, ""}, 'I': {'h', 2, ""}, 'i': {'m', 2, ""}, 'j': {'D', 3, ""}, 'k': {'H', 1, ""}, 'l': {'h', 1, ""}, 'M': {'M', 4, ""}, 'm': {'M', 2, ""},
	'p': {'a', 2, ""}, 'S': {'s', 2, ""}, 's': {'s', 2, ""}, 'v': {'w', 2, ""}, 'W': {'E', 4, ""}, 'x': {'x', 4, ""}, 'Y': {'y', 4, ""}, 'y': {'y', 2, ""}}

func mysqlPattern(s string) ([]piece, error) {
	var out []piece
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			out = append(out, piece{text: s[i : i+1]})
			continue
		}
		if i++; i == len(s) {
			return nil, errArgument("Invalid date format string: %s", s)
		}
		switch c := s[i]; c {
		case 'r':
			more, _ := mysqlPattern("%I:%i:%s %p")
			out = append(out, more...)
		case 'T':
			more, _ := mysqlPattern("%H:%i:%s")
			out = append(out, more...)
		case 'D', 'U', 'u', 'V', 'w', 'X':
			return nil, errArgument("%%%c not supported in date format string", c)
		default:
			if p, ok := mysql[c]; ok {
				out = append(out, p)
			} else {
				out = append(out, piece{text: string(c)})
			}
		}
	}
	return out, nil
}

func jodaPattern(s string) ([]piece, error) {
	var out []piece
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '\'':
			var text string
			text, i = jodaText(s, i)
			out = append(out, piece{text: text})
		case letters(c):
			n := 1
			for i+n < len(s) && s[i+n] == c {
				n++
			}
			if strings.IndexByte("GCYxweEyDMdaKhHkmsSzZ", c) < 0 {
				return nil, errArgument("Illegal pattern component: %s", s[i:i+n])
			}
			out = append(out, piece{letter: c, width: n})
			i += n
		default:
			out = append(out, piece{text: s[i : i+1]})
			i++
		}
	}
	return out, nil
}

// jodaText reads the quoted text that begins at i, and tells where it ends. Two quotes are one, within and without; and the last may be missing, as it is
// in AWS's guide, which asks for:
//
//	'yyyy-MM-dd''T''HH:mm:ss.SSSSSS''Z'
//
// https://docs.aws.amazon.com/athena/latest/ug/query-alb-access-logs-examples.html
func jodaText(s string, i int) (string, int) {
	if strings.HasPrefix(s[i:], "''") {
		return "'", i + 2
	}
	var text strings.Builder
	for i++; i < len(s); i++ {
		if s[i] == '\'' {
			if !strings.HasPrefix(s[i:], "''") {
				return text.String(), i + 1
			}
			i++
		}
		text.WriteByte(s[i])
	}
	return text.String(), i
}

func letters(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// writePieces writes t.
func writePieces(list []piece, t time.Time, zone uint64) string {
	var b strings.Builder
	for _, p := range list {
		if p.letter == 0 {
			b.WriteString(p.text)
			continue
		}
		b.WriteString(writePiece(p, t, zone))
	}
	return b.String()
}

func writePiece(p piece, t time.Time, zone uint64) string {
	pad := func(n int) string { return fmt.Sprintf("%0*d", p.width, n) }
	isoYear, isoWeek := t.ISOWeek()
	hour12 := (t.Hour()+11)%12 + 1
	switch p.letter {
	case 'G':
		return map[bool]string{true: "AD", false: "BC"}[t.Year() > 0]
	case 'C':
		return pad(t.Year() / 100)
	case 'y', 'Y', 'x':
		y := t.Year()
		if p.letter == 'x' {
			y = isoYear
		}
		if p.width == 2 {
			return fmt.Sprintf("%02d", y%100)
		}
		return pad(y)
	case 'w':
		return pad(isoWeek)
	case 'e':
		return pad((int(t.Weekday())+6)%7 + 1)
	case 'E':
		if p.width > 3 {
			return t.Weekday().String()
		}
		return t.Weekday().String()[:3]
	case 'D':
		return pad(t.YearDay())
	case 'M':
		switch {
		case p.width > 3:
			return t.Month().String()
		case p.width == 3:
			return t.Month().String()[:3]
		}
		return pad(int(t.Month()))
	case 'd':
		return pad(t.Day())
	case 'a':
		return map[bool]string{true: "AM", false: "PM"}[t.Hour() < 12]
	case 'K':
		return pad(t.Hour() % 12)
	case 'h':
		return pad(hour12)
	case 'H':
		return pad(t.Hour())
	case 'k':
		return pad((t.Hour()+23)%24 + 1)
	case 'm':
		return pad(t.Minute())
	case 's':
		return pad(t.Second())
	case 'S':
		return (fmt.Sprintf("%06d", t.Nanosecond()/1000) + strings.Repeat("0", max(0, p.width-6)))[:p.width]
	case 'z', 'Z':
		return writeZone(p, t, zone)
	}
	return ""
}

func writeZone(p piece, t time.Time, zone uint64) string {
	at := t.In(types.Location(zone))
	_, off := time.Unix(0, types.InstantOf(t.UnixMicro(), zone).Hi*1000).In(at.Location()).Zone()
	switch {
	case p.letter == 'z' && p.width > 3 || p.letter == 'Z' && p.width > 2:
		return types.ZoneName(zone)
	case p.letter == 'z':
		name, _ := time.UnixMicro(types.InstantOf(t.UnixMicro(), zone).Hi).In(types.Location(zone)).Zone()
		if name == "" {
			name = types.ZoneName(zone)
		}
		return name
	case p.width == 1:
		return strings.Replace(types.ZoneName(types.ZoneOffset(off/60)), ":", "", 1)
	case off == 0:
		return "+00:00"
	}
	return types.ZoneName(types.ZoneOffset(off / 60))
}

// patterns remembers the pattern that was last met.
func patterns(parse func(string) ([]piece, error)) func() func(r *Row, i int) []piece {
	return func() func(r *Row, i int) []piece {
		last, list := "", []piece(nil)
		return func(r *Row, i int) []piece {
			if s := r.Text(i); s != last || list == nil {
				var err error
				if list, err = parse(s); err != nil {
					r.Fail(err)
					return nil
				}
				last = s
			}
			return list
		}
	}
}

func init() {
	p := page("datetime")
	for _, in := range []string{"date", "timestamp", "timestamptz"} {
		for name, parse := range map[string]func(string) ([]piece, error){"date_format": mysqlPattern, "format_datetime": jodaPattern} {
			p.kernel(name+"("+in+",varchar) varchar", func(args []*types.Type, result *types.Type) Kernel {
				return remembering(args, result, patterns(parse), func(r *Row, pattern func(r *Row, i int) []piece) {
					zone := r.Zone
					if r.Types[0].Kind == types.TimestampZone {
						zone = r.Wide(0).Lo
					}
					if list := pattern(r, 1); r.err == nil {
						r.PutText(writePieces(list, time.UnixMicro(local(r, 0)).UTC(), zone))
					}
				})
			})
		}
	}
	p.kernel("date_parse(varchar,varchar) timestamp", func(args []*types.Type, result *types.Type) Kernel {
		return remembering(args, result, patterns(mysqlPattern), func(r *Row, pattern func(r *Row, i int) []piece) {
			if list := pattern(r, 1); r.err == nil {
				if got, ok := readPieces(list, r.Text(0)); ok {
					r.PutInt(roundTo(got.local(), 3))
				} else {
					r.Invalid("Invalid format: \"%s\"", r.Text(0))
				}
			}
		})
	})
	p.kernel("parse_datetime(varchar,varchar) timestamptz", func(args []*types.Type, result *types.Type) Kernel {
		return remembering(args, result, patterns(jodaPattern), func(r *Row, pattern func(r *Row, i int) []piece) {
			list := pattern(r, 1)
			if r.err != nil {
				return
			}
			got, ok := readPieces(list, r.Text(0))
			zone := r.Zone
			if ok && got.zone != "" {
				var err error
				zone, err = types.ZoneOf(got.zone)
				ok = err == nil
			}
			if !ok {
				r.Invalid("Invalid format: \"%s\"", r.Text(0))
				return
			}
			r.PutWide(types.InstantOf(roundTo(got.local(), 3), zone))
		})
	}, typed(func(args []*types.Type) ([]*types.Type, *types.Type, error) { return args, types.StampZone, nil }))
}
