package iam

import (
	"context"
	"iter"
	"time"

	api "unyo/api/iam"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/kernel/store"
)

// serviceCred is a name and a password that one service alone takes. None of those services is in this estate yet, so
// that they open nothing here; but they are made, told of, turned off and expire as AWS's do.
type serviceCred struct {
	Service, Name string
	Secret        string // sealed
	Active        bool
	CreatedAt     time.Time
	ExpiresAt     time.Time `json:",omitzero"`
}

// maxServiceCreds is how many a user may have for one service.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const maxServiceCreds = 2

// credServices are the services that take them. Those of the second kind have API keys in place of a name and a password,
// which may be given an age.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceSpecificCredential.html
var credServices = map[string]struct{ key bool }{"codecommit.amazonaws.com": {false}, "cassandra.amazonaws.com": {false}, "bedrock.amazonaws.com": {true}}

// CreateServiceSpecificCredential makes one; what is secret of it is shown this once.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceSpecificCredential.html
func (s *Service) CreateServiceSpecificCredential(ctx context.Context, in *api.CreateServiceSpecificCredentialInput) (*api.CreateServiceSpecificCredentialOutput, error) {
	kind, known := credServices[*in.ServiceName]
	switch {
	case !known:
		return nil, api.NewServiceNotSupportedException("No such service %s is supported for Service Specific Credentials", *in.ServiceName)
	case in.CredentialAgeDays != nil && !kind.key:
		return nil, api.NewInvalidInputException("CredentialAgeDays is not supported for service %s", *in.ServiceName)
	}
	account, id, secret, now := call.From(ctx).Account, s.k.Entropy.ID(ctx, "ACCA", 17), s.k.Entropy.Secret(ctx, 44), s.k.Clock.Now()
	c := serviceCred{Service: *in.ServiceName, Active: true, CreatedAt: now, Secret: s.seal.Seal("servicecred "+id, []byte(secret))}
	if in.CredentialAgeDays != nil {
		c.ExpiresAt = now.AddDate(0, 0, int(*in.CredentialAgeDays))
	}
	out := &api.CreateServiceSpecificCredentialOutput{}
	return out, s.k.Update(ctx, func(tx *store.Tx) error {
		u, ok := s.users.Get(tx, fold(*in.UserName))
		if !ok {
			return noSuch("user", *in.UserName)
		}
		c.Name = u.Name + "-at-" + account
		n := 0
		for _, other := range s.serviceCreds.Prefix(tx, fold(u.Name)+sep, "") {
			if other.Service != c.Service {
				continue
			}
			if n++; other.Name == c.Name {
				c.Name = u.Name + "+1-at-" + account
			}
		}
		if n >= maxServiceCreds {
			return overQuota("ServiceSpecificCredentialsPerUser", maxServiceCreds)
		}
		s.serviceCreds.Put(tx, fold(u.Name)+sep+id, c)
		out.ServiceSpecificCredential = credShape(u.Name, id, c, secret)
		return nil
	})
}

func credShape(user, id string, c serviceCred, secret string) *api.ServiceSpecificCredential {
	m := credMetadata(user, id, c)
	shape := &api.ServiceSpecificCredential{
		UserName: m.UserName, ServiceSpecificCredentialId: m.ServiceSpecificCredentialId, ServiceName: m.ServiceName, ServiceUserName: m.ServiceUserName,
		ServiceCredentialAlias: m.ServiceCredentialAlias, Status: m.Status, CreateDate: m.CreateDate, ExpirationDate: m.ExpirationDate,
	}
	if credServices[c.Service].key {
		shape.ServiceCredentialSecret = new(secret)
	} else {
		shape.ServicePassword = new(secret)
	}
	return shape
}

func credMetadata(user, id string, c serviceCred) api.ServiceSpecificCredentialMetadata {
	m := api.ServiceSpecificCredentialMetadata{
		UserName: new(user), ServiceSpecificCredentialId: new(id), ServiceName: new(c.Service), Status: new(status(c.Active)), CreateDate: new(c.CreatedAt),
	}
	if credServices[c.Service].key {
		m.ServiceCredentialAlias = new(c.Name)
	} else {
		m.ServiceUserName = new(c.Name)
	}
	if !c.ExpiresAt.IsZero() {
		m.ExpirationDate = new(c.ExpiresAt)
	}
	return m
}

