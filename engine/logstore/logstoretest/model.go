package logstoretest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"unyo/engine/logstore"
)

// plain is the slow store that says what the fast one must answer.
type plain struct {
	events []event
	last   map[uint64]uint64 // committed numbers by stream
}

type event struct {
	pos     logstore.Position
	stream  uint64
	ingest  int64
	message string
}

func (p *plain) scan(f logstore.Filter) []event {
	var out []event
	for _, e := range p.events {
		ok := e.pos.Timestamp >= f.From && (f.To == 0 || e.pos.Timestamp < f.To)
		ok = ok && (f.Streams == nil || slices.Contains(f.Streams, e.stream))
		for _, c := range f.Contains {
			ok = ok && strings.Contains(e.message, c)
		}
		ok = ok && (f.Start == nil || e.pos.Compare(*f.Start) >= 0) && (f.End == nil || e.pos.Compare(*f.End) < 0)
		if ok {
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b event) int { return a.pos.Compare(b.pos) })
	if f.Desc {
		slices.Reverse(out)
	}
	return out
}

const group = "111111111111/eu-central-1/g"

// bench is a store beside its model.
type bench struct {
	t     *testing.T
	over  Subject
	fs    *Faulty
	store logstore.Engine
	model plain
	r     *rand.Rand
	now   int64
}

func (s Subject) bench(t *testing.T, seed uint64) *bench {
	b := &bench{t: t, over: s, fs: NewFaulty(), r: rand.New(rand.NewPCG(seed, 1)), now: 1_000_000, model: plain{last: map[uint64]uint64{}}}
	b.open()
	return b
}

func (b *bench) open() {
	b.store = b.over.Open(b.t, b.fs, 6000)
	b.store.Committed(func(_ context.Context, g string, stream uint64) (uint64, error) {
		if g != group {
			return 0, fmt.Errorf("asked for %q", g)
		}
		return b.model.last[stream], nil
	}, nil)
}

var words = strings.Fields("alpha beta gamma delta request-id 4711 ERROR warn GET /index.html über")

func (b *bench) message() string {
	var s []string
	for range b.r.IntN(12) {
		s = append(s, words[b.r.IntN(len(words))])
	}
	return strings.Join(s, " ")
}

// put stages a batch and, with commit, publishes it. It reports whether the store took it.
func (b *bench) put(commit bool) bool {
	b.now += int64(b.r.IntN(50))
	batch := &logstore.Batch{Group: group, Stream: uint64(1 + b.r.IntN(4)), Ingestion: b.now}
	batch.Number = b.model.last[batch.Stream] + 1
	ts := b.now - int64(b.r.IntN(3000))
	for range 1 + b.r.IntN(20) {
		batch.Events = append(batch.Events, logstore.Entry{Timestamp: ts, Message: b.message()})
		ts += int64(b.r.IntN(30))
	}
	ref, err := b.store.Stage(b.t.Context(), batch)
	if err != nil {
		if !b.fs.Fired() {
			b.t.Fatalf("Stage: %v", err)
		}
		return false
	}
	if !commit {
		if b.r.IntN(2) == 0 {
			b.store.Discard(ref)
		}
		return true
	}
	b.committed(batch, ref)
	return true
}

// committed is what follows when the row with the batch's number is written.
func (b *bench) committed(batch *logstore.Batch, ref logstore.Ref) {
	b.model.last[batch.Stream] = batch.Number
	b.store.Publish(ref)
	for i, e := range batch.Events {
		b.model.events = append(b.model.events, event{logstore.Position{Timestamp: e.Timestamp, Seq: ref.Seq, Index: uint32(i)}, batch.Stream, b.now, e.Message})
	}
}

