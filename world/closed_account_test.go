package world

import (
	"context"
	"testing"
	"time"

	iamapi "unyo/api/iam"
	organizationsapi "unyo/api/organizations"
	s3api "unyo/api/s3"
	stsapi "unyo/api/sts"
	"unyo/base/call"
)

// join makes an organisation of two accounts.
func (a *account) join(t *testing.T, b *account) organizationsapi.Client {
	t.Helper()
	orgs := organizationsapi.Client{Invoker: a.w.Gateway}
	done[*organizationsapi.CreateOrganizationOutput](t)(orgs.CreateOrganization(a.ctx(), &organizationsapi.CreateOrganizationInput{}))
	asked := done[*organizationsapi.InviteAccountToOrganizationOutput](t)(orgs.InviteAccountToOrganization(a.ctx(), &organizationsapi.InviteAccountToOrganizationInput{Target: &organizationsapi.HandshakeParty{Type: new("ACCOUNT"), Id: &b.id}}))
	done[*organizationsapi.AcceptHandshakeOutput](t)(orgs.AcceptHandshake(b.ctx(), &organizationsapi.AcceptHandshakeInput{HandshakeId: asked.Handshake.Id}))
	return orgs
}

// What lies in a closed account is there for nobody, whatever its policies say: not for other accounts, not for the public, not for services.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_CloseAccount.html
func TestClosedAccountIsOutOfReach(t *testing.T) {
	w := open(t, "")
	a, b := w.account(sourceAccount), w.account(logAccount)
	if err := w.identity.EnsureAccount(t.Context(), b.id); err != nil {
		t.Fatal(err)
	}
	orgs := a.join(t, b)
	bucket := new("shared")
	done[*s3api.CreateBucketOutput](t)(b.s3.CreateBucket(b.ctx(), &s3api.CreateBucketInput{Bucket: bucket, CreateBucketConfiguration: &s3api.CreateBucketConfiguration{LocationConstraint: new("eu-central-1")}}))
	done[*s3api.PutBucketPolicyOutput](t)(b.s3.PutBucketPolicy(b.ctx(), &s3api.PutBucketPolicyInput{Bucket: bucket,
		Policy: new(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"` + sourceAccount + `","Service":"logs.amazonaws.com"},"Action":"s3:ListBucket","Resource":"arn:aws:s3:::shared"}}`)}))
	role := new("arn:aws:iam::" + logAccount + ":role/in")
	done[*iamapi.CreateRoleOutput](t)(b.iam.CreateRole(b.ctx(), &iamapi.CreateRoleInput{RoleName: new("in"), AssumeRolePolicyDocument: new(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"` + sourceAccount + `","Service":"logs.amazonaws.com"},"Action":"sts:AssumeRole"}}`)}))

	look := func(ctx context.Context) error {
		_, err := a.s3.ListObjectsV2(ctx, &s3api.ListObjectsV2Input{Bucket: bucket})
		return err
	}
	ann, _ := a.hire(t, "ann")
	done[*iamapi.PutUserPolicyOutput](t)(a.iam.PutUserPolicy(a.ctx(), &iamapi.PutUserPolicyInput{UserName: new("ann"), PolicyName: new("all"), PolicyDocument: new(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`)}))
	take := func(ctx context.Context) error {
		_, err := stsapi.Client{Invoker: w.Gateway}.AssumeRole(ctx, &stsapi.AssumeRoleInput{RoleArn: role, RoleSessionName: new("session")})
		return err
	}
	service := func(source string) context.Context {
		return call.AsService(a.ctx(), "logs.amazonaws.com", "arn:aws:logs:eu-central-1:"+source+":log-group:g", source)
	}
	for _, err := range []error{look(a.ctx()), look(ann), look(service(sourceAccount)), take(ann), take(service(logAccount))} {
		if err != nil {
			t.Fatal(err)
		}
	}

	done[*organizationsapi.CloseAccountOutput](t)(orgs.CloseAccount(a.ctx(), &organizationsapi.CloseAccountInput{AccountId: &b.id}))
	out := func() {
		t.Helper()
		refusedWith(t, look(a.ctx()), "AllAccessDisabled")
		refusedWith(t, look(ann), "AllAccessDisabled")
		refusedWith(t, look(service(sourceAccount)), "AllAccessDisabled")
		refusedWith(t, look(service(logAccount)), "AccountProblem") // nor does a service act for it
		refusedWith(t, take(ann), "AccessDenied")
		refusedWith(t, take(service(sourceAccount)), "AccessDenied")
	}
	out()
	members := func() int {
		return len(done[*organizationsapi.ListAccountsOutput](t)(orgs.ListAccounts(a.ctx(), &organizationsapi.ListAccountsInput{})).Accounts)
	}
	if w.advance(t, 90*24*time.Hour-time.Second); members() != 2 {
		t.Error("it left before its 90 days were over")
	}
	if w.advance(t, time.Second); members() != 1 {
		t.Error("it is still there after 90 days")
	}
	out()
}
