package logs_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	api "unyo/api/logs"
)

const byKeys = `[{"parseKeyValue":{"fieldDelimiter":" "}},{"copyValue":{"entries":[{"source":"@logGroupName","target":"from.group"},{"source":"@logGroupStream","target":"from.stream"}]}},{"typeConverter":{"entries":[{"key":"ms","type":"integer"}]}}]`

func (e *estate) transform(group, config string) {
	e.t.Helper()
	_, err := e.PutTransformer(e.ctx(), &api.PutTransformerInput{LogGroupIdentifier: &group, TransformerConfig: processors(e.t, config)})
	must(e.t, err)
}

// Queries have the fields that a transformer makes, and the original as @message; whoever reads events sees originals; filters see what they are
// told to. What came in before, and what comes in after, is as it came.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation.html
func TestTransformer(t *testing.T) {
	e := metered(t)
	e.stream("g", "a")
	e.put("g", "a", "level=old ms=1")
	_, err := e.GetTransformer(e.ctx(), &api.GetTransformerInput{LogGroupIdentifier: new("g")})
	wantCode(t, err, "ResourceNotFoundException")
	e.transform("g", byKeys)
	transformed := new(true)
	for filter, on := range map[string]*bool{"changed": transformed, "original": nil} {
		_, err := e.PutMetricFilter(e.ctx(), &api.PutMetricFilterInput{
			LogGroupName: new("g"), FilterName: &filter, FilterPattern: new("{ $.ms > 5 }"), ApplyOnTransformedLogs: on,
			MetricTransformations: []api.MetricTransformation{{MetricNamespace: new("App"), MetricName: &filter, MetricValue: new("$.ms")}},
		})
		must(t, err)
	}
	_, err = e.PutSubscriptionFilter(e.ctx(), &api.PutSubscriptionFilterInput{LogGroupName: new("g"), FilterName: new("f"), FilterPattern: new(`{ $.level = "error" }`), DestinationArn: new(streamARN), RoleArn: new(roleARN), ApplyOnTransformedLogs: transformed})
	must(t, err)
	e.put("g", "a", "level=error ms=10", "level=info ms=4", "level=error ms=none")
	e.advance(time.Minute)

	rows, out := e.ask(`fields @message, level, ms + 1, from.group, from.stream | filter level = "error" | sort ms desc`, "g")
	want(t, rows, "[@message=level=error ms=10 level=error ms + 1=11 from.group=g from.stream=a]")
	want(t, *out.Statistics.RecordsScanned, 4)
	rows, _ = e.ask(`filter ispresent(@transformationError) | fields @message, @transformationError, level`, "g")
	want(t, rows, "[@message=level=error ms=none @transformationError=typeConverter: ms is no integer]")
	_, got := e.get(api.GetLogEventsInput{StartFromHead: new(true)})
	want(t, inOrder(got), inOrder("level=old ms=1 level=error ms=10 level=info ms=4 level=error ms=none"))
	want(t, len(e.filter(api.FilterLogEventsInput{LogGroupName: new("g"), FilterPattern: new("{ $.ms > 0 }")})), 0)
	want(t, e.firehose.delivered(t), `a:{"level":"error","ms":10,"from":{"group":"g","stream":"a"}}`)
	_, counted, _ := strings.Cut(e.got(), "ForwardedLogEvents DestinationType=Firehose FilterName=f LogGroupName=g  00:00 [{1 1}]\n")
	want(t, counted, `AWS/Logs TransformationErrors LogGroupname=g  00:00 [{1 1}]
AWS/Logs TransformedBytes LogGroupname=g Bytes 00:00 [{116 1}]
AWS/Logs TransformedLogEvents LogGroupname=g  00:00 [{2 1}]
App changed  00:00 [{10 1}]`)

	rows, out = e.ask(`fields @timestamp | filter ms = 10`, "g")
	record, err := e.GetLogRecord(e.ctx(), &api.GetLogRecordInput{LogRecordPointer: out.Results[0][1].Value})
	must(t, err)
	want(t, []string{record.LogRecord["ms"], record.LogRecord["from.stream"], record.LogRecord["@message"]}, "[10 a level=error ms=10]")
	fields, err := e.GetLogGroupFields(e.ctx(), &api.GetLogGroupFieldsInput{LogGroupName: new("g")})
	must(t, err)
	found, err := json.Marshal(fields.LogGroupFields)
	must(t, err)
	if !strings.Contains(string(found), `{"Name":"from.group","Percent":50}`) || !strings.Contains(string(found), `{"Name":"@transformationError","Percent":25}`) {
		t.Errorf("fields %s of %v", found, rows)
	}

	_, err = e.PutIndexPolicy(e.ctx(), &api.PutIndexPolicyInput{LogGroupIdentifier: new("g"), PolicyDocument: new(`{"Fields":["from.group","level"]}`)})
	must(t, err)
	e.put("g", "a", "level=indexed")
	indexes, err := e.DescribeFieldIndexes(e.ctx(), &api.DescribeFieldIndexesInput{LogGroupIdentifiers: []string{"g"}, IndexCategories: []string{api.IndexCategoryCustom}})
	must(t, err)
	if len(indexes.FieldIndexes) != 2 || indexes.FieldIndexes[0].FirstEventTime == nil || indexes.FieldIndexes[1].FirstEventTime == nil {
		t.Error("the fields that a transformer makes are not indexed")
	}

	shown, err := e.GetTransformer(e.ctx(), &api.GetTransformerInput{LogGroupIdentifier: new("arn:aws:logs:eu-central-1:111111111111:log-group:g")})
	must(t, err)
	want(t, *shown.TransformerConfig[0].ParseKeyValue.FieldDelimiter, " ")
	_, err = e.DeleteTransformer(e.ctx(), &api.DeleteTransformerInput{LogGroupIdentifier: new("g")})
	must(t, err)
	e.put("g", "a", "level=late ms=9")
	rows, _ = e.ask(`stats count(level) as levels, count(*) as events`, "g")
	want(t, rows, "[levels=3 events=6]")
	_, err = e.DeleteTransformer(e.ctx(), &api.DeleteTransformerInput{LogGroupIdentifier: new("g")})
	wantCode(t, err, "ResourceNotFoundException")
}

