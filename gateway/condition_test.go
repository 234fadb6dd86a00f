package gateway

import (
	"context"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	iamapi "unyo/api/iam"
	kinesisapi "unyo/api/kinesis"
	logsapi "unyo/api/logs"
	"unyo/api/rt"
	s3api "unyo/api/s3"
	stsapi "unyo/api/sts"
	"unyo/base/call"
	"unyo/engine/policy"
	"unyo/kernel/store"
	"unyo/kernel/tags"
)

var (
	asUser    = call.Principal{Kind: call.IAMUser, Account: "111111111111", Name: "ann", ID: "AIDAANN", ARN: "arn:aws:iam::111111111111:user/ann", Tags: map[string]string{"Dept": "ops"}}
	asRoot    = call.Principal{Kind: call.Root, Account: "111111111111", ID: "111111111111", ARN: "arn:aws:iam::111111111111:root"}
	asSession = call.Principal{Kind: call.AssumedRole, Account: "111111111111", Name: "ops", ID: "AROAOPS:s", RoleARN: "arn:aws:iam::111111111111:role/x/ops", ARN: "arn:aws:sts::111111111111:assumed-role/ops/s",
		IssuedAt: time.Date(2026, 3, 1, 11, 0, 0, 0, time.UTC), SourceIdentity: "ann", Tags: map[string]string{"team": "red"}}
	asFederated = call.Principal{Kind: call.FederatedUser, Account: "111111111111", ID: "111111111111:fed", ARN: "arn:aws:sts::111111111111:federated-user/fed", RoleARN: asUser.ARN, IssuedAt: asSession.IssuedAt}
	asService   = call.Principal{Kind: call.AWSService, Service: "logs.amazonaws.com", ARN: "logs.amazonaws.com", ID: "logs.amazonaws.com"}
	asAnonymous = call.Principal{Kind: call.Anonymous}
)

func withMFA(p call.Principal) call.Principal {
	p.MFA = true
	return p
}

// request is what a customer's call looks like to the conditions; each case changes it.
func request(p call.Principal) *Exchange {
	r := httptest.NewRequest("POST", "/", nil)
	r.Header.Set("Referer", "https://example.com/page")
	return &Exchange{r: r, table: &rt.Table{}, op: &rt.Operation{Name: "Op"}, in: &kinesisapi.PutRecordInput{}, call: &call.Call{
		Scope: call.Scope{Partition: "aws", Account: "111111111111", Region: "eu-central-1"}, Principal: p, At: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), SourceIP: "203.0.113.7", UserAgent: "aws-cli/2",
	}}
}