// ListServiceSpecificCredentials lists a user's, or everyone's.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListServiceSpecificCredentials.html
func (s *Service) ListServiceSpecificCredentials(ctx context.Context, in *api.ListServiceSpecificCredentialsInput) (*api.ListServiceSpecificCredentialsOutput, error) {
	prefix := ""
	if !rt.Val(in.AllUsers) {
		name, err := s.userName(call.From(ctx), in.UserName)
		if err != nil {
			return nil, err
		}
		prefix = fold(name) + sep
	} else if in.UserName != nil {
		return nil, api.NewInvalidInputException("UserName and AllUsers cannot be specified together")
	}
	out := &api.ListServiceSpecificCredentialsOutput{}
	err := s.k.View(ctx, func(tx *store.Tx) (err error) {
		if prefix != "" && !s.users.Has(tx, prefix[:len(prefix)-1]) {
			return noSuch("user", prefix[:len(prefix)-1])
		}
		rows := func(after string) iter.Seq2[string, serviceCred] { return s.serviceCreds.Prefix(tx, prefix, after) }
		out.ServiceSpecificCredentials, out.Marker, err = listed("servicecreds"+prefix+rt.Val(in.ServiceName), in.Marker, in.MaxItems, rows, func(key string, c serviceCred) (api.ServiceSpecificCredentialMetadata, bool) {
			u, _ := s.users.Get(tx, key[:len(key)-len(tail(key))-1])
			return credMetadata(u.Name, tail(key), c), in.ServiceName == nil || *in.ServiceName == c.Service
		})
		return err
	})
	if in.MaxItems != nil || in.Marker != nil || out.Marker != nil {
		out.IsTruncated = new(out.Marker != nil)
	}
	return out, err
}

// ResetServiceSpecificCredential gives a new password in place of the old.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ResetServiceSpecificCredential.html
func (s *Service) ResetServiceSpecificCredential(ctx context.Context, in *api.ResetServiceSpecificCredentialInput) (*api.ResetServiceSpecificCredentialOutput, error) {
	id, secret := *in.ServiceSpecificCredentialId, s.k.Entropy.Secret(ctx, 44)
	out := &api.ResetServiceSpecificCredentialOutput{}
	return out, s.editCred(ctx, in.UserName, id, func(tx *store.Tx, name, key string, c serviceCred) {
		c.Secret = s.seal.Seal("servicecred "+id, []byte(secret))
		s.serviceCreds.Put(tx, key, c)
		out.ServiceSpecificCredential = credShape(name, id, c, secret)
	})
}

// UpdateServiceSpecificCredential turns one off or on.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateServiceSpecificCredential.html
func (s *Service) UpdateServiceSpecificCredential(ctx context.Context, in *api.UpdateServiceSpecificCredentialInput) (*api.UpdateServiceSpecificCredentialOutput, error) {
	return &api.UpdateServiceSpecificCredentialOutput{}, s.editCred(ctx, in.UserName, *in.ServiceSpecificCredentialId, func(tx *store.Tx, _, key string, c serviceCred) {
		c.Active = *in.Status == api.StatusTypeActive
		s.serviceCreds.Put(tx, key, c)
	})
}

// DeleteServiceSpecificCredential removes one.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteServiceSpecificCredential.html
func (s *Service) DeleteServiceSpecificCredential(ctx context.Context, in *api.DeleteServiceSpecificCredentialInput) (*api.DeleteServiceSpecificCredentialOutput, error) {
	return &api.DeleteServiceSpecificCredentialOutput{}, s.editCred(ctx, in.UserName, *in.ServiceSpecificCredentialId, func(tx *store.Tx, _, key string, _ serviceCred) {
		s.serviceCreds.Delete(tx, key)
	})
}

func (s *Service) editCred(ctx context.Context, userName *string, id string, edit func(tx *store.Tx, name, key string, c serviceCred)) error {
	name, err := s.userName(call.From(ctx), userName)
	if err != nil {
		return err
	}
	return s.k.Update(ctx, func(tx *store.Tx) error {
		u, ok := s.users.Get(tx, fold(name))
		if !ok {
			return noSuch("user", name)
		}
		c, ok := s.serviceCreds.Get(tx, fold(name)+sep+id)
		if !ok {
			return api.NewNoSuchEntityException("No such credential %s exists", id)
		}
		edit(tx, u.Name, fold(name)+sep+id, c)
		return nil
	})
}
