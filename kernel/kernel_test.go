package kernel_test

import (
	"context"
	"io"
	"log/slog"
	"testing"
	"time"

	"unyo/base/call"
	"unyo/kernel"
	"unyo/kernel/clock"
	"unyo/kernel/jobs"
	"unyo/kernel/journal"
	"unyo/kernel/store"
)

var begin = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// held opens an estate whose clock stands at begin.
func held(t testing.TB, o kernel.Options) *kernel.Kernel {
	t.Helper()
	o.Held, o.Start, o.Log = true, begin, quiet()
	if o.Seed == 0 {
		o.Seed = 7
	}
	k, err := kernel.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// as is a context of a request to service in the test's account and region.
func as(k *kernel.Kernel, service string) context.Context {
	return call.With(context.Background(), &call.Call{
		Scope:  call.Scope{Partition: "aws", Account: "111111111111", Region: "eu-central-1"},
		Serial: k.Serial(), Service: service, Operation: "Test", RequestID: "r", At: k.Clock.Now(),
	})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// An hourly job of a day runs 24 times, at its instants, and the watch sees each change once.
func TestDayOfHourlyJob(t *testing.T) {
	k := held(t, kernel.Options{})
	defer k.Close()
	s := k.For("demo")
	ticks := store.TableOf[time.Time](s.Rows, "tick", store.Regional)
	var tick jobs.Job[int]
	tick = jobs.Handle(s.Jobs, "tick", func(ctx context.Context, n int) error {
		return s.Update(ctx, func(tx *store.Tx) error {
			now := s.Clock.Now()
			ticks.Put(tx, now.Format(time.RFC3339), now)
			s.Journal.Change(tx, journal.Change{ARN: "arn:aws:demo:::x", Type: "demo", Event: "Tick"})
			tick.At(tx, now.Add(time.Hour), n+1)
			return nil
		})
	})
	var seen []uint64
	k.Journal.Watch(journal.Watch{Name: "w", Of: journal.OfChange, See: func(ctx context.Context, e journal.Entry) error {
		seen = append(seen, e.Seq)
		return nil
	}})
	ctx := as(k, "demo")
	must(t, k.Start(ctx))
	must(t, s.Update(ctx, func(tx *store.Tx) error {
		tick.At(tx, begin.Add(time.Hour), 1)
		return nil
	}))
	r, err := k.Clock.Advance(ctx, begin.Add(24*time.Hour), func(clock.Progress) {})
	must(t, err)
	if r.ByJob["demo.tick"] != 24 || r.Failed != 0 {
		t.Fatalf("report %+v", r)
	}
	if len(seen) != 24 || seen[23] != 24 {
		t.Fatalf("watch saw %v", seen)
	}
	n := 0
	must(t, s.View(ctx, func(tx *store.Tx) error {
		n = 0
		for key, at := range ticks.From(tx, "") {
			n++
			if want := begin.Add(time.Duration(n) * time.Hour); !at.Equal(want) || key != want.Format(time.RFC3339) {
				t.Errorf("tick %d at %s", n, at)
			}
		}
		return nil
	}))
	if n != 24 {
		t.Fatalf("%d rows", n)
	}
	if !k.Clock.Now().Equal(begin.Add(24 * time.Hour)) {
		t.Fatalf("now %s", k.Clock.Now())
	}
}
