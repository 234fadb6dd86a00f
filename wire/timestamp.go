package wire

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"unyo/base/must"
)

// timeFormat is how an instant is written. Each protocol and place has a default; a shape may override it.
// https://smithy.io/2.0/spec/protocol-traits.html#timestampformat-trait
type timeFormat uint8

const (
	timeDefault timeFormat = iota
	timeEpoch              // seconds, with a fraction
	timeISO                // 2006-01-02T15:04:05.123Z
	timeHTTP               // Mon, 02 Jan 2006 15:04:05 GMT
)

func timeFormatOf(tag string) timeFormat {
	switch tag {
	case "":
		return timeDefault
	case "iso8601":
		return timeISO
	case "unixTimestamp":
		return timeEpoch
	case "rfc822":
		return timeHTTP
	}
	must.Hold(false, "wire: time tag %q", tag)
	return 0
}

// or is f, or the protocol's default.
func (f timeFormat) or(fallback timeFormat) timeFormat {
	if f == timeDefault {
		return fallback
	}
	return f
}

// appendTime writes t in the format. Fractions are milliseconds, as AWS writes them, and only where there are any.
func appendTime(b []byte, t time.Time, f timeFormat) []byte {
	t = t.UTC()
	switch f {
	case timeEpoch:
		return appendEpoch(b, t)
	case timeHTTP:
		return t.AppendFormat(b, http.TimeFormat)
	}
	if t.Nanosecond() < 1e6 {
		return t.AppendFormat(b, "2006-01-02T15:04:05Z")
	}
	return t.AppendFormat(b, "2006-01-02T15:04:05.000Z")
}

func appendEpoch(b []byte, t time.Time) []byte {
	ms := t.UnixMilli()
	if ms < 0 {
		b = append(b, '-')
		ms = -ms
	}
	b = strconv.AppendInt(b, ms/1000, 10)
	if frac := ms % 1000; frac != 0 {
		b = append(b, '.', byte('0'+frac/100), byte('0'+frac/10%10), byte('0'+frac%10))
		for b[len(b)-1] == '0' {
			b = b[:len(b)-1]
		}
	}
	return b
}

// parseTime reads s in the format; ok is false when it is none. Text formats accept each other, as AWS does.
func parseTime(s string, f timeFormat) (t time.Time, ok bool) {
	if f == timeEpoch {
		return parseEpoch(s)
	}
	if t, ok = parseISO(s); ok {
		return t, true
	}
	for _, layout := range []string{http.TimeFormat, time.RFC1123Z, "Mon, 02 Jan 2006 15:04:05.999 GMT", time.RFC850, time.ANSIC} {
		if t, err := time.Parse(layout, s); err == nil {
			return inRange(t.UTC())
		}
	}
	return parseEpoch(s)
}

func parseISO(s string) (time.Time, bool) {
	if len(s) < len("2006-01-02") || len(s) > 64 {
		return time.Time{}, false
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05", "2006-01-02T15:04Z07:00", "2006-01-02", "20060102T150405Z"} {
		if t, err := time.Parse(layout, s); err == nil {
			return inRange(t.UTC())
		}
	}
	return time.Time{}, false
}

// parseEpoch reads seconds with a fraction to the nanosecond, without the rounding of a float where it can.
func parseEpoch(s string) (time.Time, bool) {
	whole, frac, _ := strings.Cut(s, ".")
	sec, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || len(frac) > 9 || strings.ContainsAny(frac, "eE+-") {
		return parseEpochFloat(s)
	}
	var nanos int64
	if frac != "" {
		n, err := strconv.ParseUint(frac, 10, 32)
		if err != nil {
			return time.Time{}, false
		}
		nanos = int64(n)
		for range 9 - len(frac) {
			nanos *= 10
		}
	}
	if strings.HasPrefix(whole, "-") {
		nanos = -nanos
	}
	if sec < minSeconds || sec > maxSeconds {
		return time.Time{}, false
	}
	return inRange(time.Unix(sec, nanos).UTC())
}

func parseEpochFloat(s string) (time.Time, bool) {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return time.Time{}, false
	}
	return timeOfSeconds(f)
}

// timeOfSeconds rounds to milliseconds: a float of today's size holds no more.
func timeOfSeconds(f float64) (time.Time, bool) {
	if !(f >= minSeconds && f <= maxSeconds) { // also NaN
		return time.Time{}, false
	}
	return inRange(time.UnixMilli(int64(math.Round(f * 1000))).UTC())
}

// The years 1 to 9999: what every text format can write again.
const minSeconds, maxSeconds = -62135596800, 253402300799

func inRange(t time.Time) (time.Time, bool) {
	return t, t.Year() >= 1 && t.Year() <= 9999
}
