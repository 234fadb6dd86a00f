package cloudtrail

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	api "unyo/api/cloudtrail"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/kernel"
	"unyo/kernel/journal"
	"unyo/kernel/store"
)

// makeStore creates an event data store and returns its id.
func (s *Service) makeStore(t testing.TB, ctx context.Context, change func(*api.CreateEventDataStoreInput)) string {
	t.Helper()
	in := &api.CreateEventDataStoreInput{Name: new("lake"), TerminationProtectionEnabled: new(false)}
	if change != nil {
		change(in)
	}
	out, err := s.CreateEventDataStore(ctx, in)
	ok(t, err)
	return (*out.EventDataStoreArn)[strings.LastIndexByte(*out.EventDataStoreArn, '/')+1:]
}

// asks runs a query, in which EDS stands for the event data store, and returns its rows: values between bars, rows between semicolons.
func (s *Service) asks(t testing.TB, k *kernel.Kernel, id, text string) string {
	t.Helper()
	q, err := s.StartQuery(in(k, mine, here), &api.StartQueryInput{QueryStatement: new(strings.ReplaceAll(text, "EDS", id))})
	if err != nil {
		return awserr.Code(err) + ": " + err.Error()
	}
	out, err := s.GetQueryResults(in(k, mine, here), &api.GetQueryResultsInput{QueryId: q.QueryId})
	ok(t, err)
	if *out.QueryStatus != api.QueryStatusFinished {
		return *out.QueryStatus + " " + *out.ErrorMessage
	}
	var rows []string
	for _, r := range out.QueryResultRows {
		var values []string
		for _, c := range r {
			for _, v := range c {
				values = append(values, v)
			}
		}
		rows = append(rows, strings.Join(values, "|"))
	}
	return strings.Join(rows, "; ")
}

// story is what a few people do on a day.
func story(t testing.TB, k *kernel.Kernel) {
	t.Helper()
	by := func(name string) func(*journal.Call) {
		return func(c *journal.Call) {
			c.Principal = journal.Principal{Kind: "IAMUser", Account: mine, ID: "AIDA" + name, Name: name, ARN: "arn:aws:iam::" + mine + ":user/" + name, AccessKeyID: "AKIA" + name}
			c.SourceIP = "192.0.2.1"
		}
	}
	happens(t, k, mine, "ListBuckets", by("ann"), func(c *journal.Call) { c.ReadOnly, c.Service, c.Source = true, "s3", "s3.amazonaws.com" })
	happens(t, k, mine, "DeleteBucket", by("eve"), func(c *journal.Call) {
		c.Service, c.Source, c.ErrorCode = "s3", "s3.amazonaws.com", "AccessDenied"
		c.Request = json.RawMessage(`{"bucket":"box","nested":{"a":[1]},"none":null}`)
	})
	happens(t, k, mine, "CreateUser", by("eve"), global, func(c *journal.Call) {
		c.Request, c.Response = json.RawMessage(`{"userName":"bob"}`), json.RawMessage(`{"user":{"userName":"bob"}}`)
		c.Resources = []journal.Resource{{ARN: "arn:aws:iam::" + mine + ":user/bob"}}
	})
	happens(t, k, mine, "AssumeRole", func(c *journal.Call) {
		c.Principal = journal.Principal{Kind: "AssumedRole", Account: mine, ID: "AROA:s", Name: "R", RoleARN: "arn:aws:iam::" + mine + ":role/R", ARN: "arn:aws:sts::" + mine + ":assumed-role/R/s", IssuedAt: begin}
		c.Service, c.Source = "sts", "sts.amazonaws.com"
	})
}

