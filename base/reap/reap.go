// Package reap destroys what no row names any more: some time after it was freed, once that is durable and no reader that began
// before is left.
package reap

import (
	"sync"
	"sync/atomic"
	"time"
)

// Reaper destroys freed things in rounds, for every round asks the rows to be durable once.
type Reaper[T any] struct {
	destroy func(...T)
	durable func() error

	rounds  sync.Mutex // one at a time, so that Sweep returns when all is done
	mu      sync.Mutex
	garbage []freed[T]
	epoch   uint64
	pins    map[uint64]int // epoch → readers that began in it
	wake    chan struct{}
	quit    chan struct{}
	once    sync.Once
}

type freed[T any] struct {
	thing T
	epoch uint64
}

// pause between two rounds; the wall's, for it changes nothing that anybody could see.
const pause = 200 * time.Millisecond

// New makes a reaper; Run is to be called in a goroutine. durable returns when all rows committed so far survive power loss;
// nil: commits are durable when they return.
func New[T any](destroy func(...T), durable func() error) *Reaper[T] {
	if durable == nil {
		durable = func() error { return nil }
	}
	return &Reaper[T]{destroy: destroy, durable: durable, pins: map[uint64]int{}, wake: make(chan struct{}, 1), quit: make(chan struct{})}
}

// Free says that no committed row holds things any more. It returns at once and is called after the commit.
func (r *Reaper[T]) Free(things ...T) {
	r.mu.Lock()
	r.epoch++
	for _, t := range things {
		r.garbage = append(r.garbage, freed[T]{t, r.epoch})
	}
	any := len(r.garbage) > 0
	r.mu.Unlock()
	if any {
		r.again()
	}
}

// Pin keeps everything that is not freed yet from being destroyed until release is called; release may be called twice.
// Take it before reading the row that names the thing.
func (r *Reaper[T]) Pin() (release func()) {
	r.mu.Lock()
	at := r.epoch
	r.pins[at]++
	r.mu.Unlock()
	var once atomic.Bool
	return func() {
		if once.Swap(true) {
			return
		}
		r.mu.Lock()
		if r.pins[at]--; r.pins[at] == 0 {
			delete(r.pins, at)
		}
		r.mu.Unlock()
	}
}

func (r *Reaper[T]) again() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Run destroys until Stop.
func (r *Reaper[T]) Run() {
	for {
		select {
		case <-r.quit:
			return
		case <-r.wake:
		}
		left := r.Sweep()
		select {
		case <-r.quit:
			return
		case <-time.After(pause):
		}
		if left {
			r.again()
		}
	}
}

// Sweep destroys, now, what nobody reads any more and reports whether something is left.
func (r *Reaper[T]) Sweep() (left bool) {
	r.rounds.Lock()
	defer r.rounds.Unlock()
	ripe, left := r.ripe()
	if len(ripe) > 0 && r.durable() == nil { // else rows may fall back to these; the next start sorts it out
		r.destroy(ripe...)
	}
	return left
}

func (r *Reaper[T]) ripe() (ripe []T, left bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	oldest := r.epoch + 1
	for at := range r.pins {
		oldest = min(oldest, at)
	}
	n := 0
	for _, g := range r.garbage {
		if g.epoch > oldest { // freed after a reader began that is still reading
			r.garbage[n] = g
			n++
			continue
		}
		ripe = append(ripe, g.thing)
	}
	clear(r.garbage[n:])
	r.garbage = r.garbage[:n]
	return ripe, n > 0
}

// Stop ends Run.
func (r *Reaper[T]) Stop() { r.once.Do(func() { close(r.quit) }) }
