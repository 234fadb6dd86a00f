package gateway

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"unyo/kernel/clock"
)

// clockState is what the door says of time.
type clockState struct {
	Now  time.Time  `json:"now"`
	Mode clock.Mode `json:"mode"`
	Rate float64    `json:"rate"`
}

func (d *Control) state() clockState {
	c := d.Kernel.Clock
	return clockState{c.Now(), c.Mode(), c.Rate()}
}

func (d *Control) showClock(w http.ResponseWriter, _ *http.Request, _ []byte) error {
	return reply(w, d.state())
}

// order is what the door can be told to do with time: exactly one of its members.
type order struct {
	Hold    bool    `json:"hold"`
	Live    bool    `json:"live"`
	Rate    float64 `json:"rate"`
	Advance string  `json:"advance"`
	Until   string  `json:"until"`
}

func (o order) count() (n int) {
	for _, set := range []bool{o.Hold, o.Live, o.Rate != 0, o.Advance != "", o.Until != ""} {
		if set {
			n++
		}
	}
	return n
}

func (d *Control) moveClock(w http.ResponseWriter, r *http.Request, body []byte) error {
	var o order
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&o); err != nil || o.count() != 1 {
		return errRequest{`say one of {"hold":true}, {"live":true}, {"rate":3600}, {"advance":"35d"}, {"until":"2027-01-01T00:00:00Z"}`}
	}
	var err error
	switch {
	case o.Hold:
		err = d.Kernel.Clock.Hold(r.Context())
	case o.Live:
		err = d.Kernel.Clock.Live(r.Context())
	case o.Rate != 0:
		err = d.Kernel.Clock.Run(r.Context(), o.Rate)
	default:
		return d.jump(w, r, o)
	}
	if err != nil {
		return err
	}
	return reply(w, d.state())
}

// jump moves time and answers what ran. A client that accepts application/x-ndjson sees lines of progress first.
func (d *Control) jump(w http.ResponseWriter, r *http.Request, o order) error {
	to, err := o.target(d.Kernel.Clock.Now())
	if err != nil {
		return err
	}
	var progress func(clock.Progress)
	if strings.Contains(r.Header.Get("Accept"), "ndjson") {
		w.Header().Set("Content-Type", "application/x-ndjson")
		flush := http.NewResponseController(w)
		last := d.Wall()
		progress = func(p clock.Progress) {
			if now := d.Wall(); now.Sub(last) >= progressEvery {
				last = now
				writeJSON(w, map[string]any{"progress": true, "now": p.Now, "ran": p.Ran, "failed": p.Failed})
				_ = flush.Flush()
			}
		}
	}
	report, err := d.Kernel.Clock.Advance(r.Context(), to, progress)
	if err != nil {
		return err
	}
	s := d.state()
	writeJSON(w, map[string]any{"now": s.Now, "mode": s.Mode, "rate": s.Rate, "ran": report.Ran, "failed": report.Failed, "jobs": report.ByJob})
	return nil
}

const progressEvery = 200 * time.Millisecond

func (o order) target(now time.Time) (time.Time, error) {
	if o.Until != "" {
		t, err := time.Parse(time.RFC3339, o.Until)
		if err != nil {
			return t, errRequest{"until is an instant like 2027-01-01T00:00:00Z"}
		}
		if t.Sub(now) > maxJump {
			return t, errRequest{"time moves by at most 20 years at once"}
		}
		return t.UTC(), nil
	}
	d, err := parseDuration(o.Advance)
	if err != nil {
		return now, err
	}
	return now.Add(d), nil
}

// maxJump is how far time moves at once.
const maxJump = 20 * 366 * 24 * time.Hour

// parseDuration reads Go's durations, and days and weeks: 35d, 2w, 1d12h.
func parseDuration(s string) (time.Duration, error) {
	bad := errRequest{"advance is a duration like 35d, 12h or 1d12h30m"}
	var total time.Duration
	rest := s
	for _, unit := range []struct {
		letter string
		length time.Duration
	}{{"w", 7 * 24 * time.Hour}, {"d", 24 * time.Hour}} {
		n, after, ok := strings.Cut(rest, unit.letter)
		if !ok {
			continue
		}
		f, err := strconv.ParseFloat(n, 64)
		if err != nil || !(f >= 0 && f <= float64(maxJump/unit.length)) { // not a number is neither
			return 0, bad
		}
		total, rest = total+time.Duration(f*float64(unit.length)), after
	}
	if rest != "" {
		d, err := time.ParseDuration(rest)
		if err != nil || d < 0 {
			return 0, bad
		}
		total += d
	} else if s == "" {
		return 0, bad
	}
	if total > maxJump {
		return 0, bad
	}
	return total, nil
}
