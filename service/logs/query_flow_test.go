package logs_test

import (
	"context"
	"io"
	"log/slog"
	"testing"
	"time"

	api "unyo/api/logs"
	"unyo/base/call"
	"unyo/engine/logstore"
	"unyo/kernel"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
	"unyo/service/logs"
)

// slow is a store whose sweeps last until they may go on.
type slow struct {
	*logstore.Store
	began chan struct{}
	end   chan struct{}
}

func (s *slow) Sweep(ctx context.Context, group string, f logstore.Sweeping, yield logstore.Yield) (logstore.Swept, error) {
	s.began <- struct{}{}
	<-s.end
	return s.Store.Sweep(ctx, group, f, yield)
}

// Forty queries work at once, in places of their own: they hold up no job, and what is beyond them is Scheduled.
func TestQueriesHoldUpNoJob(t *testing.T) {
	k, err := kernel.Open(kernel.Options{Held: true, Start: begin, Seed: 7, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	must(t, err)
	events := &slow{logstore.Open(t.TempDir(), logstore.Options{}), make(chan struct{}, 100), make(chan struct{})}
	defer func() {
		must(t, k.Close())
		must(t, events.Close())
	}()
	other := k.For("other")
	ran := make(chan struct{})
	short := jobs.Handle(other.Jobs, "short", func(context.Context, string) error { close(ran); return nil })
	e := &estate{t: t, k: k, Service: logs.New(k.For("logs"), events, logs.Peers{})}
	must(t, k.Start(context.Background()))
	e.group("g")
	e.stream("g", "s")
	e.put("g", "s", "a", "b")
	must(t, k.Clock.Live(context.Background()))
	var ids []*string
	for range 45 {
		out, err := e.StartQuery(e.ctx(), &api.StartQueryInput{LogGroupName: new("g"), QueryString: new("stats count(*) as n"), StartTime: new(begin.Unix()), EndTime: new(begin.Unix() + 60)})
		must(t, err)
		ids = append(ids, out.QueryId)
	}
	for range 40 {
		<-events.began
	}
	must(t, other.Update(call.With(context.Background(), &call.Call{Scope: call.ScopeOf(e.ctx()), Serial: k.Serial()}), func(tx *store.Tx) error {
		short.Soon(tx, "")
		return nil
	}))
	<-ran
	count := func() (n map[string]int) {
		n = map[string]int{}
		for _, id := range ids {
			out, err := e.GetQueryResults(e.ctx(), &api.GetQueryResultsInput{QueryId: id})
			must(t, err)
			n[*out.Status]++
		}
		return n
	}
	want(t, count(), "map[Running:40 Scheduled:5]")
	close(events.end)
	for count()["Complete"] < 45 {
		time.Sleep(10 * time.Millisecond)
	}
}

// While time flows a job answers: the query is Scheduled or Running until then, and can be stopped.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StopQuery.html
func TestQueryWhileTimeFlows(t *testing.T) {
	e := open(t)
	e.group("g")
	e.stream("g", "s")
	e.put("g", "s", "a", "b")
	must(t, e.k.Clock.Live(context.Background()))
	in := &api.StartQueryInput{LogGroupName: new("g"), QueryString: new("stats count(*) as n"), StartTime: new(begin.Unix()), EndTime: new(begin.Unix() + 60)}
	q, err := e.StartQuery(e.ctx(), in)
	must(t, err)
	status := func(id *string) string {
		out, err := e.GetQueryResults(e.ctx(), &api.GetQueryResultsInput{QueryId: id})
		must(t, err)
		if *out.Status == "Complete" {
			want(t, *out.Results[0][0].Value, "2")
		}
		return *out.Status
	}
	for begun := time.Now(); status(q.QueryId) != "Complete"; time.Sleep(10 * time.Millisecond) {
		if time.Since(begun) > 2*time.Minute {
			t.Fatal(status(q.QueryId))
		}
	}
	// One that is stopped before or while it works stays so; one that was faster cannot be.
	q, err = e.StartQuery(e.ctx(), in)
	must(t, err)
	if _, err := e.StopQuery(e.ctx(), &api.StopQueryInput{QueryId: q.QueryId}); err != nil {
		wantCode(t, err, "InvalidParameterException")
		want(t, status(q.QueryId), "Complete")
	} else {
		time.Sleep(50 * time.Millisecond)
		want(t, status(q.QueryId), "Cancelled")
	}
}
