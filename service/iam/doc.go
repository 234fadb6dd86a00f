// Package iam is AWS Identity and Access Management: who there is in an account and what they may do.
//
// Real here: users, groups and roles, access keys, managed and inline policies with versions, permissions
// boundaries and trust policies. What is attached is enforced on every call of every service, because the
// gateway asks this service (identity.go) who a key belongs to and which documents govern them.
// The policy simulator decides with the same evaluator (simulation.go). AWS's managed policies stand here whole, in their
// default version (managed.go); their ids are stand-ins. Service-linked roles are made and deleted for the services of
// linked_roles.json, and only AWS changes them.
// Virtual MFA devices are real: their codes are checked, once each, by the clock of who signs (engine/totp).
// Passwords are held to the account's policy when they are set, changed and used again (only hashes are kept); as there is no console
// to sign in to, when they are due is told by the credential report alone.
// Who used what last comes from the gateway, which tells of every call (use.go): the first use within 15 minutes is recorded. Access
// keys, roles, the credential report and service-last-accessed details tell of it.
// OpenID Connect and SAML providers are believed by STS (federation.go). Certificates and SSH keys are read before they are taken
// in. Instance profiles hold their role; there are no instances yet that take it on.
// Kept, without a service here that takes them: SSH keys, signing certificates, service-specific credentials.
// The root of a member account has no credentials but what privileged sessions give it (root_access.go, root_user.go).
// Not here: other MFA devices and encrypted assertions; delegation requests, which people accept in a console; properties of accounts, of
// which there are none; the outbound federation, for the estate publishes no keys of an issuer of its own; AcquireRole, role templates, summaries of
// policies in words, and delegated tokens. They answer 501.
//
// State: rows per account without region. Secrets are sealed at rest. What runs later: the credential report, the gathering of last
// use, the deletion of a service-linked role.
package iam
