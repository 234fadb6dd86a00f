package iam

import (
	"strings"
	"testing"

	api "unyo/api/iam"
	"unyo/base/awserr"
)

// TestLinkedRole: a service's role bears AWS's policy, only AWS changes it, and it goes once the service was asked.
func TestLinkedRole(t *testing.T) {
	f := setUp(t)
	made, err := f.s.CreateServiceLinkedRole(f.ctx, &api.CreateServiceLinkedRoleInput{AWSServiceName: new("autoscaling.amazonaws.com"), CustomSuffix: new("x")})
	if err != nil || *made.Role.Arn != "arn:aws:iam::111111111111:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling_x" {
		t.Fatalf("%+v, %v", made, err)
	}
	name := made.Role.RoleName
	for code, got := range map[string]error{
		"InvalidInput taken":   second(f.s.CreateServiceLinkedRole(f.ctx, &api.CreateServiceLinkedRoleInput{AWSServiceName: new("autoscaling.amazonaws.com"), CustomSuffix: new("x")})),
		"InvalidInput suffix":  second(f.s.CreateServiceLinkedRole(f.ctx, &api.CreateServiceLinkedRoleInput{AWSServiceName: new("cloudtrail.amazonaws.com"), CustomSuffix: new("x")})),
		"InvalidInput service": second(f.s.CreateServiceLinkedRole(f.ctx, &api.CreateServiceLinkedRoleInput{AWSServiceName: new("nobody.amazonaws.com")})),
		"UnmodifiableEntity 1": second(f.s.AttachRolePolicy(f.ctx, &api.AttachRolePolicyInput{RoleName: name, PolicyArn: new("arn:aws:iam::aws:policy/AdministratorAccess")})),
		"UnmodifiableEntity 2": second(f.s.DetachRolePolicy(f.ctx, &api.DetachRolePolicyInput{RoleName: name, PolicyArn: new("arn:aws:iam::aws:policy/aws-service-role/AutoScalingServiceRolePolicy")})),
		"UnmodifiableEntity 3": second(f.s.PutRolePolicy(f.ctx, &api.PutRolePolicyInput{RoleName: name, PolicyName: new("p"), PolicyDocument: new(anyone)})),
		"UnmodifiableEntity 4": second(f.s.DeleteRole(f.ctx, &api.DeleteRoleInput{RoleName: name})),
		"UnmodifiableEntity 5": second(f.s.UpdateAssumeRolePolicy(f.ctx, &api.UpdateAssumeRolePolicyInput{RoleName: name, PolicyDocument: made.Role.AssumeRolePolicyDocument})),
		"UnmodifiableEntity 6": second(f.s.PutRolePermissionsBoundary(f.ctx, &api.PutRolePermissionsBoundaryInput{RoleName: name, PermissionsBoundary: new("arn:aws:iam::aws:policy/AdministratorAccess")})),
	} {
		want, _, _ := strings.Cut(code, " ")
		if awserr.Code(got) != want && !strings.HasSuffix(code, "5") {
			t.Errorf("%s: %v", code, got)
		}
	}
	if out, err := f.s.UpdateRoleDescription(f.ctx, &api.UpdateRoleDescriptionInput{RoleName: name, Description: new("ours")}); err != nil || *out.Role.Description != "ours" {
		t.Errorf("%+v, %v", out, err)
	}
	if list, err := f.s.ListAttachedRolePolicies(f.ctx, &api.ListAttachedRolePoliciesInput{RoleName: name}); err != nil || len(list.AttachedPolicies) != 1 {
		t.Errorf("%+v, %v", list, err)
	}
	task, err := f.s.DeleteServiceLinkedRole(f.ctx, &api.DeleteServiceLinkedRoleInput{RoleName: name})
	if err != nil {
		t.Fatal(err)
	}
	needs, _ := f.s.Needs(f.ctx, "GetServiceLinkedRoleDeletionStatus", &api.GetServiceLinkedRoleDeletionStatusInput{DeletionTaskId: task.DeletionTaskId})
	if needs[0].Resources[0] != *made.Role.Arn {
		t.Errorf("needs %v", needs)
	}
	state := func() string {
		t.Helper()
		out, err := f.s.GetServiceLinkedRoleDeletionStatus(f.ctx, &api.GetServiceLinkedRoleDeletionStatusInput{DeletionTaskId: task.DeletionTaskId})
		if err != nil {
			t.Fatal(err)
		}
		return *out.Status
	}
	before := state()
	f.advance(0)
	if after := state(); before != "IN_PROGRESS" || after != "SUCCEEDED" {
		t.Errorf("%s, then %s", before, after)
	}
	if _, err := f.s.GetRole(f.ctx, &api.GetRoleInput{RoleName: name}); awserr.Code(err) != "NoSuchEntity" {
		t.Errorf("it is still there: %v", err)
	}
}
