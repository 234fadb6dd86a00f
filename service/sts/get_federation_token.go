package sts

import (
	"context"
	"time"

	api "unyo/api/sts"
	"unyo/base/call"
)

// GetFederationToken opens a session for somebody whom a user (or the root) vouches for. It can do what both the user's own
// policies and those given here allow; with none given, only what a resource's policy allows it by name.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
func (s *Service) GetFederationToken(ctx context.Context, in *api.GetFederationTokenInput) (*api.GetFederationTokenOutput, error) {
	if err := asBig(in.MinimumSessionTokenSize); err != nil {
		return nil, err
	}
	by := call.From(ctx).Principal
	if !by.IssuedAt.IsZero() || (by.Kind != call.IAMUser && by.Kind != call.Root) {
		return nil, denied("Cannot call GetFederationToken with session credentials")
	}
	policies, err := s.sessionPolicies(ctx, by.Account, in.Policy, in.PolicyArns)
	if err != nil {
		return nil, err
	}
	ask := &api.AssumeRoleInput{Policy: in.Policy, PolicyArns: in.PolicyArns, Tags: in.Tags}
	tags, _, err := sessionTags(&call.Principal{}, by.Tags, ask)
	if err != nil {
		return nil, err
	}
	seconds := int32(tokenDuration)
	if in.DurationSeconds != nil {
		seconds = *in.DurationSeconds
	}
	if by.Kind == call.Root {
		seconds = min(seconds, rootDuration)
	}
	now := s.k.Clock.Now()
	p := call.Principal{
		Kind: call.FederatedUser, Account: by.Account, Name: *in.Name, RoleARN: by.ARN, Parent: by.ID, ID: by.Account + ":" + *in.Name,
		ARN:      "arn:" + s.k.Partition + ":sts::" + by.Account + ":federated-user/" + *in.Name,
		IssuedAt: now, ExpiresAt: now.Add(time.Duration(seconds) * time.Second), SessionPolicies: policies, Tags: tags,
	}
	return &api.GetFederationTokenOutput{
		Credentials: s.issue(ctx, p), FederatedUser: &api.FederatedUser{Arn: new(p.ARN), FederatedUserId: new(p.ID)}, PackedPolicySize: packedSize(ask),
	}, nil
}
