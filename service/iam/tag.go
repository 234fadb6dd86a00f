package iam

import (
	"context"
	"iter"
	"slices"

	api "unyo/api/iam"
	"unyo/base/call"
	"unyo/kernel/store"
	"unyo/kernel/tags"
)

// setTags adds tags to what arn names. IAM keeps the case of keys and compares them without it: a key of another
// case replaces the one that is there.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html#id_tags_rules
func (s *Service) setTags(tx *store.Tx, arn string, list []api.Tag) error {
	if len(list) == 0 {
		return nil
	}
	own := make([]tags.Tag, len(list))
	seen := map[string]bool{}
	for i, t := range list {
		if seen[fold(*t.Key)] {
			return api.NewInvalidInputException("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		}
		seen[fold(*t.Key)] = true
		own[i] = tags.Tag{Key: *t.Key, Value: *t.Value}
	}
	s.dropTags(tx, arn, func(key string) bool { return seen[fold(key)] })
	return mapTags(s.k.Tags.Set(tx, arn, own...))
}

// dropTags removes the tags of arn whose keys which names.
func (s *Service) dropTags(tx *store.Tx, arn string, which func(key string) bool) {
	for _, t := range s.k.Tags.List(tx, arn) {
		if which(t.Key) {
			s.k.Tags.Remove(tx, arn, t.Key)
		}
	}
}

func (s *Service) untag(tx *store.Tx, arn string, keys []string) {
	s.dropTags(tx, arn, func(key string) bool {
		return slices.ContainsFunc(keys, func(k string) bool { return fold(k) == fold(key) })
	})
}

// tagPage lists one page of the tags of arn in the order of their keys.
func (s *Service) tagPage(tx *store.Tx, arn string, marker *string, maxItems *int32) ([]api.Tag, *string, error) {
	rows := func(after string) iter.Seq2[string, string] {
		return func(yield func(string, string) bool) {
			for _, t := range s.k.Tags.List(tx, arn) {
				if t.Key > after && !yield(t.Key, t.Value) {
					return
				}
			}
		}
	}
	return listed("tags"+arn, marker, maxItems, rows, func(key, value string) (api.Tag, bool) {
		return api.Tag{Key: new(key), Value: new(value)}, true
	})
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
		s.untag(tx, s.arn(call.From(ctx).Account, "user", e.Path, e.Name), in.TagKeys)
		return nil
	})
}

// ListUserTags lists the tags of a user.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUserTags.html
func (s *Service) ListUserTags(ctx context.Context, in *api.ListUserTagsInput) (*api.ListUserTagsOutput, error) {
	out := &api.ListUserTagsOutput{}
	err := s.k.View(ctx, func(tx *store.Tx) (err error) {
		e, ok := s.users.Get(tx, fold(*in.UserName))
		if !ok {
			return noSuch("user", *in.UserName)
		}
		out.Tags, out.Marker, err = s.tagPage(tx, s.arn(call.From(ctx).Account, "user", e.Path, e.Name), in.Marker, in.MaxItems)
		return err
	})
	out.IsTruncated = new(out.Marker != nil)
	return out, err
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
		s.untag(tx, s.arn(call.From(ctx).Account, "role", e.Path, e.Name), in.TagKeys)
		return nil
	})
}

// ListRoleTags lists the tags of a role.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoleTags.html
func (s *Service) ListRoleTags(ctx context.Context, in *api.ListRoleTagsInput) (*api.ListRoleTagsOutput, error) {
	out := &api.ListRoleTagsOutput{}
	err := s.k.View(ctx, func(tx *store.Tx) (err error) {
		e, ok := s.roles.Get(tx, fold(*in.RoleName))
		if !ok {
			return noSuch("role", *in.RoleName)
		}
		out.Tags, out.Marker, err = s.tagPage(tx, s.arn(call.From(ctx).Account, "role", e.Path, e.Name), in.Marker, in.MaxItems)
		return err
	})
	out.IsTruncated = new(out.Marker != nil)
	return out, err
}
