package logs

import (
	"context"

	api "unyo/api/logs"
	"unyo/base/call"
	"unyo/kernel/store"
)

// TagResource adds tags to a log group, over those of the same keys.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagResource.html
func (s *Service) TagResource(ctx context.Context, in *api.TagResourceInput) (*api.TagResourceOutput, error) {
	name, err := taggable(ctx, *in.ResourceArn)
	if err != nil {
		return nil, err
	}
	return &api.TagResourceOutput{}, s.tag(ctx, name, in.Tags)
}

// UntagResource takes tags off a log group.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_UntagResource.html
func (s *Service) UntagResource(ctx context.Context, in *api.UntagResourceInput) (*api.UntagResourceOutput, error) {
	name, err := taggable(ctx, *in.ResourceArn)
	if err != nil {
		return nil, err
	}
	return &api.UntagResourceOutput{}, s.untag(ctx, name, in.TagKeys)
}

// ListTagsForResource lists the tags of a log group.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListTagsForResource.html
func (s *Service) ListTagsForResource(ctx context.Context, in *api.ListTagsForResourceInput) (*api.ListTagsForResourceOutput, error) {
	name, err := taggable(ctx, *in.ResourceArn)
	if err != nil {
		return nil, err
	}
	tags, err := s.tagsOf(ctx, name)
	return &api.ListTagsForResourceOutput{Tags: tags}, err
}

// TagLogGroup is the older form of TagResource.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagLogGroup.html
func (s *Service) TagLogGroup(ctx context.Context, in *api.TagLogGroupInput) (*api.TagLogGroupOutput, error) {
	return &api.TagLogGroupOutput{}, s.tag(ctx, *in.LogGroupName, in.Tags)
}

// UntagLogGroup is the older form of UntagResource.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_UntagLogGroup.html
func (s *Service) UntagLogGroup(ctx context.Context, in *api.UntagLogGroupInput) (*api.UntagLogGroupOutput, error) {
	return &api.UntagLogGroupOutput{}, s.untag(ctx, *in.LogGroupName, in.Tags)
}

// ListTagsLogGroup is the older form of ListTagsForResource.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListTagsLogGroup.html
func (s *Service) ListTagsLogGroup(ctx context.Context, in *api.ListTagsLogGroupInput) (*api.ListTagsLogGroupOutput, error) {
	tags, err := s.tagsOf(ctx, *in.LogGroupName)
	return &api.ListTagsLogGroupOutput{Tags: tags}, err
}

// taggable is the group that an ARN names; only an ARN is taken.
func taggable(ctx context.Context, resource string) (string, error) {
	name, err := identified(ctx, resource)
	if err == nil && name == resource {
		return "", invalid("%s is not the ARN of a log group.", resource)
	}
	return name, err
}

func (s *Service) tag(ctx context.Context, name string, tags map[string]string) error {
	arn := s.groupARN(call.ScopeOf(ctx), name)
	return s.k.Update(ctx, func(tx *store.Tx) error {
		if _, err := s.groupNamed(tx, name); err != nil {
			return err
		}
		return mapTags(s.k.Tags.Set(tx, arn, tagList(tags)...), arn)
	})
}

func (s *Service) untag(ctx context.Context, name string, keys []string) error {
	arn := s.groupARN(call.ScopeOf(ctx), name)
	return s.k.Update(ctx, func(tx *store.Tx) error {
		if _, err := s.groupNamed(tx, name); err != nil {
			return err
		}
		s.k.Tags.Remove(tx, arn, keys...)
		return nil
	})
}

func (s *Service) tagsOf(ctx context.Context, name string) (map[string]string, error) {
	arn := s.groupARN(call.ScopeOf(ctx), name)
	var tags map[string]string
	err := s.k.View(ctx, func(tx *store.Tx) error {
		if _, err := s.groupNamed(tx, name); err != nil {
			return err
		}
		tags = s.k.Tags.Map(tx, arn)
		return nil
	})
	return tags, err
}
