package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	kinesisapi "unyo/api/kinesis"
	"unyo/api/rt"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/engine/policy"
)

// governed knows one set of policies, whoever asks.
type governed struct{ set policy.Set }

func (governed) Credential(context.Context, string, string) (call.Credential, error) {
	return call.Credential{}, call.ErrUnknownKey
}

func (governed) Seen(context.Context, string) error { return nil }

func (g governed) Policies(context.Context, *call.Principal) (*policy.Set, error) {
	set := g.set
	set.SCPs, set.RCPs = nil, nil // those of the caller's and the resource's organisations: Membership
	return &set, nil
}

// Membership lets the set's SCPs and RCPs hold for every account.
func (g governed) Membership(context.Context, string) (*policy.Membership, error) {
	return &policy.Membership{Organization: "o-a1b2c3d4e5", Path: "o-a1b2c3d4e5/r-ab12/", SCPs: g.set.SCPs, RCPs: g.set.RCPs}, nil
}

func (governed) Session(context.Context, call.Role) (call.Principal, error) {
	return call.Principal{}, call.ErrUnknownKey
}

func (governed) Stands(context.Context, *call.Principal) (bool, error) { return true, nil }

type openSeal struct{}

func (openSeal) Seal(_ string, text []byte) string { return string(text) }

