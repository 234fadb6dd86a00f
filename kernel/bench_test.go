package kernel_test

import (
	"context"
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
