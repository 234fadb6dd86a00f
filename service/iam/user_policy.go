package iam

import (
	"context"
	"iter"

	api "unyo/api/iam"
	"unyo/kernel/store"
)

// AttachUserPolicy lets a managed policy govern a user.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachUserPolicy.html
func (s *Service) AttachUserPolicy(ctx context.Context, in *api.AttachUserPolicyInput) (*api.AttachUserPolicyOutput, error) {
	return &api.AttachUserPolicyOutput{}, s.attachManaged(ctx, entity{"user", *in.UserName}, *in.PolicyArn)
}

// DetachUserPolicy ends that.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachUserPolicy.html
func (s *Service) DetachUserPolicy(ctx context.Context, in *api.DetachUserPolicyInput) (*api.DetachUserPolicyOutput, error) {
	return &api.DetachUserPolicyOutput{}, s.detachManaged(ctx, entity{"user", *in.UserName}, *in.PolicyArn)
}

// ListAttachedUserPolicies lists the managed policies that govern a user.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedUserPolicies.html
func (s *Service) ListAttachedUserPolicies(ctx context.Context, in *api.ListAttachedUserPoliciesInput) (*api.ListAttachedUserPoliciesOutput, error) {
	e := entity{"user", *in.UserName}
	out := &api.ListAttachedUserPoliciesOutput{}
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

// PutUserPolicy writes a policy into a user.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPolicy.html
func (s *Service) PutUserPolicy(ctx context.Context, in *api.PutUserPolicyInput) (*api.PutUserPolicyOutput, error) {
	return &api.PutUserPolicyOutput{}, s.putInline(ctx, entity{"user", *in.UserName}, *in.PolicyName, *in.PolicyDocument)
}

// GetUserPolicy reads it, URL-encoded as AWS does.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUserPolicy.html
func (s *Service) GetUserPolicy(ctx context.Context, in *api.GetUserPolicyInput) (*api.GetUserPolicyOutput, error) {
	text, err := s.getInline(ctx, entity{"user", *in.UserName}, *in.PolicyName)
	return &api.GetUserPolicyOutput{UserName: in.UserName, PolicyName: in.PolicyName, PolicyDocument: new(escape(text))}, err
}

// DeleteUserPolicy removes it.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUserPolicy.html
func (s *Service) DeleteUserPolicy(ctx context.Context, in *api.DeleteUserPolicyInput) (*api.DeleteUserPolicyOutput, error) {
	return &api.DeleteUserPolicyOutput{}, s.deleteInline(ctx, entity{"user", *in.UserName}, *in.PolicyName)
}

// ListUserPolicies lists the names of the policies written into a user.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUserPolicies.html
func (s *Service) ListUserPolicies(ctx context.Context, in *api.ListUserPoliciesInput) (*api.ListUserPoliciesOutput, error) {
	e := entity{"user", *in.UserName}
	out := &api.ListUserPoliciesOutput{}
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