func document(t testing.TB, kind policy.Kind, name string, statements ...string) *policy.Document {
	t.Helper()
	d, err := policy.Parse(kind, name, `{"Version":"2012-10-17","Statement":[`+strings.Join(statements, ",")+`]}`)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func put(p call.Principal, protocol rt.Protocol) *Exchange {
	x := request(p)
	x.table, x.op, x.protocol = &rt.Table{Model: kinesisapi.Model}, kinesisapi.Model.Operation("PutRecord"), protocol
	x.in = &kinesisapi.PutRecordInput{StreamName: new("s")}
	return x
}

// TestDenial: callers are told the kind of policy in AWS's words, the journal the statement, and EC2's callers may have
// the whole decoded.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
func TestDenial(t *testing.T) {
	const all, logs = `{"Effect":"Allow","Action":"*","Resource":"*"}`, `{"Effect":"Allow","Action":"logs:*","Resource":"*"}`
	const deny = `{"Sid":"NoPuts","Effect":"Deny","Action":"kinesis:Put*","Resource":"*","Condition":{"StringEquals":{"aws:username":"ann"}}}`
	docs := func(kind policy.Kind, statements ...string) []*policy.Document {
		return []*policy.Document{document(t, kind, "doc", statements...)}
	}
	const before = "User: arn:aws:iam::111111111111:user/ann is not authorized to perform: kinesis:PutRecord on resource: arn:aws:kinesis:eu-central-1:111111111111:stream/s "
	for _, c := range []struct {
		set             policy.Set
		want, statement string
	}{
		{policy.Set{}, "because no identity-based policy allows the kinesis:PutRecord action", ""},
		{policy.Set{Identity: docs(policy.Identity, all, deny)}, "with an explicit deny in an identity-based policy", "NoPuts"},
		{policy.Set{Identity: docs(policy.Identity, all), Boundary: docs(policy.Boundary, logs)[0]}, "because no permissions boundary allows the kinesis:PutRecord action", ""},
		{policy.Set{Identity: docs(policy.Identity, all), Boundary: docs(policy.Boundary, all, deny)[0]}, "with an explicit deny in a permissions boundary", "NoPuts"},
		{policy.Set{Identity: docs(policy.Identity, all), Sessions: docs(policy.Session, logs)}, "because no session policy allows the kinesis:PutRecord action", ""},
		{policy.Set{Identity: docs(policy.Identity, all), Sessions: docs(policy.Session, all, deny)}, "with an explicit deny in a session policy", "NoPuts"},
		{policy.Set{Identity: docs(policy.Identity, all), SCPs: [][]*policy.Document{docs(policy.SCP, logs)}}, "because no service control policy allows the kinesis:PutRecord action", ""},
		{policy.Set{Identity: docs(policy.Identity, all), SCPs: [][]*policy.Document{docs(policy.SCP, all, deny)}}, "with an explicit deny in a service control policy", "NoPuts"},
	} {
		g, _ := newGateway(t)
		g.SetIdentity(governed{c.set}, openSeal{})
		g.SetOrganizations(governed{c.set})
		x := put(asUser, rt.JSON)
		err := g.authorize(call.With(t.Context(), x.call), x, func(context.Context) error { t.Error("let in"); return nil })
		if awserr.Code(err) != "AccessDeniedException" || !strings.HasSuffix(err.Error(), before+c.want) {
			t.Errorf("got  %v\nwant %s%s", err, before, c.want)
		}
		if x.denied == nil || x.denied.Statement != c.statement || !strings.Contains(c.want, x.denied.Kind) || x.denied.Explicit != (c.statement != "") {
			t.Errorf("%s: the journal says %+v", c.want, x.denied)
		}
	}
}

// TestDecodedDenial: what EC2's callers have decoded names verdict, statement and the context that was asked for.
func TestDecodedDenial(t *testing.T) {
	g, _ := newGateway(t)
	g.SetIdentity(governed{policy.Set{Identity: []*policy.Document{document(t, policy.Identity, "guard", `{"Sid":"NoPuts","Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:username":"ann"}}}`)}}}, openSeal{})
	x := put(asUser, rt.EC2)
	err := g.authorize(call.With(t.Context(), x.call), x, func(context.Context) error { return nil })
	_, sealed, found := strings.Cut(fmt.Sprint(err), "Encoded authorization failure message: ")
	var d decoded
	if err := json.Unmarshal([]byte(sealed), &d); !found || err != nil {
		t.Fatalf("%v in %s", err, sealed)
	}
	if d.Allowed || !d.ExplicitDeny || len(d.MatchedStatements.Items) != 1 || d.MatchedStatements.Items[0] != (matched{"NoPuts", "DENY", "guard", "identity-based policy"}) ||
		d.Context.Action != "kinesis:PutRecord" || d.Context.Principal.Name != "ann" || len(d.Context.Conditions.Items) != 1 || d.Context.Conditions.Items[0].Key != "aws:username" || d.Context.Conditions.Items[0].Values.Items[0].Value != "ann" {
		t.Errorf("%s", sealed)
	}
}

// BenchmarkAuthorize is what authorisation adds to a call: ten policies of ten statements with conditions, a boundary,
// session policies and SCPs, on a resource with tags in the store.
func BenchmarkAuthorize(b *testing.B) {
	var set policy.Set
	for i := range 10 {
		var list []string
		for j := range 10 {
			list = append(list, fmt.Sprintf(`{"Effect":"Allow","Action":["kinesis:Put*","kinesis:List%d"],"Resource":"arn:aws:kinesis:*:111111111111:stream/s%d","Condition":{"StringEquals":{"aws:PrincipalTag/Dept":"ops","aws:ResourceTag/n":"%d"}}}`, j, 10*i+j, j))
		}
		set.Identity = append(set.Identity, document(b, policy.Identity, "p", list...))
	}
	const all = `{"Effect":"Allow","Action":"*","Resource":"*"}`
	set.Identity[9] = document(b, policy.Identity, "p", `{"Effect":"Allow","Action":"kinesis:*","Resource":"*","Condition":{"Null":{"aws:ResourceTag/n":"true"},"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}}`)
	set.Boundary = document(b, policy.Boundary, "b", all)
	set.Sessions = []*policy.Document{document(b, policy.Session, "s", all)}
	set.SCPs = [][]*policy.Document{{document(b, policy.SCP, "scp", all, `{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":"eu-central-1"}}}`)}}
	g, _ := newGateway(b)
	g.SetIdentity(governed{set}, openSeal{})
	g.SetOrganizations(governed{set})
	x := put(asSession, rt.JSON)
	ctx := call.With(b.Context(), x.call)
	b.ReportAllocs()
	for b.Loop() {
		if err := g.authorize(ctx, x, func(context.Context) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}
