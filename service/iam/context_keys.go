package iam

import (
	"context"
	"slices"
	"strings"

	api "unyo/api/iam"
	"unyo/engine/policy"
)

// GetContextKeysForCustomPolicy lists the keys that policies ask for, in conditions and in variables.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetContextKeysForCustomPolicy.html
func (s *Service) GetContextKeysForCustomPolicy(_ context.Context, in *api.GetContextKeysForCustomPolicyInput) (*api.GetContextKeysForCustomPolicyOutput, error) {
	names, err := contextKeys(given("PolicyInputList", in.PolicyInputList))
	return &api.GetContextKeysForCustomPolicyOutput{ContextKeyNames: names}, err
}

// GetContextKeysForPrincipalPolicy lists the keys that the policies of a user, group or role ask for, and others added to them.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetContextKeysForPrincipalPolicy.html
func (s *Service) GetContextKeysForPrincipalPolicy(ctx context.Context, in *api.GetContextKeysForPrincipalPolicyInput) (*api.GetContextKeysForPrincipalPolicyOutput, error) {
	b, err := s.bearer(ctx, *in.PolicySourceArn)
	if err != nil {
		return nil, err
	}
	sources, boundary := b.without(nil)
	names, err := contextKeys(append(append(sources, boundary...), given("PolicyInputList", in.PolicyInputList)...))
	return &api.GetContextKeysForPrincipalPolicyOutput{ContextKeyNames: names}, err
}

func contextKeys(sources []source) ([]string, error) {
	names := []string{}
	var m simulation
	docs, err := m.parse(policy.Identity, sources)
	if err != nil {
		return nil, err
	}
	for _, d := range docs {
		for _, key := range d.Keys() {
			if !slices.ContainsFunc(names, func(have string) bool { return strings.EqualFold(have, key) }) {
				names = append(names, key)
			}
		}
	}
	return names, nil
}
