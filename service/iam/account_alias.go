package iam

import (
	"context"

	api "unyo/api/iam"
	"unyo/base/call"
	"unyo/kernel/store"
)

// CreateAccountAlias gives the account a name. It is unique among all accounts, and takes the place of the one before.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/console_account-alias.html
func (s *Service) CreateAccountAlias(ctx context.Context, in *api.CreateAccountAliasInput) (*api.CreateAccountAliasOutput, error) {
	id, alias := call.From(ctx).Account, *in.AccountAlias
	if twelveDigits.MatchString(alias) {
		return nil, api.NewInvalidInputException("The account alias must not be a 12-digit number.")
	}
	return &api.CreateAccountAliasOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		if owner, taken := s.aliases.Get(tx, alias); taken && owner != id {
			return api.NewEntityAlreadyExistsException("The account alias %s already exists.", alias)
		}
		a, _ := s.accounts.Get(tx, id)
		if a.Alias != "" {
			s.aliases.Delete(tx, a.Alias)
		}
		a.Alias = alias
		s.accounts.Put(tx, id, a)
		s.aliases.Put(tx, alias, id)
		return nil
	})
}

// DeleteAccountAlias takes the name away.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccountAlias.html
func (s *Service) DeleteAccountAlias(ctx context.Context, in *api.DeleteAccountAliasInput) (*api.DeleteAccountAliasOutput, error) {
	id := call.From(ctx).Account
	return &api.DeleteAccountAliasOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		a, _ := s.accounts.Get(tx, id)
		if a.Alias != *in.AccountAlias {
			return api.NewNoSuchEntityException("The account alias with name %s cannot be found.", *in.AccountAlias)
		}
		s.aliases.Delete(tx, a.Alias)
		a.Alias = ""
		s.accounts.Put(tx, id, a)
		return nil
	})
}

// ListAccountAliases lists the account's name: there is one at most.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccountAliases.html
func (s *Service) ListAccountAliases(ctx context.Context, _ *api.ListAccountAliasesInput) (*api.ListAccountAliasesOutput, error) {
	out := &api.ListAccountAliasesOutput{AccountAliases: []string{}, IsTruncated: new(false)}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		out.AccountAliases = []string{}
		if a, _ := s.accounts.Get(tx, call.From(ctx).Account); a.Alias != "" {
			out.AccountAliases = append(out.AccountAliases, a.Alias)
		}
		return nil
	})
}

// SetSecurityTokenServicePreferences says which version tokens of the global STS endpoint have. Tokens here are of one
// kind, good in every region; the account's summary tells what was chosen.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_SetSecurityTokenServicePreferences.html
func (s *Service) SetSecurityTokenServicePreferences(ctx context.Context, in *api.SetSecurityTokenServicePreferencesInput) (*api.SetSecurityTokenServicePreferencesOutput, error) {
	id := call.From(ctx).Account
	return &api.SetSecurityTokenServicePreferencesOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		a, _ := s.accounts.Get(tx, id)
		a.TokenV2 = *in.GlobalEndpointTokenVersion == api.GlobalEndpointTokenVersionV2token
		s.accounts.Put(tx, id, a)
		return nil
	})
}
