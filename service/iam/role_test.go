package iam

import (
	"strings"
	"testing"

	api "unyo/api/iam"
	"unyo/base/awserr"
)

// TestTrustPolicyActions: a trust policy speaks of taking the role on, and of nothing else.
func TestTrustPolicyActions(t *testing.T) {
	f := setUp(t)
	for action, code := range map[string]string{"sts:AssumeRole": "", "sts:TagSession": "", "*": "MalformedPolicyDocument", "s3:GetObject": "MalformedPolicyDocument"} {
		_, err := f.s.CreateRole(f.ctx, &api.CreateRoleInput{RoleName: new(strings.ReplaceAll(action, ":", "-")), AssumeRolePolicyDocument: new(
			`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"` + action + `"}}`)})
		if awserr.Code(err) != code {
			t.Errorf("%s: %v", action, err)
		}
	}
}

// TestTrustedMustBeThere: nobody is trusted by a name that is still free.
func TestTrustedMustBeThere(t *testing.T) {
	f := setUp(t)
	ann := f.user("ann")
	for principal, code := range map[string]string{
		ann.ARN: "", ownerARN: "", "222222222222": "", "*": "", "arn:aws:sts::111111111111:assumed-role/ops/s": "",
		"arn:aws:iam::111111111111:user/eve": "MalformedPolicyDocument", "arn:aws:iam::111111111111:user/team/ann": "MalformedPolicyDocument",
		"arn:aws:iam::222222222222:user/ann": "MalformedPolicyDocument", "arn:aws:iam::111111111111:role/none": "MalformedPolicyDocument",
	} {
		text := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"` + principal + `"},"Action":"sts:AssumeRole"}}`
		_, err := f.s.CreateRole(f.ctx, &api.CreateRoleInput{RoleName: new(strings.Map(letters, principal)), AssumeRolePolicyDocument: new(text)})
		if awserr.Code(err) != code {
			t.Errorf("%s: %v", principal, err)
		}
	}
}

func letters(r rune) rune {
	if r == '/' || r == ':' || r == '*' {
		return '-'
	}
	return r
}