// What happened is asked in SQL, in the ways in which AWS's own samples ask; only SELECT is allowed.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-lake-queries.html
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/lake-console-queries.html
func TestLakeQueries(t *testing.T) {
	k, s, _ := open(t, kernel.Options{})
	happens(t, k, mine, "Before")
	id := s.makeStore(t, in(k, mine, here), nil)
	story(t, k)
	happens(t, k, mine, "Data", data)
	happens(t, k, other, "Foreign")
	if got := s.asks(t, k, id, "SELECT count(*) FROM EDS"); got != "0" {
		t.Errorf("before the round: %s", got)
	}
	advance(t, k, 5*time.Minute)
	for _, x := range []struct{ ask, want string }{
		{"SELECT eventName FROM EDS", "ListBuckets; DeleteBucket; CreateUser; AssumeRole"},
		{"SELECT eventID, eventTime FROM EDS WHERE eventTime < '2026-03-01 12:00:00' OR eventTime > '2026-03-01 12:00:00'", ""},
		{"SELECT eventTime FROM EDS WHERE eventTime >= '2026-03-01 11:00:00' and eventTime <= '2026-03-01 13:00:00' LIMIT 1", "2026-03-01 12:00:00.000"},
		{"SELECT count(*) FROM EDS WHERE eventTime BETWEEN '2026-03-01 11:00:00' AND timestamp '2026-03-01 13:00:00'", "4"},
		{"SELECT eventSource, eventName, errorCode FROM EDS WHERE errorCode IS NOT NULL", "s3.amazonaws.com|DeleteBucket|AccessDenied"},
		{"SELECT userIdentity.principalId, count(*) AS n FROM EDS GROUP BY userIdentity.principalId ORDER BY n DESC, 1 LIMIT 2", "AIDAeve|2; AIDAann|1"},
		{"SELECT element_at(requestParameters, 'bucketName'), element_at(requestParameters, 'nested') FROM EDS WHERE userIdentity.username = 'eve' AND eventSource = 's3.amazonaws.com'", `box|{"a":[1]}`},
		{"SELECT json_extract_scalar(element_at(responseElements, 'user'), '$.userName') FROM EDS WHERE eventName = 'CreateUser'", "bob"},
		{"SELECT userIdentity.sessionContext.sessionIssuer.userName, userIdentity.sessioncontext.attributes.creationdate FROM EDS WHERE userIdentity.type = 'AssumedRole'", "R|2026-03-01 12:00:00.000"},
		{"SELECT r.arn FROM EDS CROSS JOIN UNNEST(resources) AS t(r)", "InvalidQueryStatementException"},
		{"SELECT arn, type, awsRegion FROM EDS CROSS JOIN UNNEST(resources) AS t(accountid, type, arn, arnprefix)", "arn:aws:iam::111111111111:user/bob|AWS::IAM::User|us-east-1"},
		{"SELECT readOnly, managementEvent, eventCategory, recipientAccountId FROM EDS WHERE eventname LIKE 'List%'", "true|true|Management|111111111111"},
		{"SELECT json_extract_scalar(eventJson, '$.eventName'), length(eventJsonChecksum) FROM EDS WHERE errorcode = 'AccessDenied'", "DeleteBucket|64"},
		{`SELECT a.eventName FROM EDS a INNER JOIN EDS AS b ON a.userIdentity.arn = b.userIdentity.arn WHERE b.eventname = 'CreateUser' -- of EDS
			ORDER BY a.eventname`, "CreateUser; DeleteBucket"},
		{"SELECT 'EDS' FROM EDS LIMIT 1", id},
		{"DELETE FROM EDS", "InvalidQueryStatementException"},
		{"CREATE TABLE x AS SELECT * FROM EDS", "InvalidQueryStatementException"},
		{"SELECT nothing FROM EDS", "InvalidQueryStatementException"},
		{"SELECT 1", "InvalidQueryStatementException"},
		{"SELECT 1 FROM elsewhere", "EventDataStoreARNInvalidException"},
		{"SELECT 1 FROM 00000000-0000-4000-8000-000000000000", "EventDataStoreNotFoundException"},
		{"SELECT 1/(length(eventname)-length(eventname)) FROM EDS", "FAILED"},
	} {
		got := s.asks(t, k, id, x.ask)
		if refusal := strings.HasSuffix(x.want, "Exception") || x.want == "FAILED"; got != x.want && !(refusal && strings.HasPrefix(got, x.want)) {
			t.Errorf("%s\n got %s\nwant %s", x.ask, got, x.want)
		}
	}
}

