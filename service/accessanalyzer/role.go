package accessanalyzer

import (
	"context"
	"net/url"

	iamapi "unyo/api/iam"
	"unyo/api/rt"
	"unyo/engine/policy"
	"unyo/engine/policy/reach"
)

// role reads a role's ARN and trust policy.
func (s *Service) role(as context.Context, name string) (arn, trust string, err error) {
	out, err := s.peers.IAM.GetRole(as, &iamapi.GetRoleInput{RoleName: &name})
	if err != nil {
		return "", "", err
	}
	trust, err = url.QueryUnescape(rt.Val(out.Role.AssumeRolePolicyDocument))
	return rt.Val(out.Role.Arn), trust, err
}

// roleFindings tells who outside the zone may assume a role. Whoever a provider of identities lets in is outside.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-resources.html
func roleFindings(trust string, z reach.Zone) ([]finding, error) {
	d, err := policy.Parse(policy.Trust, "trust policy", trust)
	if err != nil {
		return nil, invalid("The trust policy is malformed: %v", err)
	}
	return external(d, "sts", z), nil
}
