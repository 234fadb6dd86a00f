package cloudtrail

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	api "unyo/api/cloudtrail"
	"unyo/base/awserr"
	"unyo/kernel"
	"unyo/kernel/journal"
)

var bothInsights = []api.InsightSelector{{InsightType: new(api.InsightTypeApiCallRateInsight)}, {InsightType: new(api.InsightTypeApiErrorRateInsight)}}

func selectingOnly(fields ...api.AdvancedFieldSelector) []api.AdvancedEventSelector {
	return []api.AdvancedEventSelector{{FieldSelectors: fields}}
}

// makeInsightStore creates an event data store that takes insight events.
func (s *Service) makeInsightStore(t testing.TB, ctx context.Context) string {
	t.Helper()
	return s.makeStore(t, ctx, func(in *api.CreateEventDataStoreInput) {
		in.Name, in.MultiRegionEnabled = new("insights"), new(false)
		in.AdvancedEventSelectors = selectingOnly(api.AdvancedFieldSelector{Field: new("eventCategory"), Equals: []string{"Insight"}})
	})
}

// watching has the event data store from look for both kinds of unusual activity, and another take them.
func (s *Service) watching(t testing.TB, ctx context.Context, from string) (into string) {
	t.Helper()
	into = s.makeInsightStore(t, ctx)
	_, err := s.PutInsightSelectors(ctx, &api.PutInsightSelectorsInput{EventDataStore: &from, InsightsDestination: &into, InsightSelectors: bothInsights})
	ok(t, err)
	return into
}

// flurry is many calls of an account within a minute.
func flurry(t testing.TB, k *kernel.Kernel, account, name string, n int, more ...func(*journal.Call)) {
	t.Helper()
	for i := range n {
		happens(t, k, account, name, append(more, func(c *journal.Call) { c.RequestID = fmt.Sprint(account, name, k.Clock.Now().Unix(), i) })...)
	}
}

