package sts

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	api "unyo/api/sts"
	"unyo/base/arn"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/engine/oidc"
)

// Claims by which a provider sets tags and a source identity for the session.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_adding-assume-role-idp
const (
	tagsClaim     = "https://aws.amazon.com/tags"
	identityClaim = "https://aws.amazon.com/source_identity"
)

// AssumeRoleWithWebIdentity opens a session of a role for whom an OpenID Connect provider of the role's account vouches.
// The token's times are by the estate's clock. Nobody signs this call: the trust policy alone decides.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
func (s *Service) AssumeRoleWithWebIdentity(ctx context.Context, in *api.AssumeRoleWithWebIdentityInput) (*api.AssumeRoleWithWebIdentityOutput, error) {
	if err := asBig(in.MinimumSessionTokenSize); err != nil {
		return nil, err
	}
	if in.ProviderId != nil {
		return nil, awserr.New(http.StatusNotImplemented, "NotImplemented", "OAuth 2.0 access tokens are not supported by this estate.")
	}
	role, err := arn.Parse(*in.RoleArn)
	if err != nil || role.Service != "iam" {
		return nil, validation("Request ARN is invalid")
	}
	token, err := oidc.Parse(*in.WebIdentityToken)
	if err != nil {
		return nil, api.NewInvalidIdentityTokenException("The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)")
	}
	provider, err := s.believed(ctx, role.Account, token)
	if err != nil {
		return nil, err
	}
	if err := checkTimes(token, call.From(ctx).At); err != nil {
		return nil, err
	}
	e, audience, err := tokenEntrance(token, &provider)
	if err != nil {
		return nil, err
	}
	e.session = *in.RoleSessionName
	p, err := s.enter(ctx, e, *in.RoleArn, in.DurationSeconds, in.Policy, in.PolicyArns)
	if err != nil {
		return nil, err
	}
	return &api.AssumeRoleWithWebIdentityOutput{
		Credentials: s.issue(ctx, p), AssumedRoleUser: &api.AssumedRoleUser{Arn: new(p.ARN), AssumedRoleId: new(p.ID)}, Audience: new(audience), Provider: new(token.Issuer),
		SubjectFromWebIdentityToken: new(token.Subject), SourceIdentity: optional(e.identity), PackedPolicySize: e.packed(in.Policy, in.PolicyArns),
	}, nil
}

// believed finds the provider that a token names among those of the account, and that the token is its.
func (s *Service) believed(ctx context.Context, account string, token *oidc.Token) (Issuer, error) {
	provider, ok, err := s.directory.Issuer(ctx, account, token.Issuer)
	if err != nil {
		return provider, err
	}
	if !ok {
		return provider, api.NewInvalidIdentityTokenException("No OpenIDConnect provider found in your account for %s", token.Issuer)
	}
	keys, err := s.issuers.Keys(ctx, provider.URL, provider.Thumbprints)
	switch {
	case errors.Is(err, oidc.ErrCertificate):
		return provider, api.NewInvalidIdentityTokenException("OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint")
	case err != nil:
		return provider, api.NewIDPCommunicationErrorException("Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements")
	}
	if err := token.Verify(keys); err != nil {
		return provider, api.NewInvalidIdentityTokenException("Couldn't verify the token: %s", err)
	}
	return provider, nil
}

// leeway is how far ahead of the estate's clock a token may say that it was issued.
const leeway = 5 * time.Minute

// checkTimes holds a token's times against the clock.
func checkTimes(token *oidc.Token, now time.Time) error {
	const form = "Mon Jan 02 15:04:05 UTC 2006"
	switch {
	case token.Expires.IsZero():
		return api.NewInvalidIdentityTokenException("Missing a required claim: exp")
	case token.IssuedAt.IsZero():
		return api.NewInvalidIdentityTokenException("Missing a required claim: iat")
	case !now.Before(token.Expires):
		return api.NewExpiredTokenException("Token expired: current date/time %s must be before the expiration date/time %s", now.UTC().Format(form), token.Expires.Format(form))
	case token.NotBefore.After(now.Add(leeway)), token.IssuedAt.After(now.Add(leeway)):
		return api.NewInvalidIdentityTokenException("Token is not yet valid: current date/time %s", now.UTC().Format(form))
	}
	return nil
}

// tokenEntrance takes from a token what its provider vouches for, if it is for one of the provider's clients. Where it names the
// client it was given to, that is who counts, and its audience is the other one.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
func tokenEntrance(token *oidc.Token, provider *Issuer) (*entrance, string, error) {
	audience, other := token.Audience, []string(nil)
	if token.Party != "" {
		audience, other = []string{token.Party}, token.Audience
	}
	i := slices.IndexFunc(audience, func(a string) bool { return slices.Contains(provider.Clients, a) })
	switch {
	case len(audience) == 0:
		return nil, "", api.NewInvalidIdentityTokenException("Missing a required claim: aud")
	case i < 0:
		return nil, "", api.NewInvalidIdentityTokenException("Incorrect token audience")
	case token.Subject == "":
		return nil, "", api.NewInvalidIdentityTokenException("Missing a required claim: sub")
	}
	e := &entrance{action: "sts:AssumeRoleWithWebIdentity", provider: provider.ARN, keys: map[string][]string{}}
	prefix := strings.TrimPrefix(provider.URL, "https://") + ":"
	e.vouch(prefix+"aud", audience...)
	e.vouch(prefix+"oaud", other...)
	for _, claim := range claimsOf(strings.TrimSuffix(prefix, ":")) {
		e.vouch(prefix+claim, token.Strings(claim)...)
	}
	if id := token.Strings(identityClaim); len(id) > 0 {
		e.identity = id[0]
	}
	return e, audience[i], e.readTags(token)
}

// readTags takes the session's tags from their claim.
func (e *entrance) readTags(token *oidc.Token) error {
	raw, ok := token.Claims[tagsClaim]
	if !ok {
		return nil
	}
	var claim struct {
		Tags   map[string][]string `json:"principal_tags"`
		PassOn []string            `json:"transitive_tag_keys"`
	}
	if json.Unmarshal(raw, &claim) != nil {
		return api.NewInvalidIdentityTokenException("The claim %s is malformed", tagsClaim)
	}
	for _, key := range slices.Sorted(maps.Keys(claim.Tags)) {
		if len(claim.Tags[key]) != 1 {
			return api.NewInvalidIdentityTokenException("The claim %s must give the tag %s one value", tagsClaim, key)
		}
		e.tags = append(e.tags, api.Tag{Key: new(key), Value: new(claim.Tags[key][0])})
	}
	e.passOn = claim.PassOn
	return nil
}
