package functions

import (
	"strings"
	"time"

	"unyo/engine/sql/types"
)

const (
	secondMicros = int64(1_000_000)
	dayMicros    = 86400 * secondMicros
)

// floorDiv is a / b rounded down, and the rest.
func floorDiv(a, b int64) (q, r int64) {
	q, r = a/b, a%b
	if r < 0 {
		q, r = q-1, r+b
	}
	return q, r
}

// roundTo rounds microseconds to some digits behind the second, half up.
func roundTo(micros int64, digits int) int64 {
	step := int64(1)
	for range 6 - digits {
		step *= 10
	}
	q, r := floorDiv(micros, step)
	if 2*r >= step && step > 1 {
		q++
	}
	return q * step
}

func toTime(from, to *types.Type) func(r *Row) {
	if from.IsText() {
		return textToTime(to)
	}
	micros := microsOf(from)
	if micros == nil {
		return nil
	}
	switch {
	case from.Kind == types.TimeZone || to.Kind == types.TimeZone:
		return zonedClock(from, to, micros)
	case to.Kind == types.Date && from.Kind != types.Time:
		return func(r *Row) {
			d, _ := floorDiv(micros(r), dayMicros)
			r.PutInt(d)
		}
	case to.Kind == types.Time && from.Kind != types.Date:
		return func(r *Row) {
			_, t := floorDiv(roundTo(micros(r), to.Size), dayMicros)
			r.PutInt(t)
		}
	case to.Kind == types.Timestamp && from.Kind == types.Time: // on the day of the query
		return func(r *Row) { r.PutInt(roundTo(today(r.Context)*dayMicros+micros(r), to.Size)) }
	case to.Kind == types.Timestamp:
		return func(r *Row) { r.PutInt(roundTo(micros(r), to.Size)) }
	case to.Kind == types.TimestampZone && from.Kind == types.TimestampZone:
		return func(r *Row) {
			w := r.Wide(0)
			r.PutWide(types.Wide{Hi: roundTo(w.Hi, to.Size), Lo: w.Lo})
		}
	case to.Kind == types.TimestampZone && from.Kind != types.Time:
		return func(r *Row) { r.PutWide(types.InstantOf(roundTo(micros(r), to.Size), r.Zone)) }
	}
	return nil
}

// microsOf is how a date or time is read as microseconds on the wall clock.
func microsOf(t *types.Type) func(r *Row) int64 {
	switch t.Kind {
	case types.Date:
		return func(r *Row) int64 { return r.Int(0) * dayMicros }
	case types.Time, types.Timestamp:
		return func(r *Row) int64 { return r.Int(0) }
	case types.TimestampZone:
		return func(r *Row) int64 { return types.LocalOf(r.Wide(0)) }
	case types.TimeZone:
		return func(r *Row) int64 { return types.ClockOf(r.Wide(0)) }
	}
	return nil
}

// zonedClock casts times with a zone, which come of times and timestamps and become such.
func zonedClock(from, to *types.Type, micros func(r *Row) int64) func(r *Row) {
	zone := func(r *Row) uint64 { return types.OffsetAt(r.Now.UnixMicro(), r.Zone) }
	switch {
	case to.Kind == types.TimestampZone:
		return func(r *Row) {
			r.PutWide(types.InstantOf(roundTo(today(r.Context)*dayMicros+micros(r), to.Size), r.Wide(0).Lo))
		}
	case to.Kind == types.Timestamp:
		return func(r *Row) { r.PutInt(roundTo(today(r.Context)*dayMicros+micros(r), to.Size)) }
	case to.Kind == types.Time:
		return func(r *Row) {
			_, t := floorDiv(roundTo(micros(r), to.Size), dayMicros)
			r.PutInt(t)
		}
	case to.Kind != types.TimeZone || from.Kind == types.Date:
		return nil
	case from.Kind == types.TimeZone:
		zone = func(r *Row) uint64 { return r.Wide(0).Lo }
	case from.Kind == types.TimestampZone:
		zone = func(r *Row) uint64 { return types.OffsetAt(r.Wide(0).Hi, r.Wide(0).Lo) }
	}
	return func(r *Row) { r.PutWide(types.ClockAt(roundTo(micros(r), to.Size), zone(r))) }
}

// today is the day of the query in the session's zone.
func today(c *Context) int64 {
	d, _ := floorDiv(types.LocalOf(types.Wide{Hi: c.Now.UnixMicro(), Lo: c.Zone}), dayMicros)
	return d
}

