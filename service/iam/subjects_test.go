package iam

import (
	"strings"
	"testing"

	api "unyo/api/iam"
)

// Whoever asks for policies below a path, or for those whom a policy only bounds, is told of these alone.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListEntitiesForPolicy.html
func TestEntitiesForPolicy(t *testing.T) {
	f := setUp(t)
	f.user("ann")
	f.user("bob")
	if _, err := f.s.CreateUser(f.ctx, &api.CreateUserInput{UserName: new("eve"), Path: new("/ops/")}); err != nil {
		t.Fatal(err)
	}
	view, admin := "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess", "arn:aws:iam::aws:policy/AdministratorAccess"
	for _, name := range []string{"ann", "eve"} {
		if _, err := f.s.AttachUserPolicy(f.ctx, &api.AttachUserPolicyInput{UserName: &name, PolicyArn: &view}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := f.s.AttachUserPolicy(f.ctx, &api.AttachUserPolicyInput{UserName: new("ann"), PolicyArn: &admin}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ann", "bob"} {
		if _, err := f.s.PutUserPermissionsBoundary(f.ctx, &api.PutUserPermissionsBoundaryInput{UserName: &name, PermissionsBoundary: &view}); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		path, usage, want string
	}{
		{"", "", "ann eve bob"},
		{"/ops/", "", "eve"},
		{"", api.PolicyUsageTypePermissionsPolicy, "ann eve"},
		{"", api.PolicyUsageTypePermissionsBoundary, "ann bob"},
		{"/ops/", api.PolicyUsageTypePermissionsBoundary, ""},
	} {
		in := &api.ListEntitiesForPolicyInput{PolicyArn: &view, MaxItems: new(int32(1))}
		if c.path != "" {
			in.PathPrefix = &c.path
		}
		if c.usage != "" {
			in.PolicyUsageFilter = &c.usage
		}
		var names []string
		for more := true; more; more = in.Marker != nil {
			out, err := f.s.ListEntitiesForPolicy(f.ctx, in)
			if err != nil {
				t.Fatal(err)
			}
			for _, u := range out.PolicyUsers {
				names = append(names, *u.UserName)
			}
			in.Marker = out.Marker
		}
		if got := strings.Join(names, " "); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
	out, err := f.s.ListAttachedUserPolicies(f.ctx, &api.ListAttachedUserPoliciesInput{UserName: new("ann"), PathPrefix: new("/job-function/")})
	if err != nil || len(out.AttachedPolicies) != 1 || *out.AttachedPolicies[0].PolicyArn != view {
		t.Errorf("%+v, %v", out, err)
	}
}
