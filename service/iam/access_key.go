package iam

import (
	"context"
	"iter"

	api "unyo/api/iam"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/engine/credential"
	"unyo/kernel/store"
)

// maxKeys is AccessKeysPerUser.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const maxKeys = 2

// CreateAccessKey makes a long-term key; its secret is shown this once.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html
func (s *Service) CreateAccessKey(ctx context.Context, in *api.CreateAccessKeyInput) (*api.CreateAccessKeyOutput, error) {
	c := call.From(ctx)
	name, err := s.userName(c, in.UserName)
	if err != nil {
		return nil, err
	}
	id, secret := credential.KeyID("AKIA", c.Account, s.k.Entropy.Bytes(ctx, 16)), s.k.Entropy.Secret(ctx, 40)
	now := s.k.Clock.Now()
	err = s.k.Update(ctx, func(tx *store.Tx) error {
		u, ok := s.users.Get(tx, fold(name))
		if !ok {
			return noSuch("user", name)
		}
		n := 0
		for range s.userKeys.Prefix(tx, fold(name)+sep, "") {
			n++
		}
		if n >= maxKeys {
			return api.NewLimitExceededException("Cannot exceed quota for AccessKeysPerUser: %d", maxKeys)
		}
		name = u.Name
		s.keys.Put(tx, id, accessKey{User: u.Name, Account: c.Account, Secret: s.seal.Seal("accesskey "+id, []byte(secret)), Active: true, CreatedAt: now})
		s.userKeys.Put(tx, fold(u.Name)+sep+id, none{})
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &api.CreateAccessKeyOutput{AccessKey: &api.AccessKey{
		UserName: new(name), AccessKeyId: new(id), SecretAccessKey: new(secret), Status: new("Active"), CreateDate: new(now),
	}}, nil
}

// ListAccessKeys lists a user's keys, without secrets.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccessKeys.html
func (s *Service) ListAccessKeys(ctx context.Context, in *api.ListAccessKeysInput) (*api.ListAccessKeysOutput, error) {
	name, err := s.holderName(call.From(ctx), in.UserName)
	if err != nil {
		return nil, err
	}
	out := &api.ListAccessKeysOutput{}
	err = s.k.View(ctx, func(tx *store.Tx) (err error) {
		u, ok := s.holder(tx, name)
		if !ok {
			return noSuch("user", name)
		}
		rows := func(after string) iter.Seq2[string, none] { return s.userKeys.Prefix(tx, fold(name)+sep, after) }
		out.AccessKeyMetadata, out.Marker, err = listed("keys"+fold(name), in.Marker, in.MaxItems, rows, func(key string, _ none) (api.AccessKeyMetadata, bool) {
			k, ok := s.keys.Get(tx, tail(key))
			return api.AccessKeyMetadata{UserName: new(u.Name), AccessKeyId: new(tail(key)), Status: new(status(k.Active)), CreateDate: new(k.CreatedAt)}, ok
		})
		return err
	})
	out.IsTruncated = new(out.Marker != nil)
	return out, err
}

func status(active bool) string {
	if active {
		return "Active"
	}
	return "Inactive"
}

// UpdateAccessKey turns a key off or on.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccessKey.html
func (s *Service) UpdateAccessKey(ctx context.Context, in *api.UpdateAccessKeyInput) (*api.UpdateAccessKeyOutput, error) {
	return &api.UpdateAccessKeyOutput{}, s.editKey(ctx, in.UserName, *in.AccessKeyId, func(tx *store.Tx, k accessKey) {
		k.Active = rt.Val(in.Status) == "Active"
		s.keys.Put(tx, *in.AccessKeyId, k)
	})
}

// DeleteAccessKey ends a key.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccessKey.html
func (s *Service) DeleteAccessKey(ctx context.Context, in *api.DeleteAccessKeyInput) (*api.DeleteAccessKeyOutput, error) {
	return &api.DeleteAccessKeyOutput{}, s.editKey(ctx, in.UserName, *in.AccessKeyId, func(tx *store.Tx, k accessKey) {
		s.keys.Delete(tx, *in.AccessKeyId)
		s.forgetUses(tx, *in.AccessKeyId)
		s.userKeys.Delete(tx, fold(k.User)+sep+*in.AccessKeyId)
	})
}

func (s *Service) editKey(ctx context.Context, userName *string, id string, edit func(tx *store.Tx, k accessKey)) error {
	c := call.From(ctx)
	name, err := s.holderName(c, userName)
	if err != nil {
		return err
	}
	return s.k.Update(ctx, func(tx *store.Tx) error {
		if _, ok := s.holder(tx, name); !ok {
			return noSuch("user", name)
		}
		k, ok := s.keys.Get(tx, id)
		if !ok || k.Account != c.Account || fold(k.User) != fold(name) {
			return api.NewNoSuchEntityException("The Access Key with id %s cannot be found.", id)
		}
		edit(tx, k)
		return nil
	})
}
