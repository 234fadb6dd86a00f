package insights_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"unyo/engine/insights"
	"unyo/engine/logstore"
	"unyo/engine/shaped"
)

// stored is a group in a log store.
type stored struct {
	store   *logstore.Store
	last    uint64
	workers int
	whole   bool // have all lines put together
	dir     string
	apart   atomic.Int64 // lines that were handed out apart
	skipped atomic.Int64
}

const storedGroup = "111111111111/eu-central-1/g"

// storeLines keeps lines in a store.
func storeLines(t testing.TB, logBytes int64, lines []logstore.Entry) *stored {
	t.Helper()
	x := &stored{workers: 2, dir: t.TempDir()}
	x.store = logstore.Open(x.dir, logstore.Options{LogBytes: logBytes})
	t.Cleanup(func() { x.store.Close() })
	x.store.Committed(func(context.Context, string, uint64) (uint64, error) { return x.last, nil }, nil)
	for len(lines) > 0 {
		some := lines[:min(2500, len(lines))]
		lines = lines[len(some):]
		x.last++
		ref, err := x.store.Stage(t.Context(), &logstore.Batch{Group: storedGroup, Stream: 1, Number: x.last, Ingestion: some[0].Timestamp, Events: some})
		if err != nil {
			t.Fatal(err)
		}
		x.store.Publish(ref)
	}
	return x
}

// await waits until all full logs are segments.
func (x *stored) await(t testing.TB) {
	for {
		logs, err := filepath.Glob(filepath.Join(x.dir, storedGroup, "log-*"))
		if err != nil {
			t.Fatal(err)
		}
		if len(logs) == 1 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func (x *stored) Groups() []*insights.Group {
	return []*insights.Group{{Label: "1:g", Streams: map[uint64]string{1: "s"}, Pointer: func(e *insights.Event) string { return fmt.Sprint(e.Seq, e.Index) }}}
}
func (x *stored) Workers() int { return x.workers }

func (x *stored) Sweep(ctx context.Context, w insights.Wanted, yield insights.Yield) (insights.Swept, error) {
	f := logstore.Sweeping{Filter: logstore.Filter{From: w.From, To: w.To + 1, Contains: w.Contains}, Last: x.last, Workers: x.workers, Apart: !x.whole, Oldest: w.Oldest, Skip: w.Skip}
	if x.whole {
		f.Skip = nil
	} else if w.Skip != nil {
		f.Skip = func(worker int, lo, hi int64, events int) bool {
			skip := w.Skip(worker, lo, hi, events)
			if skip {
				x.skipped.Add(int64(events))
			}
			return skip
		}
	}
	buffers := make([][]insights.Event, x.workers)
	n, err := logstore.Sweep(ctx, x.store, storedGroup, f, func(worker int, events []logstore.Event, lines shaped.Block) error {
		out := buffers[worker][:0]
		for _, e := range events {
			out = append(out, insights.Event{Timestamp: e.Timestamp, Ingestion: e.Ingestion, Stream: e.Stream, Seq: e.Seq, Index: e.Index, Message: e.Message})
		}
		buffers[worker] = out
		if lines != nil {
			x.apart.Add(int64(len(events)))
		}
		return yield(worker, 0, out, lines)
	})
	return insights.Swept(n), err
}

// webAndJSON is lines as those of the bench program: half a web server's, half JSON.
func webAndJSON(n int) []logstore.Entry {
	r := rand.New(rand.NewPCG(10, 7))
	one := func(list ...string) string { return list[r.IntN(len(list))] }
	out := make([]logstore.Entry, n)
	for i := range out {
		at := time.UnixMilli(start).UTC().Add(time.Duration(i) * 50 * time.Microsecond)
		path := one("/", "/index.html", "/api/v1/orders/%d", "/api/v1/cart/%d/items", "/api/v2/checkout/%d/confirm", "/static/app.%d.js", "/login", "/img/product/%d.jpg")
		if len(path) > 12 {
			path = fmt.Sprintf(path, r.IntN(2000))
		}
		out[i].Timestamp = at.UnixMilli()
		method, status, id := one("GET", "GET", "GET", "POST", "PUT", "DELETE"), one("200", "200", "200", "200", "200", "201", "204", "301", "304", "400", "403", "404", "500", "502"), r.Uint64()
		if i%2 == 0 {
			out[i].Message = fmt.Sprintf(`10.%d.%d.%d - - [%s] "%s %s HTTP/1.1" %s %d "-" "%s" %016x`, r.IntN(4), r.IntN(256), r.IntN(256), at.Format("02/Jan/2006:15:04:05 -0700"), method, path, status, r.IntN(50_000),
				one("Mozilla/5.0 (X11; Linux x86_64)", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X)", "curl/8.5.0", "Go-http-client/2.0", "kube-probe/1.31"), id)
		} else {
			out[i].Message = fmt.Sprintf(`{"level":"%s","service":"svc-%d","method":"%s","path":"%s","status":%s,"latencyMs":%d,"user":%d,"requestId":"%016x"}`,
				one("INFO", "INFO", "INFO", "DEBUG", "WARN", "ERROR"), r.IntN(20), method, path, status, r.IntN(3000), r.IntN(100_000), id)
		}
	}
	return out
}

// BenchmarkStored asks a store, lines apart and whole.
func BenchmarkStored(b *testing.B) {
	const lines = 600_000
	x := storeLines(b, 0, webAndJSON(lines))
	x.await(b)
	for _, q := range []struct{ name, text string }{
		{"count", "stats count(*) by bin(5m), status"},
		{"regex", `parse @message /"(?<method>[A-Z]+) (?<path>\S+) HTTP/ | stats count(*) as n by path | sort n desc | limit 10`},
		{"percentiles", "stats pct(latencyMs, 50), pct(latencyMs, 90), pct(latencyMs, 99) by bin(1h)"},
		{"newest", `filter @message like "/api/v2/checkout/77/confirm" | sort @timestamp desc | limit 100`},
		{"filter", `filter status >= 500 | stats count(*) by service`},
		{"like", `filter @message like /ERROR/ | stats count(*) by service`},
		{"console", "fields @timestamp, @message | sort @timestamp desc | limit 100"},
		{"show", `filter status = 502 | fields @timestamp, @message | limit 20`},
	} {
		for _, whole := range []bool{false, true} {
			b.Run(fmt.Sprint(q.name, " whole=", whole), func(b *testing.B) {
				x.whole = whole
				parsed, _ := insights.Parse(q.text)
				from := cpu()
				for b.Loop() {
					p, _ := insights.Compile(parsed, insights.Options{Started: start})
					if _, err := p.Run(b.Context(), x, 0, start+1e9); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(cpu()-from)/float64(b.N*lines), "cpu-ns/line")
			})
		}
	}
}

// cpu is this process's processor time in nanoseconds.
func cpu() int64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return u.Utime.Nano() + u.Stime.Nano()
}
