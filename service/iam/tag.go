package iam

import (
	"context"

	api "unyo/api/iam"
	"unyo/base/call"
	"unyo/kernel/store"
	"unyo/kernel/tags"
)

// setTags adds tags to what arn names.
func (s *Service) setTags(tx *store.Tx, arn string, list []api.Tag) error {
	if len(list) == 0 {
		return nil
	}
	own := make([]tags.Tag, len(list))
	for i, t := range list {
		own[i] = tags.Tag{Key: *t.Key, Value: *t.Value}
	}
	return mapTags(s.k.Tags.Set(tx, arn, own...))
}

// tagShapes lists the tags of arn in the order of their keys.
func (s *Service) tagShapes(tx *store.Tx, arn string) []api.Tag {
	list := []api.Tag{}
	for _, t := range s.k.Tags.List(tx, arn) {
		list = append(list, api.Tag{Key: new(t.Key), Value: new(t.Value)})
	}
	return list
}

// TagUser adds tags to a user.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagUser.html
func (s *Service) TagUser(ctx context.Context, in *api.TagUserInput) (*api.TagUserOutput, error) {
	return &api.TagUserOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		e, ok := s.users.Get(tx, fold(*in.UserName))
		if !ok {
			return noSuch("user", *in.UserName)
		}
		return s.setTags(tx, s.arn(call.From(ctx).Account, "user", e.Path, e.Name), in.Tags)
	})
}

// UntagUser removes tags from a user.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagUser.html
func (s *Service) UntagUser(ctx context.Context, in *api.UntagUserInput) (*api.UntagUserOutput, error) {
	return &api.UntagUserOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		e, ok := s.users.Get(tx, fold(*in.UserName))
		if !ok {
			return noSuch("user", *in.UserName)
		}
		s.k.Tags.Remove(tx, s.arn(call.From(ctx).Account, "user", e.Path, e.Name), in.TagKeys...)
		return nil
	})
}

// ListUserTags lists the tags of a user.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUserTags.html
func (s *Service) ListUserTags(ctx context.Context, in *api.ListUserTagsInput) (*api.ListUserTagsOutput, error) {
	out := &api.ListUserTagsOutput{IsTruncated: new(false)}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		e, ok := s.users.Get(tx, fold(*in.UserName))
		if !ok {
			return noSuch("user", *in.UserName)
		}
		out.Tags = s.tagShapes(tx, s.arn(call.From(ctx).Account, "user", e.Path, e.Name))
		return nil
	})
}

// TagRole adds tags to a role.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagRole.html
func (s *Service) TagRole(ctx context.Context, in *api.TagRoleInput) (*api.TagRoleOutput, error) {
	return &api.TagRoleOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		e, ok := s.roles.Get(tx, fold(*in.RoleName))
		if !ok {
			return noSuch("role", *in.RoleName)
		}
		return s.setTags(tx, s.arn(call.From(ctx).Account, "role", e.Path, e.Name), in.Tags)
	})
}

// UntagRole removes tags from a role.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagRole.html
func (s *Service) UntagRole(ctx context.Context, in *api.UntagRoleInput) (*api.UntagRoleOutput, error) {
	return &api.UntagRoleOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		e, ok := s.roles.Get(tx, fold(*in.RoleName))
		if !ok {
			return noSuch("role", *in.RoleName)
		}
		s.k.Tags.Remove(tx, s.arn(call.From(ctx).Account, "role", e.Path, e.Name), in.TagKeys...)
		return nil
	})
}

// ListRoleTags lists the tags of a role.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoleTags.html
func (s *Service) ListRoleTags(ctx context.Context, in *api.ListRoleTagsInput) (*api.ListRoleTagsOutput, error) {
	out := &api.ListRoleTagsOutput{IsTruncated: new(false)}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		e, ok := s.roles.Get(tx, fold(*in.RoleName))
		if !ok {
			return noSuch("role", *in.RoleName)
		}
		out.Tags = s.tagShapes(tx, s.arn(call.From(ctx).Account, "role", e.Path, e.Name))
		return nil
	})
}
