package iam

import (
	"context"
	"iter"
	"strings"
	"time"

	api "unyo/api/iam"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/kernel/store"
)

// serverCert is a certificate that a service shows to its clients, with its private key.
type serverCert struct {
	Name, Path, ID        string
	Body, Chain           string
	Key                   string // sealed
	UploadedAt, ExpiresAt time.Time
}

// maxServerCerts is how many an account may have.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const maxServerCerts = 20

func (s *Service) serverCertARN(account string, c *serverCert) string {
	return s.arn(account, "server-certificate", c.Path, c.Name)
}

// UploadServerCertificate takes a certificate in with its key and chain, if they belong together.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UploadServerCertificate.html
func (s *Service) UploadServerCertificate(ctx context.Context, in *api.UploadServerCertificateInput) (*api.UploadServerCertificateOutput, error) {
	account := call.From(ctx).Account
	leaf, err := parseCertificate(*in.CertificateBody)
	if err != nil {
		return nil, err
	}
	if err := checkKeyPair(leaf, *in.CertificateBody, *in.PrivateKey); err != nil {
		return nil, err
	}
	if err := parseChain(leaf, rt.Val(in.CertificateChain)); err != nil {
		return nil, err
	}
	c := serverCert{
		Name: *in.ServerCertificateName, Path: orSlash(in.Path), ID: s.k.Entropy.ID(ctx, "ASCA", 17), Body: *in.CertificateBody,
		Chain: rt.Val(in.CertificateChain), UploadedAt: s.k.Clock.Now(), ExpiresAt: leaf.NotAfter.UTC(),
	}
	c.Key = s.seal.Seal("servercert "+c.ID, []byte(*in.PrivateKey))
	err = s.k.Update(ctx, func(tx *store.Tx) error {
		if s.serverCerts.Has(tx, fold(c.Name)) {
			return api.NewEntityAlreadyExistsException("The Server Certificate with name %s already exists.", c.Name)
		}
		if count(s.serverCerts.From(tx, "")) >= maxServerCerts {
			return overQuota("ServerCertificatesPerAccount", maxServerCerts)
		}
		s.serverCerts.Put(tx, fold(c.Name), c)
		return s.setTags(tx, s.serverCertARN(account, &c), in.Tags)
	})
	if err != nil {
		return nil, err
	}
	return &api.UploadServerCertificateOutput{ServerCertificateMetadata: new(s.serverCertShape(account, &c)), Tags: in.Tags}, nil
}

func (s *Service) serverCertShape(account string, c *serverCert) api.ServerCertificateMetadata {
	return api.ServerCertificateMetadata{
		ServerCertificateName: new(c.Name), Path: new(c.Path), ServerCertificateId: new(c.ID), Arn: new(s.serverCertARN(account, c)),
		UploadDate: new(c.UploadedAt), Expiration: new(c.ExpiresAt),
	}
}

func (s *Service) serverCertOf(tx *store.Tx, name string) (serverCert, error) {
	c, ok := s.serverCerts.Get(tx, fold(name))
	if !ok {
		return c, api.NewNoSuchEntityException("The Server Certificate with name %s cannot be found.", name)
	}
	return c, nil
}

// GetServerCertificate reads a certificate; its key stays inside.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetServerCertificate.html
func (s *Service) GetServerCertificate(ctx context.Context, in *api.GetServerCertificateInput) (*api.GetServerCertificateOutput, error) {
	account := call.From(ctx).Account
	out := &api.GetServerCertificateOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		c, err := s.serverCertOf(tx, *in.ServerCertificateName)
		if err != nil {
			return err
		}
		out.ServerCertificate = &api.ServerCertificate{
			CertificateBody: new(c.Body), ServerCertificateMetadata: new(s.serverCertShape(account, &c)), Tags: s.tagShapes(tx, s.serverCertARN(account, &c)),
		}
		if c.Chain != "" {
			out.ServerCertificate.CertificateChain = new(c.Chain)
		}
		return nil
	})
}