// The account's transformers are for all groups, or those of a prefix, that have none of their own.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatchLogs-Transformer-CreateAccountLevel.html
func TestAccountTransformer(t *testing.T) {
	e := metered(t)
	e.group("app/1")
	e.stream("app/1", "s")
	e.put("app/1", "s", `{"a":0}`)
	const adds = `[{"parseJSON":{}},{"addKeys":{"entries":[{"key":"from","value":"account"}]}}]`
	must(t, e.accountPolicy("TRANSFORMER_POLICY", "p", adds, new(`LogGroupNamePrefix IN ["app/"]`)))
	wantCode(t, e.accountPolicy("TRANSFORMER_POLICY", "all", adds, nil), "InvalidParameterException")
	wantCode(t, e.accountPolicy("TRANSFORMER_POLICY", "p", `[{"addKeys":{}}]`, nil), "InvalidParameterException")
	wantCode(t, e.accountPolicy("TRANSFORMER_POLICY", "p", `{"parseJSON":{}}`, nil), "InvalidParameterException")
	wantCode(t, e.accountPolicy("TRANSFORMER_POLICY", "p", adds+`[]`, nil), "InvalidParameterException")
	by := func(expect ...string) {
		t.Helper()
		rows, _ := e.ask("fields from, a | sort a", "app/1", "g")
		want(t, strings.Join(rows, "; "), strings.Join(expect, "; "))
	}
	e.put("app/1", "s", `{"a":1}`)
	e.put("g", "s", `{"a":2}`)
	by("a=0", "from=account a=1", "a=2")
	e.transform("app/1", `[{"parseJSON":{}},{"addKeys":{"entries":[{"key":"from","value":"group"}]}}]`)
	e.put("app/1", "s", `{"a":3}`)
	by("a=0", "from=account a=1", "a=2", "from=group a=3")
	_, err := e.DeleteTransformer(e.ctx(), &api.DeleteTransformerInput{LogGroupIdentifier: new("app/1")})
	must(t, err)
	e.put("app/1", "s", `{"a":4}`)
	_, err = e.DeleteAccountPolicy(e.ctx(), &api.DeleteAccountPolicyInput{PolicyType: new("TRANSFORMER_POLICY"), PolicyName: new("p")})
	must(t, err)
	e.put("app/1", "s", `{"a":5}`)
	by("a=0", "from=account a=1", "a=2", "from=group a=3", "from=account a=4", "a=5")
	e.advance(time.Minute)
	if got := e.got(); !strings.Contains(got, "TransformedLogEvents PolicyLevel=AccountPolicy  00:00 [{2 1}]") || !strings.Contains(got, "TransformedLogEvents LogGroupname=app/1  00:00 [{1 1}]") {
		t.Error(got)
	}
}

