package logs

import (
	"context"

	api "unyo/api/logs"
	"unyo/kernel/store"
)

// StopQuery ends a query that is under way.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StopQuery.html
func (s *Service) StopQuery(ctx context.Context, in *api.StopQueryInput) (*api.StopQueryOutput, error) {
	id := *in.QueryId
	err := s.k.Update(ctx, func(tx *store.Tx) error {
		q, err := s.queryNamed(tx, id)
		if err != nil {
			return err
		}
		if q.over() {
			return invalid("Query [%s] is not running.", id)
		}
		q.Status, q.Ended = api.QueryStatusCancelled, s.nowMs()
		s.asked.rows.Put(tx, id, q)
		s.asked.active.Delete(tx, id)
		s.k.Jobs.Announce(tx, answered(id))
		s.asked.run.CancelKey(tx, id)
		s.asked.forget.AtKey(tx, id, s.k.Clock.Now().Add(retained), queryArg{id})
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.asked.mu.Lock()
	if cancel := s.asked.working[id]; cancel != nil {
		cancel()
	}
	s.asked.mu.Unlock()
	return &api.StopQueryOutput{Success: new(true)}, nil
}
