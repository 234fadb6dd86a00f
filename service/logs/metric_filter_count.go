package logs

import (
	"cmp"
	"context"
	"maps"
	"reflect"
	"slices"
	"time"

	"unyo/base/call"
	"unyo/engine/logstore"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// counted is how far a group's metric filters have counted. It moves in the transaction that adds to the metrics: each event counts once.
type counted struct {
	Seq  uint64 // last batch of the group's log that is counted whole
	Part uint64 `json:",omitempty"` // a batch of which the first Done events are
	Done int    `json:",omitempty"`
}

type countArg struct{ Name, Group string }

// maxCells is how many points and blanks one pass has gathered at most before it takes another event, which adds two for each of 100 filters;
// a point may take three rows.
const maxCells = 100

// countSoon sees that what tx adds to a group is counted. A row says that a job is on its way that has not begun to read.
func (s *Service) countSoon(tx *store.Tx, name string, g *group) {
	if g.Measured > 0 && !s.counting.Has(tx, g.ID) {
		s.counting.Put(tx, g.ID, none{})
		s.count.Soon(tx, countArg{name, g.ID})
	}
}

// countNext counts what is new, as much as goes into one transaction, and puts itself again when there is more.
func (s *Service) countNext(ctx context.Context, a countArg) error {
	p := &pass{group: a.Group, points: points{}, blanks: map[string]bool{}}
	if err := s.k.Update(ctx, func(tx *store.Tx) (err error) {
		s.counting.Delete(tx, a.Group)
		p.from, p.known = s.counted.Get(tx, a.Group)
		if p.gauges, err = s.gauges(tx, a.Group); err != nil {
			return err
		}
		if g, ok := s.groups.Get(tx, a.Name); ok && g.ID == a.Group {
			if p.mask, err = s.maskerOf(tx, &g); err == nil && slices.ContainsFunc(p.gauges, func(g *gauge) bool { return g.row.Transformed }) {
				p.shape, err = s.shaperOf(tx, a.Name, &g, p.mask, s.streamNames(ctx, a.Group))
			}
		}
		return err
	}, store.Relaxed); err != nil || !p.known {
		return err
	}
	p.to = p.from
	if err := s.store.Batches(ctx, folder(call.ScopeOf(ctx), a.Group), p.from.Seq, p.add); err != nil || p.fault != nil {
		return cmp.Or(err, p.fault)
	}
	return s.k.Update(ctx, func(tx *store.Tx) error {
		now, err := s.gauges(tx, a.Group)
		if err != nil {
			return err
		}
		at, ok := s.counted.Get(tx, a.Group)
		switch {
		case !ok || at != p.from: // deleted, or this is a repeat
		case !same(now, p.gauges):
			s.count.Soon(tx, a) // filters have changed meanwhile
		default:
			s.settle(tx, a, p)
		}
		jobs.Settle(ctx, tx)
		return nil
	})
}

func same(a, b []*gauge) bool {
	return slices.EqualFunc(a, b, func(x, y *gauge) bool { return x.name == y.name && reflect.DeepEqual(x.row, y.row) })
}

// settle writes what a pass has counted.
func (s *Service) settle(tx *store.Tx, a countArg, p *pass) {
	s.addPoints(tx, p.points)
	for _, key := range slices.Sorted(maps.Keys(p.blanks)) {
		if old, ok := s.blanks.Get(tx, key); !ok || p.blanks[key] && !old {
			s.blanks.Put(tx, key, p.blanks[key])
		}
	}
	if _, set := s.blank.DueKey(tx, a.Group); len(p.blanks) > 0 && !set {
		s.blank.AtKey(tx, a.Group, s.k.Clock.Now().Truncate(time.Minute).Add(time.Minute), a)
	}
	s.counted.Put(tx, a.Group, p.to)
	if p.more {
		s.count.Soon(tx, a)
	}
}

// pass is what one job counts.
type pass struct {
	group    string
	gauges   []*gauge
	known    bool
	from, to counted
	more     bool
	mask     *masker
	shape    *shaper // of filters that want it
	fault    error

	points points
	blanks map[string]bool // filter and minute → whether an event matched
	bytes  int
}

// add counts a batch, or as many of its events as fit.
func (p *pass) add(b *logstore.Stored) bool {
	begin := 0
	if b.Seq == p.from.Part {
		begin = p.from.Done
	}
	for i := begin; i < len(b.Events); i++ {
		if len(p.points)+len(p.blanks) >= maxCells || p.bytes >= maxLoadBytes {
			if p.more = true; i > begin || begin > 0 {
				p.to.Part, p.to.Done = b.Seq, i
			}
			return false
		}
		p.bytes += len(b.Events[i].Message) + eventOverhead
		e := &b.Events[i]
		masked := p.mask.event(e)
		changed := masked
		if p.shape != nil {
			if changed, p.fault = p.shape.message(e); p.fault != nil {
				return false
			}
		}
		p.event(b.Seq, masked, changed)
	}
	p.to = counted{Seq: b.Seq}
	return true
}

// event asks every filter that was there before the event, which it sees as it came or changed by a transformer. The point belongs to the event's own minute.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html
func (p *pass) event(seq uint64, original, changed *logstore.Event) {
	minute := original.Timestamp / minuteMs
	for _, g := range p.gauges {
		if seq <= g.row.From || g.off {
			continue
		}
		e := original
		if g.row.Transformed {
			e = changed
		}
		matched := g.pattern.Match(e.Message)
		if g.row.Default != nil {
			key := blankKey(p.group, g.name, minute)
			p.blanks[key] = p.blanks[key] || matched
		}
		if !matched {
			continue
		}
		if series, x, ok := g.measure(e.Message); ok {
			p.points.add(series, e.Timestamp, x)
		}
	}
}
