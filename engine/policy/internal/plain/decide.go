package plain

// Verdict is the decision in the simulator's words.
type Verdict string

const (
	Allowed      Verdict = "allowed"
	ExplicitDeny Verdict = "explicitDeny"
	ImplicitDeny Verdict = "implicitDeny"
)

// Kind says who calls.
type Kind string

const (
	Anonymous     Kind = "anonymous"
	Root          Kind = "root"
	User          Kind = "user"
	RoleSession   Kind = "role session"
	FederatedUser Kind = "federated user"
	Service       Kind = "service"
)

// Caller is the principal of the request.
type Caller struct {
	Kind          Kind
	Account       string
	ARN           string // of the user, the session, the root; empty for services
	IssuerARN     string // the role of a session, the user of a federated user
	Service       string // logs.amazonaws.com
	ServiceLinked bool
}

// Value is what the request context holds for a key.
type Value []string

// Request is one question: documents are JSON text. Boundary and Session are nil where none is set. SCPs and RCPs
// hold one list of documents for each level of the organisation, root first; Management marks the accounts that no
// such policy restrains.
type Request struct {
	Caller             Caller
	Action, Resource   string
	ResourceAccount    string
	Context            map[string]Value
	Identity           []string
	Boundary           *string
	Session            []string
	ResourcePolicy     *string
	MustBeInResource   bool // role trust policies and KMS keys
	SCPs, RCPs         [][]string
	CallerManagement   bool
	ResourceManagement bool
}

// Decide walks the kinds in the order of the page.
func Decide(r Request) Verdict {
	scps, rcps := r.SCPs, r.RCPs
	if r.CallerManagement || r.Caller.ServiceLinked || r.Caller.Kind == Service || r.Caller.Kind == Anonymous {
		scps = nil
	}
	if r.ResourceManagement || r.Caller.ServiceLinked {
		rcps = nil
	}
	// Explicit deny in any policy that applies.
	for _, list := range [][]string{r.Identity, one(r.Boundary), r.Session, one(r.ResourcePolicy), flat(scps), flat(rcps)} {
		for _, text := range list {
			if denies(r, text) {
				return ExplicitDeny
			}
		}
	}
	// Every level must allow.
	for _, level := range append(append([][]string{}, rcps...), scps...) {
		if !anyAllows(r, level) {
			return ImplicitDeny
		}
	}
	var grants grant
	if r.ResourcePolicy != nil {
		grants = granted(r, *r.ResourcePolicy)
	}
	if identitySide(r, grants) {
		return Allowed
	}
	return ImplicitDeny
}

func identitySide(r Request, g grant) bool {
	same := r.Caller.Account != "" && r.Caller.Account == r.ResourceAccount
	boundary := r.Boundary == nil || anyAllows(r, []string{*r.Boundary})
	session := len(r.Session) == 0 || anyAllows(r, r.Session)
	identity := anyAllows(r, r.Identity)
	switch r.Caller.Kind {
	case Anonymous, Service:
		return g.direct
	case Root:
		identity, boundary, session = true, true, true
	case FederatedUser:
		session = len(r.Session) > 0 && anyAllows(r, r.Session)
	}
	owned := identity && boundary && session
	if !same {
		return owned && (g.direct || g.issuer || g.account)
	}
	if g.direct {
		return true // to the user, the session or everyone: implicit denies elsewhere do not matter
	}
	if g.issuer && boundary && (len(r.Session) == 0 || session) {
		return true // to the role: limited by boundary and session policy
	}
	if r.MustBeInResource && !g.account && !g.issuer {
		return false
	}
	return owned
}

func one(text *string) []string {
	if text == nil {
		return nil
	}
	return []string{*text}
}

func flat(levels [][]string) []string {
	var all []string
	for _, level := range levels {
		all = append(all, level...)
	}
	return all
}

func denies(r Request, text string) bool {
	document := parse(text)
	for _, s := range document.statements {
		if s.effect == "Deny" && s.applies(r, document.version) && s.namesForDeny(r.Caller) {
			return true
		}
	}
	return false
}

func anyAllows(r Request, texts []string) bool {
	for _, text := range texts {
		document := parse(text)
		for _, s := range document.statements {
			if s.effect == "Allow" && s.applies(r, document.version) {
				return true
			}
		}
	}
	return false
}

func granted(r Request, text string) grant {
	var total grant
	document := parse(text)
	for _, s := range document.statements {
		if s.effect != "Allow" || !s.applies(r, document.version) {
			continue
		}
		g := s.principals(r.Caller)
		total.direct = total.direct || g.direct
		total.issuer = total.issuer || g.issuer
		total.account = total.account || g.account
	}
	return total
}
