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
)

// storeCalls are all operations on an event data store, or a query, that a delegated administrator is allowed, by name: what each of them answers whom.
func (s *Service) storeCalls(name, query string) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"GetEventDataStore": func(ctx context.Context) error {
			_, err := s.GetEventDataStore(ctx, &api.GetEventDataStoreInput{EventDataStore: &name})
			return err
		},
		"UpdateEventDataStore": func(ctx context.Context) error {
			_, err := s.UpdateEventDataStore(ctx, &api.UpdateEventDataStoreInput{EventDataStore: &name, TerminationProtectionEnabled: new(false)})
			return err
		},
		"StopAndStartEventDataStoreIngestion": func(ctx context.Context) error {
			if _, err := s.StopEventDataStoreIngestion(ctx, &api.StopEventDataStoreIngestionInput{EventDataStore: &name}); err != nil {
				return err
			}
			_, err := s.StartEventDataStoreIngestion(ctx, &api.StartEventDataStoreIngestionInput{EventDataStore: &name})
			return err
		},
		"StartEventDataStoreIngestion": func(ctx context.Context) error {
			_, err := s.StartEventDataStoreIngestion(ctx, &api.StartEventDataStoreIngestionInput{EventDataStore: &name})
			if awserr.Code(err) == "InvalidEventDataStoreStatusException" { // it goes on already
				err = nil
			}
			return err
		},
		"DeleteAndRestoreEventDataStore": func(ctx context.Context) error {
			if _, err := s.DeleteEventDataStore(ctx, &api.DeleteEventDataStoreInput{EventDataStore: &name}); err != nil {
				return err
			}
			_, err := s.RestoreEventDataStore(ctx, &api.RestoreEventDataStoreInput{EventDataStore: &name})
			return err
		},
		"RestoreEventDataStore": func(ctx context.Context) error {
			_, err := s.RestoreEventDataStore(ctx, &api.RestoreEventDataStoreInput{EventDataStore: &name})
			if awserr.Code(err) == "InvalidEventDataStoreStatusException" { // nobody has deleted it
				err = nil
			}
			return err
		},
		"StartQuery": func(ctx context.Context) error {
			_, err := s.StartQuery(ctx, &api.StartQueryInput{QueryStatement: new("SELECT 1 FROM " + name[strings.LastIndexByte(name, '/')+1:])})
			return err
		},
		"ListQueries": func(ctx context.Context) error {
			_, err := s.ListQueries(ctx, &api.ListQueriesInput{EventDataStore: &name})
			return err
		},
		"DescribeQuery": func(ctx context.Context) error {
			_, err := s.DescribeQuery(ctx, &api.DescribeQueryInput{QueryId: &query})
			return err
		},
		"GetQueryResults": func(ctx context.Context) error {
			_, err := s.GetQueryResults(ctx, &api.GetQueryResultsInput{QueryId: &query})
			return err
		},
		"CancelQuery": func(ctx context.Context) error {
			_, err := s.CancelQuery(ctx, &api.CancelQueryInput{QueryId: &query})
			if awserr.Code(err) == "InactiveQueryException" { // it has ended already
				err = nil
			}
			return err
		},
	}
}

// tagCalls are those on its tags, which name it by ARN.
func (s *Service) tagCalls(id string) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"AddTags": func(ctx context.Context) error {
			_, err := s.AddTags(ctx, &api.AddTagsInput{ResourceId: &id, TagsList: []api.Tag{{Key: new("team"), Value: new("audit")}}})
			return err
		},
		"ListTags": func(ctx context.Context) error {
			_, err := s.ListTags(ctx, &api.ListTagsInput{ResourceIdList: []string{id}})
			return err
		},
		"RemoveTags": func(ctx context.Context) error {
			_, err := s.RemoveTags(ctx, &api.RemoveTagsInput{ResourceId: &id, TagsList: []api.Tag{{Key: new("none")}}})
			return err
		},
	}
}

// delegating is an organization of which other is a delegated administrator and stranger a member, with an event data store that other has made of it, and one of
// the management account's own; and a query over each.
type delegating struct {
	k                    *kernel.Kernel
	s                    *Service
	out                  *outside
	shared, own          string // ids
	ofShared, ofOwn      string // queries
	boss, admin, visitor func() context.Context
}

