// Package sts is the AWS Security Token Service: it opens sessions of roles and users.
//
// Real here: AssumeRole behind the role's trust policy (the gateway's authorize step decides, with external
// id, session tags, source identity and source keys), session policies, transitive tags, role chaining's limit, GetSessionToken,
// GetCallerIdentity, GetAccessKeyInfo, DecodeAuthorizationMessage. Sessions end on the estate's clock.
// Not here yet: federation (SAML, web identity, GetFederationToken) and MFA; they are refused.
//
// State: none. A session is sealed into its own token (engine/credential).
package sts
