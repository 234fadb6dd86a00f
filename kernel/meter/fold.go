package meter

import (
	"context"
	"strings"
	"time"

	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// Rows are kept as finely as anything can ask for them. Behind that, hours become days and days months: a sum of sums, and of levels the mean, which
// has the day's integral. Cost Explorer tells hours of the last 14 days, days of 13 months and the current one, and months behind that.
// https://docs.aws.amazon.com/cost-management/latest/userguide/ce-granular-data.html
// https://docs.aws.amazon.com/cost-management/latest/userguide/ce-what-is.html
const (
	hoursKept  = 15 * day // and the day that goes on
	monthsKept = 14       // and the one that goes on
	day        = 24 * time.Hour
)

// folding is how far rows are folded.
type folding struct {
	Days, Months time.Time `json:",omitzero"` // up to here, by the runs before
	Stage        int       `json:",omitempty"`
	After        []byte    `json:",omitempty"` // row done last, in this stage
	Left         time.Time `json:",omitzero"`  // the first hour that was seen and is not folded yet
}

const foldAtOnce = 400 // rows read in one transaction

// arm sets the job for the day on which what is counted now has outlived its hours, unless it is set.
func (m *Meter) arm(tx *store.Tx) {
	m.fold.Set(tx, func() time.Time { return foldsAt(m.clock.Now()) })
}

func foldsAt(counted time.Time) time.Time { return counted.Truncate(day).Add(day + hoursKept) }

// monthStage is the stage that comes last.
const monthStage = 2

// stage is one pass over a table.
type stage struct {
	table  store.Table[float64]
	parts  int // of its keys before the instant
	layout string
	floor  func(time.Time) time.Time
	fold   func(s *stage, before float64, rows []row) []row
}

type row struct {
	at    time.Time
	value float64
}

func (m *Meter) stages() []stage {
	toDay := func(t time.Time) time.Time { return t.Truncate(day) }
	toMonth := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC) }
	return []stage{{m.sums, 4, hourLayout, toDay, addUp}, {m.levels, 5, instantLayout, toDay, level}, {m.sums, 4, hourLayout, toMonth, addUp}}
}

// runFold folds a stretch of rows, and sets itself again for the next, or for the day on which there is something to fold. A repeat finds them folded.
func (m *Meter) runFold(ctx context.Context) error {
	now := m.clock.Now()
	days := now.Add(-hoursKept).Truncate(day)
	months := time.Date(now.Year(), now.Month()-monthsKept, 1, 0, 0, 0, 0, time.UTC)
	return m.store.Update(ctx, func(tx *store.Tx) error {
		jobs.Settle(ctx, tx)
		a, _ := m.folding.Get(tx, "now")
		next, stages := a, m.stages()
		for room := foldAtOnce; room > 0 && next.Stage < len(stages); {
			s, from, to := &stages[next.Stage], a.Days, days
			if next.Stage == monthStage {
				from, to = a.Months, months
			}
			n, more := s.step(tx, &next, from, to)
			if room -= n + 1; !more {
				next.Stage, next.After = next.Stage+1, nil
			}
		}
		switch {
		case next.Stage < len(stages):
			m.folding.Put(tx, "now", next)
			m.fold.Again(tx, now)
		case !next.Left.IsZero():
			m.folding.Put(tx, "now", folding{Days: days, Months: months})
			m.fold.Again(tx, foldsAt(next.Left))
		default: // what is counted from now on sets it
			m.folding.Delete(tx, "now")
		}
		return nil
	})
}

// step folds rows of one series behind a.After, and tells how many it has read; more=false: there is no series any more.
func (s *stage) step(tx *store.Tx, a *folding, from, to time.Time) (n int, more bool) {
	series := ""
	for key := range s.table.From(tx, string(a.After)) {
		p, _ := store.Split(key, s.parts+1)
		series = store.Key(append(p[:s.parts], "")...)
		break
	}
	if series == "" {
		return 0, false
	}
	lo, end := series+from.UTC().Format(s.layout), series+to.Format(s.layout)
	if after := string(a.After) + "\x00"; strings.HasPrefix(after, series) {
		lo = max(lo, after)
	}
	var rows []row
	for key, v := range s.table.Between(tx, lo, end) {
		at := s.instant(series, key)
		if n++; n > foldAtOnce && s.floor(at).After(rows[len(rows)-1].at) { // on with another day
			a.After = []byte(series + s.floor(at).Format(s.layout))
			a.After = a.After[:len(a.After)-1] // before that day's first row
			s.replace(tx, series, rows)
			return n, true
		}
		rows = append(rows, row{at, v})
	}
	s.replace(tx, series, rows)
	for key := range s.table.Between(tx, end, series+"~") {
		if at := s.instant(series, key); a.Stage < monthStage && (a.Left.IsZero() || at.Before(a.Left)) {
			a.Left = at
		}
		break
	}
	a.After = []byte(series + "~") // behind every instant
	return n, true
}

func (s *stage) instant(series, key string) time.Time {
	at, _ := time.Parse(s.layout, key[len(series):])
	return at
}

// replace writes what rows become in their place.
func (s *stage) replace(tx *store.Tx, series string, rows []row) {
	if len(rows) == 0 {
		return
	}
	before := 0.0
	for _, v := range s.table.Back(tx, series, series+rows[0].at.Format(s.layout)) {
		before = v
		break
	}
	old := map[time.Time]float64{}
	for _, r := range rows {
		old[r.at] = r.value
	}
	for _, r := range s.fold(s, before, rows) {
		key := series + r.at.Format(s.layout)
		v, had := old[r.at]
		if delete(old, r.at); had && v == r.value || !had && s.table.Has(tx, key) { // a row behind the rows says itself what holds from then on
			continue
		}
		s.table.Put(tx, key, r.value)
	}
	for _, r := range rows {
		if _, gone := old[r.at]; gone {
			s.table.Delete(tx, series+r.at.Format(s.layout))
		}
	}
}

// addUp makes one sum of those of a day, or month.
func addUp(s *stage, _ float64, rows []row) (out []row) {
	for _, r := range rows {
		if at := s.floor(r.at); len(out) > 0 && out[len(out)-1].at.Equal(at) {
			out[len(out)-1].value += r.value
		} else {
			out = append(out, row{at, r.value})
		}
	}
	return out
}

// level makes the mean of a day of its steps, and a step to what held at its end.
func level(s *stage, before float64, rows []row) (out []row) {
	for len(rows) > 0 {
		first := s.floor(rows[0].at)
		end, since, hours := first.Add(day), first, 0.0
		for len(rows) > 0 && rows[0].at.Before(end) {
			hours += before * rows[0].at.Sub(since).Hours()
			since, before, rows = rows[0].at, rows[0].value, rows[1:]
		}
		mean := before
		if since.After(first) {
			mean = (hours + before*end.Sub(since).Hours()) / day.Hours()
		}
		out = append(out, row{first, mean})
		if goesOn := len(rows) > 0 && s.floor(rows[0].at).Equal(end); before != mean && !goesOn {
			out = append(out, row{end, before})
		}
	}
	return out
}
