package cloudtrail

import (
	"context"
	"strings"
	"testing"
	"time"

	api "unyo/api/cloudtrail"
	"unyo/base/awserr"
	"unyo/engine/policy"
)

// sharing lets an account do something with an event data store.
func sharing(resource, account, action string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + account + `"},"Action":"` + action + `","Resource":"` + resource + `"}]}`
}

func (x *delegating) share(ctx context.Context, resource, text string) error {
	_, err := x.s.PutResourcePolicy(ctx, &api.PutResourcePolicyInput{ResourceArn: &resource, ResourcePolicy: &text})
	return err
}

// An event data store has at most one policy, which speaks of it alone; the chain is given it.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutResourcePolicy.html
func TestResourcePolicy(t *testing.T) {
	x := delegate(t)
	own := x.arn(mine, x.own)
	get := func() (string, error) {
		out, err := x.s.GetResourcePolicy(x.boss(), &api.GetResourcePolicyInput{ResourceArn: &own})
		if err != nil {
			return "", err
		}
		return *out.ResourcePolicy, nil
	}
	remove := func() error {
		_, err := x.s.DeleteResourcePolicy(x.boss(), &api.DeleteResourcePolicyInput{ResourceArn: &own})
		return err
	}
	given := func() *policy.Document {
		d, err := x.s.ResourcePolicy(x.visitor(), own)
		ok(t, err)
		return d
	}
	if _, err := get(); awserr.Code(err) != "ResourcePolicyNotFoundException" || awserr.Code(remove()) != "ResourcePolicyNotFoundException" || given() != nil {
		t.Errorf("%v, %v", err, given())
	}
	good := sharing(own, stranger, "cloudtrail:StartQuery")
	ok(t, x.share(x.boss(), own, good))
	if text, err := get(); err != nil || text != good || given() == nil {
		t.Errorf("%s %v", text, err)
	}
	channel := "arn:aws:cloudtrail:" + here + ":" + mine + ":channel/x"
	for name, c := range map[string]struct{ resource, text, want string }{
		"no JSON":          {own, "{", "ResourcePolicyNotValidException"},
		"another resource": {own, sharing(x.arn(mine, x.shared), stranger, "cloudtrail:StartQuery"), "ResourcePolicyNotValidException"},
		"every resource":   {own, sharing("*", stranger, "cloudtrail:StartQuery"), "ResourcePolicyNotValidException"},
		"another's action": {own, sharing(own, stranger, "s3:GetObject"), "ResourcePolicyNotValidException"},
		"every action":     {own, sharing(own, stranger, "*"), "ResourcePolicyNotValidException"},
		"a trail":          {strings.Replace(own, "eventdatastore/", "trail/", 1), good, "ResourceTypeNotSupportedException"},
		"a channel":        {channel, sharing(channel, stranger, "cloudtrail-data:PutAuditEvents"), "ResourceNotFoundException"},
		"another account":  {x.arn(other, x.own), good, "ResourceNotFoundException"},
		"no ARN":           {x.own, good, "ResourceARNNotValidException"},
		"another service":  {"arn:aws:s3:::" + x.own, good, "ResourceARNNotValidException"},
		"what nobody has":  {x.arn(mine, strings.Repeat("0", 8)+x.own[8:]), good, "ResourceNotFoundException"},
		"no id":            {x.arn(mine, "x"), good, "ResourceARNNotValidException"},
	} {
		if err := x.share(x.boss(), c.resource, c.text); awserr.Code(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, who := range []func() context.Context{x.admin, x.visitor} { // not theirs to change
		if err := x.share(who(), own, good); awserr.Code(err) != "ResourceNotFoundException" {
			t.Error(err)
		}
	}
	ok(t, x.share(x.admin(), x.arn(mine, x.shared), sharing(x.arn(mine, x.shared), stranger, "cloudtrail:StartQuery")))
	ok(t, remove())
	if _, err := get(); awserr.Code(err) != "ResourcePolicyNotFoundException" || given() != nil {
		t.Error(err)
	}
}

// Another account asks an event data store that has a policy, naming its owner, and reads the answer; it changes nothing, and what has no policy is not there. What is
// judged is the owner's ARN, without the caller's account in its place.
func TestQueriesOfAnotherAccount(t *testing.T) {
	x := delegate(t)
	own := x.arn(mine, x.own)
	happens(t, x.k, mine, "Ours")
	advance(t, x.k, 5*time.Minute)
	ok(t, x.share(x.boss(), own, sharing(own, stranger, "cloudtrail:*")))
	in := &api.StartQueryInput{QueryStatement: new("SELECT eventName FROM " + x.own), EventDataStoreOwnerAccountId: new(mine)}
	needs, _ := x.s.Needs(x.visitor(), "StartQuery", in)
	if len(needs) != 1 || needs[0].Resources[0] != own || needs[0].Owner != "" {
		t.Errorf("%+v", needs)
	}
	asked, err := x.s.StartQuery(x.visitor(), in)
	if ok(t, err); *asked.EventDataStoreOwnerAccountId != mine {
		t.Error(*asked.EventDataStoreOwnerAccountId)
	}
	results := &api.GetQueryResultsInput{QueryId: asked.QueryId, EventDataStoreOwnerAccountId: new(mine)}
	if needs, _ = x.s.Needs(x.visitor(), "GetQueryResults", results); len(needs) != 1 || needs[0].Resources[0] != own {
		t.Errorf("%+v", needs)
	}
	rows, err := x.s.GetQueryResults(x.visitor(), results)
	if ok(t, err); len(rows.QueryResultRows) != 1 || rows.QueryResultRows[0][0]["eventName"] != "Ours" {
		t.Errorf("%+v", rows)
	}
	_, err = x.s.DescribeQuery(x.visitor(), &api.DescribeQueryInput{QueryId: asked.QueryId, EventDataStoreOwnerAccountId: new(mine)})
	ok(t, err)
	_, err = x.s.GetEventDataStore(x.visitor(), &api.GetEventDataStoreInput{EventDataStore: &own})
	ok(t, err)
	both, err := x.s.StartQuery(x.boss(), &api.StartQueryInput{QueryStatement: new("SELECT 1 FROM " + x.own + " CROSS JOIN " + x.shared)})
	ok(t, err)
	list, err := x.s.ListQueries(x.visitor(), &api.ListQueriesInput{EventDataStore: &own})
	if ok(t, err); len(list.Queries) != 2 {
		t.Errorf("%+v", list)
	}
	ask := func(change func(*api.StartQueryInput)) error {
		in := &api.StartQueryInput{QueryStatement: new("SELECT 1 FROM " + x.own), EventDataStoreOwnerAccountId: new(mine)}
		change(in)
		_, err := x.s.StartQuery(x.visitor(), in)
		return err
	}
	answer := func(id *string, owner string) error {
		_, err := x.s.GetQueryResults(x.visitor(), &api.GetQueryResultsInput{QueryId: id, EventDataStoreOwnerAccountId: &owner})
		return err
	}
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"what has no policy":       {ask(func(in *api.StartQueryInput) { in.QueryStatement = new("SELECT 1 FROM " + x.shared) }), "EventDataStoreNotFoundException"},
		"both":                     {ask(func(in *api.StartQueryInput) { *in.QueryStatement += " CROSS JOIN " + x.shared }), "EventDataStoreNotFoundException"},
		"without the owner":        {ask(func(in *api.StartQueryInput) { in.EventDataStoreOwnerAccountId = nil }), "EventDataStoreNotFoundException"},
		"another owner":            {ask(func(in *api.StartQueryInput) { in.EventDataStoreOwnerAccountId = new(other) }), "EventDataStoreNotFoundException"},
		"a delivery":               {ask(func(in *api.StartQueryInput) { in.DeliveryS3Uri = new("s3://archive") }), "NotImplemented"},
		"what asked another too":   {answer(both.QueryId, mine), "EventDataStoreNotFoundException"},
		"what asked another":       {answer(&x.ofShared, mine), "EventDataStoreNotFoundException"},
		"a query of another owner": {answer(asked.QueryId, other), "EventDataStoreNotFoundException"},
	} {
		if awserr.Code(c.err) != c.want {
			t.Errorf("%s: %v", name, c.err)
		}
	}
	for op, call := range x.s.storeCalls(own, *asked.QueryId) {
		if op == "GetEventDataStore" || op == "ListQueries" {
			continue
		}
		if err := call(x.visitor()); err == nil {
			t.Errorf("%s is done", op)
		}
	}
	_, err = x.s.DeleteResourcePolicy(x.boss(), &api.DeleteResourcePolicyInput{ResourceArn: &own})
	ok(t, err)
	if err := answer(asked.QueryId, mine); awserr.Code(err) != "EventDataStoreNotFoundException" {
		t.Errorf("after the policy was taken away: %v", err)
	}
}
