package logs

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	api "unyo/api/logs"
	"unyo/engine/logstore"
	"unyo/engine/pattern"
	"unyo/kernel/store"
)

// tails counts the open Live Tail sessions by account and region. They are connections: nothing of them is kept.
type tails struct {
	mu   sync.Mutex
	open map[string]int
}

// join opens a session; false when there are too many. leave ends it, and may be called again.
func (t *tails) join(place string) (leave func(), ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.open[place] >= maxTails {
		return nil, false
	}
	if t.open == nil {
		t.open = map[string]int{}
	}
	t.open[place]++
	return sync.OnceFunc(func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.open[place]--; t.open[place] == 0 {
			delete(t.open, place)
		}
	}), true
}

// liveTail is one session.
type liveTail struct {
	s       *Service
	in      *api.StartLiveTailInput
	pattern *pattern.Pattern
	id      string
	groups  []*tailedGroup
	begin   time.Time
	updates []tailUpdate // that are to be sent, by second
}

// tailedGroup is a group of a session, and how far the session has read it.
type tailedGroup struct {
	name, id, folder string
	label            string // ACCOUNT:NAME, as updates call it
	seq              uint64
	mask             *masker
	names            map[uint64]string // of streams met; "" for those not asked for
}

// tailUpdate is what came within one second of the session.
type tailUpdate struct {
	second  int64
	events  []api.LiveTailSessionLogEvent
	sampled bool
}

// read gathers what came in before an instant, by the second in which it came.
func (t *liveTail) read(ctx context.Context, before time.Time) error {
	t.updates = nil
	for _, g := range t.groups {
		var failed error
		if err := t.remask(ctx, g); err != nil {
			return err
		}
		err := t.s.store.Batches(ctx, g.folder, g.seq, func(b *logstore.Stored) bool {
			if b.Events[0].Ingestion >= before.UnixMilli() {
				return false
			}
			var name string
			if name, failed = t.streamName(ctx, g, b.Stream); failed != nil {
				return false
			}
			g.seq = b.Seq
			if name != "" {
				t.add(g, name, b.Events)
			}
			return true
		})
		if err == nil {
			err = failed
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *liveTail) add(g *tailedGroup, stream string, events []logstore.Event) {
	for i := range events {
		e := g.mask.event(&events[i])
		if !t.pattern.Match(e.Message) {
			continue
		}
		u := t.update((e.Ingestion - t.begin.UnixMilli()) / tailRhythm.Milliseconds())
		if u == nil {
			return // too old to be kept for a slow reader
		}
		if len(u.events) == tailEvents {
			u.sampled = true
			return
		}
		u.events = append(u.events, api.LiveTailSessionLogEvent{
			IngestionTime: new(e.Ingestion), Timestamp: new(e.Timestamp), Message: new(string(e.Message)), LogGroupIdentifier: &g.label, LogStreamName: &stream,
		})
	}
}

// remask learns what is protected in a group now.
func (t *liveTail) remask(ctx context.Context, g *tailedGroup) error {
	return t.s.k.View(ctx, func(tx *store.Tx) error {
		row, ok := t.s.groups.Get(tx, g.name)
		if !ok || row.ID != g.id {
			return nil
		}
		var err error
		g.mask, err = t.s.maskerOf(tx, &row)
		return err
	})
}

// update is that of a second; nil when so many later ones are kept already that it is dropped.
func (t *liveTail) update(second int64) *tailUpdate {
	i, there := slices.BinarySearchFunc(t.updates, second, func(u tailUpdate, s int64) int { return int(u.second - s) })
	if there {
		return &t.updates[i]
	}
	if len(t.updates) == tailUpdates {
		if i == 0 {
			return nil
		}
		t.updates, i = slices.Delete(t.updates, 0, 1), i-1
	}
	t.updates = slices.Insert(t.updates, i, tailUpdate{second: second, events: []api.LiveTailSessionLogEvent{}})
	return &t.updates[i]
}

// streamName is the name of a stream that the session asked for, "" of any other and of one that is gone.
func (t *liveTail) streamName(ctx context.Context, g *tailedGroup, id uint64) (name string, err error) {
	if name, known := g.names[id]; known {
		return name, nil
	}
	err = t.s.k.View(ctx, func(tx *store.Tx) error {
		name, _ = t.s.names.Get(tx, streamIDKey(g.id, id))
		return nil
	})
	if err != nil {
		return "", err
	}
	if len(t.in.LogStreamNames) > 0 && !slices.Contains(t.in.LogStreamNames, name) ||
		len(t.in.LogStreamNamePrefixes) > 0 && !slices.ContainsFunc(t.in.LogStreamNamePrefixes, func(p string) bool { return strings.HasPrefix(name, p) }) {
		name = ""
	}
	g.names[id] = name
	return name, nil
}
