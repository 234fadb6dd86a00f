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
		if !s.streams.Has(tx, name) {
			return noStream(c, name)
		}
		for _, b := range s.buffer.Prefix(tx, store.Key(name), "") {
			freed = append(freed, b.Ref)
		}
		s.buffer.Erase(tx, position(name, 0), position(name, 1<<63))
		s.streams.Delete(tx, name)
		s.fills.Delete(tx, name)
		s.flights.Delete(tx, name)
		s.flush.CancelKey(tx, name)
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
