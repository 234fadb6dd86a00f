package sts

import (
	"context"
	"errors"

	api "unyo/api/sts"
	"unyo/base/call"
)

// GetAccessKeyInfo tells which account a long-term key belongs to.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetAccessKeyInfo.html
func (s *Service) GetAccessKeyInfo(ctx context.Context, in *api.GetAccessKeyInfoInput) (*api.GetAccessKeyInfoOutput, error) {
	c, err := s.directory.Credential(ctx, *in.AccessKeyId, "")
	if errors.Is(err, call.ErrUnknownKey) || errors.Is(err, call.ErrInactiveKey) {
		return nil, validation("Access key ID %s does not exist.", *in.AccessKeyId)
	}
	if err != nil {
		return nil, err
	}
	return &api.GetAccessKeyInfoOutput{Account: new(c.Principal.Account)}, nil
}
