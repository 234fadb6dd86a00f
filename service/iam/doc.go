// Package iam is AWS Identity and Access Management: who there is in an account and what they may do.
//
// Real here: users, groups and roles, access keys, managed and inline policies with versions, permissions
// boundaries and trust policies. What is attached is enforced on every call of every service, because the
// gateway asks this service (identity.go) who a key belongs to and which documents govern them.
// The policy simulator decides with the same evaluator (simulation.go).
// Not here yet: login profiles, MFA devices, instance profiles, identity providers; they answer 501.
//
// State: rows per account without region. Secrets of access keys are sealed at rest. Nothing runs later.
package iam
