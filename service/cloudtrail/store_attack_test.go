package cloudtrail

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	api "unyo/api/cloudtrail"
	"unyo/base/awserr"
	"unyo/base/page"
	"unyo/kernel/store"
)

// What a statement asks is what was judged: an event data store whose name is hidden from whoever looks for ids is not there. Else who may ask one of an account
// could ask all of it.
func TestQueriesHideNoStore(t *testing.T) {
	x := delegate(t)
	for name, text := range map[string]string{
		"behind what is a comment only to SQL": "SELECT a.eventName FROM %[1]s a CROSS JOIN (SELECT 1 AS x--'\n FROM \"%[2]s\" WHERE '' <> '''')",
		"by its ARN":                           `SELECT 1 FROM %[1]s CROSS JOIN "arn:aws:cloudtrail:` + here + `:` + mine + `:eventdatastore/%[2]s"`,
		"in a schema":                          "SELECT a.eventName FROM %[1]s a CROSS JOIN (SELECT 1 AS x--'\n FROM \"s\".\"%[2]s\" WHERE '' <> '''')",
	} {
		statement := fmt.Sprintf(text, x.shared, x.own)
		if hidden := storesIn(statement); strings.Contains(strings.Join(hidden, " "), x.own) {
			t.Fatalf("%s: it is not hidden: %v", name, hidden)
		}
		for _, who := range []func() context.Context{x.boss, x.admin, x.visitor} {
			out, err := x.s.StartQuery(who(), &api.StartQueryInput{QueryStatement: &statement})
			if code := awserr.Code(err); code != "EventDataStoreARNInvalidException" && code != "EventDataStoreNotFoundException" {
				t.Errorf("%s: %v %v", name, out, err)
			}
		}
	}
}

// An ARN of another partition, region, account or writing is no other name of an event data store: what policies say of the one would not hold for the other.
func TestStoresHaveOneName(t *testing.T) {
	x := delegate(t)
	right := x.arn(mine, x.shared)
	for _, name := range []string{
		strings.Replace(right, "arn:aws:", "arn:aws-cn:", 1),
		strings.Replace(right, here, "eu-west-3", 1),
		strings.Replace(right, mine, other, 1),
		strings.Replace(right, mine, stranger, 1),
		strings.Replace(right, mine, "", 1),
		strings.Replace(right, "cloudtrail", "CloudTrail", 1),
		strings.ToUpper(right),
		strings.ToUpper(x.shared),
		right + "/x",
		right + " ",
		`"` + x.shared + `"`,
	} {
		calls := x.s.tagCalls(name)
		for op, call := range x.s.storeCalls(name, x.ofShared) {
			if !strings.Contains(op, "Quer") {
				calls[op] = call
			}
		}
		for op, call := range calls {
			for _, who := range []func() context.Context{x.boss, x.admin, x.visitor} {
				if err := call(who()); err == nil {
					t.Errorf("%s of %s is done", op, name)
				}
			}
		}
	}
}

// A query that a delegated administrator has asked sees, when it is run, no more than the administrator may: the event data store has become the management account's
// own meanwhile, and the result would lie in the administrator's bucket.
func TestDelegatedQueryRunsAsAsked(t *testing.T) {
	x := delegate(t)
	for stead, want := range map[string]string{"o-other": api.QueryStatusFailed, "": api.QueryStatusFinished} {
		id := "query of " + stead
		ok(t, x.s.k.Update(x.boss(), func(tx *store.Tx) error { // as StartQuery leaves it while time flows
			x.s.queries.Put(tx, id, lakeQuery{Text: "SELECT 1 FROM " + x.own, Stores: []string{x.own}, State: api.QueryStatusQueued, Created: x.k.Clock.Now(), Stead: stead})
			x.s.query.AtKey(tx, id, x.k.Clock.Now(), queryArg{id})
			return nil
		}))
		advance(t, x.k, time.Second)
		ok(t, x.s.k.View(x.boss(), func(tx *store.Tx) error {
			if q, _ := x.s.queries.Get(tx, id); q.State != want {
				t.Errorf("%q: %+v", stead, q)
			}
			return nil
		}))
	}
	ok(t, x.s.k.View(x.boss(), func(tx *store.Tx) error {
		if q, _ := x.s.queries.Get(tx, x.ofShared); q.Stead == "" {
			t.Error("the query does not know in whose stead it was asked")
		}
		return nil
	}))
}

// A query's results are not another event data store's; and a token that somebody made up is refused, and reads nothing.
func TestDelegatedResultTokens(t *testing.T) {
	x := delegate(t)
	happens(t, x.k, mine, "Ours")
	happens(t, x.k, other, "Theirs")
	advance(t, x.k, 5*time.Minute)
	q, err := x.s.StartQuery(x.admin(), &api.StartQueryInput{QueryStatement: new("SELECT eventName FROM " + x.shared)})
	ok(t, err)
	for name, change := range map[string]func(*api.GetQueryResultsInput){
		"another store":    func(in *api.GetQueryResultsInput) { in.EventDataStore = &x.own },
		"another account":  func(in *api.GetQueryResultsInput) { in.EventDataStoreOwnerAccountId = new(other) },
		"before the first": func(in *api.GetQueryResultsInput) { in.NextToken = new(page.Token("results"+*q.QueryId, "0 -1")) },
		"within a row":     func(in *api.GetQueryResultsInput) { in.NextToken = new(page.Token("results"+*q.QueryId, "0 3")) },
		"behind the last":  func(in *api.GetQueryResultsInput) { in.NextToken = new(page.Token("results"+*q.QueryId, "0 4096")) },
		"before row 0":     func(in *api.GetQueryResultsInput) { in.NextToken = new(page.Token("results"+*q.QueryId, "-9 0")) },
		"another query's":  func(in *api.GetQueryResultsInput) { in.NextToken = new(page.Token("results"+x.ofOwn, "0 0")) },
	} {
		in := &api.GetQueryResultsInput{QueryId: q.QueryId, MaxQueryResults: new(int32(1))}
		change(in)
		if _, err := x.s.GetQueryResults(x.admin(), in); awserr.Code(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	// The list of a store's queries goes on behind any place that is invented, and stays that store's.
	for _, place := range []string{"a", "\x00", "zzzz", store.Key(x.own, "")} {
		in := &api.ListQueriesInput{EventDataStore: &x.shared, NextToken: new(page.Token(fmt.Sprint("queries", x.shared, (*time.Time)(nil), (*time.Time)(nil), ""), place))}
		list, err := x.s.ListQueries(x.admin(), in)
		if ok(t, err); len(list.Queries) > 0 && *list.Queries[len(list.Queries)-1].QueryId == x.ofOwn {
			t.Errorf("%q: %+v", place, list)
		}
	}
}
