package clock

import (
	"context"
	"errors"
	"fmt"
	"time"

	"unyo/base/call"
	"unyo/kernel/store"
)

// Work is what falls due; package jobs is it. Only Advance calls these, with every call kept out.
type Work interface {
	// Reload forgets what it remembers of the rows and reads them again.
	Reload(ctx context.Context) error
	// Next returns the instant of the first work to be done; false when there is none.
	Next() (time.Time, bool)
	// Do does the first work and returns its name. failed says that it will be tried again, or is kept as not doable.
	// An error means that nothing further can be done now.
	Do(ctx context.Context) (name string, failed bool, err error)
}

// Progress is how far an Advance has come.
type Progress struct {
	Now, To     time.Time
	Ran, Failed int
	Job         string // done last
}

// Report is what an Advance has done.
type Report struct {
	Now         time.Time
	Ran, Failed int
	ByJob       map[string]int // by service.job
}

// Patience is how long Advance waits for calls under way before it gives up and names them.
const Patience = 30 * time.Second

// A checkpoint makes what Advance has done so far durable: after this many jobs, or this much wall time. What a power
// failure takes back is done again. (Not per virtual hour: an hourly job would then wait for the disk each time.)
const (
	checkpointJobs = 1000
	checkpointWall = time.Second
)

// stuck is how many jobs may run at one instant before Advance calls it an endless loop.
const stuck = 5_000_000

// ErrStuck is work that always leaves more work for the same instant.
var ErrStuck = errors.New("time cannot move: work begets work at the same instant")

// Attach tells the clock whose work Advance does.
func (w *World) Attach(work Work) { w.work = work }

// Before has f run at the beginning of each Advance, when calls are out and before time moves.
func (w *World) Before(f func(context.Context) error) { w.before = append(w.before, f) }

// Advancing reports that time is being moved: whoever runs now runs alone, within Advance.
func (w *World) Advancing() bool { return w.advancing.Load() }

// Enter keeps time from being moved by Advance until leave is called. Every call, and every job while time flows, is
// inside; a call made by one that is inside must not enter again.
func (w *World) Enter(ctx context.Context) (leave func()) {
	v := &visit{call: call.From(ctx)}
	w.gate.enter(v)
	return func() { w.gate.leave(v) }
}

// Park steps out for as long as a call only waits (a long poll), so that time can move; resume steps in again.
// It is for calls that are inside by Enter.
func (w *World) Park(ctx context.Context) (resume func()) {
	v := w.gate.find(call.From(ctx))
	if v == nil {
		return func() {}
	}
	w.gate.leave(v)
	return func() { w.gate.enter(v) }
}

// Stop keeps calls out of the world until open is called, waiting for those inside at most Patience.
func (w *World) Stop(ctx context.Context) (open func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	return w.gate.close(ctx)
}

// Advance moves time to t and does all work that falls due on the way, in order of (instant, sequence), one job at a time.
// Calls wait meanwhile. progress may be nil; it is called now and then, and at the end.
//
// When ctx ends, Advance stops between two jobs: everything done is kept, the clock stands at the last job's instant, and
// a later Advance goes on from there. After a crash the same holds from the last checkpoint.
func (w *World) Advance(ctx context.Context, t time.Time, progress func(Progress)) (Report, error) {
	open, err := w.Stop(ctx)
	if err != nil {
		return Report{Now: w.Now()}, err
	}
	defer open()
	now := w.Now()
	r := Report{Now: now, ByJob: map[string]int{}}
	if t = t.UTC().Round(0); t.Before(now) {
		return r, fmt.Errorf("%w: it is %s", ErrPast, now.Format(time.RFC3339Nano))
	}
	for _, f := range w.before {
		if err := f(ctx); err != nil {
			return r, err
		}
	}
	if err := w.store.Sync(); err != nil { // what calls have left without waiting for the disk is there before anything is done after it
		return r, err
	}
	w.advancing.Store(true)
	defer w.advancing.Store(false)
	was := w.flow.Load()
	w.flow.Store(&flow{was.mode, now, time.Time{}, 0})
	err = w.work.Reload(ctx)
	if err == nil {
		err = w.advance(ctx, t, &r, progress)
	}
	w.last.Store(r.Now.UnixNano())
	next := &flow{was.mode, r.Now, w.wall(), was.rate}
	w.begin(next) // also when it cannot be written: time must not stay held by accident
	return r, errors.Join(err, w.keep(ctx, next))
}

func (w *World) advance(ctx context.Context, t time.Time, r *Report, progress func(Progress)) error {
	ctx = store.Deferred(ctx)
	flow := *w.flow.Load()
	p := Progress{Now: r.Now, To: t}
	tell := func() {
		p.Now, p.Ran, p.Failed = r.Now, r.Ran, r.Failed
		if progress != nil {
			progress(p)
		}
	}
	saved, savedRan, here := w.wall(), 0, 0
	for ctx.Err() == nil {
		due, ok := w.work.Next()
		if !ok || due.After(t) {
			due, ok = t, false
		}
		if due.After(r.Now) {
			flow.base, r.Now, here = due, due, 0
			f := flow
			w.flow.Store(&f)
		}
		if !ok {
			tell()
			return nil
		}
		name, failed, err := w.work.Do(context.WithoutCancel(ctx)) // stop between jobs, not within one
		if err != nil {
			return err
		}
		p.Job = name
		r.Ran++
		r.ByJob[name]++
		if failed {
			r.Failed++
		}
		if here++; here > stuck {
			return fmt.Errorf("%w (%s, last %s)", ErrStuck, r.Now.Format(time.RFC3339), name)
		}
		if r.Ran-savedRan >= checkpointJobs || w.wall().Sub(saved) >= checkpointWall {
			if err := w.store.Sync(); err != nil {
				return err
			}
			saved, savedRan = w.wall(), r.Ran
			tell()
		}
	}
	return ctx.Err()
}
