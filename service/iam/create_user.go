package iam

import (
	"context"

	api "unyo/api/iam"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/kernel/store"
)

// CreateUser makes a user without permissions.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html
func (s *Service) CreateUser(ctx context.Context, in *api.CreateUserInput) (*api.CreateUserOutput, error) {
	c := call.From(ctx)
	u := user{Name: *in.UserName, Path: orSlash(in.Path), ID: s.k.Entropy.ID(ctx, "AIDA", 17), CreatedAt: s.k.Clock.Now(), Boundary: rt.Val(in.PermissionsBoundary)}
	arn := s.arn(c.Account, "user", u.Path, u.Name)
	var out *api.User
	err := s.k.Update(ctx, func(tx *store.Tx) error {
		if _, ok := s.users.Get(tx, fold(u.Name)); ok {
			return exists("User", u.Name)
		}
		if count(s.users.From(tx, "")) >= maxUsers {
			return overQuota("UsersPerAccount", maxUsers)
		}
		if err := s.checkBoundary(tx, u.Boundary); err != nil {
			return err
		}
		s.users.Put(tx, fold(u.Name), u)
		if err := s.setTags(tx, arn, in.Tags); err != nil {
			return err
		}
		out = s.userShape(tx, c.Account, &u)
		out.Tags = in.Tags
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &api.CreateUserOutput{User: out}, nil
}

func (s *Service) userShape(tx *store.Tx, account string, u *user) *api.User {
	shape := &api.User{
		UserName: new(u.Name), Path: new(u.Path), UserId: new(u.ID), CreateDate: new(u.CreatedAt),
		Arn: new(s.arn(account, "user", u.Path, u.Name)), PermissionsBoundary: boundaryShape(u.Boundary),
	}
	return shape
}

func boundaryShape(arn string) *api.AttachedPermissionsBoundary {
	if arn == "" {
		return nil
	}
	return &api.AttachedPermissionsBoundary{PermissionsBoundaryArn: new(arn), PermissionsBoundaryType: new("Policy")}
}

func (s *Service) checkBoundary(tx *store.Tx, arn string) error {
	if arn == "" {
		return nil
	}
	if _, ok := s.documentOf(tx, arn); !ok {
		return api.NewNoSuchEntityException("Scope ARN: %s does not exist or is not attachable.", arn)
	}
	return nil
}
