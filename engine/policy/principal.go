package policy

import (
	"encoding/json"
	"regexp"
	"strings"

	"unyo/base/call"
)

// principalGlob is one entry of a Principal element.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
type principalGlob struct {
	kind  string // AWS, Service, Federated, CanonicalUser, or * for everyone
	value string // ARN, account id, *, service principal
}

var accountID = regexp.MustCompile(`^[0-9]{12}$`)

func compilePrincipals(raw json.RawMessage) ([]principalGlob, error) {
	var all string
	if json.Unmarshal(raw, &all) == nil {
		if all != "*" {
			return nil, malformed("Invalid principal in policy: \"%s\"", all)
		}
		return []principalGlob{{kind: "*"}}, nil
	}
	var byKind map[string]oneOrMany
	if err := json.Unmarshal(raw, &byKind); err != nil {
		return nil, malformed("Syntax errors in policy.")
	}
	var list []principalGlob
	for _, kind := range []string{"AWS", "Service", "Federated", "CanonicalUser"} {
		values, ok := byKind[kind]
		if !ok {
			continue
		}
		delete(byKind, kind)
		for _, v := range values {
			if kind == "AWS" {
				if v == "*" {
					list = append(list, principalGlob{kind: "*"})
					continue
				}
				if !accountID.MatchString(v) && !strings.HasPrefix(v, "arn:") && !uniqueID(v) {
					return nil, malformed("Invalid principal in policy: \"AWS\":\"%s\"", v)
				}
			}
			list = append(list, principalGlob{kind, v})
		}
	}
	if len(byKind) > 0 || len(list) == 0 {
		return nil, malformed("Syntax errors in policy.")
	}
	return list, nil
}

// Principals lists the ARNs, account ids and unique ids in the AWS members of the document's Principal elements.
func (d *Document) Principals() (list []string) {
	for i := range d.statements {
		for _, g := range d.statements[i].principals {
			if g.kind == "AWS" {
				list = append(list, g.value)
			}
		}
	}
	return list
}

// uniqueID recognises AIDA…/AROA… ids, which AWS writes in place of a deleted principal's ARN.
func uniqueID(v string) bool {
	return len(v) >= 16 && strings.HasPrefix(v, "A") && strings.ToUpper(v) == v && alphanumeric(v)
}

// Grant says how closely a resource policy named the caller: the closer, the less else is asked.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
type Grant int

const (
	noGrant      Grant = iota
	grantAccount       // the caller's account: only delegates, identity policies must allow too
	grantRole          // the role: a boundary and session policies still narrow it
	grantSelf          // the user, the session itself, the service, or everyone
)

// names reports how the principal element entry names p.
func (g principalGlob) names(p *call.Principal) Grant {
	switch g.kind {
	case "*":
		if p.Kind == call.AssumedRole {
			return grantRole
		}
		return grantSelf
	case "Service":
		if p.Kind == call.AWSService && g.value == p.Service {
			return grantSelf
		}
		return noGrant
	case "AWS":
		return g.namesAWS(p)
	}
	return noGrant
}

func (g principalGlob) namesAWS(p *call.Principal) Grant {
	if p.Account == "" || p.Kind == call.AWSService || p.Kind == call.Anonymous {
		return noGrant
	}
	switch {
	case g.value == p.ARN:
		if p.Kind == call.Root {
			return grantAccount
		}
		return grantSelf
	case p.RoleARN != "" && g.value == p.RoleARN:
		return grantRole
	case g.value == p.Account, strings.HasPrefix(g.value, "arn:") && strings.HasSuffix(g.value, ":iam::"+p.Account+":root"):
		return grantAccount
	}
	id, _, _ := strings.Cut(p.ID, ":")
	if g.value == id && id != "" && p.Kind != call.Root {
		if p.Kind == call.AssumedRole {
			return grantRole
		}
		return grantSelf
	}
	return noGrant
}

// grants reports how the statement's principal element names p. NotPrincipal names everyone it does not list.
func (s *statement) grants(p *call.Principal) Grant {
	if !s.hasPrincipal {
		return grantSelf
	}
	best := noGrant
	for _, g := range s.principals {
		best = max(best, g.names(p))
	}
	if !s.notPrincipal {
		return best
	}
	if best == noGrant {
		return grantSelf
	}
	return noGrant
}
