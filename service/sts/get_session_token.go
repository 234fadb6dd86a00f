package sts

import (
	"context"
	"time"

	api "unyo/api/sts"
	"unyo/base/call"
)

// Durations of GetSessionToken in seconds.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
const (
	tokenDuration = 43200
	rootDuration  = 3600
)

// ownSession is what AWS keeps from sessions that a user opened without MFA: IAM, and of STS all but AssumeRole
// and GetCallerIdentity (which asks no permission).
const ownSession = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":["iam:*","sts:Get*","sts:Decode*"],"Resource":"*"}]}`

// ownSessionMFA is ownSession of a user who has shown a code: IAM may be asked.
const ownSessionMFA = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":["sts:Get*","sts:Decode*"],"Resource":"*"}]}`

// GetSessionToken gives a user temporary credentials of their own.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
func (s *Service) GetSessionToken(ctx context.Context, in *api.GetSessionTokenInput) (*api.GetSessionTokenOutput, error) {
	if err := asBig(in.MinimumSessionTokenSize); err != nil {
		return nil, err
	}
	p := call.From(ctx).Principal
	if !p.IssuedAt.IsZero() || (p.Kind != call.IAMUser && p.Kind != call.Root) {
		return nil, denied("Cannot call GetSessionToken with session credentials")
	}
	mfa, err := s.takeMFA(ctx, in.SerialNumber, in.TokenCode)
	if err != nil {
		return nil, err
	}
	seconds := int32(tokenDuration)
	if in.DurationSeconds != nil {
		seconds = *in.DurationSeconds
	}
	if p.Kind == call.Root {
		seconds = min(seconds, rootDuration)
	}
	p.SessionPolicies, p.MFA = []string{ownSession}, mfa
	if mfa {
		p.SessionPolicies = []string{ownSessionMFA}
	}
	p.IssuedAt = s.k.Clock.Now()
	p.ExpiresAt = p.IssuedAt.Add(time.Duration(seconds) * time.Second)
	return &api.GetSessionTokenOutput{Credentials: s.issue(ctx, p)}, nil
}
