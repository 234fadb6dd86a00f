package clock_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"unyo/base/call"
	"unyo/kernel/clock"
	"unyo/kernel/store"
	"unyo/kernel/store/memory"
)

var begin = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wall is a clock on the wall that tests set.
type wall struct {
	mu sync.Mutex
	t  time.Time
}

func (w *wall) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.t
}

func (w *wall) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.t = w.t.Add(d)
}

// work is what falls due in a test: each item runs at its instant and may add more.
type work struct {
	due []time.Time
	do  func(at time.Time) (failed bool, err error)
}

func (w *work) Reload(context.Context) error { return nil }
func (w *work) Next() (time.Time, bool) {
	if len(w.due) == 0 {
		return time.Time{}, false
	}
	return w.due[0], true
}
func (w *work) Do(context.Context) (string, bool, error) {
	at := w.due[0]
	w.due = w.due[1:]
	failed, err := w.do(at)
	return "demo.work", failed, err
}

// engine is shared between the openings of one estate.
func open(t *testing.T, e store.Engine, o clock.Options) *clock.World {
	t.Helper()
	var w *clock.World
	st, err := store.New(e, store.Options{Now: func() time.Time { return w.Now() }})
	ok(t, err)
	w = clock.New(st, o)
	ok(t, w.Open(t.Context()))
	w.Attach(&work{})
	return w
}

func expect(t *testing.T, w *clock.World, want time.Time, mode clock.Mode, rate float64) {
	t.Helper()
	if got := w.Now(); !got.Equal(want) || got.Location() != time.UTC {
		t.Errorf("now %v, want %v", got, want)
	}
	if w.Mode() != mode || w.Rate() != rate {
		t.Errorf("mode %v rate %v", w.Mode(), w.Rate())
	}
}

// Every mode goes on where it was after a restart, and time never goes back.
func TestModesAcrossRestarts(t *testing.T) {
	e, on := memory.New(), &wall{t: begin}
	ctx := t.Context()
	o := clock.Options{Wall: on.now}
	w := open(t, e, o)
	expect(t, w, begin, clock.Wall, 1)
	on.pass(time.Hour)
	expect(t, w, begin.Add(time.Hour), clock.Wall, 1)

	_, err := w.Advance(ctx, begin.Add(11*time.Hour), nil) // ten hours ahead of the wall from here on
	ok(t, err)
	on.pass(time.Minute)
	w = open(t, e, o)
	expect(t, w, begin.Add(11*time.Hour+time.Minute), clock.Wall, 1)

	ok(t, w.Run(ctx, 60))
	on.pass(time.Minute)
	expect(t, w, begin.Add(12*time.Hour+time.Minute), clock.Fast, 60)
	w = open(t, e, o)
	on.pass(time.Minute)
	expect(t, w, begin.Add(13*time.Hour+time.Minute), clock.Fast, 60)

	ok(t, w.Hold(ctx))
	on.pass(time.Hour)
	w = open(t, e, clock.Options{Wall: on.now, Held: false, Start: begin})
	expect(t, w, begin.Add(13*time.Hour+time.Minute), clock.Held, 0)
	_, err = w.Advance(ctx, begin.Add(14*time.Hour), nil)
	ok(t, err)
	expect(t, w, begin.Add(14*time.Hour), clock.Held, 0)

	ok(t, w.Live(ctx))
	on.pass(-30 * 24 * time.Hour) // somebody sets the wall back
	expect(t, w, begin.Add(14*time.Hour), clock.Wall, 1)
	w = open(t, e, o)
	expect(t, w, begin.Add(14*time.Hour), clock.Wall, 1)
	on.pass(time.Second)
	expect(t, w, begin.Add(14*time.Hour+time.Second), clock.Wall, 1)

	if _, err := w.Advance(ctx, begin, nil); !errors.Is(err, clock.ErrPast) {
		t.Errorf("advance into the past: %v", err)
	}
	for _, rate := range []float64{0, -1, 1e7} {
		if err := w.Run(ctx, rate); !errors.Is(err, clock.ErrRate) {
			t.Errorf("rate %v: %v", rate, err)
		}
	}
	expect(t, w, begin.Add(14*time.Hour+time.Second), clock.Wall, 1)
}

func TestHeldStart(t *testing.T) {
	on := &wall{t: begin}
	expect(t, open(t, memory.New(), clock.Options{Wall: on.now, Held: true}), begin, clock.Held, 0)
	w := open(t, memory.New(), clock.Options{Wall: on.now, Held: true, Start: begin.AddDate(-5, 0, 0)})
	expect(t, w, begin.AddDate(-5, 0, 0), clock.Held, 0)
	if _, will := w.Until(begin); will {
		t.Error("a held clock says when it will get there")
	}
	changed := w.Changed()
	ok(t, w.Run(t.Context(), 3600))
	<-changed
	if d, will := w.Until(begin.AddDate(-5, 0, 0).Add(time.Hour)); !will || d != time.Second {
		t.Errorf("an hour takes %v %v", d, will)
	}
	if d, will := w.Until(begin.AddDate(-6, 0, 0)); !will || d != 0 {
		t.Errorf("the past takes %v %v", d, will)
	}
}

