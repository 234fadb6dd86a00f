package iam

import (
	"context"
	"strings"
	"unicode"

	api "unyo/api/iam"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/kernel/store"
)

// passwordPolicy is what an account demands of its users' passwords. It is written whole: a member that an update
// leaves out goes back to its default.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccountPasswordPolicy.html
type passwordPolicy struct {
	Length                         int32
	Upper, Lower, Numbers, Symbols bool
	UsersMayChange                 bool  // everyone may change their own
	MaxAge                         int32 // days; 0: passwords do not expire
	HardExpiry                     *bool `json:",omitempty"` // AWS asks it when somebody signs in to the console, which is not here
	Reuse                          int32 // how many former ones are not good again; 0: all are
}

// passwordPolicyKey is the one key of its table.
const passwordPolicyKey = "policy"

// AWS's default for accounts without a policy of their own: eight characters, of three of the four kinds.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html#default-policy-details
const (
	defaultLength = 8
	defaultKinds  = 3
	ownLength     = 6 // of a policy that names no length
)

// UpdateAccountPasswordPolicy sets the account's policy. Passwords that are there already stay good until they change.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccountPasswordPolicy.html
func (s *Service) UpdateAccountPasswordPolicy(ctx context.Context, in *api.UpdateAccountPasswordPolicyInput) (*api.UpdateAccountPasswordPolicyOutput, error) {
	p := passwordPolicy{
		Length: ownLength, Upper: rt.Val(in.RequireUppercaseCharacters), Lower: rt.Val(in.RequireLowercaseCharacters),
		Numbers: rt.Val(in.RequireNumbers), Symbols: rt.Val(in.RequireSymbols), UsersMayChange: rt.Val(in.AllowUsersToChangePassword),
		MaxAge: rt.Val(in.MaxPasswordAge), HardExpiry: in.HardExpiry, Reuse: rt.Val(in.PasswordReusePrevention),
	}
	if in.MinimumPasswordLength != nil {
		p.Length = *in.MinimumPasswordLength
	}
	return &api.UpdateAccountPasswordPolicyOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		s.passwordRules.Put(tx, passwordPolicyKey, p)
		return nil
	})
}

// GetAccountPasswordPolicy reads it; AWS's default is no policy.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountPasswordPolicy.html
func (s *Service) GetAccountPasswordPolicy(ctx context.Context, _ *api.GetAccountPasswordPolicyInput) (*api.GetAccountPasswordPolicyOutput, error) {
	out := &api.GetAccountPasswordPolicyOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		p, ok := s.passwordRules.Get(tx, passwordPolicyKey)
		if !ok {
			return noPasswordPolicy(call.From(ctx).Account)
		}
		out.PasswordPolicy = &api.PasswordPolicy{
			MinimumPasswordLength: new(p.Length), RequireUppercaseCharacters: new(p.Upper), RequireLowercaseCharacters: new(p.Lower),
			RequireNumbers: new(p.Numbers), RequireSymbols: new(p.Symbols), AllowUsersToChangePassword: new(p.UsersMayChange),
			ExpirePasswords: new(p.MaxAge > 0), HardExpiry: p.HardExpiry,
		}
		if p.MaxAge > 0 {
			out.PasswordPolicy.MaxPasswordAge = new(p.MaxAge)
		}
		if p.Reuse > 0 {
			out.PasswordPolicy.PasswordReusePrevention = new(p.Reuse)
		}
		return nil
	})
}

// DeleteAccountPasswordPolicy goes back to AWS's default.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccountPasswordPolicy.html
func (s *Service) DeleteAccountPasswordPolicy(ctx context.Context, _ *api.DeleteAccountPasswordPolicyInput) (*api.DeleteAccountPasswordPolicyOutput, error) {
	return &api.DeleteAccountPasswordPolicyOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		if !s.passwordRules.Has(tx, passwordPolicyKey) {
			return noPasswordPolicy(call.From(ctx).Account)
		}
		s.passwordRules.Delete(tx, passwordPolicyKey)
		return nil
	})
}

func noPasswordPolicy(account string) error {
	return api.NewNoSuchEntityException("The Password Policy with domain name %s cannot be found.", account)
}

// symbols are the characters that count as symbols.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html
const symbols = "!@#$%^&*()_+-=[]{}|'"

// checkPassword refuses a password that the account's policy, or AWS's default, does not let pass.
func (s *Service) checkPassword(tx *store.Tx, password string) error {
	upper, lower := strings.ContainsFunc(password, unicode.IsUpper), strings.ContainsFunc(password, unicode.IsLower)
	number, symbol := strings.ContainsAny(password, "0123456789"), strings.ContainsAny(password, symbols)
	p, own := s.passwordRules.Get(tx, passwordPolicyKey)
	if !own {
		return s.checkDefault(tx, password, upper, lower, number, symbol)
	}
	switch {
	case len([]rune(password)) < int(p.Length):
		return api.NewPasswordPolicyViolationException("Password should have a minimum length of %d", p.Length)
	case p.Upper && !upper:
		return api.NewPasswordPolicyViolationException("Password should have at least one uppercase letter")
	case p.Lower && !lower:
		return api.NewPasswordPolicyViolationException("Password should have at least one lowercase letter")
	case p.Numbers && !number:
		return api.NewPasswordPolicyViolationException("Password should have at least one number")
	case p.Symbols && !symbol:
		return api.NewPasswordPolicyViolationException("Password should have at least one symbol")
	}
	return nil
}

func (s *Service) checkDefault(tx *store.Tx, password string, kinds ...bool) error {
	n := 0
	for _, has := range kinds {
		if has {
			n++
		}
	}
	a, _ := s.accounts.Get(tx, tx.Scope().Account)
	switch {
	case len([]rune(password)) < defaultLength:
		return api.NewPasswordPolicyViolationException("Password should have a minimum length of %d", defaultLength)
	case n < defaultKinds:
		return api.NewPasswordPolicyViolationException("Password should contain at least %d of the following character types: uppercase, lowercase, numbers, and non-alphanumeric characters", defaultKinds)
	case password == a.Alias || password == tx.Scope().Account:
		return api.NewPasswordPolicyViolationException("Password should not be identical to the account name")
	}
	return nil
}
