package victorialogs_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"unyo/engine/logstore"
	"unyo/engine/logstore/logstoretest"
	"unyo/engine/logstore/victorialogs"
)

const group = "111111111111/eu-central-1/g"

// writer puts batches of ten events and remembers what was acknowledged.
type writer struct {
	t      *testing.T
	fs     *logstoretest.Faulty
	store  *victorialogs.Store
	number uint64
	want   []string
}

func (w *writer) open(v *victoria, settle time.Duration) {
	w.store = open(w.t, w.fs, v.url(), 2000, settle)
	w.store.Committed(func(context.Context, string, uint64) (uint64, error) { return w.number, nil }, func() error { return nil })
}

func (w *writer) put(n int) {
	w.t.Helper()
	for range n {
		b := &logstore.Batch{Group: group, Stream: 1, Number: w.number + 1, Ingestion: int64(w.number)}
		for i := range 10 {
			b.Events = append(b.Events, logstore.Entry{Timestamp: int64(w.number), Message: fmt.Sprintf("event %d of batch %d", i, w.number+1)})
			w.want = append(w.want, b.Events[i].Message)
		}
		ref, err := w.store.Stage(w.t.Context(), b)
		must(w.t, err)
		w.number++
		w.store.Publish(ref)
	}
}

func (w *writer) check() {
	w.t.Helper()
	var got []string
	must(w.t, w.store.Scan(w.t.Context(), group, logstore.Filter{}, func(e *logstore.Event) bool {
		got = append(got, string(e.Message))
		return true
	}))
	if strings.Join(got, "\n") != strings.Join(w.want, "\n") {
		w.t.Fatalf("%d events of %d are read, or in another order", len(got), len(w.want))
	}
}

// rows counts what VictoriaLogs has, repeats included.
func (v *victoria) rows() int {
	v.t.Helper()
	r, err := http.PostForm(v.url()+"/select/logsql/query", url.Values{"query": {`seq:* | stats count() n`}})
	must(v.t, err)
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	must(v.t, err)
	n, err := strconv.Atoi(strings.Trim(string(text), "{\"n:}\n"))
	must(v.t, err)
	return n
}

// killSettle is longer than VictoriaLogs, as the tests start it, may keep rows and its index of streams in memory: a second
// until they are parts, one until those are old enough, one until somebody looks.
const killSettle = 5 * time.Second

// VictoriaLogs is killed with rows in its memory, again and again: what it lost is sent again, and every event is read once.
func TestVictoriaLogsIsKilled(t *testing.T) {
	v := startVictoria(t)
	w := &writer{t: t, fs: logstoretest.NewFaulty()}
	w.open(v, killSettle)
	lost := false
	for round := range 4 {
		w.put(30)
		for begin := time.Now(); v.rows() < len(w.want) && time.Since(begin) < 3*time.Second; {
			time.Sleep(20 * time.Millisecond)
		}
		before := v.rows()
		v.kill()
		w.check() // what it had for sure is not asked for, or there; the rest is in the logs
		w.put(5)
		v.start()
		lost = lost || v.rows() < before
		if round == 2 { // the estate too
			must(t, w.store.Close())
			w.open(v, killSettle)
		}
	}
	if !lost {
		t.Error("VictoriaLogs lost nothing when it was killed: the test proves little")
	}
	w.put(1)
	settle(t, w.store)
	if w.store.Held(group) < 10 {
		t.Fatalf("only %d logs were moved", w.store.Held(group))
	}
	v.kill()
	v.start() // all that was moved is on its disk
	w.check()
	must(t, w.store.Close())
}

// Rows that VictoriaLogs has twice, because its answer was lost or a crash has forgotten that they were sent, are read once.
func TestSentTwice(t *testing.T) {
	v := startVictoria(t)
	w := &writer{t: t, fs: logstoretest.NewFaulty()}
	for range 3 {
		w.open(v, time.Hour)
		w.put(20)
		settleSent(t, w, v)
		must(t, w.store.Close())
	}
	w.open(v, time.Millisecond)
	w.put(1)
	settle(t, w.store)
	if v.rows() <= len(w.want) {
		t.Fatalf("%d rows for %d events: nothing was sent twice", v.rows(), len(w.want))
	}
	w.check()
	must(t, w.store.Close())
}

func settleSent(t *testing.T, w *writer, v *victoria) {
	t.Helper()
	for begin := time.Now(); v.rows() < len(w.want); time.Sleep(20 * time.Millisecond) {
		if time.Since(begin) > 10*time.Second {
			t.Fatal("rows are not sent")
		}
	}
}

// A VictoriaLogs that is not there keeps nobody from writing and reading; when it comes it is given everything.
func TestVictoriaLogsIsAway(t *testing.T) {
	v := startVictoria(t)
	v.kill()
	w := &writer{t: t, fs: logstoretest.NewFaulty()}
	w.open(v, time.Millisecond)
	w.put(40)
	w.check()
	v.start()
	settle(t, w.store)
	w.check()
	if w.store.Held(group) == 0 {
		t.Fatal("nothing was moved")
	}
	must(t, w.store.Close())
}

