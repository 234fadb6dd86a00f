package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"unyo/base/call"
	"unyo/kernel"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// While time flows, jobs run at their instants, without polling; a held clock rests; letting it go catches up.
func TestLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, s, ctx := open(t, kernel.Options{})
		start := k.Clock.Now()
		var mu sync.Mutex
		var ran []string
		note := jobs.Handle(s.Jobs, "note", func(ctx context.Context, name string) error {
			mu.Lock()
			defer mu.Unlock()
			ran = append(ran, fmt.Sprintf("%s %s", name, s.Clock.Now().Sub(start).Truncate(time.Millisecond)))
			return nil
		})
		expect := func(want ...string) {
			t.Helper()
			synctest.Wait()
			mu.Lock()
			defer mu.Unlock()
			if !slices.Equal(ran, want) {
				t.Fatalf("ran %q, want %q", ran, want)
			}
			ran = nil
		}
		ok(t, k.Start(ctx))
		update(t, s, ctx, func(tx *store.Tx) {
			note.At(tx, start.Add(time.Hour), "hour")
			note.At(tx, start.Add(time.Minute), "minute")
			note.Soon(tx, "soon")
		})
		expect("soon 0s")
		time.Sleep(2 * time.Hour) // of the test's own clock
		expect("minute 1m0s", "hour 1h0m0s")

		ok(t, k.Clock.Hold(ctx))
		update(t, s, ctx, func(tx *store.Tx) { note.Soon(tx, "held"); note.At(tx, k.Clock.Now().Add(time.Minute), "held minute") })
		time.Sleep(time.Hour)
		expect()
		_, err := k.Clock.Advance(ctx, k.Clock.Now(), nil)
		ok(t, err)
		expect("held 2h0m0s")

		ok(t, k.Clock.Run(ctx, 3600))
		time.Sleep(time.Second)
		expect("held minute 2h1m0s")
		ok(t, k.Clock.Live(ctx))
		if got := k.Clock.Now().Sub(start); got != 3*time.Hour {
			t.Errorf("now %v", got)
		}

		// An Advance on a flowing clock jumps, does the work on the way exactly, and time flows on from there.
		update(t, s, ctx, func(tx *store.Tx) {
			note.At(tx, start.Add(4*time.Hour), "four")
			note.At(tx, start.Add(10*time.Hour), "ten")
		})
		_, err = k.Clock.Advance(ctx, start.Add(9*time.Hour), nil)
		ok(t, err)
		expect("four 4h0m0s")
		time.Sleep(2 * time.Hour)
		expect("ten 10h0m0s")
	})
}

// Jobs of one lane run one after another, in order; those of different lanes beside each other.
func TestLanes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, s, ctx := open(t, kernel.Options{})
		var mu sync.Mutex
		running, most, order := map[string]bool{}, 0, map[string][]int{}
		type arg struct {
			Lane string
			N    int
		}
		work := jobs.Handle(s.Jobs, "work", func(ctx context.Context, a arg) error {
			mu.Lock()
			if running[a.Lane] {
				t.Errorf("lane %s is used twice", a.Lane)
			}
			running[a.Lane] = true
			most = max(most, len(running))
			order[a.Lane] = append(order[a.Lane], a.N)
			mu.Unlock()
			time.Sleep(time.Second)
			mu.Lock()
			defer mu.Unlock()
			delete(running, a.Lane)
			if a.N == 3 && len(order[a.Lane]) < 6 {
				return errors.New("once more") // does not hold up its lane
			}
			return nil
		}, jobs.Lane(func(a arg) string { return a.Lane }))
		ok(t, k.Start(ctx))
		update(t, s, ctx, func(tx *store.Tx) {
			for n := range 5 {
				for _, lane := range []string{"a", "b", "c"} {
					work.Soon(tx, arg{lane, n})
				}
			}
		})
		time.Sleep(time.Minute)
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		if most < 2 {
			t.Errorf("%d lanes at a time", most)
		}
		for lane, ns := range order {
			if !slices.Equal(ns, []int{0, 1, 2, 3, 4, 3}) {
				t.Errorf("lane %s: %v", lane, ns)
			}
		}
	})
}

