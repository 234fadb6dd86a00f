package insights

import (
	"math"
	"time"
)

// rounding takes an instant in milliseconds down to the beginning of its period.
type rounding func(ms float64) float64

// rounding is how a period cuts time. Weeks begin on Mondays; months, quarters and years in the calendar of UTC.
func (p *Period) rounding() rounding {
	if d := units[p.Unit]; d > 0 {
		size, shift := float64(d.Milliseconds())*float64(p.N), 0.0
		if p.Unit == "w" { // 1970 began on a Thursday
			shift = float64(4 * 24 * time.Hour.Milliseconds())
		}
		return func(ms float64) float64 { return math.Floor((ms-shift)/size)*size + shift }
	}
	months := map[string]int{"mo": 1, "q": 3, "y": 12}[p.Unit] * p.N
	return func(ms float64) float64 {
		t := time.UnixMilli(int64(ms)).UTC()
		m := t.Year()*12 + int(t.Month()) - 1
		m -= m % months
		return float64(time.Date(m/12, time.Month(m%12+1), 1, 0, 0, 0, 0, time.UTC).UnixMilli())
	}
}

// next is the beginning of the period behind one that begins at ms.
func (p *Period) next(ms float64) float64 {
	if d := units[p.Unit]; d > 0 {
		return ms + float64(d.Milliseconds())*float64(p.N)
	}
	months := map[string]int{"mo": 1, "q": 3, "y": 12}[p.Unit] * p.N
	return float64(time.UnixMilli(int64(ms)).UTC().AddDate(0, months, 0).UnixMilli())
}

// maxPeriod bounds a period's number.
const maxPeriod = 100_000

// period is an argument that must be a period.
func (c *compiler) period(e Expr) (*Period, *Error) {
	p, ok := e.(*Period)
	if !ok || p.N > maxPeriod {
		return nil, c.fault(e, "a time period such as 5m is wanted")
	}
	return p, nil
}

// bin is datefloor of @timestamp, whatever @timestamp is by then.
func bin(c *compiler, e *Call, _ []eval) (eval, *Error) {
	p, err := c.period(e.Args[0])
	if err != nil {
		return nil, err
	}
	floor := rounded(c.name(&Name{Path: "@timestamp", Parts: []string{"@timestamp"}}), p, false)
	if !c.own("@timestamp") {
		return floor, nil
	}
	n := c.p.bins
	c.p.bins++
	return func(r *row) Value {
		if r.ev == nil {
			return Value{}
		}
		b := &r.bins[n]
		if at := r.ev.Timestamp; at >= b.from && at < b.to {
			return instant(float64(b.from))
		}
		v := floor(r)
		if v.Kind == Time {
			b.from, b.to = int64(v.N), int64(p.next(v.N))
		}
		return v
	}, nil
}

// binned is a period that a row was in: the next one mostly is too.
type binned struct{ from, to int64 }

func dateRound(up bool) func(c *compiler, e *Call, _ []eval) (eval, *Error) {
	return func(c *compiler, e *Call, _ []eval) (eval, *Error) {
		x, err := c.expr(e.Args[0])
		if err != nil {
			return nil, err
		}
		p, err := c.period(e.Args[1])
		if err != nil {
			return nil, err
		}
		return rounded(x, p, up), nil
	}
}

// rounded takes what is a time, or milliseconds, to the beginning of its period, or to the end.
func rounded(x eval, p *Period, up bool) eval {
	floor := p.rounding()
	return func(r *row) Value {
		v := x(r)
		n, ok := v.num()
		if !ok || math.Abs(n) > maxMs {
			return Value{}
		}
		at := floor(n)
		if up && at < n {
			at = p.next(at)
		}
		return instant(at)
	}
}

// maxMs is the end of the year 9999: what is later is no time.
const maxMs = 253402300799999

func fromMillis(c *compiler, e *Call, x []eval) (eval, *Error) {
	return func(r *row) Value {
		v := x[0](r)
		n, ok := v.num()
		if !ok || math.Abs(n) > maxMs {
			return Value{}
		}
		return instant(math.Floor(n))
	}, nil
}

func toMillis(c *compiler, e *Call, x []eval) (eval, *Error) {
	return func(r *row) Value {
		v := x[0](r)
		if n, ok := v.num(); ok {
			return number(n)
		}
		return Value{}
	}, nil
}

// now is when the query was started, in seconds.
func now(c *compiler, e *Call, x []eval) (eval, *Error) {
	v := number(c.p.started)
	return func(*row) Value { return v }, nil
}
