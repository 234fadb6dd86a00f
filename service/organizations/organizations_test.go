package organizations

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	iamapi "unyo/api/iam"
	api "unyo/api/organizations"
	"unyo/api/rt"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/kernel"
)

const (
	management = "000000000000"
	outsider   = "999999999999"
)

// fixture is Organizations on a held estate that begins at noon of 2026-03-01.
type fixture struct {
	t *testing.T
	k *kernel.Kernel
	s *Service
	*accounts
}

// accounts stand for service/iam: it lives on another machine here, and keeps what it was told.
type accounts struct {
	mu    sync.Mutex
	there map[string]bool
	roles map[string]string // account → its role and the policies on it
	calls []string
}

func newAccounts() *accounts {
	return &accounts{there: map[string]bool{management: true, outsider: true}, roles: map[string]string{}}
}

func (a *accounts) EnsureAccount(_ context.Context, id string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.there[id] = true
	return nil
}

func (a *accounts) HasAccount(_ context.Context, id string) (bool, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.there[id], nil
}

// Invoke answers as IAM does within the account that asks.
func (a *accounts) Invoke(ctx context.Context, _ *rt.Model, op *rt.Operation, in any) (any, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	c := call.From(ctx)
	a.calls = append(a.calls, op.Name+" as "+c.Principal.ARN)
	switch in := in.(type) {
	case *iamapi.CreateRoleInput:
		if a.roles[c.Account] != "" {
			return nil, iamapi.NewEntityAlreadyExistsException("Role with name %s already exists.", *in.RoleName)
		}
		a.roles[c.Account] = *in.RoleName + " " + *in.AssumeRolePolicyDocument
		return &iamapi.CreateRoleOutput{}, nil
	case *iamapi.AttachRolePolicyInput:
		if !strings.Contains(a.roles[c.Account], *in.PolicyArn) {
			a.roles[c.Account] += " " + *in.PolicyArn
		}
		return &iamapi.AttachRolePolicyOutput{}, nil
	}
	return nil, awserr.NotImplemented("iam", op.Name)
}

func setUp(t *testing.T) *fixture { return setUpOn(t, nil, newAccounts()) }

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func setUpOn(t *testing.T, fs vfs.FS, a *accounts) *fixture {
	t.Helper()
	o := kernel.Options{Seed: 1, Held: true, Start: noon, Log: slog.New(slog.DiscardHandler)}
	if fs != nil {
		o.Dir, o.FS = "estate", fs
	}
	k, err := kernel.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{t, k, New(k.For("organizations"), NewDirectory(k.For("organizations")), a, Peers{IAM: iamapi.Client{Invoker: a}}), a}
	if err := k.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	if fs == nil {
		t.Cleanup(f.close)
	}
	return f
}

func (f *fixture) close() {
	if err := f.k.Close(); err != nil {
		f.t.Error(err)
	}
}

// as is the context of a call that an account makes.
func (f *fixture) as(account, operation string) context.Context {
	return call.With(context.Background(), &call.Call{
		Scope: call.Scope{Partition: "aws", Account: account}, Serial: f.k.Serial(), Service: "organizations", Operation: operation, At: f.k.Clock.Now(),
		Principal: call.Principal{Kind: call.Root, Account: account, ARN: "arn:aws:iam::" + account + ":root"},
	})
}

func (f *fixture) advance(d time.Duration) {
	f.t.Helper()
	r, err := f.k.Clock.Advance(context.Background(), f.k.Clock.Now().Add(d), nil)
	if err != nil || r.Failed != 0 {
		failures, _ := f.k.Jobs.Failures(context.Background(), 10)
		f.t.Fatalf("%+v, %v: %+v", r, err, failures)
	}
}

func ok[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func refused(t *testing.T, err error, code string) {
	t.Helper()
	if awserr.Code(err) != code {
		t.Errorf("got %v, want %s", err, code)
	}
}

// do makes a call of the management account that must succeed.
func do[I, O any](f *fixture, op func(context.Context, *I) (*O, error), name string, in *I) *O {
	f.t.Helper()
	out, err := op(f.as(management, name), in)
	if err != nil {
		f.t.Fatalf("%s: %v", name, err)
	}
	return out
}

// organize makes an organisation and returns its root.
func (f *fixture) organize() string {
	f.t.Helper()
	do(f, f.s.CreateOrganization, "CreateOrganization", &api.CreateOrganizationInput{})
	return *do(f, f.s.ListRoots, "ListRoots", &api.ListRootsInput{}).Roots[0].Id
}

// account makes an account and returns its number.
func (f *fixture) account(name string) string {
	f.t.Helper()
	s := do(f, f.s.CreateAccount, "CreateAccount", &api.CreateAccountInput{AccountName: &name, Email: new(name + "@example.com")}).CreateAccountStatus
	f.advance(takes)
	s = do(f, f.s.DescribeCreateAccountStatus, "DescribeCreateAccountStatus", &api.DescribeCreateAccountStatusInput{CreateAccountRequestId: s.Id}).CreateAccountStatus
	if *s.State != api.CreateAccountStateSucceeded {
		f.t.Fatalf("%s: %s %s", name, *s.State, rt.Val(s.FailureReason))
	}
	return *s.AccountId
}

func (f *fixture) unit(parent, name string) string {
	f.t.Helper()
	return *do(f, f.s.CreateOrganizationalUnit, "CreateOrganizationalUnit", &api.CreateOrganizationalUnitInput{ParentId: &parent, Name: &name}).OrganizationalUnit.Id
}

func (f *fixture) policy(kind, name, content string) string {
	f.t.Helper()
	return *do(f, f.s.CreatePolicy, "CreatePolicy", &api.CreatePolicyInput{Type: &kind, Name: &name, Description: new(""), Content: &content}).Policy.PolicySummary.Id
}

func (f *fixture) attach(policy, target string) {
	f.t.Helper()
	do(f, f.s.AttachPolicy, "AttachPolicy", &api.AttachPolicyInput{PolicyId: &policy, TargetId: &target})
}

func reasonOf(err error) string {
	switch e := err.(type) {
	case *api.ConstraintViolationException:
		return rt.Val(e.Reason)
	case *api.InvalidInputException:
		return rt.Val(e.Reason)
	case *api.HandshakeConstraintViolationException:
		return rt.Val(e.Reason)
	}
	return ""
}
