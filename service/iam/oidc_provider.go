package iam

import (
	"context"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	api "unyo/api/iam"
	"unyo/base/call"
	"unyo/kernel/store"
)

// oidcProvider is an issuer of tokens that an account believes, for the clients it names.
type oidcProvider struct {
	URL         string // https://host/path, as tokens name their issuer
	Clients     []string
	Thumbprints []string
	CreatedAt   time.Time
}

// Quotas of providers.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const (
	maxOIDCProviders = 100
	maxClients       = 100
	maxThumbprints   = 5
)

var thumbprint = regexp.MustCompile(`^[0-9a-fA-F]{40}$`)

func (s *Service) oidcARN(account, issuer string) string {
	return "arn:" + s.k.Partition + ":iam::" + account + ":oidc-provider/" + strings.TrimPrefix(issuer, "https://")
}

// CreateOpenIDConnectProvider lets an account believe an issuer. Where no thumbprint is given, it is asked for its certificate.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html
func (s *Service) CreateOpenIDConnectProvider(ctx context.Context, in *api.CreateOpenIDConnectProviderInput) (*api.CreateOpenIDConnectProviderOutput, error) {
	issuer, err := issuerURL(*in.Url)
	if err != nil {
		return nil, err
	}
	p := oidcProvider{URL: issuer, Clients: distinct(in.ClientIDList), Thumbprints: in.ThumbprintList, CreatedAt: s.k.Clock.Now()}
	if err := checkThumbprints(p.Thumbprints); err != nil {
		return nil, err
	}
	if len(p.Clients) > maxClients {
		return nil, overQuota("ClientIdsPerOpenIdConnectProvider", maxClients)
	}
	if len(p.Thumbprints) == 0 {
		top, err := s.issuers.Top(ctx, issuer)
		if err != nil {
			return nil, api.NewOpenIdIdpCommunicationErrorException("Unable to communicate with the identity provider %s to get the thumbprint of its certificate: %s", issuer, err)
		}
		p.Thumbprints = []string{top}
	}
	arn := s.oidcARN(call.From(ctx).Account, issuer)
	return &api.CreateOpenIDConnectProviderOutput{OpenIDConnectProviderArn: &arn, Tags: in.Tags}, s.k.Update(ctx, func(tx *store.Tx) error {
		if s.oidc.Has(tx, arn) {
			return api.NewEntityAlreadyExistsException("Provider with url %s already exists.", issuer)
		}
		if count(s.oidc.From(tx, "")) >= maxOIDCProviders {
			return overQuota("OpenIdConnectProvidersPerAccount", maxOIDCProviders)
		}
		s.oidc.Put(tx, arn, p)
		return s.setTags(tx, arn, in.Tags)
	})
}

// issuerURL is an issuer's address as tokens name it. AWS takes no port; here an issuer on the machine's own loopback may
// have one, since nothing public is there.
func issuerURL(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", validation("Invalid Open ID Connect Provider URL")
	}
	ip := net.ParseIP(u.Hostname())
	if u.Port() != "" && u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return "", validation("Invalid Open ID Connect Provider URL")
	}
	return strings.TrimSuffix(text, "/"), nil
}

func checkThumbprints(list []string) error {
	if len(list) > maxThumbprints {
		return overQuota("ThumbprintsPerOpenIdConnectProvider", maxThumbprints)
	}
	for _, t := range list {
		if !thumbprint.MatchString(t) {
			return api.NewInvalidInputException("Thumbprint list contains an invalid thumbprint: %s", t)
		}
	}
	return nil
}

func distinct(list []string) []string {
	out := []string{}
	for _, v := range list {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

// editOIDC changes a provider.
func (s *Service) editOIDC(ctx context.Context, arn string, edit func(p *oidcProvider) error) error {
	return s.k.Update(ctx, func(tx *store.Tx) error {
		p, ok := s.oidc.Get(tx, arn)
		if !ok {
			return noProvider("OpenIDConnect", arn)
		}
		if err := edit(&p); err != nil {
			return err
		}
		s.oidc.Put(tx, arn, p)
		return nil
	})
}

func noProvider(kind, arn string) error {
	return api.NewNoSuchEntityException("%s Provider not found for arn %s", kind, arn)
}

// GetOpenIDConnectProvider describes a provider.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetOpenIDConnectProvider.html
func (s *Service) GetOpenIDConnectProvider(ctx context.Context, in *api.GetOpenIDConnectProviderInput) (*api.GetOpenIDConnectProviderOutput, error) {
	out := &api.GetOpenIDConnectProviderOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		p, ok := s.oidc.Get(tx, *in.OpenIDConnectProviderArn)
		if !ok {
			return noProvider("OpenIDConnect", *in.OpenIDConnectProviderArn)
		}
		*out = api.GetOpenIDConnectProviderOutput{Url: new(strings.TrimPrefix(p.URL, "https://")), ClientIDList: p.Clients, ThumbprintList: p.Thumbprints, CreateDate: new(p.CreatedAt), Tags: s.tagShapes(tx, *in.OpenIDConnectProviderArn)}
		return nil
	})
}

