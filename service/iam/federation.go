package iam

import (
	"context"

	"unyo/base/arn"
	"unyo/kernel/store"
)

// This file is what STS asks of the identity providers that an account believes.

// Issuer is an OpenID Connect provider of an account.
type Issuer struct {
	ARN, URL             string
	Clients, Thumbprints []string
}

// IssuerOf finds the provider of an account that bears a token's issuer.
func (s *Service) IssuerOf(ctx context.Context, account, issuer string) (found Issuer, ok bool, err error) {
	arn := s.oidcARN(account, issuer)
	err = s.k.View(ctx, func(tx *store.Tx) error {
		var p oidcProvider
		p, ok = s.oidc.Get(tx.In(scope(account)), arn)
		ok = ok && p.URL == issuer
		found = Issuer{ARN: arn, URL: p.URL, Clients: p.Clients, Thumbprints: p.Thumbprints}
		return nil
	})
	return found, ok, err
}

// MetadataOf finds what a SAML provider says of itself.
func (s *Service) MetadataOf(ctx context.Context, provider string) (text string, ok bool, err error) {
	a, err := arn.Parse(provider)
	if err != nil {
		return "", false, nil
	}
	err = s.k.View(ctx, func(tx *store.Tx) error {
		tx = tx.In(scope(a.Account))
		ok = s.saml.Has(tx, provider)
		text = s.metadata(tx, provider)
		return nil
	})
	return text, ok, err
}

// countProviders counts the identity providers that an account believes.
func (s *Service) countProviders(tx *store.Tx) int {
	return count(s.oidc.From(tx, "")) + count(s.saml.From(tx, ""))
}
