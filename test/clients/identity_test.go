package clients

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

var ctx = context.Background()

// TestWhoAsks: who the signature says, and nobody else.
func TestWhoAsks(t *testing.T) {
	e := serve(t, "-accounts", "111111111111")
	for _, c := range []struct{ id, secret, token, want string }{
		{"test", "test", "", "arn:aws:iam::000000000000:root"},
		{"111111111111", "test", "", "arn:aws:iam::111111111111:root"},
		{"222222222222", "test", "", "InvalidClientTokenId"}, // no such account
		{"111111111111", "tast", "", "SignatureDoesNotMatch"},
		{"AKIAIOSFODNN7EXAMPLE", "test", "", "InvalidClientTokenId"},
		{"ASIAIOSFODNN7EXAMPLE", "test", "forged", "InvalidClientTokenId"},
	} {
		out, err := sts.NewFromConfig(e.as(c.id, c.secret, c.token)).GetCallerIdentity(ctx, nil)
		got := code(err)
		if err == nil {
			got = aws.ToString(out.Arn)
		}
		if got != c.want {
			t.Errorf("%s/%s: got %s, want %s", c.id, c.secret, got, c.want)
		}
	}
}

// TestRole: a role is taken on only by whom both sides let, and its session can do what the role may.
func TestRole(t *testing.T) {
	e := serve(t)
	admin := iam.NewFromConfig(e.root())
	ok[*iam.CreateUserOutput](t)(admin.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("ann")}))
	key := ok[*iam.CreateAccessKeyOutput](t)(admin.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: aws.String("ann")})).AccessKey
	ann := e.as(*key.AccessKeyId, *key.SecretAccessKey, "")
	ok[*iam.CreateRoleOutput](t)(admin.CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String("reader"), AssumeRolePolicyDocument: aws.String(
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000000:root"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"id-7"}}}}`)}))
	assume := func(external string) (*sts.AssumeRoleOutput, error) {
		return sts.NewFromConfig(ann).AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::000000000000:role/reader"), RoleSessionName: aws.String("session"), ExternalId: aws.String(external)})
	}
	if _, err := assume("id-7"); code(err) != "AccessDenied" || !strings.Contains(err.Error(), "because no identity-based policy allows the sts:AssumeRole action") {
		t.Fatalf("without permission: %v", err)
	}
	ok[*iam.PutUserPolicyOutput](t)(admin.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: aws.String("ann"), PolicyName: aws.String("p"), PolicyDocument: aws.String(
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}}`)}))
	if _, err := assume("id-8"); code(err) != "AccessDenied" {
		t.Fatalf("with the wrong external id: %v", err)
	}
	c := ok[*sts.AssumeRoleOutput](t)(assume("id-7")).Credentials
	session := e.as(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken)
	who := ok[*sts.GetCallerIdentityOutput](t)(sts.NewFromConfig(session).GetCallerIdentity(ctx, nil))
	if *who.Arn != "arn:aws:sts::000000000000:assumed-role/reader/session" {
		t.Errorf("the session is %s", *who.Arn)
	}
	if _, err := iam.NewFromConfig(session).ListRoles(ctx, nil); code(err) != "AccessDenied" {
		t.Errorf("a session without policies listed roles: %v", err)
	}
	ok[*iam.AttachRolePolicyOutput](t)(admin.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: aws.String("reader"), PolicyArn: aws.String("arn:aws:iam::aws:policy/IAMReadOnlyAccess")}))
	ok[*iam.ListRolesOutput](t)(iam.NewFromConfig(session).ListRoles(ctx, nil))
	if _, err := iam.NewFromConfig(session).CreateGroup(ctx, &iam.CreateGroupInput{GroupName: aws.String("g")}); code(err) != "AccessDenied" {
		t.Errorf("a reader wrote: %v", err)
	}
	if _, err := sts.NewFromConfig(e.root()).AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::000000000000:role/reader"), RoleSessionName: aws.String("session")}); code(err) != "AccessDenied" {
		t.Errorf("root took on a role: %v", err)
	}
}

// TestSessionsEndOnTheClock: what was issued for an hour ends when the estate's hour is over.
func TestSessionsEndOnTheClock(t *testing.T) {
	e := serve(t, "-clock", "held")
	c := ok[*sts.GetSessionTokenOutput](t)(sts.NewFromConfig(e.root()).GetSessionToken(ctx, &sts.GetSessionTokenInput{DurationSeconds: aws.Int32(900)})).Credentials
	session := sts.NewFromConfig(e.as(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken))
	e.advance("14m")
	ok[*sts.GetCallerIdentityOutput](t)(session.GetCallerIdentity(ctx, nil))
	e.advance("1m")
	if _, err := session.GetCallerIdentity(ctx, nil); code(err) != "ExpiredToken" {
		t.Errorf("after 15 minutes: %v", err)
	}
}

// TestKeysSurvive: what was acknowledged is there after kill -9.
func TestKeysSurvive(t *testing.T) {
	e := serve(t)
	admin := iam.NewFromConfig(e.root())
	ok[*iam.CreateUserOutput](t)(admin.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("ann")}))
	key := ok[*iam.CreateAccessKeyOutput](t)(admin.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: aws.String("ann")})).AccessKey
	e.kill()
	e.start()
	who := ok[*sts.GetCallerIdentityOutput](t)(sts.NewFromConfig(e.as(*key.AccessKeyId, *key.SecretAccessKey, "")).GetCallerIdentity(ctx, nil))
	if *who.Arn != "arn:aws:iam::000000000000:user/ann" {
		t.Errorf("the key is %s", *who.Arn)
	}
}

// TestTLS: the same over HTTPS, trusted by the estate's own authority.
func TestTLS(t *testing.T) {
	e := serve(t, "-tls")
	ok[*sts.GetCallerIdentityOutput](t)(sts.NewFromConfig(e.root()).GetCallerIdentity(ctx, nil))
}
