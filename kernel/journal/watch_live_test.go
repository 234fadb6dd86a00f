package journal_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"unyo/kernel"
	"unyo/kernel/journal"
	"unyo/kernel/store"
)

// What is entered while a watch's job begins is seen, in whatever order the two get to the store.
func TestWatchMissesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, err := kernel.Open(kernel.Options{})
		ok(t, err)
		defer func() { ok(t, k.Close()) }()
		var mu sync.Mutex
		var seen []string
		first := make(chan struct{})
		k.Journal.Watch(journal.Watch{Name: "w", Of: journal.OfChange, See: func(ctx context.Context, e journal.Entry) error {
			if e.Change.Event == "a" {
				<-first
			}
			mu.Lock()
			defer mu.Unlock()
			seen = append(seen, e.Change.Event)
			return nil
		}})
		ok(t, k.Start(t.Context()))
		change(t, k, "r", "a")
		synctest.Wait() // the job looks at a
		change(t, k, "r", "b")
		tries := 0
		ok(t, k.Store.Update(as(k, "r"), func(tx *store.Tx) error {
			k.Journal.Change(tx, journal.Change{ARN: "arn:aws:logs:::x", Type: "AWS::Logs::LogGroup", Event: "c"})
			if tries++; tries == 2 { // behind the rehearsal. The job for b is set, so that c needs none; it runs before c is there
				close(first)
				synctest.Wait()
			}
			return nil
		}))
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		if want := []string{"a", "b", "c"}; !slices.Equal(seen, want) || tries != 3 {
			t.Errorf("seen %q in %d tries, want %q in 3", seen, tries, want)
		}
	})
}
