package kinesis

import (
	"context"
	"strings"

	api "unyo/api/kinesis"
	"unyo/api/rt"
	"unyo/kernel/store"
	"unyo/kernel/tags"
)

// AddTagsToStream adds tags.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_AddTagsToStream.html
func (s *Service) AddTagsToStream(ctx context.Context, in *api.AddTagsToStreamInput) (*api.AddTagsToStreamOutput, error) {
	return &api.AddTagsToStreamOutput{}, s.update(ctx, in.StreamName, in.StreamARN, in.StreamId, func(tx *store.Tx, row *stream) error {
		return mapTags(s.k.Tags.Set(tx, s.arn(tx.Scope(), row.Name), tags.Sorted(in.Tags)...))
	})
}

// RemoveTagsFromStream removes tags.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_RemoveTagsFromStream.html
func (s *Service) RemoveTagsFromStream(ctx context.Context, in *api.RemoveTagsFromStreamInput) (*api.RemoveTagsFromStreamOutput, error) {
	return &api.RemoveTagsFromStreamOutput{}, s.update(ctx, in.StreamName, in.StreamARN, in.StreamId, func(tx *store.Tx, row *stream) error {
		s.k.Tags.Remove(tx, s.arn(tx.Scope(), row.Name), in.TagKeys...)
		return nil
	})
}

// tagged runs fn where the resource of that ARN is there: a stream or a consumer.
func (s *Service) tagged(ctx context.Context, resource string, run func(context.Context, func(tx *store.Tx) error) error, fn func(tx *store.Tx) error) error {
	if !strings.Contains(resource, "/consumer/") {
		name, err := s.streamName(ctx, nil, &resource, nil)
		if err != nil {
			return err
		}
		return run(ctx, func(tx *store.Tx) error {
			if !s.streams.Has(tx, name) {
				return noStream(tx.Call(), name)
			}
			return fn(tx)
		})
	}
	who, err := s.splitConsumer(ctx, resource)
	if err != nil {
		return err
	}
	return run(ctx, func(tx *store.Tx) error {
		if _, _, err := s.consumer(tx, who); err != nil {
			return err
		}
		return fn(tx)
	})
}

// change is k.Update without options.
func (s *Service) change(ctx context.Context, fn func(tx *store.Tx) error) error {
	return s.k.Update(ctx, fn)
}

// TagResource adds tags.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_TagResource.html
func (s *Service) TagResource(ctx context.Context, in *api.TagResourceInput) (*api.TagResourceOutput, error) {
	if in.StreamId != nil {
		return nil, unsupported("StreamId")
	}
	return &api.TagResourceOutput{}, s.tagged(ctx, *in.ResourceARN, s.change, func(tx *store.Tx) error {
		return mapTags(s.k.Tags.Set(tx, *in.ResourceARN, tags.Sorted(in.Tags)...))
	})
}

// UntagResource removes tags.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UntagResource.html
func (s *Service) UntagResource(ctx context.Context, in *api.UntagResourceInput) (*api.UntagResourceOutput, error) {
	if in.StreamId != nil {
		return nil, unsupported("StreamId")
	}
	return &api.UntagResourceOutput{}, s.tagged(ctx, *in.ResourceARN, s.change, func(tx *store.Tx) error {
		s.k.Tags.Remove(tx, *in.ResourceARN, in.TagKeys...)
		return nil
	})
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
	if in.StreamId != nil {
		return nil, unsupported("StreamId")
	}
	return out, s.tagged(ctx, *in.ResourceARN, s.k.View, func(tx *store.Tx) error {
		for _, t := range s.k.Tags.List(tx, *in.ResourceARN) {
			out.Tags = append(out.Tags, api.Tag{Key: new(t.Key), Value: new(t.Value)})
		}
		return nil
	})
}
