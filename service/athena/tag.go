package athena

import (
	"context"
	"iter"
	"strings"

	api "unyo/api/athena"
	"unyo/base/arn"
	"unyo/kernel/store"
)

// tagged finds the work group or the data catalog of an ARN.
// https://docs.aws.amazon.com/athena/latest/ug/tags.html
func (s *Service) tagged(tx *store.Tx, resource string) error {
	a, err := arn.Parse(resource)
	if err != nil || a.Service != "athena" || resource != s.arn(tx.Scope(), a.Resource) {
		return invalid("Invalid resource ARN: %s", resource)
	}
	missing := func() error {
		e := api.NewResourceNotFoundException("Resource %s was not found", resource)
		e.ResourceName = &resource
		return e
	}
	switch kind, name, _ := strings.Cut(a.Resource, "/"); kind {
	case "workgroup":
		if _, err := s.workGroup(tx, name); err != nil {
			return missing()
		}
	case "datacatalog":
		if !s.catalogs.Has(tx, name) {
			return missing()
		}
	default:
		return unsupported("tagging " + resource)
	}
	return nil
}

// TagResource adds tags.
// https://docs.aws.amazon.com/athena/latest/APIReference/API_TagResource.html
func (s *Service) TagResource(ctx context.Context, in *api.TagResourceInput) (*api.TagResourceOutput, error) {
	return &api.TagResourceOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		if err := s.tagged(tx, *in.ResourceARN); err != nil {
			return err
		}
		return mapTags(s.k.Tags.Set(tx, *in.ResourceARN, listOf(in.Tags)...))
	})
}

// UntagResource removes tags.
// https://docs.aws.amazon.com/athena/latest/APIReference/API_UntagResource.html
func (s *Service) UntagResource(ctx context.Context, in *api.UntagResourceInput) (*api.UntagResourceOutput, error) {
	return &api.UntagResourceOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		if err := s.tagged(tx, *in.ResourceARN); err != nil {
			return err
		}
		s.k.Tags.Remove(tx, *in.ResourceARN, in.TagKeys...)
		return nil
	})
}

// ListTagsForResource lists tags by key.
// https://docs.aws.amazon.com/athena/latest/APIReference/API_ListTagsForResource.html
func (s *Service) ListTagsForResource(ctx context.Context, in *api.ListTagsForResourceInput) (*api.ListTagsForResourceOutput, error) {
	out := &api.ListTagsForResourceOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) (err error) {
		if err := s.tagged(tx, *in.ResourceARN); err != nil {
			return err
		}
		rows := func(after string) iter.Seq2[string, string] {
			return func(yield func(string, string) bool) {
				for _, t := range s.k.Tags.List(tx, *in.ResourceARN) {
					if t.Key > after && !yield(t.Key, t.Value) {
						return
					}
				}
			}
		}
		out.Tags, out.NextToken, err = listed("tags "+*in.ResourceARN, in.NextToken, limitOf(in.MaxResults, 200), rows, func(key, value string) api.Tag { return api.Tag{Key: &key, Value: &value} })
		return err
	})
}
