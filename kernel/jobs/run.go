package jobs

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"unyo/base/call"
	"unyo/kernel/entropy"
	"unyo/kernel/store"
)

type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

// Permanent marks an error of a job that no further attempt can help.
func Permanent(err error) error { return permanent{err} }

// running is the job of a context.
type running struct {
	queue   *Queue
	at      string
	row     row
	id      string // of its call
	settled bool   // its row went in a transaction of its own
}

type runningKey struct{}

// Cause is the id of the request that everything under ctx goes back to: of the call itself, or of the one that put the job
// in whose course it is made. "" outside of calls.
func Cause(ctx context.Context) string {
	if job, ok := ctx.Value(runningKey{}).(*running); ok {
		return job.row.Cause
	}
	if c := call.From(ctx); c != nil {
		return c.RequestID
	}
	return ""
}

// Attempt numbers the tries of the job of ctx from 0; a run after a crash is the same attempt. 0 outside of jobs.
func Attempt(ctx context.Context) int {
	if job, ok := ctx.Value(runningKey{}).(*running); ok {
		return job.row.Failed
	}
	return 0
}

// run does the job r, waiting at h. done=false: it failed.
func (q *Queue) run(ctx context.Context, h hint, r row) (name string, done bool, err error) {
	seq := sequence(h.at)
	c := q.call(seq, &r)
	job := &running{queue: q, at: h.at, row: r, id: c.RequestID}
	ctx = call.With(ctx, c)
	died, err := q.deaths.begin(ctx, h.at)
	if err != nil {
		return r.title(), false, err
	}
	over, limit := false, uint32(maxDeaths)
	if r.Given > 0 { // it is known to fail
		limit = 1
	}
	defer func() { q.deaths.done(h.at, over) }()
	var fault error
	if died < limit {
		fault = q.attempt(context.WithValue(ctx, runningKey{}, job), job)
	} else {
		fault = Permanent(fmt.Errorf("the process has died %d times in a row while this job ran; it is not run again by itself", died))
	}
	if fault != nil && ctx.Err() != nil { // the process is stopping: not the job's fault
		return r.title(), false, ctx.Err()
	}
	if broken(fault) {
		return r.title(), false, fault
	}
	if fault != nil {
		q.log.Warn("job failed", "job", jobID(seq), "name", r.title(), "account", r.Account, "region", r.Region, "attempt", r.Failed+1, "error", fault)
	}
	if fault == nil && job.settled {
		over = true
		return r.title(), true, nil
	}
	err = q.store.Update(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		if fault == nil {
			q.settle(tx, job)
		} else {
			q.retry(tx, job, fault)
		}
		return nil
	}, store.Relaxed)
	if err != nil {
		return r.title(), false, fmt.Errorf("cannot settle %s (%s): %w", jobID(seq), r.title(), err)
	}
	over = true
	return r.title(), fault == nil, nil
}

// broken tells errors after which the store can no longer say what happened.
func broken(err error) bool {
	return errors.Is(err, store.ErrBroken) || errors.Is(err, store.ErrClosed)
}

func (q *Queue) read(ctx context.Context, at string) (r row, ok bool, err error) {
	err = q.store.View(ctx, func(tx *store.Tx) error {
		r, ok = q.due.Get(tx, at)
		return nil
	})
	return r, ok, err
}

