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
		return nil, syntax()
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
				if !accountID.MatchString(v) && !strings.HasPrefix(v, "arn:") && !uniqueID(v) || strings.ContainsAny(v, "*?") {
					return nil, malformed("Invalid principal in policy: \"AWS\":\"%s\"", v)
				}
			}
			list = append(list, principalGlob{kind, v})
		}
	}
	if len(byKind) > 0 || len(list) == 0 {
		return nil, syntax()
	}
	return list, nil
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

// names reports how the principal element entry names p. Everyone includes the session itself: what is granted so is
// granted to it, not to its role.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-roles
func (g *principalGlob) names(p *call.Principal) Grant {
	switch g.kind {
	case "*":
		return grantSelf
	case "Service":
		if p.Kind == call.AWSService && g.value == p.Service {
			return grantSelf
		}
	case "Federated": // the provider that vouches for who is nobody yet
		if p.Kind == call.Anonymous && p.Federated != "" && g.value == p.Federated {
			return grantSelf
		}
	case "AWS":
		return g.namesAWS(p)
	}
	return noGrant
}

func (g *principalGlob) namesAWS(p *call.Principal) Grant {
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
	case g.namesAccount(p):
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

func (g *principalGlob) namesAccount(p *call.Principal) bool {
	return g.value == p.Account || strings.HasPrefix(g.value, "arn:") && strings.HasSuffix(g.value, ":iam::"+p.Account+":root")
}

// grants reports how the statement's principal element names p.
func (s *statement) grants(p *call.Principal) Grant {
	if !s.hasPrincipal {
		return grantSelf
	}
	if s.notPrincipal {
		if s.excepts(p) {
			return noGrant
		}
		return grantSelf
	}
	best := noGrant
	for i := range s.principals {
		best = max(best, s.principals[i].names(p))
	}
	return best
}

// excepts reports whether NotPrincipal leaves p out. A denial leaves out only whose account, role and session are all
// listed: AWS asks after each of them. An allowance leaves out whom it lists in any way.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
func (s *statement) excepts(p *call.Principal) bool {
	var self, role, account bool
	for i := range s.principals {
		g := &s.principals[i]
		grant := g.names(p)
		if grant != noGrant && (s.allow || g.kind != "AWS" || p.Kind == call.Root) {
			return true
		}
		self = self || grant == grantSelf
		role = role || grant == grantRole
		account = account || grant == grantAccount
	}
	return self && account && (role || p.RoleARN == "")
}
