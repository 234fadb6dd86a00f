package logs

import (
	"context"
	"encoding/base64"
	"runtime"
	"strings"

	"unyo/base/call"
	"unyo/engine/insights"
	"unyo/engine/logstore"
	"unyo/engine/shaped"
	"unyo/kernel/store"
)

// queriedEvents are the events of a query's groups: those in the batches that were there when it was started, of streams that still are.
type queriedEvents struct {
	s       *Service
	groups  []*insights.Group
	sources []queriedSource
	workers int
	begun   int64 // ms
	turn    func(ctx context.Context) error
}

type queriedSource struct {
	folder  string
	head    uint64
	floor   int64
	streams []uint64
	mask    *masker
	shape   *shaper
}

// queriedEvents finds what there is of a query's groups. One that has been deleted meanwhile has no events.
func (s *Service) queriedEvents(ctx context.Context, q *query) (*queriedEvents, error) {
	scope := call.ScopeOf(ctx)
	e := &queriedEvents{s: s, workers: runtime.GOMAXPROCS(0), begun: q.Created}
	return e, s.k.View(ctx, func(tx *store.Tx) error {
		e.groups, e.sources = nil, nil
		for _, x := range q.Groups {
			g, ok := s.groups.Get(tx, x.Name)
			if !ok || g.ID != x.ID {
				continue
			}
			src := queriedSource{folder: folder(scope, g.ID), head: x.Head, floor: g.floor(q.Created)}
			names := map[uint64]string{}
			var err error
			if src.streams, err = s.searched(tx, g.ID, nil, nil, names); err != nil {
				return err
			}
			if src.mask, err = s.maskerOf(tx, &g); err != nil {
				return err
			}
			if src.shape, err = s.shaperOf(tx, x.Name, &g, src.mask, func(id uint64) (string, error) { return names[id], nil }); err != nil {
				return err
			}
			about := s.entitiesOf(tx, g.ID)
			e.sources = append(e.sources, src)
			group := &insights.Group{
				Name: x.Name, Label: scope.Account + ":" + x.Name, Streams: names, Lambda: strings.HasPrefix(x.Name, "/aws/lambda/"),
				Entity: about.event, Pointer: func(e *insights.Event) string { return recordPointer(x.Name, x.ID, e) },
			}
			if src.shape != nil {
				group.Transform = src.shape.transform
			}
			e.groups = append(e.groups, group)
		}
		return nil
	})
}

// Groups, Workers and Sweep make it an insights.Events.
func (e *queriedEvents) Groups() []*insights.Group { return e.groups }
func (e *queriedEvents) Workers() int              { return e.workers }

func (e *queriedEvents) Sweep(ctx context.Context, w insights.Wanted, yield insights.Yield) (total insights.Swept, err error) {
	buffers := make([][]insights.Event, e.workers)
	for n := range e.sources {
		src := &e.sources[n]
		f := logstore.Sweeping{
			Filter: logstore.Filter{From: max(w.From, src.floor), To: w.To + 1, Streams: src.streams, Contains: w.Contains}, Last: src.head,
			Workers: e.workers, Apart: src.mask == nil, Oldest: w.Oldest, Skip: w.Skip, Turn: e.turn,
		}
		if src.mask != nil { // what is masked need not hold what a match holds
			f.Contains = nil
		}
		if f.From >= f.To {
			continue
		}
		swept, err := logstore.Sweep(ctx, e.s.store, src.folder, f, func(worker int, events []logstore.Event, lines shaped.Block) error {
			if e.s.nowMs()-e.begun > maxQueryTimeoutMs {
				return errTimeout
			}
			out := buffers[worker][:0]
			for i := range events {
				out = append(out, src.event(&events[i]))
			}
			buffers[worker] = out
			return yield(worker, n, out, lines)
		})
		if err != nil {
			return total, err
		}
		total.Events += swept.Events
		total.Bytes += swept.Bytes
	}
	return total, nil
}

// unmask shows everything.
func (src *queriedSource) unmask() {
	src.mask = nil
	if src.shape != nil {
		src.shape.mask = nil
	}
}

// event is x as a query sees it.
func (src *queriedSource) event(x *logstore.Event) insights.Event {
	shown := src.mask.event(x)
	y := insights.Event{Timestamp: x.Timestamp, Ingestion: x.Ingestion, Stream: x.Stream, Seq: x.Seq, Index: x.Index, Message: shown.Message}
	if shown != x {
		y.Raw = x.Message
	}
	return y
}

// transform makes an event of a query what a transformer makes of it. The names of streams are at hand, so nothing can go wrong.
func (x *shaper) transform(e *insights.Event, sent []byte) *insights.Transformed {
	made, ok, err := x.event(&logstore.Event{Timestamp: e.Timestamp, Ingestion: e.Ingestion, Stream: e.Stream, Seq: e.Seq, Index: e.Index, Message: sent})
	if !ok || err != nil {
		return nil
	}
	return &insights.Transformed{Fields: made.fields, Raw: made.raw, Fault: made.fault}
}

// recordPointer names an event: AWS's @ptr.
func recordPointer(group, id string, e *insights.Event) string {
	at := logstore.Position{Timestamp: e.Timestamp, Seq: e.Seq, Index: e.Index}
	return base64.RawURLEncoding.EncodeToString([]byte(group + "\x00" + id + "\x00" + digits(int64(e.Stream)) + "\x00" + eventID(at, e.Stream)))
}
