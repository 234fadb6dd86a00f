package logs_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	api "unyo/api/logs"
	"unyo/api/rt"
)

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogRecord.html
func TestLogRecord(t *testing.T) {
	e := open(t)
	e.group("g")
	e.stream("g", "s")
	e.put("g", "s", `{"a":{"b":[1,"x"]},"ok":true}`, "plain")
	_, out := e.ask("fields a.b.1 | filter ok = 1", "g")
	want(t, *out.Results[0][1].Field, "@ptr")
	r, err := e.GetLogRecord(e.ctx(), &api.GetLogRecordInput{LogRecordPointer: out.Results[0][1].Value})
	must(t, err)
	delete(r.LogRecord, "@ptr")
	want(t, r.LogRecord, `map[@ingestionTime:1767225600000 @log:111111111111:g @logStream:s @message:{"a":{"b":[1,"x"]},"ok":true} @timestamp:1767225600000 a.b.0:1 a.b.1:x ok:1]`)
	_, err = e.GetLogRecord(e.ctx(), &api.GetLogRecordInput{LogRecordPointer: new("none")})
	wantCode(t, err, "InvalidParameterException")

	e.advance(time.Second)
	fields, err := e.GetLogGroupFields(e.ctx(), &api.GetLogGroupFieldsInput{LogGroupName: new("g")})
	must(t, err)
	var shares []string
	for _, f := range fields.LogGroupFields {
		shares = append(shares, *f.Name+"="+strings.Repeat("|", int(*f.Percent/50)))
	}
	want(t, shares, "[@ingestionTime=|| @log=|| @logStream=|| @message=|| @timestamp=|| a.b.0=| a.b.1=| ok=|]")
}

