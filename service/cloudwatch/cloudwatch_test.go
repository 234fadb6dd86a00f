package cloudwatch_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math"
	"strings"
	"testing"
	"time"

	api "unyo/api/cloudwatch"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/kernel"
	"unyo/kernel/clock"
	"unyo/service/cloudwatch"
)

var begin = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// estate is the service on a held clock.
type estate struct {
	*cloudwatch.Service
	t testing.TB
	k *kernel.Kernel
}

func open(t testing.TB) *estate {
	t.Helper()
	return openWith(t, kernel.Options{})
}

func openWith(t testing.TB, o kernel.Options) *estate {
	t.Helper()
	o.Held, o.Start, o.Seed, o.Log = true, begin, 7, slog.New(slog.NewTextHandler(io.Discard, nil))
	k, err := kernel.Open(o)
	must(t, err)
	e := &estate{cloudwatch.New(k.For("cloudwatch")), t, k}
	must(t, k.Start(context.Background()))
	t.Cleanup(func() { must(t, k.Close()) })
	return e
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func want(t testing.TB, got, want any) {
	t.Helper()
	if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
		t.Fatalf("got  %s\nwant %s", g, w)
	}
}

func (e *estate) ctx() context.Context {
	return call.With(context.Background(), &call.Call{
		Scope: call.Scope{Partition: "aws", Account: "111111111111", Region: "eu-central-1"}, Serial: e.k.Serial(), Service: "cloudwatch", Operation: "Test", RequestID: "r", At: e.k.Clock.Now(),
	})
}

func (e *estate) advance(d time.Duration) {
	e.t.Helper()
	_, err := e.k.Clock.Advance(context.Background(), e.k.Clock.Now().Add(d), func(clock.Progress) {})
	must(e.t, err)
}

// put adds values to App/m; ago is how long since.
func (e *estate) put(ago time.Duration, resolution int32, values ...float64) {
	e.t.Helper()
	_, err := e.PutMetricData(e.ctx(), &api.PutMetricDataInput{Namespace: new("App"), MetricData: []api.MetricDatum{{MetricName: new("m"), Timestamp: new(e.k.Clock.Now().Add(-ago)), Values: values, StorageResolution: &resolution}}})
	must(e.t, err)
}

// stat asks App/m.
func (e *estate) stat(start, end time.Time, period int32, names ...string) string {
	e.t.Helper()
	in := &api.GetMetricDataInput{StartTime: &start, EndTime: &end, ScanBy: new(api.ScanByTimestampAscending)}
	for i, n := range names {
		in.MetricDataQueries = append(in.MetricDataQueries, api.MetricDataQuery{Id: new(fmt.Sprint("q", i)), MetricStat: &api.MetricStat{Metric: &api.Metric{Namespace: new("App"), MetricName: new("m")}, Period: &period, Stat: new(n)}})
	}
	out, err := e.GetMetricData(e.ctx(), in)
	must(e.t, err)
	var b strings.Builder
	for _, r := range out.MetricDataResults {
		fmt.Fprintln(&b, show(r))
	}
	return strings.TrimSpace(b.String())
}

func show(r api.MetricDataResult) string {
	var b strings.Builder
	fmt.Fprint(&b, *r.Label, ":")
	for i, at := range r.Timestamps {
		fmt.Fprintf(&b, " %s=%.4g", at.Format("01-02T15:04:05"), r.Values[i])
	}
	return b.String()
}

func code(t *testing.T, err error, code, text string) {
	t.Helper()
	if awserr.Code(err) != code || !strings.Contains(err.Error(), text) {
		t.Fatalf("error %v, want %s with %q", err, code, text)
	}
}