// What an event data store finds lies in its destination, in the columns of insight events, and nowhere else.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/query-event-data-store-insights.html
func TestInsightsOfEventDataStore(t *testing.T) {
	k, s, out := open(t, kernel.Options{})
	ctx := func() context.Context { return in(k, mine, here) }
	s.makeTrail(t, ctx, func(in *api.CreateTrailInput) { in.IsMultiRegionTrail = new(true) })
	from := s.makeStore(t, ctx(), nil)
	into := s.watching(t, ctx(), from)
	arn := func(id string) string { return "arn:aws:cloudtrail:eu-central-1:111111111111:eventdatastore/" + id }
	got, err := s.GetInsightSelectors(ctx(), &api.GetInsightSelectorsInput{EventDataStore: new(arn(from))})
	if ok(t, err); len(got.InsightSelectors) != 2 || *got.EventDataStoreArn != arn(from) || *got.InsightsDestination != arn(into) {
		t.Errorf("%+v", got)
	}
	flurry(t, k, mine, "RunInstances", 50) // on the first day activity is only counted
	for range 3 * 24 {
		advance(t, k, time.Hour)
		flurry(t, k, mine, "RunInstances", 5)
	}
	advance(t, k, time.Hour)
	for _, n := range []int{40, 60} { // a minute each
		flurry(t, k, mine, "RunInstances", n, elsewhere, func(c *journal.Call) { c.ErrorCode = "Client.InstanceLimitExceeded" })
		advance(t, k, time.Minute)
	}
	advance(t, k, 20*time.Minute)
	for ask, want := range map[string]string{
		"SELECT insightType, insightState, eventTime, awsRegion, insightEventName, insightErrorCode FROM EDS ORDER BY 1, 2 DESC": "ApiCallRateInsight|Start|2026-03-04 13:00:00.000|eu-west-1|RunInstances|; ApiCallRateInsight|End|2026-03-04 13:02:00.000|eu-west-1|RunInstances|; " +
			"ApiErrorRateInsight|Start|2026-03-04 13:00:00.000|eu-west-1|RunInstances|Client.InstanceLimitExceeded; ApiErrorRateInsight|End|2026-03-04 13:02:00.000|eu-west-1|RunInstances|Client.InstanceLimitExceeded",
		"SELECT DISTINCT insightSource, eventCategory, eventType, recipientAccountId, insightContext.baselineDuration FROM EDS":                                                                                                                 arn(from) + "|Insight|AwsCloudTrailInsight|111111111111|10080",
		"SELECT insightContext.insightAverage, insightContext.insightDuration FROM EDS WHERE insightType = 'ApiCallRateInsight' ORDER BY insightState":                                                                                          "50.0|2; 40.0|1",
		"SELECT count(DISTINCT sharedEventId), count(DISTINCT eventId) FROM EDS":                                                                                                                                                                "2|4",
		"SELECT attribute, insight[1].value, insight[1].average FROM EDS CROSS JOIN UNNEST(insightContext.attributions) AS t(attribute, a, b, c, d, insight, e) WHERE insightType = 'ApiCallRateInsight' AND insightState = 'Start' ORDER BY 1": "userAgent||40.0; userIdentityArn|arn:aws:iam::111111111111:root|40.0",
		"SELECT count(*) FROM EDS WHERE eventTime > '2026-03-04 13:01:00'":                                                                                                                                                                      "2",
		"SELECT userIdentity FROM EDS": "InvalidQueryStatementException",
	} {
		if got := s.asks(t, k, into, ask); got != want && !(strings.HasSuffix(want, "Exception") && strings.HasPrefix(got, want)) {
			t.Errorf("%s\n got %s\nwant %s", ask, got, want)
		}
	}
	if got := s.asks(t, k, from, "SELECT count(*) FROM EDS WHERE eventCategory <> 'Management'"); got != "0" {
		t.Errorf("%s among what happened", got)
	}
	if list := s.insights(t, k); len(list) != 0 {
		t.Errorf("in event history: %+v", list)
	}
	for key := range out.objects {
		if strings.Contains(key, "/CloudTrail-Insight/") {
			t.Errorf("a trail's: %s", key)
		}
	}
	advance(t, k, 24*time.Hour)
	if got := s.asks(t, k, into, "SELECT count(*) FROM EDS"); got != "4" {
		t.Error(got)
	}

	// While nothing is taken, nothing is looked for; nor when it is not asked for any more.
	_, err = s.StopEventDataStoreIngestion(ctx(), &api.StopEventDataStoreIngestionInput{EventDataStore: &from})
	ok(t, err)
	flurry(t, k, mine, "DeleteBucket", 60)
	advance(t, k, time.Hour)
	_, err = s.StartEventDataStoreIngestion(ctx(), &api.StartEventDataStoreIngestionInput{EventDataStore: &from})
	ok(t, err)
	advance(t, k, 48*time.Hour)
	flurry(t, k, mine, "DeleteTrail", 60)
	advance(t, k, time.Hour)
	if got := s.asks(t, k, into, "SELECT insightEventName FROM EDS WHERE insightState = 'Start' AND insightEventName <> 'RunInstances'"); got != "DeleteTrail" {
		t.Error(got)
	}
	_, err = s.PutInsightSelectors(ctx(), &api.PutInsightSelectorsInput{EventDataStore: &from, InsightSelectors: []api.InsightSelector{}})
	ok(t, err)
	_, err = s.GetInsightSelectors(ctx(), &api.GetInsightSelectorsInput{EventDataStore: &from})
	if awserr.Code(err) != "InsightNotEnabledException" {
		t.Error(err)
	}
	flurry(t, k, mine, "DeleteRole", 60)
	advance(t, k, time.Hour)
	if got := s.asks(t, k, into, "SELECT count(*) FROM EDS WHERE insightEventName = 'DeleteRole'"); got != "0" {
		t.Error(got)
	}
}

