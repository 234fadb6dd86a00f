package s3

import (
	"unyo/engine/policy"
	"unyo/kernel/store"
)

// putPolicy keeps a bucket's policy, and who they are whom it names. Nobody can be named who is not there.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-users
func (s *Service) putPolicy(tx *store.Tx, name, text string) error {
	d, err := policy.Parse(policy.Resource, s.bucketARN(name), text)
	if err != nil {
		return err
	}
	pins, missing := d.Pin(s.k.Principals.IDs(tx))
	if missing != "" {
		return malformedPolicy("Invalid principal in policy")
	}
	s.policy.Put(tx, name, text)
	s.named.Delete(tx, name)
	if len(pins) > 0 {
		s.named.Put(tx, name, pins)
	}
	return nil
}

func (s *Service) dropPolicy(tx *store.Tx, name string) {
	s.policy.Delete(tx, name)
	s.named.Delete(tx, name)
}

// policyOf is a bucket's policy as it holds now: users and roles that are no more are ids in it.
func (s *Service) policyOf(tx *store.Tx, name string) (string, bool) {
	text, ok := s.policy.Get(tx, name)
	if pins, some := s.named.Get(tx, name); some {
		text = pins.Apply(text, s.k.Principals.IDs(tx))
	}
	return text, ok
}