// ListOpenIDConnectProviders lists the account's providers.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListOpenIDConnectProviders.html
func (s *Service) ListOpenIDConnectProviders(ctx context.Context, _ *api.ListOpenIDConnectProvidersInput) (*api.ListOpenIDConnectProvidersOutput, error) {
	out := &api.ListOpenIDConnectProvidersOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		out.OpenIDConnectProviderList = []api.OpenIDConnectProviderListEntry{}
		for arn := range s.oidc.From(tx, "") {
			out.OpenIDConnectProviderList = append(out.OpenIDConnectProviderList, api.OpenIDConnectProviderListEntry{Arn: new(arn)})
		}
		return nil
	})
}

// UpdateOpenIDConnectProviderThumbprint replaces the thumbprints.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateOpenIDConnectProviderThumbprint.html
func (s *Service) UpdateOpenIDConnectProviderThumbprint(ctx context.Context, in *api.UpdateOpenIDConnectProviderThumbprintInput) (*api.UpdateOpenIDConnectProviderThumbprintOutput, error) {
	return &api.UpdateOpenIDConnectProviderThumbprintOutput{}, s.editOIDC(ctx, *in.OpenIDConnectProviderArn, func(p *oidcProvider) error {
		p.Thumbprints = in.ThumbprintList
		return checkThumbprints(p.Thumbprints)
	})
}

// AddClientIDToOpenIDConnectProvider takes in a client; one that is there already stays.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddClientIDToOpenIDConnectProvider.html
func (s *Service) AddClientIDToOpenIDConnectProvider(ctx context.Context, in *api.AddClientIDToOpenIDConnectProviderInput) (*api.AddClientIDToOpenIDConnectProviderOutput, error) {
	return &api.AddClientIDToOpenIDConnectProviderOutput{}, s.editOIDC(ctx, *in.OpenIDConnectProviderArn, func(p *oidcProvider) error {
		if p.Clients = distinct(append(p.Clients, *in.ClientID)); len(p.Clients) > maxClients {
			return overQuota("ClientIdsPerOpenIdConnectProvider", maxClients)
		}
		return nil
	})
}

// RemoveClientIDFromOpenIDConnectProvider takes a client out; none is there that was not.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_RemoveClientIDFromOpenIDConnectProvider.html
func (s *Service) RemoveClientIDFromOpenIDConnectProvider(ctx context.Context, in *api.RemoveClientIDFromOpenIDConnectProviderInput) (*api.RemoveClientIDFromOpenIDConnectProviderOutput, error) {
	return &api.RemoveClientIDFromOpenIDConnectProviderOutput{}, s.editOIDC(ctx, *in.OpenIDConnectProviderArn, func(p *oidcProvider) error {
		p.Clients = slices.DeleteFunc(p.Clients, func(c string) bool { return c == *in.ClientID })
		return nil
	})
}

// DeleteOpenIDConnectProvider ends an account's belief in an issuer. AWS asks nobody who trusts it, and a repeated deletion succeeds.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteOpenIDConnectProvider.html
func (s *Service) DeleteOpenIDConnectProvider(ctx context.Context, in *api.DeleteOpenIDConnectProviderInput) (*api.DeleteOpenIDConnectProviderOutput, error) {
	return &api.DeleteOpenIDConnectProviderOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		s.oidc.Delete(tx, *in.OpenIDConnectProviderArn)
		s.k.Tags.Clear(tx, *in.OpenIDConnectProviderArn)
		return nil
	})
}

// TagOpenIDConnectProvider adds tags to a provider.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagOpenIDConnectProvider.html
func (s *Service) TagOpenIDConnectProvider(ctx context.Context, in *api.TagOpenIDConnectProviderInput) (*api.TagOpenIDConnectProviderOutput, error) {
	return &api.TagOpenIDConnectProviderOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		if !s.oidc.Has(tx, *in.OpenIDConnectProviderArn) {
			return noProvider("OpenIDConnect", *in.OpenIDConnectProviderArn)
		}
		return s.setTags(tx, *in.OpenIDConnectProviderArn, in.Tags)
	})
}

// UntagOpenIDConnectProvider removes tags from a provider.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagOpenIDConnectProvider.html
func (s *Service) UntagOpenIDConnectProvider(ctx context.Context, in *api.UntagOpenIDConnectProviderInput) (*api.UntagOpenIDConnectProviderOutput, error) {
	return &api.UntagOpenIDConnectProviderOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		if !s.oidc.Has(tx, *in.OpenIDConnectProviderArn) {
			return noProvider("OpenIDConnect", *in.OpenIDConnectProviderArn)
		}
		s.untag(tx, *in.OpenIDConnectProviderArn, in.TagKeys)
		return nil
	})
}

// ListOpenIDConnectProviderTags lists the tags of a provider.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListOpenIDConnectProviderTags.html
func (s *Service) ListOpenIDConnectProviderTags(ctx context.Context, in *api.ListOpenIDConnectProviderTagsInput) (*api.ListOpenIDConnectProviderTagsOutput, error) {
	out := &api.ListOpenIDConnectProviderTagsOutput{}
	err := s.k.View(ctx, func(tx *store.Tx) (err error) {
		if !s.oidc.Has(tx, *in.OpenIDConnectProviderArn) {
			return noProvider("OpenIDConnect", *in.OpenIDConnectProviderArn)
		}
		out.Tags, out.Marker, err = s.tagPage(tx, *in.OpenIDConnectProviderArn, in.Marker, in.MaxItems)
		return err
	})
	out.IsTruncated = new(out.Marker != nil)
	return out, err
}