// Rounds with little to take leave few segments, and each event in one of them; what has outlived its time is not found, and dropped.
func TestLakeKeepsAndDrops(t *testing.T) {
	k, s, _ := open(t, kernel.Options{})
	id := s.makeStore(t, in(k, mine, here), func(in *api.CreateEventDataStoreInput) { in.RetentionPeriod = new(int32(7)) })
	segments := func() (n int) {
		ok(t, s.k.View(in(k, mine, here), func(tx *store.Tx) error {
			n = 0
			for range s.segments.Prefix(tx, store.Key(id, ""), "") {
				n++
			}
			return nil
		}))
		return n
	}
	for i := range 64 {
		happens(t, k, mine, fmt.Sprint("Op", i))
		advance(t, k, 5*time.Minute)
	}
	if n := segments(); n > 7 {
		t.Errorf("%d segments", n)
	}
	if got := s.asks(t, k, id, "SELECT count(*), count(DISTINCT eventname), count(DISTINCT eventid) FROM EDS"); got != "64|64|64" {
		t.Error(got)
	}
	advance(t, k, 7*24*time.Hour-4*time.Hour) // the first have outlived their time within segments that have not
	if got := s.asks(t, k, id, "SELECT count(*), min(length(eventname)) FROM EDS"); got != "48|4" {
		t.Error(got)
	}
	advance(t, k, 5*time.Hour)
	if got, n := s.asks(t, k, id, "SELECT count(*) FROM EDS"), segments(); got != "0" || n != 0 {
		t.Errorf("%s in %d segments", got, n)
	}
	advance(t, k, 100*24*time.Hour) // nothing is left to be done but the journal's retention
	if jobs, err := k.Jobs.Waiting(context.Background(), 10); err != nil || len(jobs) > 1 {
		t.Errorf("%v %v", jobs, err)
	}
}

