// Package clock is the estate's one time, and the lock that keeps it still while calls run.
//
// Time flows with the wall (shifted by what Advance has jumped), at a multiple of it, or is held. It never goes back,
// also not across restarts. Work that falls due is run by Advance, one job at a time, with time standing at
// each job's instant; while time flows, package jobs runs the same work as it falls due.
package clock

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"unyo/kernel/store"
)

// Clock tells what time it is in the estate, in UTC, and how it flows: what waits for a job to be run would wait in vain while it is held.
type Clock interface {
	Now() time.Time
	Mode() Mode
}

// Mode says how time flows.
type Mode string

const (
	Wall Mode = "wall" // as fast as the wall clock
	Held Mode = "held" // not at all; only Advance moves it
	Fast Mode = "rate" // at a multiple of the wall clock
)

var (
	// ErrPast is an instant before now: time never goes back.
	ErrPast = errors.New("time never goes back")
	// ErrRate is a rate at which time cannot flow.
	ErrRate = errors.New("rate must be above 0 and at most 1000000")
)

// Options of a World.
type Options struct {
	Held  bool             // a new estate begins held
	Start time.Time        // first instant of a new held estate; zero: wall now
	Wall  func() time.Time // the wall clock; nil: time.Now
}

// World is the estate's clock.
type World struct {
	store  *store.Store
	states store.Table[state]
	o      Options
	work   Work
	before []func(context.Context) error
	gate   gate

	advancing atomic.Bool

	flow    atomic.Pointer[flow]
	last    atomic.Int64 // latest instant given out, Unix nanoseconds
	mu      sync.Mutex
	changed chan struct{} // closed when the flow changes
}

// flow is a stretch of time: from base on, at rate times the wall's speed since wall. Rate 0 stands still.
type flow struct {
	mode Mode
	base time.Time
	wall time.Time
	rate float64
}

// state is a flow as a row. Wall is absent while held, so that equal estates have equal rows.
type state struct {
	Mode Mode      `json:"mode"`
	Base time.Time `json:"base"`
	Wall time.Time `json:"wall,omitzero"`
	Rate float64   `json:"rate,omitempty"`
}

const stateKey = "state"

// New prepares the clock over st. It shows wall time until Open is called.
func New(st *store.Store, o Options) *World {
	if o.Wall == nil {
		o.Wall = time.Now
	}
	w := &World{store: st, o: o, changed: make(chan struct{})}
	w.states = store.TableOf[state](st.Space("@clock"), "state", store.Partition)
	now := w.wall()
	w.flow.Store(&flow{Wall, now, now, 1})
	return w
}

func (w *World) wall() time.Time { return w.o.Wall().UTC().Round(0) }

// Open continues the estate's time where its rows left it, or begins it.
func (w *World) Open(ctx context.Context) error {
	var s state
	var known bool
	if err := w.store.View(ctx, func(tx *store.Tx) error {
		s, known = w.states.Get(tx, stateKey)
		return nil
	}); err != nil {
		return fmt.Errorf("cannot read the clock: %w", err)
	}
	if !known {
		return w.Begin(ctx)
	}
	f := &flow{s.Mode, s.Base, s.Wall, s.Rate}
	// What was written after the last change of the clock has seen later instants: the wall may have been set back,
	// or the process may have died within Advance.
	if seen := w.store.Mark().Now; seen.After(f.at(w.wall())) {
		f.base, f.wall = seen, w.wall()
	}
	w.flow.Store(f)
	w.Now()
	return nil
}

// Begin starts time anew, as in a new estate.
func (w *World) Begin(ctx context.Context) error {
	now := w.wall()
	f := &flow{Wall, now, now, 1}
	if w.o.Held {
		f.mode, f.rate = Held, 0
		if !w.o.Start.IsZero() {
			f.base = w.o.Start.UTC()
		}
	}
	w.last.Store(f.base.UnixNano())
	w.begin(f) // first, so that not even the commit that keeps it bears another instant
	return w.keep(ctx, f)
}

func (f *flow) at(wall time.Time) time.Time {
	if f.rate == 0 {
		return f.base
	}
	passed := wall.Sub(f.wall)
	if f.rate != 1 {
		passed = time.Duration(float64(passed) * f.rate)
	}
	return f.base.Add(passed)
}

// Now implements Clock.
func (w *World) Now() time.Time {
	f := w.flow.Load()
	if f.rate == 0 {
		return f.base
	}
	t := f.at(w.wall()).UnixNano()
	for {
		last := w.last.Load()
		if t <= last {
			return time.Unix(0, last).UTC()
		}
		if w.last.CompareAndSwap(last, t) {
			return time.Unix(0, t).UTC()
		}
	}
}

// Mode tells how time flows.
func (w *World) Mode() Mode { return w.flow.Load().mode }

// Rate is how many times faster than the wall time flows: 0 held, 1 wall.
func (w *World) Rate() float64 { return w.flow.Load().rate }

// Hold stops time where it is. Calls under way finish first.
func (w *World) Hold(ctx context.Context) error {
	return w.turn(ctx, func(now time.Time) *flow { return &flow{Held, now, time.Time{}, 0} })
}

// Live lets time flow as fast as the wall's, from now.
func (w *World) Live(ctx context.Context) error {
	return w.turn(ctx, func(now time.Time) *flow { return &flow{Wall, now, w.wall(), 1} })
}

// Run lets time flow rate times as fast as the wall's, from now.
func (w *World) Run(ctx context.Context, rate float64) error {
	if !(rate > 0 && rate <= 1e6) {
		return ErrRate
	}
	if rate == 1 {
		return w.Live(ctx)
	}
	return w.turn(ctx, func(now time.Time) *flow { return &flow{Fast, now, w.wall(), rate} })
}

func (w *World) turn(ctx context.Context, next func(now time.Time) *flow) error {
	open, err := w.Stop(ctx)
	if err != nil {
		return err
	}
	defer open()
	return w.change(ctx, next(w.Now()))
}

// change makes f the flow of time, durably, and wakes who waits for instants.
func (w *World) change(ctx context.Context, f *flow) error {
	if err := w.keep(ctx, f); err != nil {
		return err
	}
	w.begin(f)
	return nil
}

// keep writes f down, for the next Open.
func (w *World) keep(ctx context.Context, f *flow) error {
	s := state{f.mode, f.base, f.wall, f.rate}
	if f.rate == 0 {
		s.Wall = time.Time{}
	}
	if err := w.store.Update(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		w.states.Put(tx, stateKey, s)
		return nil
	}); err != nil {
		return fmt.Errorf("cannot keep the clock: %w", err)
	}
	return nil
}

func (w *World) begin(f *flow) {
	w.flow.Store(f)
	w.mu.Lock()
	close(w.changed)
	w.changed = make(chan struct{})
	w.mu.Unlock()
}

// Changed returns a channel that is closed when time next changes its flow or jumps.
func (w *World) Changed() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.changed
}

// Until is how long the wall takes until the estate's clock shows t; false when it is held and will not get there.
func (w *World) Until(t time.Time) (time.Duration, bool) {
	f := w.flow.Load()
	if f.rate == 0 {
		return 0, false
	}
	left := t.Sub(w.Now())
	if left <= 0 {
		return 0, true
	}
	return time.Duration(math.Ceil(float64(left) / f.rate)), true // not a moment too early
}