// Requests, jobs, Advance, Hold and Live all at once: no job is lost or done twice, no time goes back.
func TestEverythingAtOnce(t *testing.T) {
	for _, dir := range []string{"", t.TempDir()} {
		k, s, ctx := open(t, kernel.Options{Dir: dir})
		done := store.TableOf[int](s.Rows, "done", store.Regional)
		last := k.Clock.Now()
		var mu sync.Mutex
		finished := 0
		all := make(chan struct{})
		work := jobs.Handle(s.Jobs, "work", func(ctx context.Context, n int) error {
			err := s.Update(ctx, func(tx *store.Tx) error {
				key := fmt.Sprint(n)
				times, _ := done.Get(tx, key)
				done.Put(tx, key, times+1)
				jobs.Settle(ctx, tx)
				return nil
			})
			mu.Lock()
			defer mu.Unlock()
			if now := s.Clock.Now(); now.Before(last) {
				t.Errorf("time went back: %v after %v", now, last)
			} else {
				last = now
			}
			if finished++; finished == 400 {
				close(all)
			}
			return err
		}, jobs.Lane(func(n int) string { return fmt.Sprint(n % 7) }))
		ok(t, k.Start(ctx))
		var wg sync.WaitGroup
		for g := range 4 {
			wg.Go(func() {
				for i := range 100 {
					c := call.With(ctx, &call.Call{Scope: home, Serial: k.Serial()})
					leave := k.Clock.Enter(c)
					err := s.Update(c, func(tx *store.Tx) error {
						work.At(tx, s.Clock.Now().Add(time.Duration(i%3)*time.Minute), g*100+i)
						return nil
					})
					leave()
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Go(func() {
			for i := range 30 {
				ctx, err := t.Context(), error(nil)
				switch i % 4 {
				case 0:
					err = k.Clock.Hold(ctx)
				case 1, 2:
					_, err = k.Clock.Advance(ctx, k.Clock.Now().Add(time.Minute), nil)
				default:
					err = k.Clock.Run(ctx, 1000)
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
		wg.Wait()
		ok(t, k.Clock.Run(ctx, 1e6))
		<-all
		ok(t, s.View(ctx, func(tx *store.Tx) error {
			n := 0
			for key, times := range done.From(tx, "") {
				if n++; times != 1 {
					t.Errorf("job %s ran %d times", key, times)
				}
			}
			if n != 400 {
				t.Errorf("%d jobs ran", n)
			}
			return nil
		}))
	}
}

// Jobs that run apart take no place of others, and no more at a time than they have.
func TestApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, s, ctx := open(t, kernel.Options{})
		end := make(chan struct{})
		var began atomic.Int64
		long := jobs.Handle(s.Jobs, "long", func(ctx context.Context, _ int) error {
			began.Add(1)
			<-end
			return nil
		}, jobs.Lane(func(n int) string { return fmt.Sprint(n) }), jobs.Apart(200))
		var ran atomic.Bool
		short := jobs.Handle(s.Jobs, "short", func(context.Context, string) error { ran.Store(true); return nil })
		ok(t, k.Start(ctx))
		update(t, s, ctx, func(tx *store.Tx) {
			for n := range 300 {
				long.Soon(tx, n)
			}
			short.Soon(tx, "")
		})
		synctest.Wait()
		if began.Load() != 200 || !ran.Load() {
			t.Errorf("%d long ones have begun, a short one has run: %v", began.Load(), ran.Load())
		}
		close(end)
		synctest.Wait()
		if began.Load() != 300 {
			t.Errorf("%d long ones have run", began.Load())
		}
	})
}
