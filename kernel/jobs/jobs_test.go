package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"unyo/base/call"
	"unyo/kernel"
	"unyo/kernel/clock"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

var begin = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

var home = call.Scope{Partition: "aws", Account: "111111111111", Region: "eu-central-1"}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB, o kernel.Options) (*kernel.Kernel, *kernel.Service, context.Context) {
	t.Helper()
	o.Start, o.Seed, o.Log = begin, 1, slog.New(slog.NewTextHandler(io.Discard, nil))
	k, err := kernel.Open(o)
	ok(t, err)
	t.Cleanup(func() { ok(t, k.Close()) })
	ctx := call.With(t.Context(), &call.Call{Scope: home, Serial: k.Serial(), Service: "demo", RequestID: "req-1"})
	return k, k.For("demo"), ctx
}

func update(t testing.TB, s *kernel.Service, ctx context.Context, fn func(tx *store.Tx)) {
	t.Helper()
	ok(t, s.Update(ctx, func(tx *store.Tx) error { fn(tx); return nil }))
}

func advance(t testing.TB, k *kernel.Kernel, by time.Duration) clock.Report {
	t.Helper()
	r, err := k.Clock.Advance(t.Context(), k.Clock.Now().Add(by), nil)
	ok(t, err)
	return r
}

// Jobs run in the order of (instant, sequence), with time standing at their instants, as their service.
func TestOrder(t *testing.T) {
	k, s, ctx := open(t, kernel.Options{Held: true})
	var ran []string
	note := jobs.Handle(s.Jobs, "note", func(ctx context.Context, name string) error {
		c := call.From(ctx)
		ran = append(ran, fmt.Sprintf("%s %s %s", name, s.Clock.Now().Sub(begin), c.Job))
		if c.Principal.Kind != call.AWSService || c.Principal.Service != "demo.amazonaws.com" || c.Scope != home || c.Serial < store.Derived || !c.At.Equal(s.Clock.Now()) {
			t.Errorf("runs as %+v", c)
		}
		return nil
	})
	update(t, s, ctx, func(tx *store.Tx) {
		note.At(tx, begin.Add(2*time.Hour), "c")
		note.At(tx, begin.Add(time.Hour), "b")
		note.At(tx, begin.Add(-time.Hour), "late")
		note.Soon(tx, "a")
		note.Soon(tx, "a2")
		note.At(tx, begin.Add(2*time.Hour), "d")
		note.At(tx, begin.Add(3*time.Hour+1), "not yet")
	})
	r := advance(t, k, 3*time.Hour)
	want := []string{"late 0s job-3", "a 0s job-4", "a2 0s job-5", "b 1h0m0s job-2", "c 2h0m0s job-1", "d 2h0m0s job-6"}
	if !slices.Equal(ran, want) {
		t.Errorf("ran %q", ran)
	}
	if r.Ran != 6 || r.Failed != 0 || r.ByJob["demo.note"] != 6 || !r.Now.Equal(begin.Add(3*time.Hour)) {
		t.Errorf("report %+v", r)
	}
	left, err := k.Jobs.Waiting(t.Context(), 10)
	ok(t, err)
	if len(left) != 1 || left[0].ID != "job-7" || left[0].Job != "demo.note" || string(left[0].Arg) != `"not yet"` {
		t.Errorf("left %+v", left)
	}
}

// A transaction that does not happen puts no job, and one that is cancelled takes it back.
func TestKeys(t *testing.T) {
	k, s, ctx := open(t, kernel.Options{Held: true})
	var ran []string
	var note jobs.Job[string]
	note = jobs.Handle(s.Jobs, "note", func(ctx context.Context, name string) error {
		ran = append(ran, name)
		if name == "again" { // sets itself anew while it runs
			return s.Update(ctx, func(tx *store.Tx) error { note.AtKey(tx, "self", s.Clock.Now().Add(time.Minute), "last"); return nil })
		}
		return nil
	})
	if err := s.Update(ctx, func(tx *store.Tx) error { note.Soon(tx, "never"); return errors.New("no") }); err == nil {
		t.Fatal("no error")
	}
	update(t, s, ctx, func(tx *store.Tx) {
		note.AtKey(tx, "x", begin.Add(time.Hour), "x first")
		note.AtKey(tx, "y", begin.Add(time.Hour), "y")
		note.AtKey(tx, "z", begin.Add(time.Hour), "z")
		note.AtKey(tx, "z", begin.Add(time.Minute), "z again") // within one transaction
		note.AtKey(tx, "w", begin.Add(time.Hour), "w")
		note.CancelKey(tx, "w")
		note.AtKey(tx, "self", begin.Add(2*time.Hour), "again")
		note.AtKey(tx.In(call.Scope{Account: "222222222222", Region: home.Region}), "x", begin.Add(time.Hour), "another's x")
	})
	update(t, s, ctx, func(tx *store.Tx) {
		note.AtKey(tx, "x", begin.Add(time.Second), "x second")
		note.CancelKey(tx, "y")
		note.CancelKey(tx, "never")
		if _, set := note.DueKey(tx, "y"); set {
			t.Error("y is still set")
		}
		if due, set := note.DueKey(tx, "z"); !set || !due.Equal(begin.Add(time.Minute)) {
			t.Errorf("z is due %v %v", due, set)
		}
	})
	advance(t, k, 3*time.Hour)
	if want := []string{"x second", "z again", "another's x", "again", "last"}; !slices.Equal(ran, want) {
		t.Errorf("ran %q, want %q", ran, want)
	}
	h, err := k.Store.Tables(t.Context())
	ok(t, err)
	for _, table := range h {
		if table.Service == "@jobs" {
			t.Errorf("left over: %+v", table)
		}
	}
}

