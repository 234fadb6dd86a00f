package logs

import (
	"context"

	api "unyo/api/logs"
	"unyo/base/call"
	"unyo/kernel/store"
	"unyo/kernel/tags"
)

// TagResource adds tags to a log group or a destination, over those of the same keys.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagResource.html
func (s *Service) TagResource(ctx context.Context, in *api.TagResourceInput) (*api.TagResourceOutput, error) {
	t, err := s.taggable(ctx, *in.ResourceArn)
	if err != nil {
		return nil, err
	}
	return &api.TagResourceOutput{}, s.tag(ctx, t, in.Tags)
}

// UntagResource takes tags off.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_UntagResource.html
func (s *Service) UntagResource(ctx context.Context, in *api.UntagResourceInput) (*api.UntagResourceOutput, error) {
	t, err := s.taggable(ctx, *in.ResourceArn)
	if err != nil {
		return nil, err
	}
	return &api.UntagResourceOutput{}, s.untag(ctx, t, in.TagKeys)
}

// ListTagsForResource lists tags.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListTagsForResource.html
func (s *Service) ListTagsForResource(ctx context.Context, in *api.ListTagsForResourceInput) (*api.ListTagsForResourceOutput, error) {
	t, err := s.taggable(ctx, *in.ResourceArn)
	if err != nil {
		return nil, err
	}
	tags, err := s.tagsOf(ctx, t)
	return &api.ListTagsForResourceOutput{Tags: tags}, err
}

// TagLogGroup is the older form of TagResource.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagLogGroup.html
func (s *Service) TagLogGroup(ctx context.Context, in *api.TagLogGroupInput) (*api.TagLogGroupOutput, error) {
	return &api.TagLogGroupOutput{}, s.tag(ctx, s.taggedGroup(ctx, *in.LogGroupName), in.Tags)
}

// UntagLogGroup is the older form of UntagResource.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_UntagLogGroup.html
func (s *Service) UntagLogGroup(ctx context.Context, in *api.UntagLogGroupInput) (*api.UntagLogGroupOutput, error) {
	return &api.UntagLogGroupOutput{}, s.untag(ctx, s.taggedGroup(ctx, *in.LogGroupName), in.Tags)
}

// ListTagsLogGroup is the older form of ListTagsForResource.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListTagsLogGroup.html
func (s *Service) ListTagsLogGroup(ctx context.Context, in *api.ListTagsLogGroupInput) (*api.ListTagsLogGroupOutput, error) {
	tags, err := s.tagsOf(ctx, s.taggedGroup(ctx, *in.LogGroupName))
	return &api.ListTagsLogGroupOutput{Tags: tags}, err
}

// tagged is what bears tags: its ARN, and what tells that it is not there.
type tagged struct {
	arn   string
	there func(*store.Tx) error
}

// taggable is what an ARN names; only an ARN is taken.
func (s *Service) taggable(ctx context.Context, resource string) (tagged, error) {
	if a, name, ok := destinationOf(resource); ok {
		scope := call.ScopeOf(ctx)
		return tagged{resource, func(tx *store.Tx) error {
			if a.Account != scope.Account || a.Region != scope.Region || !s.destinations.Has(tx, name) {
				return noDestination()
			}
			return nil
		}}, nil
	}
	if t, ok := s.taggedDelivery(ctx, resource); ok {
		return t, nil
	}
	name, err := identified(ctx, resource)
	if err == nil && name == resource {
		err = invalid("%s is not the ARN of a log group.", resource)
	}
	return s.taggedGroup(ctx, name), err
}

func (s *Service) taggedGroup(ctx context.Context, name string) tagged {
	return tagged{s.groupARN(call.ScopeOf(ctx), name), func(tx *store.Tx) error {
		_, err := s.groupNamed(tx, name)
		return err
	}}
}

func (s *Service) tag(ctx context.Context, t tagged, add map[string]string) error {
	return s.k.Update(ctx, func(tx *store.Tx) error {
		if err := t.there(tx); err != nil {
			return err
		}
		return mapTags(s.k.Tags.Set(tx, t.arn, tags.Sorted(add)...), t.arn)
	})
}

func (s *Service) untag(ctx context.Context, t tagged, keys []string) error {
	return s.k.Update(ctx, func(tx *store.Tx) error {
		if err := t.there(tx); err != nil {
			return err
		}
		s.k.Tags.Remove(tx, t.arn, keys...)
		return nil
	})
}

func (s *Service) tagsOf(ctx context.Context, t tagged) (tags map[string]string, err error) {
	err = s.k.View(ctx, func(tx *store.Tx) error {
		if err := t.there(tx); err != nil {
			return err
		}
		tags = s.k.Tags.Map(tx, t.arn)
		return nil
	})
	return tags, err
}