// TestConditionKeys: which call gives a global key which value; "" where the key must not be there.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
func TestConditionKeys(t *testing.T) {
	tls := func(c *Exchange) { c.call.Secure = true }
	forwarded := func(c *Exchange) {
		c.r, c.call.Via, c.call.Forwarded = nil, []string{"athena.amazonaws.com", "glue.amazonaws.com"}, []string{"athena.amazonaws.com", "glue.amazonaws.com"}
	}
	ownRole := func(c *Exchange) { // Firehose delivers in a role that it was given
		c.r, c.call.Via, c.call.SourceIP = nil, []string{"firehose.amazonaws.com"}, "firehose.amazonaws.com"
		c.call.SourceARN, c.call.SourceAccount = "arn:aws:firehose:eu-central-1:111111111111:deliverystream/d", "111111111111"
	}
	global := func(c *Exchange) { c.call.Region = "" }
	input := func(in any) func(*Exchange) { return func(c *Exchange) { c.in = in } }
	tagged := input(&kinesisapi.CreateStreamInput{Tags: map[string]string{"Cost": "7", "a": "b"}})
	for _, c := range []struct {
		key  string
		as   call.Principal
		with func(*Exchange)
		want string // values joined with a space
	}{
		{"aws:PrincipalArn", asUser, nil, "arn:aws:iam::111111111111:user/ann"},
		{"aws:PrincipalArn", asRoot, nil, "arn:aws:iam::111111111111:root"},
		{"aws:PrincipalArn", asSession, nil, "arn:aws:iam::111111111111:role/x/ops"},
		{"aws:PrincipalArn", asFederated, nil, "arn:aws:sts::111111111111:federated-user/fed"},
		{"aws:PrincipalArn", asService, nil, ""},
		{"aws:PrincipalArn", asAnonymous, nil, ""},
		{"aws:PrincipalAccount", asUser, nil, "111111111111"},
		{"aws:PrincipalAccount", asService, nil, ""},
		{"aws:PrincipalAccount", asAnonymous, nil, ""},
		{"aws:PrincipalType", asUser, nil, "User"},
		{"aws:PrincipalType", asRoot, nil, "Account"},
		{"aws:PrincipalType", asSession, nil, "AssumedRole"},
		{"aws:PrincipalType", asFederated, nil, "FederatedUser"},
		{"aws:PrincipalType", asAnonymous, nil, "Anonymous"},
		{"aws:PrincipalType", asService, nil, ""},
		{"aws:PrincipalTag/Dept", asUser, nil, "ops"},
		{"aws:PrincipalTag/dept", asUser, nil, "ops"},
		{"aws:PrincipalTag/team", asSession, nil, "red"},
		{"aws:PrincipalTag/team", asUser, nil, ""},
		{"aws:PrincipalOrgID", asUser, nil, ""},
		{"aws:PrincipalOrgPaths", asUser, nil, ""},
		{"aws:ResourceOrgID", asUser, nil, ""},
		{"aws:SourceOrgID", asService, ownRole, ""},
		{"aws:userid", asUser, nil, "AIDAANN"},
		{"aws:userid", asRoot, nil, "111111111111"},
		{"aws:userid", asSession, nil, "AROAOPS:s"},
		{"aws:userid", asFederated, nil, "111111111111:fed"},
		{"aws:userid", asAnonymous, nil, "anonymous"},
		{"aws:userid", asService, nil, ""},
		{"aws:username", asUser, nil, "ann"},
		{"aws:username", asRoot, nil, ""},
		{"aws:username", asSession, nil, ""},
		{"aws:username", asFederated, nil, ""},
		{"aws:SourceIdentity", asSession, nil, "ann"},
		{"aws:SourceIdentity", asUser, nil, ""},
		{"aws:SourceIp", asUser, nil, "203.0.113.7"},
		{"aws:SourceIp", asUser, forwarded, ""},
		{"aws:SourceIp", asSession, ownRole, ""},
		{"aws:SourceIp", asUser, func(c *Exchange) { c.call.VPCE = "vpce-1" }, ""},
		{"aws:SourceIp", asUser, func(c *Exchange) { c.call.SourceIP = "2001:db8::1" }, "2001:db8::1"},
		{"aws:VpcSourceIp", asUser, nil, ""},
		{"aws:SourceVpce", asUser, nil, ""},
		{"aws:SourceVpce", asUser, func(c *Exchange) { c.call.VPCE = "vpce-1" }, "vpce-1"},
		{"aws:SourceArn", asService, ownRole, "arn:aws:firehose:eu-central-1:111111111111:deliverystream/d"},
		{"aws:SourceArn", asUser, nil, ""},
		{"aws:SourceAccount", asService, ownRole, "111111111111"},
		{"aws:SourceAccount", asUser, nil, ""},
		{"aws:CalledVia", asUser, forwarded, "athena.amazonaws.com glue.amazonaws.com"},
		{"aws:CalledVia", asUser, nil, ""},
		{"aws:CalledVia", asSession, ownRole, ""},
		{"aws:CalledViaFirst", asUser, forwarded, "athena.amazonaws.com"},
		{"aws:CalledViaFirst", asUser, nil, ""},
		{"aws:CalledViaLast", asUser, forwarded, "glue.amazonaws.com"},
		{"aws:CalledViaLast", asUser, nil, ""},
		{"aws:ViaAWSService", asUser, nil, "false"},
		{"aws:ViaAWSService", asUser, forwarded, "true"},
		{"aws:ViaAWSService", asSession, ownRole, "false"},
		{"aws:ViaAWSService", asService, forwarded, "false"},
		{"aws:PrincipalIsAWSService", asUser, nil, "false"},
		{"aws:PrincipalIsAWSService", asService, nil, "true"},
		{"aws:PrincipalServiceName", asService, nil, "logs.amazonaws.com"},
		{"aws:PrincipalServiceName", asUser, nil, ""},
		{"aws:PrincipalServiceNamesList", asService, nil, "logs.amazonaws.com"},
		{"aws:MultiFactorAuthPresent", asUser, nil, ""},
		{"aws:MultiFactorAuthPresent", withMFA(asUser), nil, ""}, // long-term credentials never tell
		{"aws:MultiFactorAuthPresent", asSession, nil, "false"},
		{"aws:MultiFactorAuthPresent", withMFA(asSession), nil, "true"},
		{"aws:MultiFactorAuthAge", asSession, nil, ""},
		{"aws:MultiFactorAuthAge", withMFA(asSession), nil, "3600"},
		{"aws:TokenIssueTime", asSession, nil, "2026-03-01T11:00:00Z"},
		{"aws:TokenIssueTime", asUser, nil, ""},
		{"aws:CurrentTime", asUser, nil, "2026-03-01T12:00:00Z"},
		{"aws:EpochTime", asUser, nil, "1772366400"},
		{"aws:SecureTransport", asUser, nil, "false"},
		{"aws:SecureTransport", asUser, tls, "true"},
		{"aws:RequestedRegion", asUser, nil, "eu-central-1"},
		{"aws:RequestedRegion", asUser, global, "us-east-1"},
		{"aws:RequestTag/Cost", asUser, tagged, "7"},
		{"aws:RequestTag/cost", asUser, tagged, "7"},
		{"aws:RequestTag/b", asUser, tagged, ""},
		{"aws:RequestTag/a", asUser, input(&iamapi.CreateUserInput{Tags: []iamapi.Tag{{Key: new("a"), Value: new("1")}}}), "1"},
		{"aws:RequestTag/a", asUser, input(&stsapi.AssumeRoleInput{Tags: []stsapi.Tag{{Key: new("a"), Value: new("1")}}}), "1"},
		{"aws:RequestTag/a", asUser, input(&logsapi.CreateLogGroupInput{Tags: map[string]string{"a": "1"}}), "1"},
		{"aws:TagKeys", asUser, tagged, "Cost a"},
		{"aws:TagKeys", asUser, nil, ""},
		{"aws:TagKeys", asUser, input(&kinesisapi.RemoveTagsFromStreamInput{TagKeys: []string{"a", "b"}}), "a b"},
		{"aws:TagKeys", asUser, input(&logsapi.UntagLogGroupInput{Tags: []string{"x"}}), "x"},
		{"aws:RequestTag/a", asUser, input(&kinesisapi.RemoveTagsFromStreamInput{TagKeys: []string{"a"}}), ""},
		{"aws:ResourceTag/Env", asUser, nil, "prod"},
		{"aws:ResourceTag/env", asUser, nil, "prod"},
		{"aws:ResourceTag/other", asUser, nil, ""},
		{"iam:ResourceTag/Env", asUser, nil, "prod"},
		{"aws:ResourceAccount", asUser, nil, "222222222222"},
		{"aws:UserAgent", asUser, nil, "aws-cli/2"},
		{"aws:Referer", asUser, nil, "https://example.com/page"},
		{"aws:Referer", asUser, forwarded, ""},
		{"kinesis:Unknown", asUser, nil, ""},
		{"s3:prefix", asUser, input(&s3api.ListObjectsV2Input{Prefix: new("p")}), ""}, // S3 itself answers it, and is not here
	} {
		g, _ := newGateway(t)
		const resource = "arn:aws:kinesis:eu-central-1:222222222222:stream/s"
		err := g.kernel.Store.Update(t.Context(), func(tx *store.Tx) error {
			return g.kernel.Tags.Set(tx, resource, tags.Tag{Key: "Env", Value: "prod"})
		})
		if err != nil {
			t.Fatal(err)
		}
		x := request(c.as)
		if c.with != nil {
			c.with(x)
		}
		a := &asked{g: g, ctx: t.Context(), c: x, r: &policy.Request{Resource: resource, Owner: "222222222222", Principal: &x.call.Principal}}
		got, found := a.key(strings.ToLower(c.key))
		if found != (c.want != "") || found && strings.Join(got, " ") != c.want {
			t.Errorf("%s of %s: %q %t, want %q", c.key, c.as.Kind, got, found, c.want)
		}
	}
}

// prefixed is a service with keys of its own, which are asked for once and only when a policy does.
type prefixed struct{ asked int }

func (s *prefixed) Conditions(context.Context, string, any, string) (map[string][]string, error) {
	s.asked++
	return map[string][]string{"s3:prefix": {"p"}, "aws:resourcetag/env": {"group"}}, nil
}

func TestServiceKeysAreLazy(t *testing.T) {
	s := &prefixed{}
	x := request(asUser)
	x.table = &rt.Table{Service: s}
	a := &asked{ctx: t.Context(), c: x, r: &policy.Request{}, need: rt.Need{Keys: map[string][]string{"iam:PassedToService": {"logs.amazonaws.com"}}}}
	for _, c := range []struct {
		key, want string
		asked     int
	}{{"aws:username", "ann", 0}, {"iam:passedtoservice", "logs.amazonaws.com", 0}, {"s3:prefix", "p", 1}, {"aws:resourcetag/env", "group", 1}} {
		if got, _ := a.key(c.key); !slices.Equal(got, []string{c.want}) || s.asked != c.asked {
			t.Errorf("%s: %q, asked %d times", c.key, got, s.asked)
		}
	}
}
