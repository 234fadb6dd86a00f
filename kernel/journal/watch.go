package journal

import (
	"context"
	"fmt"
	"time"

	"unyo/base/must"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// Watch sees what has happened, once, in order, from its own durable cursor, as a job.
//
// A new Watch begins at the end of the journal as it is when the kernel starts. See is called again for an entry when
// it returned an error, or when the process died before the cursor was moved; Seen moves it in See's own transaction.
type Watch struct {
	Name string // unique in the estate, stays the same for good: cloudtrail
	Of   Kind
	See  func(ctx context.Context, e Entry) error
	// Wants, if there is one, says which entries matter; it must be quick, and touch nothing. Others do not wake the watch, and are not
	// shown: what comes with every call would otherwise cost a job each.
	Wants func(e *Entry) bool
}

// wants says that an entry is to be shown.
func (w *Watch) wants(e *Entry) bool { return e.Kind() == w.Of && (w.Wants == nil || w.Wants(e)) }

type watch struct {
	Watch
	journal *Journal
	job     *jobs.Errand
}

// lookAgain is how often a watch comes back to an entry that it could not see. What is entered meanwhile does not wake it earlier: it is behind that one.
const lookAgain = 10 * time.Minute

// batch is how many entries one run of a watch's job looks at, so that others get their turn.
const batch = 256

// Watch registers w. It must be called before the kernel is started.
func (j *Journal) Watch(w Watch) {
	for _, other := range j.watches {
		must.Hold(other.Name != w.Name, "two watches are named %s", w.Name)
	}
	x := &watch{Watch: w, journal: j}
	x.job = jobs.HandleErrand(j.queue.Space("@journal"), "watch-"+w.Name, x.run, jobs.Lane(func(struct{}) string { return w.Name }), jobs.Every(lookAgain))
	j.watches = append(j.watches, x)
}

// Start gives each new watch its cursor, and wakes those that have something to see.
func (j *Journal) Start(ctx context.Context) error {
	for _, w := range j.watches {
		err := j.store.Update(ctx, func(tx *store.Tx) error {
			last := uint64(0)
			if k, _, ok := j.entries.Last(tx, ""); ok {
				last = number(k)
			}
			seen, known := j.cursors.Get(tx, w.Name)
			if !known {
				j.cursors.Put(tx, w.Name, last)
			} else if seen < last && w.Wants == nil { // what is wanted has its job already
				w.wake(tx)
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("cannot start the watch %s: %w", w.Name, err)
		}
	}
	return nil
}

// Restart is Start after the store was cleared.
func (j *Journal) Restart(ctx context.Context) error {
	j.expire.Forget()
	for _, w := range j.watches {
		w.job.Forget()
	}
	for _, r := range j.rounds {
		r.job.Forget()
	}
	return j.Start(ctx)
}

// wake sets the job unless it is set.
func (w *watch) wake(tx *store.Tx) { w.job.Set(tx, w.journal.clock.Now) }

// run shows the entries behind the cursor to See.
func (w *watch) run(ctx context.Context) error {
	next, err := w.next(ctx)
	if err != nil {
		return err
	}
	for _, e := range next {
		if !w.wants(&e) {
			continue
		}
		p := &position{watch: w, seq: e.Seq}
		if err := w.See(context.WithValue(ctx, positionKey{}, p), e); err != nil {
			return fmt.Errorf("watch %s at entry %d: %w", w.Name, e.Seq, err)
		}
		if !p.moved {
			if err := w.move(ctx, e.Seq); err != nil {
				return err
			}
		}
	}
	return w.journal.store.Update(ctx, func(tx *store.Tx) error {
		jobs.Settle(ctx, tx)
		if len(next) > 0 {
			w.journal.cursors.Put(tx, w.Name, next[len(next)-1].Seq)
		}
		if len(next) == batch {
			w.wake(tx)
		}
		return nil
	}, store.Relaxed)
}

// next reads the entries behind the cursor, one batch at most.
func (w *watch) next(ctx context.Context) (next []Entry, err error) {
	err = w.journal.store.View(ctx, func(tx *store.Tx) error {
		seen, _ := w.journal.cursors.Get(tx, w.Name)
		next = nil
		for e := range w.journal.Scan(tx, seen) {
			if next = append(next, e); len(next) == batch {
				break
			}
		}
		return nil
	})
	return next, err
}

func (w *watch) move(ctx context.Context, seq uint64) error {
	return w.journal.store.Update(ctx, func(tx *store.Tx) error {
		w.journal.cursors.Put(tx, w.Name, seq)
		return nil
	}, store.Relaxed)
}

// position is the entry that a See is looking at.
type position struct {
	watch *watch
	seq   uint64
	moved bool
}

type positionKey struct{}

// Seen moves the cursor of the Watch that ctx belongs to over the entry it is looking at, in tx. With it the entry is
// seen exactly once: what tx writes and the cursor happen together.
func Seen(ctx context.Context, tx *store.Tx) {
	if p, ok := ctx.Value(positionKey{}).(*position); ok {
		p.watch.journal.cursors.Put(tx, p.watch.Name, p.seq)
		tx.After(func() { p.moved = true })
	}
}
