package insights

import (
	"math"
	"sync/atomic"
)

// newest is that a plan keeps only the first of all events in the order of time, as the query does that everybody begins with: fields @timestamp, @message |
// sort @timestamp desc | limit 100. Events behind the last of as many as it keeps need not be read.
type newest struct{ oldest bool }

// skip tells which. The workers, whose sinks are rankings, share the time of the best of the last ones that they keep.
func (o *newest) skip(workers []worker) func(worker int, lo, hi int64, events int) bool {
	var bound atomic.Int64
	bound.Store(math.MinInt64)
	after := func(ms int64) int64 { // larger is nearer to the end that is wanted
		if o.oldest {
			return -ms
		}
		return ms
	}
	return func(n int, lo, hi int64, events int) bool {
		w := &workers[n]
		if x := w.sink.(*ranking); len(x.heap) == x.limit && x.limit > 0 {
			mine := after(x.heap[0].born.ts)
			for b := bound.Load(); mine > b && !bound.CompareAndSwap(b, mine); b = bound.Load() {
			}
		}
		nearest := hi
		if o.oldest {
			nearest = lo
		}
		if after(nearest) >= bound.Load() { // at the same time the order is of more than time
			return false
		}
		w.matched += int64(events)
		return true
	}
}

// part is which of events that are in the order of time can be among so many: as many at that end, and what is of the same time. Others have been handed out
// in no order, and all can.
func (o *newest) part(events []Event, limit int) (from, to int) {
	to = len(events)
	if limit <= 0 || limit >= to {
		return 0, to
	}
	for i := range to - 1 {
		if events[i].Timestamp > events[i+1].Timestamp {
			return 0, to
		}
	}
	if o.oldest {
		for last := events[limit-1].Timestamp; events[to-1].Timestamp > last; {
			to--
		}
		return 0, to
	}
	for last := events[to-limit].Timestamp; events[from].Timestamp < last; {
		from++
	}
	return from, to
}
