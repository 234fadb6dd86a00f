package meter_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"unyo/base/call"
	"unyo/kernel"
	"unyo/kernel/clock"
	"unyo/kernel/meter"
	"unyo/kernel/store"
)

// year is an estate that uses something nearly every hour, for 460 days, and what it has used by hour.
type year struct {
	t      *testing.T
	k      *kernel.Kernel
	scope  call.Scope
	sums   map[string]map[time.Time]float64 // by usage
	levels []held
}

type held struct {
	resource string
	at       time.Time
	level    float64
}

var (
	asked  = meter.Usage{Service: "s3", Type: "Requests-Tier1"}
	kept   = meter.Usage{Service: "s3", Type: "TimedStorage-ByteHrs"}
	newDay = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
)

func openYear(t *testing.T, fs vfs.FS) *year {
	o := kernel.Options{Held: true, Start: newDay, Seed: 1, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	if fs != nil {
		o.Dir, o.FS = "estate", fs
	}
	k, err := kernel.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return &year{t: t, k: k, scope: call.Scope{Partition: "aws", Account: "111111111111", Region: "eu-central-1"}, sums: map[string]map[time.Time]float64{}}
}

func (y *year) to(at time.Time, report func(clock.Progress)) {
	y.t.Helper()
	if _, err := y.k.Clock.Advance(context.Background(), at, report); err != nil {
		y.t.Fatal(err)
	}
}

func (y *year) update(fn func(tx *store.Tx)) {
	y.t.Helper()
	ctx := call.With(context.Background(), &call.Call{Scope: y.scope, RequestID: "r"})
	if err := y.k.Store.Update(ctx, func(tx *store.Tx) error { fn(tx); return nil }); err != nil {
		y.t.Fatal(err)
	}
}

// live uses things until the end of a number of days.
func (y *year) live(rng *rand.Rand, days int) {
	for end := y.k.Clock.Now().Add(time.Duration(days) * 24 * time.Hour); y.k.Clock.Now().Before(end); {
		now := y.k.Clock.Now()
		n, level, name := float64(rng.IntN(1000)), float64(rng.IntN(5)*100), fmt.Sprint("b", rng.IntN(3))
		y.update(func(tx *store.Tx) {
			y.k.Meter.Add(tx, meter.Quantity{Usage: asked, Amount: n})
			y.k.Meter.Level(tx, kept, name, level)
		})
		if y.sums[asked.Type] == nil {
			y.sums[asked.Type] = map[time.Time]float64{}
		}
		y.sums[asked.Type][now.Truncate(time.Hour)] += n
		y.levels = append(y.levels, held{name, now, level})
		wait := time.Duration(rng.IntN(7200)) * time.Second
		if rng.IntN(60) == 0 { // a pause of days
			wait += time.Duration(rng.IntN(10)*24) * time.Hour
		}
		y.to(minOf(now.Add(wait), end), nil)
	}
}

func minOf(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// used is what is told, and what was, between two instants.
func (y *year) used(from, to time.Time) (sum, wantSum, hours, wantHours float64) {
	y.update(func(tx *store.Tx) {
		sum = 0
		for s := range y.k.Meter.Sums(tx, y.scope.Account, from, to) {
			sum += s.Amount
		}
		hours = y.k.Meter.Integral(tx, kept, from, to)
	})
	for at, n := range y.sums[asked.Type] {
		if !at.Before(from) && at.Before(to) {
			wantSum += n
		}
	}
	now := map[string]held{}
	count := func(h held, until time.Time) {
		if begin, end := maxOf(h.at, from), minOf(until, to); h.resource != "" && end.After(begin) {
			wantHours += h.level * end.Sub(begin).Hours()
		}
	}
	for _, h := range y.levels {
		count(now[h.resource], h.at)
		now[h.resource] = h
	}
	for _, name := range []string{"b0", "b1", "b2"} {
		count(now[name], to)
	}
	return sum, wantSum, hours, wantHours
}

func maxOf(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// After 460 days, hours of the last fourteen days, days of thirteen months and months behind them are told as they were used; and there are only as many rows
// as that takes. When nothing is used any more, the job rests.
func TestFold(t *testing.T) {
	y := openYear(t, nil)
	defer y.k.Close()
	y.live(rand.New(rand.NewPCG(7, 7)), 460)
	now := y.k.Clock.Now()
	check := func(from time.Time, length time.Duration) {
		t.Helper()
		sum, wantSum, hours, wantHours := y.used(from, from.Add(length))
		if sum != wantSum || math.Abs(hours-wantHours) > 1e-6 {
			t.Errorf("%s for %s: %v, %v, want %v, %v", from, length, sum, hours, wantSum, wantHours)
		}
	}
	for h := 1; h <= 14*24; h++ {
		check(now.Add(-time.Duration(h)*time.Hour).Truncate(time.Hour), time.Hour)
	}
	for d := range 13 * 30 {
		check(now.Truncate(24*time.Hour).AddDate(0, 0, -d), 24*time.Hour)
	}
	for month := newDay; month.Before(now); month = month.AddDate(0, 1, 0) {
		check(month, month.AddDate(0, 1, 0).Sub(month))
	}
	sums, levels := 0, 0
	if err := y.k.Store.Cat(context.Background(), "@meter", func(r store.Raw) bool {
		if r.Table == "sum" {
			sums++
		} else {
			levels++
		}
		return true
	}); err != nil {
		t.Fatal(err)
	}
	if sums > 16*24+430+2 || levels > 3*(460+16*24) || sums < 200 {
		t.Errorf("%d sums, %d levels", sums, levels)
	}
	y.to(now.AddDate(0, 1, 0), nil)
	if waiting, err := y.k.Jobs.Waiting(context.Background(), 10); err != nil || len(waiting) != 0 {
		t.Errorf("%+v, %v", waiting, err)
	}
	check(newDay, 2*365*24*time.Hour)
}

// The process dies around every run of the job, one of which finds more than fits into a transaction: the rows are the same.
func TestFoldCrash(t *testing.T) {
	disk := vfs.NewCrashableMem()
	y := openYear(t, disk)
	rng := rand.New(rand.NewPCG(8, 8))
	y.live(rng, 1)
	y.update(func(tx *store.Tx) {
		for i := range 300 {
			y.k.Meter.Add(tx, meter.Quantity{Usage: meter.Usage{Service: "x", Type: strings.Repeat("y", i%7) + fmt.Sprint(i)}, Amount: 1})
		}
	})
	y.live(rng, 12)
	var crashes []*vfs.MemFS
	end := y.k.Clock.Now().AddDate(0, 1, 0)
	if err := y.k.Store.Sync(); err != nil {
		t.Fatal(err)
	}
	for at := y.k.Clock.Now(); at.Before(end); at = at.Add(12 * time.Hour) {
		y.to(at, func(clock.Progress) {
			crashes = append(crashes, disk.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: 50, RNG: rng}))
			_ = y.k.Store.Sync()
			crashes = append(crashes, disk.CrashClone(vfs.CrashCloneCfg{}))
		})
	}
	finish := func(y *year) string {
		y.to(end, nil)
		hash, err := y.k.Hash(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if err := y.k.Close(); err != nil {
			t.Fatal(err)
		}
		return hash
	}
	want := finish(y)
	if len(crashes) < 20 {
		t.Fatalf("%d crashes", len(crashes))
	}
	for i, fs := range crashes {
		if got := finish(openYear(t, fs)); got != want {
			t.Fatalf("crash %d of %d", i, len(crashes))
		}
	}
	t.Logf("%d crashes", len(crashes))
}
