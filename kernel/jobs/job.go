package jobs

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"unyo/base/call"
	"unyo/base/must"
	"unyo/kernel/store"
)

// Space is the jobs of one service.
type Space struct {
	queue   *Queue
	service string
}

// Space returns the jobs of service.
func (q *Queue) Space(service string) *Space { return &Space{q, service} }

// Job is a kind of work with arguments of type A.
type Job[A any] struct {
	queue         *Queue
	service, name string
	lane          func(A) string
}

// Repeated reports whether the call c, made by a job, has done its work in this service before, and takes note of
// it in tx: a job that runs again after a crash makes the same calls again, and the callee changes nothing the second time.
// The note lives as long as the job. False for calls that no job makes.
func (sp *Space) Repeated(tx *store.Tx, c *call.Call) bool {
	return c.Job != "" && sp.queue.Repeated(tx, c.Job, sp.service+" "+c.RequestID)
}

// Done is Repeated, and takes no note: for a look before the work.
func (sp *Space) Done(tx *store.Tx, c *call.Call) bool {
	return c.Job != "" && sp.queue.done(tx, c.Job, sp.service+" "+c.RequestID)
}

// row is one job waiting.
type row struct {
	Service string          `json:"service"`
	Name    string          `json:"name"`
	Account string          `json:"account,omitempty"`
	Region  string          `json:"region,omitempty"`
	Key     string          `json:"key,omitempty"`    // AtKey's
	Keyed   bool            `json:"keyed,omitempty"`  // by AtKey
	Lane    string          `json:"lane,omitempty"`   // part of the lane within service, account and region
	Failed  int             `json:"failed,omitempty"` // attempts so far, all in vain
	Given   int             `json:"given,omitempty"`  // how many there were when it was last given up; see Every
	Cause   string          `json:"cause,omitempty"`  // request that put it, or that put the job that did
	Arg     json.RawMessage `json:"arg"`
}

func (r *row) title() string { return r.Service + "." + r.Name }

// handler is what a job name stands for in this process.
type handler struct {
	run     func(ctx context.Context, arg json.RawMessage) error
	retry   Policy
	givenUp func(tx *store.Tx, arg json.RawMessage, why string) // or nil
	places  chan struct{}                                       // of its own, one for each that may run; nil: all jobs' places
	next    next                                                // or nil
	once    bool
	begins  func(ctx context.Context, q *Queue, job *running) error // or nil
}

// Option changes how the jobs of one name are run.
type Option func(*options)

type options struct {
	retry   Policy
	lane    any
	givenUp any
	places  int
	every   time.Duration
	next    any
	once    bool
	begins  func(ctx context.Context, q *Queue, job *running) error // or nil
}

// Policy says when a failed job is tried again. Waits are on the estate's clock.
type Policy struct {
	Attempts int                            // in all; then the job is kept as work that could not be done
	Wait     func(failed int) time.Duration // after so many failed attempts (1, 2, …)
}

// DefaultPolicy tries 8 times within about two minutes: after 1 s, 2 s, 4 s … 64 s.
var DefaultPolicy = Policy{8, func(failed int) time.Duration { return time.Second << min(failed-1, 20) }}

// Retry replaces DefaultPolicy.
func Retry(p Policy) Option { return func(o *options) { o.retry = p } }

// Lane names the resource that a job is about: jobs of one service, account, region and resource run one after another,
// others beside each other. Without it AtKey's key is the resource, and jobs without key share one lane per service,
// account and region.
func Lane[A any](resource func(A) string) Option { return func(o *options) { o.lane = resource } }

// Apart has the jobs of the name run in places of their own, so many at a time while time flows: jobs that take minutes would else leave no place for
// those of all others.
func Apart(places int) Option { return func(o *options) { o.places = places } }

// GivenUp has f take part in the transaction that keeps a job as work that could not be done: what waits for the job learns there that it
// waits in vain. why is the first line of the last attempt's error, or that the process died each time. If the operator has the job run again, it finds what f has left.
func GivenUp[A any](f func(tx *store.Tx, a A, why string)) Option {
	return func(o *options) { o.givenUp = f }
}

// Every has a job that is given up come back, at the next multiple of period: its work stays to be done. For what sets itself again, and
// for what must be done once, be it late.
func Every(period time.Duration) Option { return func(o *options) { o.every = period } }

// Recurring is Every with an instant and an argument of the service's own. With another argument it is other work, which has a number of its
// own. ok=false: there is no next. A kind that has GivenUp as well tells there who waits, and leaves the setting to next.
func Recurring[A any](next func(tx *store.Tx, a A) (at time.Time, then A, ok bool)) Option {
	return func(o *options) { o.next = next }
}

// Once says that a job that was given up waits for the operator alone. GivenUp says so too.
func Once() Option { return func(o *options) { o.once = true } }

