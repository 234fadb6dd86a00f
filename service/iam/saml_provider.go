package iam

import (
	"context"
	"fmt"
	"net/http"
	"time"

	api "unyo/api/iam"
	"unyo/api/rt"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/engine/saml"
	"unyo/kernel/store"
)

// samlProvider is an identity provider that an account believes by what its metadata say. They lie in rows of their own.
type samlProvider struct {
	Name, UUID string
	CreatedAt  time.Time
	ValidUntil time.Time
	Blocks     int
}

const (
	maxSAMLProviders = 100 // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
	samlBlock        = 20 << 10
	maxMetadata      = 2 << 20 // bytes; AWS takes 10 MB, which no transaction here holds
	// metadataYears is how long metadata hold that do not say.
	metadataYears = 100
)

func (s *Service) samlARN(account, name string) string {
	return s.arn(account, "saml-provider", "/", name)
}

// unencrypted refuses what would have assertions encrypted: they are not read here.
func unencrypted(mode, key, remove *string) error {
	if mode != nil || key != nil || remove != nil {
		return awserr.New(http.StatusNotImplemented, "NotImplemented", "Encrypted assertions (AssertionEncryptionMode, AddPrivateKey, RemovePrivateKey) are not supported by this estate.")
	}
	return nil
}

// checkMetadata reads a provider's metadata, and until when they hold.
func (s *Service) checkMetadata(text string) (time.Time, error) {
	if len(text) > maxMetadata {
		return time.Time{}, api.NewLimitExceededException("Metadata documents of more than %d bytes are not supported by this estate.", maxMetadata)
	}
	m, err := saml.ParseMetadata([]byte(text))
	if err != nil {
		return time.Time{}, api.NewInvalidInputException("Could not parse metadata")
	}
	if m.ValidUntil.IsZero() {
		return s.k.Clock.Now().AddDate(metadataYears, 0, 0), nil
	}
	return m.ValidUntil, nil
}

// putMetadata writes them in the place of those before.
func (s *Service) putMetadata(tx *store.Tx, arn string, p *samlProvider, text string) {
	before := p.Blocks
	for p.Blocks = 0; text != ""; p.Blocks++ {
		n := min(len(text), samlBlock)
		s.samlText.Put(tx, arn+sep+fmt.Sprintf("%06d", p.Blocks), []byte(text[:n]))
		text = text[n:]
	}
	for i := p.Blocks; i < before; i++ {
		s.samlText.Delete(tx, arn+sep+fmt.Sprintf("%06d", i))
	}
}

func (s *Service) metadata(tx *store.Tx, arn string) string {
	var text []byte
	for _, block := range s.samlText.Prefix(tx, arn+sep, "") {
		text = append(text, block...)
	}
	return string(text)
}

// CreateSAMLProvider lets an account believe a provider.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateSAMLProvider.html
func (s *Service) CreateSAMLProvider(ctx context.Context, in *api.CreateSAMLProviderInput) (*api.CreateSAMLProviderOutput, error) {
	if err := unencrypted(in.AssertionEncryptionMode, in.AddPrivateKey, nil); err != nil {
		return nil, err
	}
	until, err := s.checkMetadata(*in.SAMLMetadataDocument)
	if err != nil {
		return nil, err
	}
	arn := s.samlARN(call.From(ctx).Account, *in.Name)
	p := samlProvider{Name: *in.Name, UUID: s.k.Entropy.UUID(ctx), CreatedAt: s.k.Clock.Now(), ValidUntil: until}
	return &api.CreateSAMLProviderOutput{SAMLProviderArn: &arn, Tags: in.Tags}, s.k.Update(ctx, func(tx *store.Tx) error {
		if s.saml.Has(tx, arn) {
			return api.NewEntityAlreadyExistsException("SAMLProvider %s already exists.", *in.Name)
		}
		if count(s.saml.From(tx, "")) >= maxSAMLProviders {
			return overQuota("SAMLProvidersPerAccount", maxSAMLProviders)
		}
		p := p
		s.putMetadata(tx, arn, &p, *in.SAMLMetadataDocument)
		s.saml.Put(tx, arn, p)
		return s.setTags(tx, arn, in.Tags)
	})
}

