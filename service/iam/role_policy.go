package iam

import (
	"context"
	"iter"

	api "unyo/api/iam"
	"unyo/kernel/store"
)

// AttachRolePolicy lets a managed policy govern a role.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html
func (s *Service) AttachRolePolicy(ctx context.Context, in *api.AttachRolePolicyInput) (*api.AttachRolePolicyOutput, error) {
	return &api.AttachRolePolicyOutput{}, s.attachManaged(ctx, entity{"role", *in.RoleName}, *in.PolicyArn)
}

// DetachRolePolicy ends that.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachRolePolicy.html
func (s *Service) DetachRolePolicy(ctx context.Context, in *api.DetachRolePolicyInput) (*api.DetachRolePolicyOutput, error) {
	return &api.DetachRolePolicyOutput{}, s.detachManaged(ctx, entity{"role", *in.RoleName}, *in.PolicyArn)
}

// ListAttachedRolePolicies lists the managed policies that govern a role.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedRolePolicies.html
func (s *Service) ListAttachedRolePolicies(ctx context.Context, in *api.ListAttachedRolePoliciesInput) (*api.ListAttachedRolePoliciesOutput, error) {
	e := entity{"role", *in.RoleName}
	out := &api.ListAttachedRolePoliciesOutput{}
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

// PutRolePolicy writes a policy into a role.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html
func (s *Service) PutRolePolicy(ctx context.Context, in *api.PutRolePolicyInput) (*api.PutRolePolicyOutput, error) {
	return &api.PutRolePolicyOutput{}, s.putInline(ctx, entity{"role", *in.RoleName}, *in.PolicyName, *in.PolicyDocument)
}

// GetRolePolicy reads it, URL-encoded as AWS does.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRolePolicy.html
func (s *Service) GetRolePolicy(ctx context.Context, in *api.GetRolePolicyInput) (*api.GetRolePolicyOutput, error) {
	text, err := s.getInline(ctx, entity{"role", *in.RoleName}, *in.PolicyName)
	return &api.GetRolePolicyOutput{RoleName: in.RoleName, PolicyName: in.PolicyName, PolicyDocument: new(escape(text))}, err
}

// DeleteRolePolicy removes it.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRolePolicy.html
func (s *Service) DeleteRolePolicy(ctx context.Context, in *api.DeleteRolePolicyInput) (*api.DeleteRolePolicyOutput, error) {
	return &api.DeleteRolePolicyOutput{}, s.deleteInline(ctx, entity{"role", *in.RoleName}, *in.PolicyName)
}

// ListRolePolicies lists the names of the policies written into a role.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRolePolicies.html
func (s *Service) ListRolePolicies(ctx context.Context, in *api.ListRolePoliciesInput) (*api.ListRolePoliciesOutput, error) {
	e := entity{"role", *in.RoleName}
	out := &api.ListRolePoliciesOutput{}
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
