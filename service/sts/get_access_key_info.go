package sts

import (
	"context"
	"errors"

	api "unyo/api/sts"
	"unyo/base/call"
	"unyo/engine/credential"
)

// GetAccessKeyInfo tells which account a key belongs to. Ids bear it, so that it is told of keys of sessions that are over, too.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetAccessKeyInfo.html
func (s *Service) GetAccessKeyInfo(ctx context.Context, in *api.GetAccessKeyInfoInput) (*api.GetAccessKeyInfoOutput, error) {
	c, err := s.directory.Credential(ctx, *in.AccessKeyId, "")
	if err == nil {
		return &api.GetAccessKeyInfoOutput{Account: new(c.Principal.Account)}, nil
	}
	if !errors.Is(err, call.ErrUnknownKey) && !errors.Is(err, call.ErrInactiveKey) {
		return nil, err
	}
	account, ok := credential.AccountOf(*in.AccessKeyId)
	there, err := s.directory.HasAccount(ctx, account)
	switch {
	case err != nil:
		return nil, err
	case !ok || !there:
		return nil, validation("Access key ID %s does not exist.", *in.AccessKeyId)
	}
	return &api.GetAccessKeyInfoOutput{Account: new(account)}, nil
}
