package world

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	iamapi "unyo/api/iam"
	organizationsapi "unyo/api/organizations"
	stsapi "unyo/api/sts"
	"unyo/base/call"
	"unyo/wire"
)

// BenchmarkAuthorized is a signed call through the whole chain in a member account of a real organisation: by its root, whom SCPs alone govern, and in
// a session of a role with ten policies of ten statements, a boundary, a session policy and the SCPs. What the second adds is what policies cost.
func BenchmarkAuthorized(b *testing.B) {
	w := open(b, b.TempDir())
	const management, member = "000000000000", "111111111111"
	if err := w.identity.EnsureAccount(b.Context(), member); err != nil {
		b.Fatal(err)
	}
	as := func(account string) context.Context {
		return call.With(b.Context(), &call.Call{Scope: call.Scope{Partition: "aws", Account: account}, RequestID: "r", Serial: w.Kernel.Serial(), At: w.Kernel.Clock.Now(),
			Principal: call.Principal{Kind: call.Root, Account: account, ARN: "arn:aws:iam::" + account + ":root", ID: account}})
	}
	must := func(err error) {
		if err != nil {
			b.Helper()
			b.Fatal(err)
		}
	}
	orgs, iam := organizationsapi.Client{Invoker: w.Gateway}, iamapi.Client{Invoker: w.Gateway}
	_, err := orgs.CreateOrganization(as(management), &organizationsapi.CreateOrganizationInput{})
	must(err)
	invited, err := orgs.InviteAccountToOrganization(as(management), &organizationsapi.InviteAccountToOrganizationInput{Target: &organizationsapi.HandshakeParty{Type: new("ACCOUNT"), Id: new(member)}})
	must(err)
	_, err = orgs.AcceptHandshake(as(member), &organizationsapi.AcceptHandshakeInput{HandshakeId: invited.Handshake.Id})
	must(err)
	guard, err := orgs.CreatePolicy(as(management), &organizationsapi.CreatePolicyInput{Type: new("SERVICE_CONTROL_POLICY"), Name: new("region"), Description: new(""),
		Content: new(`{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":["eu-central-1","us-east-1"]}}}}`)})
	must(err)
	_, err = orgs.AttachPolicy(as(management), &organizationsapi.AttachPolicyInput{PolicyId: guard.Policy.PolicySummary.Id, TargetId: new(member)})
	must(err)
	_, err = iam.CreateRole(as(member), &iamapi.CreateRoleInput{RoleName: new("r"), PermissionsBoundary: new("arn:aws:iam::aws:policy/AdministratorAccess"),
		AssumeRolePolicyDocument: new(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"` + member + `"},"Action":"sts:AssumeRole"}}`)})
	must(err)
	for i := range 10 {
		var list []string
		for j := range 10 {
			list = append(list, fmt.Sprintf(`{"Effect":"Allow","Action":["iam:Get*","iam:List%d"],"Resource":"arn:aws:iam::*:role/n%d-%d","Condition":{"StringEquals":{"aws:PrincipalTag/dept":"ops","aws:ResourceTag/n":"%d"}}}`, j, i, j, j))
		}
		if i == 9 {
			list[9] = `{"Effect":"Allow","Action":["iam:GetRole","sts:AssumeRole"],"Resource":"*","Condition":{"Null":{"aws:ResourceTag/n":"true"}}}`
		}
		p, err := iam.CreatePolicy(as(member), &iamapi.CreatePolicyInput{PolicyName: new(fmt.Sprint("p", i)), PolicyDocument: new(`{"Version":"2012-10-17","Statement":[` + strings.Join(list, ",") + `]}`)})
		must(err)
		_, err = iam.AttachRolePolicy(as(member), &iamapi.AttachRolePolicyInput{RoleName: new("r"), PolicyArn: p.Policy.Arn})
		must(err)
	}
	session := sessionOf(b, w, as(member), iam)
	for _, who := range []struct {
		name, id, secret, token string
	}{{"root", member, "test", ""}, {"role", *session.AccessKeyId, *session.SecretAccessKey, *session.SessionToken}} {
		b.Run(who.name, func(b *testing.B) {
			const body = "Action=GetRole&Version=2010-05-08&RoleName=r"
			r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:4566/", strings.NewReader(body))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if who.token != "" {
				r.Header.Set("X-Amz-Security-Token", who.token)
			}
			wire.Sign(r, []byte(body), who.id, who.secret, "us-east-1", "iam", time.Now())
			r.RequestURI = "/"
			var took []time.Duration
			for b.Loop() {
				r.Body = readCloser{strings.NewReader(body)}
				rec := httptest.NewRecorder()
				from := time.Now()
				w.Handler().ServeHTTP(rec, r)
				took = append(took, time.Since(from))
				if rec.Code != http.StatusOK {
					b.Fatal(rec.Body)
				}
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Nanoseconds()), "p50-ns")
		})
	}
}

// sessionOf is one of the role r, with a session policy.
func sessionOf(b *testing.B, w *World, root context.Context, iam iamapi.Client) *stsapi.Credentials {
	b.Helper()
	const all = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`
	_, err1 := iam.CreateUser(root, &iamapi.CreateUserInput{UserName: new("ann")})
	_, err2 := iam.PutUserPolicy(root, &iamapi.PutUserPolicyInput{UserName: new("ann"), PolicyName: new("p"), PolicyDocument: new(all)})
	key, err3 := iam.CreateAccessKey(root, &iamapi.CreateAccessKeyInput{UserName: new("ann")})
	if err := errors.Join(err1, err2, err3); err != nil {
		b.Fatal(err)
	}
	ann, err := w.identity.Credential(b.Context(), *key.AccessKey.AccessKeyId, "")
	if err != nil {
		b.Fatal(err)
	}
	as := call.With(root, &call.Call{Scope: call.From(root).Scope, RequestID: "s", Serial: w.Kernel.Serial(), At: w.Kernel.Clock.Now(), Principal: ann.Principal})
	out, err := stsapi.Client{Invoker: w.Gateway}.AssumeRole(as, &stsapi.AssumeRoleInput{RoleArn: new("arn:aws:iam::" + ann.Principal.Account + ":role/r"), RoleSessionName: new("ann"), Policy: new(all)})
	if err != nil {
		b.Fatal(err)
	}
	return out.Credentials
}
