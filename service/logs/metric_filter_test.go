package logs_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	api "unyo/api/logs"
	"unyo/kernel/metric"
	"unyo/kernel/store"
)

// metered is an estate that notes what reaches the metrics, by series and minute.
func metered(t *testing.T) *estate {
	e := open(t)
	e.meter()
	e.group("g")
	e.stream("g", "s")
	return e
}

func (e *estate) meter() {
	rows := store.TableOf[string](e.k.For("sink").Rows, "got", store.Regional)
	e.k.Metrics.To(func(tx *store.Tx, s metric.Series, minute time.Time, values []metric.Value) {
		if strings.HasPrefix(s.Name, "Incoming") {
			return
		}
		key := s.String() + " " + s.Unit + minute.Format(" 15:04")
		if s.Fine {
			key += minute.Format(":05")
		}
		old, _ := rows.Get(tx, key)
		rows.Put(tx, key, old+fmt.Sprint(values))
	})
}

func (e *estate) got() string {
	e.t.Helper()
	rows := store.TableOf[string](e.k.For("sink").Rows, "got", store.Regional)
	var lines []string
	must(e.t, e.k.Store.View(e.ctx(), func(tx *store.Tx) error {
		lines = nil
		for key, row := range rows.From(tx, "") {
			lines = append(lines, key+" "+row)
		}
		return nil
	}))
	return strings.Join(lines, "\n")
}

func (e *estate) measure(filter, pattern string, t api.MetricTransformation) error {
	if t.MetricNamespace == nil {
		t.MetricNamespace, t.MetricName = new("App"), &filter
	}
	_, err := e.PutMetricFilter(e.ctx(), &api.PutMetricFilterInput{LogGroupName: new("g"), FilterName: &filter, FilterPattern: &pattern, MetricTransformations: []api.MetricTransformation{t}})
	return err
}

// The examples of https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringPolicyExamples.html and, for values and dimensions,
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html
func TestMetricFilterExamples(t *testing.T) {
	const apache = `127.0.0.1 - frank [10/Oct/2000:13:35:22 -0700] "GET /apache_pb.gif HTTP/1.0" %s 1534`
	for _, c := range []struct {
		name, pattern  string
		transformation api.MetricTransformation
		messages       []string
		want           string
	}{
		{"count log events", " ", api.MetricTransformation{MetricValue: new("1")}, []string{"a", "b"}, "App count log events  00:00 [{1 2}]"},
		{"count a term", "Error", api.MetricTransformation{MetricValue: new("1"), Unit: new("Count")}, []string{"Error 1", "fine", "two Error"}, "App count a term Count 00:00 [{1 2}]"},
		{"count 404", "[ip, id, user, timestamp, request, status_code=404, size]", api.MetricTransformation{MetricValue: new("1")},
			[]string{fmt.Sprintf(apache, "404"), fmt.Sprintf(apache, "200"), fmt.Sprintf(apache, "404")}, "App count 404  00:00 [{1 2}]"},
		{"bytes", "[ip, id, user, timestamp, request, status_code, size]", api.MetricTransformation{MetricValue: new("$size"), Unit: new("Bytes")}, []string{fmt.Sprintf(apache, "404"), "a b c d e f none"}, "App bytes Bytes 00:00 [{1534 1}]"},
		{"latency", "{ $.latency = * }", api.MetricTransformation{MetricValue: new("$.latency")}, []string{`{"latency": 50, "requestType": "GET"}`, `{"latency":"7"}`, `{"latency":"slow"}`, `{}`}, "App latency  00:00 [{7 1} {50 1}]"},
		{"unnamed field", `{ $.requestType = "GET" }`, api.MetricTransformation{MetricValue: new("$.latency")}, []string{`{"latency": 50, "requestType": "GET"}`}, "App unnamed field  00:00 [{50 1}]"},
		{"by server", `[ip, server, username, ..., latency]`, api.MetricTransformation{MetricValue: new("$latency"), Dimensions: map[string]string{"Server": "$server", "IP": "$ip"}},
			[]string{"127.0.0.1 Prod frank 1534", "127.0.0.1 Dev frank x 3", "127.0.0.1 Prod frank y z 1"}, "App by server IP=127.0.0.1 Server=Dev  00:00 [{3 1}]\nApp by server IP=127.0.0.1 Server=Prod  00:00 [{1 1} {1534 1}]"},
		{"by type", `{ $.eventType = "*" }`, api.MetricTransformation{MetricValue: new("1"), Dimensions: map[string]string{"Type": "$.eventType", "User": "$.u.id"}},
			[]string{`{"eventType":"UpdateTrail","u":{"id":"a"}}`, `{"eventType":"UpdateTrail"}`, `{"eventType":"UpdateTrail","u":{"id":null}}`}, "App by type Type=UpdateTrail User=a  00:00 [{1 1}]"},
	} {
		e := metered(t)
		e.put("g", "s", c.messages...) // before the filter
		must(t, e.measure(c.name, c.pattern, c.transformation))
		e.put("g", "s", c.messages...)
		e.advance(0)
		want(t, e.got(), c.want)
	}
}

