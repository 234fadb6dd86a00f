package organizations

import (
	"context"
	"errors"
	"strings"

	api "unyo/api/organizations"
	"unyo/engine/policy"
	"unyo/kernel/store"
)

// delegation is the organisation's resource policy: it gives members a part of what the management account may do.
type delegation struct {
	ID, Content string
	Named       policy.Pins `json:",omitempty"` // who they are whom it names
}

// PutResourcePolicy gives members what it says.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_PutResourcePolicy.html
func (s *Service) PutResourcePolicy(ctx context.Context, in *api.PutResourcePolicyInput) (*api.PutResourcePolicyOutput, error) {
	doc, err := policy.Parse(policy.Resource, "", *in.Content)
	if err != nil {
		if errors.Is(err, policy.ErrMalformed) {
			return nil, invalid(api.InvalidInputExceptionReasonInvalidResourcePolicyJson, "The resource policy isn't valid: %v", err)
		}
		return nil, err
	}
	id := s.id(ctx, "rp-", 8)
	out := &api.PutResourcePolicyOutput{}
	return out, s.edit(ctx, func(tx *store.Tx, o *organization) error {
		d, there := s.delegations.Get(tx, o.ID)
		if !there {
			d.ID = id
		}
		named, missing := doc.Pin(s.k.Principals.IDs(tx))
		if missing != "" {
			return invalid(api.InvalidInputExceptionReasonInvalidPrincipal, "The resource policy names a principal that does not exist: %s", missing)
		}
		d.Content, d.Named = *in.Content, named
		s.delegations.Put(tx, o.ID, d)
		out.ResourcePolicy = s.delegationShape(o, &d)
		if there && len(in.Tags) > 0 {
			return unsupported("tags with a resource policy that is there already")
		}
		return wordTags(s.k.Tags.Set(tx, s.arn(o, "resourcepolicy", d.ID), tagsOf(in.Tags)...))
	})
}

func (s *Service) delegationShape(o *organization, d *delegation) *api.ResourcePolicy {
	return &api.ResourcePolicy{Content: &d.Content, ResourcePolicySummary: &api.ResourcePolicySummary{Id: &d.ID, Arn: new(s.arn(o, "resourcepolicy", d.ID))}}
}

// theDelegation finds the resource policy, which must be there, as it holds now: users and roles that are no more are ids in it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-users
func (s *Service) theDelegation(tx *store.Tx, o *organization) (delegation, error) {
	d, ok := s.delegations.Get(tx, o.ID)
	if !ok {
		return d, api.NewResourcePolicyNotFoundException("We can't find a resource policy request with the parameter that you specified.")
	}
	d.Content = d.Named.Apply(d.Content, s.k.Principals.IDs(tx))
	return d, nil
}

// DescribeResourcePolicy shows it.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeResourcePolicy.html
func (s *Service) DescribeResourcePolicy(ctx context.Context, _ *api.DescribeResourcePolicyInput) (*api.DescribeResourcePolicyOutput, error) {
	out := &api.DescribeResourcePolicyOutput{}
	return out, s.read(ctx, func(tx *store.Tx, o *organization) error {
		d, err := s.theDelegation(tx, o)
		out.ResourcePolicy = s.delegationShape(o, &d)
		return err
	})
}

// DeleteResourcePolicy takes it back.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_DeleteResourcePolicy.html
func (s *Service) DeleteResourcePolicy(ctx context.Context, _ *api.DeleteResourcePolicyInput) (*api.DeleteResourcePolicyOutput, error) {
	return &api.DeleteResourcePolicyOutput{}, s.edit(ctx, func(tx *store.Tx, o *organization) error {
		d, err := s.theDelegation(tx, o)
		if err != nil {
			return err
		}
		s.delegations.Delete(tx, o.ID)
		s.k.Tags.Clear(tx, s.arn(o, "resourcepolicy", d.ID))
		return nil
	})
}

// ResourcePolicy gives the chain the policy that stands for everything of an organisation.
func (s *Service) ResourcePolicy(ctx context.Context, arn string) (d *policy.Document, err error) {
	_, rest, _ := strings.Cut(arn, "/")
	org, _, _ := strings.Cut(rest, "/")
	err = s.k.View(ctx, func(tx *store.Tx) error {
		row, ok := s.delegations.Get(tx, org)
		if !ok {
			return nil
		}
		d, err = s.compiled.Parse(policy.Resource, row.ID, row.Named.Apply(row.Content, s.k.Principals.IDs(tx)))
		return err
	})
	return d, err
}
