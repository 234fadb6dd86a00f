// Package tally collects in memory what is counted too often to be written each time. Meter and metric count with it.
//
// What was counted is written when a reader asks for it, before time is moved, when there is much of it, and at the end. A crash
// costs what was not written. Within Advance nothing is lost or counted twice: what the call of a job counts is written in
// the transaction that enters the call into the journal, and what the job itself counts in the one that ends its run (jobs.Settle), once,
// however often it is run. What it counts behind that is written when time moves next.
package tally

import (
	"context"
	"maps"
	"slices"
	"sync"

	"unyo/base/call"
	"unyo/kernel/clock"
	"unyo/kernel/store"
)

// Entry is an amount under a key.
type Entry[K comparable] struct {
	Key    K
	Amount float64
}

// Options of a Tally.
type Options[K comparable] struct {
	Compare func(a, b K) int                       // the order in which entries are written
	Write   func(tx *store.Tx, entries []Entry[K]) // adds amounts to rows; it may run more than once and touches nothing but tx
	Part    int                                    // how many entries go into one transaction
	Full    int                                    // how many keys are held before they are written
}

// Tally is amounts by key, since they were last written.
type Tally[K comparable] struct {
	store *store.Store
	clock *clock.World
	o     Options[K]

	mu     sync.Mutex
	counts map[K]float64
	calls  map[string]map[K]float64 // by request, of jobs' calls within Advance
	writes sync.Mutex               // one Flush at a time
}

// New returns an empty tally.
func New[K comparable](st *store.Store, c *clock.World, o Options[K]) *Tally[K] {
	return &Tally[K]{store: st, clock: c, o: o, counts: map[K]float64{}, calls: map[string]map[K]float64{}}
}

// Count adds amounts, on behalf of the call in ctx.
func (t *Tally[K]) Count(ctx context.Context, entries ...Entry[K]) {
	t.mu.Lock()
	counts := t.counts
	if c := call.From(ctx); c != nil && c.Job != "" && t.clock.Advancing() { // Recorded comes, and nobody else writes
		if counts = t.calls[c.RequestID]; counts == nil {
			counts = map[K]float64{}
			t.calls[c.RequestID] = counts
		}
	}
	for _, e := range entries {
		counts[e.Key] += e.Amount
	}
	full := len(t.counts) >= t.o.Full
	t.mu.Unlock()
	if full {
		_ = t.Flush(ctx) // what could not be written stays counted, and the next Flush tries again
	}
}

// Flush writes what was counted.
func (t *Tally[K]) Flush(ctx context.Context) error {
	t.writes.Lock()
	defer t.writes.Unlock()
	t.mu.Lock()
	counts := t.counts
	for _, c := range t.calls { // of calls that nobody recorded
		for k, v := range c {
			counts[k] += v
		}
	}
	t.counts, t.calls = map[K]float64{}, map[string]map[K]float64{}
	t.mu.Unlock()
	all := t.sorted(counts)
	for n := 0; n < len(all); n += t.o.Part {
		part := all[n:min(n+t.o.Part, len(all))]
		err := t.store.Update(call.With(context.WithoutCancel(ctx), nil), func(tx *store.Tx) error {
			t.o.Write(tx, part)
			return nil
		}, store.Relaxed)
		if err != nil {
			t.mu.Lock()
			for _, e := range all[n:] {
				t.counts[e.Key] += e.Amount
			}
			t.mu.Unlock()
			return err
		}
	}
	return nil
}

func (t *Tally[K]) sorted(counts map[K]float64) []Entry[K] {
	all := make([]Entry[K], 0, len(counts))
	for _, k := range slices.SortedFunc(maps.Keys(counts), t.o.Compare) {
		all = append(all, Entry[K]{k, counts[k]})
	}
	return all
}

// Recorded is told by the journal that a call of a job is entered in tx, or by the queue that a job's run ends in tx. What was counted for it goes into the same
// transaction; a call that is made again by a job that is run again counts once.
func (t *Tally[K]) Recorded(tx *store.Tx, requestID string, repeated bool) {
	t.mu.Lock()
	counts := t.calls[requestID]
	t.mu.Unlock()
	if len(counts) == 0 {
		return
	}
	if !repeated {
		t.o.Write(tx, t.sorted(counts))
	}
	tx.After(func() {
		t.mu.Lock()
		delete(t.calls, requestID)
		t.mu.Unlock()
	})
}

// Forget drops what was counted and not written.
func (t *Tally[K]) Forget() {
	t.mu.Lock()
	t.counts, t.calls = map[K]float64{}, map[string]map[K]float64{}
	t.mu.Unlock()
}
