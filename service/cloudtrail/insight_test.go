package cloudtrail

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	api "unyo/api/cloudtrail"
	"unyo/base/awserr"
	"unyo/kernel"
	"unyo/kernel/journal"
)

// watched has the trail main look for both kinds of unusual activity.
func (s *Service) watchMain(t testing.TB, ctx func() context.Context) {
	t.Helper()
	s.makeTrail(t, ctx, func(in *api.CreateTrailInput) { in.IsMultiRegionTrail = new(true) })
	_, err := s.PutInsightSelectors(ctx(), &api.PutInsightSelectorsInput{TrailName: new("main"), InsightSelectors: []api.InsightSelector{
		{InsightType: new(api.InsightTypeApiCallRateInsight)}, {InsightType: new(api.InsightTypeApiErrorRateInsight)}}})
	ok(t, err)
}

// insights are those of event history, the latest first.
func (s *Service) insights(t testing.TB, k *kernel.Kernel) (list []insightRecord) {
	t.Helper()
	out, err := s.LookupEvents(in(k, mine, here), &api.LookupEventsInput{EventCategory: new(api.EventCategoryInsight)})
	ok(t, err)
	for _, e := range out.Events {
		var r insightRecord
		ok(t, json.Unmarshal([]byte(*e.CloudTrailEvent), &r))
		list = append(list, r)
	}
	return list
}

// Activity far beyond that of the seven days before is told when it begins and when it ends, to event history and in files of its own.
func TestInsights(t *testing.T) {
	k, s, out := open(t, kernel.Options{})
	ctx := func() context.Context { return in(k, mine, here) }
	s.watchMain(t, ctx)
	got, err := s.GetInsightSelectors(ctx(), &api.GetInsightSelectorsInput{TrailName: new("main")})
	if ok(t, err); len(got.InsightSelectors) != 2 {
		t.Errorf("%+v", got)
	}
	burst := func(n int, more ...func(*journal.Call)) { flurry(t, k, mine, "RunInstances", n, more...) }
	burst(50) // on the first day activity is only counted
	for range 8 * 24 {
		advance(t, k, time.Hour)
		burst(5)
	}
	if list := s.insights(t, k); len(list) != 0 {
		t.Fatalf("%+v", list)
	}
	advance(t, k, time.Hour)
	for _, n := range []int{40, 60, 5, 50} { // a minute each
		burst(n, func(c *journal.Call) { c.ErrorCode = "Client.InstanceLimitExceeded" })
		advance(t, k, time.Minute)
	}
	advance(t, k, 20*time.Minute)
	list := s.insights(t, k)
	if len(list) != 4 {
		t.Fatalf("%+v", list)
	}
	calls := map[string]insightRecord{}
	for _, r := range list {
		calls[r.Details.Type+r.Details.State] = r
	}
	start, end := calls["ApiCallRateInsightStart"], calls["ApiCallRateInsightEnd"]
	st, en := start.Details.Context.Statistics, end.Details.Context.Statistics
	if start.Shared != end.Shared || start.EventTime != "2026-03-09T13:00:00Z" || end.EventTime != "2026-03-09T13:04:00Z" || start.Details.Name != "RunInstances" ||
		st.Insight.Average != 40 || en.Duration != 4 || en.Insight.Average != 150./4 || st.Baseline.Average < 0.08 || st.Baseline.Average > 0.09 || st.BaselineDuration != 10080 {
		t.Errorf("%+v\n%+v", start, end)
	}
	if a := start.Details.Context.Attributions; len(a) != 2 || a[0].Insight[0] != (share{"arn:aws:iam::111111111111:root", 40}) {
		t.Errorf("%+v", a)
	}
	if calls["ApiErrorRateInsightStart"].Details.Code != "Client.InstanceLimitExceeded" {
		t.Errorf("%+v", calls)
	}
	files := ""
	for key := range out.objects {
		if strings.Contains(key, "/CloudTrail-Insight/") {
			files += string(out.unpacked(t, key))
		}
	}
	if strings.Count(files, `"eventType":"AwsCloudTrailInsight"`) != 4 || strings.Contains(files, "AwsApiCall") {
		t.Error(files)
	}
	if got := strings.Join(out.delivered(t), "; "); strings.Contains(got, "Insight") {
		t.Error(got)
	}
	if list := s.names(t, k, api.LookupEventsInput{LookupAttributes: []api.LookupAttribute{{AttributeKey: new("EventSource"), AttributeValue: new("cloudtrail.amazonaws.com")}}}); list != "" {
		t.Errorf("insights stand among management events: %s", list)
	}
	advance(t, k, 24*time.Hour)
	if n := len(s.insights(t, k)); n != 4 {
		t.Errorf("%d insights", n)
	}

	_, err = s.PutEventSelectors(ctx(), &api.PutEventSelectorsInput{TrailName: new("main"), AdvancedEventSelectors: []api.AdvancedEventSelector{{FieldSelectors: []api.AdvancedFieldSelector{{Field: new("eventCategory"), Equals: []string{"Data"}}, {Field: new("resources.type"), Equals: []string{"AWS::S3::Object"}}}}}})
	ok(t, err)
	_, err = s.PutInsightSelectors(ctx(), &api.PutInsightSelectorsInput{TrailName: new("main"), InsightSelectors: []api.InsightSelector{{InsightType: new(api.InsightTypeApiCallRateInsight)}}})
	if awserr.Code(err) != "InvalidInsightSelectorsException" {
		t.Error(err)
	}
	_, err = s.PutInsightSelectors(ctx(), &api.PutInsightSelectorsInput{TrailName: new("main"), InsightSelectors: []api.InsightSelector{}})
	ok(t, err)
	_, err = s.GetInsightSelectors(ctx(), &api.GetInsightSelectorsInput{TrailName: new("main")})
	if awserr.Code(err) != "InsightNotEnabledException" {
		t.Error(err)
	}
}

// The process dies around every file, with and without what was not synced: each insight is told once.
func TestInsightsSurviveDeath(t *testing.T) {
	m := dying(t)
	m.s.watchMain(t, m.ctx)
	advance(t, m.k, 48*time.Hour)
	flurry(t, m.k, mine, "DeleteBucket", 40)
	m.diesAround()
	advance(t, m.k, time.Hour)
	m.afterEach(8, func(t *testing.T, _ int, k *kernel.Kernel, s *Service, out *outside) {
		advance(t, k, 2*time.Hour)
		files := ""
		for key := range out.objects {
			if strings.Contains(key, "/CloudTrail-Insight/") {
				files += string(out.unpacked(t, key))
			}
		}
		if n := len(s.insights(t, k)); n != 2 || strings.Count(files, `"state":"Start"`) != 1 || strings.Count(files, `"state":"End"`) != 1 {
			t.Errorf("%d in history, %s", n, files)
		}
	})
}
