package jobs

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"unyo/base/must"
	"unyo/kernel/store"
)

// next is when a job that is given up comes back, and with which argument.
type next func(tx *store.Tx, now time.Time, arg json.RawMessage) (at time.Time, then json.RawMessage, ok bool)

// nextOf is what Every or Recurring have said, nil if neither has.
func nextOf[A any](o *options, title string) next {
	if o.every > 0 {
		return func(_ *store.Tx, now time.Time, arg json.RawMessage) (time.Time, json.RawMessage, bool) {
			return now.Truncate(o.every).Add(o.every), arg, true
		}
	}
	if o.next == nil {
		return nil
	}
	f, ok := o.next.(func(tx *store.Tx, a A) (time.Time, A, bool))
	must.Hold(ok, "job %s: Recurring takes another argument than the job", title)
	return func(tx *store.Tx, _ time.Time, arg json.RawMessage) (time.Time, json.RawMessage, bool) {
		var a A
		if json.Unmarshal(arg, &a) != nil {
			return time.Time{}, nil, false
		}
		at, then, ok := f(tx, a)
		return at, must.Do(json.Marshal(then)), ok
	}
}

// giveUp keeps a job as work that could not be done, and sets it for its next time if it has one.
func (q *Queue) giveUp(tx *store.Tx, job *running, r row, h handler, why string) {
	now, seq := q.clock.Now(), sequence(job.at)
	f := Failure{ID: jobID(seq), Due: instant(job.at), At: now, Why: why[:min(len(why), 4096)], Work: r}
	at, then, back := q.comesBack(tx, job, h, now)
	if back && bytes.Equal(then, r.Arg) {
		q.end(tx, job)
		f.Next, r.Given = at, r.Failed
		q.move(tx, job.at, dueKey(at, seq), r)
		q.failed.Put(tx, seqKey(seq), f)
		return
	}
	q.settle(tx, job)
	q.failed.Put(tx, seqKey(seq), f)
	if back {
		r.Arg, r.Failed, r.Given = then, 0, 0
		q.put(tx, at, r)
	}
}

// comesBack tells when and with what argument the job that is given up is to be run next: not at all if its key has been set meanwhile.
func (q *Queue) comesBack(tx *store.Tx, job *running, h handler, now time.Time) (at time.Time, then json.RawMessage, ok bool) {
	if h.next == nil {
		return time.Time{}, nil, false
	}
	if job.row.Keyed {
		if set, ok := q.keys.Get(tx, job.row.keyRow()); ok && string(set) != job.at {
			return time.Time{}, nil, false
		}
	}
	at, then, ok = h.next(tx, now, job.row.Arg)
	if !at.After(now) { // or Advance would never come to an end
		at = now.Add(time.Second)
	}
	return at, then, ok
}

// Kind is what the jobs of a name are like.
type Kind struct {
	Job    string // service.name
	Recurs bool   // one that is given up comes back
	Once   bool   // one that is given up is over
}

// Kinds lists, by name, the kinds of jobs that this process handles.
func (q *Queue) Kinds() []Kind {
	var out []Kind
	for _, title := range slices.Sorted(maps.Keys(q.handlers)) {
		h := q.handlers[title]
		out = append(out, Kind{title, h.next != nil, h.once})
	}
	return out
}