// A minute with events of which none matches has the default value once; one in which a match came, before or after, has not; one without events has
// nothing. The minute is the events' own.
func TestMetricFilterDefault(t *testing.T) {
	e := metered(t)
	must(t, e.measure("errors", "ERROR", api.MetricTransformation{MetricValue: new("1"), DefaultValue: new(0.0)}))
	e.put("g", "s", "fine")
	e.put("g", "s", "fine", "fine")
	e.advance(61 * time.Second) // 00:01:01
	e.put("g", "s", "ERROR")
	e.advance(0)
	e.put("g", "s", "fine")
	e.advance(2 * time.Minute) // 00:03:01
	e.put("g", "s", "fine")
	e.advance(0)
	e.put("g", "s", "ERROR")
	e.advance(time.Minute)
	_, err := e.PutLogEvents(e.ctx(), &api.PutLogEventsInput{LogGroupName: new("g"), LogStreamName: new("s"), LogEvents: []api.InputLogEvent{
		{Timestamp: new(begin.Add(-8 * time.Hour).UnixMilli()), Message: new("fine")}, {Timestamp: new(begin.Add(-7 * time.Hour).UnixMilli()), Message: new("ERROR")}}})
	must(t, err)
	e.advance(time.Hour)
	want(t, e.got(), "App errors  00:00 [{0 1}]\nApp errors  00:01 [{1 1}]\nApp errors  00:03 [{1 1}]\nApp errors  16:00 [{0 1}]\nApp errors  17:00 [{1 1}]")
	tables, err := e.k.Store.Tables(context.Background())
	must(t, err)
	for _, table := range tables {
		if table.Table == "blank" || table.Table == "counting" {
			t.Errorf("%d rows left in %s", table.Rows, table.Table)
		}
	}
}

// Many events with many dimensions, more than a transaction holds, count once each.
func TestMetricFilterManyDimensions(t *testing.T) {
	e := metered(t)
	for i := range 3 {
		must(t, e.measure(fmt.Sprint("f", i), "{ $.user = * }", api.MetricTransformation{MetricValue: new("$.n"), Dimensions: map[string]string{"User": "$.user"}}))
	}
	var messages []string
	for i := range 2000 {
		messages = append(messages, fmt.Sprintf(`{"user":"u%03d","n":%d}`, i%700, i))
	}
	e.put("g", "s", messages...)
	e.put("g", "s", messages...)
	e.advance(0)
	lines := strings.Split(e.got(), "\n")
	want(t, len(lines), 2100)
	for _, l := range lines {
		if n := strings.Count(l, "{"); n == 0 || strings.Count(l, " 1}")+2*strings.Count(l, " 2}") != map[bool]int{true: 6, false: 4}[strings.Contains(l, "User=u") && l[strings.Index(l, "User=u")+6:][:3] < "600"] {
			t.Fatal(l)
		}
	}
}

