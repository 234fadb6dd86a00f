package world

import (
	"strings"
	"testing"
	"time"

	iamapi "unyo/api/iam"
	s3api "unyo/api/s3"
	"unyo/base/call"
)

// A service stays in the session of a role that it has: the trail shows one AssumeRole until the session ends on the estate's clock, whatever
// becomes of the trust policy. It does not outlive its role, nor is one of another resource or region used.
func TestServicesKeepSessions(t *testing.T) {
	w := open(t, "")
	a := w.account("111111111111")
	const trust = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"SERVICE.amazonaws.com"},"Action":"sts:AssumeRole"}}`
	const allowed = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}}`
	trusting := func(service string) *string { return new(strings.Replace(trust, "SERVICE", service, 1)) }
	name := new("deliver")
	make := func() {
		done[*iamapi.CreateRoleOutput](t)(a.iam.CreateRole(a.ctx(), &iamapi.CreateRoleInput{RoleName: name, AssumeRolePolicyDocument: trusting("firehose")}))
		done[*iamapi.PutRolePolicyOutput](t)(a.iam.PutRolePolicy(a.ctx(), &iamapi.PutRolePolicyInput{RoleName: name, PolicyName: new("p"), PolicyDocument: new(allowed)}))
	}
	act := func(source, region string) error {
		ctx := a.ctx()
		call.From(ctx).Region = region
		_, err := a.s3.ListBuckets(call.As(ctx, call.Role{ARN: "arn:aws:iam::111111111111:role/deliver", SessionName: "delivery", Service: "firehose.amazonaws.com", SourceARN: source, SourceAccount: a.id}), &s3api.ListBucketsInput{})
		return err
	}
	want := 0
	holds := func(what string, err error, more int) {
		t.Helper()
		want += more
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if got := len(a.looked(t, "eu-central-1", "EventName", "AssumeRole")); got != want {
			t.Errorf("%s: %d times taken on, want %d", what, got, want)
		}
	}
	make()
	holds("first", act("arn:a", "eu-central-1"), 1)
	for range 5 {
		holds("again", act("arn:a", "eu-central-1"), 0)
	}
	holds("another resource", act("arn:b", "eu-central-1"), 1)
	holds("elsewhere", act("arn:a", "us-east-1"), 0)
	done[*iamapi.UpdateAssumeRolePolicyOutput](t)(a.iam.UpdateAssumeRolePolicy(a.ctx(), &iamapi.UpdateAssumeRolePolicyInput{RoleName: name, PolicyDocument: trusting("logs")}))
	w.advance(t, time.Hour-time.Second)
	holds("no longer trusted", act("arn:a", "eu-central-1"), 0)
	w.advance(t, time.Second)
	refusedWith(t, act("arn:a", "eu-central-1"), "AccessDenied")
	holds("refused", nil, 1)
	done[*iamapi.UpdateAssumeRolePolicyOutput](t)(a.iam.UpdateAssumeRolePolicy(a.ctx(), &iamapi.UpdateAssumeRolePolicyInput{RoleName: name, PolicyDocument: trusting("firehose")}))
	holds("trusted again", act("arn:a", "eu-central-1"), 1)
	done[*iamapi.DeleteRolePolicyOutput](t)(a.iam.DeleteRolePolicy(a.ctx(), &iamapi.DeleteRolePolicyInput{RoleName: name, PolicyName: new("p")}))
	refusedWith(t, act("arn:a", "eu-central-1"), "AccessDenied")
	done[*iamapi.DeleteRoleOutput](t)(a.iam.DeleteRole(a.ctx(), &iamapi.DeleteRoleInput{RoleName: name}))
	refusedWith(t, act("arn:a", "eu-central-1"), "AccessDenied")
	holds("gone", nil, 1)
	make()
	holds("another role of the name", act("arn:a", "eu-central-1"), 1)
}

// What a call is called does not depend on whether a session was there: a job that runs again after a crash makes the very same.
func TestCallsAreNumberedAlikeInOldSessions(t *testing.T) {
	w := open(t, "")
	a := w.account("111111111111")
	done[*iamapi.CreateRoleOutput](t)(a.iam.CreateRole(a.ctx(), &iamapi.CreateRoleInput{RoleName: new("deliver"), AssumeRolePolicyDocument: new(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"firehose.amazonaws.com"},"Action":"sts:AssumeRole"}}`)}))
	var ids [2]string
	for i := range ids {
		c := &call.Call{Scope: call.Scope{Partition: "aws", Account: a.id, Region: "eu-central-1"}, Serial: 9, Job: "job-9", Service: "test", RequestID: "r"}
		_, _ = a.s3.ListBuckets(call.As(call.With(t.Context(), c), call.Role{ARN: "arn:aws:iam::111111111111:role/deliver", SessionName: "delivery", Service: "firehose.amazonaws.com"}), &s3api.ListBucketsInput{})
		_, id := w.Kernel.Child(c)
		ids[i] = string(id[:])
	}
	if ids[0] != ids[1] {
		t.Errorf("%x, then %x", ids[0], ids[1])
	}
}