// Each account of an organization has ordinary activity of its own: what is much only for one is unusual, what is much for none, though it is for all together, is not.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/query-event-data-store-insights.html
func TestInsightsOfOrganization(t *testing.T) {
	k, s, out := open(t, kernel.Options{})
	out.org = map[string]bool{mine: true, other: true}
	ctx := func() context.Context { return in(k, mine, here) }
	s.makeTrail(t, ctx, func(in *api.CreateTrailInput) {
		in.IsMultiRegionTrail, in.IsOrganizationTrail = new(true), new(true)
	})
	_, err := s.PutInsightSelectors(ctx(), &api.PutInsightSelectorsInput{TrailName: new("main"), InsightSelectors: bothInsights})
	ok(t, err)
	from := s.makeStore(t, ctx(), func(in *api.CreateEventDataStoreInput) { in.OrganizationEnabled = new(true) })
	into := s.watching(t, ctx(), from)
	advance(t, k, 48*time.Hour)
	for _, account := range []string{mine, other, stranger} {
		flurry(t, k, account, "CreateUser", 9) // 18 together
	}
	advance(t, k, time.Hour)
	flurry(t, k, other, "DeleteBucket", 40)
	flurry(t, k, stranger, "DeleteRole", 40)
	advance(t, k, time.Hour)
	if got := s.asks(t, k, into, "SELECT insightEventName, insightState, recipientAccountId FROM EDS ORDER BY 2"); got != "DeleteBucket|End|222222222222; DeleteBucket|Start|222222222222" {
		t.Error(got)
	}
	files := ""
	for key := range out.objects {
		if strings.Contains(key, "Insight") {
			if !strings.HasPrefix(key, "AWSLogs/o-exampleorg/222222222222/CloudTrail-Insight/eu-central-1/") {
				t.Error(key)
			}
			files += string(out.unpacked(t, key))
		}
	}
	if strings.Count(files, `"eventType":"AwsCloudTrailInsight"`) != 2 || strings.Count(files, `"recipientAccountId":"222222222222"`) != 2 {
		t.Error(files)
	}
	for account, want := range map[string]int{mine: 0, other: 2, stranger: 0} {
		list, err := s.LookupEvents(in(k, account, here), &api.LookupEventsInput{EventCategory: new(api.EventCategoryInsight)})
		if ok(t, err); len(list.Events) != want {
			t.Errorf("%s: %+v", account, list.Events)
		}
	}
	// A delegated administrator may read what is looked for, and not change it; to a member it is not there.
	out.org[stranger], out.delegated = true, map[string]bool{other: true}
	for account, want := range map[string][2]string{mine: {"", ""}, other: {"", "NotOrganizationMasterAccountException"}, stranger: {"EventDataStoreNotFoundException", "EventDataStoreNotFoundException"}} {
		_, err := s.GetInsightSelectors(in(k, account, here), &api.GetInsightSelectorsInput{EventDataStore: &from})
		_, err2 := s.PutInsightSelectors(in(k, account, here), &api.PutInsightSelectorsInput{EventDataStore: &from, InsightsDestination: &into, InsightSelectors: bothInsights})
		if awserr.Code(err) != want[0] || awserr.Code(err2) != want[1] {
			t.Errorf("%s: %v, %v", account, err, err2)
		}
	}
	_, err = s.CreateEventDataStore(in(k, other, here), &api.CreateEventDataStoreInput{Name: new("all"), OrganizationEnabled: new(true),
		AdvancedEventSelectors: selectingOnly(api.AdvancedFieldSelector{Field: new("eventCategory"), Equals: []string{"Insight"}})})
	if awserr.Code(err) != "NotOrganizationMasterAccountException" {
		t.Error(err)
	}
	_, err = s.PutInsightSelectors(in(k, stranger, here), &api.PutInsightSelectorsInput{TrailName: new("arn:aws:cloudtrail:eu-central-1:111111111111:trail/main"), InsightSelectors: bothInsights})
	if awserr.Code(err) != "NotOrganizationMasterAccountException" {
		t.Error(err)
	}
}

