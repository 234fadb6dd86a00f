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
