package main

import (
	"net/http"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
	"time"
)

// What a burst of calls has left behind goes back to the system when no call has come for restAfter and at least restWorth has been allocated
// since the last time: the collector by itself would keep it until it has something to collect, or for minutes. Who then rests costs nothing, for
// the timer is set by calls only.
const (
	restAfter = 4 * time.Second
	restWorth = 32 << 20
)

// rest gives memory back.
type rest struct {
	begin  time.Time
	last   atomic.Int64 // call, since begin
	timed  atomic.Bool  // a timer is set
	before uint64       // allocated until the last time; of the timer's
}

// resting is h, at rest between bursts of calls.
func resting(h http.Handler) http.Handler {
	r := &rest{begin: time.Now()}
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		defer r.stir()
		h.ServeHTTP(w, req)
	})
}

func (r *rest) stir() {
	r.last.Store(int64(time.Since(r.begin)))
	if r.timed.CompareAndSwap(false, true) {
		time.AfterFunc(restAfter, r.look)
	}
}

func (r *rest) look() {
	if left := restAfter - time.Since(r.begin) + time.Duration(r.last.Load()); left > 0 {
		time.AfterFunc(left, r.look)
		return
	}
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	if all := sample[0].Value.Uint64(); all-r.before >= restWorth {
		r.before = all
		debug.FreeOSMemory()
	}
	r.timed.Store(false)
}
