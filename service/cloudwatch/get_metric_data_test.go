package cloudwatch_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	api "unyo/api/cloudwatch"
	"unyo/base/awserr"
	"unyo/kernel/metric"
	"unyo/kernel/store"
)

func stat(id, name, statistic string) api.MetricDataQuery {
	return api.MetricDataQuery{Id: &id, MetricStat: &api.MetricStat{Metric: &api.Metric{Namespace: new("App"), MetricName: &name}, Period: new(int32(60)), Stat: &statistic}}
}

func expression(id, text string) api.MetricDataQuery {
	return api.MetricDataQuery{Id: &id, Expression: &text}
}

func (e *estate) data(queries ...api.MetricDataQuery) (string, error) {
	out, err := e.GetMetricData(e.ctx(), &api.GetMetricDataInput{StartTime: new(begin), EndTime: new(begin.Add(4 * time.Minute)), MetricDataQueries: queries, ScanBy: new(api.ScanByTimestampAscending)})
	if err != nil {
		return "", err
	}
	var lines []string
	for _, r := range out.MetricDataResults {
		lines = append(lines, *r.Id+" "+strings.ReplaceAll(show(r), "01-01T00:0", ""))
	}
	return strings.Join(lines, "\n"), nil
}

// measured is an estate with a (1, 2, –, 4) and b (10, 20, 30, 40), one value a minute.
func measured(t *testing.T) *estate {
	e := open(t)
	for i, v := range []float64{1, 2, 0, 4} {
		data := []api.MetricDatum{{MetricName: new("b"), Value: new(float64(i+1) * 10), Timestamp: new(begin.Add(time.Duration(i) * time.Minute))}}
		if v != 0 {
			data = append(data, api.MetricDatum{MetricName: new("a"), Value: &v, Timestamp: data[0].Timestamp})
		}
		_, err := e.PutMetricData(e.ctx(), &api.PutMetricDataInput{Namespace: new("App"), MetricData: data})
		must(t, err)
	}
	return e
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html
func TestExpressions(t *testing.T) {
	e := measured(t)
	hidden := stat("a", "a", "Sum")
	hidden.ReturnData = new(false)
	named := stat("b", "b", "Sum")
	named.Label = new("${LABEL} of ${PROP('Namespace')}: ${MAX}/${DATAPOINT_COUNT}")
	all := expression("all", "METRICS()*1")
	all.Label = new("x")
	got, err := e.data(expression("rate", "filled/b"), hidden, named, expression("filled", "FILL(a, 0)"), all, stat("none", "none", "Sum"))
	must(t, err)
	want(t, got, strings.Join([]string{
		"rate rate: 0:00=0.1 1:00=0.1 2:00=0 3:00=0.1",
		"b b of App: 40/4: 0:00=10 1:00=20 2:00=30 3:00=40",
		"filled filled: 0:00=1 1:00=2 2:00=0 3:00=4",
		"all x a: 0:00=1 1:00=2 3:00=4",
		"all x b of App: 40/4: 0:00=10 1:00=20 2:00=30 3:00=40",
		"all x none:",
		"none none:",
	}, "\n"))
	for _, c := range []struct {
		code, text string
		queries    []api.MetricDataQuery
	}{
		{"ValidationError", "refers to itself", []api.MetricDataQuery{expression("x", "y+1"), expression("y", "x+1")}},
		{"ValidationError", "nope", []api.MetricDataQuery{expression("x", "nope+1")}},
		{"ValidationError", "must be a time series", []api.MetricDataQuery{stat("a", "a", "Sum"), expression("x", "AVG(a)")}},
		{"ValidationError", "not unique", []api.MetricDataQuery{stat("a", "a", "Sum"), stat("a", "b", "Sum")}},
		{"ValidationError", "Id", []api.MetricDataQuery{stat("A", "a", "Sum")}},
		{"ValidationError", "Stat", []api.MetricDataQuery{stat("a", "a", "sum")}},
		{"ValidationError", "Exactly one", []api.MetricDataQuery{{Id: new("a")}}},
		{"ValidationError", "at least 1", nil},
		{"NotImplemented", "SEARCH", []api.MetricDataQuery{expression("x", "SEARCH('{App} a', 'Sum')")}},
		{"NotImplemented", "SELECT", []api.MetricDataQuery{expression("x", "SELECT AVG(a) FROM App")}},
		{"NotImplemented", "MAX_TIME", []api.MetricDataQuery{{Id: new("a"), Label: new("${MAX_TIME}"), MetricStat: hidden.MetricStat}}},
	} {
		_, err := e.data(c.queries...)
		code(t, err, c.code, c.text)
	}
}

// Pages hold at most MaxDatapoints; together they are everything once, newest first by default.
func TestPages(t *testing.T) {
	e := measured(t)
	in := &api.GetMetricDataInput{StartTime: new(begin), EndTime: new(begin.Add(time.Hour)), MaxDatapoints: new(int32(2)), MetricDataQueries: []api.MetricDataQuery{stat("a", "a", "Sum"), stat("b", "b", "Sum")}}
	var got []string
	for {
		out, err := e.GetMetricData(e.ctx(), in)
		must(t, err)
		for _, r := range out.MetricDataResults {
			got = append(got, *r.StatusCode+" "+strings.ReplaceAll(show(r), "01-01T00:0", ""))
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	want(t, strings.Join(got, "; "), "PartialData a: 3:00=4 1:00=2; Complete a: 0:00=1; PartialData b: 3:00=40; PartialData b: 2:00=30 1:00=20; Complete b: 0:00=10")
	in.NextToken = new("forged")
	_, err := e.GetMetricData(e.ctx(), in)
	code(t, err, "InvalidNextToken", "")
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html
func TestListMetrics(t *testing.T) {
	e := open(t)
	put := func(namespace, name string, dimensions ...string) {
		d := api.MetricDatum{MetricName: &name, Value: new(1.0)}
		for i := 0; i < len(dimensions); i += 2 {
			d.Dimensions = append(d.Dimensions, api.Dimension{Name: &dimensions[i], Value: &dimensions[i+1]})
		}
		_, err := e.PutMetricData(e.ctx(), &api.PutMetricDataInput{Namespace: &namespace, MetricData: []api.MetricDatum{d}})
		must(t, err)
	}
	list := func(in api.ListMetricsInput) string {
		out, err := e.ListMetrics(e.ctx(), &in)
		must(t, err)
		var lines []string
		for _, m := range out.Metrics {
			line := *m.Namespace + "/" + *m.MetricName
			for _, d := range m.Dimensions {
				line += " " + *d.Name + "=" + *d.Value
			}
			lines = append(lines, line)
		}
		return strings.Join(lines, ", ")
	}
	put("A", "x", "h", "2", "z", "1")
	put("A", "y")
	put("B", "x", "h", "1")
	want(t, list(api.ListMetricsInput{}), "A/x h=2 z=1, A/y, B/x h=1")
	want(t, list(api.ListMetricsInput{Namespace: new("A")}), "A/x h=2 z=1, A/y")
	want(t, list(api.ListMetricsInput{MetricName: new("x")}), "A/x h=2 z=1, B/x h=1")
	want(t, list(api.ListMetricsInput{Namespace: new("A"), MetricName: new("y")}), "A/y")
	want(t, list(api.ListMetricsInput{Dimensions: []api.DimensionFilter{{Name: new("h")}}}), "A/x h=2 z=1, B/x h=1")
	want(t, list(api.ListMetricsInput{Dimensions: []api.DimensionFilter{{Name: new("h"), Value: new("1")}}}), "B/x h=1")
	e.advance(4 * time.Hour)
	put("A", "y")
	want(t, list(api.ListMetricsInput{RecentlyActive: new("PT3H")}), "A/y")
	e.advance(13*day + 21*time.Hour)
	want(t, list(api.ListMetricsInput{}), "A/y")
	_, err := e.ListMetrics(e.ctx(), &api.ListMetricsInput{IncludeLinkedAccounts: new(true)})
	code(t, err, "NotImplemented", "IncludeLinkedAccounts")
}

// What services vend is read beside what customers put, also what is still counted in memory.
func TestVended(t *testing.T) {
	e := open(t)
	bytes := metric.Series{Namespace: "AWS/Logs", Name: "IncomingBytes", Dimensions: metric.Of("LogGroupName", "g"), Unit: "Bytes"}
	e.k.Metrics.Count(e.ctx(), metric.Sample{Series: bytes, Value: 100}, metric.Sample{Series: bytes, Value: 50, Times: 2})
	must(t, e.k.Store.Update(e.ctx(), func(tx *store.Tx) error {
		e.k.Metrics.Add(tx, metric.Sample{Series: bytes, Value: 7})
		return nil
	}))
	out, err := e.GetMetricStatistics(e.ctx(), &api.GetMetricStatisticsInput{Namespace: new("AWS/Logs"), MetricName: new("IncomingBytes"), Dimensions: []api.Dimension{{Name: new("LogGroupName"), Value: new("g")}},
		StartTime: new(begin), EndTime: new(begin.Add(time.Minute)), Period: new(int32(60)), Statistics: []string{"Sum", "SampleCount", "Minimum"}})
	must(t, err)
	d := out.Datapoints[0]
	want(t, []any{*d.Sum, *d.SampleCount, *d.Minimum, *d.Unit}, "[207 4 7 Bytes]")
}

// A request that would compute more than a machine holds is refused: expressions that double what others have, and dense series by the hundred.
func TestTooMuchMath(t *testing.T) {
	e := measured(t)
	doubling := []api.MetricDataQuery{stat("a", "a", "Sum"), expression("e0", "[a,a]")}
	for i := range 40 {
		doubling = append(doubling, expression(fmt.Sprintf("e%d", i+1), fmt.Sprintf("[e%d,e%d]", i, i)))
	}
	_, err := e.data(doubling...)
	want(t, awserr.Code(err), "ValidationError")
	for _, text := range []string{"TIME_SERIES(1)", "FILL(a, 0)"} {
		second := stat("a", "a", "Sum")
		second.MetricStat.Period = new(int32(1))
		dense := []api.MetricDataQuery{second}
		for i := range 499 {
			dense = append(dense, expression(fmt.Sprintf("e%d", i), text))
		}
		_, err = e.GetMetricData(e.ctx(), &api.GetMetricDataInput{StartTime: new(begin.Add(-28 * time.Hour)), EndTime: new(begin), MetricDataQueries: dense})
		want(t, awserr.Code(err), "ValidationError")
	}
	// What a page does not show is not made.
	out, err := e.GetMetricData(e.ctx(), &api.GetMetricDataInput{StartTime: new(begin), EndTime: new(begin.Add(4 * time.Minute)), MetricDataQueries: []api.MetricDataQuery{stat("b", "b", "Sum")}, MaxDatapoints: new(int32(3))})
	must(t, err)
	want(t, out.MetricDataResults[0].Values, "[40 30 20]")
	out, err = e.GetMetricData(e.ctx(), &api.GetMetricDataInput{StartTime: new(begin), EndTime: new(begin.Add(4 * time.Minute)), MetricDataQueries: []api.MetricDataQuery{stat("b", "b", "Sum")}, MaxDatapoints: new(int32(3)), NextToken: out.NextToken})
	must(t, err)
	want(t, out.MetricDataResults[0].Values, "[10]")
}
