package iam

import (
	"context"
	"iter"
	"time"

	api "unyo/api/iam"
	"unyo/base/call"
	"unyo/kernel/store"
)

// signingCert is an X.509 certificate of a user's. AWS takes signatures with it from a few old SOAP interfaces only; here
// it is kept, shown and counted in the credential report.
type signingCert struct {
	User, Body string
	Active     bool
	UploadedAt time.Time
}

// maxSigners is SigningCertificatesPerUser.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const maxSigners = 2

// UploadSigningCertificate takes in a certificate of a user's that is good now.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UploadSigningCertificate.html
func (s *Service) UploadSigningCertificate(ctx context.Context, in *api.UploadSigningCertificateInput) (*api.UploadSigningCertificateOutput, error) {
	name, err := s.userName(call.From(ctx), in.UserName)
	if err != nil {
		return nil, err
	}
	parsed, err := parseCertificate(*in.CertificateBody)
	if err != nil {
		return nil, err
	}
	now, id := s.k.Clock.Now(), s.k.Entropy.ID(ctx, "", 32)
	if now.After(parsed.NotAfter) {
		return nil, api.NewInvalidCertificateException("The certificate has expired.")
	}
	c := signingCert{Body: *in.CertificateBody, Active: true, UploadedAt: now}
	err = s.k.Update(ctx, func(tx *store.Tx) error {
		u, ok := s.users.Get(tx, fold(name))
		if !ok {
			return noSuch("user", name)
		}
		n := 0
		for _, other := range s.signers.Prefix(tx, fold(name)+sep, "") {
			if n++; sameCertificate(other.Body, parsed.Raw) {
				return api.NewDuplicateCertificateException("The same certificate is already associated with the user %s.", u.Name)
			}
		}
		if n >= maxSigners {
			return overQuota("SigningCertificatesPerUser", maxSigners)
		}
		c.User = u.Name
		s.signers.Put(tx, fold(name)+sep+id, c)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &api.UploadSigningCertificateOutput{Certificate: new(signerShape(id, c))}, nil
}

func sameCertificate(body string, raw []byte) bool {
	c, err := parseCertificate(body)
	return err == nil && string(c.Raw) == string(raw)
}

func signerShape(id string, c signingCert) api.SigningCertificate {
	return api.SigningCertificate{UserName: new(c.User), CertificateId: new(id), CertificateBody: new(c.Body), Status: new(status(c.Active)), UploadDate: new(c.UploadedAt)}
}

// ListSigningCertificates lists a user's certificates.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListSigningCertificates.html
func (s *Service) ListSigningCertificates(ctx context.Context, in *api.ListSigningCertificatesInput) (*api.ListSigningCertificatesOutput, error) {
	name, err := s.holderName(call.From(ctx), in.UserName)
	if err != nil {
		return nil, err
	}
	out := &api.ListSigningCertificatesOutput{}
	err = s.k.View(ctx, func(tx *store.Tx) (err error) {
		u, ok := s.holder(tx, name)
		if !ok {
			return noSuch("user", name)
		}
		rows := func(after string) iter.Seq2[string, signingCert] { return s.signers.Prefix(tx, fold(name)+sep, after) }
		out.Certificates, out.Marker, err = listed("signers"+fold(name), in.Marker, in.MaxItems, rows, func(key string, c signingCert) (api.SigningCertificate, bool) {
			c.User = u.Name
			return signerShape(tail(key), c), true
		})
		return err
	})
	out.IsTruncated = new(out.Marker != nil)
	return out, err
}

// UpdateSigningCertificate turns a certificate off or on.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateSigningCertificate.html
func (s *Service) UpdateSigningCertificate(ctx context.Context, in *api.UpdateSigningCertificateInput) (*api.UpdateSigningCertificateOutput, error) {
	return &api.UpdateSigningCertificateOutput{}, s.editSigner(ctx, in.UserName, *in.CertificateId, func(tx *store.Tx, key string, c signingCert) {
		c.Active = *in.Status == api.StatusTypeActive
		s.signers.Put(tx, key, c)
	})
}

// DeleteSigningCertificate removes a certificate.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteSigningCertificate.html
func (s *Service) DeleteSigningCertificate(ctx context.Context, in *api.DeleteSigningCertificateInput) (*api.DeleteSigningCertificateOutput, error) {
	return &api.DeleteSigningCertificateOutput{}, s.editSigner(ctx, in.UserName, *in.CertificateId, func(tx *store.Tx, key string, _ signingCert) {
		s.signers.Delete(tx, key)
	})
}

func (s *Service) editSigner(ctx context.Context, userName *string, id string, edit func(tx *store.Tx, key string, c signingCert)) error {
	name, err := s.holderName(call.From(ctx), userName)
	if err != nil {
		return err
	}
	return s.k.Update(ctx, func(tx *store.Tx) error {
		if _, ok := s.holder(tx, name); !ok {
			return noSuch("user", name)
		}
		c, ok := s.signers.Get(tx, fold(name)+sep+id)
		if !ok {
			return api.NewNoSuchEntityException("The Certificate with id %s cannot be found.", id)
		}
		edit(tx, fold(name)+sep+id, c)
		return nil
	})
}