// What cannot be looked for, or taken, is refused.
func TestInsightStoreRefusals(t *testing.T) {
	k, s, out := open(t, kernel.Options{})
	ctx := func() context.Context { return in(k, mine, here) }
	from := s.makeStore(t, ctx(), nil)
	into := s.watching(t, ctx(), from)
	out.past(t)
	category := func(v string) api.AdvancedFieldSelector {
		return api.AdvancedFieldSelector{Field: new("eventCategory"), Equals: []string{v}}
	}
	readOnly := api.AdvancedFieldSelector{Field: new("readOnly"), Equals: []string{"true"}}
	make := func(name string, selectors []api.AdvancedEventSelector) (string, error) {
		out, err := s.CreateEventDataStore(ctx(), &api.CreateEventDataStoreInput{Name: &name, AdvancedEventSelectors: selectors})
		if err != nil {
			return "", err
		}
		return *out.EventDataStoreArn, nil
	}
	reads, err := make("reads", selectingOnly(category("Management"), readOnly))
	ok(t, err)
	datas, err := make("data", selectingOnly(category("Data"), api.AdvancedFieldSelector{Field: new("resources.type"), Equals: []string{"AWS::S3::Object"}}))
	ok(t, err)
	put := func(from, into *string, kinds ...string) error {
		in := &api.PutInsightSelectorsInput{EventDataStore: from, InsightsDestination: into}
		for _, kind := range kinds {
			in.InsightSelectors = append(in.InsightSelectors, api.InsightSelector{InsightType: &kind})
		}
		_, err := s.PutInsightSelectors(ctx(), in)
		return err
	}
	calls, errs, nothing := api.InsightTypeApiCallRateInsight, api.InsightTypeApiErrorRateInsight, "00000000-0000-4000-8000-000000000000"
	created := func(selectors []api.AdvancedEventSelector) error {
		_, err := make("x", selectors)
		return err
	}
	updated := func(id string, selectors []api.AdvancedEventSelector) error {
		_, err := s.UpdateEventDataStore(ctx(), &api.UpdateEventDataStoreInput{EventDataStore: &id, AdvancedEventSelectors: selectors})
		return err
	}
	both := func() error {
		_, err := s.PutInsightSelectors(ctx(), &api.PutInsightSelectorsInput{TrailName: new("main"), EventDataStore: &from, InsightSelectors: bothInsights})
		return err
	}
	ofData := func() error {
		_, err := s.PutInsightSelectors(ctx(), &api.PutInsightSelectorsInput{EventDataStore: &from, InsightsDestination: &into, InsightSelectors: []api.InsightSelector{{InsightType: &calls, EventCategories: []string{"Data"}}}})
		return err
	}
	ingestion := func() error {
		_, err := s.StopEventDataStoreIngestion(ctx(), &api.StopEventDataStoreIngestionInput{EventDataStore: &into})
		_, err2 := s.StartEventDataStoreIngestion(ctx(), &api.StartEventDataStoreIngestionInput{EventDataStore: &into})
		if awserr.Code(err) != awserr.Code(err2) {
			return fmt.Errorf("%w %w", err, err2)
		}
		return err
	}
	unfed := func() error {
		_, err := s.CreateEventDataStore(ctx(), &api.CreateEventDataStoreInput{Name: new("x"), StartIngestion: new(false), AdvancedEventSelectors: selectingOnly(category("Insight"))})
		return err
	}
	imports := func() error {
		_, err := s.StartImport(ctx(), importOf(into, nil))
		return err
	}
	for what, c := range map[string]struct {
		err  error
		want string
	}{
		"no destination":         {put(&from, nil, calls), "InvalidParameterException"},
		"destination of others":  {put(&from, &reads, calls), "InvalidParameterException"},
		"itself":                 {put(&from, &from, calls), "InvalidParameterException"},
		"unknown destination":    {put(&from, &nothing, calls), "EventDataStoreNotFoundException"},
		"unknown source":         {put(&nothing, &into, calls), "EventDataStoreNotFoundException"},
		"calls of reads":         {put(&reads, &into, calls), "InvalidInsightSelectorsException"},
		"errors of reads":        {put(&reads, &into, errs), ""},
		"errors of data":         {put(&datas, &into, errs), "InvalidInsightSelectorsException"},
		"insights of insights":   {put(&into, &into, errs), "InvalidInsightSelectorsException"},
		"twice":                  {put(&from, &into, errs, errs), "InvalidInsightSelectorsException"},
		"neither":                {put(nil, nil, errs), "InvalidParameterCombinationException"},
		"destination alone":      {put(nil, &into, errs), "InvalidParameterCombinationException"},
		"trail and store":        {both(), "InvalidParameterCombinationException"},
		"of data":                {ofData(), "NotImplemented"},
		"insight and management": {created(append(selectingOnly(category("Insight")), selectingOnly(category("Management"))...)), "InvalidEventSelectorsException"},
		"insight and field":      {created(selectingOnly(category("Insight"), readOnly)), "InvalidEventSelectorsException"},
		"other type":             {updated(into, selectingOnly(category("Management"))), "InvalidEventSelectorsException"},
		"other type yet":         {updated(from, selectingOnly(category("Insight"))), "InvalidEventSelectorsException"},
		"only reads while calls": {updated(from, selectingOnly(category("Management"), readOnly)), "InvalidInsightSelectorsException"},
		"ingestion":              {ingestion(), "InvalidEventDataStoreCategoryException"},
		"without ingestion":      {unfed(), "InvalidParameterException"},
		"import":                 {imports(), "InvalidEventDataStoreCategoryException"},
	} {
		if awserr.Code(c.err) != c.want {
			t.Errorf("%s: %v, want %s", what, c.err, c.want)
		}
	}
	_, err = s.DeleteEventDataStore(ctx(), &api.DeleteEventDataStoreInput{EventDataStore: &into})
	ok(t, err)
	if err := put(&from, &into, calls); awserr.Code(err) != "InactiveEventDataStoreException" {
		t.Error(err)
	}
}

// The process dies every minute while an event data store looks for unusual activity: what it finds lies in the other once.
func TestInsightsOfEventDataStoreSurviveDeath(t *testing.T) {
	m := dying(t)
	from := m.s.makeStore(t, m.ctx(), nil)
	into := m.s.watching(t, m.ctx(), from)
	advance(t, m.k, 48*time.Hour)
	flurry(t, m.k, mine, "DeleteBucket", 40)
	ok(t, m.k.Store.Sync())
	for range 16 {
		m.dies()
		advance(t, m.k, time.Minute)
	}
	m.afterEach(32, func(t *testing.T, _ int, k *kernel.Kernel, s *Service, _ *outside) {
		advance(t, k, 2*time.Hour)
		if got := s.asks(t, k, into, "SELECT insightState FROM EDS ORDER BY 1"); got != "End; Start" {
			t.Error(got)
		}
	})
}