func delegate(t *testing.T) *delegating {
	t.Helper()
	x := &delegating{}
	x.k, x.s, x.out = open(t, kernel.Options{})
	as := func(account string) func() context.Context {
		return func() context.Context { return in(x.k, account, here) }
	}
	x.boss, x.admin, x.visitor = as(mine), as(other), as(stranger)
	x.out.org = map[string]bool{mine: true, other: true, stranger: true}
	x.out.delegated = map[string]bool{other: true}
	x.own = x.s.makeStore(t, x.boss(), func(in *api.CreateEventDataStoreInput) { in.Name = new("own") })
	x.shared = x.s.makeStore(t, x.admin(), func(in *api.CreateEventDataStoreInput) { in.OrganizationEnabled = new(true) })
	ask := func(ctx context.Context, id string) string {
		q, err := x.s.StartQuery(ctx, &api.StartQueryInput{QueryStatement: new("SELECT 1 FROM " + id)})
		ok(t, err)
		return *q.QueryId
	}
	x.ofShared, x.ofOwn = ask(x.admin(), x.shared), ask(x.boss(), x.own)
	return x
}

func (x *delegating) arn(account, id string) string {
	return "arn:aws:cloudtrail:" + here + ":" + account + ":eventdatastore/" + id
}

// What a delegated administrator makes is the management account's, and both do with it whatever the other may; not what is the management account's own. To
// other members, and to who is none any more, neither is there.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-lake-organizations.html
func TestDelegatedEventDataStores(t *testing.T) {
	x := delegate(t)
	check := func(who string, ctx func() context.Context, id, query string, allowed bool) {
		t.Helper()
		for _, name := range []string{id, x.arn(mine, id)} {
			calls := x.s.storeCalls(name, query)
			for op, call := range x.s.tagCalls(x.arn(mine, id)) {
				calls[op] = call
			}
			for op, call := range calls {
				err := call(ctx())
				if allowed && err != nil || !allowed && awserr.Code(err) != "EventDataStoreNotFoundException" && awserr.Code(err) != "QueryIdNotFoundException" {
					t.Errorf("%s: %s of %s: %v", who, op, name, err)
				}
			}
		}
	}
	check("management account", x.boss, x.shared, x.ofShared, true)
	check("delegated administrator", x.admin, x.shared, x.ofShared, true)
	check("delegated administrator", x.admin, x.own, x.ofOwn, false)
	check("member", x.visitor, x.shared, x.ofShared, false)
	check("member", x.visitor, x.own, x.ofOwn, false)
	x.out.delegated = nil
	check("who was a delegated administrator", x.admin, x.shared, x.ofShared, false)
	check("management account", x.boss, x.shared, x.ofShared, true)
	x.out.delegated = map[string]bool{other: true}
	if _, err := x.s.UpdateEventDataStore(x.boss(), &api.UpdateEventDataStoreInput{EventDataStore: &x.shared, OrganizationEnabled: new(false)}); err != nil {
		t.Error(err)
	}
	check("delegated administrator", x.admin, x.shared, x.ofShared, false) // it is the account's own now, and what was asked of it
}

