// Package metric is how services emit the metrics that AWS vends for them: IncomingBytes of AWS/Logs, PutRecords.Success of
// AWS/Kinesis. It keeps what was measured per minute, account, region and series, value by value, and hands it to whom stores metrics (To).
//
// Count costs a map entry and is not written at once, see package tally; Add is exact.
package metric

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"unyo/base/call"
	"unyo/base/must"
	"unyo/kernel/clock"
	"unyo/kernel/store"
	"unyo/kernel/tally"
)

// Series is what a metric's datapoints belong to. Namespace, name and unit are AWS's words: AWS/Logs, IncomingBytes, Bytes.
type Series struct {
	Namespace, Name string
	Dimensions      Dimensions
	Unit            string // "" is None
	Fine            bool   // kept by the second, as AddAt is told its time; Count and Add have minutes only
}

// Sample is a value that a series has taken now.
type Sample struct {
	Series
	Value float64
	Times float64 // how often; 0 is once
}

// Dimensions are names and values, made by Of. Equal ones are equal strings.
type Dimensions string

// Of makes dimensions of name, value, name, value …
func Of(pairs ...string) Dimensions {
	must.Hold(len(pairs)%2 == 0, "dimension %q without a value", pairs)
	if len(pairs) == 0 {
		return ""
	}
	list := slices.Collect(slices.Chunk(pairs, 2))
	slices.SortFunc(list, slices.Compare)
	return Dimensions(store.Key(append(slices.Concat(list...), "")...))
}

// All visits the dimensions in order of their names.
func (d Dimensions) All() iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		for rest := string(d); rest != ""; {
			p, ok := store.Split(rest, 3)
			must.Hold(ok, "no dimensions: %q", string(d))
			if !yield(p[0], p[1]) {
				return
			}
			rest = p[2]
		}
	}
}

// Value is a value and how often it was taken.
type Value struct{ Value, Times float64 }

// Sink stores what a series has taken in one minute (a fine one: in one second), in tx, whose scope is the series'. Values come in ascending order. It adds to what
// it has been given for that minute before.
type Sink func(tx *store.Tx, s Series, minute time.Time, values []Value)

// Metrics is what was measured since it was last handed on; see package tally for Flush, Recorded and Forget.
type Metrics struct {
	*tally.Tally[taken]
	clock *clock.World
	sink  Sink
}

// taken is a value of a series in a minute.
type taken struct {
	scope  call.Scope
	series Series
	minute int64 // Unix minutes
	value  float64
}

const (
	flushAt = 16 << 10 // values held; an entry takes about 150 bytes
	part    = 100      // values in one transaction: of as many series at most, whose rows must fit
)

// New returns metrics that nobody stores yet.
func New(st *store.Store, c *clock.World) *Metrics {
	m := &Metrics{clock: c}
	m.Tally = tally.New(st, c, tally.Options[taken]{Compare: compare, Part: part, Full: flushAt, Write: m.write})
	return m
}

// To names whom is handed what is measured. Without it nothing is kept. It must be called before the kernel is started.
func (m *Metrics) To(s Sink) { m.sink = s }

// Count notes values taken now, for the account and region of ctx. A crash may cost some, as AWS promises no more of them.
func (m *Metrics) Count(ctx context.Context, samples ...Sample) {
	if m.sink == nil || len(samples) == 0 {
		return
	}
	scope, minute := call.ScopeOf(ctx), m.clock.Now().Unix()/60
	entries := make([]tally.Entry[taken], len(samples))
	for i, s := range samples {
		entries[i] = tally.Entry[taken]{Key: taken{scope, s.Series, minute, s.Value}, Amount: s.times()}
	}
	m.Tally.Count(ctx, entries...)
}

// Add notes values taken now in tx, for its account and region: exactly once with what else tx does.
func (m *Metrics) Add(tx *store.Tx, samples ...Sample) {
	if m.sink == nil {
		return
	}
	minute := m.clock.Now().Truncate(time.Minute)
	for _, s := range samples {
		m.sink(tx, s.Series, minute, []Value{{s.Value, s.times()}})
	}
}

// AddAt notes in tx what a series of its account and region took in the minute (a fine one: the second) of at, which may be long past: exactly once with what
// else tx does. Values must ascend.
func (m *Metrics) AddAt(tx *store.Tx, s Series, at time.Time, values []Value) {
	if m.sink == nil {
		return
	}
	grain := time.Minute
	if s.Fine {
		grain = time.Second
	}
	m.sink(tx, s, at.Truncate(grain), values)
}

func (s *Sample) times() float64 { return cmp.Or(s.Times, 1) }

// write hands on entries, which are in order, series by series and minute by minute.
func (m *Metrics) write(tx *store.Tx, entries []tally.Entry[taken]) {
	for len(entries) > 0 {
		k := entries[0].Key
		n := 0
		var values []Value
		for n < len(entries) && entries[n].Key.scope == k.scope && entries[n].Key.series == k.series && entries[n].Key.minute == k.minute {
			values = append(values, Value{entries[n].Key.value, entries[n].Amount})
			n++
		}
		m.sink(tx.In(k.scope), k.series, time.Unix(k.minute*60, 0).UTC(), values)
		entries = entries[n:]
	}
}

func compare(a, b taken) int {
	return cmp.Or(
		strings.Compare(a.scope.Account, b.scope.Account), strings.Compare(a.scope.Region, b.scope.Region), strings.Compare(a.scope.Partition, b.scope.Partition),
		strings.Compare(a.series.Namespace, b.series.Namespace), strings.Compare(a.series.Name, b.series.Name),
		strings.Compare(string(a.series.Dimensions), string(b.series.Dimensions)), strings.Compare(a.series.Unit, b.series.Unit),
		cmp.Compare(a.minute, b.minute), cmp.Compare(a.value, b.value),
	)
}

// String is the series in one line, for tests and logs.
func (s Series) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", s.Namespace, s.Name)
	for name, value := range s.Dimensions.All() {
		fmt.Fprintf(&b, " %s=%s", name, value)
	}
	return b.String()
}
