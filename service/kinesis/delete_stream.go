package kinesis

import (
	"context"

	api "unyo/api/kinesis"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/engine/blob"
	"unyo/kernel/meter"
	"unyo/kernel/store"
)

// DeleteStream deletes a stream, its shards and its records, at once.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DeleteStream.html
func (s *Service) DeleteStream(ctx context.Context, in *api.DeleteStreamInput) (*api.DeleteStreamOutput, error) {
	name, err := s.streamName(ctx, in.StreamName, in.StreamARN, in.StreamId)
	if err != nil {
		return nil, err
	}
	c := call.From(ctx)
	var freed []blob.Ref
	err = s.k.Update(ctx, func(tx *store.Tx) error {
		freed = freed[:0]
		if !s.streams.Has(tx, name) {
			return noStream(c, name)
		}
		consumers := s.consumersOf(tx, name)
		if len(consumers) > 0 && !rt.Val(in.EnforceConsumerDeletion) {
			return api.NewResourceInUseException("Stream %s under account %s has registered consumers. Deregister them, or set EnforceConsumerDeletion.", name, c.Account)
		}
		for i := range consumers {
			s.forgetConsumer(tx, name, &consumers[i])
		}
		lo, hi := store.Key(name, ""), store.Key(name, "g") // all that follows the name is hexadecimal
		for _, a := range s.arrivals.Between(tx, lo, hi) {
			freed = append(freed, a.refs()...)
		}
		s.arrivals.Erase(tx, lo, hi)
		s.batches.Erase(tx, lo, hi)
		s.answers.Erase(tx, lo, hi)
		s.heads.Erase(tx, lo, hi)
		s.shards.Erase(tx, lo, hi)
		s.streams.Delete(tx, name)
		s.expire.CancelKey(tx, name)
		s.scale.CancelKey(tx, name)
		arn := s.arn(c.Scope, name)
		s.k.Jobs.Announce(tx, arn)
		s.k.Resources.Delete(tx, arn)
		s.k.Tags.Clear(tx, arn)
		s.k.Meter.Level(tx, meter.Usage{Service: s.k.Name, Type: "Storage-ShardHour"}, arn, 0)
		s.k.Meter.Level(tx, meter.Usage{Service: s.k.Name, Type: "OnDemand-StreamHour"}, arn, 0)
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.bytes.Free(freed...)
	s.news.Ring(bellOf(c.Scope, name))
	return &api.DeleteStreamOutput{}, nil
}
