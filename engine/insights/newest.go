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
