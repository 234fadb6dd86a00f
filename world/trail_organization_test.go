package world

import (
	"context"
	"testing"
	"time"

	iamapi "unyo/api/iam"
	organizationsapi "unyo/api/organizations"
	stsapi "unyo/api/sts"
	"unyo/base/call"
)

// Who enters a member by the role that came with it stands in both accounts' trails under one shared id; what is done there, in the member's alone, as
// done in the role by whom it was taken on; also what the organization's policies forbid.
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_access-cross-account-role.html
func TestTheManagementAccountEntersItsMember(t *testing.T) {
	w := open(t, "")
	m := w.account("000000000000")
	boss := m.user(t, "boss")
	o := organizationsapi.Client{Invoker: w.Gateway}
	done[*organizationsapi.CreateOrganizationOutput](t)(o.CreateOrganization(boss(), &organizationsapi.CreateOrganizationInput{}))
	request := done[*organizationsapi.CreateAccountOutput](t)(o.CreateAccount(boss(), &organizationsapi.CreateAccountInput{AccountName: new("member"), Email: new("member@example.com")})).CreateAccountStatus.Id
	w.advance(t, time.Minute)
	member := *done[*organizationsapi.DescribeCreateAccountStatusOutput](t)(o.DescribeCreateAccountStatus(boss(), &organizationsapi.DescribeCreateAccountStatusInput{CreateAccountRequestId: request})).CreateAccountStatus.AccountId
	policy := done[*organizationsapi.CreatePolicyOutput](t)(o.CreatePolicy(boss(), &organizationsapi.CreatePolicyInput{Name: new("no-groups"), Description: new(""), Type: new(organizationsapi.PolicyTypeServiceControlPolicy), Content: new(`{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"iam:CreateGroup","Resource":"*"}}`)})).Policy.PolicySummary.Id
	done[*organizationsapi.AttachPolicyOutput](t)(o.AttachPolicy(boss(), &organizationsapi.AttachPolicyInput{PolicyId: policy, TargetId: &member}))

	role := "arn:aws:iam::" + member + ":role/OrganizationAccountAccessRole"
	in := done[*stsapi.AssumeRoleOutput](t)(stsapi.Client{Invoker: w.Gateway}.AssumeRole(boss(), &stsapi.AssumeRoleInput{RoleArn: &role, RoleSessionName: new("visit")})).Credentials
	session := done[call.Credential](t)(w.identity.Credential(m.ctx(), *in.AccessKeyId, *in.SessionToken)).Principal
	there := w.account(member)
	inside := func() context.Context {
		k := call.From(there.ctx())
		k.Principal = session
		return call.With(there.ctx(), k)
	}
	done[*iamapi.CreateUserOutput](t)(there.iam.CreateUser(inside(), &iamapi.CreateUserInput{UserName: new("ann")}))
	_, err := there.iam.CreateGroup(inside(), &iamapi.CreateGroupInput{GroupName: new("g")})
	refusedWith(t, err, "AccessDenied")

	mine, theirs := m.looked(t, "eu-central-1", "EventName", "AssumeRole"), there.looked(t, "eu-central-1", "EventName", "AssumeRole")
	if len(mine) != 1 || len(theirs) != 1 || mine[0]["sharedEventID"] == nil {
		t.Fatalf("%v\n%v", mine, theirs)
	}
	holds(t, mine[0], map[string]any{"userIdentity.type": "IAMUser", "userIdentity.userName": "boss", "recipientAccountId": m.id, "requestParameters.roleArn": role})
	holds(t, theirs[0], map[string]any{"userIdentity.type": "AWSAccount", "userIdentity.accountId": m.id, "userIdentity.principalId": at(mine[0], "userIdentity.principalId"), "userIdentity.arn": nil,
		"recipientAccountId": member, "sharedEventID": mine[0]["sharedEventID"], "requestParameters.roleArn": role})
	for name, code := range map[string]any{"CreateUser": nil, "CreateGroup": "AccessDenied"} {
		list := there.looked(t, "us-east-1", "Username", "visit")
		found := 0
		for _, r := range list {
			if r["eventName"] == name {
				found++
				holds(t, r, map[string]any{"userIdentity.type": "AssumedRole", "userIdentity.accountId": member, "userIdentity.arn": "arn:aws:sts::" + member + ":assumed-role/OrganizationAccountAccessRole/visit",
					"userIdentity.sessionContext.sessionIssuer.arn": role, "userIdentity.accessKeyId": *in.AccessKeyId, "errorCode": code, "recipientAccountId": member, "sharedEventID": nil})
			}
		}
		if found != 1 {
			t.Errorf("%s: %d in %v", name, found, list)
		}
	}
	if list := m.looked(t, "us-east-1", "EventName", "CreateGroup"); len(list) != 0 {
		t.Errorf("the management account is told what happens in its member: %v", list)
	}
}
