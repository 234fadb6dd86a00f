package logs

import (
	"context"

	api "unyo/api/logs"
	"unyo/kernel/store"
)

// DeleteLogStream removes a stream and its events. Their bytes are given back when their files expire or the group goes.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogStream.html
func (s *Service) DeleteLogStream(ctx context.Context, in *api.DeleteLogStreamInput) (*api.DeleteLogStreamOutput, error) {
	return &api.DeleteLogStreamOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		g, err := s.groupNamed(tx, *in.LogGroupName)
		if err != nil {
			return err
		}
		key := store.Key(g.ID, *in.LogStreamName)
		st, ok := s.streams.Get(tx, key)
		if !ok {
			return noStream()
		}
		s.unrelate(tx, &g, &st)
		s.streams.Delete(tx, key) // its name stays: subscriptions may not have delivered all of it yet
		return nil
	})
}
