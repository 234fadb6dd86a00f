package jobs

import (
	"context"
	"sync/atomic"
	"time"

	"unyo/base/call"
	"unyo/kernel/store"
)

// Errand is a job of the whole estate that whoever has work for it sets, unless it is set. Its key is free from when it begins: what was
// committed before, the run sees; who commits later finds nothing set, and sets it anew. Setting what is set costs no reading.
type Errand struct {
	job Job[struct{}]
	row string // where the table of keys says which job it is

	// How many runs have begun, and the number of the one for which the job is known to be set. A run is counted before its key is made free, and a
	// transaction that relies on the two numbers runs again if the key changes before it commits: so none relies on a run that has read already.
	begun, set atomic.Uint64
}

// HandleErrand is Handle for an Errand.
func HandleErrand(sp *Space, name string, fn func(ctx context.Context) error, opts ...Option) *Errand {
	e := &Errand{row: (&row{Service: sp.service, Name: name}).keyRow()}
	e.job = Handle(sp, name, func(ctx context.Context, _ struct{}) error { return fn(ctx) }, append(opts, func(o *options) { o.begins = e.begin })...)
	return e
}

// Set has the errand done at due, unless it is to be done already.
func (e *Errand) Set(tx *store.Tx, due func() time.Time) {
	estate, next := tx.In(call.Scope{}), e.begun.Load()+1
	if e.set.Load() == next {
		e.job.queue.keys.Rest(estate, e.row)
		return
	}
	if _, set := e.job.DueKey(estate, ""); !set {
		e.job.AtKey(estate, "", due(), struct{}{})
	}
	tx.After(func() { e.set.Store(next) })
}

// Again has the run that asks be followed by another at due, whatever was set since it began.
func (e *Errand) Again(tx *store.Tx, due time.Time) {
	next := e.begun.Load() + 1
	e.job.AtKey(tx.In(call.Scope{}), "", due, struct{}{})
	tx.After(func() { e.set.Store(next) })
}

// Forget says that the store was cleared: nothing is set.
func (e *Errand) Forget() { e.begun.Add(1) }

// begin makes the key free before the work. The job's own row stays: after a crash it runs again.
func (e *Errand) begin(ctx context.Context, q *Queue, job *running) error {
	e.begun.Add(1)
	return q.store.Update(ctx, func(tx *store.Tx) error { q.dropKey(tx, job); return nil }, store.Relaxed)
}
