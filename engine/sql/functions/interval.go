package functions

import (
	"math"
	"strings"
	"time"

	"unyo/engine/sql/types"
)

// times are the operators of dates, times and intervals: https://trino.io/docs/current/functions/datetime.html#date-and-time-operators
func times(p page) {
	last := typed(func(args []*types.Type) ([]*types.Type, *types.Type, error) { return args, args[len(args)-1], nil })
	for _, t := range []string{"date", "timestamp", "timestamptz", "time", "timetz"} {
		for _, by := range []string{"interval", "months"} {
			if (t == "time" || t == "timetz") && by == "months" {
				continue
			}
			p.rows("+("+t+","+by+") "+t, func(r *Row) { addInterval(r, 0, 1, 1) })
			p.rows("+("+by+","+t+") "+t, func(r *Row) { addInterval(r, 1, 0, 1) }, last)
			p.rows("-("+t+","+by+") "+t, func(r *Row) { addInterval(r, 0, 1, -1) })
		}
		p.rows("-("+t+","+t+") interval", func(r *Row) {
			if r.Types[0].Zoned() {
				r.PutInt(r.Wide(0).Hi - r.Wide(1).Hi)
			} else {
				r.PutInt(local(r, 0) - local(r, 1))
			}
		})
	}
	for _, t := range []string{"interval", "months"} {
		p.rows("+("+t+","+t+") "+t, func(r *Row) { r.PutInt(r.Int(0) + r.Int(1)) })
		p.rows("-("+t+","+t+") "+t, func(r *Row) { r.PutInt(r.Int(0) - r.Int(1)) })
		p.rows("$neg("+t+") "+t, func(r *Row) { r.PutInt(-r.Int(0)) })
		product := func(r *Row) {
			n, ok := times64(r.Int(0), r.Int(1))
			if !ok {
				r.Fail(errRange("interval out of range"))
			}
			r.PutInt(n)
		}
		p.rows("*("+t+",bigint) "+t, product)
		p.rows("*(bigint,"+t+") "+t, product, last)
		p.rows("*("+t+",double) "+t, func(r *Row) { putScaled(r, r.Int(0), r.Float(1)) })
		p.rows("*(double,"+t+") "+t, func(r *Row) { putScaled(r, r.Int(1), r.Float(0)) }, last)
		p.rows("/("+t+",double) "+t, func(r *Row) { putScaled(r, r.Int(0), 1/r.Float(1)) })
	}
}

// putScaled answers an interval times a number, cut to the interval's own unit: milliseconds, or months.
func putScaled(r *Row, n int64, by float64) {
	unit := 1.0
	if r.Result.Kind == types.IntervalDay {
		unit = 1000
	}
	x := math.Trunc(float64(n) / unit * by)
	if math.IsNaN(x) || math.Abs(x) > 1e15 {
		r.Fail(errRange("interval out of range"))
		return
	}
	r.PutInt(int64(x * unit))
}

// addInterval answers argument at, later (or earlier, by -1) by the interval that is the other.
func addInterval(r *Row, at, by int, sign int64) {
	n := sign * r.Int(by)
	if r.Types[by].Kind == types.IntervalYear {
		addTo(r, at, 0, n, true)
		return
	}
	if r.Types[at].Kind == types.Date && n%dayMicros != 0 {
		r.Invalid("Cannot add hour, minutes or seconds to a date")
		return
	}
	addTo(r, at, n, 0, false)
}

// parseISO reads 2020-05-10, 2020-130, 2020-W19-7, 2020-05, 2020 and what may stand behind a T.
func parseISO(s string) (micros int64, zone string, hasTime, ok bool) {
	date, rest, hasTime := strings.Cut(s, "T")
	days, ok := isoDate(date)
	if !ok {
		return 0, "", false, false
	}
	micros = days * dayMicros
	if !hasTime || rest == "" {
		return micros, "", hasTime, !hasTime
	}
	at := strings.IndexAny(rest, "Z+-")
	if at >= 0 {
		rest, zone = rest[:at], rest[at:]
	}
	if strings.Count(rest, ":") == 0 && len(rest) == 2 {
		rest += ":00"
	}
	t, ok := ParseClock(strings.Replace(rest, ",", ".", 1))
	return micros + t, zone, true, ok
}

func isoDate(s string) (days int64, ok bool) {
	if d, ok := ParseDate(s); ok {
		return d, true
	}
	parts := strings.Split(s, "-")
	y, rest, ok := number(parts[0], 4, 4)
	if !ok || rest != "" || len(parts) > 3 {
		return 0, false
	}
	switch {
	case len(parts) == 1:
		return daysOf(int(y), 1, 1), true
	case strings.HasPrefix(parts[1], "W"):
		w, rest, ok := number(parts[1][1:], 2, 2)
		d := int64(1)
		if ok && rest == "" && len(parts) == 3 {
			d, rest, ok = number(parts[2], 1, 1)
		}
		if !ok || rest != "" || w < 1 || w > 53 || d < 1 || d > 7 {
			return 0, false
		}
		fourth := dayOf(daysOf(int(y), 1, 4)) // always in the first week
		monday := fourth.AddDate(0, 0, -int(fourth.Weekday()+6)%7)
		return monday.Unix()/86400 + (w-1)*7 + d - 1, true
	case len(parts) == 2 && len(parts[1]) == 3:
		d, rest, ok := number(parts[1], 3, 3)
		return daysOf(int(y), 1, int(d)), ok && rest == "" && d > 0 && d < 367
	case len(parts) == 2:
		m, rest, ok := number(parts[1], 2, 2)
		return daysOf(int(y), time.Month(m), 1), ok && rest == "" && m > 0 && m < 13
	}
	return 0, false
}