// What is masked in an event is masked in what becomes of it.
func TestTransformerMasks(t *testing.T) {
	e := open(t)
	e.group("g")
	e.stream("g", "s")
	must(t, e.protect(protects))
	e.transform("g", `[{"csv":{"columns":["who.mail","n"]}}]`)
	e.put("g", "s", "ann@example.com,7")
	rows, _ := e.ask("fields who.mail, n", "g")
	want(t, rows, "[who.mail=*************** n=7]")
	now := e.k.Clock.Now().Unix()
	started, err := e.StartQuery(e.allowed(""), &api.StartQueryInput{LogGroupName: new("g"), QueryString: new("fields unmask(who.mail) as mail"), StartTime: &now, EndTime: &now})
	must(t, err)
	out, err := e.GetQueryResults(e.ctx(), &api.GetQueryResultsInput{QueryId: started.QueryId})
	must(t, err)
	want(t, *out.Results[0][0].Value, "ann@example.com")
}

// A group of another class has no transformer, and one that is deleted leaves nothing.
func TestTransformerOfOtherGroups(t *testing.T) {
	e := open(t)
	_, err := e.CreateLogGroup(e.ctx(), &api.CreateLogGroupInput{LogGroupName: new("g"), LogGroupClass: new("INFREQUENT_ACCESS")})
	must(t, err)
	_, err = e.PutTransformer(e.ctx(), &api.PutTransformerInput{LogGroupIdentifier: new("g"), TransformerConfig: processors(t, byKeys)})
	wantCode(t, err, "InvalidOperationException")
	_, err = e.PutTransformer(e.ctx(), &api.PutTransformerInput{LogGroupIdentifier: new("h"), TransformerConfig: processors(t, byKeys)})
	wantCode(t, err, "ResourceNotFoundException")
	e.group("h")
	e.transform("h", byKeys)
	_, err = e.DeleteLogGroup(e.ctx(), &api.DeleteLogGroupInput{LogGroupName: new("h")})
	must(t, err)
	e.group("h")
	_, err = e.GetTransformer(e.ctx(), &api.GetTransformerInput{LogGroupIdentifier: new("h")})
	wantCode(t, err, "ResourceNotFoundException")
}

// What transformers make is measured once.
func TestTransformerSurvivesDeathAtEveryWrite(t *testing.T) {
	survive(t, func(e *estate) {
		e.transform("g", byKeys)
		for range 3 {
			e.put("g", "s", "a=1 ms=2", "a=2 ms=x")
		}
	})
}

// Events whose lines lie taken apart are transformed as any others, and only if a query names a field.
func TestTransformerOverManyLines(t *testing.T) {
	e := open(t)
	e.group("g")
	e.stream("g", "s")
	e.transform("g", byKeys)
	for batch := range 40 {
		var lines []string
		for i := range 100 {
			lines = append(lines, fmt.Sprintf("level=info ms=%d", batch*100+i))
		}
		e.put("g", "s", lines...)
	}
	must(t, e.k.Store.Sync())
	for range 2 {
		rows, _ := e.ask("stats sum(ms) as ms, count(level) as levels, max(from.stream) as stream", "g")
		want(t, rows, "[ms=7998000 levels=4000 stream=s]")
		rows, _ = e.ask("filter @message like /ms=39.9/ | stats count(*) as n, sum(ms) as ms", "g")
		want(t, rows, "[n=10 ms=39540]")
		rows, _ = e.ask(`filter ms = 1234 | parse @message "level=* ms=*" as l, m | fields l, m, level, ms`, "g")
		want(t, rows, "[l=info m=1234 level=info ms=1234]")
		e.put("g", "s", "no pair at all") // and what is sealed meanwhile
	}
}