// A VictoriaLogs that refuses times as old as these never gets the logs removed here.
func TestVictoriaLogsRefuses(t *testing.T) {
	v := startVictoria(t, "-retentionPeriod=7d")
	w := &writer{t: t, fs: logstoretest.NewFaulty()}
	w.open(v, time.Millisecond)
	w.put(40)
	time.Sleep(time.Second)
	if w.store.Held(group) != 0 {
		t.Fatal("logs were moved to where they are not")
	}
	w.check()
	must(t, w.store.Close())
}

// Power is lost at any write of a log, ledger or removal while logs are moved: nothing is lost, nothing doubled.
func TestPowerLossWhileMoving(t *testing.T) {
	v := startVictoria(t)
	for n := 1; n < 60; n += 3 {
		w := &writer{t: t, fs: logstoretest.NewFaulty()}
		w.open(v, time.Millisecond)
		w.put(12)
		w.fs.FailAfter(n, fmt.Errorf("power is lost"), true, true)
		for begin := time.Now(); !w.fs.Fired() && w.store.Busy() && time.Since(begin) < 5*time.Second; {
			time.Sleep(time.Millisecond)
		}
		must(t, w.store.Close())
		w.fs.PowerLoss(rand.New(rand.NewPCG(uint64(n), 1)))
		w.open(v, time.Millisecond)
		w.check()
		w.put(3)
		settle(t, w.store)
		w.check()
		must(t, w.store.Close())
	}
}

// A cluster is asked as a single server is.
func TestCluster(t *testing.T) {
	a, b := startVictoria(t), startVictoria(t)
	front := startVictoria(t, "-storageNode="+a.address+","+b.address)
	w := &writer{t: t, fs: logstoretest.NewFaulty()}
	w.open(front, time.Millisecond)
	w.put(60)
	settle(t, w.store)
	if w.store.Held(group) == 0 || a.rows()+b.rows() != len(w.want) {
		t.Fatalf("%d logs moved, %d and %d rows", w.store.Held(group), a.rows(), b.rows())
	}
	w.check()
	must(t, w.store.Drop(group))
	must(t, w.store.Close())
}

// What retention and DeleteLogGroup drop leaves VictoriaLogs too.
func TestDeleted(t *testing.T) {
	v := startVictoria(t)
	w := &writer{t: t, fs: logstoretest.NewFaulty()}
	w.open(v, time.Millisecond)
	w.put(60)
	settle(t, w.store)
	moved := w.store.Held(group)
	if _, _, err := w.store.DropBefore(t.Context(), group, 30); err != nil {
		t.Fatal(err)
	}
	if n := w.store.Held(group); n == 0 || n == moved {
		t.Fatalf("%d of %d logs are left", n, moved)
	}
	shrinks(t, v, 1, 599)
	must(t, w.store.Drop(group))
	shrinks(t, v, 0, 0)
	must(t, w.store.Close())
}

func shrinks(t *testing.T, v *victoria, lo, hi int) {
	t.Helper()
	for begin := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		n := v.rows()
		if lo <= n && n <= hi {
			return
		}
		if time.Since(begin) > 20*time.Second {
			t.Fatalf("VictoriaLogs still has %d rows", n)
		}
	}
}

// A window of time is narrowed until it fits, and a millisecond with more than that is read whole.
func TestWideAnswers(t *testing.T) {
	v := startVictoria(t)
	s := open(t, logstoretest.NewFaulty(), v.url(), 200_000, time.Millisecond)
	s.Committed(func(context.Context, string, uint64) (uint64, error) { return 0, nil }, nil)
	const batches, size = 90, 1000
	for n := range uint64(batches) {
		b := &logstore.Batch{Group: group, Stream: 1, Number: n + 1, Ingestion: 1}
		for i := range size {
			ts := int64(n) * 1000
			if n >= 30 && n < 60 {
				ts = 30_000
			}
			b.Events = append(b.Events, logstore.Entry{Timestamp: ts, Message: fmt.Sprint("message ", n, " ", i)})
		}
		ref, err := s.Stage(t.Context(), b)
		must(t, err)
		s.Publish(ref)
	}
	settle(t, s)
	for _, f := range []logstore.Filter{{}, {Desc: true}, {Contains: []string{"5 77"}}} {
		n, last := 0, logstore.Position{}
		must(t, s.Scan(t.Context(), group, f, func(e *logstore.Event) bool {
			if c := e.Position().Compare(last); n > 0 && (c > 0) == f.Desc {
				t.Fatalf("%v after %v", e.Position(), last)
			}
			last, n = e.Position(), n+1
			return true
		}))
		want := batches * size
		if f.Contains != nil {
			want = 0
			for b := range batches {
				for i := range size {
					if strings.Contains(fmt.Sprint("message ", b, " ", i), "5 77") {
						want++
					}
				}
			}
		}
		if n != want {
			t.Fatalf("%+v: %d events, want %d", f, n, want)
		}
	}
	must(t, s.Close())
}
