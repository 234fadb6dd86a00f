package functions

import (
	"math"
	"strings"
	"time"

	"unyo/engine/sql/types"
)

// https://trino.io/docs/current/functions/datetime.html
func init() {
	p := page("datetime")
	for _, in := range []string{"date", "timestamp", "timestamptz", "time", "timetz", "interval", "months"} {
		for name, part := range parts {
			if part.in[in] {
				for _, n := range strings.Fields(name) {
					p.rows(n+"("+in+") bigint", func(r *Row) { r.PutInt(part.of(local(r, 0), r)) })
				}
			}
		}
	}
	for _, in := range []string{"date", "timestamp", "timestamptz", "time", "timetz"} {
		last := typed(func(args []*types.Type) ([]*types.Type, *types.Type, error) { return args, args[len(args)-1], nil })
		p.rows("date_trunc(varchar,"+in+") "+in, dateTrunc, last)
		p.rows("date_add(varchar,bigint,"+in+") "+in, dateAdd, last)
		p.rows("date_diff(varchar,"+in+","+in+") bigint", dateDiff)
		if in != "time" && in != "timetz" {
			p.rows("last_day_of_month("+in+") date", func(r *Row) {
				days, _ := floorDiv(local(r, 0), dayMicros)
				t := dayOf(days)
				r.PutInt(daysOf(t.Year(), t.Month()+1, 0))
			})
			p.rows("date("+in+") date", func(r *Row) {
				d, _ := floorDiv(local(r, 0), dayMicros)
				r.PutInt(d)
			})
		}
	}
	p.rows("date(varchar) date", textToTime(types.Day))
	p.rows("to_milliseconds(interval) bigint", func(r *Row) { r.PutInt(r.Int(0) / 1000) })
	p.rows("parse_duration(varchar) interval", parseDuration)
	zones(p)
	unixtime(p)
	times(p)
}

// part is a function that takes a date or a time apart.
type part struct {
	in map[string]bool
	of func(micros int64, r *Row) int64
}

func in(list string) map[string]bool {
	m := map[string]bool{}
	for _, s := range strings.Fields(list) {
		m[s] = true
	}
	return m
}

const (
	dated = "date timestamp timestamptz"
	timed = "timestamp timestamptz time timetz interval"
)

func calendar(f func(t time.Time) int) part {
	return part{in(dated), func(micros int64, _ *Row) int64 { return int64(f(time.UnixMicro(micros).UTC())) }}
}

func clock(unit, of int64) part {
	return part{in(timed), func(micros int64, r *Row) int64 {
		if r.Types[0].Kind == types.IntervalDay { // an interval has a sign
			return micros / unit % of
		}
		q, _ := floorDiv(micros, unit)
		_, n := floorDiv(q, of)
		return n
	}}
}

var parts = map[string]part{
	"year": calendar(time.Time.Year), "quarter": calendar(func(t time.Time) int { return (int(t.Month())-1)/3 + 1 }),
	"month": calendar(func(t time.Time) int { return int(t.Month()) }), "day day_of_month": calendar(time.Time.Day),
	"day_of_week dow": calendar(func(t time.Time) int { return (int(t.Weekday())+6)%7 + 1 }), "day_of_year doy": calendar(time.Time.YearDay),
	"week week_of_year": calendar(func(t time.Time) int { _, w := t.ISOWeek(); return w }), "year_of_week yow": calendar(func(t time.Time) int { y, _ := t.ISOWeek(); return y }),
	"hour": clock(3600*secondMicros, 24), "minute": clock(60*secondMicros, 60), "second": clock(secondMicros, 60), "millisecond": clock(1000, 1000),
	"day ":  {in("interval"), func(micros int64, _ *Row) int64 { return micros / dayMicros }},
	"year ": {in("months"), func(n int64, _ *Row) int64 { return n / 12 }}, "month ": {in("months"), func(n int64, _ *Row) int64 { return n % 12 }},
	"timezone_hour":   {in("timestamptz timetz"), func(m int64, r *Row) int64 { return offsetOf(m, r) / 60 }},
	"timezone_minute": {in("timestamptz timetz"), func(m int64, r *Row) int64 { return offsetOf(m, r) % 60 }},
}

