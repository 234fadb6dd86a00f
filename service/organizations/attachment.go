package organizations

import (
	"context"
	"strings"

	api "unyo/api/organizations"
	"unyo/kernel/store"
)

// attachDefaults puts AWS's own policies where something new stands: they let all pass that nothing else denies.
func (s *Service) attachDefaults(tx *store.Tx, o *organization, id string) {
	for _, kind := range o.Types {
		s.attachDefault(tx, o, id, kind)
	}
}

func (s *Service) attachDefault(tx *store.Tx, o *organization, id, kind string) {
	if p, ok := defaults[kind]; ok {
		s.attach(tx, o, id, p, kind)
	}
}

func (s *Service) attach(tx *store.Tx, o *organization, target, policy, kind string) {
	s.attached.Put(tx, store.Key(o.ID, target, policy), attachment{kind, s.k.Clock.Now()})
	s.targets.Put(tx, store.Key(o.ID, policy, target), none{})
}

func (s *Service) detach(tx *store.Tx, o *organization, target, policy string) {
	s.attached.Delete(tx, store.Key(o.ID, target, policy))
	s.targets.Delete(tx, store.Key(o.ID, policy, target))
}

// attachedTo lists the policies of a type ("" for all) that stand at a root, unit or account itself.
func (s *Service) attachedTo(tx *store.Tx, o *organization, target, kind string) (policies []string) {
	for key, a := range s.attached.Prefix(tx, store.Key(o.ID, target, ""), "") {
		if kind == "" || a.Type == kind {
			policies = append(policies, tailOf(key))
		}
	}
	return policies
}

func (s *Service) detachAll(tx *store.Tx, o *organization, target string) {
	for _, p := range s.attachedTo(tx, o, target, "") {
		s.detach(tx, o, target, p)
	}
}

// maxAttached is how many policies of one type may stand at one place.
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html#min-max-values
var maxAttached = map[string]int{api.PolicyTypeServiceControlPolicy: 5, api.PolicyTypeResourceControlPolicy: 5, api.PolicyTypeTagPolicy: 10}

// target says of what kind an id is, and whether there is such a thing in the organisation.
func (s *Service) target(tx *store.Tx, o *organization, id string) (kind string, ok bool) {
	switch {
	case strings.HasPrefix(id, "r-"):
		return api.TargetTypeRoot, id == o.Root
	case strings.HasPrefix(id, "ou-"):
		u, ok := s.units.Get(tx, id)
		return api.TargetTypeOrganizationalUnit, ok && u.Org == o.ID
	}
	m, ok := s.members.Get(tx, id)
	return api.TargetTypeAccount, ok && m.Org == o.ID
}

// AttachPolicy lets a policy hold for a root, a unit or an account and all below. It takes effect with the next call.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_AttachPolicy.html
func (s *Service) AttachPolicy(ctx context.Context, in *api.AttachPolicyInput) (*api.AttachPolicyOutput, error) {
	return &api.AttachPolicyOutput{}, s.edit(ctx, func(tx *store.Tx, o *organization) error {
		p, err := s.find(tx, o, *in.PolicyId)
		if err != nil {
			return err
		}
		if _, ok := s.target(tx, o, *in.TargetId); !ok {
			return noTarget()
		}
		if !o.enables(p.Type) {
			return api.NewPolicyTypeNotEnabledException("This operation can be performed only for enabled policy types.")
		}
		there := s.attachedTo(tx, o, *in.TargetId, p.Type)
		if s.attached.Has(tx, store.Key(o.ID, *in.TargetId, *in.PolicyId)) {
			return api.NewDuplicatePolicyAttachmentException("The selected policy is already attached to the specified target.")
		}
		if len(there) >= maxAttached[p.Type] {
			return constraint(api.ConstraintViolationExceptionReasonMaxPolicyTypeAttachmentLimitExceeded, "You have attached the maximum number of policies to the specified target.")
		}
		s.attach(tx, o, *in.TargetId, *in.PolicyId, p.Type)
		return nil
	})
}

// DetachPolicy ends it.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_DetachPolicy.html
func (s *Service) DetachPolicy(ctx context.Context, in *api.DetachPolicyInput) (*api.DetachPolicyOutput, error) {
	return &api.DetachPolicyOutput{}, s.edit(ctx, func(tx *store.Tx, o *organization) error {
		p, err := s.find(tx, o, *in.PolicyId)
		if err != nil {
			return err
		}
		if _, ok := s.target(tx, o, *in.TargetId); !ok {
			return noTarget()
		}
		switch {
		case !s.attached.Has(tx, store.Key(o.ID, *in.TargetId, *in.PolicyId)):
			return api.NewPolicyNotAttachedException("The policy isn't attached to the specified target in the specified root.")
		case *in.PolicyId == rcpFullAccess:
			return invalid(api.InvalidInputExceptionReasonNonDetachablePolicy, "This policy can't be detached.")
		case defaults[p.Type] != "" && len(s.attachedTo(tx, o, *in.TargetId, p.Type)) == 1:
			return constraint(api.ConstraintViolationExceptionReasonMinPolicyTypeAttachmentLimitExceeded, "You must have at least one policy of the specified type attached to the target.")
		}
		s.detach(tx, o, *in.TargetId, *in.PolicyId)
		return nil
	})
}