// An event data store is deleted a week after it was asked for, unless it is restored; what it does not take while it stands still is not there.
func TestEventDataStores(t *testing.T) {
	k, s, _ := open(t, kernel.Options{})
	here := func() context.Context { return in(k, mine, here) }
	refused := func(code string, err error) {
		t.Helper()
		if awserr.Code(err) != code {
			t.Errorf("%v, not %s", err, code)
		}
	}
	id := s.makeStore(t, here(), func(in *api.CreateEventDataStoreInput) { in.TerminationProtectionEnabled = nil })
	_, err := s.CreateEventDataStore(here(), &api.CreateEventDataStoreInput{Name: new("lake")})
	refused("EventDataStoreAlreadyExistsException", err)
	_, err = s.CreateEventDataStore(here(), &api.CreateEventDataStoreInput{Name: new("fixed"), BillingMode: new(api.BillingModeFixedRetentionPricing), RetentionPeriod: new(int32(3000))})
	refused("InvalidParameterException", err)
	_, err = s.CreateEventDataStore(here(), &api.CreateEventDataStoreInput{Name: new("config"), AdvancedEventSelectors: []api.AdvancedEventSelector{{FieldSelectors: []api.AdvancedFieldSelector{{Field: new("eventCategory"), Equals: []string{"ConfigurationItem"}}}}}})
	refused("NotImplemented", err)
	_, err = s.DeleteEventDataStore(here(), &api.DeleteEventDataStoreInput{EventDataStore: &id})
	refused("EventDataStoreTerminationProtectedException", err)
	_, err = s.UpdateEventDataStore(here(), &api.UpdateEventDataStoreInput{EventDataStore: &id, BillingMode: new(api.BillingModeFixedRetentionPricing)})
	refused("InvalidParameterException", err)
	_, err = s.UpdateEventDataStore(here(), &api.UpdateEventDataStoreInput{EventDataStore: &id, TerminationProtectionEnabled: new(false)})
	ok(t, err)
	happens(t, k, mine, "One")
	stop := here()
	_, err = s.StopEventDataStoreIngestion(stop, &api.StopEventDataStoreIngestionInput{EventDataStore: &id})
	ok(t, err)
	happens(t, k, mine, "Stop", func(c *journal.Call) { c.RequestID = call.From(stop).RequestID })
	happens(t, k, mine, "Missed")
	_, err = s.StopEventDataStoreIngestion(here(), &api.StopEventDataStoreIngestionInput{EventDataStore: &id})
	refused("InvalidEventDataStoreStatusException", err)
	_, err = s.StartEventDataStoreIngestion(here(), &api.StartEventDataStoreIngestionInput{EventDataStore: &id})
	ok(t, err)
	happens(t, k, mine, "Two")
	advance(t, k, 10*time.Minute)
	if got := s.asks(t, k, id, "SELECT eventName FROM EDS"); got != "One; Stop; Two" {
		t.Error(got)
	}
	_, err = s.DeleteEventDataStore(here(), &api.DeleteEventDataStoreInput{EventDataStore: &id})
	ok(t, err)
	if got := s.asks(t, k, id, "SELECT 1 FROM EDS"); !strings.HasPrefix(got, "InactiveEventDataStoreException") {
		t.Error(got)
	}
	advance(t, k, 6*24*time.Hour)
	_, err = s.RestoreEventDataStore(here(), &api.RestoreEventDataStoreInput{EventDataStore: &id})
	ok(t, err)
	_, err = s.RestoreEventDataStore(here(), &api.RestoreEventDataStoreInput{EventDataStore: &id})
	refused("InvalidEventDataStoreStatusException", err)
	advance(t, k, 30*24*time.Hour)
	if got := s.asks(t, k, id, "SELECT count(*) FROM EDS"); got != "3" {
		t.Error(got)
	}
	_, err = s.DeleteEventDataStore(here(), &api.DeleteEventDataStoreInput{EventDataStore: &id})
	ok(t, err)
	shown, err := s.GetEventDataStore(here(), &api.GetEventDataStoreInput{EventDataStore: &id})
	if ok(t, err); *shown.Status != api.EventDataStoreStatusPendingDeletion {
		t.Error(*shown.Status)
	}
	advance(t, k, 7*24*time.Hour)
	_, err = s.GetEventDataStore(here(), &api.GetEventDataStoreInput{EventDataStore: &id})
	refused("EventDataStoreNotFoundException", err)
}

// The process dies when a segment lies there that no row knows, and when its row is not on the disk yet: each event is found once.
func TestIngestionSurvivesDeath(t *testing.T) {
	m := dying(t)
	id := m.s.makeStore(t, m.ctx(), nil)
	var events []int // that must be there after each death
	dies := func(n int) {
		m.dies()
		events = append(events, n, n)
	}
	for i := range 3 {
		happens(t, m.k, mine, fmt.Sprint("Op", i))
		ok(t, m.k.Store.Sync())
		dies(i + 1)
		if i == 1 { // dies between the staging of a segment and its row
			ctx := m.ctx()
			next, err := m.s.planIngest(ctx, id)
			ok(t, err)
			ok(t, m.s.writeSegment(ctx, next))
			dies(i + 1)
			ok(t, m.s.blobs.Discard(next.is.Ref))
		}
		advance(t, m.k, 5*time.Minute)
		dies(i + 1)
	}
	m.afterEach(14, func(t *testing.T, i int, k *kernel.Kernel, s *Service, _ *outside) {
		happens(t, k, mine, "Late")
		advance(t, k, time.Hour)
		if got := s.asks(t, k, id, "SELECT count(*), count(DISTINCT eventname) FROM EDS WHERE eventname LIKE 'Op%'"); got != fmt.Sprintf("%d|%d", events[i], events[i]) {
			t.Error(got)
		}
		if got := s.asks(t, k, id, "SELECT count(*) FROM EDS WHERE eventname = 'Late'"); got != "1" {
			t.Errorf("late %s", got)
		}
	})
}