// offsetOf is how many minutes the zone of the first argument is from UTC.
func offsetOf(local int64, r *Row) int64 {
	if w := r.Wide(0); r.Types[0].Kind == types.TimestampZone {
		return (local - w.Hi) / (60 * secondMicros)
	} else {
		return int64(w.Lo) - int64(types.UTC)
	}
}

// local is what the wall clock shows for argument i, in microseconds; of an interval it is the number itself.
func local(r *Row, i int) int64 {
	switch r.Types[i].Kind {
	case types.Date:
		return r.Int(i) * dayMicros
	case types.TimestampZone:
		return types.LocalOf(r.Wide(i))
	case types.TimeZone:
		return types.ClockOf(r.Wide(i))
	}
	return r.Int(i)
}

// putLocal answers what the wall clock shows, as the type of argument i, in its zone.
func putLocal(r *Row, i int, micros int64) {
	switch r.Types[i].Kind {
	case types.Date:
		d, _ := floorDiv(micros, dayMicros)
		r.PutInt(d)
	case types.Time:
		_, t := floorDiv(micros, dayMicros)
		r.PutInt(t)
	case types.TimestampZone:
		r.PutWide(types.InstantOf(micros, r.Wide(i).Lo))
	case types.TimeZone:
		r.PutWide(types.ClockAt(micros, r.Wide(i).Lo))
	default:
		r.PutInt(micros)
	}
}

func dayOf(days int64) time.Time { return time.Unix(days*86400, 0).UTC() }

func daysOf(y int, m time.Month, d int) int64 {
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400
}

// addMonths moves a day by months, to the last of a month that is too short.
func addMonths(days, n int64) int64 {
	t := dayOf(days)
	m := int64(t.Year())*12 + int64(t.Month()) - 1 + n
	y, month := floorDiv(m, 12)
	last := dayOf(daysOf(int(y), time.Month(month+2), 0)).Day()
	return daysOf(int(y), time.Month(month+1), min(t.Day(), last))
}

// units are microseconds of the units that are always as long.
var units = map[string]int64{"millisecond": 1000, "second": secondMicros, "minute": 60 * secondMicros, "hour": 3600 * secondMicros, "day": dayMicros, "week": 7 * dayMicros}

// monthUnits are months of the others.
var monthUnits = map[string]int64{"month": 1, "quarter": 3, "year": 12}

func unit(r *Row) (fixed, months int64) {
	name := strings.ToLower(r.Text(0))
	fixed, months = units[name], monthUnits[name]
	kind := r.Types[len(r.Types)-1].Kind
	if fixed == 0 && months == 0 || kind == types.Date && fixed > 0 && fixed < dayMicros || kind == types.Time && (months > 0 || fixed >= dayMicros) {
		r.Invalid("'%s' is not a valid %s field", r.Text(0), map[types.Kind]string{types.Date: "DATE", types.Time: "Time"}[kind]+
			map[bool]string{true: "Timestamp"}[kind != types.Date && kind != types.Time])
	}
	return fixed, months
}

func dateTrunc(r *Row) {
	fixed, months := unit(r)
	if r.err != nil {
		return
	}
	m := local(r, 1)
	days, _ := floorDiv(m, dayMicros)
	t := dayOf(days)
	switch {
	case months > 0:
		first := (int(t.Month())-1)/int(months)*int(months) + 1
		m = daysOf(t.Year(), time.Month(first), 1) * dayMicros
	case fixed == 7*dayMicros:
		m = (days - int64(t.Weekday()+6)%7) * dayMicros
	default:
		q, _ := floorDiv(m, fixed)
		m = q * fixed
	}
	putLocal(r, 1, m)
}

func dateAdd(r *Row) {
	fixed, months := unit(r)
	if r.err != nil {
		return
	}
	n := r.Int(1)
	micros, fits := times64(fixed, n)
	more, fit := times64(months, n)
	if !fits || !fit {
		r.Fail(errRange("value out of range: %d", n))
		return
	}
	addTo(r, 2, micros, more, fixed >= dayMicros)
}

