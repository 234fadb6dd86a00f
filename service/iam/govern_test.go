package iam

import (
	"errors"
	"testing"

	api "unyo/api/iam"
	"unyo/base/call"
	"unyo/engine/policy"
)

// TestChangesTakeEffectAtOnce: what governs a user is remembered, and every way to change it shows on the next call.
func TestChangesTakeEffectAtOnce(t *testing.T) {
	f := setUp(t)
	ann, bob := f.user("ann"), f.user("bob")
	const some = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"logs:*","Resource":"*"}}`
	arn := "arn:aws:iam::111111111111:policy/m"
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	allows := func(p *call.Principal) bool {
		t.Helper()
		set, err := f.s.Policies(f.ctx, p)
		if err != nil {
			t.Fatal(err)
		}
		return policy.Evaluate(set, &policy.Request{Action: "logs:PutLogEvents", Resource: "*", Principal: p}).Allowed
	}
	name, group := new("ann"), new("g")
	for _, step := range []struct {
		name string
		do   func()
		want bool
	}{
		{"as made", func() {}, true},
		{"inline deleted", func() {
			must(f.s.DeleteUserPolicy(f.ctx, &api.DeleteUserPolicyInput{UserName: name, PolicyName: new("p")}))
		}, false},
		{"managed attached", func() {
			must(f.s.CreatePolicy(f.ctx, &api.CreatePolicyInput{PolicyName: new("m"), PolicyDocument: new(some)}))
			must(f.s.AttachUserPolicy(f.ctx, &api.AttachUserPolicyInput{UserName: name, PolicyArn: &arn}))
		}, true},
		{"another version", func() {
			must(f.s.CreatePolicyVersion(f.ctx, &api.CreatePolicyVersionInput{PolicyArn: &arn, PolicyDocument: new(readMine), SetAsDefault: new(true)}))
		}, false},
		{"the first version again", func() {
			must(f.s.SetDefaultPolicyVersion(f.ctx, &api.SetDefaultPolicyVersionInput{PolicyArn: &arn, VersionId: new("v1")}))
		}, true},
		{"a boundary", func() {
			must(f.s.PutUserPermissionsBoundary(f.ctx, &api.PutUserPermissionsBoundaryInput{UserName: name, PermissionsBoundary: new("arn:aws:iam::aws:policy/AmazonS3FullAccess")}))
		}, false},
		{"no boundary", func() {
			must(f.s.DeleteUserPermissionsBoundary(f.ctx, &api.DeleteUserPermissionsBoundaryInput{UserName: name}))
		}, true},
		{"detached", func() { must(f.s.DetachUserPolicy(f.ctx, &api.DetachUserPolicyInput{UserName: name, PolicyArn: &arn})) }, false},
		{"into a group", func() {
			must(f.s.CreateGroup(f.ctx, &api.CreateGroupInput{GroupName: group}))
			must(f.s.AddUserToGroup(f.ctx, &api.AddUserToGroupInput{GroupName: group, UserName: name}))
		}, false},
		{"a policy of the group", func() {
			must(f.s.PutGroupPolicy(f.ctx, &api.PutGroupPolicyInput{GroupName: group, PolicyName: new("p"), PolicyDocument: new(some)}))
		}, true},
		{"out of the group", func() {
			must(f.s.RemoveUserFromGroup(f.ctx, &api.RemoveUserFromGroupInput{GroupName: group, UserName: name}))
		}, false},
	} {
		step.do()
		if got := allows(&ann); got != step.want {
			t.Errorf("%s: allowed %t", step.name, got)
		}
		if !allows(&bob) {
			t.Errorf("%s: bob was touched", step.name)
		}
	}
	must(f.s.DeleteUser(f.ctx, &api.DeleteUserInput{UserName: name}))
	if _, err := f.s.Policies(f.ctx, &ann); !errors.Is(err, call.ErrUnknownKey) {
		t.Errorf("after the deletion: %v", err)
	}
}
