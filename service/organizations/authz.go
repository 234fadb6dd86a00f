package organizations

import (
	"context"
	"strings"

	api "unyo/api/organizations"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/kernel/store"
)

// Needs names what a call is about by ARNs, which bear the management account's number and the organisation's id.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsorganizations.html
func (s *Service) Needs(ctx context.Context, op string, in any) ([]rt.Need, bool) {
	need := rt.Need{Action: "organizations:" + op, Owner: call.From(ctx).Account}
	a := about(in)
	err := s.k.View(ctx, func(tx *store.Tx) error {
		o, err := s.mine(ctx, tx)
		if err != nil {
			return nil // says the operation itself
		}
		need.Resources = nil
		kind := a.policyType
		for _, id := range a.ids {
			if strings.HasPrefix(id, "p-") && kind == "" {
				p, _ := s.find(tx, &o, id)
				kind = p.Type
			}
			need.Resources = append(need.Resources, s.arnOf(&o, id, kind))
		}
		need.Keys = keys(kind, a.principal)
		return nil
	})
	if len(need.Resources) == 0 {
		need.Resources = []string{"*"}
	}
	return []rt.Need{need}, err == nil
}

func keys(policyType, principal string) map[string][]string {
	k := map[string][]string{}
	if policyType != "" {
		k["organizations:policytype"] = []string{policyType}
	}
	if principal != "" {
		k["organizations:serviceprincipal"] = []string{principal}
	}
	return k
}

// arnOf is the ARN of what an id names, by the looks of the id.
func (s *Service) arnOf(o *organization, id, policyType string) string {
	switch prefix, _, _ := strings.Cut(id, "-"); prefix {
	case "r":
		return s.arn(o, "root", id)
	case "ou":
		return s.arn(o, "ou", id)
	case "p":
		return s.policyARN(o, policyType, id)
	}
	return s.arn(o, "account", id)
}

// subject is what a request is about.
type subject struct {
	ids                   []string
	policyType, principal string
}

func about(in any) (a subject) {
	switch in := in.(type) {
	case *api.AttachPolicyInput:
		a.ids = []string{*in.PolicyId, *in.TargetId}
	case *api.DetachPolicyInput:
		a.ids = []string{*in.PolicyId, *in.TargetId}
	case *api.CreatePolicyInput:
		a.policyType = *in.Type
	case *api.EnablePolicyTypeInput:
		a.ids, a.policyType = []string{*in.RootId}, *in.PolicyType
	case *api.DisablePolicyTypeInput:
		a.ids, a.policyType = []string{*in.RootId}, *in.PolicyType
	}
	return a
}
