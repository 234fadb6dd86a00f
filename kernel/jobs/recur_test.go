package jobs_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"unyo/base/call"
	"unyo/kernel"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// chains is an estate with work that sets itself again every hour, is away for a while, and writes down when it was done.
type chains struct {
	k    *kernel.Kernel
	s    *kernel.Service
	ctx  context.Context
	done store.Table[string]
	hour jobs.Job[string] // keyed, sets itself again
	once jobs.Job[string] // without key, must be done some time
	plan jobs.Job[int]    // each a piece of its own
	lost jobs.Job[string]

	away func(at time.Time) bool
	step func()
}

func openChains(t testing.TB, o kernel.Options) *chains {
	t.Helper()
	o.Held, o.Start, o.Seed, o.Log = true, begin, 1, slog.New(slog.NewTextHandler(io.Discard, nil))
	k, err := kernel.Open(o)
	ok(t, err)
	c := &chains{k: k, s: k.For("demo"), away: func(time.Time) bool { return false }, step: func() {}}
	c.ctx = call.With(t.Context(), &call.Call{Scope: home, Serial: 1, Service: "demo", RequestID: "req-1"})
	c.done = store.TableOf[string](c.s.Rows, "done", store.Regional)
	do := func(ctx context.Context, what string, then func(tx *store.Tx)) error {
		now := c.s.Clock.Now()
		c.step()
		defer c.step()
		if c.away(now) {
			return errors.New("away")
		}
		return c.s.Update(ctx, func(tx *store.Tx) error {
			c.done.Put(tx, now.Sub(begin).String()+" "+what, call.From(ctx).Job)
			then(tx)
			jobs.Settle(ctx, tx)
			return nil
		})
	}
	c.hour = jobs.Handle(c.s.Jobs, "hour", func(ctx context.Context, key string) error {
		return do(ctx, "hour "+key, func(tx *store.Tx) { c.hour.AtKey(tx, key, c.s.Clock.Now().Add(time.Hour), key) })
	}, jobs.Every(time.Hour))
	c.once = jobs.Handle(c.s.Jobs, "once", func(ctx context.Context, key string) error { return do(ctx, "once "+key, func(*store.Tx) {}) }, jobs.Every(24*time.Hour))
	c.plan = jobs.Handle(c.s.Jobs, "plan", func(ctx context.Context, n int) error {
		return do(ctx, fmt.Sprint("plan ", n), func(tx *store.Tx) { c.plan.AtKey(tx, "p", begin.Add(time.Duration(n+1)*90*time.Minute), n+1) })
	}, jobs.Retry(jobs.Policy{Attempts: 1}), jobs.Recurring(func(tx *store.Tx, n int) (time.Time, int, bool) {
		return begin.Add(time.Duration(n+1) * 90 * time.Minute), n + 1, true
	}))
	c.lost = jobs.Handle(c.s.Jobs, "lost", func(ctx context.Context, key string) error { return do(ctx, "lost", func(*store.Tx) {}) }, jobs.Once())
	return c
}

func (c *chains) begin(t testing.TB) {
	update(t, c.s, c.ctx, func(tx *store.Tx) {
		c.hour.AtKey(tx, "h", begin.Add(30*time.Minute), "h")
		c.once.At(tx, begin.Add(2*time.Hour), "o")
		c.plan.AtKey(tx, "p", begin, 0)
		c.lost.At(tx, begin.Add(2*time.Hour), "l")
	})
}

func (c *chains) log(t testing.TB) (out []string) {
	t.Helper()
	ok(t, c.s.View(c.ctx, func(tx *store.Tx) error {
		for k, job := range c.done.From(tx, "") {
			out = append(out, k+" "+job)
		}
		return nil
	}))
	return out
}

func (c *chains) failures(t testing.TB) (out []string) {
	t.Helper()
	list, err := c.k.Jobs.Failures(c.ctx, 10)
	ok(t, err)
	for _, f := range list {
		next := "never"
		if !f.Next.IsZero() {
			next = f.Next.Sub(begin).String()
		}
		out = append(out, fmt.Sprintf("%s %s next %s", f.Job(), f.ID, next))
	}
	return out
}

// betweenOneAndThree is when the work cannot be done.
func betweenOneAndThree(at time.Time) bool {
	return !at.Before(begin.Add(time.Hour)) && at.Before(begin.Add(3*time.Hour))
}

