package iam

import (
	"bytes"
	"context"
	"crypto/pbkdf2"
	"crypto/sha512"
	"crypto/subtle"
	"time"

	api "unyo/api/iam"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/kernel/store"
)

// loginProfile is a user's password. Nobody signs in to a console here; what its policy says is held to wherever a
// password is set, and the credential report tells when it is due.
type loginProfile struct {
	Salt                 []byte
	Hash                 []byte
	Former               [][]byte  `json:",omitempty"` // hashes of the passwords before, newest first
	CreatedAt, ChangedAt time.Time // ChangedAt: of the password
	ResetRequired        bool      `json:",omitempty"`
}

// rounds of PBKDF2 with SHA-512.
// https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#pbkdf2
const rounds = 210_000

// maxFormer is the most that PasswordReusePrevention may look back.
const maxFormer = 24

// hashPassword is slow on purpose: it is to be called outside of transactions. All of a user's hashes share one salt, so
// that one hash tells whether a password has been theirs before.
func hashPassword(password string, salt []byte) ([]byte, error) {
	return pbkdf2.Key(sha512.New, password, salt, rounds, sha512.Size)
}

// CreateLoginProfile gives a user a password.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateLoginProfile.html
func (s *Service) CreateLoginProfile(ctx context.Context, in *api.CreateLoginProfileInput) (*api.CreateLoginProfileOutput, error) {
	name, err := s.holderName(call.From(ctx), in.UserName)
	if err != nil {
		return nil, err
	}
	if name == rootHolder {
		return s.letRootRecover(ctx)
	}
	if in.Password == nil {
		return nil, validation("Password must be specified.")
	}
	now := s.k.Clock.Now()
	p := loginProfile{Salt: s.k.Entropy.Bytes(ctx, 16), CreatedAt: now, ChangedAt: now, ResetRequired: rt.Val(in.PasswordResetRequired)}
	if p.Hash, err = hashPassword(*in.Password, p.Salt); err != nil {
		return nil, err
	}
	out := &api.CreateLoginProfileOutput{}
	return out, s.k.Update(ctx, func(tx *store.Tx) error {
		u, ok := s.holder(tx, name)
		switch {
		case !ok:
			return noSuch("user", name)
		case s.logins.Has(tx, fold(name)):
			return api.NewEntityAlreadyExistsException("Login Profile for user %s already exists.", u.Name)
		}
		if err := s.checkPassword(tx, *in.Password); err != nil {
			return err
		}
		s.logins.Put(tx, fold(name), p)
		out.LoginProfile = loginShape(u.Name, p)
		return nil
	})
}

func loginShape(name string, p loginProfile) *api.LoginProfile {
	return &api.LoginProfile{UserName: new(name), CreateDate: new(p.CreatedAt), PasswordResetRequired: new(p.ResetRequired)}
}

// GetLoginProfile tells that a user has a password.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetLoginProfile.html
func (s *Service) GetLoginProfile(ctx context.Context, in *api.GetLoginProfileInput) (*api.GetLoginProfileOutput, error) {
	name, err := s.holderName(call.From(ctx), in.UserName)
	if err != nil {
		return nil, err
	}
	out := &api.GetLoginProfileOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		u, p, err := s.login(tx, name)
		out.LoginProfile = loginShape(u.Name, p)
		return err
	})
}

// UpdateLoginProfile sets a user's password for them.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateLoginProfile.html
func (s *Service) UpdateLoginProfile(ctx context.Context, in *api.UpdateLoginProfileInput) (*api.UpdateLoginProfileOutput, error) {
	var hash, salt []byte
	if in.Password != nil {
		p, err := s.loginNow(ctx, *in.UserName)
		if err != nil {
			return nil, err
		}
		if hash, err = hashPassword(*in.Password, p.Salt); err != nil {
			return nil, err
		}
		salt = p.Salt
	}
	return &api.UpdateLoginProfileOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		u, p, err := s.login(tx, *in.UserName)
		if err != nil {
			return err
		}
		if in.PasswordResetRequired != nil {
			p.ResetRequired = *in.PasswordResetRequired
		}
		if in.Password != nil {
			if err := s.change(tx, &p, *in.Password, hash, salt); err != nil {
				return err
			}
		}
		s.logins.Put(tx, fold(u.Name), p)
		return nil
	})
}

