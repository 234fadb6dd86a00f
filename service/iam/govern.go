package iam

import (
	"context"
	"strings"
	"sync"

	"unyo/base/arn"
	"unyo/base/call"
	"unyo/engine/policy"
	"unyo/kernel/store"
)

// This file gathers what governs a principal. It is asked on every call of every service, so that what was gathered is
// kept until rows change that it was gathered from.

// Policies gathers every document that governs p. call.ErrUnknownKey means that p is no more.
func (s *Service) Policies(ctx context.Context, p *call.Principal) (*policy.Set, error) {
	set := &policy.Set{}
	err := s.k.View(ctx, func(tx *store.Tx) error {
		tx = tx.In(scope(p.Account))
		own, err := s.governing(tx, p)
		if err != nil {
			return err
		}
		*set = policy.Set{Identity: own.identity, Boundary: own.boundary}
		return s.gatherSession(tx, p, set)
	})
	return set, err
}

// governed is what a user or role bears, and the commit as of which it does.
type governed struct {
	identity []*policy.Document
	boundary *policy.Document
	version  uint64
}

// governments remembers it; who they are is in the key, for another user of the same name is another user.
type governments struct {
	mu sync.RWMutex
	m  map[governKey]governed
}

type governKey struct {
	kind              call.Kind
	account, name, id string
}

// maxGoverned bounds what is remembered.
const maxGoverned = 4096

func (s *Service) governing(tx *store.Tx, p *call.Principal) (governed, error) {
	key := governKey{p.Kind, p.Account, p.Name, idOf(p)}
	if p.Kind == call.FederatedUser {
		key.name, key.id = p.RoleARN, p.Parent
	}
	s.governed.mu.RLock()
	own, known := s.governed.m[key]
	s.governed.mu.RUnlock()
	if known && s.changed(tx) <= own.version {
		return own, nil
	}
	own, err := s.gatherOwn(tx, p)
	if err != nil {
		return own, err
	}
	own.version = tx.Version()
	s.governed.mu.Lock()
	defer s.governed.mu.Unlock()
	if s.governed.m == nil || len(s.governed.m) >= maxGoverned {
		s.governed.m = map[governKey]governed{}
	}
	s.governed.m[key] = own
	return own, nil
}

// changed is the last commit that may have changed what anyone in the account bears.
func (s *Service) changed(tx *store.Tx) uint64 {
	return max(s.users.Changed(tx), s.roles.Changed(tx), s.belongs.Changed(tx), s.attached.Changed(tx), s.inline.Changed(tx), s.policies.Changed(tx), s.versions.Changed(tx), s.passwordRules.Changed(tx))
}

func (s *Service) gatherOwn(tx *store.Tx, p *call.Principal) (own governed, err error) {
	boundary := ""
	switch p.Kind {
	case call.IAMUser:
		u, ok := s.users.Get(tx, fold(p.Name))
		if !ok || u.ID != p.ID {
			return own, call.ErrUnknownKey
		}
		boundary = u.Boundary
		if own.identity, err = s.gatherUser(tx, p.Name); err == nil {
			own.identity, err = s.gatherOwnPassword(tx, p, own.identity)
		}
	case call.FederatedUser:
		return s.gatherParent(tx, p)
	case call.AssumedRole:
		r, ok := s.roles.Get(tx, fold(p.Name))
		if !ok || r.ID != idOf(p) {
			return own, call.ErrUnknownKey
		}
		boundary = r.Boundary
		own.identity, err = s.gather(tx, entity{"role", p.Name}, nil)
	}
	if err == nil && boundary != "" {
		own.boundary, err = s.boundary(tx, boundary)
	}
	return own, err
}

// unfederated is what AWS keeps from federated users: IAM, and of STS all but GetCallerIdentity, which asks no permission.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
const unfederated = `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":["iam:*","sts:*"],"Resource":"*"}}`

// everything is what the root may do.
const everything = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`

// gatherParent gathers what the user, or root, behind a federated one may do: the most that it can.
func (s *Service) gatherParent(tx *store.Tx, p *call.Principal) (own governed, err error) {
	if _, name := cutName(p.RoleARN[strings.LastIndexByte(p.RoleARN, ':')+1:]); name != "" {
		own, err = s.gatherOwn(tx, &call.Principal{Kind: call.IAMUser, Account: p.Account, ARN: p.RoleARN, ID: p.Parent, Name: name})
	} else {
		own.identity, err = s.addDocument(own.identity, rootUser, everything)
	}
	if err == nil {
		own.identity, err = s.addDocument(own.identity, "federated user", unfederated)
	}
	return own, err
}

func (s *Service) addDocument(list []*policy.Document, name, text string) ([]*policy.Document, error) {
	d, err := s.docs.Parse(policy.Identity, name, text)
	return append(list, d), err
}

func (s *Service) gatherUser(tx *store.Tx, name string) ([]*policy.Document, error) {
	list, err := s.gather(tx, entity{"user", name}, nil)
	for key := range s.belongs.Prefix(tx, fold(name)+sep, "") {
		if err != nil {
			break
		}
		list, err = s.gather(tx, entity{"group", tail(key)}, list)
	}
	return list, err
}

// gatherOwnPassword adds what the account's password policy lets every user do.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_enable-user-change.html
func (s *Service) gatherOwnPassword(tx *store.Tx, p *call.Principal, list []*policy.Document) ([]*policy.Document, error) {
	if rules, _ := s.passwordRules.Get(tx, passwordPolicyKey); !rules.UsersMayChange {
		return list, nil
	}
	return s.addDocument(list, "AllowUsersToChangePassword", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:ChangePassword","Resource":"`+p.ARN+`"},{"Effect":"Allow","Action":"iam:GetAccountPasswordPolicy","Resource":"*"}]}`)
}

// gather adds what is attached to e and what is written inside it.
func (s *Service) gather(tx *store.Tx, e entity, list []*policy.Document) ([]*policy.Document, error) {
	for key := range s.attached.Prefix(tx, e.under(""), "") {
		arn := tail(key)
		text, ok := s.documentOf(tx, arn)
		if !ok {
			continue
		}
		d, err := s.docs.Parse(policy.Identity, arn, text)
		if err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	for key, in := range s.inline.Prefix(tx, e.under(""), "") {
		d, err := s.docs.Parse(policy.Identity, tail(key), in.Document)
		if err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	return list, nil
}

// nothing is the document that stands for a boundary or a session's policy that was deleted.
const nothing = `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}`

func (s *Service) boundary(tx *store.Tx, arn string) (*policy.Document, error) {
	text, ok := s.documentOf(tx, arn)
	if !ok {
		text = nothing
	}
	return s.docs.Parse(policy.Boundary, arn, text)
}

func (s *Service) gatherSession(tx *store.Tx, p *call.Principal, set *policy.Set) error {
	for _, text := range p.SessionPolicies {
		name := "session"
		if _, err := arn.Parse(text); err == nil {
			name = text
			var ok bool
			if text, ok = s.documentOf(tx, name); !ok {
				text = nothing
			}
		}
		d, err := s.docs.Parse(policy.Session, name, text)
		if err != nil {
			return err
		}
		set.Sessions = append(set.Sessions, d)
	}
	return nil
}
