// Package turns lets long computations share the processors: each computes for a while and then lets the next one. Who comes anew is let first, so that what is short
// does not wait for what is long; every other turn is his who waits longest, so that nobody waits for ever. Turns end by the wall's time, and only where who has one asks again; they protect no data and change no result.
package turns

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// How long a turn is: the first one of each, and those that follow.
const (
	first = 5 * time.Millisecond
	later = 20 * time.Millisecond
)

// Line is who computes, and who waits for that. The zero Line is ready.
type Line struct {
	mu      sync.Mutex
	on      []*Turns
	anew    []*Turns // wait for their first turn; the latest comes first
	again   []*Turns // wait for another, in order
	asked   uint64   // how many have begun to wait so far
	oldNext bool     // the latest had the last turn that was given
}

// Turns are one computation's, of as many goroutines as it likes.
type Turns struct {
	line    *Line
	has     atomic.Bool
	over    bool // it has a turn whose time is over, and nobody waited then
	began   bool
	ended   bool
	waits   chan struct{} // closed when the turn comes; nil while nobody waits
	asked   uint64        // before whom it began to wait
	ends    *time.Timer
	waiters int
}

// Join begins a computation; End must follow.
func (l *Line) Join() *Turns { return &Turns{line: l} }

// Wait returns when it is the computation's turn: at once, as long as it is. It is called every millisecond or so, holding nothing that others wait for.
func (t *Turns) Wait(ctx context.Context) error {
	runtime.Gosched() // whoever serves a call comes between
	if t.has.Load() {
		return ctx.Err()
	}
	l := t.line
	l.mu.Lock()
	if t.has.Load() || t.ended {
		l.mu.Unlock()
		return ctx.Err()
	}
	if t.waits == nil {
		l.asked++
		t.waits, t.asked = make(chan struct{}), l.asked
		if t.began {
			l.again = append(l.again, t)
		} else {
			l.anew = append(l.anew, t)
		}
	}
	t.waiters++
	comes := t.waits
	l.give()
	l.mu.Unlock()
	select {
	case <-comes:
		return ctx.Err()
	case <-ctx.Done():
		l.mu.Lock()
		defer l.mu.Unlock()
		if t.waiters--; t.waiters == 0 && t.waits == comes {
			l.leave(t)
		}
		return ctx.Err()
	}
}

// End ends the computation.
func (t *Turns) End() {
	l := t.line
	l.mu.Lock()
	defer l.mu.Unlock()
	t.ended = true
	l.stop(t)
	if t.waits != nil {
		close(t.waits)
		l.leave(t)
	}
	l.give()
}

// leave takes who waits out of the line. l.mu is held.
func (l *Line) leave(t *Turns) {
	is := func(x *Turns) bool { return x == t }
	l.anew, l.again = slices.DeleteFunc(l.anew, is), slices.DeleteFunc(l.again, is)
	t.waits, t.waiters = nil, 0
}

// stop ends a turn. l.mu is held.
func (l *Line) stop(t *Turns) {
	if i := slices.Index(l.on, t); i >= 0 {
		l.on = slices.Delete(l.on, i, i+1)
		t.ends.Stop()
		t.has.Store(false)
		t.over = false
	}
}

// give hands out turns as long as there are any, and somebody waits. l.mu is held.
func (l *Line) give() {
	for len(l.anew)+len(l.again) > 0 {
		if len(l.on) >= runtime.GOMAXPROCS(0) {
			i := slices.IndexFunc(l.on, func(t *Turns) bool { return t.over })
			if i < 0 {
				return
			}
			l.stop(l.on[i])
		}
		l.begin(l.next())
	}
}

// next is whose turn comes: the latest of those who are new, and whoever has waited longest, take it in turns. l.mu is held.
func (l *Line) next() *Turns {
	n := len(l.anew)
	if l.oldNext = !l.oldNext && n > 0; l.oldNext {
		return l.anew[n-1]
	}
	if len(l.again) == 0 || n > 0 && l.anew[0].asked < l.again[0].asked {
		return l.anew[0]
	}
	return l.again[0]
}

// begin begins a turn. l.mu is held.
func (l *Line) begin(t *Turns) {
	close(t.waits)
	l.leave(t)
	l.on = append(l.on, t)
	t.has.Store(true)
	length := later
	if !t.began {
		length = first
	}
	t.began = true
	t.ends = time.AfterFunc(length, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if slices.Contains(l.on, t) {
			t.over = true
			l.give()
		}
	})
}
