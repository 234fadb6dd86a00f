package cloudtrail

import (
	"context"
	"fmt"
	"testing"
	"time"

	api "unyo/api/cloudtrail"
	"unyo/base/awserr"
	"unyo/kernel"
	"unyo/kernel/journal"
)

// curveOf is the points of the calls of RunInstances, as STAMP=COUNT.
func (s *Service) curveOf(t testing.TB, ctx context.Context, change func(*api.ListInsightsMetricDataInput)) (points string, next *string) {
	t.Helper()
	in := &api.ListInsightsMetricDataInput{EventSource: new("logs.amazonaws.com"), EventName: new("RunInstances"), InsightType: new(api.InsightTypeApiCallRateInsight)}
	change(in)
	out, err := s.ListInsightsMetricData(ctx, in)
	if ok(t, err); len(out.Timestamps) != len(out.Values) {
		t.Fatalf("%+v", out)
	}
	for i, at := range out.Timestamps {
		points += at.UTC().Format(" 02T15:04") + fmt.Sprint("=", out.Values[i])
	}
	return points, out.NextToken
}

// watched is an account whose trail looks for what is unusual, after a day of little; then 40 calls are made in a minute, half of them in vain, and 60 in the next.
func watched(t *testing.T) (*kernel.Kernel, *Service, func() context.Context, time.Time) {
	t.Helper()
	k, s, _ := open(t, kernel.Options{})
	ctx := func() context.Context { return in(k, mine, here) }
	s.watchMain(t, ctx)
	advance(t, k, 30*time.Hour)
	at := k.Clock.Now()
	failed := func(c *journal.Call) { c.ErrorCode, c.RequestID = "Client.InstanceLimitExceeded", c.RequestID+"!" }
	flurry(t, k, mine, "RunInstances", 20)
	flurry(t, k, mine, "RunInstances", 20, failed)
	advance(t, k, time.Minute)
	flurry(t, k, mine, "RunInstances", 60)
	flurry(t, k, other, "RunInstances", 7)
	advance(t, k, 20*time.Minute)
	return k, s, ctx, at
}

