package iam

import (
	"context"

	api "unyo/api/iam"
	"unyo/kernel/store"
)

// TagPolicy adds tags to a customer managed policy.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagPolicy.html
func (s *Service) TagPolicy(ctx context.Context, in *api.TagPolicyInput) (*api.TagPolicyOutput, error) {
	return &api.TagPolicyOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		if !s.policies.Has(tx, *in.PolicyArn) {
			return noPolicy(*in.PolicyArn)
		}
		return s.setTags(tx, *in.PolicyArn, in.Tags)
	})
}

// UntagPolicy removes tags from a policy.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagPolicy.html
func (s *Service) UntagPolicy(ctx context.Context, in *api.UntagPolicyInput) (*api.UntagPolicyOutput, error) {
	return &api.UntagPolicyOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		if !s.policies.Has(tx, *in.PolicyArn) {
			return noPolicy(*in.PolicyArn)
		}
		s.untag(tx, *in.PolicyArn, in.TagKeys)
		return nil
	})
}

// ListPolicyTags lists the tags of a policy.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicyTags.html
func (s *Service) ListPolicyTags(ctx context.Context, in *api.ListPolicyTagsInput) (*api.ListPolicyTagsOutput, error) {
	out := &api.ListPolicyTagsOutput{}
	err := s.k.View(ctx, func(tx *store.Tx) (err error) {
		if _, ok := s.managedOf(tx, *in.PolicyArn); !ok {
			return noPolicy(*in.PolicyArn)
		}
		out.Tags, out.Marker, err = s.tagPage(tx, *in.PolicyArn, in.Marker, in.MaxItems)
		return err
	})
	out.IsTruncated = new(out.Marker != nil)
	return out, err
}
