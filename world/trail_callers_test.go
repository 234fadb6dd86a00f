package world

import (
	"context"
	"strings"
	"testing"

	iamapi "unyo/api/iam"
	"unyo/base/call"
)

// Every operation that the house knows stands in the trail as asked by who asked: a user who may do nothing and whom a service represents, a service in a role, and a service
// as itself; each time with the error with which it was refused.
func TestEveryCallerIsInTheTrail(t *testing.T) {
	w := open(t, "")
	a := w.account("000000000000")
	const service = "config.amazonaws.com"
	role := "arn:aws:iam::000000000000:role/worker"
	done[*iamapi.CreateUserOutput](t)(a.iam.CreateUser(a.ctx(), &iamapi.CreateUserInput{UserName: new("ann")}))
	key := done[*iamapi.CreateAccessKeyOutput](t)(a.iam.CreateAccessKey(a.ctx(), &iamapi.CreateAccessKeyInput{UserName: new("ann")})).AccessKey
	done[*iamapi.CreateRoleOutput](t)(a.iam.CreateRole(a.ctx(), &iamapi.CreateRoleInput{RoleName: new("worker"),
		AssumeRolePolicyDocument: new(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"` + service + `"},"Action":"sts:AssumeRole"}}`)}))
	ann := done[call.Credential](t)(w.identity.Credential(a.ctx(), *key.AccessKeyId, ""))
	callers := map[string]struct {
		ctx  func() context.Context
		want map[string]any
	}{
		"a user by way of a service": {func() context.Context {
			k := call.From(a.ctx())
			k.Principal = ann.Principal
			return call.With(a.ctx(), k)
		}, map[string]any{"userIdentity.type": "IAMUser", "userIdentity.userName": "ann", "userIdentity.accountId": "000000000000", "userIdentity.accessKeyId": *key.AccessKeyId, "userIdentity.invokedBy": "test.amazonaws.com"}},
		"a service in a role": {func() context.Context {
			return call.As(a.ctx(), call.Role{ARN: role, SessionName: "work", Service: service, SourceAccount: "000000000000"})
		}, map[string]any{"userIdentity.type": "AssumedRole", "userIdentity.arn": "arn:aws:sts::000000000000:assumed-role/worker/work", "userIdentity.sessionContext.sessionIssuer.arn": role,
			"userIdentity.invokedBy": service, "sourceIPAddress": service}},
		"a service": {func() context.Context {
			return call.AsService(a.ctx(), service, "arn:aws:config:eu-central-1:000000000000:x", "000000000000")
		},
			map[string]any{"userIdentity.type": "AWSService", "userIdentity.invokedBy": service, "userIdentity.arn": nil, "sourceIPAddress": service}},
	}
	for name, caller := range callers {
		t.Run(name, func(t *testing.T) {
			want, refused := map[string]bool{}, map[string]bool{}
			for _, table := range w.Gateway.Tables() {
				m := table.Model
				for i := range m.Operations {
					if op := &m.Operations[i]; !op.Data && !strings.HasPrefix(op.Name, "LookupEvents") {
						_, err := w.Gateway.Invoke(caller.ctx(), m, op, op.New())
						id := m.Endpoint + ".amazonaws.com " + eventNameOf(m, op)
						want[id], refused[id] = true, err != nil
					}
				}
			}
			if len(want) < 900 {
				t.Fatalf("only %d operations", len(want))
			}
			for _, region := range []string{"eu-central-1", "us-east-1"} {
				for _, r := range a.looked(t, region, "", "") {
					id := at(r, "eventSource").(string) + " " + at(r, "eventName").(string)
					if !want[id] || at(r, "userIdentity.type") != caller.want["userIdentity.type"] {
						continue
					}
					delete(want, id)
					holds(t, r, caller.want)
					if (r["errorCode"] != nil) != refused[id] {
						t.Errorf("%s: errorCode %v, refused %v", id, r["errorCode"], refused[id])
					}
				}
			}
			for id := range want {
				t.Errorf("%s by %s is not in the trail", id, name)
			}
		})
	}
}
