package iam

import (
	"context"

	api "unyo/api/iam"
	"unyo/base/call"
	"unyo/kernel/store"
)

// TagInstanceProfile adds tags to a profile.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagInstanceProfile.html
func (s *Service) TagInstanceProfile(ctx context.Context, in *api.TagInstanceProfileInput) (*api.TagInstanceProfileOutput, error) {
	return &api.TagInstanceProfileOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		p, err := s.profile(tx, *in.InstanceProfileName)
		if err != nil {
			return err
		}
		return s.setTags(tx, s.profileARN(call.From(ctx).Account, &p), in.Tags)
	})
}

// UntagInstanceProfile removes tags from a profile.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagInstanceProfile.html
func (s *Service) UntagInstanceProfile(ctx context.Context, in *api.UntagInstanceProfileInput) (*api.UntagInstanceProfileOutput, error) {
	return &api.UntagInstanceProfileOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		p, err := s.profile(tx, *in.InstanceProfileName)
		if err != nil {
			return err
		}
		s.untag(tx, s.profileARN(call.From(ctx).Account, &p), in.TagKeys)
		return nil
	})
}

// ListInstanceProfileTags lists the tags of a profile.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListInstanceProfileTags.html
func (s *Service) ListInstanceProfileTags(ctx context.Context, in *api.ListInstanceProfileTagsInput) (*api.ListInstanceProfileTagsOutput, error) {
	out := &api.ListInstanceProfileTagsOutput{}
	err := s.k.View(ctx, func(tx *store.Tx) error {
		p, err := s.profile(tx, *in.InstanceProfileName)
		if err != nil {
			return err
		}
		out.Tags, out.Marker, err = s.tagPage(tx, s.profileARN(call.From(ctx).Account, &p), in.Marker, in.MaxItems)
		return err
	})
	out.IsTruncated = new(out.Marker != nil)
	return out, err
}
