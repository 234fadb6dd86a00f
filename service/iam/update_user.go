package iam

import (
	"context"

	api "unyo/api/iam"
	"unyo/base/call"
	"unyo/kernel/store"
)

// UpdateUser renames a user or moves it to another path; keys, groups and policies go with it.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateUser.html
func (s *Service) UpdateUser(ctx context.Context, in *api.UpdateUserInput) (*api.UpdateUserOutput, error) {
	account := call.From(ctx).Account
	return &api.UpdateUserOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		u, ok := s.users.Get(tx, fold(*in.UserName))
		if !ok {
			return noSuch("user", *in.UserName)
		}
		before := u
		if in.NewUserName != nil {
			u.Name = *in.NewUserName
		}
		if in.NewPath != nil {
			u.Path = *in.NewPath
		}
		if fold(u.Name) != fold(before.Name) {
			if _, taken := s.users.Get(tx, fold(u.Name)); taken {
				return exists("User", u.Name)
			}
			s.renameUser(tx, before.Name, u.Name)
		}
		old, now := s.arn(account, "user", before.Path, before.Name), s.arn(account, "user", u.Path, u.Name)
		if err := s.moveTags(tx, old, now); err != nil {
			return err
		}
		s.users.Put(tx, fold(u.Name), u)
		return nil
	})
}

// renameUser moves everything that hangs on a user's name.
func (s *Service) renameUser(tx *store.Tx, from, to string) {
	s.users.Delete(tx, fold(from))
	for key := range s.userKeys.Prefix(tx, fold(from)+sep, "") {
		id := tail(key)
		s.userKeys.Delete(tx, key)
		s.userKeys.Put(tx, fold(to)+sep+id, none{})
		if k, ok := s.keys.Get(tx, id); ok {
			k.User = to
			s.keys.Put(tx, id, k)
		}
	}
	for key := range s.belongs.Prefix(tx, fold(from)+sep, "") {
		g := tail(key)
		s.belongs.Delete(tx, key)
		s.members.Delete(tx, g+sep+fold(from))
		s.belongs.Put(tx, fold(to)+sep+g, none{})
		s.members.Put(tx, g+sep+fold(to), none{})
	}
	for _, serial := range s.devicesOf(tx, from) {
		s.deviceUsers.Delete(tx, fold(from)+sep+serial)
		s.deviceUsers.Put(tx, fold(to)+sep+serial, none{})
		if d, ok := s.devices.Get(tx, serial); ok {
			d.User = to
			s.devices.Put(tx, serial, d)
		}
	}
	if p, ok := s.logins.Get(tx, fold(from)); ok {
		s.logins.Delete(tx, fold(from))
		s.logins.Put(tx, fold(to), p)
	}
	move(tx, s.sshKeys, from, to)
	move(tx, s.signers, from, to)
	move(tx, s.serviceCreds, from, to)
	s.moveEntity(tx, entity{"user", from}, entity{"user", to})
}

// move brings a user's rows under another name.
func move[T any](tx *store.Tx, t store.Table[T], from, to string) {
	for key, v := range t.Prefix(tx, fold(from)+sep, "") {
		t.Delete(tx, key)
		t.Put(tx, fold(to)+sep+tail(key), v)
	}
}

func (s *Service) moveEntity(tx *store.Tx, from, to entity) {
	for key, in := range s.inline.Prefix(tx, from.under(""), "") {
		s.inline.Delete(tx, key)
		s.inline.Put(tx, to.under(tail(key)), in)
	}
	for key := range s.attached.Prefix(tx, from.under(""), "") {
		s.detach(tx, from, tail(key))
		s.attach(tx, to, tail(key))
	}
}

// moveTags brings the tags of what was renamed to its new ARN.
func (s *Service) moveTags(tx *store.Tx, from, to string) error {
	if from == to {
		return nil
	}
	kept := s.k.Tags.List(tx, from)
	s.k.Tags.Clear(tx, from)
	return s.k.Tags.Set(tx, to, kept...)
}
