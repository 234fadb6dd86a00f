package kernel_test

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"unyo/kernel"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// One virtual year of an hourly job that reads a row, writes it and sets its next run.
func BenchmarkYearOfHourlyJob(b *testing.B) {
	for _, name := range []string{"memory", "embedded"} {
		b.Run(name, func(b *testing.B) {
			for range b.N {
				o := kernel.Options{}
				if name == "embedded" {
					o.Dir = b.TempDir()
				}
				k := held(b, o)
				s := k.For("demo")
				rows := store.TableOf[int](s.Rows, "count", store.Regional)
				var tick jobs.Job[string]
				tick = jobs.Handle(s.Jobs, "tick", func(ctx context.Context, id string) error {
					return s.Update(ctx, func(tx *store.Tx) error {
						n, _ := rows.Get(tx, id)
						rows.Put(tx, id, n+1)
						tick.AtKey(tx, id, s.Clock.Now().Add(time.Hour), id)
						return nil
					})
				})
				ctx := as(k, "demo")
				must(b, k.Start(ctx))
				must(b, s.Update(ctx, func(tx *store.Tx) error {
					tick.AtKey(tx, "x", begin.Add(time.Hour), "x")
					return nil
				}))
				r, err := k.Clock.Advance(ctx, begin.AddDate(1, 0, 0), nil)
				must(b, err)
				if r.Ran != 8760 {
					b.Fatalf("%+v", r)
				}
				must(b, k.Close())
			}
			b.ReportMetric(float64(b.Elapsed().Seconds())/float64(b.N)/8760*1e6, "µs/job")
		})
	}
}

// Work put by Soon and done while time flows, from eight writers, each in its own lane; until the last is done.
func BenchmarkSoon(b *testing.B) {
	k, err := kernel.Open(kernel.Options{Dir: b.TempDir(), Seed: 1, Log: quiet()})
	must(b, err)
	s := k.For("demo")
	rows := store.TableOf[int](s.Rows, "count", store.Regional)
	var done sync.WaitGroup
	done.Add(b.N)
	work := jobs.Handle(s.Jobs, "work", func(ctx context.Context, n int) error {
		defer done.Done()
		return s.Update(ctx, func(tx *store.Tx) error {
			rows.Put(tx, strconv.Itoa(n%1000), n)
			jobs.Settle(ctx, tx)
			return nil
		})
	}, jobs.Lane(func(n int) string { return strconv.Itoa(n % 64) }))
	must(b, k.Start(b.Context()))
	b.ResetTimer()
	var wg sync.WaitGroup
	var next atomic.Int64
	for range 8 {
		wg.Go(func() {
			ctx := as(k, "demo")
			for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
				if err := s.Update(ctx, func(tx *store.Tx) error { work.Soon(tx, int(n)); return nil }); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
	done.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "jobs/s")
	must(b, k.Close())
}

func BenchmarkEnter(b *testing.B) {
	k := held(b, kernel.Options{})
	b.RunParallel(func(pb *testing.PB) {
		ctx := as(k, "demo")
		for pb.Next() {
			k.Clock.Enter(ctx)()
		}
	})
}
