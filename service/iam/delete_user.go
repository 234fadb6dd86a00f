package iam

import (
	"context"

	api "unyo/api/iam"
	"unyo/base/call"
	"unyo/kernel/store"
)

// DeleteUser removes a user that nothing hangs on any more.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html
func (s *Service) DeleteUser(ctx context.Context, in *api.DeleteUserInput) (*api.DeleteUserOutput, error) {
	account := call.From(ctx).Account
	return &api.DeleteUserOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		u, ok := s.users.Get(tx, fold(*in.UserName))
		if !ok {
			return noSuch("user", *in.UserName)
		}
		if s.logins.Has(tx, fold(u.Name)) {
			return conflict("must delete login profile first.")
		}
		for range s.userKeys.Prefix(tx, fold(u.Name)+sep, "") {
			return conflict("must delete access keys first.")
		}
		if len(s.devicesOf(tx, u.Name)) > 0 {
			return conflict("must delete MFA device first.")
		}
		if err := s.checkUnsigned(tx, u.Name); err != nil {
			return err
		}
		for range s.belongs.Prefix(tx, fold(u.Name)+sep, "") {
			return conflict("must remove user from groups first.")
		}
		if err := s.checkBare(tx, entity{"user", u.Name}); err != nil {
			return err
		}
		s.users.Delete(tx, fold(u.Name))
		s.forgetUses(tx, u.ID)
		s.k.Tags.Clear(tx, s.arn(account, "user", u.Path, u.Name))
		return nil
	})
}

// checkUnsigned refuses to delete a user who still has certificates or keys for services.
func (s *Service) checkUnsigned(tx *store.Tx, name string) error {
	for range s.signers.Prefix(tx, fold(name)+sep, "") {
		return conflict("must delete signing certificates first.")
	}
	for range s.sshKeys.Prefix(tx, fold(name)+sep, "") {
		return conflict("must delete ssh public keys first.")
	}
	for range s.serviceCreds.Prefix(tx, fold(name)+sep, "") {
		return conflict("must delete service specific credentials first.")
	}
	return nil
}

func conflict(what string) error {
	return api.NewDeleteConflictException("Cannot delete entity, %s", what)
}

// checkBare refuses to delete what still has policies.
func (s *Service) checkBare(tx *store.Tx, e entity) error {
	for range s.attached.Prefix(tx, e.under(""), "") {
		return conflict("must detach all policies first.")
	}
	for range s.inline.Prefix(tx, e.under(""), "") {
		return conflict("must delete policies first.")
	}
	return nil
}