// A failing job is tried again on the estate's clock, by its policy, and then kept.
// A transaction that sets a key twice sets it once, as it said last; also while time flows, when a job is heard of
// the instant it is committed.
func TestKeyTwiceInOneTransaction(t *testing.T) {
	k, s, ctx := open(t, kernel.Options{})
	ran := make(chan string, 4)
	note := jobs.Handle(s.Jobs, "note", func(_ context.Context, name string) error {
		ran <- name
		return nil
	})
	ok(t, k.Start(t.Context()))
	update(t, s, ctx, func(tx *store.Tx) {
		note.AtKey(tx, "key", k.Clock.Now().Add(time.Hour), "first")
		note.AtKey(tx, "key", k.Clock.Now(), "second")
	})
	if got := <-ran; got != "second" {
		t.Errorf("ran %s", got)
	}
	if waiting, err := k.Jobs.Waiting(t.Context(), 10); err != nil || slices.ContainsFunc(waiting, func(p jobs.Pending) bool { return strings.Contains(fmt.Sprint(p), "first") }) {
		t.Errorf("still waiting: %v, %v", waiting, err)
	}
}

func TestRetry(t *testing.T) {
	k, s, ctx := open(t, kernel.Options{Held: true})
	var at []time.Duration
	away := true
	flaky := jobs.Handle(s.Jobs, "flaky", func(ctx context.Context, name string) error {
		at = append(at, s.Clock.Now().Sub(begin))
		if away {
			return errors.New("peer is away")
		}
		return nil
	})
	stubborn := jobs.Handle(s.Jobs, "stubborn", func(ctx context.Context, name string) error { return errors.New("never") },
		jobs.Retry(jobs.Policy{Attempts: 2, Wait: func(n int) time.Duration { return time.Duration(n) * time.Hour }}))
	hopeless := jobs.Handle(s.Jobs, "hopeless", func(ctx context.Context, name string) error {
		return jobs.Permanent(errors.New("no use"))
	})
	wild := jobs.Handle(s.Jobs, "wild", func(ctx context.Context, name string) error { panic("BUG: wild") })
	update(t, s, ctx, func(tx *store.Tx) { flaky.AtKey(tx, "k", begin, "f") })
	r := advance(t, k, 20*time.Second)
	if want := []time.Duration{0, time.Second, 3 * time.Second, 7 * time.Second, 15 * time.Second}; !slices.Equal(at, want) || r.Failed != 5 {
		t.Errorf("attempts at %v, %d failed", at, r.Failed)
	}
	away = false
	advance(t, k, time.Hour)
	if len(at) != 6 || at[5] != 31*time.Second {
		t.Errorf("attempts at %v", at)
	}
	update(t, s, ctx, func(tx *store.Tx) { stubborn.Soon(tx, "s"); hopeless.Soon(tx, "h"); wild.Soon(tx, "w") })
	advance(t, k, 24*time.Hour)
	failures, err := k.Jobs.Failures(t.Context(), 10)
	ok(t, err)
	var got []string
	for _, f := range failures {
		why, _, _ := strings.Cut(f.Why, "\n")
		got = append(got, fmt.Sprintf("%s %s %s", f.ID, f.Job(), why))
	}
	if want := []string{"job-2 demo.stubborn never", "job-3 demo.hopeless no use", "job-4 demo.wild panic: BUG: wild"}; !slices.Equal(got, want) {
		t.Fatalf("failures %q", got)
	}
	ok(t, k.Jobs.Again(t.Context(), "job-2"))
	ok(t, k.Jobs.Drop(t.Context(), "job-3"))
	for _, id := range []string{"job-3", "job-99", "x"} {
		if err := k.Jobs.Again(t.Context(), id); !errors.Is(err, jobs.ErrNoJob) {
			t.Errorf("again %s: %v", id, err)
		}
	}
	if r := advance(t, k, 24*time.Hour); r.ByJob["demo.stubborn"] != 2 {
		t.Errorf("tried again: %+v", r)
	}
	failures, err = k.Jobs.Failures(t.Context(), 10)
	ok(t, err)
	if len(failures) != 2 || failures[0].Scope().Account != home.Account {
		t.Errorf("failures %+v", failures)
	}
}

