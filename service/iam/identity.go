package iam

import (
	"context"
	"errors"
	"regexp"
	"time"

	"unyo/base/arn"
	"unyo/base/call"
	"unyo/engine/policy"
	"unyo/kernel/store"
)

// This file is what the house itself asks of IAM: who a key belongs to, and what governs them.

var twelveDigits = regexp.MustCompile(`^[0-9]{12}$`)

// loopbackSecret is the secret of every account's root while all listeners are on loopback.
const loopbackSecret = "test"

// EnsureAccount makes the account exist.
func (s *Service) EnsureAccount(ctx context.Context, id string) error {
	return s.k.Update(ctx, func(tx *store.Tx) error {
		if _, ok := s.accounts.Get(tx, id); !ok {
			s.accounts.Put(tx, id, account{CreatedAt: s.k.Clock.Now()})
		}
		return nil
	})
}

// HasAccount reports whether there is such an account.
func (s *Service) HasAccount(ctx context.Context, id string) (there bool, err error) {
	err = s.k.View(ctx, func(tx *store.Tx) error {
		there = s.accounts.Has(tx, id)
		return nil
	})
	return there, err
}

// Credential returns secret and principal of an access key id. token is the session token, "" for
// long-term keys. Errors for callers are those of base/call.
func (s *Service) Credential(ctx context.Context, id, token string) (call.Credential, error) {
	if token != "" {
		return s.session(id, token)
	}
	if id == s.root.ID {
		return call.Credential{Secret: s.root.Secret, Principal: s.rootOf(s.root.Account, id)}, nil
	}
	var c call.Credential
	err := s.k.View(ctx, func(tx *store.Tx) error {
		if s.root.Loopback && twelveDigits.MatchString(id) {
			if _, ok := s.accounts.Get(tx, id); !ok {
				return call.ErrUnknownKey
			}
			c = call.Credential{Secret: loopbackSecret, Principal: s.rootOf(id, id)}
			return nil
		}
		var err error
		c, err = s.longTerm(tx, id)
		return err
	})
	return c, err
}

func (s *Service) session(id, token string) (call.Credential, error) {
	c, err := s.seal.OpenSession(id, token)
	if err != nil {
		return c, err
	}
	if !s.k.Clock.Now().Before(c.Principal.ExpiresAt) {
		return c, call.ErrExpiredToken
	}
	c.Principal.AccessKeyID = id
	return c, nil
}

func (s *Service) rootOf(account, keyID string) call.Principal {
	return call.Principal{Kind: call.Root, Account: account, ARN: "arn:" + s.k.Partition + ":iam::" + account + ":root", ID: account, AccessKeyID: keyID}
}

func (s *Service) longTerm(tx *store.Tx, id string) (call.Credential, error) {
	k, ok := s.keys.Get(tx, id)
	if !ok {
		return call.Credential{}, call.ErrUnknownKey
	}
	if !k.Active {
		return call.Credential{}, call.ErrInactiveKey
	}
	secret, err := s.seal.Open("accesskey "+id, k.Secret)
	if err != nil {
		return call.Credential{}, err
	}
	u, ok := s.users.Get(tx.In(scope(k.Account)), fold(k.User))
	if !ok {
		return call.Credential{}, call.ErrUnknownKey
	}
	p := s.userPrincipal(tx, k.Account, &u)
	p.AccessKeyID = id
	return call.Credential{Secret: string(secret), Principal: p}, nil
}

func (s *Service) userPrincipal(tx *store.Tx, account string, u *user) call.Principal {
	a := s.arn(account, "user", u.Path, u.Name)
	return call.Principal{Kind: call.IAMUser, Account: account, ARN: a, ID: u.ID, Name: u.Name, Tags: s.k.Tags.Map(tx.In(scope(account)), a)}
}

// idOf is the role's own id in a session's id AROA…:name.
func idOf(p *call.Principal) string {
	if n := len(p.ID) - len(p.SessionName) - 1; n > 0 {
		return p.ID[:n]
	}
	return p.ID
}

// documentOf returns the default version of a managed policy, the customer's or AWS's own.
func (s *Service) documentOf(tx *store.Tx, arn string) (string, bool) {
	if p, ok := awsManaged(arn); ok {
		return p.document, true
	}
	p, ok := s.policies.Get(tx, arn)
	if !ok {
		return "", false
	}
	v, ok := s.versions.Get(tx, versionKey(arn, p.Default))
	return v.Document, ok
}

// HasPolicy reports whether a managed policy, the account's or AWS's own, bears the ARN.
func (s *Service) HasPolicy(ctx context.Context, account, arn string) (known bool, err error) {
	err = s.k.View(ctx, func(tx *store.Tx) error {
		_, known = s.documentOf(tx.In(scope(account)), arn)
		return nil
	})
	return known, err
}

// ResourcePolicy returns the trust policy of a role: it says who may take the role on.
func (s *Service) ResourcePolicy(ctx context.Context, a string) (*policy.Document, error) {
	account, name, ok := roleOf(a)
	if !ok {
		return nil, nil
	}
	var d *policy.Document
	err := s.k.View(ctx, func(tx *store.Tx) error {
		r, ok := s.roles.Get(tx.In(scope(account)), fold(name))
		if !ok || s.arn(account, "role", r.Path, r.Name) != a {
			return nil
		}
		var err error
		d, err = s.docs.Parse(policy.Trust, a, s.now(tx, r).Trust)
		return err
	})
	return d, err
}

// roleOf takes arn:aws:iam::123456789012:role/path/name apart.
func roleOf(a string) (account, name string, ok bool) {
	p, err := arn.Parse(a)
	if err != nil || p.Service != "iam" {
		return "", "", false
	}
	kind, name := cutName(p.Resource)
	return p.Account, name, kind == "role" && name != ""
}

// cutName splits role/path/name into its kind and its name.
func cutName(resource string) (kind, name string) {
	first, last := -1, -1
	for i := range len(resource) {
		if resource[i] == '/' {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	if first < 0 {
		return resource, ""
	}
	return resource[:first], resource[last+1:]
}

// Role is what STS must know of a role to open a session of it.
type Role struct {
	ARN, Name, ID, Account string
	MaxSession             int32
	Tags                   map[string]string
}

// ErrNoRole is an ARN that names no role of the estate.
var ErrNoRole = errors.New("no such role")

// RoleByARN looks a role up in any account.
func (s *Service) RoleByARN(ctx context.Context, a string) (Role, error) {
	var found Role
	err := s.k.View(ctx, func(tx *store.Tx) error {
		account, name, ok := roleOf(a)
		if !ok {
			return ErrNoRole
		}
		tx = tx.In(scope(account))
		r, ok := s.roles.Get(tx, fold(name))
		if !ok || s.arn(account, "role", r.Path, r.Name) != a {
			return ErrNoRole
		}
		found = Role{ARN: a, Name: r.Name, ID: r.ID, Account: account, MaxSession: r.MaxSession, Tags: s.k.Tags.Map(tx, a)}
		return nil
	})
	return found, err
}

// accountCreated is when the account came to be; the zero time for one that does not exist.
func (s *Service) accountCreated(ctx context.Context, id string) (at time.Time) {
	_ = s.k.View(ctx, func(tx *store.Tx) error {
		a, _ := s.accounts.Get(tx, id)
		at = a.CreatedAt
		return nil
	})
	return at
}