func textToTime(to *types.Type) func(r *Row) {
	name := to.Kind.String()
	fail := func(r *Row) { r.Fail(errCast("Value cannot be cast to %s: %s", name, r.Text(0))) }
	switch to.Kind {
	case types.Date:
		return func(r *Row) {
			if d, ok := ParseDate(strings.TrimSpace(r.Text(0))); ok {
				r.PutInt(d)
			} else {
				fail(r)
			}
		}
	case types.Time:
		return func(r *Row) {
			if t, ok := ParseClock(strings.TrimSpace(r.Text(0))); ok {
				_, t = floorDiv(roundTo(t, to.Size), dayMicros)
				r.PutInt(t)
			} else {
				fail(r)
			}
		}
	case types.TimeZone:
		return func(r *Row) {
			t, zone, ok := ParseClockZone(strings.TrimSpace(r.Text(0)))
			n := types.OffsetAt(r.Now.UnixMicro(), r.Zone)
			if ok && zone != "" {
				var err error
				n, err = types.ZoneOf(zone)
				ok = err == nil
			}
			if ok {
				r.PutWide(types.ClockAt(roundTo(t, to.Size), n))
			} else {
				fail(r)
			}
		}
	}
	return func(r *Row) {
		micros, zone, ok := ParseStamp(strings.TrimSpace(r.Text(0)))
		n := r.Zone
		if ok && zone != "" {
			var err error
			n, err = types.ZoneOf(zone)
			ok = err == nil
		}
		switch {
		case !ok:
			fail(r)
		case to.Kind == types.Timestamp: // the zone does not matter
			r.PutInt(roundTo(micros, to.Size))
		default:
			r.PutWide(types.InstantOf(roundTo(micros, to.Size), n))
		}
	}
}

// number takes up to max digits, at least min.
func number(s string, min, max int) (n int64, rest string, ok bool) {
	i := 0
	for i < len(s) && i < max && s[i] >= '0' && s[i] <= '9' {
		n = n*10 + int64(s[i]-'0')
		i++
	}
	return n, s[i:], i >= min
}

// ParseDate reads 2020-1-31 as days since 1970.
func ParseDate(s string) (days int64, ok bool) {
	days, rest, ok := datePart(s)
	return days, ok && rest == ""
}

func datePart(s string) (days int64, rest string, ok bool) {
	sign := int64(1)
	if s != "" && (s[0] == '-' || s[0] == '+') {
		if s[0] == '-' {
			sign = -1
		}
		s = s[1:]
	}
	y, s, ok := number(s, 4, 6)
	if !ok || !strings.HasPrefix(s, "-") {
		return 0, s, false
	}
	m, s, ok := number(s[1:], 1, 2)
	if !ok || !strings.HasPrefix(s, "-") {
		return 0, s, false
	}
	d, s, ok := number(s[1:], 1, 2)
	y *= sign
	t := time.Date(int(y), time.Month(m), int(d), 0, 0, 0, 0, time.UTC)
	if !ok || m < 1 || m > 12 || d < 1 || t.Day() != int(d) {
		return 0, s, false
	}
	return t.Unix() / 86400, s, true
}

// ParseClock reads 12:30, 12:30:05 and 12:30:05.123456 as microseconds of the day.
func ParseClock(s string) (micros int64, ok bool) {
	micros, rest, ok := clockPart(s)
	return micros, ok && rest == ""
}

// ParseClockZone reads a time, and the offset behind it if there is one: 12:30:05 +02:00.
func ParseClockZone(s string) (micros int64, zone string, ok bool) {
	micros, rest, ok := clockPart(s)
	zone = strings.TrimPrefix(rest, " ")
	return micros, zone, ok && (rest == "" || zone != "" && (zone[0] == '+' || zone[0] == '-'))
}

func clockPart(s string) (micros int64, rest string, ok bool) {
	h, s, ok := number(s, 1, 2)
	if !ok || h > 23 || !strings.HasPrefix(s, ":") {
		return 0, s, false
	}
	m, s, ok := number(s[1:], 1, 2)
	if !ok || m > 59 {
		return 0, s, false
	}
	micros = (h*3600 + m*60) * secondMicros
	if !strings.HasPrefix(s, ":") {
		return micros, s, true
	}
	sec, s, ok := number(s[1:], 1, 2)
	if !ok || sec > 59 {
		return 0, s, false
	}
	micros += sec * secondMicros
	if !strings.HasPrefix(s, ".") {
		return micros, s, true
	}
	digits := s[1:]
	f, s, ok := number(digits, 1, 12)
	if !ok {
		return 0, s, false
	}
	n := len(digits) - len(s)
	for ; n < 6; n++ {
		f *= 10
	}
	for ; n > 6; n-- {
		f /= 10 // what is beyond microseconds is cut
	}
	return micros + f, s, true
}

// ParseStamp reads a timestamp and the zone behind it, if there is one.
func ParseStamp(s string) (micros int64, zone string, ok bool) {
	days, rest, ok := datePart(s)
	if days*dayMicros > farthest || days*dayMicros < -farthest || days > 1e8 || days < -1e8 {
		return 0, "", false
	}
	if !ok || rest == "" {
		return days * dayMicros, "", ok
	}
	micros = days * dayMicros
	if (rest[0] == ' ' || rest[0] == 'T') && len(rest) > 1 && rest[1] >= '0' && rest[1] <= '9' {
		var t int64
		if t, rest, ok = clockPart(rest[1:]); !ok {
			return 0, "", false
		}
		micros += t
	}
	if rest == "" {
		return micros, "", true
	}
	zone = strings.TrimPrefix(rest, " ")
	return micros, zone, zone != "" && (rest[0] == ' ' || rest[0] == '+' || rest[0] == '-' || rest == "Z")
}
