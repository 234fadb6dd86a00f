package logs

import (
	"context"

	api "unyo/api/logs"
	"unyo/kernel/store"
)

// DeleteSubscriptionFilter ends a delivery. What was not delivered yet is not delivered any more.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteSubscriptionFilter.html
func (s *Service) DeleteSubscriptionFilter(ctx context.Context, in *api.DeleteSubscriptionFilterInput) (*api.DeleteSubscriptionFilterOutput, error) {
	return &api.DeleteSubscriptionFilterOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		g, err := s.groupNamed(tx, *in.LogGroupName)
		if err != nil {
			return err
		}
		key := store.Key(g.ID, *in.FilterName)
		if !s.filters.Has(tx, key) {
			return api.NewResourceNotFoundException("The specified subscription filter does not exist.")
		}
		s.filters.Delete(tx, key)
		s.cursors.Delete(tx, key)
		s.wakes.Delete(tx, key)
		g.Subscribed--
		s.groups.Put(tx, *in.LogGroupName, g)
		return nil
	})
}
