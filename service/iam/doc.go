// Package iam is AWS Identity and Access Management: who there is in an account and what they may do.
//
// Real here: users, groups and roles, access keys, managed and inline policies with versions, permissions
// boundaries and trust policies. What is attached is enforced on every call of every service, because the
// gateway asks this service (identity.go) who a key belongs to and which documents govern them.
// The policy simulator decides with the same evaluator (simulation.go).
// Virtual MFA devices are real: their codes are checked, once each, by the clock of who signs (engine/totp).
// Instance profiles hold their role; there are no instances yet that take it on.
// Not here yet: login profiles, identity providers, other MFA devices; they answer 501.
//
// State: rows per account without region. Secrets of access keys are sealed at rest. Nothing runs later.
package iam