// attempt runs the job's function and turns a panic into an error.
func (q *Queue) attempt(ctx context.Context, job *running) (err error) {
	r := &job.row
	h, ok := q.handlers[r.title()]
	if !ok {
		return Permanent(fmt.Errorf("nobody handles %s", r.title()))
	}
	if h.begins != nil {
		if err := h.begins(ctx, q, job); err != nil {
			return err
		}
	}
	defer func() {
		if p := recover(); p != nil {
			err = Permanent(fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}
	}()
	return h.run(ctx, r.Arg)
}

// call is who a job is: its service itself, in the account and region for which the job was put.
func (q *Queue) call(seq uint64, r *row) *call.Call {
	principal := r.Service + ".amazonaws.com"
	return &call.Call{
		Scope:     call.Scope{Partition: q.partition, Account: r.Account, Region: r.Region},
		RequestID: entropy.UUID(q.entropy.Derive("job", 16, "", seq, uint64(r.Failed))),
		Serial:    store.Derived | seq, Service: r.Service, Operation: r.Name,
		Principal: call.Principal{Kind: call.AWSService, Account: r.Account, Service: principal},
		At:        q.clock.Now(), SourceIP: principal, UserAgent: principal, Secure: true, Job: jobID(seq),
	}
}

// Settle removes the running job's row in tx, which must be the last transaction of the job's function: with it the job
// is done, and a crash afterwards does not run it again. Outside of a job it does nothing, nor in a call that a job makes: a callee
// cannot end its caller's work.
func Settle(ctx context.Context, tx *store.Tx) {
	if job, ok := ctx.Value(runningKey{}).(*running); ok && job.own(ctx) {
		job.queue.settle(tx, job)
		tx.After(func() { job.settled = true })
	}
}

// own tells whether the call of ctx is the job's own, not one that it makes: those have ids of their own.
func (j *running) own(ctx context.Context) bool {
	c := call.From(ctx)
	return c != nil && c.RequestID == j.id
}

// OnSettle has f take part in the transaction that ends a run of a job: requestID is that of the job's own call.
func (q *Queue) OnSettle(f func(tx *store.Tx, requestID string)) { q.ended = f }

// end tells that a run of the job ends in tx.
func (q *Queue) end(tx *store.Tx, job *running) {
	if q.ended != nil {
		q.ended(tx, job.id)
	}
}

// settle takes the job out of every table.
func (q *Queue) settle(tx *store.Tx, job *running) {
	q.end(tx, job)
	q.due.Delete(tx, job.at)
	if job.row.Given > 0 { // what could not be done is done
		q.failed.Delete(tx, seqKey(sequence(job.at)))
	}
	q.dropKey(tx, job)
	if seq := sequence(job.at); seq <= q.boot || q.isNoted(seq) {
		for k := range q.calls.Prefix(tx, callKey(seq, ""), "") {
			q.calls.Delete(tx, k)
		}
		tx.After(func() { q.note(seq, false) })
	}
}

// dropKey makes the job's key free, unless another job has it by now.
func (q *Queue) dropKey(tx *store.Tx, job *running) {
	if !job.row.Keyed {
		return
	}
	if at, ok := q.keys.Get(tx, job.row.keyRow()); ok && string(at) == job.at {
		q.keys.Delete(tx, job.row.keyRow())
	}
}

// retry moves the job to its next attempt, or among the failures.
func (q *Queue) retry(tx *store.Tx, job *running, fault error) {
	if !q.due.Has(tx, job.at) {
		return // replaced or settled before it failed
	}
	r, now := job.row, q.clock.Now()
	r.Failed++
	h, ok := q.handlers[r.title()]
	if !ok {
		h.retry = DefaultPolicy
	}
	policy, failed := h.retry, r.Failed-r.Given
	if failed >= policy.Attempts || errors.As(fault, &permanent{}) {
		why := fault.Error()
		if h.givenUp != nil {
			line, _, _ := strings.Cut(why, "\n") // of a panic not where
			h.givenUp(tx, r.Arg, line)
		}
		q.giveUp(tx, job, r, h, why)
		return
	}
	q.end(tx, job)
	at, seq := now.Add(policy.Wait(failed)), sequence(job.at)
	q.move(tx, job.at, dueKey(at, seq), r)
	if f, ok := q.failed.Get(tx, seqKey(seq)); ok {
		f.Next, f.Work = at, r
		q.failed.Put(tx, seqKey(seq), f)
	}
}

// move puts a job at another instant, under its own number.
func (q *Queue) move(tx *store.Tx, from, to string, r row) {
	q.due.Delete(tx, from)
	q.due.Put(tx, to, r)
	if r.Keyed {
		if at, ok := q.keys.Get(tx, r.keyRow()); !ok || string(at) == from {
			q.keys.Put(tx, r.keyRow(), []byte(to))
		}
	}
	tx.After(func() { q.add(r.hint(to)) })
}

func seqKey(seq uint64) string { return dueKey(time.Unix(0, 0), seq)[8:] }