func (b *bench) filter() logstore.Filter {
	var f logstore.Filter
	if b.r.IntN(2) == 0 {
		f.From = b.now - int64(b.r.IntN(6000))
	}
	if b.r.IntN(3) == 0 {
		f.To = b.now - int64(b.r.IntN(3000))
	}
	if b.r.IntN(2) == 0 {
		f.Streams = []uint64{uint64(1 + b.r.IntN(5)), uint64(1 + b.r.IntN(5))}
	}
	for range b.r.IntN(3) {
		f.Contains = append(f.Contains, []string{"alpha", "request-id 4711", "RR", "über", "html GET", "e"}[b.r.IntN(6)])
	}
	if len(b.model.events) > 0 {
		p := b.model.events[b.r.IntN(len(b.model.events))].pos
		switch b.r.IntN(4) {
		case 0:
			f.Start = &p
		case 1:
			f.End = &p
		}
	}
	f.Desc = b.r.IntN(2) == 0
	return f
}

func (b *bench) check(f logstore.Filter) {
	b.t.Helper()
	var got []event
	err := b.store.Scan(b.t.Context(), group, f, func(e *logstore.Event) bool {
		got = append(got, event{e.Position(), e.Stream, e.Ingestion, string(e.Message)})
		return true
	})
	if err != nil {
		b.t.Fatalf("Scan: %v", err)
	}
	want := b.model.scan(f)
	if !slices.Equal(got, want) {
		b.t.Fatalf("Scan %+v: %d events, want %d\ngot  %v\nwant %v", f, len(got), len(want), head(got), head(want))
	}
	f.Start, f.End, f.Desc = nil, nil, false
	b.checkSweep(f)
}

func head(es []event) []event { return es[:min(len(es), 5)] }

// drain checks that Batches shows each visible batch behind after once, in order, whole.
func (b *bench) drain(after uint64) {
	b.t.Helper()
	want := map[uint64][]event{}
	for _, e := range b.model.events {
		if e.pos.Seq > after {
			want[e.pos.Seq] = append(want[e.pos.Seq], e)
		}
	}
	last := after
	err := b.store.Batches(b.t.Context(), group, after, func(s *logstore.Stored) bool {
		if s.Seq <= last {
			b.t.Fatalf("batch %d after %d", s.Seq, last)
		}
		last = s.Seq
		var got []event
		for _, e := range s.Events {
			got = append(got, event{e.Position(), e.Stream, e.Ingestion, string(e.Message)})
		}
		if !slices.Equal(got, want[s.Seq]) {
			b.t.Fatalf("batch %d is %v, want %v", s.Seq, got, want[s.Seq])
		}
		delete(want, s.Seq)
		return true
	})
	if err != nil || len(want) > 0 {
		b.t.Fatalf("Batches: %v; %d batches missing", err, len(want))
	}
}

// Whatever is done in whatever order, the store answers as the plain model does, also after it is closed or loses power.
func random(t *testing.T, s Subject) {
	for seed := range uint64(s.rounds(12)) {
		b := s.bench(t, seed)
		for range 300 {
			switch n := b.r.IntN(20); {
			case n < 11:
				b.put(true)
			case n < 13:
				b.put(false)
			case n < 17:
				b.check(b.filter())
			case n == 17:
				if b.r.IntN(3) == 0 {
					must(t, b.store.Close())
					b.open()
				}
			case n == 18:
				if b.r.IntN(3) == 0 {
					must(t, b.store.Close())
					b.fs.PowerLoss(b.r)
					b.open()
				}
			case n == 19:
				b.quiesce()
				b.over.settle(t, b.store)
				b.drain(uint64(b.r.IntN(100)))
			}
		}
		b.quiesce()
		for range 2 {
			b.check(logstore.Filter{})
			b.check(logstore.Filter{Desc: true})
			b.drain(0)
			b.put(true)
			b.over.settle(t, b.store)
		}
		for range 20 {
			b.check(b.filter())
		}
		must(t, b.store.Close())
	}
}

// quiesce reopens, so that no batch is left undecided: Batches would rightly wait for it.
func (b *bench) quiesce() {
	must(b.t, b.store.Close())
	b.open()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
