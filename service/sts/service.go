package sts

import (
	"context"

	"unyo/base/call"
	"unyo/engine/credential"
	"unyo/engine/oidc"
	"unyo/kernel"
)

// Role is what must be known of a role to open a session of it.
type Role struct {
	ARN, Name, ID, Account string
	MaxSession             int32 // seconds
	Tags                   map[string]string
}

// Issuer is an OpenID Connect provider that an account believes.
type Issuer struct {
	ARN, URL             string
	Clients, Thumbprints []string
}

// Directory tells who exists; the identity service fulfils it.
type Directory interface {
	// Role finds a role in any account; ok=false when there is none.
	Role(ctx context.Context, arn string) (r Role, ok bool, err error)
	// HasPolicy reports whether a managed policy, the account's or AWS's own, bears the ARN.
	HasPolicy(ctx context.Context, account, arn string) (bool, error)
	// Credential finds the principal behind a long-term access key id.
	Credential(ctx context.Context, accessKeyID, token string) (call.Credential, error)
	// CheckMFA reports whether a code is what a user's MFA device shows; TakeMFA also sees to it that it is not good again.
	CheckMFA(ctx context.Context, p *call.Principal, serial, code string) (bool, error)
	TakeMFA(ctx context.Context, p *call.Principal, serial, code string) (bool, error)
	// HasAccount reports whether there is such an account.
	HasAccount(ctx context.Context, id string) (bool, error)
	// RootTask tells whether an account may open a session of the root of target for a task.
	RootTask(ctx context.Context, account, target, task string) (bool, error)
	// Issuer finds the provider of an account that bears a token's issuer.
	Issuer(ctx context.Context, account, issuer string) (i Issuer, ok bool, err error)
	// Metadata finds what a SAML provider says of itself.
	Metadata(ctx context.Context, provider string) (text string, ok bool, err error)
}

// Service answers the STS API.
type Service struct {
	k         *kernel.Service
	seal      *credential.Sealer
	directory Directory
	issuers   *oidc.Client
}

// New makes the service.
func New(k *kernel.Service, seal *credential.Sealer, d Directory, issuers *oidc.Client) *Service {
	return &Service{k: k, seal: seal, directory: d, issuers: issuers}
}
