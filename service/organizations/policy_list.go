package organizations

import (
	"context"
	"iter"
	"strings"

	api "unyo/api/organizations"
	"unyo/kernel/store"
)

// DescribePolicy shows a policy with its document.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribePolicy.html
func (s *Service) DescribePolicy(ctx context.Context, in *api.DescribePolicyInput) (*api.DescribePolicyOutput, error) {
	out := &api.DescribePolicyOutput{}
	return out, s.read(ctx, func(tx *store.Tx, o *organization) error {
		p, err := s.find(tx, o, *in.PolicyId)
		out.Policy = s.policyShape(o, *in.PolicyId, &p)
		return err
	})
}

// all visits AWS's own policies, and then the organisation's. Keys are a digit for whose, and the id.
func (s *Service) all(tx *store.Tx, o *organization) func(after string) iter.Seq2[string, document] {
	return func(after string) iter.Seq2[string, document] {
		return func(yield func(string, document) bool) {
			for _, p := range awsPolicies {
				if key := "0" + p.id; key > after && !yield(key, p.document) {
					return
				}
			}
			own := ""
			if strings.HasPrefix(after, "1") {
				own = after[1:]
			}
			for id, p := range within(s.policies, tx, o.ID)(own) {
				if !yield("1"+id, p) {
					return
				}
			}
		}
	}
}

// ListPolicies lists the policies of a type.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListPolicies.html
func (s *Service) ListPolicies(ctx context.Context, in *api.ListPoliciesInput) (*api.ListPoliciesOutput, error) {
	if err := checkType(*in.Filter); err != nil {
		return nil, err
	}
	out := &api.ListPoliciesOutput{}
	return out, s.read(ctx, func(tx *store.Tx, o *organization) (err error) {
		out.Policies, out.NextToken, err = listed(asking("policies", *in.Filter), in.NextToken, in.MaxResults, s.all(tx, o), func(key string, p document) (api.PolicySummary, bool) {
			return *s.summary(o, key[1:], &p), p.Type == *in.Filter
		})
		return err
	})
}

// ListPoliciesForTarget lists the policies of a type that stand at a root, unit or account itself.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListPoliciesForTarget.html
func (s *Service) ListPoliciesForTarget(ctx context.Context, in *api.ListPoliciesForTargetInput) (*api.ListPoliciesForTargetOutput, error) {
	if err := checkType(*in.Filter); err != nil {
		return nil, err
	}
	out := &api.ListPoliciesForTargetOutput{}
	return out, s.read(ctx, func(tx *store.Tx, o *organization) (err error) {
		if _, ok := s.target(tx, o, *in.TargetId); !ok {
			return noTarget()
		}
		out.Policies, out.NextToken, err = listed(asking("attached", *in.Filter, *in.TargetId), in.NextToken, in.MaxResults, within(s.attached, tx, o.ID, *in.TargetId), func(id string, a attachment) (api.PolicySummary, bool) {
			p, _ := s.find(tx, o, id)
			return *s.summary(o, id, &p), a.Type == *in.Filter
		})
		return err
	})
}

// ListTargetsForPolicy lists where a policy stands.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListTargetsForPolicy.html
func (s *Service) ListTargetsForPolicy(ctx context.Context, in *api.ListTargetsForPolicyInput) (*api.ListTargetsForPolicyOutput, error) {
	out := &api.ListTargetsForPolicyOutput{}
	return out, s.read(ctx, func(tx *store.Tx, o *organization) (err error) {
		if _, err := s.find(tx, o, *in.PolicyId); err != nil {
			return err
		}
		out.Targets, out.NextToken, err = listed(asking("targets", *in.PolicyId), in.NextToken, in.MaxResults, within(s.targets, tx, o.ID, *in.PolicyId), func(id string, _ none) (api.PolicyTargetSummary, bool) {
			return s.targetShape(tx, o, id), true
		})
		return err
	})
}

func (s *Service) targetShape(tx *store.Tx, o *organization, id string) api.PolicyTargetSummary {
	kind, _ := s.target(tx, o, id)
	shape := api.PolicyTargetSummary{TargetId: &id, Type: &kind, Arn: new(s.arnOf(o, id, "")), Name: new("Root")}
	switch kind {
	case api.TargetTypeAccount:
		m, _ := s.members.Get(tx, id)
		shape.Name = &m.Name
	case api.TargetTypeOrganizationalUnit:
		u, _ := s.units.Get(tx, id)
		shape.Name = &u.Name
	}
	return shape
}

// UpdatePolicy changes a policy; what it says holds with the next call.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_UpdatePolicy.html
func (s *Service) UpdatePolicy(ctx context.Context, in *api.UpdatePolicyInput) (*api.UpdatePolicyOutput, error) {
	out := &api.UpdatePolicyOutput{}
	return out, s.editPolicy(ctx, *in.PolicyId, func(tx *store.Tx, o *organization, p *document) error {
		if in.Content != nil {
			if err := checkContent(p.Type, *in.Content); err != nil {
				return err
			}
			p.Content = *in.Content
		}
		if in.Name != nil {
			p.Name = *in.Name
		}
		if in.Description != nil {
			p.Description = *in.Description
		}
		if err := s.checkName(tx, o, *in.PolicyId, p); err != nil {
			return err
		}
		p.UpdatedAt = s.k.Clock.Now()
		s.policies.Put(tx, store.Key(o.ID, *in.PolicyId), *p)
		out.Policy = s.policyShape(o, *in.PolicyId, p)
		return nil
	})
}

// DeletePolicy removes a policy that stands nowhere.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_DeletePolicy.html
func (s *Service) DeletePolicy(ctx context.Context, in *api.DeletePolicyInput) (*api.DeletePolicyOutput, error) {
	return &api.DeletePolicyOutput{}, s.editPolicy(ctx, *in.PolicyId, func(tx *store.Tx, o *organization, p *document) error {
		if _, _, used := s.targets.First(tx, store.Key(o.ID, *in.PolicyId, "")); used {
			return api.NewPolicyInUseException("The policy is attached to one or more entities. You must detach it from all roots, OUs, and accounts before performing this operation.")
		}
		s.policies.Delete(tx, store.Key(o.ID, *in.PolicyId))
		s.k.Tags.Clear(tx, s.policyARN(o, p.Type, *in.PolicyId))
		return nil
	})
}

// editPolicy refuses to change what AWS manages.
func (s *Service) editPolicy(ctx context.Context, id string, edit func(tx *store.Tx, o *organization, p *document) error) error {
	return s.edit(ctx, func(tx *store.Tx, o *organization) error {
		if _, own := awsPolicy(id); own {
			return invalid(api.InvalidInputExceptionReasonImmutablePolicy, "You specified a policy that is managed by AWS and can't be modified.")
		}
		p, err := s.find(tx, o, id)
		if err != nil {
			return err
		}
		return edit(tx, o, &p)
	})
}
