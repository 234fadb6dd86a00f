package logs

import (
	"context"

	api "unyo/api/logs"
	"unyo/base/call"
	"unyo/engine/policy"
	"unyo/kernel/journal"
	"unyo/kernel/store"
)

// maxDestinationPolicy is the length of a destination's policy in bytes.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDestinationPolicy.html
const maxDestinationPolicy = 5120

// PutDestinationPolicy says which accounts may send to a destination. It holds for the filters that are there too, from now on.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDestinationPolicy.html
func (s *Service) PutDestinationPolicy(ctx context.Context, in *api.PutDestinationPolicyInput) (*api.PutDestinationPolicyOutput, error) {
	name, text := *in.DestinationName, *in.AccessPolicy
	self := s.destinationARN(call.ScopeOf(ctx), name)
	if len(text) > maxDestinationPolicy {
		return nil, invalid("The access policy is longer than %d bytes.", maxDestinationPolicy)
	}
	doc, err := policy.Parse(policy.Resource, self, text)
	if err != nil {
		return nil, invalid("Access policy is not valid: %s", err)
	}
	return &api.PutDestinationPolicyOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		d, ok := s.destinations.Get(tx, name)
		if !ok {
			return noDestination()
		}
		kept, missing := s.keepAccess(tx, doc, text)
		if missing != "" {
			return invalid("Access policy is not valid: there is no principal %s.", missing)
		}
		d.access = kept
		s.destinations.Put(tx, name, d)
		s.k.Journal.Change(tx, journal.Change{ARN: self, Type: destinationType, Event: "Updated"})
		return nil
	})
}
