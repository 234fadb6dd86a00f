package iam

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	api "unyo/api/iam"
	"unyo/base/call"
	"unyo/engine/credential"
	"unyo/engine/oidc"
	"unyo/engine/policy"
	"unyo/kernel"
)

const (
	anyone   = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`
	ownerARN = "arn:aws:iam::111111111111:root"
)

// fixture is a service on a held estate in memory; calls are made by the root of 111111111111.
type fixture struct {
	t   testing.TB
	k   *kernel.Kernel
	s   *Service
	ctx context.Context
}

func setUp(t testing.TB) *fixture {
	t.Helper()
	k, err := kernel.Open(kernel.Options{Seed: 1, Held: true, Start: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := k.Close(); err != nil {
			t.Error(err)
		}
	})
	f := &fixture{t: t, k: k, s: New(k.For("iam"), credential.New([32]byte{1}), RootKey{}, oidc.New(oidc.Options{Loopback: true}))}
	f.ctx = f.as(call.Principal{Kind: call.Root, Account: "111111111111", ARN: ownerARN, ID: "111111111111"})
	return f
}

func (f *fixture) as(p call.Principal) context.Context {
	return call.With(context.Background(), &call.Call{Scope: call.Scope{Partition: "aws", Account: "111111111111"}, Serial: f.k.Serial(), Service: "iam", At: f.k.Clock.Now(), Principal: p})
}

// user makes a user who may do everything, and says who that is.
func (f *fixture) user(name string) call.Principal {
	f.t.Helper()
	ctx := f.as(call.From(f.ctx).Principal)
	u, err := f.s.CreateUser(ctx, &api.CreateUserInput{UserName: &name})
	if err == nil {
		_, err = f.s.PutUserPolicy(ctx, &api.PutUserPolicyInput{UserName: &name, PolicyName: new("p"), PolicyDocument: new(anyone)})
	}
	if err != nil {
		f.t.Fatal(err)
	}
	return call.Principal{Kind: call.IAMUser, Account: "111111111111", Name: name, ID: *u.User.UserId, ARN: *u.User.Arn}
}

// TestAnotherUserOfTheName: the session of a user who was deleted is not the session of who has the name since.
func TestAnotherUserOfTheName(t *testing.T) {
	f := setUp(t)
	old := f.user("ann")
	if _, err := f.s.Policies(f.ctx, &old); err != nil {
		t.Fatal(err)
	}
	_, err1 := f.s.DeleteUserPolicy(f.ctx, &api.DeleteUserPolicyInput{UserName: new("ann"), PolicyName: new("p")})
	_, err2 := f.s.DeleteUser(f.ctx, &api.DeleteUserInput{UserName: new("ann")})
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	f.user("Ann")
	if _, err := f.s.Policies(f.ctx, &old); !errors.Is(err, call.ErrUnknownKey) {
		t.Errorf("the old user's session has the new user's policies: %v", err)
	}
}

// TestSessionPolicyThatIsGone: what a session was narrowed to and is deleted since allows nothing.
func TestSessionPolicyThatIsGone(t *testing.T) {
	f := setUp(t)
	p := f.user("ann")
	p.SessionPolicies = []string{"arn:aws:iam::111111111111:policy/gone"}
	set, err := f.s.Policies(f.ctx, &p)
	if err != nil {
		t.Fatal(err)
	}
	if v := policy.Evaluate(set, &policy.Request{Action: "s3:ListAllMyBuckets", Resource: "*", Principal: &p}); v.Allowed {
		t.Errorf("allowed: %+v", v)
	}
}

// TestNeeds: which ARNs an operation is judged on.
func TestNeeds(t *testing.T) {
	f := setUp(t)
	ann := f.user("ann")
	role := call.Principal{Kind: call.AssumedRole, Account: "111111111111", ARN: "arn:aws:sts::111111111111:assumed-role/r/s"}
	root := call.From(f.ctx).Principal
	for _, c := range []struct {
		who  call.Principal
		op   string
		in   any
		want []string
	}{
		{root, "GetUser", &api.GetUserInput{}, []string{ownerARN}},
		{ann, "GetUser", &api.GetUserInput{}, []string{ann.ARN}},
		{role, "CreateAccessKey", &api.CreateAccessKeyInput{}, []string{role.ARN}},
		{ann, "GetUser", &api.GetUserInput{UserName: new("ANN")}, []string{ann.ARN}},
		{ann, "CreateUser", &api.CreateUserInput{UserName: new("bob"), Path: new("/team/")}, []string{"arn:aws:iam::111111111111:user/team/bob"}},
		{ann, "UpdateUser", &api.UpdateUserInput{UserName: new("ann"), NewUserName: new("eve")}, []string{ann.ARN, "arn:aws:iam::111111111111:user/eve"}},
		{ann, "UpdateUser", &api.UpdateUserInput{UserName: new("ann"), NewPath: new("/ops/")}, []string{ann.ARN, "arn:aws:iam::111111111111:user/ops/ann"}},
		{ann, "GetPolicy", &api.GetPolicyInput{PolicyArn: new("arn:aws:iam::aws:policy/AdministratorAccess")}, []string{"arn:aws:iam::aws:policy/AdministratorAccess"}},
	} {
		needs, known := f.s.Needs(f.as(c.who), c.op, c.in)
		if !known || len(needs) != 1 || needs[0].Action != "iam:"+c.op || !slices.Equal(needs[0].Resources, c.want) {
			t.Errorf("%s by %s needs %v, want %v", c.op, c.who.ARN, needs, c.want)
		}
	}
}

// TestConditions: a policy may look at the boundary and the tags that the user has already.
func TestConditions(t *testing.T) {
	f := setUp(t)
	f.user("ann")
	const boundary = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"
	_, err := f.s.PutUserPermissionsBoundary(f.ctx, &api.PutUserPermissionsBoundaryInput{UserName: new("ann"), PermissionsBoundary: new(boundary)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.s.TagUser(f.ctx, &api.TagUserInput{UserName: new("ann"), Tags: []api.Tag{{Key: new("Team"), Value: new("red")}}}); err != nil {
		t.Fatal(err)
	}
	keys, err := f.s.Conditions(f.ctx, "DeleteUser", &api.DeleteUserInput{UserName: new("ann")}, "arn:aws:iam::111111111111:user/ann")
	if err != nil || !slices.Equal(keys["iam:permissionsboundary"], []string{boundary}) || !slices.Equal(keys["iam:resourcetag/team"], []string{"red"}) {
		t.Errorf("%v, %v", keys, err)
	}
}
