package iam

import (
	"context"

	api "unyo/api/iam"
	"unyo/kernel/store"
)

// PutUserPermissionsBoundary sets the most a user can ever be allowed.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPermissionsBoundary.html
func (s *Service) PutUserPermissionsBoundary(ctx context.Context, in *api.PutUserPermissionsBoundaryInput) (*api.PutUserPermissionsBoundaryOutput, error) {
	return &api.PutUserPermissionsBoundaryOutput{}, s.boundUser(ctx, *in.UserName, *in.PermissionsBoundary)
}

// DeleteUserPermissionsBoundary lifts it.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUserPermissionsBoundary.html
func (s *Service) DeleteUserPermissionsBoundary(ctx context.Context, in *api.DeleteUserPermissionsBoundaryInput) (*api.DeleteUserPermissionsBoundaryOutput, error) {
	return &api.DeleteUserPermissionsBoundaryOutput{}, s.boundUser(ctx, *in.UserName, "")
}

func (s *Service) boundUser(ctx context.Context, name, arn string) error {
	return s.k.Update(ctx, func(tx *store.Tx) error {
		u, ok := s.users.Get(tx, fold(name))
		if !ok {
			return noSuch("user", name)
		}
		if err := s.checkBoundary(tx, arn); err != nil {
			return err
		}
		u.Boundary = arn
		s.users.Put(tx, fold(name), u)
		return nil
	})
}

// PutRolePermissionsBoundary sets the most a role can ever be allowed.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePermissionsBoundary.html
func (s *Service) PutRolePermissionsBoundary(ctx context.Context, in *api.PutRolePermissionsBoundaryInput) (*api.PutRolePermissionsBoundaryOutput, error) {
	return &api.PutRolePermissionsBoundaryOutput{}, s.boundRole(ctx, *in.RoleName, *in.PermissionsBoundary)
}

// DeleteRolePermissionsBoundary lifts it.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRolePermissionsBoundary.html
func (s *Service) DeleteRolePermissionsBoundary(ctx context.Context, in *api.DeleteRolePermissionsBoundaryInput) (*api.DeleteRolePermissionsBoundaryOutput, error) {
	return &api.DeleteRolePermissionsBoundaryOutput{}, s.boundRole(ctx, *in.RoleName, "")
}

func (s *Service) boundRole(ctx context.Context, name, arn string) error {
	return s.editRole(ctx, name, func(tx *store.Tx, r *role) error {
		r.Boundary = arn
		if err := r.ours(); err != nil {
			return err
		}
		return s.checkBoundary(tx, arn)
	})
}
