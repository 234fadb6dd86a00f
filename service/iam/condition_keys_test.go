package iam

import (
	"strings"
	"testing"

	api "unyo/api/iam"
)

// TestConditionKeys: which call gives which of IAM's keys what value; "" where there must be none.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
func TestConditionKeys(t *testing.T) {
	f := setUp(t)
	f.user("ann")
	const bound, policy, ann = "arn:aws:iam::aws:policy/IAMReadOnlyAccess", "arn:aws:iam::aws:policy/AdministratorAccess", "arn:aws:iam::111111111111:user/ann"
	cred, err := f.s.CreateServiceSpecificCredential(f.ctx, &api.CreateServiceSpecificCredentialInput{UserName: new("ann"), ServiceName: new("codecommit.amazonaws.com")})
	if err != nil {
		t.Fatal(err)
	}
	before := api.PutUserPermissionsBoundaryInput{UserName: new("ann"), PermissionsBoundary: new(policy)}
	for _, c := range []struct {
		key, op string
		in      any
		on      string
		want    string
	}{
		{"iam:policyarn", "AttachUserPolicy", &api.AttachUserPolicyInput{UserName: new("ann"), PolicyArn: new(policy)}, ann, policy},
		{"iam:policyarn", "DetachUserPolicy", &api.DetachUserPolicyInput{UserName: new("ann"), PolicyArn: new(policy)}, ann, policy},
		{"iam:policyarn", "AttachRolePolicy", &api.AttachRolePolicyInput{RoleName: new("r"), PolicyArn: new(policy)}, "arn:aws:iam::111111111111:role/r", policy},
		{"iam:policyarn", "GetUser", &api.GetUserInput{UserName: new("ann")}, ann, ""},
		{"iam:permissionsboundary", "CreateUser", &api.CreateUserInput{UserName: new("bob"), PermissionsBoundary: new(bound)}, "arn:aws:iam::111111111111:user/bob", bound},
		{"iam:permissionsboundary", "CreateRole", &api.CreateRoleInput{RoleName: new("r"), PermissionsBoundary: new(bound)}, "arn:aws:iam::111111111111:role/r", bound},
		{"iam:permissionsboundary", "CreateUser", &api.CreateUserInput{UserName: new("bob")}, "arn:aws:iam::111111111111:user/bob", ""},
		{"iam:permissionsboundary", "PutUserPermissionsBoundary", &before, ann, policy},
		{"iam:permissionsboundary", "PutUserPolicy", &api.PutUserPolicyInput{UserName: new("ann")}, ann, ""},
		{"iam:awsservicename", "CreateServiceLinkedRole", &api.CreateServiceLinkedRoleInput{AWSServiceName: new("autoscaling.amazonaws.com")}, ann, "autoscaling.amazonaws.com"},
		{"iam:servicespecificcredentialagedays", "CreateServiceSpecificCredential", &api.CreateServiceSpecificCredentialInput{UserName: new("ann"), ServiceName: new("bedrock.amazonaws.com"), CredentialAgeDays: new(int32(7))}, ann, "7"},
		{"iam:servicespecificcredentialservicename", "CreateServiceSpecificCredential", &api.CreateServiceSpecificCredentialInput{UserName: new("ann"), ServiceName: new("bedrock.amazonaws.com")}, ann, "bedrock.amazonaws.com"},
		{"iam:servicespecificcredentialservicename", "DeleteServiceSpecificCredential", &api.DeleteServiceSpecificCredentialInput{UserName: new("ann"), ServiceSpecificCredentialId: cred.ServiceSpecificCredential.ServiceSpecificCredentialId}, ann, "codecommit.amazonaws.com"},
		{"iam:organizationspolicyid", "GenerateOrganizationsAccessReport", &api.GenerateOrganizationsAccessReportInput{EntityPath: new("o-1/r-1"), OrganizationsPolicyId: new("p-1")}, "arn:aws:iam::111111111111:access-report/o-1/r-1", "p-1"},
		{"iam:resourcetag/team", "GetUser", &api.GetUserInput{UserName: new("ann")}, ann, ""},
	} {
		keys, err := f.s.Conditions(f.ctx, c.op, c.in, c.on)
		if got := strings.Join(keys[c.key], " "); err != nil || got != c.want {
			t.Errorf("%s of %s: %q %v, want %q", c.key, c.op, got, err, c.want)
		}
	}
}
