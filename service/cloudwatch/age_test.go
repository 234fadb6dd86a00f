package cloudwatch_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"unyo/kernel/store"
)

const day = 24 * time.Hour

// What is kept for how long, and at which period it can be asked for.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
func TestRetention(t *testing.T) {
	e := open(t)
	e.put(0, 1, 1)
	e.advance(30 * time.Second)
	e.put(0, 1, 2)
	e.advance(90 * time.Second)
	e.put(0, 60, 4)
	ask := func(period int32) string {
		return e.stat(begin, begin.Add(time.Hour), period, "Sum")
	}
	const (
		fine   = "m: 01-01T00:00:00=1 01-01T00:00:30=2" // the third was not measured by the second
		minute = "m: 01-01T00:00:00=3 01-01T00:02:00=4"
		five   = "m: 01-01T00:00:00=7"
		none   = "m:"
	)
	for _, step := range []struct {
		age                       time.Duration
		p1, p30, p60, p300, p3600 string
	}{
		{2 * time.Hour, fine, fine, minute, five, five},
		{3*time.Hour + 2*time.Minute, none, none, minute, five, five},
		{14 * day, none, none, minute, five, five},
		{15*day + 2*time.Minute, none, none, none, five, five},
		{62 * day, none, none, none, five, five},
		{63*day + 2*time.Minute, none, none, none, none, five},
		{454 * day, none, none, none, none, five},
		{455*day + 2*time.Minute, none, none, none, none, none},
	} {
		e.advance(begin.Add(step.age).Sub(e.k.Clock.Now()))
		got := []string{ask(1), ask(30), ask(60), ask(300), ask(3600)}
		want(t, strings.Join(got, "\n"), strings.Join([]string{step.p1, step.p30, step.p60, step.p300, step.p3600}, "\n"))
	}
	e.advance(3 * day)
	tables, err := e.k.Store.Tables(context.Background())
	must(t, err)
	for _, table := range tables {
		if table.Service == "cloudwatch" {
			t.Errorf("%d rows are left in %s", table.Rows, table.Table)
		}
	}
	n := 0
	must(t, e.k.Store.Cat(context.Background(), "@jobs/due", func(store.Raw) bool { n++; return true }))
	want(t, n, 0)
}

// Random points, now and late, some by the second: every answer equals that of a plain list of values, whatever the job has moved by then, and percentiles
// are exact up to a hundred values.
func TestAgainstList(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	type value struct {
		at    int64
		value float64
	}
	for range 5 {
		e := open(t)
		var all []value
		for range 60 {
			for range 1 + r.IntN(8) {
				ago := time.Duration(r.Int64N(int64(14 * day)))
				if r.IntN(3) == 0 {
					ago = time.Duration(r.Int64N(int64(time.Hour)))
				}
				v := float64(r.IntN(90))
				e.put(ago, []int32{1, 60}[r.IntN(2)], v)
				all = append(all, value{e.k.Clock.Now().Add(-ago).Unix(), v})
			}
			e.advance(time.Duration(r.Int64N(int64(3 * day))))
			now := e.k.Clock.Now()
			period := []int64{3600, 3 * 3600, 86400}[r.IntN(3)]
			start := now.Add(-time.Duration(r.Int64N(int64(90 * day)))).Truncate(time.Hour)
			sums, counts := map[int64]float64{}, map[int64]float64{}
			for _, v := range all {
				if v.at >= start.Unix() && v.at < now.Unix()/3600*3600 {
					at := v.at - (v.at-start.Unix())%period
					sums[at] += v.value
					counts[at]++
				}
			}
			var b, c strings.Builder
			b.WriteString("m:")
			c.WriteString("m:")
			for at := start.Unix(); at < now.Unix(); at += period {
				if counts[at] > 0 {
					fmt.Fprintf(&b, " %s=%.4g", time.Unix(at, 0).UTC().Format("01-02T15:04:05"), sums[at])
					fmt.Fprintf(&c, " %s=%.4g", time.Unix(at, 0).UTC().Format("01-02T15:04:05"), counts[at])
				}
			}
			if !start.Before(now.Truncate(time.Hour)) {
				continue
			}
			want(t, e.stat(start, now.Truncate(time.Hour), int32(period), "Sum", "TC(:1000)"), b.String()+"\n"+c.String())
		}
	}
}

// Two runs of the same calls leave the same rows.
func TestSameRows(t *testing.T) {
	var hashes []string
	for range 2 {
		e := open(t)
		for i := range 50 {
			e.put(time.Duration(i)*time.Hour, []int32{1, 60}[i%2], float64(i), 2, 3)
			e.advance(7 * time.Hour)
		}
		hash, err := e.k.Hash(context.Background())
		must(t, err)
		hashes = append(hashes, hash)
	}
	want(t, hashes[0], hashes[1])
}
