package iam

import (
	"testing"

	api "unyo/api/iam"
	"unyo/base/awserr"
)

// TestInstanceProfile: a profile holds one role, and neither goes while the other holds on to it.
func TestInstanceProfile(t *testing.T) {
	f := setUp(t)
	expect := func(what string, err error, code string) {
		t.Helper()
		if awserr.Code(err) != code {
			t.Errorf("%s: %v, want %q", what, err, code)
		}
	}
	trust := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}`
	for _, name := range []string{"web", "db"} {
		_, err := f.s.CreateRole(f.ctx, &api.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: &trust})
		expect("role", err, "")
	}
	create := &api.CreateInstanceProfileInput{InstanceProfileName: new("p"), Path: new("/a/")}
	_, err := f.s.CreateInstanceProfile(f.ctx, create)
	expect("create", err, "")
	_, err = f.s.CreateInstanceProfile(f.ctx, create)
	expect("again", err, "EntityAlreadyExists")
	_, err = f.s.AddRoleToInstanceProfile(f.ctx, &api.AddRoleToInstanceProfileInput{InstanceProfileName: new("p"), RoleName: new("web")})
	expect("add", err, "")
	_, err = f.s.AddRoleToInstanceProfile(f.ctx, &api.AddRoleToInstanceProfileInput{InstanceProfileName: new("p"), RoleName: new("db")})
	expect("second role", err, "LimitExceeded")
	_, err = f.s.DeleteRole(f.ctx, &api.DeleteRoleInput{RoleName: new("web")})
	expect("delete role", err, "DeleteConflict")
	_, err = f.s.DeleteInstanceProfile(f.ctx, &api.DeleteInstanceProfileInput{InstanceProfileName: new("p")})
	expect("delete profile", err, "DeleteConflict")
	of, err := f.s.ListInstanceProfilesForRole(f.ctx, &api.ListInstanceProfilesForRoleInput{RoleName: new("web")})
	if err != nil || len(of.InstanceProfiles) != 1 || len(of.InstanceProfiles[0].Roles) != 1 {
		t.Errorf("of the role: %+v %v", of, err)
	}
	_, err = f.s.TagInstanceProfile(f.ctx, &api.TagInstanceProfileInput{InstanceProfileName: new("p"), Tags: []api.Tag{{Key: new("a"), Value: new("1")}, {Key: new("b"), Value: new("2")}}})
	expect("tag", err, "")
	_, err = f.s.UntagInstanceProfile(f.ctx, &api.UntagInstanceProfileInput{InstanceProfileName: new("p"), TagKeys: []string{"a"}})
	expect("untag", err, "")
	tags, err := f.s.ListInstanceProfileTags(f.ctx, &api.ListInstanceProfileTagsInput{InstanceProfileName: new("p")})
	if err != nil || len(tags.Tags) != 1 || *tags.Tags[0].Key != "b" {
		t.Errorf("tags: %+v %v", tags, err)
	}
	needs, ok := f.s.Needs(f.ctx, "AddRoleToInstanceProfile", &api.AddRoleToInstanceProfileInput{InstanceProfileName: new("p"), RoleName: new("web")})
	if !ok || len(needs) != 2 || needs[0].Resources[0] != "arn:aws:iam::111111111111:instance-profile/a/p" || needs[1].Action != "iam:PassRole" || needs[1].Resources[0] != "arn:aws:iam::111111111111:role/web" {
		t.Errorf("needs: %+v", needs)
	}
	_, err = f.s.RemoveRoleFromInstanceProfile(f.ctx, &api.RemoveRoleFromInstanceProfileInput{InstanceProfileName: new("p"), RoleName: new("web")})
	expect("remove", err, "")
	_, err = f.s.DeleteInstanceProfile(f.ctx, &api.DeleteInstanceProfileInput{InstanceProfileName: new("p")})
	expect("delete", err, "")
	_, err = f.s.GetInstanceProfile(f.ctx, &api.GetInstanceProfileInput{InstanceProfileName: new("p")})
	expect("gone", err, "NoSuchEntity")
}
