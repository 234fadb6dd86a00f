package cloudwatch

import (
	"slices"
	"time"

	"unyo/base/must"
	"unyo/engine/statistic"
	vended "unyo/kernel/metric"
	"unyo/kernel/store"
)

// datum is values of one metric at one time.
type datum struct {
	identity
	unit byte
	fine bool // by the second
	at   time.Time
	set  statistic.Set
}

// put adds d to what is stored, and says that it is there.
func (s *Service) put(tx *store.Tx, d *datum) {
	if n, at := s.place(d); n != gone {
		s.register(tx, d, n, at)
		s.merge(tx, pointKey(d.sum, d.unit, n, at), &d.set)
	}
}

// place is where d belongs by its age.
func (s *Service) place(d *datum) (n int, at int64) {
	if !d.fine {
		n = 1
	}
	return rank(n, d.at.Unix(), s.now())
}

// merge adds set to the point under key.
func (s *Service) merge(tx *store.Tx, key string, set *statistic.Set) {
	raw, ok := s.points.Get(tx, key)
	if !ok {
		s.points.Put(tx, key, set.Append(nil))
		return
	}
	old := decode(raw)
	old.Merge(set)
	s.points.Put(tx, key, old.Append(nil))
}

func decode(raw []byte) statistic.Set {
	set, rest, err := statistic.Decode(raw)
	must.Hold(err == nil && len(rest) == 0, "stored point cannot be decoded: %v", err)
	return set
}

// register sees that the metric is known and that somebody will look after the point. Mostly there is nothing to write.
func (s *Service) register(tx *store.Tx, d *datum, n int, at int64) {
	key := d.key()
	row, known := s.metrics.Get(tx, key)
	changed := !known
	if !known {
		row.Dimensions = d.dimensions
	}
	if i, ok := slices.BinarySearch(row.Units, d.unit); !ok {
		row.Units, changed = slices.Insert(row.Units, i, d.unit), true
	}
	if now := s.now(); now-row.Last >= lastGrain {
		row.Last, changed = now, true
	}
	if due := dueHour(n, at); row.Due == 0 || due < row.Due {
		s.reschedule(tx, key, &row, due)
		changed = true
	}
	if changed {
		s.metrics.Put(tx, key, row)
	}
}

// dueHour is when a point is to be looked at.
func dueHour(n int, at int64) int64 {
	return (leaves(n, at) + levels[n].keep + levels[n].wait + hour) / hour
}

// reschedule notes when a metric's points are to be looked at, and sets the job if it is the first of all.
func (s *Service) reschedule(tx *store.Tx, key string, row *metric, due int64) {
	first, _, ok := s.dues.First(tx, "")
	s.markDue(tx, key, row, due)
	if !ok || dueKey(due, key) < first {
		s.age.AtKey(tx, "age", utc(due*hour), none{})
	}
}

// markDue notes when a metric's points are to be looked at, 0 for never.
func (s *Service) markDue(tx *store.Tx, key string, row *metric, due int64) {
	if row.Due != 0 {
		s.dues.Delete(tx, dueKey(row.Due, key))
	}
	if row.Due = due; due != 0 {
		s.dues.Put(tx, dueKey(due, key), none{})
	}
}

// take stores what kernel/metric hands on; it is a vended.Sink.
func (s *Service) take(tx *store.Tx, series vended.Series, at time.Time, values []vended.Value) {
	var dimensions []dimension
	for name, value := range series.Dimensions.All() {
		dimensions = append(dimensions, dimension{name, value})
	}
	d := &datum{identity: identify(series.Namespace, series.Name, dimensions), unit: unitOf(series.Unit), fine: series.Fine, at: at}
	for _, v := range values {
		d.set.Add(v.Value, v.Times)
	}
	s.put(tx, d)
}
