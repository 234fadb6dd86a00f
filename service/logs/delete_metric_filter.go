package logs

import (
	"context"

	api "unyo/api/logs"
	"unyo/kernel/store"
)

// DeleteMetricFilter ends measuring. What was not counted yet is not counted any more; the metric stays.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteMetricFilter.html
func (s *Service) DeleteMetricFilter(ctx context.Context, in *api.DeleteMetricFilterInput) (*api.DeleteMetricFilterOutput, error) {
	return &api.DeleteMetricFilterOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		g, err := s.groupNamed(tx, *in.LogGroupName)
		if err != nil {
			return err
		}
		key := store.Key(g.ID, *in.FilterName)
		if !s.metricFilters.Has(tx, key) {
			return api.NewResourceNotFoundException("The specified metric filter does not exist.")
		}
		s.metricFilters.Delete(tx, key)
		if g.Measured--; g.Measured == 0 {
			s.counted.Delete(tx, g.ID)
			s.counting.Delete(tx, g.ID)
		}
		s.groups.Put(tx, *in.LogGroupName, g)
		return nil
	})
}
