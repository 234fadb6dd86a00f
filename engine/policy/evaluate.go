package policy

import (
	"fmt"
	"strings"

	"unyo/base/call"
)

// Request asks: may Principal do Action on Resource?
type Request struct {
	Action    string // logs:PutLogEvents
	Resource  string // ARN, or *
	Principal *call.Principal
	// Owner is the account that owns the resource; "" means the principal's own.
	Owner string
	Keys  Keys
	// ResourceMust is set where the resource's own policy must allow, whatever identity policies say
	// (trust policies of roles, key policies of KMS).
	ResourceMust bool
}

// Set is every document that has a say.
type Set struct {
	Identity []*Document
	Boundary *Document
	// Sessions is not empty when the session was given policies: at least one must allow.
	Sessions []*Document
	Resource *Document
	// SCPs and RCPs hold one slice per level, root first: each level must allow. Empty: no organisation has a say.
	SCPs, RCPs [][]*Document
}

// Verdict is the answer and its cause.
type Verdict struct {
	Allowed   bool
	Explicit  bool   // denied by a Deny statement, not by silence
	Kind      Kind   // the kind of policy that decided
	Document  string // Name of the deciding document, "" for silence
	Statement string // Sid, or its position as #2
}

// Sentence words a denial as AWS does.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
func (v Verdict) Sentence(r *Request) string {
	s := "User: " + r.Principal.ARN + " is not authorized to perform: " + r.Action
	if r.Principal.Kind == call.Anonymous {
		s = "User: anonymous is not authorized to perform: " + r.Action
	}
	if r.Resource != "" && r.Resource != "*" {
		s += " on resource: " + r.Resource
	}
	if v.Explicit {
		return s + " with an explicit deny in " + article(v.Kind)
	}
	return s + " because no " + string(v.Kind) + " allows the " + r.Action + " action"
}

func article(k Kind) string {
	if k == Identity {
		return "an " + string(k)
	}
	return "a " + string(k)
}

// Evaluate decides. Explicit denials come first; then every layer must agree.
func Evaluate(set *Set, r *Request) Verdict {
	e := evaluation{r: r}
	service, name, _ := strings.Cut(strings.ToLower(r.Action), ":")
	e.service, e.name = service, name
	if r.Keys == nil {
		r.Keys = noKeys
	}
	if v, denied := e.anyDeny(set); denied {
		return v
	}
	for _, level := range set.RCPs {
		if v := e.anyAllow(level, RCP); !v.Allowed {
			return v
		}
	}
	for _, level := range set.SCPs {
		if v := e.anyAllow(level, SCP); !v.Allowed {
			return v
		}
	}
	return e.layers(set)
}

// layers weighs resource, identity, boundary and session policies once nothing denies.
func (e *evaluation) layers(set *Set) Verdict {
	p := e.r.Principal
	kind := Resource
	if set.Resource != nil {
		kind = set.Resource.Kind
	}
	grant, byResource := e.resourceGrant(set.Resource)
	cross := e.r.Owner != "" && e.r.Owner != p.Account
	if e.r.ResourceMust && grant == noGrant {
		return Verdict{Kind: kind}
	}
	switch p.Kind {
	case call.AWSService, call.Anonymous:
		if grant == grantSelf {
			return byResource
		}
		return Verdict{Kind: kind}
	}
	if cross && grant == noGrant {
		return Verdict{Kind: kind}
	}
	if !cross && grant == grantSelf && (p.Kind != call.Root) {
		return byResource
	}
	identity := Verdict{Allowed: true, Kind: Identity, Document: "root"}
	switch {
	case p.Kind == call.Root:
	case !cross && grant == grantRole:
		identity = byResource
	default:
		if identity = e.anyAllow(set.Identity, Identity); !identity.Allowed {
			return identity
		}
	}
	if set.Boundary != nil {
		if v := e.anyAllow([]*Document{set.Boundary}, Boundary); !v.Allowed {
			return v
		}
	}
	if len(set.Sessions) > 0 {
		if v := e.anyAllow(set.Sessions, Session); !v.Allowed {
			return v
		}
	}
	return identity
}

type evaluation struct {
	r             *Request
	service, name string
}

func (e *evaluation) anyDeny(set *Set) (Verdict, bool) {
	for _, level := range set.RCPs {
		if v, ok := e.deny(level...); ok {
			return v, true
		}
	}
	for _, level := range set.SCPs {
		if v, ok := e.deny(level...); ok {
			return v, true
		}
	}
	if v, ok := e.deny(set.Resource); ok {
		return v, true
	}
	if v, ok := e.deny(set.Identity...); ok {
		return v, true
	}
	if v, ok := e.deny(set.Boundary); ok {
		return v, true
	}
	return e.deny(set.Sessions...)
}

func (e *evaluation) deny(docs ...*Document) (Verdict, bool) {
	for _, d := range docs {
		if d == nil {
			continue
		}
		for i := range d.statements {
			s := &d.statements[i]
			if !s.allow && e.denies(s) && s.applies(e.service, e.name, e.r.Resource, e.r.Keys) {
				return Verdict{Explicit: true, Kind: d.Kind, Document: d.Name, Statement: s.label(i)}, true
			}
		}
	}
	return Verdict{}, false
}

// denies reports whether the statement's principal element speaks of the caller at all.
func (e *evaluation) denies(s *statement) bool { return s.grants(e.r.Principal) != noGrant }

func (e *evaluation) anyAllow(docs []*Document, kind Kind) Verdict {
	for _, d := range docs {
		for i := range d.statements {
			s := &d.statements[i]
			if s.allow && s.grants(e.r.Principal) != noGrant && s.applies(e.service, e.name, e.r.Resource, e.r.Keys) {
				return Verdict{Allowed: true, Kind: kind, Document: d.Name, Statement: s.label(i)}
			}
		}
	}
	return Verdict{Kind: kind}
}

// resourceGrant finds the closest grant of the resource's policy.
func (e *evaluation) resourceGrant(d *Document) (Grant, Verdict) {
	best, verdict := noGrant, Verdict{}
	if d == nil {
		return best, verdict
	}
	for i := range d.statements {
		s := &d.statements[i]
		if !s.allow {
			continue
		}
		if g := s.grants(e.r.Principal); g > best && s.applies(e.service, e.name, e.r.Resource, e.r.Keys) {
			best, verdict = g, Verdict{Allowed: true, Kind: d.Kind, Document: d.Name, Statement: s.label(i)}
		}
	}
	return best, verdict
}

func (s *statement) label(i int) string {
	if s.sid != "" {
		return s.sid
	}
	return fmt.Sprintf("#%d", i+1)
}
