package logstoretest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"unyo/engine/logstore"
)

// Whichever operation of the disk fails, whole or torn, once or until somebody heals it: what was acknowledged is there, what was
// refused is not, before and after power is lost.
func everyOperationFails(t *testing.T, s Subject) {
	for _, mode := range []struct {
		name        string
		err         error
		tear, stuck bool
	}{{"once", errDisk, false, false}, {"torn", errDisk, true, false}, {"full", errFull, true, true}} {
		t.Run(mode.name, func(t *testing.T) {
			for n := 1; n < 140; n += s.stride() {
				b := s.bench(t, uint64(n))
				b.fs.FailAfter(n, mode.err, mode.tear, mode.stuck)
				refused := 0
				for range 40 {
					if !b.put(b.r.IntN(8) > 0) {
						refused++
					}
				}
				b.check(logstore.Filter{})
				b.fs.Heal()
				for range 3 {
					if !b.put(true) {
						t.Fatalf("operation %d: refused after the disk is well again", n)
					}
				}
				if !mode.stuck && refused > 1 {
					t.Fatalf("operation %d: one failure, %d refused", n, refused)
				}
				must(t, b.store.Close())
				if n%2 == 0 {
					b.fs.PowerLoss(b.r)
				}
				b.open()
				b.check(logstore.Filter{})
				b.put(true)
				b.quiesce()
				b.check(logstore.Filter{Desc: true})
				b.drain(0)
				must(t, b.store.Close())
			}
		})
	}
}

// A full disk has a name.
func diskFull(t *testing.T, s Subject) {
	b := s.bench(t, 1)
	b.put(true)
	b.fs.FailAfter(1, errFull, true, true)
	_, err := b.store.Stage(t.Context(), &logstore.Batch{Group: group, Stream: 9, Number: 1, Events: []logstore.Entry{{Timestamp: 1, Message: "x"}}})
	if !errors.Is(err, logstore.ErrDiskFull) {
		t.Fatal(err)
	}
	b.fs.Heal()
	b.put(true)
	b.check(logstore.Filter{})
	must(t, b.store.Close())
}

// Power is lost within any operation: no write of the log, no segment, no removal leaves more or less than was acknowledged.
func powerLossAnywhere(t *testing.T, s Subject) {
	for n := 1; n < 150; n += s.stride() {
		b := s.bench(t, uint64(n)+1000)
		b.fs.FailAfter(n, errDisk, true, true)
		for !b.fs.Fired() {
			b.put(b.r.IntN(8) > 0)
		}
		must(t, b.store.Close())
		b.fs.PowerLoss(b.r)
		b.open()
		b.check(logstore.Filter{})
		for range 10 {
			b.put(true)
		}
		b.quiesce()
		b.check(logstore.Filter{})
		b.drain(0)
		must(t, b.store.Close())
	}
}

// A batch that was staged twice under one number, for the first was given up, is there once.
func numberUsedAgain(t *testing.T, s Subject) {
	b := s.bench(t, 1)
	stage := func(number uint64, text string) logstore.Ref {
		ref, err := b.store.Stage(t.Context(), &logstore.Batch{Group: group, Stream: 1, Number: number, Ingestion: 1, Events: []logstore.Entry{{Timestamp: 1, Message: text}}})
		must(t, err)
		return ref
	}
	b.store.Discard(stage(1, "given up"))
	b.store.Publish(stage(1, "kept"))
	stage(2, "never committed")
	b.model.last[1] = 1
	for range 2 {
		b.quiesce()
		var got []string
		must(t, b.store.Scan(t.Context(), group, logstore.Filter{}, func(e *logstore.Event) bool {
			got = append(got, string(e.Message))
			return true
		}))
		if fmt.Sprint(got) != "[kept]" {
			t.Fatal(got)
		}
	}
}

// Retention drops whole files, and tells when there is more to drop.
func dropBefore(t *testing.T, s Subject) {
	b := s.bench(t, 5)
	for range 120 {
		b.put(true)
	}
	s.settle(t, b.store)
	for {
		next, ok, err := b.store.DropBefore(t.Context(), group, b.now-2000)
		must(t, err)
		if !ok || next < b.now-2000 {
			t.Fatalf("next %d, %t", next, ok)
		}
		break
	}
	b.check(logstore.Filter{From: b.now - 2000})
	st, err := b.store.Stats(t.Context(), group)
	must(t, err)
	if int(st.Events) >= len(b.model.events) || int(st.Events) < len(b.model.scan(logstore.Filter{From: b.now - 2000})) {
		t.Fatalf("%d of %d events are left", st.Events, len(b.model.events))
	}
	_, ok, err := b.store.DropBefore(t.Context(), group, b.now+10_000)
	must(t, err)
	if ok {
		t.Fatal("something is left")
	}
	head, err := b.store.Head(t.Context(), group)
	must(t, err)
	b.model.events = nil
	b.quiesce()
	b.check(logstore.Filter{})
	if again, err := b.store.Head(t.Context(), group); err != nil || again != head {
		t.Fatalf("sequence goes back from %d to %d: %v", head, again, err)
	}
	b.put(true)
	b.check(logstore.Filter{})
	for range 2 { // the name may come again
		must(t, b.store.Drop(group))
		b.model = plain{last: map[uint64]uint64{}}
		b.check(logstore.Filter{})
		for range 60 {
			b.put(true)
		}
		s.settle(t, b.store)
		b.check(logstore.Filter{})
	}
	must(t, b.store.Close())
}

