package gateway

import (
	"strconv"
	"time"

	"unyo/base/call"
)

// principalTypes are the values of aws:PrincipalType.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable
var principalTypes = map[call.Kind]string{
	call.Root: "Account", call.IAMUser: "User", call.AssumedRole: "AssumedRole", call.FederatedUser: "FederatedUser", call.Anonymous: "Anonymous",
}

// principalKey answers who asks. A service has a name and nothing else.
func principalKey(p *call.Principal, name string, at time.Time) ([]string, bool) {
	switch name {
	case "principalisawsservice":
		return one(strconv.FormatBool(p.Kind == call.AWSService))
	case "principaltype":
		return one(principalTypes[p.Kind])
	case "userid":
		if p.Kind == call.Anonymous {
			return one("anonymous")
		}
	}
	if p.Kind == call.AWSService {
		if name == "principalservicename" || name == "principalservicenameslist" {
			return one(p.Service)
		}
		return nil, false
	}
	switch name {
	case "principalarn":
		if p.Kind == call.AssumedRole {
			return one(p.RoleARN)
		}
		return one(p.ARN)
	case "principalaccount":
		return one(p.Account)
	case "sourceidentity":
		return one(p.SourceIdentity)
	case "federatedprovider":
		return one(p.Federated)
	case "userid":
		return one(p.ID)
	case "username":
		if p.Kind == call.IAMUser {
			return one(p.Name)
		}
	}
	return sessionKey(p, name, at)
}

// sessionKey answers what only temporary credentials have.
func sessionKey(p *call.Principal, name string, at time.Time) ([]string, bool) {
	if p.IssuedAt.IsZero() {
		return nil, false
	}
	switch name {
	case "assumedroot":
		if p.AssumedRoot {
			return one("true")
		}
	case "multifactorauthpresent":
		return one(strconv.FormatBool(p.MFA))
	case "multifactorauthage":
		if p.MFA {
			return one(strconv.Itoa(int(at.Sub(p.IssuedAt).Seconds())))
		}
	case "tokenissuetime":
		return one(p.IssuedAt.UTC().Format(time.RFC3339))
	}
	return nil, false
}
