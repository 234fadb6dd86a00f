package logs_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	api "unyo/api/logs"
)

func (e *estate) accountPolicy(kind, name, document string, criteria *string) error {
	_, err := e.PutAccountPolicy(e.ctx(), &api.PutAccountPolicyInput{PolicyType: &kind, PolicyName: &name, PolicyDocument: &document, SelectionCriteria: criteria})
	return err
}

// names of filters and messages that have been delivered.
func (e *estate) sent() (list []string) {
	e.t.Helper()
	for _, v := range e.firehose.envelopes(e.t) {
		for _, ev := range v.LogEvents {
			if v.MessageType == "DATA_MESSAGE" {
				list = append(list, fmt.Sprintf("%s/%s/%s", v.LogGroup, strings.Join(v.SubscriptionFilters, ","), ev.Message))
			}
		}
	}
	slices.Sort(list)
	return list
}

// All groups send, those to come too, beside their own filters, but not what came before, nor those that are left out.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters-AccountLevel.html
func TestAccountSubscription(t *testing.T) {
	e := open(t)
	for _, g := range []string{"a", "loop"} {
		e.group(g)
		e.stream(g, "s")
		e.put(g, "s", "ERROR before")
	}
	document := fmt.Sprintf(`{"DestinationArn":%q,"RoleArn":%q,"FilterPattern":"ERROR"}`, streamARN, roleARN)
	must(t, e.accountPolicy("SUBSCRIPTION_FILTER_POLICY", "all", document, new(`LogGroupName NOT IN ["loop"]`)))
	e.group("b")
	e.stream("b", "s")
	for _, g := range []string{"a", "b", "loop"} {
		e.put(g, "s", "ERROR in "+g, "fine")
	}
	e.advance(time.Second)
	want(t, e.sent(), "[a/all/ERROR in a b/all/ERROR in b]")

	// The same policy can be changed, a second one is too many, and what was left out begins anew.
	must(t, e.accountPolicy("SUBSCRIPTION_FILTER_POLICY", "all", document, nil))
	wantCode(t, e.accountPolicy("SUBSCRIPTION_FILTER_POLICY", "other", document, nil), "LimitExceededException")
	e.put("loop", "s", "ERROR later")
	e.advance(time.Second)
	want(t, e.sent(), "[a/all/ERROR in a b/all/ERROR in b loop/all/ERROR later]")

	// Refused at first, nothing is lost.
	e.firehose.before = errNet
	e.put("a", "s", "ERROR kept")
	e.advance(time.Minute)
	e.firehose.before = nil
	e.advance(time.Hour)
	if got := e.sent(); !slices.Contains(got, "a/all/ERROR kept") || len(got) != 4 {
		t.Errorf("%q", got)
	}
	list, err := e.DescribeAccountPolicies(e.ctx(), &api.DescribeAccountPoliciesInput{PolicyType: new("SUBSCRIPTION_FILTER_POLICY")})
	must(t, err)
	want(t, len(list.AccountPolicies), 1)
	_, err = e.DeleteAccountPolicy(e.ctx(), &api.DeleteAccountPolicyInput{PolicyType: new("SUBSCRIPTION_FILTER_POLICY"), PolicyName: new("all")})
	must(t, err)
	e.put("a", "s", "ERROR unsent")
	e.advance(time.Hour)
	must(t, e.accountPolicy("SUBSCRIPTION_FILTER_POLICY", "all", document, nil))
	e.put("a", "s", "ERROR again")
	e.advance(time.Second)
	if got := e.sent(); len(got) != 5 || !slices.Contains(got, "a/all/ERROR again") {
		t.Errorf("%q", got)
	}
	for _, bad := range []string{`{}`, `{"DestinationArn":"x"}`, `{"DestinationArn":"arn:aws:lambda:eu-central-1:111111111111:function:f"}`, `{"Fields":["a"]}`} {
		wantCode(t, e.accountPolicy("SUBSCRIPTION_FILTER_POLICY", "all", bad, nil), "InvalidParameterException")
	}
	wantCode(t, e.accountPolicy("SUBSCRIPTION_FILTER_POLICY", "all", document, new(`LogGroupNamePrefix IN ["a"]`)), "InvalidParameterException")
}

// Fields that the account has indexed, where a group does not say its own, and what is found of them.
func TestAccountFieldIndex(t *testing.T) {
	e := open(t)
	for _, g := range []string{"web-1", "db"} {
		e.group(g)
		e.stream(g, "s")
	}
	must(t, e.accountPolicy("FIELD_INDEX_POLICY", "web", `{"Fields":["user","absent"]}`, new(`LogGroupNamePrefix IN ["web"]`)))
	wantCode(t, e.accountPolicy("FIELD_INDEX_POLICY", "w", `{"Fields":["user"]}`, new(`LogGroupNamePrefix IN ["web-1"]`)), "InvalidParameterException")
	wantCode(t, e.accountPolicy("FIELD_INDEX_POLICY", "all", `{"Fields":["user"]}`, nil), "InvalidParameterException")
	e.put("web-1", "s", `{"user":"ann"}`, `{"other":1}`, `{"user":"bob"}`)
	found := func(groups ...string) (list []string) {
		out, err := e.DescribeFieldIndexes(e.ctx(), &api.DescribeFieldIndexesInput{LogGroupIdentifiers: groups, IndexCategories: []string{"CUSTOM"}})
		must(t, err)
		for _, f := range out.FieldIndexes {
			text := *f.FieldIndexName
			if f.FirstEventTime != nil {
				text += fmt.Sprint(" ", *f.FirstEventTime-begin.UnixMilli(), "-", *f.LastEventTime-begin.UnixMilli())
			}
			list = append(list, text)
		}
		return list
	}
	want(t, found("web-1", "db"), "[absent user 0-2]")
	policies, err := e.DescribeIndexPolicies(e.ctx(), &api.DescribeIndexPoliciesInput{LogGroupIdentifiers: []string{"web-1"}})
	must(t, err)
	want(t, *policies.IndexPolicies[0].Source, "ACCOUNT")
	_, err = e.PutIndexPolicy(e.ctx(), &api.PutIndexPolicyInput{LogGroupIdentifier: new("web-1"), PolicyDocument: new(`{"Fields":["other"]}`)})
	must(t, err)
	want(t, found("web-1"), "[other 1-1]")
	_, err = e.DeleteAccountPolicy(e.ctx(), &api.DeleteAccountPolicyInput{PolicyType: new("FIELD_INDEX_POLICY"), PolicyName: new("web")})
	must(t, err)
	_, err = e.DeleteIndexPolicy(e.ctx(), &api.DeleteIndexPolicyInput{LogGroupIdentifier: new("web-1")})
	must(t, err)
	want(t, len(found("web-1")), 0)
}
