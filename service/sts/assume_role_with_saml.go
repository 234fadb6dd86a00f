package sts

import (
	"context"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	api "unyo/api/sts"
	"unyo/base/arn"
	"unyo/base/call"
	"unyo/engine/saml"
)

// Attributes by which a provider says what a session is to be.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_saml_assertions.html
const (
	samlAttributes = "https://aws.amazon.com/SAML/Attributes/"
	nameFormat     = "urn:oasis:names:tc:SAML:2.0:nameid-format:"
	// redeem is how long after it was issued an assertion is taken.
	redeem = 5 * time.Minute
)

// samlAudiences are those to whom an assertion may be addressed.
var samlAudiences = regexp.MustCompile(`^(urn:amazon:webservices(:govcloud|:cn)?|https://([a-z0-9-]+\.)?signin\.(aws\.amazon\.com|amazonaws-us-gov\.com|amazonaws\.cn)/saml(/.*)?)$`)

var samlSession = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)

// AssumeRoleWithSAML opens a session of a role for whom a SAML provider of the role's account vouches. The assertion's times
// are by the estate's clock. Nobody signs this call: the trust policy alone decides.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithSAML.html
func (s *Service) AssumeRoleWithSAML(ctx context.Context, in *api.AssumeRoleWithSAMLInput) (*api.AssumeRoleWithSAMLOutput, error) {
	if err := asBig(in.MinimumSessionTokenSize); err != nil {
		return nil, err
	}
	role, err1 := arn.Parse(*in.RoleArn)
	provider, err2 := arn.Parse(*in.PrincipalArn)
	if err1 != nil || err2 != nil || role.Service != "iam" || !strings.HasPrefix(provider.Resource, "saml-provider/") {
		return nil, validation("Request ARN is invalid")
	}
	if provider.Account != role.Account {
		return nil, denied("Not authorized to perform sts:AssumeRoleWithSAML")
	}
	a, err := s.asserted(ctx, *in.PrincipalArn, *in.SAMLAssertion)
	if err != nil {
		return nil, err
	}
	if err := checkAssertion(a, call.From(ctx).At); err != nil {
		return nil, err
	}
	if !a.names(*in.RoleArn, *in.PrincipalArn) {
		return nil, denied("Not authorized to perform sts:AssumeRoleWithSAML")
	}
	e, err := a.entrance(provider)
	if err != nil {
		return nil, err
	}
	seconds, err := a.seconds(in.DurationSeconds)
	if err != nil {
		return nil, err
	}
	p, err := s.enter(ctx, e, *in.RoleArn, seconds, in.Policy, in.PolicyArns)
	if err != nil {
		return nil, err
	}
	return &api.AssumeRoleWithSAMLOutput{
		Credentials: s.issue(ctx, p), AssumedRoleUser: &api.AssumedRoleUser{Arn: new(p.ARN), AssumedRoleId: new(p.ID)}, Audience: new(a.Recipient), Issuer: new(a.Issuer), Subject: new(a.Subject),
		SubjectType: new(a.subjectType()), NameQualifier: new(a.qualifier(provider)), SourceIdentity: optional(e.identity), PackedPolicySize: e.packed(in.Policy, in.PolicyArns),
	}, nil
}

// assertion is a verified one.
type assertion struct{ *saml.Assertion }

// asserted reads an assertion that the provider has signed.
func (s *Service) asserted(ctx context.Context, provider, text string) (a assertion, err error) {
	metadata, ok, err := s.directory.Metadata(ctx, provider)
	if err != nil {
		return a, err
	}
	if !ok {
		return a, api.NewInvalidIdentityTokenException("Specified provider doesn't exist")
	}
	m, err := saml.ParseMetadata([]byte(metadata))
	if err != nil {
		return a, err
	}
	a.Assertion, err = saml.Parse(text, m.Certificates)
	switch {
	case errors.Is(err, saml.ErrStatus):
		return a, api.NewIDPRejectedClaimException("The identity provider reported that authentication failed")
	case errors.Is(err, saml.ErrSignature):
		return a, api.NewInvalidIdentityTokenException("Response signature invalid")
	case err != nil:
		return a, api.NewInvalidIdentityTokenException("Invalid base64 SAMLResponse, or not a valid SAML response")
	case a.Issuer != m.EntityID:
		return a, api.NewInvalidIdentityTokenException("Issuer not present in specified provider")
	}
	return a, nil
}

// checkAssertion holds an assertion's times and audience against now and AWS.
func checkAssertion(a assertion, now time.Time) error {
	switch {
	case a.IssuedAt.IsZero() || a.ConfirmUntil.IsZero() || a.Recipient == "":
		return api.NewInvalidIdentityTokenException("The assertion lacks IssueInstant, or a bearer's SubjectConfirmationData with Recipient and NotOnOrAfter")
	case now.Sub(a.IssuedAt) > redeem:
		return api.NewExpiredTokenException("Token must be redeemed within 5 minutes of issuance")
	case !now.Before(a.ConfirmUntil), !a.NotOnOrAfter.IsZero() && !now.Before(a.NotOnOrAfter), !a.SessionUntil.IsZero() && !now.Before(a.SessionUntil):
		return api.NewExpiredTokenException("The assertion has expired")
	case a.IssuedAt.After(now.Add(leeway)), a.NotBefore.After(now.Add(leeway)):
		return api.NewInvalidIdentityTokenException("The assertion is not yet valid")
	case !slices.ContainsFunc(a.Audiences, samlAudiences.MatchString):
		return api.NewInvalidIdentityTokenException("Audience restriction in SAML Assertion does not match AWS")
	case !samlAudiences.MatchString(a.Recipient):
		return api.NewInvalidIdentityTokenException("Invalid SAML Recipient")
	}
	return nil
}

