package iam

import (
	"context"

	api "unyo/api/iam"
	"unyo/base/call"
	"unyo/kernel/store"
)

// GetAccessKeyLastUsed tells when, where and for which service a key has signed last.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccessKeyLastUsed.html
func (s *Service) GetAccessKeyLastUsed(ctx context.Context, in *api.GetAccessKeyLastUsedInput) (*api.GetAccessKeyLastUsedOutput, error) {
	account := call.From(ctx).Account
	out := &api.GetAccessKeyLastUsedOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		k, ok := s.keys.Get(tx, *in.AccessKeyId)
		if !ok || k.Account != account {
			return api.NewNoSuchEntityException("The Access Key with id %s cannot be found.", *in.AccessKeyId)
		}
		out.UserName = new(k.User)
		out.AccessKeyLastUsed = &api.AccessKeyLastUsed{Region: new("N/A"), ServiceName: new("N/A")}
		if last, ok := s.lastUseOf(tx, *in.AccessKeyId); ok {
			out.AccessKeyLastUsed = &api.AccessKeyLastUsed{LastUsedDate: new(last.At), Region: new(last.Region), ServiceName: new(last.Service)}
		}
		return nil
	})
}

func (s *Service) roleLastUsed(tx *store.Tx, r *role) *api.RoleLastUsed {
	last, ok := s.lastUseOf(tx, r.ID)
	if !ok {
		return &api.RoleLastUsed{}
	}
	return &api.RoleLastUsed{LastUsedDate: new(last.At), Region: new(last.Region)}
}
