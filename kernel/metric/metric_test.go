package metric_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"unyo/base/call"
	"unyo/kernel"
	"unyo/kernel/metric"
	"unyo/kernel/store"
)

var begin = time.Date(2026, 1, 1, 0, 0, 30, 0, time.UTC)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// What is counted reaches the sink by account, series and minute, value by value, when it is asked for and before time moves.
func TestMetrics(t *testing.T) {
	k, err := kernel.Open(kernel.Options{Held: true, Start: begin, Seed: 1, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	must(t, err)
	got := store.TableOf[string](k.For("sink").Rows, "got", store.Regional)
	k.Metrics.To(func(tx *store.Tx, s metric.Series, minute time.Time, values []metric.Value) {
		key := s.String() + minute.Format(" 15:04")
		old, _ := got.Get(tx, key)
		got.Put(tx, key, old+fmt.Sprint(values))
	})
	in := func(account string) context.Context {
		return call.With(context.Background(), &call.Call{Scope: call.Scope{Partition: "aws", Account: account, Region: "eu-central-1"}})
	}
	rows := func(account string) string {
		t.Helper()
		var b strings.Builder
		must(t, k.Store.View(in(account), func(tx *store.Tx) error {
			b.Reset()
			for key, row := range got.From(tx, "") {
				fmt.Fprintln(&b, key, row)
			}
			return nil
		}))
		return b.String()
	}
	bytes := metric.Series{Namespace: "AWS/Logs", Name: "IncomingBytes", Dimensions: metric.Of("Z", "1", "A", "x\x00y"), Unit: "Bytes"}
	sample := func(v, times float64) metric.Sample { return metric.Sample{Series: bytes, Value: v, Times: times} }
	k.Metrics.Count(in("1"), sample(7, 0), sample(3, 2))
	k.Metrics.Count(in("1"), sample(7, 0))
	k.Metrics.Count(in("2"), sample(1, 0))
	if rows("1") != "" {
		t.Fatal("written at once")
	}
	_, err = k.Clock.Advance(context.Background(), begin.Add(40*time.Second), nil)
	must(t, err)
	k.Metrics.Count(in("1"), sample(7, 0))
	must(t, k.Metrics.Flush(context.Background()))
	must(t, k.Store.Update(in("1"), func(tx *store.Tx) error {
		k.Metrics.Add(tx, sample(9, 0))
		return nil
	}))
	const name = "AWS/Logs IncomingBytes A=x\x00y Z=1"
	if want := name + " 00:00 [{3 2} {7 2}]\n" + name + " 00:01 [{7 1}][{9 1}]\n"; rows("1") != want {
		t.Errorf("%q, want %q", rows("1"), want)
	}
	if want := name + " 00:00 [{1 1}]\n"; rows("2") != want {
		t.Errorf("%q, want %q", rows("2"), want)
	}
	for i := range 40_000 { // much is written without being asked
		k.Metrics.Count(in("3"), metric.Sample{Series: metric.Series{Namespace: "n", Name: fmt.Sprint(i % 7)}, Value: float64(i)})
	}
	if rows("3") == "" {
		t.Error("40,000 values are held in memory")
	}
	k.Metrics.Count(in("4"), sample(1, 0))
	k.Metrics.Forget()
	must(t, k.Metrics.Flush(context.Background()))
	if rows("4") != "" {
		t.Error("remembered")
	}
	must(t, k.Close())
}

func BenchmarkCount(b *testing.B) {
	k, err := kernel.Open(kernel.Options{Dir: b.TempDir(), Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		b.Fatal(err)
	}
	k.Metrics.To(func(*store.Tx, metric.Series, time.Time, []metric.Value) {})
	ctx := call.With(context.Background(), &call.Call{Scope: call.Scope{Partition: "aws", Account: "111111111111", Region: "eu-central-1"}})
	n := 0
	for b.Loop() {
		n++
		k.Metrics.Count(ctx, metric.Sample{Series: metric.Series{Namespace: "AWS/Logs", Name: "IncomingBytes", Dimensions: metric.Of("LogGroupName", "g")}, Value: float64(n & 1023)})
	}
	if err := k.Close(); err != nil {
		b.Fatal(err)
	}
}