// What a data protection policy masks is masked in queries, unless they unmask it, which needs a permission of its own.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Unmask.html
func TestMaskedQuery(t *testing.T) {
	e := open(t)
	e.group("g")
	e.stream("g", "s")
	_, err := e.PutDataProtectionPolicy(e.ctx(), &api.PutDataProtectionPolicyInput{LogGroupIdentifier: new("g"), PolicyDocument: new(protects)})
	must(t, err)
	e.put("g", "s", `{"mail":"ann@example.com"}`)
	rows, _ := e.ask(`filter @message like "ann"`, "g")
	want(t, len(rows), 0)
	in := &api.StartQueryInput{LogGroupName: new("g"), QueryString: new("fields mail | unmask mail"), StartTime: new(begin.Unix()), EndTime: new(begin.Unix())}
	_, err = e.StartQuery(e.ctx(), in)
	wantCode(t, err, "AccessDenied")
	asked := ""
	q, err := e.StartQuery(rt.WithPermit(e.ctx(), func(_ context.Context, n rt.Need) error {
		asked += fmt.Sprint(n.Action, n.Resources)
		return nil
	}), in)
	must(t, err)
	want(t, asked, "logs:Unmask[arn:aws:logs:eu-central-1:111111111111:log-group:g:log-stream:]")
	out, err := e.GetQueryResults(e.ctx(), &api.GetQueryResultsInput{QueryId: q.QueryId})
	must(t, err)
	want(t, []string{*out.Results[0][0].Value, *out.Results[0][1].Value}, "[*************** ann@example.com]")
	needs, _ := e.Needs(e.ctx(), "GetQueryResults", &api.GetQueryResultsInput{QueryId: q.QueryId}) // others see it only if they might unmask
	want(t, []string{needs[0].Action, needs[1].Action, needs[1].Resources[0]}, "[logs:GetQueryResults logs:Unmask arn:aws:logs:eu-central-1:111111111111:log-group:g:log-stream:]")
}

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetQueryResults.html
func TestResultPages(t *testing.T) {
	e := open(t)
	e.group("g")
	e.stream("g", "s")
	e.put("g", "s", "a", "b", "c")
	_, out := e.ask("fields @message", "g")
	list, err := e.DescribeQueries(e.ctx(), &api.DescribeQueriesInput{LogGroupName: new("g"), Status: new("Complete")})
	must(t, err)
	want(t, []any{len(list.Queries), *list.Queries[0].QueryString, len(out.Results)}, "[1 fields @message 3]")
	id := list.Queries[0].QueryId
	first, err := e.GetQueryResults(e.ctx(), &api.GetQueryResultsInput{QueryId: id, MaxItems: new(int32(2))})
	must(t, err)
	second, err := e.GetQueryResults(e.ctx(), &api.GetQueryResultsInput{QueryId: id, NextToken: first.NextToken})
	must(t, err)
	want(t, []any{len(first.Results), len(second.Results), *second.Results[0][0].Value, second.NextToken == nil}, "[2 1 a true]")
	groups, err := e.ListLogGroupsForQuery(e.ctx(), &api.ListLogGroupsForQueryInput{QueryId: id})
	must(t, err)
	want(t, groups.LogGroupIdentifiers, "[arn:aws:logs:eu-central-1:111111111111:log-group:g]")
	_, err = e.StopQuery(e.ctx(), &api.StopQueryInput{QueryId: id})
	wantCode(t, err, "InvalidParameterException")
	e.advance(7*24*time.Hour + time.Second)
	_, err = e.GetQueryResults(e.ctx(), &api.GetQueryResultsInput{QueryId: id})
	wantCode(t, err, "ResourceNotFoundException")
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Source.html
func TestQueriedGroups(t *testing.T) {
	e := open(t)
	for _, g := range []string{"app/a", "app/b", "other"} {
		e.group(g)
		e.stream(g, "s")
		e.put(g, "s", "of "+g)
	}
	_, err := e.CreateLogGroup(e.ctx(), &api.CreateLogGroupInput{LogGroupName: new("rare"), LogGroupClass: new("INFREQUENT_ACCESS")})
	must(t, err)
	rows, out := e.ask(`SOURCE logGroups(namePrefix: ["app/"]) | fields @log, @message | sort @log`)
	want(t, rows, "[@log=111111111111:app/a @message=of app/a @log=111111111111:app/b @message=of app/b]")
	want(t, *out.Statistics.LogGroupsScanned, 2)
	rows, _ = e.ask(`stats count(*) as n by @log`, "other", "app/b")
	want(t, rows, "[@log=111111111111:app/b n=1 @log=111111111111:other n=1]")
	start := func(in api.StartQueryInput) error {
		in.StartTime, in.EndTime = new(begin.Unix()-60), new(begin.Unix())
		_, err := e.StartQuery(e.ctx(), &in)
		return err
	}
	wantCode(t, start(api.StartQueryInput{QueryString: new("limit 1")}), "InvalidParameterException")
	wantCode(t, start(api.StartQueryInput{QueryString: new("limit 1"), LogGroupNames: []string{"rare", "other"}}), "InvalidParameterException")
	wantCode(t, start(api.StartQueryInput{QueryString: new("pattern @message"), LogGroupNames: []string{"rare"}}), "MalformedQueryException")
	wantCode(t, start(api.StartQueryInput{QueryString: new("limit 1"), LogGroupNames: []string{"other"}, QueryLanguage: new("PPL")}), "InvalidParameterException")
	wantCode(t, start(api.StartQueryInput{QueryString: new("limit 1"), LogGroupIdentifiers: []string{"arn:aws:logs:eu-central-1:222222222222:log-group:g"}}), "ResourceNotFoundException")
}

// diff looks at the period before as well.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Diff.html
func TestDiff(t *testing.T) {
	e := open(t)
	e.group("g")
	e.stream("g", "s")
	e.put("g", "s", "user ann in", "gone by now")
	e.advance(time.Hour)
	e.put("g", "s", "user bob in", "user eve in", "brand new thing")
	now := e.k.Clock.Now().Unix()
	q, err := e.StartQuery(e.ctx(), &api.StartQueryInput{LogGroupName: new("g"), StartTime: new(now - 1700), EndTime: new(now), QueryString: new("pattern @message | diff | display @pattern, @sampleCount, @previousSampleCount, @differenceDescription")})
	must(t, err)
	out, err := e.GetQueryResults(e.ctx(), &api.GetQueryResultsInput{QueryId: q.QueryId})
	must(t, err)
	want(t, len(out.Results), 3) // the hour before the half hour before is not looked at
	q, err = e.StartQuery(e.ctx(), &api.StartQueryInput{LogGroupName: new("g"), StartTime: new(now - 3599), EndTime: new(now), QueryString: new("pattern @message | diff | stats sum(@sampleCount) as now, sum(@previousSampleCount) as past by @differenceDescription")})
	must(t, err)
	out, err = e.GetQueryResults(e.ctx(), &api.GetQueryResultsInput{QueryId: q.QueryId})
	must(t, err)
	var rows []string
	for _, r := range out.Results {
		rows = append(rows, *r[0].Value+" "+*r[1].Value+" "+*r[2].Value)
	}
	want(t, rows, "[New 3 0 No longer seen 0 2]")
}
