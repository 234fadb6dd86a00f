package gateway

import (
	"context"
	"testing"

	"unyo/api/rt"
	"unyo/base/arn"
	"unyo/base/call"
	"unyo/engine/policy"
)

// shut is a service whose every resource belongs to 111111111111 and denies everything to everyone.
type shut struct{}

func (shut) Owner(context.Context, string) (string, error) { return "111111111111", nil }

func (shut) ResourcePolicy(_ context.Context, a string) (*policy.Document, error) {
	return policy.Parse(policy.Resource, a, `{"Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}}`)
}

// TestRootRecoversBucket: a policy that shuts everyone out does not shut out the root of the bucket's account from changing it.
func TestRootRecoversBucket(t *testing.T) {
	g := &Gateway{}
	for _, c := range []struct {
		kind            call.Kind
		account, action string
		want            bool
	}{
		{call.Root, "111111111111", "s3:DeleteBucketPolicy", true},
		{call.Root, "111111111111", "s3:PutBucketPolicy", true},
		{call.Root, "111111111111", "s3:DeleteBucket", false},
		{call.Root, "222222222222", "s3:DeleteBucketPolicy", false},
		{call.IAMUser, "111111111111", "s3:DeleteBucketPolicy", false},
	} {
		r := &policy.Request{Action: c.action, Resource: "arn:aws:s3:::b", Principal: &call.Principal{Kind: c.kind, Account: c.account, ARN: "arn:aws:iam::" + c.account + ":root"}}
		a, err := arn.Parse(r.Resource)
		if err != nil {
			t.Fatal(err)
		}
		set := &policy.Set{}
		if err := g.askOwner(t.Context(), &rt.Table{Service: shut{}}, a, r, set); err != nil {
			t.Fatal(err)
		}
		if got := policy.Evaluate(set, r).Allowed; got != c.want {
			t.Errorf("%+v: allowed %t", c, got)
		}
	}
}

// TestOwnPoliciesOfAWS: what AWS itself owns may be asked about by any account.
func TestOwnPoliciesOfAWS(t *testing.T) {
	r := &policy.Request{Action: "iam:GetPolicy", Resource: "arn:aws:iam::aws:policy/ReadOnlyAccess", Principal: &call.Principal{Kind: call.Root, Account: "111111111111"}}
	a, err := arn.Parse(r.Resource)
	if err != nil {
		t.Fatal(err)
	}
	set := &policy.Set{}
	if err := (&Gateway{}).askOwner(t.Context(), &rt.Table{}, a, r, set); err != nil || !policy.Evaluate(set, r).Allowed {
		t.Errorf("%+v: %v", r, err)
	}
}
