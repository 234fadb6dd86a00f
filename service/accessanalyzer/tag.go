package accessanalyzer

import (
	"context"

	api "unyo/api/accessanalyzer"
	"unyo/kernel/store"
	"unyo/kernel/tags"
)

// TagResource adds tags to an analyzer.
// https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_TagResource.html
func (s *Service) TagResource(ctx context.Context, in *api.TagResourceInput) (*api.TagResourceOutput, error) {
	return &api.TagResourceOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		if _, err := s.byARN(tx, *in.ResourceArn); err != nil {
			return err
		}
		return mapTags(*in.ResourceArn, s.k.Tags.Set(tx, *in.ResourceArn, tags.Sorted(in.Tags)...))
	})
}

// UntagResource removes tags.
// https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_UntagResource.html
func (s *Service) UntagResource(ctx context.Context, in *api.UntagResourceInput) (*api.UntagResourceOutput, error) {
	return &api.UntagResourceOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		if _, err := s.byARN(tx, *in.ResourceArn); err != nil {
			return err
		}
		s.k.Tags.Remove(tx, *in.ResourceArn, in.TagKeys...)
		return nil
	})
}

// ListTagsForResource lists tags.
// https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ListTagsForResource.html
func (s *Service) ListTagsForResource(ctx context.Context, in *api.ListTagsForResourceInput) (*api.ListTagsForResourceOutput, error) {
	out := &api.ListTagsForResourceOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		_, err := s.byARN(tx, *in.ResourceArn)
		out.Tags = s.k.Tags.Map(tx, *in.ResourceArn)
		return err
	})
}
