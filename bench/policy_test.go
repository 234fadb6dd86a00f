package main

import (
	"fmt"
	"strings"
	"testing"

	cedar "github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"

	"unyo/base/call"
	"unyo/engine/policy"
)

// The same guard twice: a hundred allowances by path, department and address, of which the last applies, and two
// denials that do not. IAM's set has boundary, session policy, resource policy and SCPs over it besides.
const policies, statements = 10, 10

// BenchmarkPolicyUnyo decides as IAM does.
func BenchmarkPolicyUnyo(b *testing.B) {
	parse := func(kind policy.Kind, list ...string) *policy.Document {
		d, err := policy.Parse(kind, "p", `{"Version":"2012-10-17","Statement":[`+strings.Join(list, ",")+`]}`)
		if err != nil {
			b.Fatal(err)
		}
		return d
	}
	const all = `{"Effect":"Allow","Action":"*","Resource":"*"}`
	set := &policy.Set{
		Boundary: parse(policy.Boundary, all), Sessions: []*policy.Document{parse(policy.Session, all)},
		Resource: parse(policy.Resource, `{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}`),
		SCPs:     [][]*policy.Document{{parse(policy.SCP, all, `{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":["eu-central-1","eu-west-1"]}}}`)}},
	}
	for i := range policies {
		var list []string
		for j := range statements {
			list = append(list, fmt.Sprintf(`{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket%d-%d/${aws:username}/*","Condition":{"StringEquals":{"aws:PrincipalTag/dept":"d%d"},"IpAddress":{"aws:SourceIp":["10.0.0.0/8","203.0.113.0/24"]}}}`, i, j, j))
		}
		set.Identity = append(set.Identity, parse(policy.Identity, list...))
	}
	p := &call.Principal{Kind: call.IAMUser, Account: "111111111111", ARN: "arn:aws:iam::111111111111:user/ann"}
	keys := map[string][]string{"aws:username": {"ann"}, "aws:principaltag/dept": {"d9"}, "aws:sourceip": {"203.0.113.9"}, "aws:securetransport": {"true"}, "aws:requestedregion": {"eu-central-1"}}
	r := &policy.Request{Action: "s3:GetObject", Resource: "arn:aws:s3:::bucket9-9/ann/k", Principal: p, Owner: p.Account, Keys: func(k string) ([]string, bool) { v, ok := keys[k]; return v, ok }}
	b.ReportAllocs()
	for b.Loop() {
		if !policy.Evaluate(set, r).Allowed {
			b.Fatal("denied")
		}
	}
}

// BenchmarkPolicyCedar decides as Cedar does.
func BenchmarkPolicyCedar(b *testing.B) {
	var text strings.Builder
	for i := range policies {
		for j := range statements {
			fmt.Fprintf(&text, `permit(principal, action == Action::"GetObject", resource) when { resource.path like "bucket%d-%d/ann/*" && principal.dept == "d%d" && (context.ip.isInRange(ip("10.0.0.0/8")) || context.ip.isInRange(ip("203.0.113.0/24"))) };`+"\n", i, j, j)
		}
	}
	text.WriteString(`forbid(principal, action, resource) when { !context.secure };
forbid(principal, action, resource) unless { context.region == "eu-central-1" || context.region == "eu-west-1" };
`)
	set, err := cedar.NewPolicySetFromBytes("p", []byte(text.String()))
	if err != nil {
		b.Fatal(err)
	}
	ann, object := cedar.NewEntityUID("User", "ann"), cedar.NewEntityUID("Object", "k")
	ip, err := types.ParseIPAddr("203.0.113.9")
	if err != nil {
		b.Fatal(err)
	}
	entities := cedar.EntityMap{
		ann:    {UID: ann, Attributes: cedar.NewRecord(cedar.RecordMap{"dept": cedar.String("d9")})},
		object: {UID: object, Attributes: cedar.NewRecord(cedar.RecordMap{"path": cedar.String("bucket9-9/ann/k")})},
	}
	r := cedar.Request{Principal: ann, Action: cedar.NewEntityUID("Action", "GetObject"), Resource: object,
		Context: cedar.NewRecord(cedar.RecordMap{"ip": ip, "secure": cedar.Boolean(true), "region": cedar.String("eu-central-1")})}
	b.ReportAllocs()
	for b.Loop() {
		if decision, _ := cedar.Authorize(set, entities, r); decision != cedar.Allow {
			b.Fatal("denied")
		}
	}
}
