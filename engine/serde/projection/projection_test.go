package projection

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

// wanted is a Want of whatever is given.
type wanted struct {
	has       func(at int, v string) bool
	points    []string
	low, high int64
}

func (w wanted) Has(at int, v string) bool { return w.has == nil || w.has(at, v) }
func (w wanted) Points(int) ([]string, bool) {
	return w.points, w.points != nil
}
func (w wanted) Bounds(int) (int64, int64) { return w.low, w.high }

var all = wanted{low: math.MinInt64, high: math.MaxInt64}

var now = time.Date(2026, 3, 3, 10, 30, 0, 0, time.UTC)

func values(t *testing.T, properties map[string]string, w Want) ([]string, error) {
	t.Helper()
	p, err := Parse(properties, []string{"k"}, "s3://b/t")
	if err != nil {
		return nil, err
	}
	var out []string
	err = p.Each(w, now, func(v []string, _ string) error {
		out = append(out, v[0])
		return nil
	})
	return out, err
}

// The properties of the page's tables, and what they give.
// https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
func TestTypes(t *testing.T) {
	for _, c := range []struct{ properties, want string }{
		{"type=enum values=A,B,Unknown", "A B Unknown"},
		{"type=integer range=1,3", "1 2 3"},
		{"type=integer range=1,3 interval=2", "1 3"},
		{"type=integer range=1,3 digits=2", "01 02 03"},
		{"type=INTEGER range=-1,1", "-1 0 1"},
		{"type=integer range=0001,0003", "1 2 3"},
		{"type=integer range=9223372036854775806,9223372036854775807", "9223372036854775806 9223372036854775807"},
		{"type=date range=2026/02/27,2026/03/01 format=yyyy/MM/dd", "2026/02/27 2026/02/28 2026/03/01"},
		{"type=date range=2026-01,2026-03 format=yyyy-MM", "2026-01 2026-02 2026-03"},
		{"type=date range=NOW-2DAYS,NOW format=yyyy-MM-dd", "2026-03-01 2026-03-02 2026-03-03"},
		{"type=date range=NOW-1MONTH,NOW+1MONTHS format=MMM-yyyy interval=1 interval.unit=MONTHS", "Feb-2026 Mar-2026 Apr-2026"},
		{"type=date range=2026-01-31,2026-04-30 format=yyyy-MM-dd interval.unit=MONTHS", "2026-01-31 2026-02-28 2026-03-31 2026-04-30"},
		{"type=date range=NOW-2HOURS,NOW format=yyyy/MM/dd/HH interval=1 interval.unit=HOURS", "2026/03/03/08 2026/03/03/09 2026/03/03/10"},
		{"type=date range=2020,2026 format=yyyy interval=2 interval.unit=YEARS", "2020 2022 2024 2026"},
	} {
		properties := map[string]string{}
		for part := range strings.SplitSeq(c.properties, " ") {
			name, v, _ := strings.Cut(part, "=")
			properties["projection.k."+name] = v
		}
		got, err := values(t, properties, all)
		if err != nil || strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q, %v; want %s", c.properties, got, err, c.want)
		}
	}
}

func TestRefused(t *testing.T) {
	for _, c := range []string{
		"", "type=other", "type=enum", "type=integer", "type=integer range=1-3", "type=integer range=3,1", "type=integer range=1,3 interval=0", "type=integer range=1,3 digits=x",
		"type=integer range=1,99999999999", "type=date range=NOW,NOW", "type=date range=x,NOW format=yyyy", "type=date range=2020,NOW format=yyyy", "type=date range=NOW*1DAY,NOW format=yyyy-MM-dd",
		"type=date range=2020-01-01,NOW format=yyyy-MM-dd interval=0", "type=injected",
	} {
		properties := map[string]string{}
		for part := range strings.SplitSeq(c, " ") {
			name, v, _ := strings.Cut(part, "=")
			properties["projection.k."+name] = v
		}
		if got, err := values(t, properties, all); err == nil {
			t.Errorf("%s: %d values", c, len(got))
		}
	}
}

// What a query wants bounds what is looked at, also in a range of all integers.
func TestWanted(t *testing.T) {
	integers := map[string]string{"projection.k.type": "integer", "projection.k.range": "-9223372036854775808,9223372036854775807", "projection.k.interval": "3"}
	got, err := values(t, integers, wanted{low: 100, high: 110})
	if err != nil || len(got) != 4 {
		t.Errorf("%q %v", got, err)
	}
	if _, err := values(t, integers, all); !errors.Is(err, ErrTooMany) {
		t.Error(err)
	}
	got, err = values(t, map[string]string{"projection.k.type": "injected"}, wanted{points: []string{"a", "b"}})
	if err != nil || !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("%q %v", got, err)
	}
	_, err = values(t, map[string]string{"projection.k.type": "injected"}, all)
	if !errors.Is(err, ErrUnbound) {
		t.Error(err)
	}
}

func TestPlaces(t *testing.T) {
	properties := map[string]string{
		"projection.region.type": "enum", "projection.region.values": "us-east-1,eu-central-1", "projection.day.type": "date", "projection.day.range": "2026/03/01,2026/03/02", "projection.day.format": "yyyy/MM/dd",
	}
	each := func(template string) string {
		properties["storage.location.template"] = template
		p, err := Parse(properties, []string{"region", "day"}, "s3://b/t/")
		if err != nil {
			return err.Error()
		}
		var out []string
		if err := p.Each(wanted{has: func(at int, v string) bool { return at != 0 || v == "eu-central-1" }}, now, func(_ []string, where string) error {
			out = append(out, where)
			return nil
		}); err != nil {
			return err.Error()
		}
		return strings.Join(out, " ")
	}
	if got := each("s3://b/AWSLogs/${region}/${day}"); got != "s3://b/AWSLogs/eu-central-1/2026/03/01/ s3://b/AWSLogs/eu-central-1/2026/03/02/" {
		t.Error(got)
	}
	if got := each(""); got != "s3://b/t/region=eu-central-1/day=2026/03/01/ s3://b/t/region=eu-central-1/day=2026/03/02/" {
		t.Error(got)
	}
	if got := each("s3://b/${region}"); !strings.Contains(got, "${day}") {
		t.Error(got)
	}
}
