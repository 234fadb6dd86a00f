// Package call carries who is asking, for which account and region, through a context.
//
// The gateway makes one Call per request, kernel/jobs one per job; services and engines only read it.
package call

import (
	"context"
	"sync/atomic"
	"time"
)

// Scope is the reach of a service's rows: an account and a region of one partition.
// Region is "" for services that AWS scopes to the account, Account is "" for names that are
// unique in the whole partition (S3 buckets).
type Scope struct {
	Partition string // aws, aws-cn, aws-us-gov
	Account   string // 12 digits
	Region    string // eu-central-1
}

// Kind says what sort of principal asks; the words are those of CloudTrail's userIdentity.type.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
type Kind string

const (
	Root          Kind = "Root"
	IAMUser       Kind = "IAMUser"
	AssumedRole   Kind = "AssumedRole"
	FederatedUser Kind = "FederatedUser"
	AWSService    Kind = "AWSService" // the house itself, for example logs.amazonaws.com
	Anonymous     Kind = "Anonymous"  // unsigned; only resource policies can let it in
)

// Principal is an authenticated caller. The zero Principal is nobody and is refused everywhere.
type Principal struct {
	Kind        Kind
	Account     string    // account the principal belongs to
	ARN         string    // arn:aws:iam::123456789012:user/ann, arn:aws:sts::…:assumed-role/R/session
	ID          string    // AIDA…, AROA…:session, the account id for Root
	Name        string    // user name, or role name for AssumedRole
	RoleARN     string    // AssumedRole: the IAM role behind the session; FederatedUser: the user behind it
	SessionName string    // AssumedRole: the caller's choice at AssumeRole
	AccessKeyID string    // the key that signed the call, "" for services
	Service     string    // AWSService: logs.amazonaws.com. Else: the service on whose behalf a session acts
	IssuedAt    time.Time // sessions: aws:TokenIssueTime
	ExpiresAt   time.Time // sessions: when the credential ends; zero means never
	MFA         bool      // aws:MultiFactorAuthPresent
	// SessionPolicies are the inline and managed documents passed at AssumeRole: they only narrow.
	SessionPolicies []string
	// Tags are the principal's own tags merged with the session's (aws:PrincipalTag).
	Tags map[string]string
	// Transitive are the keys of session tags that pass on to sessions opened by this one.
	Transitive []string
	// AssumedRoot tells a root whose session another account has opened (aws:AssumedRoot).
	AssumedRoot bool `json:",omitempty"`
	// Federated is the ARN of the identity provider that vouches for the caller of AssumeRoleWithWebIdentity or WithSAML, and for
	// the sessions that those open (aws:FederatedProvider).
	Federated string `json:",omitempty"`
	// Vouched are the condition keys that it vouches for, in lower case: sub and aud of a token.
	Vouched map[string][]string `json:",omitempty"`
	// Parent is the id of the user behind a FederatedUser: AIDA…
	Parent string `json:",omitempty"`
	// SourceIdentity is who stands behind a chain of sessions (aws:SourceIdentity); it never changes within one.
	SourceIdentity string
}

// Call is one request in flight, or one job.
type Call struct {
	Scope
	RequestID string // x-amzn-RequestId, a UUID; S3 uses its first 16 hexadecimal digits
	Serial    uint64 // position in the estate's one order of calls; seeds entropy, never reused
	Service   string // IAM prefix of the service asked: logs
	Operation string // PutLogEvents
	Principal Principal
	At        time.Time // the clock when the call entered
	SignedAt  time.Time // when the client says it signed, by its own clock; zero for house calls and the unsigned
	SourceIP  string    // address of the client; for house calls the service principal's name
	UserAgent string
	Secure    bool // aws:SecureTransport
	Presigned bool // the signature stood in the query, not in a header (s3:authType)
	// SignatureAge is how old a presigned signature was when it came (s3:signatureAge), PayloadHash what was signed in
	// place of the body, TLSVersion that of the connection: 1.3.
	SignatureAge            time.Duration
	PayloadHash, TLSVersion string
	VPCE                    string // aws:SourceVpce, "" outside VPC endpoints
	// SourceARN and SourceAccount are set when a service acts for a resource (confused deputy keys).
	SourceARN     string
	SourceAccount string
	// Via lists the services through which the call came, outermost first.
	Via []string
	// Forwarded are the last of them, that asked with this very principal's credentials (aws:CalledVia): a service that
	// acts by itself or in a role of its own begins anew.
	Forwarded []string
	// Job is the id of the job on whose behalf a peer is called: the callee's idempotency key. "" for requests.
	Job string

	draws atomic.Uint64
	inTx  atomic.Int32
	lead  *Call // whose chances it draws: Stand
}

