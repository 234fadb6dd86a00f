package jobs

import (
	"context"
	"fmt"
	"time"

	"unyo/base/call"
	"unyo/kernel/store"
)

// Failure is work that could not be done: a job whose every attempt failed. It is kept until it is retried or dropped, or, if the job comes
// back, done.
type Failure struct {
	ID   string    `json:"id"`
	Due  time.Time `json:"due"`           // when it was first or last to run
	At   time.Time `json:"at"`            // when it was given up
	Why  string    `json:"why"`           // the last attempt's error
	Work row       `json:"work"`          // what was to be done
	Next time.Time `json:"next,omitzero"` // when it comes back
}

// Job is the failed job's name: service.name.
func (f *Failure) Job() string { return f.Work.title() }

// Scope is the account and region for which it was to run.
func (f *Failure) Scope() call.Scope {
	return call.Scope{Account: f.Work.Account, Region: f.Work.Region}
}

// Failures lists up to limit jobs that could not be done, oldest first.
func (q *Queue) Failures(ctx context.Context, limit int) ([]Failure, error) {
	var out []Failure
	err := q.store.View(ctx, func(tx *store.Tx) error {
		out = nil
		for _, f := range q.failed.From(tx, "") {
			if len(out) >= limit {
				break
			}
			out = append(out, f)
		}
		return nil
	})
	return out, err
}

// Again has a job that could not be done tried again now, with all its attempts. One that was to come back comes now.
func (q *Queue) Again(ctx context.Context, id string) error {
	return q.failure(ctx, id, func(tx *store.Tx, seq uint64, f Failure) {
		at := dueKey(q.clock.Now(), seq)
		if from := dueKey(f.Next, seq); !f.Next.IsZero() && q.due.Has(tx, from) {
			f.Work.Given, f.Next = f.Work.Failed, q.clock.Now()
			q.move(tx, from, at, f.Work)
			q.failed.Put(tx, seqKey(seq), f)
			return
		}
		f.Work.Failed, f.Work.Given = 0, 0
		q.due.Put(tx, at, f.Work)
		tx.After(func() { q.add(f.Work.hint(at)) })
	})
}

// Drop forgets that a job could not be done. One that is to come back does so all the same.
func (q *Queue) Drop(ctx context.Context, id string) error {
	return q.failure(ctx, id, func(*store.Tx, uint64, Failure) {})
}

func (q *Queue) failure(ctx context.Context, id string, do func(*store.Tx, uint64, Failure)) error {
	var seq uint64
	if _, err := fmt.Sscanf(id, "job-%d", &seq); err != nil {
		return fmt.Errorf("%w: %q", ErrNoJob, id)
	}
	return q.store.Update(ctx, func(tx *store.Tx) error {
		f, ok := q.failed.Get(tx, seqKey(seq))
		if !ok {
			return fmt.Errorf("%w: %q has not failed", ErrNoJob, id)
		}
		q.failed.Delete(tx, seqKey(seq))
		do(tx, seq, f)
		return nil
	})
}
