package logs

import (
	"context"
	"time"

	"unyo/base/call"
	"unyo/engine/logstore"
	"unyo/kernel/jobs"
	"unyo/kernel/metric"
	"unyo/kernel/store"
)

// embedArg is a batch with embedded metrics, from the Point-th metric of its Event-th event on.
type embedArg struct {
	Name, Group string
	Seq         uint64
	Event       int `json:",omitempty"`
	Point       int `json:",omitempty"`
}

// embedSoon sees that the metrics in a batch are counted. Groups of infrequent access have none.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch_Logs_Log_Classes.html
func (s *Service) embedSoon(tx *store.Tx, name string, g *group, seq uint64) {
	if g.Class != classInfrequent {
		s.embed.Soon(tx, embedArg{Name: name, Group: g.ID, Seq: seq})
	}
}

// embedNext adds the metrics of a batch, as many as go into one transaction, and puts itself again for what is left. The job is forgotten in
// the transaction that adds, so each counts once.
func (s *Service) embedNext(ctx context.Context, a embedArg) error {
	e := &extraction{at: a, now: s.k.Clock.Now(), points: points{}}
	there := false
	if err := s.k.View(ctx, func(tx *store.Tx) (err error) {
		var g group
		if g, there = s.groups.Get(tx, a.Name); there && g.ID == a.Group {
			e.mask, err = s.maskerOf(tx, &g)
		}
		there = there && g.ID == a.Group
		return err
	}); err != nil || !there {
		return err
	}
	if err := s.store.Batches(ctx, folder(call.ScopeOf(ctx), a.Group), a.Seq-1, e.batch); err != nil {
		return err
	}
	return s.k.Update(ctx, func(tx *store.Tx) error {
		s.addPoints(tx, e.points)
		of := metric.Of("LogGroupName", a.Name)
		for _, fault := range []struct {
			name string
			n    int
		}{{"EMFParsingErrors", e.malformed}, {"EMFValidationErrors", e.invalid}} {
			if fault.n > 0 {
				s.k.Metrics.Add(tx, metric.Sample{Series: metric.Series{Namespace: "AWS/Logs", Name: fault.name, Dimensions: of}, Value: float64(fault.n)})
			}
		}
		if e.more {
			s.embed.Soon(tx, e.at)
		}
		jobs.Settle(ctx, tx)
		return nil
	})
}

// extraction is what one job takes of a batch.
type extraction struct {
	at   embedArg // what comes next
	now  time.Time
	mask *masker
	more bool

	points             points
	malformed, invalid int // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html
}

// batch takes what fits of the batch it is meant for.
func (e *extraction) batch(b *logstore.Stored) bool {
	for b.Seq == e.at.Seq && e.at.Event < len(b.Events) && !e.more {
		e.event(b.Events[e.at.Event])
	}
	return b.Seq < e.at.Seq
}

// event takes one event's metrics from the place in it on; an event that has faults is counted when it is begun.
func (e *extraction) event(ev logstore.Event) {
	list, invalid, err := document(e.mask.event(&ev).Message, e.now)
	if e.at.Point == 0 {
		e.invalid += invalid
		if err != nil {
			e.malformed++
		}
	}
	for ; e.at.Point < len(list); e.at.Point++ {
		if len(e.points) >= maxCells {
			e.more = true
			return
		}
		m := &list[e.at.Point]
		for _, x := range m.values {
			e.points.add(m.series, m.at, x)
		}
	}
	e.at.Event, e.at.Point = e.at.Event+1, 0
}