// ListServerCertificates lists the account's certificates below a path prefix.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListServerCertificates.html
func (s *Service) ListServerCertificates(ctx context.Context, in *api.ListServerCertificatesInput) (*api.ListServerCertificatesOutput, error) {
	account := call.From(ctx).Account
	out := &api.ListServerCertificatesOutput{}
	err := s.k.View(ctx, func(tx *store.Tx) (err error) {
		rows := func(after string) iter.Seq2[string, serverCert] { return s.serverCerts.From(tx, after) }
		out.ServerCertificateMetadataList, out.Marker, err = listed("servercerts"+rt.Val(in.PathPrefix), in.Marker, in.MaxItems, rows, func(_ string, c serverCert) (api.ServerCertificateMetadata, bool) {
			return s.serverCertShape(account, &c), strings.HasPrefix(c.Path, rt.Val(in.PathPrefix))
		})
		return err
	})
	out.IsTruncated = new(out.Marker != nil)
	return out, err
}

// UpdateServerCertificate renames a certificate or moves it to another path.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateServerCertificate.html
func (s *Service) UpdateServerCertificate(ctx context.Context, in *api.UpdateServerCertificateInput) (*api.UpdateServerCertificateOutput, error) {
	account := call.From(ctx).Account
	return &api.UpdateServerCertificateOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		c, err := s.serverCertOf(tx, *in.ServerCertificateName)
		if err != nil {
			return err
		}
		before := c
		if in.NewServerCertificateName != nil {
			c.Name = *in.NewServerCertificateName
		}
		if in.NewPath != nil {
			c.Path = *in.NewPath
		}
		if fold(c.Name) != fold(before.Name) && s.serverCerts.Has(tx, fold(c.Name)) {
			return api.NewEntityAlreadyExistsException("The Server Certificate with name %s already exists.", c.Name)
		}
		s.serverCerts.Delete(tx, fold(before.Name))
		s.serverCerts.Put(tx, fold(c.Name), c)
		return s.moveTags(tx, s.serverCertARN(account, &before), s.serverCertARN(account, &c))
	})
}

// DeleteServerCertificate removes a certificate. No balancer here holds on to one yet.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteServerCertificate.html
func (s *Service) DeleteServerCertificate(ctx context.Context, in *api.DeleteServerCertificateInput) (*api.DeleteServerCertificateOutput, error) {
	account := call.From(ctx).Account
	return &api.DeleteServerCertificateOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		c, err := s.serverCertOf(tx, *in.ServerCertificateName)
		if err != nil {
			return err
		}
		s.serverCerts.Delete(tx, fold(c.Name))
		s.k.Tags.Clear(tx, s.serverCertARN(account, &c))
		return nil
	})
}

// TagServerCertificate adds tags to a certificate.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagServerCertificate.html
func (s *Service) TagServerCertificate(ctx context.Context, in *api.TagServerCertificateInput) (*api.TagServerCertificateOutput, error) {
	return &api.TagServerCertificateOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		c, err := s.serverCertOf(tx, *in.ServerCertificateName)
		if err != nil {
			return err
		}
		return s.setTags(tx, s.serverCertARN(call.From(ctx).Account, &c), in.Tags)
	})
}

// UntagServerCertificate removes tags from a certificate.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagServerCertificate.html
func (s *Service) UntagServerCertificate(ctx context.Context, in *api.UntagServerCertificateInput) (*api.UntagServerCertificateOutput, error) {
	return &api.UntagServerCertificateOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		c, err := s.serverCertOf(tx, *in.ServerCertificateName)
		if err != nil {
			return err
		}
		s.untag(tx, s.serverCertARN(call.From(ctx).Account, &c), in.TagKeys)
		return nil
	})
}

// ListServerCertificateTags lists the tags of a certificate.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListServerCertificateTags.html
func (s *Service) ListServerCertificateTags(ctx context.Context, in *api.ListServerCertificateTagsInput) (*api.ListServerCertificateTagsOutput, error) {
	out := &api.ListServerCertificateTagsOutput{}
	err := s.k.View(ctx, func(tx *store.Tx) error {
		c, err := s.serverCertOf(tx, *in.ServerCertificateName)
		if err != nil {
			return err
		}
		out.Tags, out.Marker, err = s.tagPage(tx, s.serverCertARN(call.From(ctx).Account, &c), in.Marker, in.MaxItems)
		return err
	})
	out.IsTruncated = new(out.Marker != nil)
	return out, err
}
