package turns_test

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"unyo/base/turns"
)

// compute asks for turns until it has computed for so long.
func compute(ctx context.Context, l *turns.Line, long time.Duration) error {
	t := l.Join()
	defer t.End()
	for ; long > 0; long -= time.Millisecond {
		if err := t.Wait(ctx); err != nil {
			return err
		}
		time.Sleep(time.Millisecond) // of the bubble's clock
	}
	return nil
}

// Twenty that take a second each end about together; one of a few milliseconds that comes amid them ends within some turns.
func TestShortComesBetween(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l turns.Line
		var all sync.WaitGroup
		begin := time.Now()
		var mu sync.Mutex
		var ended []time.Duration
		for range 20 {
			all.Go(func() {
				if err := compute(t.Context(), &l, time.Second); err != nil {
					t.Error(err)
				}
				mu.Lock()
				ended = append(ended, time.Since(begin))
				mu.Unlock()
			})
		}
		for range 10 {
			time.Sleep(333 * time.Millisecond)
			at := time.Now()
			if err := compute(t.Context(), &l, 4*time.Millisecond); err != nil {
				t.Error(err)
			}
			if took := time.Since(at); took > 60*time.Millisecond {
				t.Errorf("a short one took %s", took)
			}
		}
		all.Wait()
		if n := time.Duration(runtime.GOMAXPROCS(0)); n < 20 && (ended[0] < 14*time.Second/n || ended[19] > 22*time.Second/n) {
			t.Errorf("the first of twenty has ended after %s, the last after %s", ended[0], ended[19])
		}
	})
}

// A stream of new ones keeps neither a long one nor one of them from its turns.
func TestNobodyStarves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l turns.Line
		var all sync.WaitGroup
		done := make(chan struct{})
		rounds := make([]atomic.Int64, runtime.GOMAXPROCS(0)*3)
		for i := range rounds {
			all.Go(func() {
				for {
					select {
					case <-done:
						return
					default:
						_ = compute(t.Context(), &l, 5*time.Millisecond)
						rounds[i].Add(1)
					}
				}
			})
		}
		for range 20 {
			time.Sleep(10 * time.Millisecond)
			at := time.Now()
			within, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			if err := compute(within, &l, 200*time.Millisecond); err != nil || time.Since(at) > 2*time.Second {
				t.Errorf("it took %s, %v", time.Since(at), err)
			}
			cancel()
		}
		close(done)
		all.Wait()
		for i := range rounds {
			if rounds[i].Load() < 20 {
				t.Errorf("the %d. of the stream has come %d times", i, rounds[i].Load())
			}
		}
	})
}

// Who holds a turn and does not ask again, or gives up while it waits, holds up nobody.
func TestSilentOnes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l turns.Line
		for range runtime.GOMAXPROCS(0) {
			silent := l.Join()
			defer silent.End()
			if err := silent.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if err := compute(ctx, &l, time.Second); err != context.DeadlineExceeded {
			t.Errorf("who gave up: %v", err)
		}
		at := time.Now()
		if err := compute(t.Context(), &l, 100*time.Millisecond); err != nil || time.Since(at) > 200*time.Millisecond {
			t.Error(err, time.Since(at))
		}
	})
}
