package iam

import (
	"context"
	"iter"

	api "unyo/api/iam"
	"unyo/kernel/store"
)

// AttachGroupPolicy lets a managed policy govern a group.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachGroupPolicy.html
func (s *Service) AttachGroupPolicy(ctx context.Context, in *api.AttachGroupPolicyInput) (*api.AttachGroupPolicyOutput, error) {
	return &api.AttachGroupPolicyOutput{}, s.attachManaged(ctx, entity{"group", *in.GroupName}, *in.PolicyArn)
}

// DetachGroupPolicy ends that.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachGroupPolicy.html
func (s *Service) DetachGroupPolicy(ctx context.Context, in *api.DetachGroupPolicyInput) (*api.DetachGroupPolicyOutput, error) {
	return &api.DetachGroupPolicyOutput{}, s.detachManaged(ctx, entity{"group", *in.GroupName}, *in.PolicyArn)
}

// ListAttachedGroupPolicies lists the managed policies that govern a group.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedGroupPolicies.html
func (s *Service) ListAttachedGroupPolicies(ctx context.Context, in *api.ListAttachedGroupPoliciesInput) (*api.ListAttachedGroupPoliciesOutput, error) {
	e := entity{"group", *in.GroupName}
	out := &api.ListAttachedGroupPoliciesOutput{}
	err := s.k.View(ctx, func(tx *store.Tx) (err error) {
		if err := s.mustExist(tx, e); err != nil {
			return err
		}
		out.AttachedPolicies, out.Marker, err = s.listAttached(tx, e, in.PathPrefix, in.Marker, in.MaxItems)
		return err
	})
	out.IsTruncated = new(out.Marker != nil)
	return out, err
}

// PutGroupPolicy writes a policy into a group.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutGroupPolicy.html
func (s *Service) PutGroupPolicy(ctx context.Context, in *api.PutGroupPolicyInput) (*api.PutGroupPolicyOutput, error) {
	return &api.PutGroupPolicyOutput{}, s.putInline(ctx, entity{"group", *in.GroupName}, *in.PolicyName, *in.PolicyDocument)
}

// GetGroupPolicy reads it, URL-encoded as AWS does.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetGroupPolicy.html
func (s *Service) GetGroupPolicy(ctx context.Context, in *api.GetGroupPolicyInput) (*api.GetGroupPolicyOutput, error) {
	text, err := s.getInline(ctx, entity{"group", *in.GroupName}, *in.PolicyName)
	return &api.GetGroupPolicyOutput{GroupName: in.GroupName, PolicyName: in.PolicyName, PolicyDocument: new(escape(text))}, err
}

// DeleteGroupPolicy removes it.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteGroupPolicy.html
func (s *Service) DeleteGroupPolicy(ctx context.Context, in *api.DeleteGroupPolicyInput) (*api.DeleteGroupPolicyOutput, error) {
	return &api.DeleteGroupPolicyOutput{}, s.deleteInline(ctx, entity{"group", *in.GroupName}, *in.PolicyName)
}

// ListGroupPolicies lists the names of the policies written into a group.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroupPolicies.html
func (s *Service) ListGroupPolicies(ctx context.Context, in *api.ListGroupPoliciesInput) (*api.ListGroupPoliciesOutput, error) {
	e := entity{"group", *in.GroupName}
	out := &api.ListGroupPoliciesOutput{}
	err := s.k.View(ctx, func(tx *store.Tx) (err error) {
		if err := s.mustExist(tx, e); err != nil {
			return err
		}
		rows := func(after string) iter.Seq2[string, inlined] { return s.inline.Prefix(tx, e.under(""), after) }
		out.PolicyNames, out.Marker, err = listed("inline"+e.key(), in.Marker, in.MaxItems, rows, func(key string, _ inlined) (string, bool) { return tail(key), true })
		return err
	})
	out.IsTruncated = new(out.Marker != nil)
	return out, err
}
