package sts

import (
	"strings"
	"testing"

	"unyo/api/rt"
	api "unyo/api/sts"
)

// TestConditionKeys: what AssumeRole is asked gives STS's keys, for each of the permissions it needs.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
func TestConditionKeys(t *testing.T) {
	role := new("arn:aws:iam::111111111111:role/r")
	for _, c := range []struct {
		key, action, inherited string
		in                     api.AssumeRoleInput
		want                   string
	}{
		{"sts:rolesessionname", "sts:AssumeRole", "", api.AssumeRoleInput{}, "s"},
		{"sts:externalid", "sts:AssumeRole", "", api.AssumeRoleInput{ExternalId: new("id-7")}, "id-7"},
		{"sts:externalid", "sts:AssumeRole", "", api.AssumeRoleInput{}, ""},
		{"aws:multifactorauthpresent", "sts:AssumeRole", "", api.AssumeRoleInput{TokenCode: new("123456")}, "true"},
		{"aws:multifactorauthpresent", "sts:AssumeRole", "", api.AssumeRoleInput{}, ""},
		{"sts:sourceidentity", "sts:AssumeRole", "", api.AssumeRoleInput{SourceIdentity: new("ann")}, "ann"},
		{"sts:sourceidentity", "sts:SetSourceIdentity", "", api.AssumeRoleInput{SourceIdentity: new("ann")}, "ann"},
		{"sts:sourceidentity", "sts:SetSourceIdentity", "bob", api.AssumeRoleInput{}, "bob"},
		{"sts:sourceidentity", "sts:AssumeRole", "", api.AssumeRoleInput{}, ""},
		{"sts:transitivetagkeys", "sts:TagSession", "", api.AssumeRoleInput{Tags: []api.Tag{{Key: new("a"), Value: new("1")}}, TransitiveTagKeys: []string{"a"}}, "a"},
		{"sts:transitivetagkeys", "sts:TagSession", "", api.AssumeRoleInput{Tags: []api.Tag{{Key: new("a"), Value: new("1")}}}, ""},
	} {
		c.in.RoleArn, c.in.RoleSessionName = role, new("s")
		var need *rt.Need
		for _, n := range assumeNeeds(&c.in, c.inherited, c.in.TokenCode != nil) {
			if n.Action == c.action {
				need = &n
			}
		}
		if need == nil {
			t.Errorf("%s is not needed", c.action)
			continue
		}
		if got := strings.Join(need.Keys[c.key], " "); got != c.want {
			t.Errorf("%s of %s: %q, want %q", c.key, c.action, got, c.want)
		}
	}
}
