package firehose

import (
	"context"

	api "unyo/api/firehose"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/kernel/store"
	"unyo/kernel/tags"
)

func tagList(in []api.Tag) []tags.Tag {
	list := make([]tags.Tag, len(in))
	for i, t := range in {
		list[i] = tags.Tag{Key: *t.Key, Value: rt.Val(t.Value)}
	}
	return list
}

// TagDeliveryStream adds tags.
// https://docs.aws.amazon.com/firehose/latest/APIReference/API_TagDeliveryStream.html
func (s *Service) TagDeliveryStream(ctx context.Context, in *api.TagDeliveryStreamInput) (*api.TagDeliveryStreamOutput, error) {
	return &api.TagDeliveryStreamOutput{}, s.tagged(ctx, *in.DeliveryStreamName, s.k.Update, func(tx *store.Tx, arn string) error {
		return mapTags(s.k.Tags.Set(tx, arn, tagList(in.Tags)...))
	})
}

// UntagDeliveryStream removes tags.
// https://docs.aws.amazon.com/firehose/latest/APIReference/API_UntagDeliveryStream.html
func (s *Service) UntagDeliveryStream(ctx context.Context, in *api.UntagDeliveryStreamInput) (*api.UntagDeliveryStreamOutput, error) {
	return &api.UntagDeliveryStreamOutput{}, s.tagged(ctx, *in.DeliveryStreamName, s.k.Update, func(tx *store.Tx, arn string) error {
		s.k.Tags.Remove(tx, arn, in.TagKeys...)
		return nil
	})
}

// ListTagsForDeliveryStream lists tags.
// https://docs.aws.amazon.com/firehose/latest/APIReference/API_ListTagsForDeliveryStream.html
func (s *Service) ListTagsForDeliveryStream(ctx context.Context, in *api.ListTagsForDeliveryStreamInput) (*api.ListTagsForDeliveryStreamOutput, error) {
	limit := 50
	if in.Limit != nil {
		limit = int(*in.Limit)
	}
	out := &api.ListTagsForDeliveryStreamOutput{Tags: []api.Tag{}, HasMoreTags: new(false)}
	view := func(ctx context.Context, fn func(*store.Tx) error, _ ...store.Option) error { return s.k.View(ctx, fn) }
	return out, s.tagged(ctx, *in.DeliveryStreamName, view, func(tx *store.Tx, arn string) error {
		for _, t := range s.k.Tags.List(tx, arn) {
			if t.Key <= rt.Val(in.ExclusiveStartTagKey) {
				continue
			}
			if len(out.Tags) == limit {
				out.HasMoreTags = new(true)
				break
			}
			out.Tags = append(out.Tags, api.Tag{Key: new(t.Key), Value: new(t.Value)})
		}
		return nil
	})
}

// tagged runs fn in a transaction in which the stream exists.
func (s *Service) tagged(ctx context.Context, name string, in func(context.Context, func(*store.Tx) error, ...store.Option) error, fn func(tx *store.Tx, arn string) error) error {
	c := call.From(ctx)
	return in(ctx, func(tx *store.Tx) error {
		if !s.streams.Has(tx, name) {
			return noStream(c, name)
		}
		return fn(tx, s.arn(c, name))
	})
}
