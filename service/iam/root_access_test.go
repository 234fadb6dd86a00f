package iam

import (
	"context"
	"slices"
	"testing"

	api "unyo/api/iam"
	"unyo/base/awserr"
	"unyo/engine/policy"
)

// union is an organisation of 111111111111, which manages it, and 222222222222; 333333333333 stands alone.
type union struct{ trusts bool }

func (u *union) Membership(_ context.Context, account string) (*policy.Membership, error) {
	if account == "333333333333" {
		return &policy.Membership{}, nil
	}
	return &policy.Membership{Organization: "o-1", Management: "111111111111"}, nil
}

func (u *union) Trusts(_ context.Context, account, principal string) (trusted, administers bool, err error) {
	return u.trusts && principal == iamPrincipal, account == "111111111111", nil
}

func (u *union) Entity(context.Context, string, string) (*policy.Membership, map[string]string, error) {
	return nil, nil, nil
}
func (u *union) ControlPolicy(context.Context, string, string) (*policy.Document, error) {
	return nil, nil
}

// TestRootAccess: what of the root of members is open to whom, by what is turned on.
func TestRootAccess(t *testing.T) {
	f := setUp(t)
	u := &union{}
	f.s.Under(u)
	may := func(account, target, task string) bool {
		t.Helper()
		ok, err := f.s.RootTask(f.ctx, account, target, task)
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	_, err := f.s.EnableOrganizationsRootSessions(f.ctx, &api.EnableOrganizationsRootSessionsInput{})
	if awserr.Code(err) != "ServiceAccessNotEnabledException" {
		t.Error(err)
	}
	u.trusts = true
	if may("111111111111", "222222222222", "S3UnlockBucketPolicy") {
		t.Error("open before it is turned on")
	}
	out, err := f.s.EnableOrganizationsRootSessions(f.ctx, &api.EnableOrganizationsRootSessionsInput{})
	if err != nil || !slices.Equal(out.EnabledFeatures, []string{"RootSessions"}) {
		t.Fatalf("%+v %v", out, err)
	}
	for _, c := range []struct {
		account, target, task string
		want                  bool
	}{
		{"111111111111", "222222222222", "S3UnlockBucketPolicy", true}, {"111111111111", "222222222222", "IAMDeleteRootUserCredentials", false},
		{"111111111111", "111111111111", "S3UnlockBucketPolicy", false}, {"222222222222", "222222222222", "S3UnlockBucketPolicy", false},
		{"111111111111", "333333333333", "S3UnlockBucketPolicy", false}, {"333333333333", "222222222222", "S3UnlockBucketPolicy", false},
	} {
		if got := may(c.account, c.target, c.task); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
	u.trusts = false
	if may("111111111111", "222222222222", "S3UnlockBucketPolicy") {
		t.Error("open without the trust")
	}
	for name := range rootTasks {
		p, _ := awsManaged("arn:aws:iam::aws:policy" + rootTaskPath + name)
		if _, err := policy.Parse(policy.Session, name, p.document); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
