package iam

import (
	"context"

	api "unyo/api/iam"
	"unyo/base/call"
	"unyo/engine/policy"
)

// SimulateCustomPolicy decides on policies that are attached to nobody. A caller must be named where a resource policy
// is to be weighed: it speaks of principals.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html
func (s *Service) SimulateCustomPolicy(ctx context.Context, in *api.SimulateCustomPolicyInput) (*api.SimulateCustomPolicyOutput, error) {
	if in.ResourcePolicy != nil && in.CallerArn == nil {
		return nil, api.NewInvalidInputException("CallerArn is required when ResourcePolicy is specified.")
	}
	c := call.From(ctx)
	m := simulation{caller: call.Principal{Kind: call.IAMUser, Account: c.Account}}
	var err error
	if m.set.Identity, err = m.parse(policy.Identity, given("PolicyInputList", in.PolicyInputList)); err != nil {
		return nil, err
	}
	if err := m.boundaries(given("PermissionsBoundaryPolicyInputList", in.PermissionsBoundaryPolicyInputList)); err != nil {
		return nil, err
	}
	for _, level := range in.OrderedOrganizationPolicyInputList {
		docs, err := m.parse(policy.SCP, given("ServiceControlPolicyInputList", level.ServiceControlPolicyInputList))
		if err != nil {
			return nil, err
		}
		m.set.SCPs = append(m.set.SCPs, docs)
	}
	err = m.ask(question{in.ActionNames, in.ResourceArns, in.ContextEntries, in.CallerArn, in.ResourceOwner, in.ResourcePolicy, in.ResourceHandlingOption})
	if err != nil {
		return nil, err
	}
	out := &api.SimulateCustomPolicyOutput{}
	out.EvaluationResults, out.Marker, err = m.results("simulatecustom", in.Marker, in.MaxItems)
	out.IsTruncated = new(out.Marker != nil)
	return out, err
}