// times64 is a * b; false when it has no room.
func times64(a, b int64) (int64, bool) {
	w, _ := types.MulWide(types.WideOf(a), types.WideOf(b))
	return types.IntOf(w)
}

// farthest bounds times, in microseconds and in months from 1970: some 200,000 years, for which 64 bits have room.
const (
	farthest       = int64(6e18)
	farthestMonths = int64(2_400_000)
)

// addTo answers argument i later by microseconds and months. Whole days go by the calendar of the zone, hours by the clock.
func addTo(r *Row, i int, micros, months int64, days bool) {
	if micros > farthest || micros < -farthest || months > farthestMonths || months < -farthestMonths || local(r, i)/2+micros/2 > farthest/2 || local(r, i)/2+micros/2 < -farthest/2 {
		r.Fail(errRange("%s out of range", r.Types[i].Kind))
		return
	}
	if r.Types[i].Kind == types.TimestampZone && months == 0 && !days {
		w := r.Wide(i)
		r.PutWide(types.Wide{Hi: w.Hi + micros, Lo: w.Lo})
		return
	}
	m := local(r, i)
	if months != 0 {
		d, t := floorDiv(m, dayMicros)
		m = addMonths(d, months)*dayMicros + t
	}
	putLocal(r, i, m+micros)
}

func dateDiff(r *Row) {
	fixed, months := unit(r)
	if r.err != nil {
		return
	}
	a, b := local(r, 1), local(r, 2)
	if r.Types[1].Kind == types.TimeZone {
		a, b = r.Wide(1).Hi, r.Wide(2).Hi
	}
	if r.Types[1].Kind == types.TimestampZone { // both in the zone of the first
		if zone := r.Wide(1).Lo; fixed > 0 && fixed < dayMicros {
			a, b = r.Wide(1).Hi, r.Wide(2).Hi
		} else {
			b = types.LocalOf(types.Wide{Hi: r.Wide(2).Hi, Lo: zone})
		}
	}
	if months == 0 {
		r.PutInt((b - a) / fixed)
		return
	}
	r.PutInt(monthsBetween(a, b) / months)
}

// monthsBetween is how many whole months lie between two instants of a wall clock.
func monthsBetween(a, b int64) int64 {
	if a > b {
		return -monthsBetween(b, a)
	}
	ad, at := floorDiv(a, dayMicros)
	bd, bt := floorDiv(b, dayMicros)
	x, y := dayOf(ad), dayOf(bd)
	n := int64(y.Year()-x.Year())*12 + int64(y.Month()) - int64(x.Month())
	if after := addMonths(ad, n)*dayMicros + at; after > bd*dayMicros+bt {
		n--
	}
	return n
}

// parseDuration reads 42.8ms, 3.81 d, 5m.
func parseDuration(r *Row) {
	s := strings.TrimSpace(r.Text(0))
	name := strings.TrimLeft(s, "0123456789.")
	n, ok := parseFloat(s[:len(s)-len(name)], 64)
	size := map[string]float64{"ns": 0.001, "us": 1, "ms": 1000, "s": 1e6, "m": 60e6, "h": 3600e6, "d": 86400e6}[strings.TrimSpace(name)]
	if !ok || size == 0 {
		r.Invalid("duration is not a valid data duration string: %s", r.Text(0))
		return
	}
	if n*size > math.MaxInt64/2 {
		r.Invalid("value is too large to be represented in requested unit as a long")
		return
	}
	r.PutInt(roundTo(int64(n*size), 3))
}

