package cloudtrail

import (
	"strconv"
	"strings"
	"time"

	"unyo/base/call"
	"unyo/kernel/journal"
)

// identity is who asked.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
type identity struct {
	Type             string   `json:"type"`
	PrincipalID      string   `json:"principalId,omitempty"`
	ARN              string   `json:"arn,omitempty"`
	AccountID        string   `json:"accountId,omitempty"`
	AccessKeyID      string   `json:"accessKeyId,omitempty"`
	UserName         string   `json:"userName,omitempty"`
	SessionContext   *session `json:"sessionContext,omitempty"`
	InvokedBy        string   `json:"invokedBy,omitempty"`
	IdentityProvider string   `json:"identityProvider,omitempty"`
}

type session struct {
	Issuer         *issuer     `json:"sessionIssuer,omitempty"`
	WebID          *webID      `json:"webIdFederationData,omitempty"`
	Attributes     *attributes `json:"attributes,omitempty"`
	SourceIdentity string      `json:"sourceIdentity,omitempty"`
	AssumedRoot    string      `json:"assumedRoot,omitempty"`
}

type issuer struct {
	Type        string `json:"type"`
	PrincipalID string `json:"principalId,omitempty"`
	ARN         string `json:"arn"`
	AccountID   string `json:"accountId"`
	UserName    string `json:"userName,omitempty"`
}

type webID struct {
	Provider   string            `json:"federatedProvider,omitempty"`
	Attributes map[string]string `json:"attributes,omitempty"`
}

type attributes struct {
	CreationDate string `json:"creationDate"`
	MFA          string `json:"mfaAuthenticated"`
}

// Kinds of principals that no key belongs to.
const (
	samlUser        = "SAMLUser"
	webIdentityUser = "WebIdentityUser"
)

// identityOf tells account who made the call. Of another account's principals it learns the id and the account only.
func identityOf(c *journal.Call, account string) identity {
	p := &c.Principal
	switch call.Kind(p.Kind) {
	case call.Anonymous:
		return identity{Type: "AWSAccount", AccountID: "ANONYMOUS_PRINCIPAL"}
	case call.AWSService:
		return identity{Type: p.Kind, InvokedBy: p.Service}
	case samlUser, webIdentityUser:
		return identity{Type: p.Kind, PrincipalID: p.ID, UserName: p.Name, IdentityProvider: p.Provider}
	}
	if p.Account != account {
		return identity{Type: "AWSAccount", PrincipalID: p.ID, AccountID: p.Account, InvokedBy: c.InvokedBy}
	}
	who := identity{Type: p.Kind, PrincipalID: p.ID, ARN: p.ARN, AccountID: p.Account, AccessKeyID: p.AccessKeyID, InvokedBy: c.InvokedBy}
	if call.Kind(p.Kind) == call.IAMUser {
		who.UserName = p.Name
	}
	if !p.IssuedAt.IsZero() {
		who.SessionContext = sessionOf(p)
	}
	return who
}

func sessionOf(p *journal.Principal) *session {
	x := &session{
		Attributes:     &attributes{p.IssuedAt.UTC().Format(time.RFC3339), strconv.FormatBool(p.MFA)},
		SourceIdentity: p.SourceIdentity,
	}
	if p.AssumedRoot { // https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-track-privileged-tasks.html
		x.AssumedRoot = "true"
	}
	if p.Provider != "" {
		x.WebID = &webID{Provider: p.Provider}
	}
	id, _, _ := strings.Cut(p.ID, ":")
	switch call.Kind(p.Kind) {
	case call.AssumedRole:
		x.Issuer = &issuer{Type: "Role", PrincipalID: id, ARN: p.RoleARN, AccountID: p.Account, UserName: p.Name}
	case call.FederatedUser:
		x.Issuer = &issuer{Type: "IAMUser", ARN: p.RoleARN, AccountID: p.Account, UserName: p.RoleARN[strings.LastIndexByte(p.RoleARN, '/')+1:]}
	}
	return x
}

// userName is by whom event history finds the call: users by name, sessions by theirs, and root.
func userName(c *journal.Call) string {
	p := &c.Principal
	switch call.Kind(p.Kind) {
	case call.Root:
		return "root"
	case call.AssumedRole:
		return p.ARN[strings.LastIndexByte(p.ARN, '/')+1:]
	}
	return p.Name
}
