package logs_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	api "unyo/api/logs"
)

// ask runs a query over the last day of a group and shows its rows, without pointers.
func (e *estate) ask(text string, groups ...string) (rows []string, out *api.GetQueryResultsOutput) {
	e.t.Helper()
	now := e.k.Clock.Now().Unix()
	started, err := e.StartQuery(e.ctx(), &api.StartQueryInput{LogGroupNames: groups, QueryString: &text, StartTime: new(now - 86400), EndTime: new(now)})
	must(e.t, err)
	out, err = e.GetQueryResults(e.ctx(), &api.GetQueryResultsInput{QueryId: started.QueryId})
	must(e.t, err)
	for _, r := range out.Results {
		var cells []string
		for _, f := range r {
			if *f.Field != "@ptr" {
				cells = append(cells, *f.Field+"="+*f.Value)
			}
		}
		rows = append(rows, strings.Join(cells, " "))
	}
	return rows, out
}

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html
func TestQuery(t *testing.T) {
	e := open(t)
	e.group("g")
	e.stream("g", "s")
	e.put("g", "s", `{"level":"error","ms":10}`, `{"level":"info","ms":4}`, `{"level":"error","ms":7}`)
	rows, out := e.ask(`fields @timestamp, ms, @logStream, @log | filter level = "error" | sort ms | limit 5`, "g")
	want(t, rows, "[@timestamp=2026-01-01 00:00:00.002 ms=7 @logStream=s @log=111111111111:g @timestamp=2026-01-01 00:00:00.000 ms=10 @logStream=s @log=111111111111:g]")
	want(t, *out.Status, "Complete")
	want(t, []float64{*out.Statistics.RecordsMatched, *out.Statistics.RecordsScanned, *out.Statistics.BytesScanned}, "[2 3 72]")

	_, err := e.StartQuery(e.ctx(), &api.StartQueryInput{LogGroupName: new("g"), QueryString: new("fields @message | filtre x"), StartTime: new(int64(0)), EndTime: new(e.k.Clock.Now().Unix())})
	wantCode(t, err, "MalformedQueryException")
	var bad *api.MalformedQueryException
	errors.As(err, &bad)
	want(t, []any{*bad.QueryCompileError.Location.StartCharOffset, *bad.QueryCompileError.Location.EndCharOffset, *bad.QueryCompileError.Message}, "[18 24 unexpected symbol found filtre at line 1 and position 19]")
	_, err = e.StartQuery(e.ctx(), &api.StartQueryInput{LogGroupName: new("none"), QueryString: new("fields @message"), StartTime: new(int64(0)), EndTime: new(int64(1))})
	wantCode(t, err, "ResourceNotFoundException")

	e.advance(8 * 24 * time.Hour)
	all, err := e.DescribeQueries(e.ctx(), &api.DescribeQueriesInput{})
	must(t, err)
	want(t, len(all.Queries), 0)
}
