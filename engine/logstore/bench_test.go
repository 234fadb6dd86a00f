package logstore_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"unyo/engine/logstore"
)

const group = "111111111111/eu-central-1/g"

// lines are about 150 bytes, as a web server writes them.
func lines(n int) []logstore.Entry {
	r := rand.New(rand.NewPCG(1, 2))
	out := make([]logstore.Entry, n)
	for i := range out {
		out[i] = logstore.Entry{Timestamp: 1_000_000 + int64(i), Message: fmt.Sprintf(
			`10.%d.%d.%d - - [10/Oct/2025:13:55:%02d +0000] "GET /api/v1/orders/%d HTTP/1.1" %d %d "-" "Mozilla/5.0 (X11; Linux x86_64)" %016x`,
			r.IntN(256), r.IntN(256), r.IntN(256), i/1000%60, r.IntN(100000), 200+r.IntN(4)*100, r.IntN(5000), r.Uint64())}
	}
	return out
}

func filled(b *testing.B, events int) *logstore.Store {
	s := logstore.Open(b.TempDir(), logstore.Options{})
	b.Cleanup(func() { s.Close() })
	n := uint64(0)
	s.Committed(func(context.Context, string, uint64) (uint64, error) { return n, nil }, nil)
	all := lines(events)
	for i := 0; i < events; i += 1000 {
		n++
		ref, err := s.Stage(b.Context(), &logstore.Batch{Group: group, Stream: 1, Number: n, Ingestion: all[i].Timestamp, Events: all[i : i+1000]})
		must(b, err)
		s.Publish(ref)
	}
	for { // until the sealer has caught up
		if _, _, err := s.DropBefore(b.Context(), group, 0); err != nil {
			b.Fatal(err)
		}
		break
	}
	return s
}

func BenchmarkStageThousand(b *testing.B) {
	s := logstore.Open(b.TempDir(), logstore.Options{})
	s.Committed(func(context.Context, string, uint64) (uint64, error) { return 0, nil }, nil)
	all := lines(1000)
	n := uint64(0)
	bytes := 0
	for _, e := range all {
		bytes += len(e.Message)
	}
	b.SetBytes(int64(bytes))
	for b.Loop() {
		n++
		ref, err := s.Stage(b.Context(), &logstore.Batch{Group: group, Stream: 1, Number: n, Ingestion: all[0].Timestamp, Events: all})
		must(b, err)
		s.Publish(ref)
	}
	must(b, s.Close())
	b.ReportMetric(float64(n)*1000/b.Elapsed().Seconds(), "events/s")
}

func BenchmarkScanSubstringMillion(b *testing.B) {
	s := filled(b, 1_000_000)
	for _, c := range []struct{ name, text string }{{"rare", "/orders/4711 "}, {"common", "GET"}, {"none", "no such text"}, {"all", ""}} {
		b.Run(c.name, func(b *testing.B) {
			n := 0
			for b.Loop() {
				n = 0
				must(b, s.Scan(b.Context(), group, logstore.Filter{Contains: []string{c.text}}, func(*logstore.Event) bool { n++; return true }))
			}
			b.ReportMetric(float64(n), "hits")
		})
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
