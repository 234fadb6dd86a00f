package policy

import (
	"encoding/json"
	"flag"
	"math/rand/v2"
	"strings"
	"testing"

	"unyo/base/call"
	"unyo/engine/policy/internal/plain"
)

var (
	decisions = flag.Int("decisions", 20_000, "how many random questions TestAgainstPlain asks both evaluators")
	seed      = flag.Uint64("seed", 1, "where TestAgainstPlain begins")
)

// TestAgainstPlain asks both evaluators the same random questions; make policy-million asks a million.
func TestAgainstPlain(t *testing.T) {
	verdicts, seen := map[plain.Verdict]int{}, map[string]int{}
	for n := range *decisions {
		g := &generator{rand.New(rand.NewPCG(*seed, uint64(n))), seen}
		question := g.question()
		want := plain.Decide(question)
		verdicts[want]++
		set, r := compiled(t, &question)
		v := Evaluate(set, r)
		got := plain.ImplicitDeny
		switch {
		case v.Allowed:
			got = plain.Allowed
		case v.Explicit:
			got = plain.ExplicitDeny
		}
		if got != want {
			text, _ := json.MarshalIndent(question, "", " ")
			t.Fatalf("seed %d, question %d: %s by %+v, plainly %s\n%s", *seed, n, got, v, want, text)
		}
		if explained := Explain(set, r); explained.Verdict != v {
			t.Fatalf("seed %d, question %d: explained as %+v, decided as %+v", *seed, n, explained.Verdict, v)
		}
	}
	t.Logf("%d agreed: %v", *decisions, verdicts)
	reached(t, seen, *decisions/500)
	for _, v := range []plain.Verdict{plain.Allowed, plain.ExplicitDeny, plain.ImplicitDeny} {
		if verdicts[v] < *decisions/10 {
			t.Errorf("only %d of %d are %s: the questions are too much alike", verdicts[v], *decisions, v)
		}
	}
}

// reached demands that everything AWS's pages speak of was asked about, each often enough to mean something.
func reached(t *testing.T, seen map[string]int, least int) {
	var want []string
	for _, set := range []string{"", "ForAllValues:", "ForAnyValue:"} {
		for _, operator := range []string{"StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike",
			"StringNotLike", "ArnLike", "ArnNotEquals", "NumericEquals", "NumericNotEquals", "NumericLessThan", "IpAddress", "NotIpAddress"} {
			want = append(want, set+operator, set+operator+"IfExists")
		}
	}
	for _, operator := range []string{"ArnEquals", "ArnNotLike", "NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals", "DateEquals",
		"DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals", "Bool", "BinaryEquals"} {
		want = append(want, operator, operator+"IfExists")
	}
	want = append(want, "Null", "NotAction", "NotResource", "resource policy within the account", "resource policy across accounts",
		"session of role session", "session of federated user", "boundary of user", "boundary of role session", "boundary of federated user")
	for kind := range kinds {
		want = append(want, "caller "+string(kind), "NotPrincipal for "+string(kind))
	}
	for _, kind := range []Kind{SCP, RCP} {
		want = append(want, "1 levels of "+string(kind), "2 levels of "+string(kind), "3 levels of "+string(kind))
	}
	for _, name := range want {
		if seen[name] < least {
			t.Errorf("%s was asked about %d times, wanted %d", name, seen[name], least)
		}
	}
	t.Logf("%d kinds of question, each at least %d times", len(want), least)
}

var kinds = map[plain.Kind]call.Kind{
	plain.Anonymous: call.Anonymous, plain.Root: call.Root, plain.User: call.IAMUser, plain.RoleSession: call.AssumedRole,
	plain.FederatedUser: call.FederatedUser, plain.Service: call.AWSService,
}

// compiled puts a plain question into this package's terms.
func compiled(t *testing.T, q *plain.Request) (*Set, *Request) {
	t.Helper()
	parse := func(kind Kind, text string) *Document {
		d, err := Parse(kind, "p", text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		return d
	}
	all := func(kind Kind, texts []string) (list []*Document) {
		for _, text := range texts {
			list = append(list, parse(kind, text))
		}
		return list
	}
	set := &Set{Identity: all(Identity, q.Identity), Sessions: all(Session, q.Session)}
	if q.Boundary != nil {
		set.Boundary = parse(Boundary, *q.Boundary)
	}
	if q.ResourcePolicy != nil {
		set.Resource = parse(Resource, *q.ResourcePolicy)
	}
	for _, level := range q.SCPs {
		set.SCPs = append(set.SCPs, all(SCP, level))
	}
	for _, level := range q.RCPs {
		set.RCPs = append(set.RCPs, all(RCP, level))
	}
	switch {
	case q.CallerManagement:
		set.Management = q.Caller.Account
	case q.ResourceManagement:
		set.Management = q.ResourceAccount
	}
	keys := map[string][]string{}
	for k, v := range q.Context {
		keys[strings.ToLower(k)] = v
	}
	p := &call.Principal{Kind: kinds[q.Caller.Kind], Account: q.Caller.Account, ARN: q.Caller.ARN, RoleARN: q.Caller.IssuerARN, Service: q.Caller.Service}
	return set, &Request{Action: q.Action, Resource: q.Resource, Principal: p, Owner: q.ResourceAccount, ResourceMust: q.MustBeInResource,
		Keys: func(k string) ([]string, bool) { v, ok := keys[k]; return v, ok }}
}