// Work that nobody handles is kept, not lost.
func TestNoHandler(t *testing.T) {
	dir := t.TempDir()
	k, s, ctx := open(t, kernel.Options{Held: true, Dir: dir})
	gone := jobs.Handle(s.Jobs, "gone", func(ctx context.Context, _ struct{}) error { return nil })
	update(t, s, ctx, func(tx *store.Tx) { gone.Soon(tx, struct{}{}) })
	ok(t, k.Close())
	k, _, _ = open(t, kernel.Options{Held: true, Dir: dir})
	advance(t, k, time.Second)
	failures, err := k.Jobs.Failures(t.Context(), 10)
	ok(t, err)
	if len(failures) != 1 || failures[0].Why != "nobody handles demo.gone" {
		t.Errorf("failures %+v", failures)
	}
}

// A job draws the same ids however often it runs, and Settle ends it in its own transaction.
func TestSameDrawsAndSettle(t *testing.T) {
	k, s, ctx := open(t, kernel.Options{Held: true})
	ids := map[string]int{}
	var job jobs.Job[int]
	job = jobs.Handle(s.Jobs, "draw", func(ctx context.Context, fails int) error {
		id := s.Entropy.ID(ctx, "AIDA", 17)
		ids[id]++
		if ids[id] <= fails {
			return errors.New("again")
		}
		return s.Update(ctx, func(tx *store.Tx) error {
			jobs.Settle(ctx, tx)
			return nil
		})
	})
	update(t, s, ctx, func(tx *store.Tx) { job.Soon(tx, 2); job.Soon(tx, 0) })
	before := k.Store.Mark().Version
	if r := advance(t, k, time.Minute); r.Ran != 4 || r.Failed != 2 {
		t.Errorf("%+v", r)
	}
	if len(ids) != 2 {
		t.Errorf("ids %v", ids)
	}
	if commits := k.Store.Mark().Version - before; commits != 5 { // two retries, two ends, the clock
		t.Errorf("%d commits", commits)
	}
	// Once its row is gone, a job that fails after all is not tried again.
	late := jobs.Handle(s.Jobs, "late", func(ctx context.Context, _ int) error {
		if err := s.Update(ctx, func(tx *store.Tx) error { jobs.Settle(ctx, tx); return nil }); err != nil {
			return err
		}
		return errors.New("too late")
	})
	update(t, s, ctx, func(tx *store.Tx) { late.Soon(tx, 0) })
	if r := advance(t, k, time.Hour); r.ByJob["demo.late"] != 1 {
		t.Errorf("%+v", r)
	}
}

// More jobs than the queue keeps in memory, put in any order, from the store and from commits.
func TestManyJobs(t *testing.T) {
	k, s, ctx := open(t, kernel.Options{Held: true})
	const n = 20000
	last, ran := time.Time{}, 0
	var job jobs.Job[int]
	job = jobs.Handle(s.Jobs, "j", func(ctx context.Context, i int) error {
		if now := s.Clock.Now(); now.Before(last) || !now.Equal(begin.Add(time.Duration(i)*time.Second)) {
			t.Errorf("job %d at %v after %v", i, now, last)
		}
		last = s.Clock.Now()
		if ran++; i%10 == 0 && i < n { // puts more while it goes
			return s.Update(ctx, func(tx *store.Tx) error { job.At(tx, begin.Add(time.Duration(i+n/2)*time.Second), i+n/2); return nil })
		}
		return nil
	})
	for part := range n / 500 {
		update(t, s, ctx, func(tx *store.Tx) {
			for i := range 500 {
				x := (part*500 + i) * 7919 % n
				job.At(tx, begin.Add(time.Duration(x)*time.Second), x)
			}
		})
	}
	advance(t, k, 100*time.Hour)
	if want := n + n/10 + n/20; ran != want { // every tenth puts one, and half of those another
		t.Errorf("%d ran, want %d", ran, want)
	}
	if left, _ := k.Jobs.Waiting(t.Context(), 1); len(left) != 0 {
		t.Errorf("left %+v", left)
	}
}
