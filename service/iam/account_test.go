package iam

import (
	"slices"
	"testing"

	api "unyo/api/iam"
	"unyo/base/awserr"
)

// TestAccountSummary: what is counted is what is there.
func TestAccountSummary(t *testing.T) {
	f := setUp(t)
	f.user("ann")
	p, err := f.s.CreatePolicy(f.ctx, &api.CreatePolicyInput{PolicyName: new("p"), PolicyDocument: new(anyone)})
	if err != nil {
		t.Fatal(err)
	}
	for _, arn := range []string{*p.Policy.Arn, "arn:aws:iam::aws:policy/AdministratorAccess"} {
		if _, err := f.s.AttachUserPolicy(f.ctx, &api.AttachUserPolicyInput{UserName: new("ann"), PolicyArn: &arn}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := f.s.CreateVirtualMFADevice(f.ctx, &api.CreateVirtualMFADeviceInput{VirtualMFADeviceName: new("phone")}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.s.SetSecurityTokenServicePreferences(f.ctx, &api.SetSecurityTokenServicePreferencesInput{GlobalEndpointTokenVersion: new("v2Token")}); err != nil {
		t.Fatal(err)
	}
	got, err := f.s.GetAccountSummary(f.ctx, &api.GetAccountSummaryInput{})
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]int32{"Users": 1, "Policies": 1, "PolicyVersionsInUse": 2, "MFADevices": 1, "MFADevicesInUse": 0, "Roles": 0, "GlobalEndpointTokenVersion": 2, "UsersQuota": 5000, "AccountAccessKeysPresent": 0} {
		if v, ok := got.SummaryMap[key]; !ok || v != want {
			t.Errorf("%s: %d, want %d", key, v, want)
		}
	}
}

// TestUpdateGroup: a group keeps its id, its users and its policies under another name.
func TestUpdateGroup(t *testing.T) {
	f := setUp(t)
	f.user("ann")
	g, err := f.s.CreateGroup(f.ctx, &api.CreateGroupInput{GroupName: new("ops")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.s.AddUserToGroup(f.ctx, &api.AddUserToGroupInput{GroupName: new("ops"), UserName: new("ann")}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.s.PutGroupPolicy(f.ctx, &api.PutGroupPolicyInput{GroupName: new("ops"), PolicyName: new("p"), PolicyDocument: new(anyone)}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.s.CreateGroup(f.ctx, &api.CreateGroupInput{GroupName: new("taken")}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.s.UpdateGroup(f.ctx, &api.UpdateGroupInput{GroupName: new("ops"), NewGroupName: new("Taken")}); awserr.Code(err) != "EntityAlreadyExists" {
		t.Errorf("renamed to another's name: %v", err)
	}
	in := &api.UpdateGroupInput{GroupName: new("ops"), NewGroupName: new("operators"), NewPath: new("/x/")}
	needs, _ := f.s.Needs(f.ctx, "UpdateGroup", in)
	if want := []string{"arn:aws:iam::111111111111:group/ops", "arn:aws:iam::111111111111:group/x/operators"}; !slices.Equal(needs[0].Resources, want) {
		t.Errorf("needs %v, want %v", needs[0].Resources, want)
	}
	if _, err := f.s.UpdateGroup(f.ctx, in); err != nil {
		t.Fatal(err)
	}
	got, err := f.s.GetGroup(f.ctx, &api.GetGroupInput{GroupName: new("operators")})
	if err != nil || *got.Group.GroupId != *g.Group.GroupId || *got.Group.Path != "/x/" || len(got.Users) != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	if list, err := f.s.ListGroupPolicies(f.ctx, &api.ListGroupPoliciesInput{GroupName: new("operators")}); err != nil || len(list.PolicyNames) != 1 {
		t.Errorf("%v, %v", list, err)
	}
}

// TestPolicyTags: the account's policies bear tags, AWS's do not.
func TestPolicyTags(t *testing.T) {
	f := setUp(t)
	p, err := f.s.CreatePolicy(f.ctx, &api.CreatePolicyInput{PolicyName: new("p"), PolicyDocument: new(anyone), Tags: []api.Tag{{Key: new("a"), Value: new("1")}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.s.TagPolicy(f.ctx, &api.TagPolicyInput{PolicyArn: p.Policy.Arn, Tags: []api.Tag{{Key: new("b"), Value: new("2")}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.s.UntagPolicy(f.ctx, &api.UntagPolicyInput{PolicyArn: p.Policy.Arn, TagKeys: []string{"A"}}); err != nil {
		t.Fatal(err)
	}
	if list, err := f.s.ListPolicyTags(f.ctx, &api.ListPolicyTagsInput{PolicyArn: p.Policy.Arn}); err != nil || len(list.Tags) != 1 || *list.Tags[0].Key != "b" {
		t.Errorf("%v, %v", list, err)
	}
	if _, err := f.s.TagPolicy(f.ctx, &api.TagPolicyInput{PolicyArn: new("arn:aws:iam::aws:policy/AdministratorAccess"), Tags: []api.Tag{{Key: new("b"), Value: new("2")}}}); awserr.Code(err) != "NoSuchEntity" {
		t.Errorf("AWS's policy was tagged: %v", err)
	}
}
