package iam

import (
	"context"

	api "unyo/api/iam"
	"unyo/base/call"
	"unyo/kernel/store"
)

// GetUser describes a user; without a name, the caller.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUser.html
func (s *Service) GetUser(ctx context.Context, in *api.GetUserInput) (*api.GetUserOutput, error) {
	c := call.From(ctx)
	if in.UserName == nil && c.Principal.Kind == call.Root {
		return &api.GetUserOutput{User: &api.User{
			UserName: new("root"), Path: new("/"), UserId: new(c.Account), Arn: new(c.Principal.ARN), CreateDate: new(s.accountCreated(ctx, c.Account)),
		}}, nil
	}
	name, err := s.userName(c, in.UserName)
	if err != nil {
		return nil, err
	}
	out := &api.GetUserOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		u, ok := s.users.Get(tx, fold(name))
		if !ok {
			return noSuch("user", name)
		}
		out.User = s.userShape(tx, c.Account, &u)
		out.User.Tags = s.tagShapes(tx, *out.User.Arn)
		return nil
	})
}

// userName is the name an operation means: the one given, or the calling user's.
func (s *Service) userName(c *call.Call, name *string) (string, error) {
	if name != nil {
		return *name, nil
	}
	if c.Principal.Kind != call.IAMUser {
		return "", validation("Must specify userName when calling with non-User credentials")
	}
	return c.Principal.Name, nil
}