// Every limit of https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html and of MetricDatum.
func TestPutMetricDataRefuses(t *testing.T) {
	e := open(t)
	now := e.k.Clock.Now()
	v := new(1.0)
	set := func(count, sum, low, high float64) *api.StatisticSet {
		return &api.StatisticSet{SampleCount: &count, Sum: &sum, Minimum: &low, Maximum: &high}
	}
	for _, c := range []struct {
		code, text string
		datum      api.MetricDatum
	}{
		{"InvalidParameterValue", "The value NaN for parameter MetricData.member.1.Value is invalid.", api.MetricDatum{Value: new(math.NaN())}},
		{"InvalidParameterValue", "+Inf", api.MetricDatum{Value: new(math.Inf(1))}},
		{"InvalidParameterValue", "member.1.Value", api.MetricDatum{Value: new(math.Ldexp(1, 361))}},
		{"InvalidParameterValue", "Values.member.2", api.MetricDatum{Values: []float64{1, math.NaN()}}},
		{"InvalidParameterValue", "between 1 and 150", api.MetricDatum{Values: make([]float64, 151)}},
		{"InvalidParameterCombination", "same size", api.MetricDatum{Values: []float64{1, 2}, Counts: []float64{1}}},
		{"InvalidParameterValue", "Counts.member.1", api.MetricDatum{Values: []float64{1}, Counts: []float64{0}}},
		{"InvalidParameterCombination", "Counts", api.MetricDatum{Value: v, Counts: []float64{1}}},
		{"InvalidParameterCombination", "mutually exclusive", api.MetricDatum{Value: v, StatisticValues: set(1, 1, 1, 1)}},
		{"MissingParameter", "At least one", api.MetricDatum{}},
		{"InvalidParameterValue", "SampleCount", api.MetricDatum{StatisticValues: set(0, 1, 1, 1)}},
		{"InvalidParameterCombination", "Maximum", api.MetricDatum{StatisticValues: set(1, 1, 2, 1)}},
		{"InvalidParameterValue", "StorageResolution", api.MetricDatum{Value: v, StorageResolution: new(int32(5))}},
		{"InvalidParameterValue", "two weeks", api.MetricDatum{Value: v, Timestamp: new(now.Add(-14*24*time.Hour - time.Second))}},
		{"InvalidParameterValue", "two hours", api.MetricDatum{Value: v, Timestamp: new(now.Add(2*time.Hour + time.Second))}},
		{"InvalidParameterValue", "Dimensions.member.1.Value", api.MetricDatum{Value: v, Dimensions: []api.Dimension{{Name: new("a"), Value: new("ü")}}}},
		{"InvalidParameterValue", "twice", api.MetricDatum{Value: v, Dimensions: []api.Dimension{{Name: new("a"), Value: new("1")}, {Name: new("a"), Value: new("2")}}}},
	} {
		c.datum.MetricName = new("m")
		_, err := e.PutMetricData(e.ctx(), &api.PutMetricDataInput{Namespace: new("App"), MetricData: []api.MetricDatum{c.datum}})
		code(t, err, c.code, c.text)
	}
	ok := []api.MetricDatum{{MetricName: new("m"), Value: v}}
	_, err := e.PutMetricData(e.ctx(), &api.PutMetricDataInput{Namespace: new("AWS/EC2"), MetricData: ok})
	code(t, err, "InvalidParameterValue", "The value AWS/EC2 for parameter Namespace is invalid.")
	_, err = e.PutMetricData(e.ctx(), &api.PutMetricDataInput{Namespace: new("App")})
	code(t, err, "MissingParameter", "MetricData")
	_, err = e.PutMetricData(e.ctx(), &api.PutMetricDataInput{Namespace: new("App"), MetricData: make([]api.MetricDatum, 1001)})
	code(t, err, "ValidationError", "1000")
	_, err = e.PutMetricData(e.ctx(), &api.PutMetricDataInput{Namespace: new("App"), EntityMetricData: make([]api.EntityMetricData, 1)})
	code(t, err, "NotImplemented", "EntityMetricData")
	want(t, e.stat(begin.Add(-time.Hour), begin.Add(time.Hour), 60, "SampleCount"), "m:")
}

// A thousand new metrics in one request, and every value is there once.
func TestThousandMetrics(t *testing.T) {
	e := open(t)
	for range 2 {
		_, err := e.PutMetricData(e.ctx(), thousand())
		must(t, err)
	}
	n := 0
	list := &api.ListMetricsInput{Namespace: new("App")}
	for {
		out, err := e.ListMetrics(e.ctx(), list)
		must(t, err)
		n += len(out.Metrics)
		if list.NextToken = out.NextToken; out.NextToken == nil {
			break
		}
		want(t, len(out.Metrics), 500)
	}
	want(t, n, 1000)
	out, err := e.GetMetricStatistics(e.ctx(), &api.GetMetricStatisticsInput{Namespace: new("App"), MetricName: new("m7"), StartTime: new(begin), EndTime: new(begin.Add(time.Minute)), Period: new(int32(60)), Statistics: []string{"Sum", "SampleCount"}})
	must(t, err)
	want(t, []any{*out.Datapoints[0].Sum, *out.Datapoints[0].SampleCount, *out.Datapoints[0].Unit}, "[14 2 None]")
}

