package logs

import (
	"unyo/engine/policy"
	"unyo/kernel/store"
)

// access is the policy of a destination, and who they are whom it names: whoever takes a deleted user's name gets nothing of theirs.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-users
type access struct {
	Policy string      `json:",omitempty"` // "": nobody may
	Named  policy.Pins `json:",omitempty"`
}

// keepAccess takes a policy in that has been read. missing is whom it names who is not there.
func (s *Service) keepAccess(tx *store.Tx, d *policy.Document, text string) (a access, missing string) {
	a.Policy = text
	a.Named, missing = d.Pin(s.k.Principals.IDs(tx))
	return a, missing
}

// accessNow is a destination's policy as it holds now: users and roles that are no more are ids in it.
func (s *Service) accessNow(tx *store.Tx, a access) access {
	a.Policy = a.Named.Apply(a.Policy, s.k.Principals.IDs(tx))
	return a
}
