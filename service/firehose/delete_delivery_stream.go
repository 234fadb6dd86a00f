package firehose

import (
	"context"

	api "unyo/api/firehose"
	"unyo/base/call"
	"unyo/engine/blob"
	"unyo/kernel/store"
)

// DeleteDeliveryStream deletes a stream and the records that it has not delivered, as AWS says it may.
// https://docs.aws.amazon.com/firehose/latest/APIReference/API_DeleteDeliveryStream.html
func (s *Service) DeleteDeliveryStream(ctx context.Context, in *api.DeleteDeliveryStreamInput) (*api.DeleteDeliveryStreamOutput, error) {
	c, name := call.From(ctx), *in.DeliveryStreamName
	arn := s.arn(c, name)
	var freed []blob.Ref
	err := s.k.Update(ctx, func(tx *store.Tx) error {
		freed = freed[:0]
		row, ok := s.streams.Get(tx, name)
		if !ok {
			return noStream(c, name)
		}
		freed = s.drop(tx, &row)
		s.streams.Delete(tx, name)
		s.k.Resources.Delete(tx, arn)
		s.k.Tags.Clear(tx, arn)
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.blobs.Free(freed...)
	return &api.DeleteDeliveryStreamOutput{}, nil
}

// drop takes away what waits in a stream, and returns the blobs that held it.
func (s *Service) drop(tx *store.Tx, row *stream) []blob.Ref {
	held := map[blob.Ref]bool{}
	var freed []blob.Ref
	for key, b := range s.batches.Prefix(tx, store.Key(row.ID, ""), "") {
		s.batches.Delete(tx, key)
		if !held[b.Ref] { // two batches may share it
			held[b.Ref] = true
			freed = append(freed, b.Ref)
		}
	}
	for at := range s.fills.Prefix(tx, store.Key(row.ID, ""), "") {
		s.fills.Delete(tx, at)
		s.flush.CancelKey(tx, at)
	}
	for at := range s.flights.Prefix(tx, store.Key(row.ID, ""), "") {
		s.flights.Delete(tx, at)
	}
	for share := range s.shares.Prefix(tx, store.Key(row.ID, ""), "") {
		s.shares.Delete(tx, share)
	}
	s.tallies.Delete(tx, row.ID)
	if row.Source != nil {
		s.stopReading(tx, row)
	}
	return freed
}
