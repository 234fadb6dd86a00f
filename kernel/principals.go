package kernel

import "unyo/kernel/store"

// Principals tells services who bears an ARN, for the policies they keep: a policy is about whom it named when it was written, not about
// who bears the name later (policy.Pins). The identity service fulfils it; without one, names are taken as they are.
type Principals struct {
	of func(tx *store.Tx, arn string) (id string, ok bool)
}

// Know says who answers: with the id of a user or role, in whichever account; what is neither is its own id.
func (p *Principals) Know(of func(tx *store.Tx, arn string) (id string, ok bool)) { p.of = of }

// IDs is whom ARNs name as of a transaction.
func (p *Principals) IDs(tx *store.Tx) func(arn string) (id string, ok bool) {
	return func(arn string) (string, bool) {
		if p.of == nil {
			return arn, true
		}
		return p.of(tx, arn)
	}
}