// DeleteLoginProfile takes a user's password away.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteLoginProfile.html
func (s *Service) DeleteLoginProfile(ctx context.Context, in *api.DeleteLoginProfileInput) (*api.DeleteLoginProfileOutput, error) {
	name, err := s.holderName(call.From(ctx), in.UserName)
	if err != nil {
		return nil, err
	}
	return &api.DeleteLoginProfileOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		u, _, err := s.login(tx, name)
		if err != nil {
			return err
		}
		s.logins.Delete(tx, fold(u.Name))
		return nil
	})
}

// ChangePassword is how users set their own; who knows the old one only may. That the account's policy lets everyone do
// so is a policy of its own (govern.go).
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ChangePassword.html
func (s *Service) ChangePassword(ctx context.Context, in *api.ChangePasswordInput) (*api.ChangePasswordOutput, error) {
	who := call.From(ctx).Principal
	if who.Kind != call.IAMUser {
		return nil, api.NewInvalidUserTypeException("Only IAM Users can change their own password")
	}
	before, err := s.loginNow(ctx, who.Name)
	if err != nil {
		return nil, err
	}
	old, err := hashPassword(*in.OldPassword, before.Salt)
	if err != nil {
		return nil, err
	}
	hash, err := hashPassword(*in.NewPassword, before.Salt)
	if err != nil {
		return nil, err
	}
	return &api.ChangePasswordOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		u, p, err := s.login(tx, who.Name)
		if err != nil {
			return err
		}
		if !bytes.Equal(p.Salt, before.Salt) || subtle.ConstantTimeCompare(p.Hash, old) == 0 {
			return denied("The old password was incorrect.")
		}
		if err := s.change(tx, &p, *in.NewPassword, hash, before.Salt); err != nil {
			return err
		}
		p.ResetRequired = false
		s.logins.Put(tx, fold(u.Name), p)
		return nil
	})
}

// loginNow reads a user's password's salt before it is hashed.
func (s *Service) loginNow(ctx context.Context, name string) (p loginProfile, err error) {
	err = s.k.View(ctx, func(tx *store.Tx) error {
		_, p, err = s.login(tx, name)
		return err
	})
	return p, err
}

func (s *Service) login(tx *store.Tx, name string) (user, loginProfile, error) {
	u, ok := s.holder(tx, name)
	if !ok {
		return u, loginProfile{}, noSuch("user", name)
	}
	p, ok := s.logins.Get(tx, fold(name))
	if !ok {
		return u, p, api.NewNoSuchEntityException("Login Profile for User %s cannot be found.", u.Name)
	}
	return u, p, nil
}

// change puts a password in the place of p's. salt is what it was hashed with: another profile has come since if p's differs.
func (s *Service) change(tx *store.Tx, p *loginProfile, password string, hash, salt []byte) error {
	if !bytes.Equal(salt, p.Salt) {
		return api.NewEntityTemporarilyUnmodifiableException("The login profile is being changed. Please try again.")
	}
	if err := s.checkPassword(tx, password); err != nil {
		return err
	}
	rules, _ := s.passwordRules.Get(tx, passwordPolicyKey)
	past := append([][]byte{p.Hash}, p.Former...)
	for _, old := range past[:min(len(past), int(rules.Reuse))] {
		if bytes.Equal(old, hash) {
			return api.NewPasswordPolicyViolationException("Policy constraint violation with password reuse prevention during password change.")
		}
	}
	p.Former = past[:min(len(past), maxFormer)]
	p.Hash, p.ChangedAt = hash, s.k.Clock.Now()
	return nil
}

// dueAt is when a password expires; ok=false for never.
func (r *passwordPolicy) dueAt(p *loginProfile) (time.Time, bool) {
	return p.ChangedAt.AddDate(0, 0, int(r.MaxAge)), r.MaxAge > 0
}
