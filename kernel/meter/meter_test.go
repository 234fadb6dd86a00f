package meter_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math"
	"slices"
	"testing"
	"time"

	"unyo/base/call"
	"unyo/kernel"
	"unyo/kernel/meter"
	"unyo/kernel/store"
)

var begin = time.Date(2026, 1, 1, 0, 30, 0, 0, time.UTC)

func TestMeter(t *testing.T) {
	k, err := kernel.Open(kernel.Options{Held: true, Start: begin, Seed: 1, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	scope := call.Scope{Partition: "aws", Account: "111111111111", Region: "eu-central-1"}
	ctx := call.With(context.Background(), &call.Call{Scope: scope})
	advance := func(d time.Duration) {
		t.Helper()
		_, err := k.Clock.Advance(context.Background(), k.Clock.Now().Add(d), nil)
		must(err)
	}
	tx := func(fn func(tx *store.Tx)) {
		t.Helper()
		must(k.Store.Update(ctx, func(tx *store.Tx) error { fn(tx); return nil }))
	}
	requests, bytes := meter.Usage{Service: "s3", Type: "Requests-Tier1"}, meter.Usage{Service: "s3", Type: "Bytes"}
	stored := meter.Usage{Service: "s3", Type: "TimedStorage-ByteHrs"}
	k.Meter.Count(ctx, meter.Quantity{Usage: requests, Amount: 1}, meter.Quantity{Usage: bytes, Amount: 100})
	k.Meter.Count(ctx, meter.Quantity{Usage: requests, Amount: 2})
	tx(func(tx *store.Tx) {
		k.Meter.Add(tx, meter.Quantity{Usage: requests, Amount: 0.5})
		k.Meter.Level(tx, stored, "bucket-a", 10)
	})
	advance(time.Hour)
	k.Meter.Count(ctx, meter.Quantity{Usage: requests, Amount: 4})
	tx(func(tx *store.Tx) {
		k.Meter.Level(tx, stored, "bucket-a", 20)
		k.Meter.Level(tx, stored, "bucket-b", 100)
	})
	advance(2 * time.Hour)
	tx(func(tx *store.Tx) { k.Meter.Level(tx, stored, "bucket-b", 0) })
	must(k.Meter.Flush(ctx))
	for i := range 2000 { // many different sums are written on the way
		k.Meter.Count(ctx, meter.Quantity{Usage: meter.Usage{Service: "x", Type: fmt.Sprint(i)}, Amount: 1})
	}
	must(k.Meter.Flush(ctx))
	tx(func(tx *store.Tx) {
		var got []string
		others := 0.0
		for s := range k.Meter.Sums(tx, scope.Account, begin.Add(-time.Hour), begin.Add(24*time.Hour)) {
			if s.Service == "x" {
				others += s.Amount
				continue
			}
			got = append(got, fmt.Sprintf("%s %s %s %v", s.Type, s.Region, s.Hour.Format("15"), s.Amount))
		}
		if want := []string{"Bytes eu-central-1 00 100", "Requests-Tier1 eu-central-1 00 3.5", "Requests-Tier1 eu-central-1 01 4"}; !slices.Equal(got, want) || others != 2000 {
			t.Errorf("%q, others %v", got, others)
		}
		for _, c := range []struct {
			from, to time.Duration
			want     float64
		}{
			{0, time.Hour, 10}, {0, 3 * time.Hour, 10 + 40 + 200}, {0, 4 * time.Hour, 10 + 60 + 200}, {-time.Hour, 0, 0},
			{30 * time.Minute, 90 * time.Minute, 5 + 10 + 50}, {100 * time.Hour, 101 * time.Hour, 20}, {time.Hour, time.Hour, 0},
		} {
			if got := k.Meter.Integral(tx, stored, begin.Add(c.from), begin.Add(c.to)); math.Abs(got-c.want) > 1e-9 {
				t.Errorf("from %v to %v: %v, want %v", c.from, c.to, got, c.want)
			}
		}
		for d, want := range map[time.Duration]float64{-1: 0, 0: 10, time.Hour - 1: 10, time.Hour: 20, 99 * time.Hour: 20} {
			if got := k.Meter.LevelAt(tx, stored, "bucket-a", begin.Add(d)); got != want {
				t.Errorf("level after %v: %v, want %v", d, got, want)
			}
		}
		if got := k.Meter.Usages(tx, scope.Account); !slices.Equal(got, []string{"s3/TimedStorage-ByteHrs/eu-central-1"}) {
			t.Errorf("usages %q", got)
		}
	})
	must(k.Close())
}