func zones(p page) {
	move := func(r *Row) {
		if z, err := types.ZoneOf(r.Text(1)); err != nil {
			r.Invalid("%s", err)
		} else {
			r.PutWide(types.Wide{Hi: r.Wide(0).Hi, Lo: z})
		}
	}
	p.rows("at_timezone(timestamptz,varchar) timestamptz", move)
	p.rows("at_timezone(timestamptz,interval) timestamptz", func(r *Row) {
		r.PutWide(types.Wide{Hi: r.Wide(0).Hi, Lo: types.ZoneOffset(int(r.Int(1) / (60 * secondMicros)))})
	})
	shift := func(r *Row, zone uint64) { r.PutWide(types.Wide{Hi: r.Wide(0).Hi, Lo: zone}) }
	p.rows("at_timezone(timetz,varchar) timetz", func(r *Row) {
		if z, err := types.ZoneOf(r.Text(1)); err != nil {
			r.Invalid("%s", err)
		} else {
			shift(r, types.OffsetAt(r.Now.UnixMicro(), z)) // a zone of offsets has the one of the query's instant
		}
	})
	p.rows("at_timezone(timetz,interval) timetz", func(r *Row) { shift(r, types.ZoneOffset(int(r.Int(1)/(60*secondMicros)))) })
	p.rows("with_timezone(timestamp,varchar) timestamptz", func(r *Row) {
		if z, err := types.ZoneOf(r.Text(1)); err != nil {
			r.Invalid("%s", err)
		} else {
			r.PutWide(types.InstantOf(r.Int(0), z))
		}
	}, typed(func(args []*types.Type) ([]*types.Type, *types.Type, error) {
		return args, &types.Type{Kind: types.TimestampZone, Size: args[0].Size}, nil
	}))
	p.rows("timezone(timestamptz) varchar", func(r *Row) { r.PutText(types.ZoneName(r.Wide(0).Lo)) })
}

func unixtime(p page) {
	at := func(r *Row, zone uint64) {
		n, ok := roundHalf(r.Float(0) * 1000)
		if !ok || n > 1e15 || n < -1e15 {
			r.Fail(errRange("Out of range for a timestamp: %v", r.Float(0)))
			return
		}
		r.PutWide(types.Wide{Hi: n * 1000, Lo: zone})
	}
	p.rows("from_unixtime(double) timestamptz", func(r *Row) { at(r, r.Zone) })
	p.rows("from_unixtime(double,varchar) timestamptz", func(r *Row) {
		if z, err := types.ZoneOf(r.Text(1)); err != nil {
			r.Invalid("%s", err)
		} else {
			at(r, z)
		}
	})
	p.rows("from_unixtime(double,bigint,bigint) timestamptz", func(r *Row) {
		m := r.Int(1)*60 + r.Int(2)
		if m > 14*60 || m < -14*60 {
			r.Invalid("Invalid offset minutes %d", m)
			return
		}
		at(r, types.ZoneOffset(int(m)))
	})
	p.rows("to_unixtime(timestamp) double", func(r *Row) { r.PutFloat(float64(r.Int(0)) / 1e6) })
	p.rows("to_unixtime(timestamptz) double", func(r *Row) { r.PutFloat(float64(r.Wide(0).Hi) / 1e6) })
	p.rows("from_iso8601_date(varchar) date", func(r *Row) {
		if m, _, hasTime, ok := parseISO(r.Text(0)); ok && !hasTime {
			r.PutInt(m / dayMicros)
		} else {
			r.Invalid("Invalid ISO 8601 date: %s", r.Text(0))
		}
	})
	p.rows("from_iso8601_timestamp(varchar) timestamptz", func(r *Row) {
		m, zone, _, ok := parseISO(r.Text(0))
		z := r.Zone
		if ok && zone != "" {
			var err error
			z, err = types.ZoneOf(zone)
			ok = err == nil
		}
		if !ok {
			r.Invalid("Invalid format: \"%s\"", r.Text(0))
			return
		}
		r.PutWide(types.InstantOf(roundTo(m, 3), z))
	})
	for _, in := range []string{"date", "timestamp", "timestamptz"} {
		p.rows("to_iso8601("+in+") varchar", func(r *Row) { r.PutText(toISO(r)) })
	}
}

func toISO(r *Row) string {
	t := r.Types[0]
	v, i := r.At(0)
	if t.Kind == types.Date {
		return types.Format(t, v, i)
	}
	s := strings.Replace(string(types.AppendStamp(nil, local(r, 0), t.Size)), " ", "T", 1)
	if t.Kind == types.TimestampZone {
		if off := local(r, 0) - r.Wide(0).Hi; off == 0 {
			s += "Z"
		} else {
			s += types.ZoneName(types.ZoneOffset(int(off / (60 * secondMicros))))
		}
	}
	return s
}
