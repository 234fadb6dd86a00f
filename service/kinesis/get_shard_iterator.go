package kinesis

import (
	"context"
	"time"

	api "unyo/api/kinesis"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/kernel/store"
)

// GetShardIterator gives a place in a shard to read from.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetShardIterator.html
func (s *Service) GetShardIterator(ctx context.Context, in *api.GetShardIteratorInput) (*api.GetShardIteratorOutput, error) {
	c := call.From(ctx)
	out := &api.GetShardIteratorOutput{}
	return out, s.view(ctx, in.StreamName, in.StreamARN, in.StreamId, func(tx *store.Tx, row *stream) error {
		sh, ok := s.shard(tx, row, *in.ShardId)
		if !ok {
			return noShard(c, row.Name, *in.ShardId)
		}
		next, err := s.start(tx, c, row, &sh, in)
		if err != nil {
			return err
		}
		if rt.Val(in.DryRun) {
			return dryRun()
		}
		out.ShardIterator = new(s.sealed("iterator", c.Scope, iterator{row.Name, row.ID, sh.Number, next, s.k.Clock.Now()}))
		return nil
	})
}

// start is the position that a request begins at.
func (s *Service) start(tx *store.Tx, c *call.Call, row *stream, sh *shard, in *api.GetShardIteratorInput) (uint64, error) {
	kind := *in.ShardIteratorType
	bySequence := kind == api.ShardIteratorTypeAtSequenceNumber || kind == api.ShardIteratorTypeAfterSequenceNumber
	switch {
	case bySequence && in.StartingSequenceNumber == nil:
		return 0, invalid("Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and a StartingSequenceNumber or (2) TRIM_HORIZON, LATEST or AT_TIMESTAMP without one. Request specified %s and no StartingSequenceNumber.", kind)
	case !bySequence && in.StartingSequenceNumber != nil:
		return 0, invalid("Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and a StartingSequenceNumber or (2) TRIM_HORIZON, LATEST or AT_TIMESTAMP without one. Request specified %s and also a StartingSequenceNumber.", kind)
	case kind == api.ShardIteratorTypeTrimHorizon:
		return 0, nil
	case kind == api.ShardIteratorTypeLatest:
		return s.head(tx, row.Name, sh.Number).Next, nil
	case kind == api.ShardIteratorTypeAtTimestamp:
		return s.startAt(tx, row, sh, in.Timestamp)
	}
	n, ok := row.position(sh, *in.StartingSequenceNumber)
	if !ok || n > s.head(tx, row.Name, sh.Number).Next {
		return 0, invalid("StartingSequenceNumber %s used in GetShardIterator on shard %s in stream %s under account %s is invalid because it did not come from this stream.", *in.StartingSequenceNumber, sh.id(), row.Name, c.Account)
	}
	if kind == api.ShardIteratorTypeAfterSequenceNumber {
		n++
	}
	return n, nil
}

// startAt is the position of the first record that arrived at an instant or later. Of what has expired there is
// nothing to skip, and behind the last record wait those to come.
func (s *Service) startAt(tx *store.Tx, row *stream, sh *shard, at *time.Time) (uint64, error) {
	if at == nil {
		return 0, invalid("Must specify a Timestamp for the iterator type AT_TIMESTAMP.")
	}
	if now := s.k.Clock.Now(); at.After(now) {
		return 0, invalid("The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. timestampInMillis: %d, currentTimestampInMillis: %d", at.UnixMilli(), now.UnixMilli())
	}
	if at.Before(row.CreatedAt) {
		return 0, nil
	}
	lo, hi := arrivalKey(row.Name, at.Truncate(time.Millisecond), 0, 0), store.Key(row.Name, "g")
	for _, a := range s.arrivals.Between(tx, lo, hi) {
		for _, p := range a.Parts {
			if p.Shard == sh.Number {
				return p.First, nil
			}
		}
	}
	return s.head(tx, row.Name, sh.Number).Next, nil
}
