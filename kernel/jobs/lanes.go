package jobs

import (
	"context"
	"runtime"
	"strings"
	"sync"
	"time"

	"unyo/base/call"
)

// lanes run due jobs beside each other while time flows: each lane one job at a time, in order.
type lanes struct {
	queue *Queue
	ctx   context.Context
	slots chan struct{} // one for each worker that may run, but for jobs that run apart
	done  sync.WaitGroup

	mu      sync.Mutex
	waiting map[string][]hint // by lane; present while the lane has a runner
}

// Serve runs jobs as they fall due, until ctx ends and the last running job has returned. While time is held it
// rests: Advance does the work then.
func (q *Queue) Serve(ctx context.Context) {
	l := &q.lanes
	l.ctx, l.slots, l.waiting = ctx, make(chan struct{}, workers*runtime.GOMAXPROCS(0)), map[string][]hint{}
	defer l.done.Wait()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		changed := q.clock.Changed()
		wait, err := q.dispatch(ctx)
		if err != nil {
			if ctx.Err() != nil {
				return
			}
			q.log.Error("jobs cannot be read", "error", err)
			if broken(err) {
				return
			}
			wait = time.Second
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
			return
		case <-q.woken:
		case <-changed: // a lane may have dropped what it could not run; Advance may have run what is listed
			if err := q.Reload(ctx); err != nil && ctx.Err() == nil {
				q.log.Error("jobs cannot be read", "error", err)
			}
		case <-timer.C:
		}
	}
}

// workers is how many jobs run at a time, for each processor: most wait for the disk or a peer, and those that wait
// together share an fsync.
const workers = 8

// forever is long enough to wait for something else to happen.
const forever = 24 * time.Hour

// dispatch hands what is due to the lanes and returns how long nothing more will be.
func (q *Queue) dispatch(ctx context.Context) (time.Duration, error) {
	for {
		h, reading, ok, err := q.head(ctx)
		if err != nil {
			return 0, err
		}
		if !ok {
			return forever, nil
		}
		wait, flows := q.clock.Until(instant(h.at))
		if !flows {
			return forever, nil
		}
		if wait > 0 {
			return min(wait, forever), nil
		}
		if q.take(h, reading) {
			q.lanes.add(h)
		}
	}
}

func (l *lanes) add(h hint) {
	l.mu.Lock()
	defer l.mu.Unlock()
	queue, runs := l.waiting[h.lane]
	l.waiting[h.lane] = append(queue, h)
	if !runs {
		l.done.Add(1)
		go l.run(h.lane)
	}
}

// run does the jobs of one lane until there are none.
func (l *lanes) run(lane string) {
	defer l.done.Done()
	for {
		l.mu.Lock()
		queue := l.waiting[lane]
		if len(queue) == 0 || l.ctx.Err() != nil {
			delete(l.waiting, lane)
			l.mu.Unlock()
			return
		}
		h := queue[0]
		l.waiting[lane] = queue[1:]
		l.mu.Unlock()
		l.one(h)
	}
}

func (l *lanes) one(h hint) {
	q := l.queue
	service, _, _ := strings.Cut(h.lane, "\x00")
	slots := l.slots
	if own := q.handlers[service+"."+h.name].places; own != nil {
		slots = own
	}
	select {
	case slots <- struct{}{}:
	case <-l.ctx.Done():
		return
	}
	defer func() { <-slots }()
	leave := q.clock.Enter(call.With(l.ctx, &call.Call{Service: service, Operation: "job", RequestID: jobID(sequence(h.at))})) // named, if time must wait for it
	defer leave()
	if q.clock.Rate() == 0 { // time was held while the job stood in line: Advance will find its row
		return
	}
	r, waits, err := q.read(l.ctx, h.at)
	if err == nil && waits {
		_, _, err = q.run(l.ctx, h, r)
	}
	if err == nil || l.ctx.Err() != nil {
		return
	}
	q.log.Error("job stopped", "job", jobID(sequence(h.at)), "error", err)
	if !broken(err) {
		time.AfterFunc(time.Second, func() { q.add(h) })
	}
}
