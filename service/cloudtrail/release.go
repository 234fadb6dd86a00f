package cloudtrail

import (
	"context"

	"unyo/engine/blob"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// release is the last transaction of a job, and lets go of the blobs that fn names when it has happened.
func (s *Service) release(ctx context.Context, fn func(tx *store.Tx) []blob.Ref) error {
	var freed []blob.Ref
	err := s.k.Update(ctx, func(tx *store.Tx) error {
		jobs.Settle(ctx, tx)
		freed = fn(tx)
		return nil
	})
	if err == nil {
		s.blobs.Free(freed...)
	}
	return err
}