// The data points are the calls of each period, as AWS counts them: from the start on and before the end, for as long as each period is kept.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListInsightsMetricData.html
func TestListInsightsMetricData(t *testing.T) {
	k, s, ctx, at := watched(t)
	stamp := func(at time.Time, n int) string { return at.UTC().Format(" 02T15:04") + fmt.Sprint("=", n) }
	minute := func(in *api.ListInsightsMetricDataInput) { in.Period = new(int32(60)) }
	within := func(from, to time.Time) func(*api.ListInsightsMetricDataInput) {
		return func(in *api.ListInsightsMetricDataInput) {
			in.Period, in.StartTime, in.EndTime, in.DataType = new(int32(60)), &from, &to, new(api.InsightsMetricDataTypeFillWithZeros)
		}
	}
	second := at.Add(time.Minute)
	for name, c := range map[string]struct {
		change func(*api.ListInsightsMetricDataInput)
		want   string
	}{
		"by the hour":     {func(*api.ListInsightsMetricDataInput) {}, stamp(at.Truncate(time.Hour), 100)},
		"by five minutes": {func(in *api.ListInsightsMetricDataInput) { in.Period = new(int32(300)) }, stamp(at.Truncate(5*time.Minute), 100)},
		"by the minute":   {minute, stamp(at, 40) + stamp(second, 60)},
		"with zeros":      {within(at.Add(-time.Minute), at.Add(2*time.Minute)), stamp(at.Add(-time.Minute), 0) + stamp(at, 40) + stamp(second, 60)},
		"start, not end":  {within(at, second), stamp(at, 40)},
		"after the first": {within(at.Add(time.Second), second.Add(time.Minute)), stamp(second, 60)},
		"errors": {func(in *api.ListInsightsMetricDataInput) {
			in.InsightType, in.ErrorCode = new(api.InsightTypeApiErrorRateInsight), new("Client.InstanceLimitExceeded")
		}, stamp(at.Truncate(time.Hour), 20)},
		"other errors": {func(in *api.ListInsightsMetricDataInput) {
			in.InsightType, in.ErrorCode = new(api.InsightTypeApiErrorRateInsight), new("AccessDenied")
		}, ""},
		"of the trail":    {func(in *api.ListInsightsMetricDataInput) { in.TrailName = new("main") }, stamp(at.Truncate(time.Hour), 100)},
		"another source":  {func(in *api.ListInsightsMetricDataInput) { in.EventSource = new("s3.amazonaws.com") }, ""},
		"another's calls": {func(in *api.ListInsightsMetricDataInput) { in.EventName = new("StopInstances") }, ""},
	} {
		if got, next := s.curveOf(t, ctx(), c.change); got != c.want || next != nil {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
	if got, _ := s.curveOf(t, in(k, other, here), minute); got != "" { // nothing looks there
		t.Error(got)
	}
	one := func(token *string) func(*api.ListInsightsMetricDataInput) {
		return func(in *api.ListInsightsMetricDataInput) {
			in.Period, in.MaxResults, in.NextToken = new(int32(60)), new(int32(1)), token
		}
	}
	first, next := s.curveOf(t, ctx(), one(nil))
	if rest, end := s.curveOf(t, ctx(), one(next)); first != stamp(at, 40) || rest != stamp(second, 60) || end != nil {
		t.Errorf("pages: %s, %s", first, rest)
	}
	advance(t, k, 16*24*time.Hour)
	byMinute, _ := s.curveOf(t, ctx(), minute)
	if byHour, _ := s.curveOf(t, ctx(), func(*api.ListInsightsMetricDataInput) {}); byMinute != "" || byHour == "" {
		t.Errorf("after 16 days: %q by the minute, %q by the hour", byMinute, byHour)
	}
}

// What ListInsightsMetricData refuses.
func TestListInsightsMetricDataRefusals(t *testing.T) {
	_, s, ctx, at := watched(t)
	for name, c := range map[string]struct {
		change func(*api.ListInsightsMetricDataInput)
		want   string
	}{
		"a period": {func(in *api.ListInsightsMetricDataInput) { in.Period = new(int32(90)) }, "InvalidParameterException"},
		"no code":  {func(in *api.ListInsightsMetricDataInput) { in.InsightType = new(api.InsightTypeApiErrorRateInsight) }, "InvalidParameterException"},
		"the end before the start": {func(in *api.ListInsightsMetricDataInput) {
			in.StartTime, in.EndTime = &at, new(at.Add(-time.Second))
		}, "InvalidParameterException"},
		"a token":       {func(in *api.ListInsightsMetricDataInput) { in.NextToken = new("x") }, "InvalidParameterException"},
		"no such trail": {func(in *api.ListInsightsMetricDataInput) { in.TrailName = new("none") }, "InvalidTrailNameException"},
		"no trail's name": {func(in *api.ListInsightsMetricDataInput) {
			in.TrailName = new("arn:aws:s3:::main")
		}, "InvalidTrailNameException"},
	} {
		in := &api.ListInsightsMetricDataInput{EventSource: new("logs.amazonaws.com"), EventName: new("RunInstances"), InsightType: new(api.InsightTypeApiCallRateInsight)}
		c.change(in)
		if _, err := s.ListInsightsMetricData(ctx(), in); awserr.Code(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A trail's insight events are listed, the latest first, by one dimension and page by page; another's trail is none.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListInsightsData.html
func TestListInsightsData(t *testing.T) {
	k, s, ctx, at := watched(t)
	id := "arn:aws:cloudtrail:" + here + ":" + mine + ":trail/main"
	list := func(ctx context.Context, change func(*api.ListInsightsDataInput)) (*api.ListInsightsDataOutput, error) {
		in := &api.ListInsightsDataInput{InsightSource: &id, DataType: new(api.ListInsightsDataTypeInsightsEvents)}
		change(in)
		return s.ListInsightsData(ctx, in)
	}
	all, err := list(ctx(), func(*api.ListInsightsDataInput) {})
	if ok(t, err); len(all.Events) != 4 || all.NextToken != nil || *all.Events[3].EventName != "RunInstances" || !all.Events[3].EventTime.Equal(at) {
		t.Fatalf("%+v", all)
	}
	seen, token := []string{}, (*string)(nil)
	for {
		page, err := list(ctx(), func(in *api.ListInsightsDataInput) { in.MaxResults, in.NextToken = new(int32(3)), token })
		ok(t, err)
		for _, e := range page.Events {
			seen = append(seen, *e.EventId)
		}
		if token = page.NextToken; token == nil {
			break
		}
	}
	if len(seen) != 4 || seen[0] != *all.Events[0].EventId || seen[3] != *all.Events[3].EventId {
		t.Error(seen)
	}
	for key, c := range map[string]struct {
		value string
		want  int
	}{"EventName": {"RunInstances", 4}, "EventSource": {"s3.amazonaws.com", 0}, "EventId": {seen[1], 1}} {
		if got, err := list(ctx(), func(in *api.ListInsightsDataInput) { in.Dimensions = map[string]string{key: c.value} }); err != nil || len(got.Events) != c.want {
			t.Errorf("%s: %+v %v", key, got, err)
		}
	}
	for name, err := range map[string]error{
		"a token": func() error {
			_, err := list(ctx(), func(in *api.ListInsightsDataInput) { in.NextToken = new("x") })
			return err
		}(),
		"a time": func() error {
			_, err := list(ctx(), func(in *api.ListInsightsDataInput) { in.StartTime, in.EndTime = &at, new(at.Add(-time.Hour)) })
			return err
		}(),
		"a name": func() error {
			_, err := list(ctx(), func(in *api.ListInsightsDataInput) { in.InsightSource = new("main") })
			return err
		}(),
		"another's": func() error { _, err := list(in(k, other, here), func(*api.ListInsightsDataInput) {}); return err }(),
		"another's naming": func() error {
			_, err := list(ctx(), func(in *api.ListInsightsDataInput) { in.InsightSource = new(id + "2") })
			return err
		}(),
	} {
		if awserr.Code(err) != "InvalidParameterException" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// While a trail does not log it looks for nothing; when it logs again it learns anew what is usual.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-insights-events-with-cloudtrail.html
func TestStopLoggingDisablesInsights(t *testing.T) {
	k, s, ctx, _ := watched(t)
	before := len(s.insights(t, k))
	_, err := s.StopLogging(ctx(), &api.StopLoggingInput{Name: new("main")})
	ok(t, err)
	burst := func() int {
		advance(t, k, time.Hour)
		flurry(t, k, mine, "RunInstances", 200)
		advance(t, k, 20*time.Minute)
		return len(s.insights(t, k)) - before
	}
	advance(t, k, 30*time.Hour)
	if n := burst(); n != 0 {
		t.Errorf("%d insights while the trail does not log", n)
	}
	if got, _ := s.curveOf(t, ctx(), func(*api.ListInsightsMetricDataInput) {}); got != "" {
		t.Error(got)
	}
	if got, err := s.GetInsightSelectors(ctx(), &api.GetInsightSelectorsInput{TrailName: new("main")}); err != nil || len(got.InsightSelectors) != 2 {
		t.Errorf("%+v %v", got, err)
	}
	_, err = s.PutInsightSelectors(ctx(), &api.PutInsightSelectorsInput{TrailName: new("main"), InsightSelectors: []api.InsightSelector{{InsightType: new(api.InsightTypeApiCallRateInsight)}}})
	ok(t, err)
	if n := burst(); n != 0 {
		t.Errorf("%d insights of a trail that is told what to look for, and does not log", n)
	}
	_, err = s.StartLogging(ctx(), &api.StartLoggingInput{Name: new("main")})
	ok(t, err)
	if n := burst(); n != 0 {
		t.Errorf("%d insights while it learns", n)
	}
	advance(t, k, 30*time.Hour)
	if n := burst(); n != 2 {
		t.Errorf("%d insights of a trail that logs again", n)
	}
}
