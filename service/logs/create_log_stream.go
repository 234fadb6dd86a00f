package logs

import (
	"context"
	"encoding/binary"

	api "unyo/api/logs"
	"unyo/kernel/store"
)

// CreateLogStream makes an empty stream in a group.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogStream.html
func (s *Service) CreateLogStream(ctx context.Context, in *api.CreateLogStreamInput) (*api.CreateLogStreamOutput, error) {
	id := binary.BigEndian.Uint64(s.k.Entropy.Bytes(ctx, 8))
	now := s.nowMs()
	return &api.CreateLogStreamOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		g, err := s.groupNamed(tx, *in.LogGroupName)
		if err != nil {
			return err
		}
		key := store.Key(g.ID, *in.LogStreamName)
		if s.streams.Has(tx, key) {
			return api.NewResourceAlreadyExistsException("The specified log stream already exists")
		}
		s.streams.Put(tx, key, stream{ID: id, Created: now})
		s.names.Put(tx, streamIDKey(g.ID, id), *in.LogStreamName)
		return nil
	})
}

// DeleteLogStream removes a stream and its events. Their bytes are given back when their files expire or the group goes.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogStream.html
func (s *Service) DeleteLogStream(ctx context.Context, in *api.DeleteLogStreamInput) (*api.DeleteLogStreamOutput, error) {
	return &api.DeleteLogStreamOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		g, err := s.groupNamed(tx, *in.LogGroupName)
		if err != nil {
			return err
		}
		key := store.Key(g.ID, *in.LogStreamName)
		if !s.streams.Has(tx, key) {
			return noStream()
		}
		s.streams.Delete(tx, key) // its name stays: subscriptions may not have delivered all of it yet
		return nil
	})
}
