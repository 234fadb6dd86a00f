// Package meter counts what is used, for cost and limits: quantities (requests, bytes) in sums per hour, and levels (bytes
// stored) as steps from which their integral over time follows. Nothing ticks.
//
// # Rows
//
//	@meter/sum    Key(account, service, usage, region, hour) → quantity, hour as 2006-01-02T15
//	@meter/level  Key(account, service, usage, region, resource, instant) → level from then on
//
// Of old ones there are only days and months (fold.go): sums and integrals over whole days are as they were, and in the end over whole months.
package meter

import (
	"context"
	"iter"
	"strings"
	"time"

	"unyo/base/call"
	"unyo/kernel/clock"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
	"unyo/kernel/tally"
)

// Usage says of what something was used: the service's folder name and the usage type in AWS's words, without region
// prefix (Requests-Tier1, DataProcessing-Bytes, TimedStorage-ByteHrs).
type Usage struct{ Service, Type string }

// Quantity is an amount of one usage.
type Quantity struct {
	Usage
	Amount float64
}

// Meter is the tables, and what was counted since they were last written: see package tally for Flush, Recorded and Forget.
type Meter struct {
	*tally.Tally[string] // by key of sums
	store                *store.Store
	clock                *clock.World
	sums                 store.Table[float64]
	levels               store.Table[float64]
	folding              store.Table[folding]
	fold                 *jobs.Errand
}

// flushAt is how many different sums are counted in memory before they are written.
const flushAt = 512

const hourLayout = "2006-01-02T15"

// New returns the meter over st. Its job is put into q.
func New(st *store.Store, c *clock.World, q *jobs.Queue) *Meter {
	sp := st.Space("@meter")
	m := &Meter{store: st, clock: c, sums: store.TableOf[float64](sp, "sum", store.Partition), levels: store.TableOf[float64](sp, "level", store.Partition)}
	m.Tally = tally.New(st, c, tally.Options[string]{Compare: strings.Compare, Part: store.MaxRows / 2, Full: flushAt, Write: m.write})
	m.folding = store.TableOf[folding](sp, "fold", store.Partition)
	m.fold = jobs.HandleErrand(q.Space("@meter"), "fold", m.runFold, jobs.Every(day))
	return m
}

// Forget drops what is remembered beside the rows: the estate is made as new.
func (m *Meter) Forget() {
	m.Tally.Forget()
	m.fold.Forget()
}

// Count adds quantities to the sums of this hour, for the account and region of ctx. It keeps them in memory for a while: for
// requests and bytes, of which a crash may cost some. What must be exact is counted with Add.
func (m *Meter) Count(ctx context.Context, qs ...Quantity) {
	scope := call.ScopeOf(ctx)
	hour := m.clock.Now().Format(hourLayout)
	entries := make([]tally.Entry[string], len(qs))
	for i, q := range qs {
		entries[i] = tally.Entry[string]{Key: sumKey(scope, q.Usage, hour), Amount: q.Amount}
	}
	m.Tally.Count(ctx, entries...)
}

// Add adds quantities in tx, for its account and region.
func (m *Meter) Add(tx *store.Tx, qs ...Quantity) {
	m.arm(tx)
	hour := m.clock.Now().Format(hourLayout)
	for _, q := range qs {
		k := sumKey(tx.Scope(), q.Usage, hour)
		v, _ := m.sums.Get(tx, k)
		m.sums.Put(tx, k, v+q.Amount)
	}
}

func sumKey(s call.Scope, u Usage, hour string) string {
	return store.Key(s.Account, u.Service, u.Type, s.Region, hour)
}

func (m *Meter) write(tx *store.Tx, entries []tally.Entry[string]) {
	m.arm(tx)
	for _, e := range entries {
		v, _ := m.sums.Get(tx, e.Key)
		m.sums.Put(tx, e.Key, v+e.Amount)
	}
}

// Sum is what was used in one hour.
type Sum struct {
	Usage
	Account, Region string
	Hour            time.Time
	Amount          float64
}

// Sums visits what an account has used in hours from <= hour < to, by service, usage, region, hour. Call Flush first.
func (m *Meter) Sums(tx *store.Tx, account string, from, to time.Time) iter.Seq[Sum] {
	return func(yield func(Sum) bool) {
		for k, v := range m.sums.Prefix(tx, store.Key(account, ""), "") {
			p, _ := store.Split(k, 5)
			hour, _ := time.Parse(hourLayout, p[4])
			if hour.Before(from) || !hour.Before(to) {
				continue
			}
			if !yield(Sum{Usage{p[1], p[2]}, p[0], p[3], hour, v}) {
				return
			}
		}
	}
}

const instantLayout = "2006-01-02T15:04:05.000000000Z"

// Level says that from now on a resource of tx's account and region uses level of something that is paid by time. A level
// that is the one until now leaves no row: so it may be said again after a crash by those who do not know any more whether they have said it.
func (m *Meter) Level(tx *store.Tx, u Usage, resource string, level float64) {
	at := m.clock.Now()
	if m.LevelAt(tx, u, resource, at) == level {
		return
	}
	m.arm(tx)
	m.levels.Put(tx, levelKey(tx.Scope(), u, resource, at.UTC().Format(instantLayout)), level)
}

func levelKey(s call.Scope, u Usage, resource, instant string) string {
	return store.Key(s.Account, u.Service, u.Type, s.Region, resource, instant)
}

// LevelAt is the level of a resource at an instant.
func (m *Meter) LevelAt(tx *store.Tx, u Usage, resource string, at time.Time) float64 {
	lo := levelKey(tx.Scope(), u, resource, "")
	hi := lo + at.UTC().Format(instantLayout) + "\x00"
	for _, level := range m.levels.Back(tx, lo, hi) {
		return level
	}
	return 0
}

// Integral is level times hours between two instants, over all resources of a usage in tx's account and region.
func (m *Meter) Integral(tx *store.Tx, u Usage, from, to time.Time) float64 {
	s := tx.Scope()
	var total, level float64
	var resource string
	since := from
	until := func(t time.Time) {
		if d := minTime(t, to).Sub(since); d > 0 {
			total += level * d.Hours()
			since = minTime(t, to)
		}
	}
	for k, v := range m.levels.Prefix(tx, store.Key(s.Account, u.Service, u.Type, s.Region, ""), "") {
		p, _ := store.Split(k, 6)
		at, _ := time.Parse(instantLayout, p[5])
		if p[4] != resource {
			until(to)
			resource, level, since = p[4], 0, from
		}
		until(at)
		level = v
	}
	until(to)
	return total
}

func minTime(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// Usages lists an account's usages that have levels, as service/type/region, in order.
func (m *Meter) Usages(tx *store.Tx, account string) []string {
	var out []string
	for k := range m.levels.Prefix(tx, store.Key(account, ""), "") {
		p, _ := store.Split(k, 6)
		if u := strings.Join(p[1:4], "/"); len(out) == 0 || out[len(out)-1] != u {
			out = append(out, u)
		}
	}
	return out
}
