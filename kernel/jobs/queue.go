package jobs

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"unyo/base/must"
	"unyo/kernel/clock"
	"unyo/kernel/entropy"
	"unyo/kernel/store"
)

// Queue is all work that waits, of every service.
type Queue struct {
	store   *store.Store
	clock   *clock.World
	entropy *entropy.Source
	log     *slog.Logger

	due    store.Table[row]
	keys   store.Table[[]byte]
	failed store.Table[Failure]
	calls  store.Table[struct{}]
	awaits store.Table[row] // topic, then the key of the job

	handlers  map[string]handler
	partition string
	boot      uint64 // jobs up to this number were put before this process

	mu      sync.Mutex
	soon    []hint          // what waits, in order; complete up to horizon
	horizon string          // due key; "" before the first look
	all     bool            // nothing waits behind horizon
	reading uint64          // how often the list was begun anew
	noted   map[uint64]bool // jobs of which the table of calls has rows
	next    *peeked         // what Next saw last, for Do
	woken   chan struct{}

	lanes  lanes
	deaths *deaths
	ended  func(tx *store.Tx, requestID string) // takes part in the end of a run; see OnSettle
}

// peeked is a job read ahead of its run. Only Advance peeks, and nothing else writes meanwhile.
type peeked struct {
	hint hint
	row  row
}

// hint is a job known to be waiting when its row was last seen. The row decides.
type hint struct{ at, lane, name string }

// window is how many jobs are kept in memory; the rest are read from their rows when it is their turn.
const window = 4096

// New returns the queue over st.
func New(st *store.Store, w *clock.World, e *entropy.Source, log *slog.Logger, partition string) *Queue {
	sp := st.Space("@jobs")
	q := &Queue{
		store: st, clock: w, entropy: e, log: log, partition: partition,
		due:      store.TableOf[row](sp, "due", store.Partition),
		keys:     store.TableOf[[]byte](sp, "key", store.Partition),
		failed:   store.TableOf[Failure](sp, "failed", store.Partition),
		calls:    store.TableOf[struct{}](sp, "call", store.Partition),
		awaits:   store.TableOf[row](sp, "await", store.Partition),
		handlers: map[string]handler{},
		noted:    map[uint64]bool{},
		woken:    make(chan struct{}, 1),
		boot:     st.Mark().Counters[store.Jobs],
	}
	q.lanes.queue = q
	return q
}

func (q *Queue) handle(title string, h handler) {
	_, twice := q.handlers[title]
	must.Hold(!twice, "job %s has two handlers", title)
	q.handlers[title] = h
}

// Reload implements clock.Work.
func (q *Queue) Reload(ctx context.Context) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.soon, q.horizon, q.all = q.soon[:0], "", false
	q.reading++
	return q.refill(ctx)
}

// Restart is Reload after the store was cleared.
func (q *Queue) Restart(ctx context.Context) error {
	q.mu.Lock()
	q.boot, q.noted = 0, map[uint64]bool{}
	q.mu.Unlock()
	q.deaths.restart()
	return q.Reload(ctx)
}

// refill reads the next window of rows behind the horizon. q.mu is held.
func (q *Queue) refill(ctx context.Context) error {
	n := 0
	err := q.store.View(ctx, func(tx *store.Tx) error {
		for at, r := range q.due.From(tx, q.horizon) {
			q.insert(r.hint(at))
			q.horizon = at
			if n++; n == window {
				return nil
			}
		}
		q.all = true
		return nil
	})
	if err != nil {
		return fmt.Errorf("cannot read the jobs: %w", err)
	}
	return nil
}

// insert puts h in its place, once. Most jobs go to the end.
func (q *Queue) insert(h hint) {
	i, known := len(q.soon), false
	if i > 0 && q.soon[i-1].at >= h.at {
		i, known = slices.BinarySearchFunc(q.soon, h.at, func(x hint, at string) int { return cmp.Compare(x.at, at) })
	}
	if !known {
		q.soon = slices.Insert(q.soon, i, h)
	}
}

// add takes note of a job that a commit has put.
func (q *Queue) add(h hint) {
	q.mu.Lock()
	if q.all || h.at <= q.horizon {
		q.insert(h)
	}
	if len(q.soon) > 2*window {
		q.soon = slices.Clone(q.soon[:window])
		q.horizon, q.all = q.soon[window-1].at, false
	}
	q.mu.Unlock()
	select {
	case q.woken <- struct{}{}:
	default:
	}
}

// head returns the first job that waits, and which reading of the list it comes from.
func (q *Queue) head(ctx context.Context) (h hint, reading uint64, ok bool, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.soon) == 0 && !q.all {
		if err := q.refill(ctx); err != nil {
			return hint{}, 0, false, err
		}
	}
	if len(q.soon) == 0 {
		return hint{}, 0, false, nil
	}
	return q.soon[0], q.reading, true, nil
}

// take removes h from the list; false when the list was begun anew since h was looked at.
func (q *Queue) take(h hint, reading uint64) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if reading != q.reading {
		return false
	}
	if len(q.soon) > 0 && q.soon[0].at == h.at {
		q.soon = q.soon[1:]
	} else if i, ok := slices.BinarySearchFunc(q.soon, h.at, func(x hint, at string) int { return cmp.Compare(x.at, at) }); ok {
		q.soon = slices.Delete(q.soon, i, i+1)
	}
	return true
}

// Next implements clock.Work: the instant of the first job that waits.
func (q *Queue) Next() (time.Time, bool) {
	for {
		h, reading, ok, err := q.head(context.Background())
		if err != nil || !ok {
			return time.Time{}, false
		}
		r, waits, err := q.read(context.Background(), h.at)
		if err != nil {
			return time.Time{}, false
		}
		if waits {
			q.next = &peeked{h, r}
			return instant(h.at), true
		}
		q.take(h, reading)
	}
}

// Do implements clock.Work: it runs the job that Next has seen.
func (q *Queue) Do(ctx context.Context) (name string, failed bool, err error) {
	next := q.next
	must.Hold(next != nil, "Do without Next")
	q.next = nil
	q.mu.Lock()
	if len(q.soon) > 0 && q.soon[0] == next.hint {
		q.soon = q.soon[1:]
	}
	q.mu.Unlock()
	name, done, err := q.run(ctx, next.hint, next.row)
	return name, !done, err
}

// Pending is a job that waits.
type Pending struct {
	ID              string
	Due             time.Time
	Job             string // service.name
	Account, Region string
	Key             string
	Failed          int // attempts in vain
	Arg             json.RawMessage
}

// Waiting lists up to limit jobs in the order in which they will run.
func (q *Queue) Waiting(ctx context.Context, limit int) ([]Pending, error) {
	var out []Pending
	err := q.store.View(ctx, func(tx *store.Tx) error {
		out = nil
		for at, r := range q.due.From(tx, "") {
			if len(out) >= limit {
				break
			}
			out = append(out, Pending{jobID(sequence(at)), instant(at), r.title(), r.Account, r.Region, r.Key, r.Failed, r.Arg})
		}
		return nil
	})
	return out, err
}

// ErrNoJob is the id of no job.
var ErrNoJob = errors.New("no such job")
