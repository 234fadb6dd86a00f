// Package bell wakes calls that wait for something to happen: readers of a stream, viewers of a log. Who listens is a connection, so
// nothing of it is kept, and nothing durable may depend on it: work that must be done is a job.
package bell

import (
	"sync"
	"sync/atomic"
)

// Bell is rung by name. Its zero value is ready.
type Bell struct {
	open    atomic.Int64 // listeners; ringing asks no more while there is none
	mu      sync.Mutex
	waiting map[string]map[chan struct{}]struct{}
}

// Listen hears every name until leave is called. The channel holds at most one ring: it tells, at least once after the last it told,
// that one of the names was rung.
func (b *Bell) Listen(names ...string) (rung <-chan struct{}, leave func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.waiting == nil {
		b.waiting = map[string]map[chan struct{}]struct{}{}
	}
	ear := make(chan struct{}, 1)
	b.open.Add(1)
	for _, name := range names {
		if b.waiting[name] == nil {
			b.waiting[name] = map[chan struct{}]struct{}{}
		}
		b.waiting[name][ear] = struct{}{}
	}
	return ear, sync.OnceFunc(func() { b.leave(ear, names) })
}

func (b *Bell) leave(ear chan struct{}, names []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.open.Add(-1)
	for _, name := range names {
		if delete(b.waiting[name], ear); len(b.waiting[name]) == 0 {
			delete(b.waiting, name)
		}
	}
}

// Ring wakes all who listen to name. Ring after the commit that made the news.
func (b *Bell) Ring(name string) {
	if b.open.Load() == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for ear := range b.waiting[name] {
		select {
		case ear <- struct{}{}:
		default: // told already
		}
	}
}
