package logs_test

import (
	"context"
	"testing"
	"time"

	api "unyo/api/logs"
)

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
	for n := 0; status(q.QueryId) != "Complete"; n++ {
		if n == 1000 {
			t.Fatal(status(q.QueryId))
		}
		time.Sleep(10 * time.Millisecond)
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
