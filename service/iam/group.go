package iam

import (
	"context"
	"iter"
	"strings"

	api "unyo/api/iam"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/kernel/store"
)

// CreateGroup makes an empty group.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateGroup.html
func (s *Service) CreateGroup(ctx context.Context, in *api.CreateGroupInput) (*api.CreateGroupOutput, error) {
	g := group{Name: *in.GroupName, Path: orSlash(in.Path), ID: s.k.Entropy.ID(ctx, "AGPA", 17), CreatedAt: s.k.Clock.Now()}
	err := s.k.Update(ctx, func(tx *store.Tx) error {
		if _, ok := s.groups.Get(tx, fold(g.Name)); ok {
			return exists("Group", g.Name)
		}
		if count(s.groups.From(tx, "")) >= maxAccountGroups {
			return overQuota("GroupsPerAccount", maxAccountGroups)
		}
		s.groups.Put(tx, fold(g.Name), g)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &api.CreateGroupOutput{Group: new(s.groupShape(call.From(ctx).Account, g))}, nil
}

func (s *Service) groupShape(account string, g group) api.Group {
	return api.Group{GroupName: new(g.Name), Path: new(g.Path), GroupId: new(g.ID), CreateDate: new(g.CreatedAt), Arn: new(s.arn(account, "group", g.Path, g.Name))}
}

// GetGroup describes a group and lists its users.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetGroup.html
func (s *Service) GetGroup(ctx context.Context, in *api.GetGroupInput) (*api.GetGroupOutput, error) {
	account := call.From(ctx).Account
	out := &api.GetGroupOutput{}
	err := s.k.View(ctx, func(tx *store.Tx) (err error) {
		g, ok := s.groups.Get(tx, fold(*in.GroupName))
		if !ok {
			return noSuch("group", *in.GroupName)
		}
		out.Group = new(s.groupShape(account, g))
		rows := func(after string) iter.Seq2[string, none] { return s.members.Prefix(tx, fold(g.Name)+sep, after) }
		out.Users, out.Marker, err = listed("group"+fold(g.Name), in.Marker, in.MaxItems, rows, func(key string, _ none) (api.User, bool) {
			u, ok := s.users.Get(tx, tail(key))
			return *s.userShape(tx, account, &u), ok
		})
		return err
	})
	out.IsTruncated = new(out.Marker != nil)
	return out, err
}

// ListGroups lists groups below a path prefix.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroups.html
func (s *Service) ListGroups(ctx context.Context, in *api.ListGroupsInput) (*api.ListGroupsOutput, error) {
	account := call.From(ctx).Account
	out := &api.ListGroupsOutput{}
	err := s.k.View(ctx, func(tx *store.Tx) (err error) {
		rows := func(after string) iter.Seq2[string, group] { return s.groups.From(tx, after) }
		out.Groups, out.Marker, err = listed("groups"+rt.Val(in.PathPrefix), in.Marker, in.MaxItems, rows, func(_ string, g group) (api.Group, bool) {
			return s.groupShape(account, g), strings.HasPrefix(g.Path, rt.Val(in.PathPrefix))
		})
		return err
	})
	out.IsTruncated = new(out.Marker != nil)
	return out, err
}

// DeleteGroup removes a group without users and policies.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteGroup.html
func (s *Service) DeleteGroup(ctx context.Context, in *api.DeleteGroupInput) (*api.DeleteGroupOutput, error) {
	return &api.DeleteGroupOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		g, ok := s.groups.Get(tx, fold(*in.GroupName))
		if !ok {
			return noSuch("group", *in.GroupName)
		}
		for range s.members.Prefix(tx, fold(g.Name)+sep, "") {
			return conflict("must remove users from group first.")
		}
		if err := s.checkBare(tx, entity{"group", g.Name}); err != nil {
			return err
		}
		s.groups.Delete(tx, fold(g.Name))
		return nil
	})
}

// maxGroups is GroupsPerUser.
const maxGroups = 10

// AddUserToGroup gives a user what the group may do.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddUserToGroup.html
func (s *Service) AddUserToGroup(ctx context.Context, in *api.AddUserToGroupInput) (*api.AddUserToGroupOutput, error) {
	return &api.AddUserToGroupOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		g, u, err := s.pair(tx, *in.GroupName, *in.UserName)
		if err != nil {
			return err
		}
		n := 0
		for range s.belongs.Prefix(tx, fold(u.Name)+sep, "") {
			n++
		}
		if _, in := s.members.Get(tx, fold(g.Name)+sep+fold(u.Name)); n >= maxGroups && !in {
			return api.NewLimitExceededException("Cannot exceed quota for GroupsPerUser: %d", maxGroups)
		}
		s.members.Put(tx, fold(g.Name)+sep+fold(u.Name), none{})
		s.belongs.Put(tx, fold(u.Name)+sep+fold(g.Name), none{})
		return nil
	})
}

// RemoveUserFromGroup takes it away again.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_RemoveUserFromGroup.html
func (s *Service) RemoveUserFromGroup(ctx context.Context, in *api.RemoveUserFromGroupInput) (*api.RemoveUserFromGroupOutput, error) {
	return &api.RemoveUserFromGroupOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		g, u, err := s.pair(tx, *in.GroupName, *in.UserName)
		if err != nil {
			return err
		}
		s.members.Delete(tx, fold(g.Name)+sep+fold(u.Name))
		s.belongs.Delete(tx, fold(u.Name)+sep+fold(g.Name))
		return nil
	})
}

func (s *Service) pair(tx *store.Tx, groupName, userName string) (g group, u user, err error) {
	g, ok := s.groups.Get(tx, fold(groupName))
	if !ok {
		return g, u, noSuch("group", groupName)
	}
	if u, ok = s.users.Get(tx, fold(userName)); !ok {
		return g, u, noSuch("user", userName)
	}
	return g, u, nil
}

// ListGroupsForUser lists the groups a user is in.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroupsForUser.html
func (s *Service) ListGroupsForUser(ctx context.Context, in *api.ListGroupsForUserInput) (*api.ListGroupsForUserOutput, error) {
	account := call.From(ctx).Account
	out := &api.ListGroupsForUserOutput{}
	err := s.k.View(ctx, func(tx *store.Tx) (err error) {
		if _, ok := s.users.Get(tx, fold(*in.UserName)); !ok {
			return noSuch("user", *in.UserName)
		}
		rows := func(after string) iter.Seq2[string, none] { return s.belongs.Prefix(tx, fold(*in.UserName)+sep, after) }
		out.Groups, out.Marker, err = listed("groupsof"+fold(*in.UserName), in.Marker, in.MaxItems, rows, func(key string, _ none) (api.Group, bool) {
			g, ok := s.groups.Get(tx, tail(key))
			return s.groupShape(account, g), ok
		})
		return err
	})
	out.IsTruncated = new(out.Marker != nil)
	return out, err
}