// Handle says what the jobs of a name do. It must be called before the kernel is started, once for each name, in
// every process that opens the estate: rows name their handler.
func Handle[A any](sp *Space, name string, fn func(ctx context.Context, a A) error, opts ...Option) Job[A] {
	o := options{retry: DefaultPolicy}
	for _, opt := range opts {
		opt(&o)
	}
	j := Job[A]{queue: sp.queue, service: sp.service, name: name}
	if o.lane != nil {
		lane, ok := o.lane.(func(A) string)
		must.Hold(ok, "job %s.%s: Lane takes another argument than the job", sp.service, name)
		j.lane = lane
	}
	h := handler{retry: o.retry, next: nextOf[A](&o, sp.service+"."+name), once: o.once || o.givenUp != nil, begins: o.begins}
	if o.places > 0 {
		h.places = make(chan struct{}, o.places)
	}
	if o.givenUp != nil {
		f, ok := o.givenUp.(func(tx *store.Tx, a A, why string))
		must.Hold(ok, "job %s.%s: GivenUp takes another argument than the job", sp.service, name)
		h.givenUp = func(tx *store.Tx, arg json.RawMessage, why string) {
			var a A
			if json.Unmarshal(arg, &a) == nil {
				f(tx, a, why)
			}
		}
	}
	h.run = func(ctx context.Context, arg json.RawMessage) error {
		var a A
		if err := json.Unmarshal(arg, &a); err != nil {
			return Permanent(fmt.Errorf("cannot decode the job's argument: %w", err))
		}
		return fn(ctx, a)
	}
	sp.queue.handle(sp.service+"."+name, h)
	return j
}

// At has a done at due, or as soon as possible if due is past.
func (j Job[A]) At(tx *store.Tx, due time.Time, a A) { j.queue.put(tx, due, j.row(tx, "", false, a)) }

// Soon has a done at this instant, after what is due already.
func (j Job[A]) Soon(tx *store.Tx, a A) { j.At(tx, j.queue.clock.Now(), a) }

// AtKey is At, in place of the job of that name and key in tx's account and region that has not begun yet.
// A job that puts its own key while it runs is not taken back thereby.
func (j Job[A]) AtKey(tx *store.Tx, key string, due time.Time, a A) {
	j.CancelKey(tx, key)
	j.queue.put(tx, due, j.row(tx, key, true, a))
}

// CancelKey takes back the job of that key, if there is one that has not begun.
func (j Job[A]) CancelKey(tx *store.Tx, key string) {
	j.queue.cancel(tx, j.keyRow(tx, key))
}

func (q *Queue) cancel(tx *store.Tx, at string) {
	tx.Unstamp(at)
	old, ok := q.keys.Get(tx, at)
	if !ok {
		return
	}
	if c := tx.Call(); c == nil || c.Job != jobID(sequence(string(old))) {
		q.due.Delete(tx, string(old))
		if failed := string(old[8:]); q.failed.Has(tx, failed) { // it was to come back, and is not wanted any more
			q.failed.Delete(tx, failed)
		}
	}
	q.keys.Delete(tx, at)
}

// DueKey tells for when the job of that key was set, in a transaction before this one; of an Errand, only while it has not begun.
func (j Job[A]) DueKey(tx *store.Tx, key string) (time.Time, bool) {
	at, ok := j.queue.keys.Get(tx, j.keyRow(tx, key))
	if !ok {
		return time.Time{}, false
	}
	return instant(string(at)), true
}

func (j Job[A]) keyRow(tx *store.Tx, key string) string {
	return (&row{Service: j.service, Name: j.name, Account: tx.Scope().Account, Region: tx.Scope().Region, Key: key}).keyRow()
}

// keyRow is where the table of keys says which job r is.
func (r *row) keyRow() string { return store.Key(r.Account, r.Region, r.Service, r.Name, r.Key) }

func (j Job[A]) row(tx *store.Tx, key string, keyed bool, a A) row {
	arg, err := json.Marshal(a)
	must.Hold(err == nil, "job %s.%s: argument cannot be encoded: %v", j.service, j.name, err)
	r := row{Service: j.service, Name: j.name, Account: tx.Scope().Account, Region: tx.Scope().Region, Key: key, Keyed: keyed, Cause: Cause(tx.Context()), Arg: arg}
	if j.lane != nil {
		r.Lane = j.lane(a)
	}
	return r
}

// put writes the job's row under the next sequence number, and under its key which number that is.
func (q *Queue) put(tx *store.Tx, due time.Time, r row) {
	body := q.due.Row(tx, dueKey(due, 0), r)
	prefix := body.Key[:len(body.Key)-len(dueKey(due, 0))]
	id := ""
	if r.Keyed {
		id = r.keyRow()
	}
	var at string
	tx.Stamp(store.Jobs, id, len(body.Key)+len(body.Value)+2*len(id)+64, func(n uint64) []store.Write {
		at = dueKey(due, n)
		ws := []store.Write{{Key: prefix + at, Value: body.Value}}
		if r.Keyed {
			ws = append(ws, q.keys.Row(tx, id, []byte(at)))
		}
		return ws
	})
	tx.After(func() {
		if at != "" { // "": the same transaction has put the key again, and this job never was
			q.add(r.hint(at))
		}
	})
}

// dueKey places a job in the order of work.
func dueKey(due time.Time, n uint64) string {
	b := binary.BigEndian.AppendUint64(make([]byte, 0, 16), uint64(due.UnixNano())^1<<63)
	return string(binary.BigEndian.AppendUint64(b, n))
}

func instant(key string) time.Time {
	return time.Unix(0, int64(binary.BigEndian.Uint64([]byte(key[:8]))^1<<63)).UTC()
}

func sequence(key string) uint64 { return binary.BigEndian.Uint64([]byte(key[8:])) }

func jobID(n uint64) string { return fmt.Sprintf("job-%d", n) }

// hint is where the job is found.
func (r *row) hint(at string) hint { return hint{at, r.lane(), r.Name} }

// lane is who must not run beside the job.
func (r *row) lane() string {
	resource := r.Lane
	if resource == "" {
		resource = r.Key
	}
	return r.Service + "\x00" + r.Account + "\x00" + r.Region + "\x00" + resource
}
