package organizations

import (
	"context"
	"strings"

	api "unyo/api/organizations"
	"unyo/kernel/store"
)

// tagged is the ARN of what an id names, which must be there.
func (s *Service) tagged(tx *store.Tx, o *organization, id string) (string, error) {
	switch {
	case strings.HasPrefix(id, "p-"):
		p, err := s.find(tx, o, id)
		if err != nil {
			return "", noTarget()
		}
		return s.policyARN(o, p.Type, id), nil
	case strings.HasPrefix(id, "rp-"):
		if p, ok := s.delegations.Get(tx, o.ID); !ok || p.ID != id {
			return "", noTarget()
		}
		return s.arn(o, "resourcepolicy", id), nil
	case strings.HasPrefix(id, "rt-"):
		return "", unsupported("tagging " + id)
	}
	if _, ok := s.target(tx, o, id); !ok {
		return "", noTarget()
	}
	return s.arnOf(o, id, ""), nil
}

// TagResource adds tags to a root, unit, account, policy or the resource policy.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_TagResource.html
func (s *Service) TagResource(ctx context.Context, in *api.TagResourceInput) (*api.TagResourceOutput, error) {
	return &api.TagResourceOutput{}, s.edit(ctx, func(tx *store.Tx, o *organization) error {
		arn, err := s.tagged(tx, o, *in.ResourceId)
		if err != nil {
			return err
		}
		return wordTags(s.k.Tags.Set(tx, arn, tagsOf(in.Tags)...))
	})
}

// UntagResource removes tags.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_UntagResource.html
func (s *Service) UntagResource(ctx context.Context, in *api.UntagResourceInput) (*api.UntagResourceOutput, error) {
	return &api.UntagResourceOutput{}, s.edit(ctx, func(tx *store.Tx, o *organization) error {
		arn, err := s.tagged(tx, o, *in.ResourceId)
		if err != nil {
			return err
		}
		s.k.Tags.Remove(tx, arn, in.TagKeys...)
		return nil
	})
}

// ListTagsForResource lists tags: 50 at most, so that they are one page.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListTagsForResource.html
func (s *Service) ListTagsForResource(ctx context.Context, in *api.ListTagsForResourceInput) (*api.ListTagsForResourceOutput, error) {
	out := &api.ListTagsForResourceOutput{Tags: []api.Tag{}}
	return out, s.read(ctx, func(tx *store.Tx, o *organization) error {
		arn, err := s.tagged(tx, o, *in.ResourceId)
		if err != nil {
			return err
		}
		out.Tags = []api.Tag{}
		for _, t := range s.k.Tags.List(tx, arn) {
			out.Tags = append(out.Tags, api.Tag{Key: new(t.Key), Value: new(t.Value)})
		}
		return nil
	})
}
