package cloudtrail

import (
	"context"
	"slices"
	"strings"

	"unyo/api/rt"
	"unyo/base/arn"
	"unyo/base/call"
	"unyo/kernel/store"
)

// Another account asks an event data store whose resource policy says so: it shows it, runs queries over it, and reads what comes of them. The chain judges, by the
// policies of both accounts; whatever else the policy grants to other accounts is refused here.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/security_iam_resource-based-policy-examples.html

type grantKey struct{}

// grantOf is the ids of the event data stores that alone are there for a call that another account than their owner's makes; nil for others.
func grantOf(ctx context.Context) []string {
	ids, _ := ctx.Value(grantKey{}).([]string)
	return ids
}

// outsideGrant tells whether a grant leaves any of some event data stores out.
func outsideGrant(ctx context.Context, ids ...string) bool {
	granted := grantOf(ctx)
	return granted != nil && slices.ContainsFunc(ids, func(id string) bool { return !slices.Contains(granted, id) })
}

// granted is the context in which the caller asks event data stores of another account: ok tells that it has them and that each has a policy.
func (s *Service) granted(ctx context.Context, owner string, ids []string) (there context.Context, ok bool) {
	if owner == "" || owner == call.From(ctx).Account || len(ids) == 0 {
		return ctx, false
	}
	there = context.WithValue(onBehalf(ctx, owner), grantKey{}, ids)
	err := s.k.View(there, func(tx *store.Tx) error {
		ok = !slices.ContainsFunc(ids, func(id string) bool { return !s.stores.Has(tx, id) || !s.policies.Has(tx, id) })
		return nil
	})
	return there, err == nil && ok
}

// asNamed is the context whose event data stores are judged: always those of the owner that is named, lest a policy that comes while a call is judged let it in.
func (s *Service) asNamed(ctx, there context.Context, owner *string) (context.Context, bool) {
	if owner != nil && *owner != call.From(there).Account {
		return onBehalf(ctx, *owner), true
	}
	return there, grantOf(there) != nil
}

// toAsk is the context in which a call acts that only asks an event data store.
func (s *Service) toAsk(ctx context.Context, name string) context.Context {
	here := s.ofStore(ctx, name)
	a, err := arn.Parse(name)
	if err != nil || a.Account == call.From(here).Account {
		return here
	}
	if there, ok := s.granted(ctx, a.Account, []string{strings.TrimPrefix(a.Resource, "eventdatastore/")}); ok {
		return there
	}
	return here
}

// toQuery is the context in which a query over some event data stores acts, of the owner that is named.
func (s *Service) toQuery(ctx context.Context, owner *string, ids []string) context.Context {
	here := s.ofStores(ctx, ids)
	if rt.Val(owner) == call.From(here).Account {
		return here
	}
	if there, ok := s.granted(ctx, rt.Val(owner), ids); ok {
		return there
	}
	return here
}

// toAnswer is the context in which a call on a query acts, of the owner that is named.
func (s *Service) toAnswer(ctx context.Context, owner, query *string) context.Context {
	here := s.ofQuery(ctx, rt.Val(query))
	if owner == nil || *owner == call.From(here).Account {
		return here
	}
	var q lakeQuery
	err := s.k.View(onBehalf(ctx, *owner), func(tx *store.Tx) error {
		q, _ = s.queries.Get(tx, rt.Val(query))
		return nil
	})
	if there, ok := s.granted(ctx, *owner, q.Stores); err == nil && ok {
		return there
	}
	return here
}
