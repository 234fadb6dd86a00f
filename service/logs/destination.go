package logs

import (
	"context"
	"strings"

	api "unyo/api/logs"
	"unyo/api/rt"
	"unyo/base/arn"
	"unyo/base/call"
	"unyo/engine/policy"
	"unyo/kernel/store"
)

// destination is the row of a destination: a stream that other accounts' subscription filters may send to.
type destination struct {
	Target  string // ARN
	Created int64  // ms
	access
	target
}

func (s *Service) destinationARN(scope call.Scope, name string) string {
	return "arn:" + s.k.Partition + ":logs:" + scope.Region + ":" + scope.Account + ":destination:" + name
}

// destinationOf takes the ARN of a destination apart; false if it is another's.
func destinationOf(text string) (a arn.ARN, name string, ok bool) {
	a, err := arn.Parse(text)
	if err != nil || a.Service != "logs" {
		return a, "", false
	}
	name, ok = strings.CutPrefix(a.Resource, "destination:")
	return a, name, ok && name != ""
}

func noDestination() error {
	return api.NewResourceNotFoundException("The specified destination does not exist.")
}

// routeTo finds the stream that a filter of account sends to. Behind a destination it is that of now, and the destination's policy must
// allow the account now: a filter stops working when it no longer does.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDestinationPolicy.html (forceUpdate)
func (s *Service) routeTo(ctx context.Context, account string, row *subscription) (*route, error) {
	at, name, ok := destinationOf(row.Destination)
	if !ok {
		return &route{row.target, row.Distribution}, nil
	}
	var d destination
	err := s.k.View(ctx, func(tx *store.Tx) error {
		d, ok = s.destinations.Get(tx.In(call.Scope{Partition: at.Partition, Account: at.Account, Region: at.Region}), name)
		d.access = s.accessNow(tx, d.access)
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case !ok && at.Account == account:
		return nil, noDestination()
	}
	if allowed, err := d.allows(account, at.Account, row.Destination); err != nil {
		return nil, err
	} else if !allowed {
		return nil, api.NewAccessDeniedException("User with accountId: %s is not authorized to perform: logs:PutSubscriptionFilter on resource: %s", account, row.Destination)
	}
	return &route{d.target, row.Distribution}, nil
}

// allows tells whether the policy lets an account in. It speaks of accounts, of the destination's own too.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_Destination.html (accessPolicy)
func (d *destination) allows(account, owner, at string) (bool, error) {
	if d.Policy == "" {
		return false, nil
	}
	doc, err := policy.Parse(policy.Resource, at, d.Policy)
	if err != nil {
		return false, err
	}
	partition, _, _ := strings.Cut(strings.TrimPrefix(at, "arn:"), ":")
	v := policy.Evaluate(&policy.Set{Resource: doc}, &policy.Request{
		Action: "logs:PutSubscriptionFilter", Resource: at, Owner: owner, ResourceMust: true,
		Principal: &call.Principal{Kind: call.Root, Account: account, ARN: "arn:" + partition + ":iam::" + account + ":root", ID: account},
		Keys: func(key string) ([]string, bool) {
			if key == "aws:principalaccount" {
				return []string{account}, true
			}
			return nil, false
		},
	})
	return v.Allowed, nil
}

// try sends a test message to where a new filter shall send.
func (s *Service) try(ctx context.Context, group string, row *subscription) error {
	scope := call.ScopeOf(ctx)
	source := s.groupARN(scope, group) + ":*"
	if _, _, ok := destinationOf(row.Destination); !ok {
		return s.test(ctx, source, &row.target)
	}
	r, err := s.routeTo(ctx, scope.Account, row)
	if err != nil {
		return err
	}
	message, err := pack(control(s.nowMs(), r.vendor()))
	if err != nil {
		return err
	}
	if failed, err := s.send(ctx, source, r, []parcel{{data: message}}); err != nil || len(failed) > 0 {
		return invalid("Could not deliver test message to specified destination. Check if the destination is valid.")
	}
	return nil
}

// ResourcePolicy gives the gateway the policy of a destination, or what lets AWS services into a group.
func (s *Service) ResourcePolicy(ctx context.Context, resource string) (*policy.Document, error) {
	if at, name, ok := deliveryPart(resource, destinationNoun); ok {
		return s.deliveryPolicy(ctx, at, name, resource)
	}
	at, name, ok := destinationOf(resource)
	if !ok {
		return s.admitting(ctx, resource)
	}
	var d destination
	err := s.k.View(ctx, func(tx *store.Tx) error {
		d, _ = s.destinations.Get(tx.In(call.Scope{Partition: at.Partition, Account: at.Account, Region: at.Region}), name)
		d.access = s.accessNow(tx, d.access)
		return nil
	})
	if err != nil || d.Policy == "" {
		return nil, err
	}
	return policy.Parse(policy.Resource, resource, d.Policy)
}

// destinationNeeds names what destinations are asked by.
func (s *Service) destinationNeeds(ctx context.Context, op string, in any) ([]rt.Need, bool) {
	scope := call.ScopeOf(ctx)
	need := func(name string) []rt.Need {
		return []rt.Need{{Action: "logs:" + op, Resources: []string{s.destinationARN(scope, name)}}}
	}
	switch in := in.(type) {
	case *api.PutDestinationInput:
		needs := append(need(*in.DestinationName), passRole(*in.RoleArn))
		if len(in.Tags) > 0 {
			needs = append(needs, rt.Need{Action: "logs:TagResource", Resources: []string{s.destinationARN(scope, *in.DestinationName)}})
		}
		return needs, true
	case *api.PutDestinationPolicyInput:
		return need(*in.DestinationName), true
	case *api.DeleteDestinationInput:
		return need(*in.DestinationName), true
	}
	return nil, false
}
