package serde

import (
	"bytes"
	"math"
	"strings"

	"unyo/engine/columnar"
	"unyo/engine/vector"
)

// appendDate reads yyyy-[M]M-[d]d, or a count of days since 1970 where the format has dates so.
func (d *dialect) appendDate(v *vector.Vector, text []byte) bool {
	if d.epochs {
		n, ok := integer(text)
		if !ok || n != int64(int32(n)) {
			return false
		}
		v.AppendInt(n)
		return true
	}
	days, rest, ok := date(bytes.TrimSpace(text))
	if !ok || len(rest) > 0 {
		return false
	}
	v.AppendInt(days)
	return true
}

// layouts reads timestamp.formats: patterns of Joda's, or millis, behind commas.
// https://cwiki.apache.org/confluence/display/Hive/LanguageManual+Types#LanguageManualTypes-TimestampstimestampTimestamps
func (t *Table) layouts() (list []*columnar.Layout, err error) {
	text := t.property("timestamp.formats", "")
	for _, p := range strings.Split(text, ",") {
		if text == "" {
			break
		}
		f, err := columnar.ParseLayout(p)
		if err != nil {
			return nil, badProperty("timestamp.formats", "%v", err)
		}
		list = append(list, f)
	}
	return list, nil
}

// appendInstant reads yyyy-[M]M-[d]d[ hh:mm:ss[.f…]], one of the layouts that the table names, or a count of milliseconds.
func (d *dialect) appendInstant(v *vector.Vector, text []byte) bool {
	if text = bytes.TrimSpace(text); len(text) == 0 {
		return false
	}
	if d.epochs {
		if n, ok := integer(text); ok && n < math.MaxInt64/1000 && n > math.MinInt64/1000 {
			v.AppendInt(n * 1000)
			return true
		}
		return false
	}
	if d.json {
		if n, ok := epoch(text); ok {
			v.AppendInt(n)
			return true
		}
		text = bytes.TrimSuffix(text, []byte("Z"))
	}
	micros, ok := instant(text)
	for i := 0; !ok && i < len(d.layouts); i++ {
		at, fits := d.layouts[i].Parse(string(text))
		micros, ok = at.UnixMicro(), fits
	}
	if ok {
		v.AppendInt(micros)
	}
	return ok
}

// epoch reads seconds since 1970, also with a fraction, or milliseconds. 100,000,000,000 tells them apart: as seconds it lies
// in the year 5138, as milliseconds in 1973.
func epoch(text []byte) (micros int64, ok bool) {
	whole, fraction, _ := bytes.Cut(text, []byte("."))
	n, ok := integer(whole)
	if !ok || !allDigits(fraction) || n > 1e15 || n < -1e15 {
		return 0, false
	}
	if n >= 1e11 || n <= -1e11 {
		return n * 1000, true
	}
	part, unit := int64(0), int64(100_000)
	for _, c := range fraction {
		part += int64(c-'0') * unit
		unit /= 10
	}
	if text[0] == '-' {
		part = -part
	}
	return n*1e6 + part, true
}

// instant reads what java.sql.Timestamp.valueOf does, and a date alone. Digits finer than a microsecond are dropped.
func instant(text []byte) (micros int64, ok bool) {
	days, rest, ok := date(text)
	if !ok {
		return 0, false
	}
	micros = days * 86400_000_000
	if len(rest) == 0 {
		return micros, true
	}
	if rest[0] != ' ' && rest[0] != 'T' {
		return 0, false
	}
	clock, ok := timeOfDay(rest[1:])
	return micros + clock, ok
}

// timeOfDay reads [h]h:[m]m[:[s]s[.f…]].
func timeOfDay(text []byte) (micros int64, ok bool) {
	var part [3]int64
	n := 0
	for ; n < 3; n++ {
		if part[n], text, ok = digits(text, 1, 2); !ok || part[n] > [...]int64{23, 59, 59}[n] {
			return 0, false
		}
		if len(text) == 0 || text[0] != ':' {
			break
		}
		text = text[1:]
	}
	if n == 0 || n == 3 {
		return 0, false
	}
	micros = ((part[0]*60+part[1])*60 + part[2]) * 1e6
	if len(text) == 0 {
		return micros, true
	}
	if text[0] != '.' || n < 2 || len(text) < 2 || len(text) > 10 || !allDigits(text[1:]) {
		return 0, false
	}
	unit := int64(100_000)
	for _, c := range text[1:] {
		micros += int64(c-'0') * unit
		unit /= 10
	}
	return micros, true
}

// date reads yyyy-[M]M-[d]d at the beginning of a text, as days since 1970.
func date(text []byte) (days int64, rest []byte, ok bool) {
	y, text, ok := digits(text, 4, 4)
	if !ok || len(text) == 0 || text[0] != '-' || y == 0 {
		return 0, nil, false
	}
	m, text, ok := digits(text[1:], 1, 2)
	if !ok || len(text) == 0 || text[0] != '-' || m < 1 || m > 12 {
		return 0, nil, false
	}
	d, text, ok := digits(text[1:], 1, 2)
	if !ok || d < 1 || d > daysIn(y, m) {
		return 0, nil, false
	}
	return daysFrom(y, m, d), text, true
}

func daysIn(y, m int64) int64 {
	if m == 2 && y%4 == 0 && (y%100 != 0 || y%400 == 0) {
		return 29
	}
	return [...]int64{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[m-1]
}

// daysFrom counts the days from 1970-01-01 to a day of the Gregorian calendar, in years that begin in March.
func daysFrom(y, m, d int64) int64 {
	if m <= 2 {
		y--
		m += 12
	}
	return 365*y + y/4 - y/100 + y/400 + (153*(m-3)+2)/5 + d - 1 - 719468
}

// digits reads a number of so many digits at the beginning of a text.
func digits(text []byte, least, most int) (n int64, rest []byte, ok bool) {
	i := 0
	for i < len(text) && i < most && '0' <= text[i] && text[i] <= '9' {
		n = n*10 + int64(text[i]-'0')
		i++
	}
	return n, text[i:], i >= least
}
