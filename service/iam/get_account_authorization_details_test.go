package iam

import (
	"strings"
	"testing"

	api "unyo/api/iam"
	"unyo/base/awserr"
)

// TestAuthorizationDetails: all kinds, one after the other, over pages of one.
func TestAuthorizationDetails(t *testing.T) {
	f := setUp(t)
	f.user("ann")
	f.user("bob")
	if _, err := f.s.CreateGroup(f.ctx, &api.CreateGroupInput{GroupName: new("ops")}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.s.AddUserToGroup(f.ctx, &api.AddUserToGroupInput{GroupName: new("ops"), UserName: new("ann")}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.s.AttachGroupPolicy(f.ctx, &api.AttachGroupPolicyInput{GroupName: new("ops"), PolicyArn: new("arn:aws:iam::aws:policy/SecurityAudit")}); err != nil {
		t.Fatal(err)
	}
	p, err := f.s.CreatePolicy(f.ctx, &api.CreatePolicyInput{PolicyName: new("p"), PolicyDocument: new(anyone)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.s.PutUserPermissionsBoundary(f.ctx, &api.PutUserPermissionsBoundaryInput{UserName: new("bob"), PermissionsBoundary: p.Policy.Arn}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.s.CreateServiceLinkedRole(f.ctx, &api.CreateServiceLinkedRoleInput{AWSServiceName: new("cloudtrail.amazonaws.com")}); err != nil {
		t.Fatal(err)
	}
	tell := func(filter ...string) string {
		t.Helper()
		var got []string
		in := &api.GetAccountAuthorizationDetailsInput{Filter: filter, MaxItems: new(int32(1))}
		for {
			out, err := f.s.GetAccountAuthorizationDetails(f.ctx, in)
			if err != nil {
				t.Fatal(err)
			}
			for _, u := range out.UserDetailList {
				got = append(got, *u.UserName+strings.Join(u.GroupList, ""))
			}
			for _, g := range out.GroupDetailList {
				got = append(got, *g.GroupName+"/"+*g.AttachedManagedPolicies[0].PolicyName)
			}
			for _, r := range out.RoleDetailList {
				got = append(got, *r.RoleName)
			}
			for _, p := range out.Policies {
				got = append(got, *p.PolicyName)
				if *p.PermissionsBoundaryUsageCount > 0 {
					got = append(got, "bounds")
				}
			}
			if in.Marker = out.Marker; in.Marker == nil {
				return strings.Join(got, " ")
			}
		}
	}
	if got, want := tell(), "annops bob ops/SecurityAudit AWSServiceRoleForCloudTrail p bounds SecurityAudit CloudTrailServiceRolePolicy"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got, want := tell("LocalManagedPolicy", "User"), "annops bob p bounds"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if _, err := f.s.DeletePolicy(f.ctx, &api.DeletePolicyInput{PolicyArn: p.Policy.Arn}); awserr.Code(err) != "DeleteConflict" {
		t.Errorf("a boundary was deleted: %v", err)
	}
	if list, err := f.s.ListPolicies(f.ctx, &api.ListPoliciesInput{PolicyUsageFilter: new("PermissionsBoundary")}); err != nil || len(list.Policies) != 1 {
		t.Errorf("%+v, %v", list, err)
	}
}
