package logs

import (
	"context"
	"errors"
	"testing"
	"time"
)

// Of queries that gather much only some hold it at once; another waits, if nobody ends it, until one of those is over.
func TestLargeQueries(t *testing.T) {
	a := &queries{large: make(chan struct{}, 2)}
	ctx := t.Context()
	first, second, third := a.join(), a.join(), a.join()
	for _, w := range []*askingNow{first, first, second} {
		if err := w.more(ctx); err != nil {
			t.Fatal(err)
		}
	}
	over, end := context.WithCancel(ctx)
	ended := make(chan error)
	go func() { ended <- third.more(over) }()
	select {
	case err := <-ended:
		t.Fatalf("a third one has a place: %v", err)
	case <-time.After(20 * time.Millisecond):
	}
	end()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	third.end()
	go func() { ended <- a.join().more(ctx) }()
	first.end()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	second.end()
}
