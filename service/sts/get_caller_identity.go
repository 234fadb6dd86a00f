package sts

import (
	"context"

	api "unyo/api/sts"
	"unyo/base/call"
)

// GetCallerIdentity says who asks.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
func (s *Service) GetCallerIdentity(ctx context.Context, _ *api.GetCallerIdentityInput) (*api.GetCallerIdentityOutput, error) {
	p := call.From(ctx).Principal
	return &api.GetCallerIdentityOutput{UserId: new(p.ID), Account: new(p.Account), Arn: new(p.ARN)}, nil
}
