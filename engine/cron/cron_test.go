package cron

import (
	"testing"
	"time"
)

// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
func TestNext(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip(err)
	}
	for _, x := range []struct {
		expr, after, want string
		loc               *time.Location
	}{
		{"cron(0 10 * * ? *)", "2026-01-01T10:00:00Z", "2026-01-02T10:00:00Z", time.UTC},
		{"cron(15 12 * * ? *)", "2026-01-01T10:00:00Z", "2026-01-01T12:15:00Z", time.UTC},
		{"cron(0 18 ? * MON-FRI *)", "2026-01-02T18:00:00Z", "2026-01-05T18:00:00Z", time.UTC},
		{"cron(0 8 1 * ? *)", "2026-01-01T10:00:00Z", "2026-02-01T08:00:00Z", time.UTC},
		{"cron(0/15 * * * ? *)", "2026-01-01T10:16:30Z", "2026-01-01T10:30:00Z", time.UTC},
		{"cron(0 9 ? * 2#1 *)", "2026-01-01T00:00:00Z", "2026-01-05T09:00:00Z", time.UTC},
		{"cron(0 9 L * ? *)", "2026-02-01T00:00:00Z", "2026-02-28T09:00:00Z", time.UTC},
		{"cron(0 9 3W * ? *)", "2026-01-01T00:00:00Z", "2026-01-02T09:00:00Z", time.UTC},
		{"cron(0 9 ? * 6L *)", "2026-01-01T00:00:00Z", "2026-01-30T09:00:00Z", time.UTC},
		{"cron(0 22-2 * * ? *)", "2026-01-01T02:00:00Z", "2026-01-01T22:00:00Z", time.UTC},
		{"cron(0 0 1 JAN ? 2030/2)", "2026-01-01T02:00:00Z", "2030-01-01T00:00:00Z", time.UTC},
		{"cron(0 10 * * ? *)", "2026-07-01T07:59:59Z", "2026-07-01T08:00:00Z", berlin},
		{"cron(30 2 29 3 ? *)", "2026-01-01T00:00:00Z", "2027-03-29T00:30:00Z", berlin}, // in 2026 the clocks leave that hour out
		{"cron(0 0 31 2 ? *)", "2026-01-01T00:00:00Z", "", time.UTC},
		{"cron(50-10/15 0 1 1 ? *)", "2026-01-01T00:00:00Z", "2026-01-01T00:05:00Z", time.UTC},
		{"cron(50-10/15 0 1 1 ? *)", "2026-01-01T00:05:00Z", "2026-01-01T00:50:00Z", time.UTC},
		{"cron(1/9223372036854775807 * * * ? *)", "2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z", time.UTC},
		{"cron(0 0 1 1 ? 2020)", "2026-01-01T00:00:00Z", "", time.UTC},
	} {
		e, err := Parse(x.expr)
		if err != nil {
			t.Errorf("%s: %v", x.expr, err)
			continue
		}
		after, _ := time.Parse(time.RFC3339, x.after)
		got := ""
		if next, ok := e.Next(after, x.loc); ok {
			got = next.Format(time.RFC3339)
		}
		if got != x.want {
			t.Errorf("%s after %s: %s, want %s", x.expr, x.after, got, x.want)
		}
	}
	for _, bad := range []string{"", "rate(1 day)", "cron(* * * * *)", "cron(0 10 * * * *)", "cron(60 10 * * ? *)", "cron(a 10 * * ? *)", "cron(0/0 10 * * ? *)", "cron(0 10 ? * 8 *)", "cron(0 10 32W * ? *)", "cron(0 10 ? * 2#6 *)"} {
		if _, err := Parse(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

// FuzzParse wants an end to every search for what is next.
func FuzzParse(f *testing.F) {
	f.Add("cron(0/15 9-17 ? JAN,FEB MON#2 2026)")
	f.Fuzz(func(t *testing.T, text string) {
		e, err := Parse(text)
		if err != nil {
			return
		}
		after := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		if next, ok := e.Next(after, time.UTC); ok && !next.After(after) {
			t.Fatalf("%s: %s", text, next)
		}
	})
}
