package policy

import (
	"strconv"
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
	// SCPs are those above the caller's account, RCPs those above the resource's.
	SCPs, RCPs [][]*Document
	// Management is the organisation's management account: nothing restrains its principals and its resources.
	Management string
}

// Verdict is the answer and its cause.
type Verdict struct {
	Allowed   bool
	Explicit  bool   // denied by a Deny statement, not by silence
	Kind      Kind   // the kind of policy that decided
	Document  string // Name of the deciding document, "" for silence
	Statement string // Sid, or its position as #2
}

// Evaluate decides. Explicit denials come first; then every layer must agree.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
func Evaluate(set *Set, r *Request) Verdict {
	e := newEvaluation(set, r)
	if v, denied := e.anyDeny(); denied {
		return v
	}
	for _, level := range e.rcps {
		if v := e.anyAllow(level, RCP); !v.Allowed {
			return v
		}
	}
	for _, level := range e.scps {
		if v := e.anyAllow(level, SCP); !v.Allowed {
			return v
		}
	}
	return e.layers()
}

// evaluation is one decision under way.
type evaluation struct {
	set           *Set
	r             *Request
	service, name string
	scps, rcps    [][]*Document
	keys          Keys
	known         [16]answer // what the context has said of a key; a decision asks for few
	asked         int
}

type answer struct {
	key    string
	values []string
	found  bool
}

func newEvaluation(set *Set, r *Request) *evaluation {
	e := &evaluation{set: set, r: r, scps: set.SCPs, rcps: set.RCPs}
	e.service, e.name, _ = strings.Cut(strings.ToLower(r.Action), ":")
	e.keys = e.ask
	if r.Keys == nil {
		e.keys = noKeys
	}
	p := r.Principal
	linked := serviceLinked(p)
	// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html#not-restricted-by-scp
	if linked || p.Kind == call.AWSService || p.Kind == call.Anonymous || set.Management != "" && p.Account == set.Management {
		e.scps = nil
	}
	// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html#rcp-effects-on-permissions
	if linked || set.Management != "" && e.owner() == set.Management {
		e.rcps = nil
	}
	return e
}

// ask remembers what the context answers: finding it may take a look at rows.
func (e *evaluation) ask(key string) ([]string, bool) {
	for i := range e.asked {
		if e.known[i].key == key {
			return e.known[i].values, e.known[i].found
		}
	}
	values, found := e.r.Keys(key)
	if e.asked < len(e.known) {
		e.known[e.asked] = answer{key, values, found}
		e.asked++
	}
	return values, found
}

// serviceLinked recognises the roles that belong to a service: organisations have no say over them.
func serviceLinked(p *call.Principal) bool {
	return p.Kind == call.AssumedRole && strings.Contains(p.RoleARN, ":role/aws-service-role/")
}

func (e *evaluation) owner() string {
	if e.r.Owner == "" {
		return e.r.Principal.Account
	}
	return e.r.Owner
}

// layers weighs resource, identity, boundary and session policies once nothing denies.
func (e *evaluation) layers() Verdict {
	p := e.r.Principal
	kind := Resource
	if e.set.Resource != nil {
		kind = e.set.Resource.Kind
	}
	grant, byResource := e.resourceGrant(e.set.Resource)
	cross := e.owner() != p.Account
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
	if !cross && grant == grantSelf && p.Kind != call.Root {
		return byResource
	}
	return e.own(!cross && grant == grantRole, byResource)
}

// own weighs the caller's own policies; byResource stands in for the identity policies where the resource names the role.
func (e *evaluation) own(named bool, byResource Verdict) Verdict {
	identity := Verdict{Allowed: true, Kind: Identity, Document: "root"}
	switch {
	case e.r.Principal.Kind == call.Root: // a session of its own may have been given less
	case named:
		identity = byResource
	default:
		if identity = e.anyAllow(e.set.Identity, Identity); !identity.Allowed {
			return identity
		}
	}
	if e.set.Boundary != nil {
		if v := e.allow(e.set.Boundary, Boundary); !v.Allowed {
			return v
		}
	}
	// A federated user has what its session policies allow, and nothing without them, also where the resource names its user.
	// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_getfederationtoken.html
	if len(e.set.Sessions) > 0 || e.r.Principal.Kind == call.FederatedUser {
		if v := e.anyAllow(e.set.Sessions, Session); !v.Allowed {
			return v
		}
	}
	return identity
}

func (e *evaluation) anyDeny() (Verdict, bool) {
	for _, level := range e.rcps {
		if v, ok := e.deny(level); ok {
			return v, true
		}
	}
	for _, level := range e.scps {
		if v, ok := e.deny(level); ok {
			return v, true
		}
	}
	for _, d := range [...]*Document{e.set.Resource, e.set.Boundary} {
		if d == nil {
			continue
		}
		if i := e.first(d, false); i >= 0 {
			return Verdict{Explicit: true, Kind: d.Kind, Document: d.Name, Statement: d.label(i)}, true
		}
	}
	if v, ok := e.deny(e.set.Identity); ok {
		return v, true
	}
	return e.deny(e.set.Sessions)
}

func (e *evaluation) deny(docs []*Document) (Verdict, bool) {
	for _, d := range docs {
		if i := e.first(d, false); i >= 0 {
			return Verdict{Explicit: true, Kind: d.Kind, Document: d.Name, Statement: d.label(i)}, true
		}
	}
	return Verdict{}, false
}

// first finds the first statement of the effect that speaks of the question, and of the caller in any way; -1 for none.
func (e *evaluation) first(d *Document, allow bool) int {
	x := &d.denies
	if allow {
		x = &d.allows
	}
	for _, i := range x.of(e.service) {
		if s := &d.statements[i]; e.applies(s) && e.grants(s) != noGrant {
			return int(i)
		}
	}
	return -1
}

// grants reports how the statement's principal element names the caller. NotPrincipal "with a Deny effect will always deny any IAM
// principal that has a permissions boundary policy attached, regardless of the values".
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
func (e *evaluation) grants(s *statement) Grant {
	if s.notPrincipal && !s.allow && e.set.Boundary != nil {
		return grantSelf
	}
	return s.grants(e.r.Principal)
}

func (e *evaluation) applies(s *statement) bool {
	return s.speaks(e.service, e.name, e.r.Resource, e.keys) && s.holds(e.keys)
}

func (e *evaluation) allow(d *Document, kind Kind) Verdict {
	if i := e.first(d, true); i >= 0 {
		return Verdict{Allowed: true, Kind: kind, Document: d.Name, Statement: d.label(i)}
	}
	return Verdict{Kind: kind}
}

func (e *evaluation) anyAllow(docs []*Document, kind Kind) Verdict {
	for _, d := range docs {
		if v := e.allow(d, kind); v.Allowed {
			return v
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
	for _, i := range d.allows.of(e.service) {
		s := &d.statements[i]
		if g := e.grants(s); g > best && e.applies(s) {
			best, verdict = g, Verdict{Allowed: true, Kind: d.Kind, Document: d.Name, Statement: d.label(int(i))}
		}
	}
	return best, verdict
}

// label names a statement: its Sid, or its position as #2.
func (d *Document) label(i int) string {
	if sid := d.statements[i].sid; sid != "" {
		return sid
	}
	return "#" + strconv.Itoa(i+1)
}
