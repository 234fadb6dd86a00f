// Package running keeps what runs in this process by its id, so that it can be stopped: queries, above all.
package running

import (
	"context"
	"errors"
	"sync"
)

// ErrStopped is the cause of a context that Stop has ended.
var ErrStopped = errors.New("stopped by its caller")

// Set is what is running. The zero Set is empty and ready.
type Set struct {
	mu    sync.Mutex
	stops map[string]context.CancelCauseFunc
}

// Begin notes that id runs under the context it returns, until end is called.
func (s *Set) Begin(ctx context.Context, id string) (_ context.Context, end func()) {
	ctx, stop := context.WithCancelCause(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stops == nil {
		s.stops = map[string]context.CancelCauseFunc{}
	}
	s.stops[id] = stop
	return ctx, func() {
		s.mu.Lock()
		delete(s.stops, id)
		s.mu.Unlock()
		stop(nil)
	}
}

// Stop ends the context of id with ErrStopped, if id runs.
func (s *Set) Stop(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if stop := s.stops[id]; stop != nil {
		stop(ErrStopped)
	}
}

// Stopped tells whether ctx, or one that it came from, was ended by Stop.
func Stopped(ctx context.Context) bool { return context.Cause(ctx) == ErrStopped }
