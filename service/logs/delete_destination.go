package logs

import (
	"context"

	api "unyo/api/logs"
	"unyo/base/call"
	"unyo/kernel/journal"
	"unyo/kernel/store"
)

// DeleteDestination ends a destination: the filters that send to it deliver no more. The stream stays.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteDestination.html
func (s *Service) DeleteDestination(ctx context.Context, in *api.DeleteDestinationInput) (*api.DeleteDestinationOutput, error) {
	name := *in.DestinationName
	self := s.destinationARN(call.ScopeOf(ctx), name)
	return &api.DeleteDestinationOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		if !s.destinations.Has(tx, name) {
			return noDestination()
		}
		s.destinations.Delete(tx, name)
		s.k.Tags.Clear(tx, self)
		s.k.Resources.Delete(tx, self)
		s.k.Journal.Change(tx, journal.Change{ARN: self, Type: destinationType, Event: "Deleted"})
		return nil
	})
}
