package iam

import (
	"context"

	api "unyo/api/iam"
	"unyo/base/call"
	"unyo/kernel/store"
)

// rootHolder is the holder of the root user's credentials in keys of rows, as the credential report calls it: no user can be called so.
const rootHolder = "<root_account>"

// holderName is whose credentials an operation means: the named user's, or the caller's, who may be the root.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html
func (s *Service) holderName(c *call.Call, name *string) (string, error) {
	if name == nil && c.Principal.Kind == call.Root {
		return rootHolder, nil
	}
	return s.userName(c, name)
}

// holder finds who holds credentials: a user, or the root user.
func (s *Service) holder(tx *store.Tx, name string) (user, bool) {
	if name == rootHolder {
		return user{Name: rootHolder, Path: "/"}, true
	}
	return s.users.Get(tx, fold(name))
}

// letRootRecover gives a root user who has no password the right to set one; nobody sets it in a console here. Only a privileged session asks for it.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateLoginProfile.html
func (s *Service) letRootRecover(ctx context.Context) (*api.CreateLoginProfileOutput, error) {
	c := call.From(ctx)
	if !c.Principal.AssumedRoot {
		return nil, validation("Must specify userName when calling with non-User credentials")
	}
	now := s.k.Clock.Now()
	p := loginProfile{CreatedAt: now, ChangedAt: now}
	return &api.CreateLoginProfileOutput{LoginProfile: loginShape(rootHolder, p)}, s.k.Update(ctx, func(tx *store.Tx) error {
		if s.logins.Has(tx, rootHolder) {
			return api.NewEntityAlreadyExistsException("Login Profile for the root user already exists.")
		}
		s.logins.Put(tx, rootHolder, p)
		return nil
	})
}
