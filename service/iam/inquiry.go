package iam

import (
	"time"

	api "unyo/api/iam"
)

// inquiry is when a report on the use of permissions was asked for, and whether it is there: it is gathered by a job.
type inquiry struct {
	AskedAt time.Time
	DoneAt  time.Time `json:",omitzero"`
	Why     string    `json:",omitempty"` // it has failed
}

// open reports whether the job has not ended.
func (q *inquiry) open() bool { return q.DoneAt.IsZero() }

// made reports whether there is something to be read.
func (q *inquiry) made() bool { return !q.open() && q.Why == "" }

// giveUp ends a report whose job is not run again.
func (q *inquiry) giveUp(now time.Time, why string) { q.DoneAt, q.Why = now, why }

// status is what is told of it, whatever it is about.
func (q *inquiry) status() (state *string, asked, done *time.Time, fault *api.ErrorDetails) {
	switch {
	case q.open():
		return new(api.JobStatusTypeInProgress), new(q.AskedAt), nil, nil
	case q.Why != "":
		return new(api.JobStatusTypeFailed), new(q.AskedAt), new(q.DoneAt), &api.ErrorDetails{Code: new("ServiceFailure"), Message: new(q.Why)}
	}
	return new(api.JobStatusTypeCompleted), new(q.AskedAt), new(q.DoneAt), nil
}

func noInquiry(job string) error {
	return api.NewNoSuchEntityException("The job with id %s cannot be found.", job)
}