// What is refused to a delegated administrator alone: converting, and copying events.
func TestDelegatedRefusals(t *testing.T) {
	x := delegate(t)
	theirs := x.s.makeStore(t, x.admin(), func(in *api.CreateEventDataStoreInput) { in.Name = new("theirs") })
	convert := func(ctx context.Context, id string, organization bool) error {
		_, err := x.s.UpdateEventDataStore(ctx, &api.UpdateEventDataStoreInput{EventDataStore: &id, OrganizationEnabled: &organization})
		return err
	}
	for code, err := range map[string]error{
		"NotOrganizationMasterAccountException: of the organization": convert(x.admin(), x.shared, false),
		"NotOrganizationMasterAccountException: of the account":      convert(x.admin(), theirs, true),
		"NotOrganizationMasterAccountException: of a member":         convert(x.visitor(), x.s.makeStore(t, x.visitor(), nil), true),
		"NotOrganizationMasterAccountException: of another":          convert(x.admin(), x.own, true),
		"EventDataStoreNotFoundException: of the member's":           convert(x.visitor(), x.shared, false),
	} {
		if want, _, _ := strings.Cut(code, ":"); awserr.Code(err) != want {
			t.Errorf("%s: %v", code, err)
		}
	}
	ok(t, convert(x.admin(), x.shared, true)) // what it is
	ok(t, convert(x.admin(), theirs, false))
	_, err := x.s.CreateEventDataStore(x.visitor(), &api.CreateEventDataStoreInput{Name: new("all"), OrganizationEnabled: new(true)})
	if awserr.Code(err) != "NotOrganizationMasterAccountException" {
		t.Error(err)
	}
	x.out.past(t)
	for _, c := range []struct {
		who  func() context.Context
		id   string
		want string
	}{{x.admin, x.shared, "OperationNotPermittedException"}, {x.admin, x.own, "EventDataStoreNotFoundException"}, {x.visitor, x.shared, "EventDataStoreNotFoundException"}, {x.boss, x.shared, ""}} {
		if _, err := x.s.StartImport(c.who(), importOf(c.id, nil)); awserr.Code(err) != c.want {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}

// A list shows a delegated administrator its own event data stores and those of the organization, page by page; members see theirs.
func TestDelegatedLists(t *testing.T) {
	x := delegate(t)
	for i := range 3 {
		x.s.makeStore(t, x.admin(), func(in *api.CreateEventDataStoreInput) { in.Name = new(fmt.Sprint("theirs", i)) })
	}
	x.s.makeStore(t, x.admin(), func(in *api.CreateEventDataStoreInput) { in.Name, in.OrganizationEnabled = new("second"), new(true) })
	listed := func(ctx func() context.Context, size int32) string {
		seen, pages, in := map[string]string{}, 0, &api.ListEventDataStoresInput{MaxResults: &size}
		for {
			page, err := x.s.ListEventDataStores(ctx(), in)
			ok(t, err)
			for _, d := range page.EventDataStores {
				seen[*d.Name] = strings.Split(*d.EventDataStoreArn, ":")[4]
			}
			if pages++; page.NextToken == nil {
				return fmt.Sprintf("%d %v", pages, seen)
			}
			in.NextToken = page.NextToken
		}
	}
	for size, pages := range map[int32]int{1: 5, 2: 3, 3: 2, 4: 2, 5: 1, 1000: 1} {
		if got := listed(x.admin, size); got != fmt.Sprintf("%d map[lake:111111111111 second:111111111111 theirs0:222222222222 theirs1:222222222222 theirs2:222222222222]", pages) {
			t.Errorf("by %d: %s", size, got)
		}
	}
	if got := listed(x.boss, 10); !strings.Contains(got, "map[lake:111111111111 own:111111111111 second:111111111111]") {
		t.Error(got)
	}
	if got := listed(x.visitor, 10); !strings.Contains(got, "map[]") {
		t.Error(got)
	}
	// Queries of the management account that also ask its own are not listed either.
	q, err := x.s.StartQuery(x.boss(), &api.StartQueryInput{QueryStatement: new("SELECT 1 FROM " + x.shared + " CROSS JOIN " + x.own)})
	ok(t, err)
	for ctx, want := range map[*func() context.Context]int{&x.boss: 2, &x.admin: 1} {
		list, err := x.s.ListQueries((*ctx)(), &api.ListQueriesInput{EventDataStore: &x.shared})
		if ok(t, err); len(list.Queries) != want {
			t.Errorf("%d queries, want %d", len(list.Queries), want)
		}
	}
	if _, err := x.s.GetQueryResults(x.admin(), &api.GetQueryResultsInput{QueryId: q.QueryId}); awserr.Code(err) != "QueryIdNotFoundException" {
		t.Error(err)
	}
}

// A delegated administrator's query finds what happened in all accounts of the organization, and nothing of what it may not ask, wherever in the statement
// that is named. Its result is delivered for the event data store as whose the management account has it.
func TestDelegatedQueries(t *testing.T) {
	x := delegate(t)
	theirs := x.s.makeStore(t, x.admin(), func(in *api.CreateEventDataStoreInput) { in.Name = new("theirs") })
	happens(t, x.k, mine, "Ours")
	happens(t, x.k, other, "Theirs")
	advance(t, x.k, 5*time.Minute)
	start := func(ctx context.Context, text string, change func(*api.StartQueryInput)) (string, error) {
		in := &api.StartQueryInput{QueryStatement: &text}
		if change != nil {
			change(in)
		}
		out, err := x.s.StartQuery(ctx, in)
		if err != nil {
			return "", err
		}
		if *out.EventDataStoreOwnerAccountId != mine {
			t.Error(*out.EventDataStoreOwnerAccountId)
		}
		return *out.QueryId, nil
	}
	id, err := start(x.admin(), "SELECT eventName FROM "+x.shared+" ORDER BY 1", func(in *api.StartQueryInput) {
		in.EventDataStoreOwnerAccountId, in.DeliveryS3Uri = new(mine), new("s3://archive/answers")
	})
	ok(t, err)
	for _, ctx := range []context.Context{x.admin(), x.boss()} {
		rows, err := x.s.GetQueryResults(ctx, &api.GetQueryResultsInput{QueryId: &id, EventDataStoreOwnerAccountId: new(mine), EventDataStore: &x.shared})
		if ok(t, err); len(rows.QueryResultRows) != 2 || rows.QueryResultRows[0][0]["eventName"] != "Ours" || rows.QueryResultRows[1][0]["eventName"] != "Theirs" {
			t.Errorf("%+v", rows)
		}
	}
	advance(t, x.k, time.Minute)
	told, err := x.s.DescribeQuery(x.admin(), &api.DescribeQueryInput{QueryId: &id})
	if ok(t, err); *told.DeliveryStatus != "SUCCESS" || *told.EventDataStoreOwnerAccountId != mine {
		t.Errorf("%+v", told)
	}
	for _, a := range x.out.asked {
		if !strings.HasPrefix(a, "cloudtrail.amazonaws.com "+x.arn(mine, x.shared)+" answers/AWSLogs/"+mine+"/CloudTrail-Lake/Query/") {
			t.Error(a)
		}
	}
	for _, text := range []string{
		"SELECT 1 FROM " + x.own,
		"SELECT 1 FROM " + x.shared + " JOIN " + x.own + " ON true",
		"SELECT (SELECT count(*) FROM " + x.own + ") FROM " + x.shared,
		"WITH w AS (SELECT * FROM " + x.own + ") SELECT 1 FROM " + x.shared + " UNION ALL SELECT 1 FROM w",
		"SELECT 1 FROM " + theirs + " JOIN " + x.own + " ON true",
		"SELECT 1 FROM " + theirs + " JOIN " + x.shared + " ON true", // two owners
	} {
		if _, err := start(x.admin(), text, nil); awserr.Code(err) != "EventDataStoreNotFoundException" {
			t.Errorf("%s: %v", text, err)
		}
	}
	for _, owner := range []string{other, stranger} {
		if _, err := start(x.admin(), "SELECT 1 FROM "+x.shared, func(in *api.StartQueryInput) { in.EventDataStoreOwnerAccountId = &owner }); awserr.Code(err) != "EventDataStoreNotFoundException" {
			t.Errorf("%s: %v", owner, err)
		}
	}
}

// The ARN that is judged tells whose it is; what a delegated administrator may do with it is its own policies' to say, and nobody else's.
func TestDelegatedNeeds(t *testing.T) {
	x := delegate(t)
	needs := func(ctx context.Context, op string, in any) (list []string) {
		got, known := x.s.Needs(ctx, op, in)
		if !known {
			t.Errorf("%s is not known", op)
		}
		for _, n := range got {
			list = append(list, n.Action+" "+strings.Join(n.Resources, " ")+" "+n.Owner)
		}
		return list
	}
	shared, own := x.arn(mine, x.shared), x.arn(mine, x.own)
	asked := map[string]any{
		"GetEventDataStore": &api.GetEventDataStoreInput{EventDataStore: &x.shared}, "UpdateEventDataStore": &api.UpdateEventDataStoreInput{EventDataStore: &shared},
		"DeleteEventDataStore": &api.DeleteEventDataStoreInput{EventDataStore: &x.shared}, "RestoreEventDataStore": &api.RestoreEventDataStoreInput{EventDataStore: &x.shared},
		"StartEventDataStoreIngestion": &api.StartEventDataStoreIngestionInput{EventDataStore: &shared}, "StopEventDataStoreIngestion": &api.StopEventDataStoreIngestionInput{EventDataStore: &x.shared},
		"ListQueries": &api.ListQueriesInput{EventDataStore: &x.shared}, "StartQuery": &api.StartQueryInput{QueryStatement: new("SELECT 1 FROM " + x.shared)},
		"DescribeQuery": &api.DescribeQueryInput{QueryId: &x.ofShared}, "GetQueryResults": &api.GetQueryResultsInput{QueryId: &x.ofShared}, "CancelQuery": &api.CancelQueryInput{QueryId: &x.ofShared},
		"AddTags": &api.AddTagsInput{ResourceId: &shared}, "RemoveTags": &api.RemoveTagsInput{ResourceId: &shared}, "ListTags": &api.ListTagsInput{ResourceIdList: []string{shared}},
	}
	for op, in := range asked {
		same(t, needs(x.admin(), op, in), "cloudtrail:"+op+" "+shared+" "+other)
		same(t, needs(x.boss(), op, in), "cloudtrail:"+op+" "+shared+" ")
		for _, n := range needs(x.visitor(), op, in) {
			if strings.HasSuffix(n, " "+stranger) {
				t.Errorf("a member: %s", n)
			}
		}
	}
	same(t, needs(x.admin(), "StartQuery", &api.StartQueryInput{QueryStatement: new("SELECT 1 FROM " + x.shared + " JOIN " + x.own + " ON true")}),
		"cloudtrail:StartQuery "+shared+" "+other, "cloudtrail:StartQuery "+x.arn(other, x.own)+" ")
	same(t, needs(x.admin(), "GetEventDataStore", &api.GetEventDataStoreInput{EventDataStore: &own}), "cloudtrail:GetEventDataStore "+own+" ")
	same(t, needs(x.admin(), "DescribeQuery", &api.DescribeQueryInput{QueryId: &x.ofOwn}), "cloudtrail:DescribeQuery "+x.arn(other, "*")+" ")
	x.out.delegated = nil
	same(t, needs(x.admin(), "DeleteEventDataStore", &api.DeleteEventDataStoreInput{EventDataStore: &shared}), "cloudtrail:DeleteEventDataStore "+shared+" ")
}
