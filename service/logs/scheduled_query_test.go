package logs_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	api "unyo/api/logs"
	"unyo/base/awserr"
	"unyo/kernel/store"
)

func (e *estate) schedule(t *testing.T, change func(*api.CreateScheduledQueryInput)) (*api.CreateScheduledQueryOutput, error) {
	t.Helper()
	in := &api.CreateScheduledQueryInput{
		Name: new("hourly"), QueryLanguage: new("CWLI"), QueryString: new("stats count(*) as n"), LogGroupIdentifiers: []string{"g"}, ScheduleExpression: new("cron(0 * * * ? *)"), StartTimeOffset: new(int64(3600)),
		ExecutionRoleArn:         new("arn:aws:iam::111111111111:role/asks"),
		DestinationConfiguration: &api.DestinationConfiguration{S3Configuration: &api.S3Configuration{DestinationIdentifier: new("s3://archive/answers/"), RoleArn: new("arn:aws:iam::111111111111:role/writes")}},
	}
	if change != nil {
		change(in)
	}
	return e.CreateScheduledQuery(e.ctx(), in)
}

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateScheduledQuery.html
func TestScheduledQuery(t *testing.T) {
	e := open(t)
	e.group("g")
	e.stream("g", "s")
	e.advance(10 * time.Minute)
	e.put("g", "s", "a", "b")
	made, err := e.schedule(t, nil)
	must(t, err)
	e.advance(2 * time.Hour)
	var keys []string
	for key, text := range e.bucket.objects {
		keys = append(keys, key[:strings.LastIndex(key, "/")]+" "+text[strings.Index(text, `"results"`):])
	}
	want(t, len(keys), 2)
	history, err := e.GetScheduledQueryHistory(e.ctx(), &api.GetScheduledQueryHistoryInput{Identifier: made.ScheduledQueryArn, StartTime: new(begin.Unix()), EndTime: new(begin.Add(3 * time.Hour).Unix())})
	must(t, err)
	var rows []string
	for _, h := range history.TriggerHistory {
		rows = append(rows, fmt.Sprint(time.UnixMilli(*h.TriggeredTimestamp).UTC().Format("15:04"), " ", *h.ExecutionStatus, " ", *h.Destinations[0].Status, " ", e.bucket.objects[strings.TrimPrefix(*h.Destinations[0].ProcessedIdentifier, "s3://archive/")][len(`{"queryId":"00000000-0000-0000-0000-000000000000",`):]))
	}
	want(t, rows, `[02:00 Complete COMPLETE "results":[[{"field":"n","value":"0"}]],"scheduledQueryName":"hourly","triggeredTime":1767232800000} 01:00 Complete COMPLETE "results":[[{"field":"n","value":"2"}]],"scheduledQueryName":"hourly","triggeredTime":1767229200000}]`)
	want(t, len(e.roles), 2)
	want(t, strings.Contains(e.roles[0], "role/asks CloudWatchLogsScheduledQuery logs.amazonaws.com "+*made.ScheduledQueryArn), true)

	got, err := e.GetScheduledQuery(e.ctx(), &api.GetScheduledQueryInput{Identifier: new("hourly")})
	must(t, err)
	want(t, []any{*got.State, *got.LastExecutionStatus, *got.LastTriggeredTime, *got.Timezone, *got.DestinationConfiguration.S3Configuration.DestinationIdentifier}, "[ENABLED Complete 1767232800000 UTC s3://archive/answers]")
	_, err = e.schedule(t, nil)
	wantCode(t, err, "ConflictException")
	_, err = e.UpdateScheduledQuery(e.ctx(), &api.UpdateScheduledQueryInput{Identifier: new("hourly"), QueryLanguage: new("CWLI"), QueryString: new("limit 1"), LogGroupIdentifiers: []string{"g"}, ScheduleExpression: new("cron(0 * * * ? *)"), ExecutionRoleArn: new("arn:aws:iam::111111111111:role/asks"), State: new("DISABLED")})
	must(t, err)
	e.advance(3 * time.Hour)
	want(t, len(e.roles), 2)
	list, err := e.ListScheduledQueries(e.ctx(), &api.ListScheduledQueriesInput{State: new("DISABLED")})
	must(t, err)
	want(t, len(list.ScheduledQueries), 1)
	_, err = e.DeleteScheduledQuery(e.ctx(), &api.DeleteScheduledQueryInput{Identifier: made.ScheduledQueryArn})
	must(t, err)
	_, err = e.GetScheduledQuery(e.ctx(), &api.GetScheduledQueryInput{Identifier: new("hourly")})
	wantCode(t, err, "ResourceNotFoundException")
	for name, change := range map[string]func(*api.CreateScheduledQueryInput){
		"rate":     func(in *api.CreateScheduledQueryInput) { in.ScheduleExpression = new("rate(1 hour)") },
		"query":    func(in *api.CreateScheduledQueryInput) { in.QueryString = new("what") },
		"language": func(in *api.CreateScheduledQueryInput) { in.QueryLanguage = new("SQL") },
		"zone":     func(in *api.CreateScheduledQueryInput) { in.Timezone = new("Mars/Olympus") },
		"offset":   func(in *api.CreateScheduledQueryInput) { in.EndTimeOffset = new(int64(3600)) },
		"groups":   func(in *api.CreateScheduledQueryInput) { in.LogGroupIdentifiers = nil },
		"tags":     func(in *api.CreateScheduledQueryInput) { in.Tags = map[string]string{"a": "b"} },
	} {
		if _, err := e.schedule(t, change); awserr.Code(err) != "ValidationException" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A scheduled query that cannot be asked, or whose answer cannot be written, says so in its history and goes on.
func TestScheduledFaults(t *testing.T) {
	e := open(t)
	e.group("g")
	_, err := e.schedule(t, func(in *api.CreateScheduledQueryInput) { in.LogGroupIdentifiers = []string{"gone"} })
	must(t, err)
	_, err = e.schedule(t, func(in *api.CreateScheduledQueryInput) { in.Name = new("unwritable") })
	must(t, err)
	e.bucket.deny = "PutObject"
	e.advance(time.Hour)
	for name, wants := range map[string]string{"hourly": "Failed ResourceNotFoundException 0", "unwritable": "Complete FAILED AccessDenied: Access Denied"} {
		out, err := e.GetScheduledQueryHistory(e.ctx(), &api.GetScheduledQueryHistoryInput{Identifier: &name, StartTime: new(begin.Unix()), EndTime: new(begin.Add(time.Hour).Unix())})
		must(t, err)
		h := out.TriggerHistory[0]
		got := *h.ExecutionStatus
		if h.ErrorMessage != nil {
			got += " " + strings.Split(*h.ErrorMessage, ":")[0] + fmt.Sprint(" ", len(h.Destinations))
		} else {
			got += " " + *h.Destinations[0].Status + " " + *h.Destinations[0].ErrorMessage
		}
		want(t, got, wants)
	}
}

// A scheduled query takes its whole history with it, however often it was asked.
func TestDeleteScheduledQueryWithHistory(t *testing.T) {
	e := open(t)
	e.group("g")
	made, err := e.schedule(t, func(in *api.CreateScheduledQueryInput) { in.ScheduleExpression = new("cron(0/2 * * * ? *)") })
	must(t, err)
	e.advance(18 * time.Hour)
	count := func() (n int) {
		must(t, e.k.Store.Cat(context.Background(), "logs/scheduledqueryasking", func(store.Raw) bool { n++; return true }))
		return n
	}
	want(t, count(), 540)
	_, err = e.DeleteScheduledQuery(e.ctx(), &api.DeleteScheduledQueryInput{Identifier: made.ScheduledQueryArn})
	must(t, err)
	want(t, count(), 0)
}