// A run that is given up is told, and its work comes back: under its own number if it is the same, and its failure goes when it is done; under
// another if it is other work. What waits for the operator waits.
func TestGivenUpComesBack(t *testing.T) {
	c := openChains(t, kernel.Options{})
	defer c.k.Close()
	c.away = betweenOneAndThree
	c.begin(t)
	advance(t, c.k, 150*time.Minute)
	// hour ran at 0:30 as job-1, and as job-6, set for 1:30, it was given up at 1:32 and at 2:02
	if got, want := c.failures(t), []string{"demo.once job-2 next 24h0m0s", "demo.lost job-4 next never", "demo.plan job-5 next never", "demo.hour job-6 next 3h0m0s"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	advance(t, c.k, 26*time.Hour)
	if got, want := c.failures(t), []string{"demo.lost job-4 next never", "demo.plan job-5 next never"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	got := strings.Join(c.log(t), "\n")
	for _, want := range []string{"30m0s hour h job-1", "3h0m0s hour h job-6", "24h0m0s once o job-2", "0s plan 0 job-3", "3h0m0s plan 2 job-7"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
}

// Whoever asks again has it come at once, also between attempts; Drop only forgets; and a key that is set meanwhile, or taken back, is the end of the failed one.
func TestGivenUpAskedAgain(t *testing.T) {
	c := openChains(t, kernel.Options{})
	defer c.k.Close()
	c.away = func(time.Time) bool { return true }
	update(t, c.s, c.ctx, func(tx *store.Tx) {
		c.hour.AtKey(tx, "a", begin, "a")
		c.hour.AtKey(tx, "b", begin, "b")
		c.hour.AtKey(tx, "c", begin, "c")
	})
	advance(t, c.k, 10*time.Minute)
	ok(t, c.k.Jobs.Again(t.Context(), "job-1"))
	advance(t, c.k, 10*time.Second) // some attempts of the second round
	ok(t, c.k.Jobs.Again(t.Context(), "job-1"))
	ok(t, c.k.Jobs.Drop(t.Context(), "job-2"))
	update(t, c.s, c.ctx, func(tx *store.Tx) { c.hour.CancelKey(tx, "c") })
	c.away = func(time.Time) bool { return false }
	advance(t, c.k, 0)
	if got, want := c.log(t), []string{"10m10s hour a job-1"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if got := c.failures(t); len(got) != 0 {
		t.Errorf("%q", got)
	}
	advance(t, c.k, 50*time.Minute)
	if got, want := c.log(t), []string{"10m10s hour a job-1", "1h0m0s hour b job-2"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// The process dies at every step, with all written, half of it, or what was synced only: the rows come out the same.
func TestGivenUpCrash(t *testing.T) {
	disk := vfs.NewCrashableMem()
	c := openChains(t, kernel.Options{Dir: "estate", FS: disk})
	c.away = betweenOneAndThree
	c.begin(t)
	end := begin.Add(26 * time.Hour)
	var crashes []*vfs.MemFS
	rng, steps := rand.New(rand.NewPCG(3, 3)), 0
	c.step = func() {
		crashes = append(crashes, disk.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: 50, RNG: rng}))
		if steps++; steps%3 == 0 {
			ok(t, c.k.Store.Sync())
		}
		crashes = append(crashes, disk.CrashClone(vfs.CrashCloneCfg{}))
	}
	finish := func(c *chains) string {
		advance(t, c.k, end.Sub(c.k.Clock.Now()))
		hash, err := c.k.Hash(c.ctx)
		ok(t, err)
		ok(t, c.k.Close())
		return hash
	}
	want := finish(c)
	again := openChains(t, kernel.Options{})
	again.away = betweenOneAndThree
	again.begin(t)
	if got := finish(again); got != want {
		t.Error("two runs differ")
	}
	for i, fs := range crashes {
		c := openChains(t, kernel.Options{Dir: "estate", FS: fs})
		c.away = betweenOneAndThree
		if got := finish(c); got != want {
			t.Fatalf("crash at step %d of %d", i, len(crashes))
		}
	}
	t.Logf("%d crashes", len(crashes))
}

// What the process has died of five times comes back as well, and is given up at the next death.
func TestDeadlyComesBack(t *testing.T) {
	dir := t.TempDir()
	c := openChains(t, kernel.Options{Dir: dir})
	c.begin(t)
	for _, died := range []uint32{5, 1} {
		next := c.due(t, "demo.hour")
		ok(t, c.k.Close())
		note := make([]byte, 32) // deaths.go
		binary.BigEndian.PutUint64(note, uint64(next.UnixNano())^1<<63)
		binary.BigEndian.PutUint64(note[8:], 1)
		binary.BigEndian.PutUint32(note[16:], died)
		ok(t, os.WriteFile(filepath.Join(dir, "running"), note, 0o600))
		c = openChains(t, kernel.Options{Dir: dir})
		advance(t, c.k, next.Sub(c.k.Clock.Now()))
		if got, want := c.due(t, "demo.hour"), next.Truncate(time.Hour).Add(time.Hour); got != want {
			t.Errorf("comes back at %s, want %s", got, want)
		}
		if got := c.failures(t); len(got) != 1 || !strings.HasPrefix(got[0], "demo.hour job-1") {
			t.Errorf("%q", got)
		}
	}
	advance(t, c.k, time.Hour)
	if got := c.log(t); !slices.Contains(got, "2h0m0s hour h job-1") || len(c.failures(t)) != 0 {
		t.Errorf("%q", got)
	}
	ok(t, c.k.Close())
}

func (c *chains) due(t testing.TB, job string) time.Time {
	t.Helper()
	list, err := c.k.Jobs.Waiting(c.ctx, 10)
	ok(t, err)
	for _, p := range list {
		if p.Job == job {
			return p.Due
		}
	}
	t.Fatalf("%s does not wait", job)
	return time.Time{}
}