// Dimensions in any order are one metric; units are told apart; periods begin at the start that is asked for.
func TestGetMetricStatistics(t *testing.T) {
	e := open(t)
	a, b := api.Dimension{Name: new("a"), Value: new("1")}, api.Dimension{Name: new("b"), Value: new("2")}
	put := func(unit string, at time.Time, v float64, d ...api.Dimension) {
		_, err := e.PutMetricData(e.ctx(), &api.PutMetricDataInput{Namespace: new("App"), MetricData: []api.MetricDatum{{MetricName: new("m"), Unit: &unit, Timestamp: &at, Value: &v, Dimensions: d}}})
		must(t, err)
	}
	put("Seconds", begin, 1, a, b)
	put("Seconds", begin.Add(90*time.Second), 5, b, a)
	put("Count", begin.Add(2*time.Minute), 7, b, a)
	put("Count", begin, 100, a)
	ask := func(in api.GetMetricStatisticsInput) string {
		in.Namespace, in.MetricName = new("App"), new("m")
		out, err := e.GetMetricStatistics(e.ctx(), &in)
		must(t, err)
		var s []string
		for _, d := range out.Datapoints {
			s = append(s, fmt.Sprintf("%s %v %v %s", d.Timestamp.Format("15:04:05"), *d.Sum, *d.Maximum, *d.Unit))
		}
		return strings.Join(s, ", ")
	}
	both := []string{"Sum", "Maximum"}
	base := api.GetMetricStatisticsInput{StartTime: new(begin.Add(30 * time.Second)), EndTime: new(begin.Add(5 * time.Minute)), Period: new(int32(60)), Statistics: both, Dimensions: []api.Dimension{b, a}}
	want(t, ask(base), "00:00:00 1 1 Seconds, 00:01:00 5 5 Seconds, 00:02:00 7 7 Count")
	base.Unit = new("Count")
	want(t, ask(base), "00:02:00 7 7 Count")
	base.Unit, base.Period = nil, new(int32(300))
	want(t, ask(base), "00:00:00 6 5 Seconds, 00:00:00 7 7 Count")
	base.StartTime = new(begin.Add(time.Minute))
	want(t, ask(base), "00:01:00 5 5 Seconds, 00:01:00 7 7 Count")
	base.EndTime = new(begin.Add(2 * time.Minute)) // exclusive
	want(t, ask(base), "00:01:00 5 5 Seconds")

	refused := func(wantCode, text string, change func(*api.GetMetricStatisticsInput)) {
		in := base
		in.Namespace, in.MetricName = new("App"), new("m")
		change(&in)
		_, err := e.GetMetricStatistics(e.ctx(), &in)
		code(t, err, wantCode, text)
	}
	refused("InvalidParameterCombination", "You have requested up to 1,441 datapoints, which exceeds the limit of 1,440.", func(in *api.GetMetricStatisticsInput) {
		in.Period, in.EndTime = new(int32(60)), new(in.StartTime.Add(1441*time.Minute))
	})
	refused("InvalidParameterValue", "Period", func(in *api.GetMetricStatisticsInput) { in.Period = new(int32(90)) })
	refused("ValidationError", "StartTime must be less", func(in *api.GetMetricStatisticsInput) { in.EndTime = in.StartTime })
	refused("InvalidParameterCombination", "exclusive", func(in *api.GetMetricStatisticsInput) { in.ExtendedStatistics = []string{"p99"} })
	refused("MissingParameter", "Must specify", func(in *api.GetMetricStatisticsInput) { in.Statistics = nil })
	refused("InvalidParameterValue", "q99", func(in *api.GetMetricStatisticsInput) { in.Statistics, in.ExtendedStatistics = nil, []string{"q99"} })
	in := base
	in.Namespace, in.MetricName, in.Statistics, in.ExtendedStatistics = new("App"), new("m"), nil, []string{"p50", "tm90", "IQM"}
	in.EndTime = new(begin.Add(time.Hour))
	out, err := e.GetMetricStatistics(e.ctx(), &in)
	must(t, err)
	want(t, out.Datapoints[0].ExtendedStatistics, "map[IQM:5 p50:5 tm90:5]")
}

// thousand is a request with as many metrics.
func thousand() *api.PutMetricDataInput {
	in := &api.PutMetricDataInput{Namespace: new("App")}
	for i := range 1000 {
		in.MetricData = append(in.MetricData, api.MetricDatum{MetricName: new(fmt.Sprint("m", i)), Value: new(float64(i))})
	}
	return in
}
