package kinesis

import (
	"context"
	"maps"
	"slices"

	api "unyo/api/kinesis"
	"unyo/api/rt"
	"unyo/kernel/store"
	"unyo/kernel/tags"
)

func tagList(in map[string]string) []tags.Tag {
	list := make([]tags.Tag, 0, len(in))
	for _, k := range slices.Sorted(maps.Keys(in)) {
		list = append(list, tags.Tag{Key: k, Value: in[k]})
	}
	return list
}

func (s *Service) tag(ctx context.Context, name, arn, id *string, add map[string]string) error {
	return s.update(ctx, name, arn, id, func(tx *store.Tx, row *stream) error {
		return mapTags(s.k.Tags.Set(tx, s.arn(tx.Scope(), row.Name), tagList(add)...))
	})
}

func (s *Service) untag(ctx context.Context, name, arn, id *string, keys []string) error {
	return s.update(ctx, name, arn, id, func(tx *store.Tx, row *stream) error {
		s.k.Tags.Remove(tx, s.arn(tx.Scope(), row.Name), keys...)
		return nil
	})
}

// AddTagsToStream adds tags.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_AddTagsToStream.html
func (s *Service) AddTagsToStream(ctx context.Context, in *api.AddTagsToStreamInput) (*api.AddTagsToStreamOutput, error) {
	return &api.AddTagsToStreamOutput{}, s.tag(ctx, in.StreamName, in.StreamARN, in.StreamId, in.Tags)
}

// RemoveTagsFromStream removes tags.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_RemoveTagsFromStream.html
func (s *Service) RemoveTagsFromStream(ctx context.Context, in *api.RemoveTagsFromStreamInput) (*api.RemoveTagsFromStreamOutput, error) {
	return &api.RemoveTagsFromStreamOutput{}, s.untag(ctx, in.StreamName, in.StreamARN, in.StreamId, in.TagKeys)
}

// TagResource adds tags.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_TagResource.html
func (s *Service) TagResource(ctx context.Context, in *api.TagResourceInput) (*api.TagResourceOutput, error) {
	return &api.TagResourceOutput{}, s.tag(ctx, nil, in.ResourceARN, in.StreamId, in.Tags)
}

// UntagResource removes tags.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UntagResource.html
func (s *Service) UntagResource(ctx context.Context, in *api.UntagResourceInput) (*api.UntagResourceOutput, error) {
	return &api.UntagResourceOutput{}, s.untag(ctx, nil, in.ResourceARN, in.StreamId, in.TagKeys)
}

// ListTagsForStream lists tags in the order of their keys.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListTagsForStream.html
func (s *Service) ListTagsForStream(ctx context.Context, in *api.ListTagsForStreamInput) (*api.ListTagsForStreamOutput, error) {
	most := limitOf(in.Limit, tags.MaxTags)
	out := &api.ListTagsForStreamOutput{Tags: []api.Tag{}, HasMoreTags: new(false)}
	return out, s.view(ctx, in.StreamName, in.StreamARN, in.StreamId, func(tx *store.Tx, row *stream) error {
		for _, t := range s.k.Tags.List(tx, s.arn(tx.Scope(), row.Name)) {
			if t.Key <= rt.Val(in.ExclusiveStartTagKey) {
				continue
			}
			if len(out.Tags) == most {
				out.HasMoreTags = new(true)
				break
			}
			out.Tags = append(out.Tags, api.Tag{Key: new(t.Key), Value: new(t.Value)})
		}
		return nil
	})
}

// ListTagsForResource lists tags in the order of their keys.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListTagsForResource.html
func (s *Service) ListTagsForResource(ctx context.Context, in *api.ListTagsForResourceInput) (*api.ListTagsForResourceOutput, error) {
	out := &api.ListTagsForResourceOutput{Tags: []api.Tag{}}
	return out, s.view(ctx, nil, in.ResourceARN, in.StreamId, func(tx *store.Tx, row *stream) error {
		for _, t := range s.k.Tags.List(tx, s.arn(tx.Scope(), row.Name)) {
			out.Tags = append(out.Tags, api.Tag{Key: new(t.Key), Value: new(t.Value)})
		}
		return nil
	})
}
