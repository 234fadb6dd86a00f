package audit

import (
	"context"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// roles adds to the list who may take a role on, and what it may do then.
func (p *play) roles(ctx context.Context, rows [][]string) ([][]string, error) {
	c := p.iam(nil)
	list, err := c.ListRoles(ctx, &iam.ListRolesInput{})
	if err != nil {
		return nil, err
	}
	for _, r := range list.Roles {
		var policies []string
		attached, err := c.ListAttachedRolePolicies(ctx, &iam.ListAttachedRolePoliciesInput{RoleName: r.RoleName})
		if err != nil {
			return nil, err
		}
		for _, a := range attached.AttachedPolicies {
			policies = append(policies, aws.ToString(a.PolicyName))
		}
		inline, err := c.ListRolePolicies(ctx, &iam.ListRolePoliciesInput{RoleName: r.RoleName})
		if err != nil {
			return nil, err
		}
		trust, err := url.QueryUnescape(aws.ToString(r.AssumeRolePolicyDocument))
		if err != nil {
			return nil, err
		}
		rows = append(rows, []string{"role", aws.ToString(r.RoleName), aws.ToTime(r.CreateDate).UTC().Format("2006-01-02 15:04"), strings.Join(append(policies, inline.PolicyNames...), "; "), "", trust})
	}
	return rows, nil
}

// groupsOf are a user's groups and what they may do.
func (p *play) groupsOf(ctx context.Context, user *string) (policies []string, err error) {
	c := p.iam(nil)
	groups, err := c.ListGroupsForUser(ctx, &iam.ListGroupsForUserInput{UserName: user})
	if err != nil {
		return nil, err
	}
	for _, g := range groups.Groups {
		attached, err := c.ListAttachedGroupPolicies(ctx, &iam.ListAttachedGroupPoliciesInput{GroupName: g.GroupName})
		if err != nil {
			return nil, err
		}
		for _, a := range attached.AttachedPolicies {
			policies = append(policies, aws.ToString(a.PolicyName)+" by group "+aws.ToString(g.GroupName))
		}
		inline, err := c.ListGroupPolicies(ctx, &iam.ListGroupPoliciesInput{GroupName: g.GroupName})
		if err != nil {
			return nil, err
		}
		for _, name := range inline.PolicyNames {
			policies = append(policies, name+" by group "+aws.ToString(g.GroupName))
		}
	}
	return policies, nil
}

// access is who may do what: users and roles, their policies, keys and who may be them.
func (p *play) access(ctx context.Context) ([][]string, error) {
	rows := [][]string{{"kind", "name", "made", "policies", "keys", "taken on by"}}
	c := p.iam(nil)
	users, err := c.ListUsers(ctx, &iam.ListUsersInput{})
	if err != nil {
		return nil, err
	}
	for _, u := range users.Users {
		var policies, keys []string
		attached, err := c.ListAttachedUserPolicies(ctx, &iam.ListAttachedUserPoliciesInput{UserName: u.UserName})
		if err != nil {
			return nil, err
		}
		for _, a := range attached.AttachedPolicies {
			policies = append(policies, aws.ToString(a.PolicyName))
		}
		inline, err := c.ListUserPolicies(ctx, &iam.ListUserPoliciesInput{UserName: u.UserName})
		if err != nil {
			return nil, err
		}
		policies = append(policies, inline.PolicyNames...)
		through, err := p.groupsOf(ctx, u.UserName)
		if err != nil {
			return nil, err
		}
		policies = append(policies, through...)
		list, err := c.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: u.UserName})
		if err != nil {
			return nil, err
		}
		for _, k := range list.AccessKeyMetadata {
			keys = append(keys, aws.ToString(k.AccessKeyId)+" "+string(k.Status))
		}
		rows = append(rows, []string{"user", aws.ToString(u.UserName), aws.ToTime(u.CreateDate).UTC().Format("2006-01-02 15:04"), strings.Join(policies, "; "), strings.Join(keys, "; "), ""})
	}
	return p.roles(ctx, rows)
}
