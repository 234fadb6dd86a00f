package plain

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

// Request is one question: documents are JSON text. Boundary and Session are nil where none is set. SCPs and RCPs hold one list
// of documents for each level of the organisation, root first; Management marks the accounts that no such policy restrains.
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

// Verdict is the decision in the simulator's words.
type Verdict string

const (
	Allowed      Verdict = "allowed"
	ExplicitDeny Verdict = "explicitDeny"
	ImplicitDeny Verdict = "implicitDeny"
)

// Decide looks for a deny in every policy first, then asks every kind for its allow:
// reference_policies_evaluation-logic_policy-eval-denyallow.html.
func Decide(r Request) Verdict {
	switch {
	case deniedExplicitly(r):
		return ExplicitDeny
	case allowedEverywhere(r):
		return Allowed
	}
	return ImplicitDeny
}

// deniedExplicitly: "If the code finds even one explicit deny that applies, the code returns a final decision of Deny", same page.
func deniedExplicitly(r Request) bool {
	if denies(r, r.Identity...) || denies(r, r.Session...) {
		return true
	}
	if r.Boundary != nil && denies(r, *r.Boundary) {
		return true
	}
	if r.ResourcePolicy != nil && resourceDenies(r) {
		return true
	}
	if scpsApply(r) {
		for _, level := range r.SCPs {
			if denies(r, level...) {
				return true
			}
		}
	}
	if rcpsApply(r) {
		for _, level := range r.RCPs {
			if denies(r, level...) {
				return true
			}
		}
	}
	return false
}

// allowedEverywhere: the organisation must let the request through, and then the accounts must allow it.
func allowedEverywhere(r Request) bool {
	if scpsApply(r) && !everyLevelAllows(r, r.SCPs) {
		return false
	}
	if rcpsApply(r) && !everyLevelAllows(r, r.RCPs) {
		return false
	}
	switch r.Caller.Kind {
	case Anonymous, Service:
		// The table of policy-eval-denyallow.html: a service principal needs the resource's policy and nothing else. The page of
		// elements_principal says of everybody unauthenticated that "*" in a resource's policy lets them in.
		return resourceAllows(r) != nothing
	}
	if r.Caller.Account != r.ResourceAccount {
		return allowedAcrossAccounts(r)
	}
	return allowedWithinAccount(r)
}

// allowedAcrossAccounts: "The request is allowed only if both evaluations return a decision of Allow",
// reference_policies_evaluation-logic-cross-account.html.
func allowedAcrossAccounts(r Request) bool {
	return resourceAllows(r) != nothing && callerMay(r)
}

// allowedWithinAccount: "you only need an explicit allow for the principal in either an identity-based policy or a resource-based
// policy", save for trust policies and key policies, which must allow: policy-eval-denyallow.html.
func allowedWithinAccount(r Request) bool {
	switch resourceAllows(r) {
	case directly:
		// The table "Resource-based policies and implicit denies": nothing that is not said limits a grant to the user or the session.
		// The table has no root user; what scopes its session scopes it.
		return r.Caller.Kind != Root || callerMay(r)
	case throughIssuer:
		// Same table: a grant to the role, or to the user who federated, is limited by the boundary and the session's policies.
		if boundaryAllows(r) && sessionAllows(r) {
			return true
		}
	case toAccount:
		// elements_principal.html: to name the account "delegates authority to the account"; its own policies decide.
	case nothing:
		if r.MustBeInResource {
			return false
		}
	}
	return callerMay(r)
}

// callerMay asks what limits the caller in its own account: "the intersection" of identity policies, boundary and session policies,
// access_policies_boundaries.html#access_policies_boundaries-eval-logic. The root user "has full access", policy-eval-denyallow.html.
func callerMay(r Request) bool {
	if r.Caller.Kind == Root {
		// "The session policy scopes the privileged session", https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html.
		return sessionAllows(r)
	}
	return allows(r, r.Identity...) && boundaryAllows(r) && sessionAllows(r)
}

func boundaryAllows(r Request) bool { return r.Boundary == nil || allows(r, *r.Boundary) }

// sessionAllows: without session policies a role's session may what the role may. A federated user's may nothing then: "if you do not
// pass any managed or inline session policies, the federated user session has no permissions",
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html.
func sessionAllows(r Request) bool {
	if len(r.Session) == 0 {
		return r.Caller.Kind != FederatedUser
	}
	return allows(r, r.Session...)
}

// scpsApply: "SCPs don't affect users or roles in the management account", nor "any service-linked role"; they apply to principals
// of accounts, the root user included:
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html.
func scpsApply(r Request) bool {
	hasAccount := r.Caller.Kind != Anonymous && r.Caller.Kind != Service
	return len(r.SCPs) > 0 && hasAccount && !r.CallerManagement && !r.Caller.ServiceLinked
}

// rcpsApply: "RCPs do not affect resources in the management account", nor calls by service-linked roles; whoever calls otherwise:
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html.
func rcpsApply(r Request) bool {
	return len(r.RCPs) > 0 && !r.ResourceManagement && !r.Caller.ServiceLinked
}

// everyLevelAllows: "there must be an explicit Allow statement at every level from the root through each OU in the direct path to the
// account", https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html.
func everyLevelAllows(r Request, levels [][]string) bool {
	for _, level := range levels {
		if !allows(r, level...) {
			return false
		}
	}
	return true
}
