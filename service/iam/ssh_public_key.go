package iam

import (
	"context"
	"iter"
	"time"

	api "unyo/api/iam"
	"unyo/base/call"
	"unyo/kernel/store"
)

// sshKey is a public key with which a user may open CodeCommit's repositories; that service is not in this estate.
type sshKey struct {
	Wire       []byte // RFC 4253
	Body       string // as it was uploaded
	Active     bool
	UploadedAt time.Time
}

// maxSSHKeys is SSHPublicKeysPerUser.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const maxSSHKeys = 5

// UploadSSHPublicKey takes in a public key of a user's.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UploadSSHPublicKey.html
func (s *Service) UploadSSHPublicKey(ctx context.Context, in *api.UploadSSHPublicKeyInput) (*api.UploadSSHPublicKeyOutput, error) {
	wire, err := parseSSHKey(*in.SSHPublicKeyBody)
	if err != nil {
		return nil, err
	}
	id := s.k.Entropy.ID(ctx, "APKA", 17)
	k := sshKey{Wire: wire, Body: *in.SSHPublicKeyBody, Active: true, UploadedAt: s.k.Clock.Now()}
	out := &api.UploadSSHPublicKeyOutput{}
	return out, s.k.Update(ctx, func(tx *store.Tx) error {
		u, ok := s.users.Get(tx, fold(*in.UserName))
		if !ok {
			return noSuch("user", *in.UserName)
		}
		n := 0
		for _, other := range s.sshKeys.Prefix(tx, fold(u.Name)+sep, "") {
			if n++; string(other.Wire) == string(wire) {
				return api.NewDuplicateSSHPublicKeyException("The SSH public key is already associated with the user %s.", u.Name)
			}
		}
		if n >= maxSSHKeys {
			return overQuota("SSHPublicKeysPerUser", maxSSHKeys)
		}
		s.sshKeys.Put(tx, fold(u.Name)+sep+id, k)
		out.SSHPublicKey = sshShape(u.Name, id, k, k.Body)
		return nil
	})
}

func sshShape(user, id string, k sshKey, body string) *api.SSHPublicKey {
	return &api.SSHPublicKey{
		UserName: new(user), SSHPublicKeyId: new(id), Fingerprint: new(fingerprint(k.Wire)), SSHPublicKeyBody: new(body),
		Status: new(status(k.Active)), UploadDate: new(k.UploadedAt),
	}
}

// GetSSHPublicKey reads a key in the encoding asked for.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetSSHPublicKey.html
func (s *Service) GetSSHPublicKey(ctx context.Context, in *api.GetSSHPublicKeyInput) (*api.GetSSHPublicKeyOutput, error) {
	out := &api.GetSSHPublicKeyOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		u, k, err := s.sshKeyOf(tx, *in.UserName, *in.SSHPublicKeyId)
		if err != nil {
			return err
		}
		body, err := encodeSSHKey(k.Wire, *in.Encoding)
		if err != nil {
			return api.NewUnrecognizedPublicKeyEncodingException("The key cannot be shown in the encoding %s.", *in.Encoding)
		}
		out.SSHPublicKey = sshShape(u.Name, *in.SSHPublicKeyId, k, body)
		return nil
	})
}

func (s *Service) sshKeyOf(tx *store.Tx, name, id string) (u user, k sshKey, err error) {
	u, ok := s.users.Get(tx, fold(name))
	if !ok {
		return u, k, noSuch("user", name)
	}
	if k, ok = s.sshKeys.Get(tx, fold(name)+sep+id); !ok {
		return u, k, api.NewNoSuchEntityException("The Public Key with id %s cannot be found.", id)
	}
	return u, k, nil
}

// ListSSHPublicKeys lists a user's keys.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListSSHPublicKeys.html
func (s *Service) ListSSHPublicKeys(ctx context.Context, in *api.ListSSHPublicKeysInput) (*api.ListSSHPublicKeysOutput, error) {
	name, err := s.userName(call.From(ctx), in.UserName)
	if err != nil {
		return nil, err
	}
	out := &api.ListSSHPublicKeysOutput{}
	err = s.k.View(ctx, func(tx *store.Tx) (err error) {
		u, ok := s.users.Get(tx, fold(name))
		if !ok {
			return noSuch("user", name)
		}
		rows := func(after string) iter.Seq2[string, sshKey] { return s.sshKeys.Prefix(tx, fold(name)+sep, after) }
		out.SSHPublicKeys, out.Marker, err = listed("sshkeys"+fold(name), in.Marker, in.MaxItems, rows, func(key string, k sshKey) (api.SSHPublicKeyMetadata, bool) {
			return api.SSHPublicKeyMetadata{UserName: new(u.Name), SSHPublicKeyId: new(tail(key)), Status: new(status(k.Active)), UploadDate: new(k.UploadedAt)}, true
		})
		return err
	})
	out.IsTruncated = new(out.Marker != nil)
	return out, err
}

// UpdateSSHPublicKey turns a key off or on.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateSSHPublicKey.html
func (s *Service) UpdateSSHPublicKey(ctx context.Context, in *api.UpdateSSHPublicKeyInput) (*api.UpdateSSHPublicKeyOutput, error) {
	return &api.UpdateSSHPublicKeyOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		_, k, err := s.sshKeyOf(tx, *in.UserName, *in.SSHPublicKeyId)
		if err != nil {
			return err
		}
		k.Active = *in.Status == api.StatusTypeActive
		s.sshKeys.Put(tx, fold(*in.UserName)+sep+*in.SSHPublicKeyId, k)
		return nil
	})
}

// DeleteSSHPublicKey removes a key.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteSSHPublicKey.html
func (s *Service) DeleteSSHPublicKey(ctx context.Context, in *api.DeleteSSHPublicKeyInput) (*api.DeleteSSHPublicKeyOutput, error) {
	return &api.DeleteSSHPublicKeyOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		if _, _, err := s.sshKeyOf(tx, *in.UserName, *in.SSHPublicKeyId); err != nil {
			return err
		}
		s.sshKeys.Delete(tx, fold(*in.UserName)+sep+*in.SSHPublicKeyId)
		return nil
	})
}
