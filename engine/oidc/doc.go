// Package oidc checks what OpenID Connect identity providers vouch for: JSON Web Tokens, signed with keys that the issuer
// publishes over HTTPS.
//
// Only signatures with RSA and with elliptic curves count; "none", and those with a shared secret, are refused before a key is
// looked at, so that nobody signs with a public key taken for a secret. A token's times are the caller's to check: it knows
// what time it is.
package oidc
