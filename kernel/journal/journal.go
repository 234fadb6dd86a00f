// Package journal is the estate's one order of what happened: every call that was asked, and every change of a resource.
//
// CloudTrail, Config, EventBridge and the like are Watches: they see everything, once, in order, and nobody knows them.
//
// # Rows
//
//	@journal/entry   sequence (8 bytes, big endian) → Entry
//	@journal/cursor  name of a Watch → last sequence it has seen
//	@journal/chapter number (8 bytes) → by which words its 256 entries are found
package journal

import (
	"encoding/json"
	"time"
)

// Kind is what an entry tells of.
type Kind string

const (
	OfCall   Kind = "call"   // who asked what, and the answer
	OfChange Kind = "change" // which resource, before and after
)

// Entry is one thing that happened.
type Entry struct {
	Seq    uint64    `json:"-"` // place in the order, from 1, without gaps
	Time   time.Time `json:"time"`
	Call   *Call     `json:"call,omitempty"`
	Change *Change   `json:"change,omitempty"`
}

// Kind tells which of the two it is.
func (e *Entry) Kind() Kind {
	if e.Call != nil {
		return OfCall
	}
	return OfChange
}

// RequestID is the call's, or of the call that made the change.
func (e *Entry) RequestID() string {
	if e.Call != nil {
		return e.Call.RequestID
	}
	return e.Change.RequestID
}

// Call is a request and its answer, as CloudTrail tells it.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
type Call struct {
	RequestID string     `json:"requestId"`
	EventID   string     `json:"eventId,omitempty"`
	Service   string     `json:"service"`          // folder name: logs
	Source    string     `json:"source,omitempty"` // eventSource: logs.amazonaws.com
	Operation string     `json:"operation"`
	Version   string     `json:"version,omitempty"` // apiVersion
	Principal Principal  `json:"principal"`
	SourceIP  string     `json:"sourceIp,omitempty"`
	UserAgent string     `json:"userAgent,omitempty"`
	Account   string     `json:"account"` // recipient
	Region    string     `json:"region"`
	VPCE      string     `json:"vpce,omitempty"`
	TLS       *TLS       `json:"tls,omitempty"`       // nil: not encrypted, or no connection at all
	InvokedBy string     `json:"invokedBy,omitempty"` // service that asked: in a role, as itself or with the credentials of who asked it
	Via       []string   `json:"via,omitempty"`       // services through which it came, outermost first
	Job       string     `json:"job,omitempty"`       // the job that asked
	Cause     string     `json:"cause,omitempty"`     // request that put the job; filled in
	Parent    string     `json:"parent,omitempty"`    // request id of the call or job on whose behalf this was asked
	ReadOnly  bool       `json:"readOnly,omitempty"`
	Category  string     `json:"category,omitempty"` // Management, Data, Insight
	Resources []Resource `json:"resources,omitempty"`
	// Request and Response are the members that may be shown: the caller has hidden secrets.
	Request  json.RawMessage `json:"request,omitempty"`
	Response json.RawMessage `json:"response,omitempty"`
	// ErrorCode and ErrorMessage are empty when the call was answered with success.
	ErrorCode    string `json:"errorCode,omitempty"`
	ErrorMessage string `json:"errorMessage,omitempty"`
	// Denied is what decided against the call: callers are told the kind of policy only.
	Denied *Denial `json:"denied,omitempty"`
	// Extra is what some services tell besides (additionalEventData).
	Extra json.RawMessage `json:"extra,omitempty"`
}

// Denial is the statement that denies, or the kind of policy that does not allow.
type Denial struct {
	Action    string `json:"action"`
	Resource  string `json:"resource"`
	Explicit  bool   `json:"explicit,omitempty"`
	Kind      string `json:"kind"`
	Policy    string `json:"policy,omitempty"`
	Statement string `json:"statement,omitempty"`
}

// TLS is how the connection was encrypted, and the host name that the client asked.
type TLS struct {
	Version string `json:"version"`
	Cipher  string `json:"cipher"`
	Host    string `json:"host,omitempty"`
}

// Principal is who asked, without credentials.
type Principal struct {
	Kind        string    `json:"kind"`
	Account     string    `json:"account,omitempty"`
	ARN         string    `json:"arn,omitempty"`
	ID          string    `json:"id,omitempty"`
	Name        string    `json:"name,omitempty"`
	AccessKeyID string    `json:"accessKeyId,omitempty"`
	RoleARN     string    `json:"roleArn,omitempty"`
	Service     string    `json:"service,omitempty"`
	IssuedAt    time.Time `json:"issuedAt,omitzero"`
	MFA         bool      `json:"mfa,omitempty"`
	// SourceIdentity is who stands behind a chain of sessions, Provider who vouched for a web identity or SAML user.
	SourceIdentity string `json:"sourceIdentity,omitempty"`
	Provider       string `json:"provider,omitempty"`
	// AssumedRoot tells a root whose session another account has opened.
	AssumedRoot bool `json:"assumedRoot,omitempty"`
}

// Resource is what a call was about.
type Resource struct {
	ARN     string `json:"arn"`
	Account string `json:"account,omitempty"` // whose it is, where it is not the account that was asked
}

// Change is a resource that was made, changed or deleted.
type Change struct {
	ARN       string          `json:"arn"`
	Type      string          `json:"type"` // AWS::S3::Bucket; for what is no resource, the service's own word: s3:object
	Account   string          `json:"account,omitempty"`
	Region    string          `json:"region,omitempty"`
	Event     string          `json:"event"`               // the service's word for what happened: ObjectCreated:Put
	Before    json.RawMessage `json:"before,omitempty"`    // absent for what was made
	After     json.RawMessage `json:"after,omitempty"`     // absent for what was deleted
	RequestID string          `json:"requestId,omitempty"` // call that made it; filled in
	Cause     string          `json:"cause,omitempty"`     // request that put the job that made it; filled in
	Principal string          `json:"principal,omitempty"` // ARN or service of who asked; filled in
}