// names reports whether the assertion lets its subject take on the role by way of the provider.
func (a assertion) names(role, provider string) bool {
	return slices.ContainsFunc(a.Attributes[samlAttributes+"Role"], func(pair string) bool {
		first, second, _ := strings.Cut(pair, ",")
		first, second = strings.TrimSpace(first), strings.TrimSpace(second)
		return first == role && second == provider || first == provider && second == role
	})
}

// seconds is how long the session is to be: what the call says goes before what the assertion says.
func (a assertion) seconds(asked *int32) (*int32, error) {
	given := a.Attributes[samlAttributes+"SessionDuration"]
	if asked != nil || len(given) == 0 {
		return asked, nil
	}
	n, err := strconv.ParseInt(given[0], 10, 32)
	if err != nil || n < 900 || n > 43200 {
		return nil, api.NewInvalidIdentityTokenException("SessionDuration must be between 900 and 43200 seconds")
	}
	return new(int32(n)), nil
}

func (a assertion) subjectType() string { return strings.TrimPrefix(a.Format, nameFormat) }

// qualifier tells subjects of one name apart: by issuer, account and provider.
func (a assertion) qualifier(provider arn.ARN) string {
	sum := sha1.Sum([]byte(a.Issuer + provider.Account + "/" + strings.TrimPrefix(provider.Resource, "saml-provider/")))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// entrance takes from an assertion what its provider vouches for.
func (a assertion) entrance(provider arn.ARN) (*entrance, error) {
	name := a.Attributes[samlAttributes+"RoleSessionName"]
	switch {
	case len(name) != 1:
		return nil, api.NewInvalidIdentityTokenException("RoleSessionName is required in AuthnResponse")
	case !samlSession.MatchString(name[0]):
		return nil, api.NewInvalidIdentityTokenException("RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}")
	}
	e := &entrance{action: "sts:AssumeRoleWithSAML", provider: "arn:" + provider.Partition + ":iam::" + provider.Account + ":" + provider.Resource, session: name[0], keys: map[string][]string{}, until: a.SessionUntil}
	e.vouch("saml:aud", a.Recipient)
	e.vouch("saml:iss", a.Issuer)
	e.vouch("saml:sub", a.Subject)
	e.vouch("saml:sub_type", a.subjectType())
	e.vouch("saml:namequalifier", a.qualifier(provider))
	e.vouch("saml:doc", provider.Account+"/"+strings.TrimPrefix(provider.Resource, "saml-provider/"))
	for name, key := range samlKeys {
		e.vouch("saml:"+key, a.Attributes[name]...)
	}
	for _, attribute := range slices.Sorted(maps.Keys(a.Attributes)) {
		if key, ok := strings.CutPrefix(attribute, samlAttributes+"PrincipalTag:"); ok && len(a.Attributes[attribute]) == 1 {
			e.tags = append(e.tags, api.Tag{Key: new(key), Value: new(a.Attributes[attribute][0])})
		}
	}
	e.passOn = a.Attributes[samlAttributes+"TransitiveTagKeys"]
	if id := a.Attributes[samlAttributes+"SourceIdentity"]; len(id) > 0 {
		e.identity = id[0]
	}
	return e, nil
}

// samlKeys are the attributes of people that become condition keys.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-saml
var samlKeys = map[string]string{
	"urn:oid:1.3.6.1.4.1.5923.1.1.1.1": "edupersonaffiliation", "urn:oid:1.3.6.1.4.1.5923.1.1.1.2": "edupersonnickname", "urn:oid:1.3.6.1.4.1.5923.1.1.1.3": "edupersonorgdn",
	"urn:oid:1.3.6.1.4.1.5923.1.1.1.4": "edupersonorgunitdn", "urn:oid:1.3.6.1.4.1.5923.1.1.1.5": "edupersonprimaryaffiliation", "urn:oid:1.3.6.1.4.1.5923.1.1.1.6": "edupersonprincipalname",
	"urn:oid:1.3.6.1.4.1.5923.1.1.1.7": "edupersonentitlement", "urn:oid:1.3.6.1.4.1.5923.1.1.1.8": "edupersonprimaryorgunitdn", "urn:oid:1.3.6.1.4.1.5923.1.1.1.9": "edupersonscopedaffiliation",
	"urn:oid:1.3.6.1.4.1.5923.1.1.1.10": "edupersontargetedid", "urn:oid:1.3.6.1.4.1.5923.1.1.1.11": "edupersonassurance",
	"urn:oid:1.3.6.1.4.1.5923.1.2.1.2": "eduorghomepageuri", "urn:oid:1.3.6.1.4.1.5923.1.2.1.3": "eduorgidentityauthnpolicyuri", "urn:oid:1.3.6.1.4.1.5923.1.2.1.4": "eduorglegalname",
	"urn:oid:1.3.6.1.4.1.5923.1.2.1.5": "eduorgsuperioruri", "urn:oid:1.3.6.1.4.1.5923.1.2.1.6": "eduorgwhitepagesuri",
	"urn:oid:2.5.4.3": "cn", "urn:oid:2.5.4.4": "surname", "urn:oid:2.5.4.42": "givenname", "urn:oid:2.5.4.45": "x500uniqueidentifier",
	"urn:oid:0.9.2342.19200300.100.1.1": "uid", "urn:oid:0.9.2342.19200300.100.1.3": "mail", "urn:oid:0.9.2342.19200300.100.1.45": "organizationstatus",
	"http://schemas.xmlsoap.org/claims/CommonName": "commonname", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name": "name",
	"http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid": "primarygroupsid",
}
