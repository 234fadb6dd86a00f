package journal

import (
	"context"
	"time"

	"unyo/base/must"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// Round is an observer that is in no hurry: when something it wants was entered, it comes by at the next multiple of Every, and reads
// what it likes, by cursors of its own. While nothing is wanted it has no job.
type Round struct {
	Name  string // unique in the estate, stays the same for good
	Every time.Duration
	// Wants is asked of every entry, in the transaction that enters it: it must be quick, and touch no rows.
	Wants func(*Entry) bool
	// Run must end with jobs.Settle.
	Run func(ctx context.Context) error
}

type round struct {
	Round
	journal *Journal
	job     *jobs.Errand
}

// Round registers r. It must be called before the kernel is started.
func (j *Journal) Round(r Round) {
	for _, other := range j.rounds {
		must.Hold(other.Name != r.Name, "two rounds are named %s", r.Name)
	}
	x := &round{Round: r, journal: j}
	x.job = jobs.HandleErrand(j.queue.Space("@journal"), "round-"+r.Name, r.Run, jobs.Every(r.Every))
	j.rounds = append(j.rounds, x)
}

// wake sets the job unless it is set.
func (r *round) wake(tx *store.Tx) {
	r.job.Set(tx, func() time.Time { return r.journal.clock.Now().Truncate(r.Every).Add(r.Every) })
}