// Advance does what falls due on the way, with time standing at each instant, and stops where it is told to.
func TestAdvance(t *testing.T) {
	w := open(t, memory.New(), clock.Options{Held: true, Start: begin})
	h := func(n int) time.Time { return begin.Add(time.Duration(n) * time.Hour) }
	jobs := &work{due: []time.Time{h(-1), h(1), h(1), h(2), h(5)}}
	var at []time.Time
	jobs.do = func(time.Time) (bool, error) { at = append(at, w.Now()); return len(at) == 3, nil }
	w.Attach(jobs)
	var told []clock.Progress
	r, err := w.Advance(t.Context(), h(4), func(p clock.Progress) { told = append(told, p) })
	ok(t, err)
	if want := fmt.Sprint([]time.Time{h(0), h(1), h(1), h(2)}); fmt.Sprint(at) != want {
		t.Errorf("ran at %v", at)
	}
	if r.Ran != 4 || r.Failed != 1 || !r.Now.Equal(h(4)) || r.ByJob["demo.work"] != 4 {
		t.Errorf("%+v", r)
	}
	if len(told) == 0 || !told[len(told)-1].Now.Equal(h(4)) || told[len(told)-1].Ran != 4 {
		t.Errorf("told %+v", told)
	}
	expect(t, w, h(4), clock.Held, 0)

	ctx, cancel := context.WithCancel(t.Context())
	jobs.due = []time.Time{h(5), h(6), h(7)}
	jobs.do = func(at time.Time) (bool, error) {
		if at.Equal(h(6)) {
			cancel()
		}
		return false, nil
	}
	r, err = w.Advance(ctx, h(10), nil)
	if !errors.Is(err, context.Canceled) || r.Ran != 2 {
		t.Errorf("%v %+v", err, r)
	}
	expect(t, w, h(6), clock.Held, 0)

	mine := errors.New("mine")
	jobs.do = func(time.Time) (bool, error) { return false, mine }
	if _, err = w.Advance(t.Context(), h(10), nil); !errors.Is(err, mine) {
		t.Errorf("%v", err)
	}
	expect(t, w, h(7), clock.Held, 0)
}

// Advance waits for calls under way and keeps new ones out; a parked call lets it pass; who stays inside is named.
func TestGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, memory.New(), clock.Options{Held: true, Start: begin})
		inside := caller(t, "PutObject")
		leave := w.Enter(inside)
		moved := make(chan error, 1)
		go func() {
			_, err := w.Advance(t.Context(), begin.Add(time.Hour), nil)
			moved <- err
		}()
		synctest.Wait()
		entered := make(chan time.Time, 1)
		go func() {
			leave := w.Enter(caller(t, "GetObject"))
			entered <- w.Now()
			leave()
		}()
		synctest.Wait()
		if len(moved) != 0 || len(entered) != 0 || !w.Now().Equal(begin) {
			t.Error("time moved while a call was inside, or a call came in while time waited")
		}
		leave()
		ok(t, <-moved)
		if at := <-entered; !at.Equal(begin.Add(time.Hour)) {
			t.Errorf("the waiting call entered at %v", at)
		}

		poll := caller(t, "ReceiveMessage")
		leave = w.Enter(poll)
		resume := w.Park(poll)
		_, err := w.Advance(t.Context(), begin.Add(2*time.Hour), nil)
		ok(t, err)
		resume()
		go func() {
			_, err := w.Advance(t.Context(), begin.Add(3*time.Hour), nil)
			moved <- err
		}()
		synctest.Wait()
		if len(moved) != 0 {
			t.Error("a call that came back is not inside")
		}
		err = <-moved // after Patience of the test's clock
		if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "s3:ReceiveMessage id-ReceiveMessage") {
			t.Errorf("%v", err)
		}
		leave()
		w.Park(t.Context())() // not inside: nothing to park
		_, err = w.Advance(t.Context(), begin.Add(3*time.Hour), nil)
		ok(t, err)
	})
}

func TestStuck(t *testing.T) {
	w := open(t, memory.New(), clock.Options{Held: true, Start: begin})
	jobs := &work{due: []time.Time{begin}}
	jobs.do = func(at time.Time) (bool, error) { jobs.due = append(jobs.due, at); return false, nil }
	w.Attach(jobs)
	if _, err := w.Advance(t.Context(), begin.Add(time.Hour), nil); !errors.Is(err, clock.ErrStuck) {
		t.Errorf("%v", err)
	}
}

func caller(t *testing.T, op string) context.Context {
	return call.With(t.Context(), &call.Call{Service: "s3", Operation: op, RequestID: "id-" + op})
}

// TestWait: a call that waits lets time move, and is woken by the instant, by a signal, or by its client's leaving.
func TestWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, memory.New(), clock.Options{Held: true, Start: begin})
		poll := caller(t, "ReceiveMessage")
		defer w.Enter(poll)()
		waited := make(chan error)
		wait := func(ctx context.Context, at time.Time, woken <-chan struct{}) {
			go func() { waited <- w.Wait(ctx, at, woken) }()
			synctest.Wait()
		}
		wait(poll, begin.Add(2*time.Hour), nil)
		_, err := w.Advance(t.Context(), begin.Add(time.Hour), nil)
		ok(t, err)
		synctest.Wait()
		select {
		case <-waited:
			t.Error("returned before its instant")
		default:
		}
		_, err = w.Advance(t.Context(), begin.Add(2*time.Hour), nil)
		ok(t, err)
		ok(t, <-waited)

		woken := make(chan struct{})
		wait(poll, time.Time{}, woken)
		close(woken)
		ok(t, <-waited)

		gone, cancel := context.WithCancelCause(poll)
		wait(gone, time.Time{}, nil)
		cancel(errGone)
		if err := <-waited; !errors.Is(err, errGone) {
			t.Errorf("%v", err)
		}
	})
}

var errGone = errors.New("gone")
