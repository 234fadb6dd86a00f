package logs

import (
	"context"
	"sync"

	"unyo/base/turns"
)

// askingNow is a query while it works: it computes when one of its turns has come, and may gather much when it has one of the places for that.
type askingNow struct {
	turns *turns.Turns
	large chan struct{}
	mu    sync.Mutex
	much  bool
}

func (a *queries) join() *askingNow { return &askingNow{turns: a.line.Join(), large: a.large} }

// more returns when the query has a place among those that gather much. Who waits for one holds little, and who has one waits for none.
func (w *askingNow) more(ctx context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.much {
		return ctx.Err()
	}
	select {
	case w.large <- struct{}{}:
		w.much = true
	case <-ctx.Done():
	}
	return ctx.Err()
}

func (w *askingNow) end() {
	w.turns.End()
	if w.much {
		<-w.large
	}
}
