package organizations

import (
	"context"
	"reflect"
	"strings"

	api "unyo/api/organizations"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/kernel/store"
)

// Needs names what a call is about by ARNs, which bear the management account's number and the organisation's id. Members are not judged
// as strangers to them: entitled says what they may.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsorganizations.html
func (s *Service) Needs(ctx context.Context, op string, in any) ([]rt.Need, bool) {
	account := call.From(ctx).Account
	need := rt.Need{Action: "organizations:" + op, Owner: account}
	a := about(in)
	err := s.k.View(ctx, func(tx *store.Tx) error {
		o, err := s.mine(ctx, tx)
		if err != nil {
			return s.needsOutside(tx, &need, a)
		}
		need.Resources = nil
		kind := a.policyType
		for _, id := range a.ids {
			if strings.HasPrefix(id, "p-") && kind == "" {
				p, _ := s.find(tx, &o, id)
				kind = p.Type
			}
			if h, ok := s.handshakes.Get(tx, id); ok {
				need.Resources = append(need.Resources, s.handshakeARN(&o, id, &h))
				continue
			}
			need.Resources = append(need.Resources, s.arnOf(&o, id, kind))
		}
		if s.authority(tx, &o, account, op) == byPolicy && !aboutSelf(in, account) {
			need.Owner = o.Management
			if len(need.Resources) == 0 {
				need.Resources = []string{s.arn(&o, "organization", "")}
			}
		}
		need.Keys = keys(kind, a.principal)
		return nil
	})
	if len(need.Resources) == 0 {
		need.Resources = []string{"*"}
	}
	return []rt.Need{need}, err == nil
}

// aboutSelf reports whether an account asks what holds for itself, as each may.
func aboutSelf(in any, account string) bool {
	e, ok := in.(*api.DescribeEffectivePolicyInput)
	return ok && (e.TargetId == nil || *e.TargetId == account)
}

// needsOutside: who is in no organisation can only ask about handshakes.
func (s *Service) needsOutside(tx *store.Tx, need *rt.Need, a subject) error {
	need.Resources = nil
	for _, id := range a.ids {
		if h, ok := s.handshakes.Get(tx, id); ok {
			o, _ := s.organizations.Get(tx, h.Org)
			need.Resources = append(need.Resources, s.handshakeARN(&o, id, &h))
		}
	}
	return nil
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
	case "rp":
		return s.arn(o, "resourcepolicy", id)
	case "h":
		return s.arn(o, "handshake", "invite/"+id)
	}
	return s.arn(o, "account", id)
}

// subject is what a request is about.
type subject struct {
	ids                   []string
	policyType, principal string
}

// about reads it from the members that name things, whatever the operation calls them.
func about(in any) (a subject) {
	v := reflect.ValueOf(in).Elem()
	for i := range v.NumField() {
		text, ok := v.Field(i).Interface().(*string)
		if !ok || text == nil {
			continue
		}
		switch v.Type().Field(i).Name {
		case "AccountId", "ChildId", "DestinationParentId", "HandshakeId", "OrganizationalUnitId", "ParentId", "PolicyId", "ResourceId", "RootId", "SourceParentId", "TargetId":
			a.ids = append(a.ids, *text)
		case "PolicyType", "Type", "Filter":
			a.policyType = *text
		case "ServicePrincipal":
			a.principal = *text
		}
	}
	return a
}
