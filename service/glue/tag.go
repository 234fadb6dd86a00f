package glue

import (
	"context"
	"strings"

	api "unyo/api/glue"
	"unyo/base/arn"
	"unyo/kernel/store"
	"unyo/kernel/tags"
)

// tagged finds the database or the crawler of an ARN; of what is here, AWS tags nothing else.
// https://docs.aws.amazon.com/glue/latest/dg/monitor-tags.html
func (s *Service) tagged(tx *store.Tx, resource string) error {
	a, err := arn.Parse(resource)
	if name, ok := strings.CutPrefix(a.Resource, "crawler/"); ok && resource == s.crawlerARN(tx.Scope(), name) {
		_, err := s.inCrawler(tx, name)
		return err
	}
	name, ok := strings.CutPrefix(a.Resource, "database/")
	if err != nil || a.Service != "glue" || !ok {
		return unsupported("tagging " + resource)
	}
	if resource != s.arn(tx.Scope(), "database/"+name) {
		return api.NewEntityNotFoundException("Database %s not found.", name)
	}
	_, err = s.inDatabase(tx, name)
	return err
}

// TagResource adds tags.
// https://docs.aws.amazon.com/glue/latest/webapi/API_TagResource.html
func (s *Service) TagResource(ctx context.Context, in *api.TagResourceInput) (*api.TagResourceOutput, error) {
	return &api.TagResourceOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		if err := s.tagged(tx, *in.ResourceArn); err != nil {
			return err
		}
		return mapTags(s.k.Tags.Set(tx, *in.ResourceArn, tags.Sorted(in.TagsToAdd)...))
	})
}

// UntagResource removes tags.
// https://docs.aws.amazon.com/glue/latest/webapi/API_UntagResource.html
func (s *Service) UntagResource(ctx context.Context, in *api.UntagResourceInput) (*api.UntagResourceOutput, error) {
	return &api.UntagResourceOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		if err := s.tagged(tx, *in.ResourceArn); err != nil {
			return err
		}
		s.k.Tags.Remove(tx, *in.ResourceArn, in.TagsToRemove...)
		return nil
	})
}

// GetTags lists tags.
// https://docs.aws.amazon.com/glue/latest/webapi/API_GetTags.html
func (s *Service) GetTags(ctx context.Context, in *api.GetTagsInput) (*api.GetTagsOutput, error) {
	out := &api.GetTagsOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		if err := s.tagged(tx, *in.ResourceArn); err != nil {
			return err
		}
		out.Tags = s.k.Tags.Map(tx, *in.ResourceArn)
		return nil
	})
}