func TestMetricFilterOperations(t *testing.T) {
	e := metered(t)
	one := api.MetricTransformation{MetricValue: new("1")}
	for _, c := range []struct {
		pattern, text string
		t             api.MetricTransformation
	}{
		{"[a", "Invalid filter pattern", one},
		{"x", "metricValue", api.MetricTransformation{MetricValue: new("$.x")}},
		{"x", "metricValue", api.MetricTransformation{MetricValue: new("many")}},
		{"[a, b]", "metricValue", api.MetricTransformation{MetricValue: new("$c")}},
		{"{ $.a = 1 }", "metricValue", api.MetricTransformation{MetricValue: new("$a")}},
		{"x", "dimension", api.MetricTransformation{MetricValue: new("1"), Dimensions: map[string]string{"a": "$.a"}}},
		{"{ $.a = 1 }", "mutually exclusive", api.MetricTransformation{MetricValue: new("1"), Dimensions: map[string]string{"a": "$.a"}, DefaultValue: new(0.0)}},
		{"{ $.a = 1 }", "at most 3", api.MetricTransformation{MetricValue: new("1"), Dimensions: map[string]string{"a": "$.a", "b": "$.a", "c": "$.a", "d": "$.a"}}},
		{"x", "AWS/", api.MetricTransformation{MetricValue: new("1"), MetricNamespace: new("AWS/Logs"), MetricName: new("x")}},
	} {
		err := e.measure("f", c.pattern, c.t)
		wantCode(t, err, "InvalidParameterException")
		if !strings.Contains(err.Error(), c.text) {
			t.Errorf("%v, want %s", err, c.text)
		}
	}
	for _, in := range []api.PutMetricFilterInput{{FieldSelectionCriteria: new("x")}, {EmitSystemFieldDimensions: []string{"@aws.other"}}, {EmitSystemFieldDimensions: []string{"@aws.region", "@aws.region"}}} {
		in.LogGroupName, in.FilterName, in.FilterPattern, in.MetricTransformations = new("g"), new("f"), new("x"), []api.MetricTransformation{{MetricNamespace: new("n"), MetricName: new("m"), MetricValue: new("1")}}
		_, err := e.PutMetricFilter(e.ctx(), &in)
		wantCode(t, err, "InvalidParameterException")
	}
	for i := range 100 {
		must(t, e.measure(fmt.Sprintf("f%02d", i), "x", one))
	}
	wantCode(t, e.measure("more", "x", one), "LimitExceededException")
	must(t, e.measure("f00", "%[a]% %[b]%", one))
	must(t, e.measure("f01", "%[a]% %[b]%", one))
	must(t, e.measure("f02", "%[a]%", one))
	wantCode(t, e.measure("f03", "%[a]%", one), "LimitExceededException")
	e.group("other")
	list := func(in api.DescribeMetricFiltersInput) (names []string) {
		for {
			out, err := e.DescribeMetricFilters(e.ctx(), &in)
			must(t, err)
			for _, f := range out.MetricFilters {
				names = append(names, *f.FilterName)
			}
			if in.NextToken = out.NextToken; in.NextToken == nil {
				return names
			}
		}
	}
	want(t, len(list(api.DescribeMetricFiltersInput{LogGroupName: new("g"), Limit: new(int32(7))})), 100)
	want(t, list(api.DescribeMetricFiltersInput{FilterNamePrefix: new("f9"), Limit: new(int32(3))}), "[f90 f91 f92 f93 f94 f95 f96 f97 f98 f99]")
	want(t, list(api.DescribeMetricFiltersInput{MetricNamespace: new("App"), MetricName: new("f42")}), "[f42]")
	want(t, list(api.DescribeMetricFiltersInput{LogGroupName: new("other")}), "[]")
	_, err := e.DescribeMetricFilters(e.ctx(), &api.DescribeMetricFiltersInput{MetricName: new("x")})
	wantCode(t, err, "InvalidParameterException")
	for i := range 100 {
		_, err := e.DeleteMetricFilter(e.ctx(), &api.DeleteMetricFilterInput{LogGroupName: new("g"), FilterName: new(fmt.Sprintf("f%02d", i))})
		must(t, err)
	}
	_, err = e.DeleteMetricFilter(e.ctx(), &api.DeleteMetricFilterInput{LogGroupName: new("g"), FilterName: new("f00")})
	wantCode(t, err, "ResourceNotFoundException")
	e.put("g", "s", "x")
	e.advance(0)
	want(t, e.got(), "")
}