// Many writers and readers at once: every batch is seen whole or not at all, and Batches misses none.
func writersAndReaders(t *testing.T, over Subject) {
	s := over.Open(t, NewFaulty(), 50_000)
	s.Committed(func(context.Context, string, uint64) (uint64, error) { return 0, nil }, nil)
	const writers, batches, size = 6, 60, 20
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(w), 1))
			for n := range batches {
				b := &logstore.Batch{Group: group, Stream: uint64(w), Number: uint64(n + 1), Ingestion: int64(n)}
				for i := range size {
					b.Events = append(b.Events, logstore.Entry{Timestamp: int64(n*10 + i), Message: fmt.Sprint(w, n, i)})
				}
				ref, err := s.Stage(t.Context(), b)
				if err != nil {
					t.Error(err)
					return
				}
				if r.IntN(10) == 0 {
					s.Discard(ref)
				} else {
					s.Publish(ref)
				}
			}
		})
	}
	seen, events := map[uint64]bool{}, 0
	after := uint64(0)
	read := func() {
		must(t, s.Batches(t.Context(), group, after, func(b *logstore.Stored) bool {
			if seen[b.Seq] || b.Seq <= after || len(b.Events) != size {
				t.Fatalf("batch %d with %d events after %d", b.Seq, len(b.Events), after)
			}
			seen[b.Seq], after, events = true, b.Seq, events+size
			return true
		}))
		counts := map[uint64]int{}
		must(t, s.Scan(t.Context(), group, logstore.Filter{}, func(e *logstore.Event) bool {
			counts[e.Seq]++
			return true
		}))
		for seq, n := range counts {
			if n != size {
				t.Fatalf("batch %d: %d events seen", seq, n)
			}
		}
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		read()
	}
	st, err := s.Stats(t.Context(), group)
	must(t, err)
	if int(st.Events) != events {
		t.Fatalf("Batches showed %d events of %d", events, st.Events)
	}
	must(t, s.Close())
}

// More groups than are kept in memory: all answer, and no batch that waits for its fate is forgotten.
func manyGroups(t *testing.T, over Subject) {
	fs := NewFaulty()
	var mu sync.Mutex // the engine may ask from a goroutine of its own
	last := map[string]uint64{}
	s := over.Open(t, fs, 8<<20)
	s.Committed(func(_ context.Context, g string, _ uint64) (uint64, error) {
		mu.Lock()
		defer mu.Unlock()
		return last[g], nil
	}, nil)
	stage := func(name string) logstore.Ref {
		ref, err := s.Stage(t.Context(), &logstore.Batch{Group: name, Stream: 1, Number: last[name] + 1, Ingestion: 1, Events: []logstore.Entry{{Timestamp: int64(last[name]), Message: name}}})
		must(t, err)
		return ref
	}
	waiting := stage("a/b/waiting")
	for round := range 2 {
		for i := range 600 {
			name := fmt.Sprint("a/b/", i)
			ref := stage(name)
			mu.Lock()
			last[name]++
			mu.Unlock()
			s.Publish(ref)
			n := 0
			must(t, s.Scan(t.Context(), name, logstore.Filter{}, func(*logstore.Event) bool { n++; return true }))
			if n != round+1 {
				t.Fatalf("group %d has %d events in round %d", i, n, round)
			}
		}
	}
	mu.Lock()
	last["a/b/waiting"] = 1
	mu.Unlock()
	s.Publish(waiting)
	n := 0
	must(t, s.Scan(t.Context(), "a/b/waiting", logstore.Filter{}, func(*logstore.Event) bool { n++; return true }))
	if n != 1 {
		t.Fatal("the batch that waited is gone")
	}
	must(t, s.Clear())
	must(t, s.Scan(t.Context(), "a/b/1", logstore.Filter{}, func(*logstore.Event) bool { t.Fatal("there after Clear"); return true }))
	must(t, s.Close())
}
