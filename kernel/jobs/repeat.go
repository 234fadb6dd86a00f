package jobs

import (
	"fmt"

	"unyo/kernel/store"
)

// Repeated reports whether the job of ctx has made the call with that request id before and had it recorded, and takes
// note of it in tx. Package journal asks, so that a job which runs again is not recorded twice. False outside of jobs.
func (q *Queue) Repeated(tx *store.Tx, job, requestID string) bool {
	var seq uint64
	if _, err := fmt.Sscanf(job, "job-%d", &seq); err != nil {
		return false
	}
	k := callKey(seq, requestID)
	if q.calls.Has(tx, k) {
		return true
	}
	q.calls.Put(tx, k, struct{}{})
	q.note(seq, true)
	return false
}

func (q *Queue) done(tx *store.Tx, job, requestID string) bool {
	var seq uint64
	_, err := fmt.Sscanf(job, "job-%d", &seq)
	return err == nil && q.calls.Has(tx, callKey(seq, requestID))
}

func callKey(seq uint64, requestID string) string { return seqKey(seq) + requestID }

func (q *Queue) isNoted(seq uint64) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.noted[seq]
}

func (q *Queue) note(seq uint64, has bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if has {
		q.noted[seq] = true
	} else {
		delete(q.noted, seq)
	}
}