// Stand is c with another principal in another scope, for what the house does there in that principal's stead. The chances are c's, so that no
// call made within it is taken for one made within c.
func (c *Call) Stand(scope Scope, p Principal) *Call {
	return &Call{
		Scope: scope, RequestID: c.RequestID, Serial: c.Serial, Service: c.Service, Operation: c.Operation, Principal: p, At: c.At,
		SourceIP: c.SourceIP, UserAgent: c.UserAgent, Secure: true, Job: c.Job, lead: c,
	}
}

// Draw numbers the chances taken within this call: 0, 1, 2 … kernel/entropy mixes it with Serial,
// so that the same call draws the same ids whenever it is run again.
func (c *Call) Draw() uint64 {
	if c.lead != nil {
		return c.lead.Draw()
	}
	return c.draws.Add(1) - 1
}

// EnterTx and LeaveTx mark that the call is inside Update or View; calling a peer there is a bug.
func (c *Call) EnterTx() { c.inTx.Add(1) }

// LeaveTx ends what EnterTx began.
func (c *Call) LeaveTx() { c.inTx.Add(-1) }

// InTx reports whether the call is inside a transaction.
func (c *Call) InTx() bool { return c.inTx.Load() > 0 }

// marks is what a context carries: the call, and how the next peer call is to be made.
type marks struct {
	call    *Call
	role    Role
	as      bool // the next peer call is made in a session of role
	service bool // the next peer call is made as the service principal role.Service
}

type key struct{}

func of(ctx context.Context) marks {
	m, _ := ctx.Value(key{}).(marks)
	return m
}

// With returns a context that carries c, and no mark of an outer call.
func With(ctx context.Context, c *Call) context.Context {
	return context.WithValue(ctx, key{}, marks{call: c})
}

// From returns the call in ctx, or nil outside any.
func From(ctx context.Context) *Call { return of(ctx).call }

// ScopeOf returns the scope of the call in ctx; the zero Scope outside any.
func ScopeOf(ctx context.Context) Scope {
	if c := From(ctx); c != nil {
		return c.Scope
	}
	return Scope{}
}

// Role is a role that a service takes on to act for a resource of its customer.
type Role struct {
	ARN           string // role to assume
	SessionName   string // RoleSessionName of the session
	Service       string // asking service principal: logs.amazonaws.com
	SourceARN     string // resource on whose behalf: becomes aws:SourceArn when the trust policy is checked
	SourceAccount string // its account: aws:SourceAccount
}

// As marks ctx so that the next peer call is made in a session of role: the Invoker performs an
// honest sts:AssumeRole as the service principal first, and the trust policy decides.
// Without As a peer call is forwarded as the caller of ctx.
func As(ctx context.Context, role Role) context.Context {
	return context.WithValue(ctx, key{}, marks{call: From(ctx), role: role, as: true})
}

// AsOf returns the role set by As.
func AsOf(ctx context.Context) (Role, bool) {
	m := of(ctx)
	return m.role, m.as
}

// AsService marks ctx so that the next peer call is made as a service principal itself
// (delivery.logs.amazonaws.com), as resource policies name it. source is the resource acted for.
func AsService(ctx context.Context, principal, sourceARN, sourceAccount string) context.Context {
	r := Role{Service: principal, SourceARN: sourceARN, SourceAccount: sourceAccount}
	return context.WithValue(ctx, key{}, marks{call: From(ctx), role: r, service: true})
}

// ServiceOf returns what AsService set.
func ServiceOf(ctx context.Context) (Role, bool) {
	m := of(ctx)
	return m.role, m.service
}
