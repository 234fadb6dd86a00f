package iam

import (
	"context"
	"fmt"
	"iter"
	"strconv"
	"strings"

	api "unyo/api/iam"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/engine/policy"
	"unyo/kernel/store"
)

// maxVersions is VersionsPerPolicy; maxManaged the size of a managed policy in characters without white space.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const (
	maxVersions = 5
	maxManaged  = 6144
)

func versionKey(arn string, n int) string { return arn + sep + fmt.Sprintf("%08d", n) }

// CreatePolicy makes a customer managed policy with its version v1.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html
func (s *Service) CreatePolicy(ctx context.Context, in *api.CreatePolicyInput) (*api.CreatePolicyOutput, error) {
	if err := checkManaged(*in.PolicyDocument); err != nil {
		return nil, err
	}
	now := s.k.Clock.Now()
	p := managed{Name: *in.PolicyName, Path: orSlash(in.Path), ID: s.k.Entropy.ID(ctx, "ANPA", 17), Description: rt.Val(in.Description), Default: 1, Last: 1, CreatedAt: now, UpdatedAt: now}
	arn := s.arn(call.From(ctx).Account, "policy", p.Path, p.Name)
	err := s.k.Update(ctx, func(tx *store.Tx) error {
		n := 0
		for _, other := range s.policies.From(tx, "") {
			if n++; fold(other.Name) == fold(p.Name) {
				return api.NewEntityAlreadyExistsException("A policy called %s already exists. Duplicate names are not allowed.", p.Name)
			}
		}
		if n >= maxPolicies {
			return overQuota("PoliciesPerAccount", maxPolicies)
		}
		s.policies.Put(tx, arn, p)
		s.versions.Put(tx, versionKey(arn, 1), version{Document: *in.PolicyDocument, CreatedAt: now})
		return s.setTags(tx, arn, in.Tags)
	})
	if err != nil {
		return nil, err
	}
	shape := policyShape(arn, p, 0, 0)
	shape.Tags = in.Tags
	return &api.CreatePolicyOutput{Policy: &shape}, nil
}

func checkManaged(text string) error {
	if n := len(strings.Join(strings.Fields(text), "")); n > maxManaged {
		return api.NewLimitExceededException("Cannot exceed quota for PolicySize: %d", maxManaged)
	}
	return checkDocument(policy.Identity, text)
}

func policyShape(arn string, p managed, bearers int, bounds int32) api.Policy {
	shape := api.Policy{
		PolicyName: new(p.Name), PolicyId: new(p.ID), Arn: new(arn), Path: new(p.Path), DefaultVersionId: new("v" + strconv.Itoa(p.Default)),
		AttachmentCount: new(int32(bearers)), PermissionsBoundaryUsageCount: new(bounds), IsAttachable: new(p.Path != linkedPath), CreateDate: new(p.CreatedAt), UpdateDate: new(p.UpdatedAt),
	}
	if p.Description != "" {
		shape.Description = new(p.Description)
	}
	return shape
}

func (s *Service) countBearers(tx *store.Tx, arn string) (n int) {
	for range s.bearers.Prefix(tx, arn+sep, "") {
		n++
	}
	return n
}

// managedOf finds a managed policy, the account's or AWS's.
func (s *Service) managedOf(tx *store.Tx, arn string) (managed, bool) {
	if p, ok := awsManaged(arn); ok {
		return managed{Name: p.name, Path: p.path, ID: p.id(), Default: p.version, Last: p.version, CreatedAt: p.created, UpdatedAt: p.updated}, true
	}
	return s.policies.Get(tx, arn)
}

// GetPolicy describes a managed policy.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicy.html
func (s *Service) GetPolicy(ctx context.Context, in *api.GetPolicyInput) (*api.GetPolicyOutput, error) {
	out := &api.GetPolicyOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		p, ok := s.managedOf(tx, *in.PolicyArn)
		if !ok {
			return noPolicy(*in.PolicyArn)
		}
		out.Policy = new(policyShape(*in.PolicyArn, p, s.countBearers(tx, *in.PolicyArn), s.boundaryUse(tx)[*in.PolicyArn]))
		out.Policy.Tags = s.tagShapes(tx, *in.PolicyArn)
		return nil
	})
}

func noPolicy(arn string) error {
	return api.NewNoSuchEntityException("Policy %s was not found.", arn)
}

// ListPolicies lists managed policies: AWS's, the account's, or both.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicies.html
func (s *Service) ListPolicies(ctx context.Context, in *api.ListPoliciesInput) (*api.ListPoliciesOutput, error) {
	out := &api.ListPoliciesOutput{}
	which := rt.Val(in.Scope)
	query := "policies" + which + rt.Val(in.PathPrefix) + fmt.Sprint(rt.Val(in.OnlyAttached)) + rt.Val(in.PolicyUsageFilter)
	err := s.k.View(ctx, func(tx *store.Tx) (err error) {
		bounds := s.boundaryUse(tx)
		rows := func(after string) iter.Seq2[string, managed] { return s.allPolicies(tx, which, after) }
		out.Policies, out.Marker, err = listed(query, in.Marker, in.MaxItems, rows, func(arn string, p managed) (api.Policy, bool) {
			n := s.countBearers(tx, arn)
			bears := (rt.Val(in.PolicyUsageFilter) != api.PolicyUsageTypePermissionsPolicy || n > 0) && (rt.Val(in.PolicyUsageFilter) != api.PolicyUsageTypePermissionsBoundary || bounds[arn] > 0)
			return policyShape(arn, p, n, bounds[arn]), strings.HasPrefix(p.Path, rt.Val(in.PathPrefix)) && bears && (n > 0 || bounds[arn] > 0 || !rt.Val(in.OnlyAttached))
		})
		return err
	})
	out.IsTruncated = new(out.Marker != nil)
	return out, err
}

// allPolicies yields policies in the order of their ARNs; digits sort before «aws», so the account's come first.
func (s *Service) allPolicies(tx *store.Tx, which, after string) iter.Seq2[string, managed] {
	return func(yield func(string, managed) bool) {
		if which != "AWS" {
			for arn, p := range s.policies.From(tx, after) {
				if !yield(arn, p) {
					return
				}
			}
		}
		if which == "Local" {
			return
		}
		for _, a := range awsPolicies().list {
			arn := "arn:" + s.k.Partition + ":iam::aws:policy" + a.path + a.name
			if arn <= after {
				continue
			}
			if p, _ := s.managedOf(tx, arn); !yield(arn, p) {
				return
			}
		}
	}
}

// DeletePolicy removes a policy nobody bears, with its one version left.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html
func (s *Service) DeletePolicy(ctx context.Context, in *api.DeletePolicyInput) (*api.DeletePolicyOutput, error) {
	arn := *in.PolicyArn
	return &api.DeletePolicyOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		p, ok := s.policies.Get(tx, arn)
		if !ok {
			return noPolicy(arn)
		}
		if s.countBearers(tx, arn) > 0 || s.boundaryUse(tx)[arn] > 0 {
			return api.NewDeleteConflictException("Cannot delete a policy attached to entities.")
		}
		for key := range s.versions.Prefix(tx, arn+sep, "") {
			if key != versionKey(arn, p.Default) {
				return api.NewDeleteConflictException("This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.")
			}
		}
		s.versions.Delete(tx, versionKey(arn, p.Default))
		s.policies.Delete(tx, arn)
		s.k.Tags.Clear(tx, arn)
		return nil
	})
}
