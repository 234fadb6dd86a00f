package plain

import "slices"

// A grant says how a resource's policy lets the caller in, which decides what may still limit it.
type grant int

const (
	nothing       grant = iota
	toAccount           // the caller's account is named
	throughIssuer       // the role of the session, or the user who federated
	directly            // the user, the session, the root user, the service, or everybody
)

// resourceAllows gives the strongest grant of the resource's policy.
func resourceAllows(r Request) grant {
	best := nothing
	if r.ResourcePolicy == nil {
		return best
	}
	for _, s := range read(*r.ResourcePolicy) {
		// elements_notprincipal.html: NotPrincipal "with Effect: Allow is not supported".
		if s.Effect == "Allow" && s.Principal != nil && applies(s, r) {
			best = max(best, names(s.Principal, r.Caller))
		}
	}
	return best
}

func resourceDenies(r Request) bool {
	for _, s := range read(*r.ResourcePolicy) {
		if s.Effect != "Deny" || !applies(s, r) {
			continue
		}
		if s.NotPrincipal != nil {
			if !excepted(s.NotPrincipal, r) {
				return true
			}
		} else if names(s.Principal, r.Caller) != nothing {
			return true
		}
	}
	return false
}

// names compares a Principal element with the caller: reference_policies_elements_principal.html.
func names(p principals, c Caller) grant {
	switch {
	case slices.Contains(p["AWS"], "*"):
		return directly // "all principals", unauthenticated ones and services included
	case c.Kind == Service:
		if slices.Contains(p["Service"], c.Service) {
			return directly
		}
	case c.Kind == Anonymous:
		return nothing
	case slices.Contains(p["AWS"], c.ARN):
		return directly
	case c.IssuerARN != "" && slices.Contains(p["AWS"], c.IssuerARN):
		return throughIssuer
	case namesAccount(p, c.Account):
		if c.Kind == Root {
			return directly
		}
		return toAccount
	}
	return nothing
}

// namesAccount: "The account ARN and the shortened account ID behave the same way", #principal-accounts.
func namesAccount(p principals, account string) bool {
	return slices.Contains(p["AWS"], account) || slices.Contains(p["AWS"], "arn:aws:iam::"+account+":root")
}

// excepted says whether NotPrincipal takes the caller out of a deny: "AWS might validate the account first, then the role, and then
// the assumed-role user", so all of them must be listed; and it "will always deny any IAM principal that has a permissions boundary
// policy attached, regardless of the values": reference_policies_elements_notprincipal.html.
func excepted(p principals, r Request) bool {
	c := r.Caller
	switch {
	case r.Boundary != nil:
		return false
	case slices.Contains(p["AWS"], "*"):
		return true
	case c.Kind == Service:
		return slices.Contains(p["Service"], c.Service)
	case c.Kind == Anonymous:
		return false
	case c.Kind == Root:
		return namesAccount(p, c.Account)
	}
	issuer := c.IssuerARN == "" || slices.Contains(p["AWS"], c.IssuerARN)
	return namesAccount(p, c.Account) && issuer && slices.Contains(p["AWS"], c.ARN)
}
