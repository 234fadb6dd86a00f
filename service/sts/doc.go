// Package sts is the AWS Security Token Service: it opens sessions of roles and users.
//
// Real here: AssumeRole behind the role's trust policy (the gateway's authorize step decides, with external
// id, session tags, source identity, MFA and source keys), session policies, transitive tags, role chaining's limit, GetSessionToken,
// GetFederationToken, AssumeRoot for the tasks AWS knows, GetCallerIdentity, GetAccessKeyInfo (ids bear their account), DecodeAuthorizationMessage. AssumeRoleWithWebIdentity
// fetches the issuer's keys over HTTPS and holds the token against them, its clients and the estate's clock (engine/oidc);
// AssumeRoleWithSAML holds the assertion against the provider's metadata (engine/saml). What they vouch for is condition keys, in the
// trust policy and in the session. Sessions end on the estate's clock.
// Not here: providers that AWS knows by itself (Google, Facebook, Amazon, Cognito), encrypted assertions, and tokens that
// AWS issues itself (GetWebIdentityToken); they are refused.
//
// State: none. A session is sealed into its own token (engine/credential).
package sts