// UpdateSAMLProvider replaces the metadata.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateSAMLProvider.html
func (s *Service) UpdateSAMLProvider(ctx context.Context, in *api.UpdateSAMLProviderInput) (*api.UpdateSAMLProviderOutput, error) {
	if err := unencrypted(in.AssertionEncryptionMode, in.AddPrivateKey, in.RemovePrivateKey); err != nil {
		return nil, err
	}
	arn, text := *in.SAMLProviderArn, rt.Val(in.SAMLMetadataDocument)
	until, err := s.checkMetadata(text)
	if err != nil {
		return nil, err
	}
	return &api.UpdateSAMLProviderOutput{SAMLProviderArn: &arn}, s.k.Update(ctx, func(tx *store.Tx) error {
		p, ok := s.saml.Get(tx, arn)
		if !ok {
			return noProvider("SAML", arn)
		}
		p.ValidUntil = until
		s.putMetadata(tx, arn, &p, text)
		s.saml.Put(tx, arn, p)
		return nil
	})
}

// GetSAMLProvider describes a provider.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetSAMLProvider.html
func (s *Service) GetSAMLProvider(ctx context.Context, in *api.GetSAMLProviderInput) (*api.GetSAMLProviderOutput, error) {
	out := &api.GetSAMLProviderOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		p, ok := s.saml.Get(tx, *in.SAMLProviderArn)
		if !ok {
			return noProvider("SAML", *in.SAMLProviderArn)
		}
		*out = api.GetSAMLProviderOutput{
			SAMLProviderUUID: new(p.UUID), CreateDate: new(p.CreatedAt), ValidUntil: new(p.ValidUntil), SAMLMetadataDocument: new(s.metadata(tx, *in.SAMLProviderArn)),
			Tags: s.tagShapes(tx, *in.SAMLProviderArn),
		}
		return nil
	})
}

// ListSAMLProviders lists the account's providers.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListSAMLProviders.html
func (s *Service) ListSAMLProviders(ctx context.Context, _ *api.ListSAMLProvidersInput) (*api.ListSAMLProvidersOutput, error) {
	out := &api.ListSAMLProvidersOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		out.SAMLProviderList = []api.SAMLProviderListEntry{}
		for arn, p := range s.saml.From(tx, "") {
			out.SAMLProviderList = append(out.SAMLProviderList, api.SAMLProviderListEntry{Arn: new(arn), CreateDate: new(p.CreatedAt), ValidUntil: new(p.ValidUntil)})
		}
		return nil
	})
}

// DeleteSAMLProvider ends an account's belief in a provider.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteSAMLProvider.html
func (s *Service) DeleteSAMLProvider(ctx context.Context, in *api.DeleteSAMLProviderInput) (*api.DeleteSAMLProviderOutput, error) {
	arn := *in.SAMLProviderArn
	return &api.DeleteSAMLProviderOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		p, ok := s.saml.Get(tx, arn)
		if !ok {
			return noProvider("SAML", arn)
		}
		s.putMetadata(tx, arn, &p, "")
		s.saml.Delete(tx, arn)
		s.k.Tags.Clear(tx, arn)
		return nil
	})
}

// TagSAMLProvider adds tags to a provider.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagSAMLProvider.html
func (s *Service) TagSAMLProvider(ctx context.Context, in *api.TagSAMLProviderInput) (*api.TagSAMLProviderOutput, error) {
	return &api.TagSAMLProviderOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		if !s.saml.Has(tx, *in.SAMLProviderArn) {
			return noProvider("SAML", *in.SAMLProviderArn)
		}
		return s.setTags(tx, *in.SAMLProviderArn, in.Tags)
	})
}

// UntagSAMLProvider removes tags from a provider.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagSAMLProvider.html
func (s *Service) UntagSAMLProvider(ctx context.Context, in *api.UntagSAMLProviderInput) (*api.UntagSAMLProviderOutput, error) {
	return &api.UntagSAMLProviderOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		if !s.saml.Has(tx, *in.SAMLProviderArn) {
			return noProvider("SAML", *in.SAMLProviderArn)
		}
		s.untag(tx, *in.SAMLProviderArn, in.TagKeys)
		return nil
	})
}

// ListSAMLProviderTags lists the tags of a provider.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListSAMLProviderTags.html
func (s *Service) ListSAMLProviderTags(ctx context.Context, in *api.ListSAMLProviderTagsInput) (*api.ListSAMLProviderTagsOutput, error) {
	out := &api.ListSAMLProviderTagsOutput{}
	err := s.k.View(ctx, func(tx *store.Tx) (err error) {
		if !s.saml.Has(tx, *in.SAMLProviderArn) {
			return noProvider("SAML", *in.SAMLProviderArn)
		}
		out.Tags, out.Marker, err = s.tagPage(tx, *in.SAMLProviderArn, in.Marker, in.MaxItems)
		return err
	})
	out.IsTruncated = new(out.Marker != nil)
	return out, err
}
