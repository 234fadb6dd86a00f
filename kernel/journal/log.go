package journal

import (
	"context"
	"encoding/binary"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"time"

	"unyo/base/call"
	"unyo/kernel/clock"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// Journal is the order of everything.
type Journal struct {
	store   *store.Store
	clock   clock.Clock
	queue   *jobs.Queue
	log     *slog.Logger
	entries store.Table[Entry]
	cursors store.Table[uint64]
	watches []*watch
	rounds  []*round

	chapters store.Table[chapter]
	indexed  bool

	recorded func(tx *store.Tx, requestID string, repeated bool)
	expire   *jobs.Errand // drops old entries
}

// New returns the journal over st.
func New(st *store.Store, c clock.Clock, q *jobs.Queue, log *slog.Logger) *Journal {
	sp := st.Space("@journal")
	j := &Journal{
		store: st, clock: c, queue: q, log: log,
		entries: store.TableOf[Entry](sp, "entry", store.Partition),
		cursors: store.TableOf[uint64](sp, "cursor", store.Partition), chapters: store.TableOf[chapter](sp, "chapter", store.Partition),
	}
	j.expire = jobs.HandleErrand(q.Space("@journal"), "expire", j.trim, jobs.Every(24*time.Hour))
	return j
}

// OnRecord has f take part in the transactions of Record. repeated says that a job that runs again has made the call again, and
// that nothing is entered.
func (j *Journal) OnRecord(f func(tx *store.Tx, requestID string, repeated bool)) { j.recorded = f }

// Record enters a call and its answer, at the time the call entered. It returns when the entry is on the disk, together with all that the
// call has left; with store.Relaxed it does not wait, and a power failure may take back the last entries.
// A call of a job that runs again after a crash is entered once; each attempt of a job that failed is an event of its own.
func (j *Journal) Record(ctx context.Context, c Call, opts ...store.Option) error {
	at := j.clock.Now()
	if k := call.From(ctx); k != nil && !k.At.IsZero() {
		at = k.At
	}
	if cause := jobs.Cause(ctx); cause != c.RequestID {
		c.Cause = cause
	}
	id := c.RequestID
	if n := jobs.Attempt(ctx); n > 0 {
		id = fmt.Sprintf("%s#%d", id, n)
	}
	err := j.store.Update(ctx, func(tx *store.Tx) error {
		repeated := c.Job != "" && j.queue.Repeated(tx, c.Job, id)
		if j.recorded != nil {
			j.recorded(tx, c.RequestID, repeated)
		}
		if repeated {
			return nil
		}
		j.append(tx, Entry{Time: at, Call: &c})
		return nil
	}, opts...)
	if err != nil {
		return fmt.Errorf("cannot record %s:%s %s: %w", c.Service, c.Operation, c.RequestID, err)
	}
	return nil
}

// Change enters a change in the transaction that makes it.
func (j *Journal) Change(tx *store.Tx, c Change) {
	if k := tx.Call(); k != nil {
		c.RequestID = k.RequestID
		if cause := jobs.Cause(tx.Context()); cause != c.RequestID {
			c.Cause = cause
		}
		if c.Principal = k.Principal.ARN; c.Principal == "" {
			c.Principal = k.Principal.Service
		}
	}
	if c.Account == "" {
		c.Account, c.Region = tx.Scope().Account, tx.Scope().Region
	}
	j.append(tx, Entry{Time: j.clock.Now(), Change: &c})
}

// append gives e its place at commit, and sees to it that watches and retention have their jobs.
func (j *Journal) append(tx *store.Tx, e Entry) {
	row := j.entries.Row(tx, seqKey(0), shorten(e))
	prefix := row.Key[:len(row.Key)-8]
	tx.Stamp(store.Journal, "", len(row.Key)+len(row.Value), func(n uint64) []store.Write {
		return []store.Write{{Key: prefix + seqKey(n), Value: row.Value}}
	})
	j.expire.Set(tx, func() time.Time { return expires(e.Time) })
	for _, w := range j.watches {
		if w.wants(&e) {
			w.wake(tx)
		}
	}
	for _, r := range j.rounds {
		if r.Wants(&e) {
			r.wake(tx)
		}
	}
}

func seqKey(n uint64) string { return string(binary.BigEndian.AppendUint64(nil, n)) }

// Scan visits the entries behind sequence number after, in order.
func (j *Journal) Scan(tx *store.Tx, after uint64) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		for k, e := range j.entries.Between(tx, seqKey(after+1), "") {
			if e.Seq = binary.BigEndian.Uint64([]byte(k)); !yield(e) {
				return
			}
		}
	}
}

// Back visits the entries from the latest to the first.
func (j *Journal) Back(tx *store.Tx) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		for k, e := range j.entries.Back(tx, "", "") {
			if e.Seq = binary.BigEndian.Uint64([]byte(k)); !yield(e) {
				return
			}
		}
	}
}

// Read returns up to limit entries behind sequence number after.
func (j *Journal) Read(ctx context.Context, after uint64, limit int) ([]Entry, error) {
	var out []Entry
	err := j.store.View(ctx, func(tx *store.Tx) error {
		out = nil
		for e := range j.Scan(tx, after) {
			if len(out) >= limit {
				break
			}
			out = append(out, e)
		}
		return nil
	})
	return out, err
}

// Trace returns what is known of one request, in order: its call, the calls made on its behalf, also later by the jobs it
// has put, and what all these changed.
func (j *Journal) Trace(ctx context.Context, requestID string) ([]Entry, error) {
	var out []Entry
	err := j.store.View(ctx, func(tx *store.Tx) error {
		out = nil
		ids := map[string]bool{requestID: true}
		var later []Entry // a call is entered after the calls it has made
		for e := range j.Back(tx) {
			if c := e.Call; c != nil && (ids[c.RequestID] || ids[c.Parent] || ids[c.Cause]) {
				ids[c.RequestID] = true
				later = append(later, e)
			}
			if c := e.Change; c != nil && (ids[c.RequestID] || ids[c.Cause]) {
				later = append(later, e)
			}
		}
		slices.Reverse(later)
		out = later
		return nil
	})
	return out, err
}
