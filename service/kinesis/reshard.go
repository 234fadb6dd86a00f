package kinesis

import (
	"context"
	"time"

	api "unyo/api/kinesis"
	"unyo/base/call"
	"unyo/kernel/store"
)

// reshard changes the open shards of a provisioned stream.
func (s *Service) reshard(ctx context.Context, name, arn, id *string, fn func(tx *store.Tx, row *stream, g *grid) error) error {
	var of string
	err := s.alter(ctx, name, arn, id, func(tx *store.Tx, row *stream) error {
		of = row.Name
		if row.OnDemand {
			return api.NewValidationException("Stream %s is in the ON_DEMAND mode: its shards cannot be changed.", row.Name)
		}
		g := s.gridOf(s.shardsOf(tx, row), row)
		if err := fn(tx, row, g); err != nil {
			return err
		}
		g.save(tx)
		s.k.Jobs.Announce(tx, s.arn(tx.Scope(), row.Name))
		return nil
	})
	if err == nil {
		s.news.Ring(bellOf(call.ScopeOf(ctx), of)) // readers of closed shards have come to their end
	}
	return err
}

// openShard finds the place of an open shard among all open ones.
func (s *Service) openShard(tx *store.Tx, row *stream, g *grid, id string) (int, error) {
	n, ok := shardNumber(id)
	if ok {
		if at := g.find(n); at >= 0 {
			return at, nil
		}
		_, ok = s.shard(tx, row, id)
	}
	if !ok {
		return 0, noShard(tx.Call(), row.Name, id)
	}
	return 0, invalid("Shard %s in stream %s under account %s is not open.", id, row.Name, tx.Call().Account)
}

// SplitShard closes a shard for two.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SplitShard.html
func (s *Service) SplitShard(ctx context.Context, in *api.SplitShardInput) (*api.SplitShardOutput, error) {
	key, ok := parseHash(*in.NewStartingHashKey)
	if !ok {
		return nil, invalid("NewStartingHashKey %s is not in the range [0, 2^128-1].", *in.NewStartingHashKey)
	}
	return &api.SplitShardOutput{}, s.reshard(ctx, in.StreamName, in.StreamARN, in.StreamId, func(tx *store.Tx, row *stream, g *grid) error {
		at, err := s.openShard(tx, row, g, *in.ShardToSplit)
		if err != nil {
			return err
		}
		// https://docs.aws.amazon.com/streams/latest/dev/kinesis-using-sdk-java-resharding-split.html
		sh := g.open[at]
		if key <= sh.From || key > sh.To {
			return invalid("NewStartingHashKey %s used in SplitShard() on shard %s in stream %s under account %s is not both greater than one plus the shard's StartingHashKey %s and less than the shard's EndingHashKey %s.",
				*in.NewStartingHashKey, sh.id(), row.Name, tx.Call().Account, sh.From.decimal(), sh.To.decimal())
		}
		if err := s.more(tx, row, 1); err != nil {
			return err
		}
		g.split(at, key)
		return nil
	})
}

// more refuses so many more shards for a stream.
func (s *Service) more(tx *store.Tx, row *stream, n int) error {
	if row.Open+n > maxStreamShards {
		return limit("A stream can have at most %d shards here.", maxStreamShards)
	}
	return s.room(tx, tx.Call(), n, false)
}

// MergeShards closes two adjacent shards for one.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_MergeShards.html
func (s *Service) MergeShards(ctx context.Context, in *api.MergeShardsInput) (*api.MergeShardsOutput, error) {
	return &api.MergeShardsOutput{}, s.reshard(ctx, in.StreamName, in.StreamARN, in.StreamId, func(tx *store.Tx, row *stream, g *grid) error {
		a, err := s.openShard(tx, row, g, *in.ShardToMerge)
		if err != nil {
			return err
		}
		b, err := s.openShard(tx, row, g, *in.AdjacentShardToMerge)
		if err != nil {
			return err
		}
		if a-b != 1 && b-a != 1 {
			return invalid("Shards %s and %s in stream %s under account %s are not an adjacent pair of shards eligible for merging.", *in.ShardToMerge, *in.AdjacentShardToMerge, row.Name, tx.Call().Account)
		}
		g.merge(min(a, b), g.open[a].Number)
		return nil
	})
}

// scalings is how often within a day the number of shards can be set.
// https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
const scalings = 10

// UpdateShardCount brings a stream to a number of shards of the same size, at once.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html
func (s *Service) UpdateShardCount(ctx context.Context, in *api.UpdateShardCountInput) (*api.UpdateShardCountOutput, error) {
	c, now, target := call.From(ctx), s.k.Clock.Now(), int(*in.TargetShardCount)
	out := &api.UpdateShardCountOutput{TargetShardCount: in.TargetShardCount}
	return out, s.reshard(ctx, in.StreamName, in.StreamARN, in.StreamId, func(tx *store.Tx, row *stream, g *grid) error {
		switch {
		case target > 2*row.Open:
			return limit("UpdateShardCount cannot scale up over double your current open shard count. Current open shard count: %d Target shard count: %d", row.Open, target)
		case 2*target < row.Open:
			return limit("UpdateShardCount cannot scale down below half your current open shard count. Current open shard count: %d Target shard count: %d", row.Open, target)
		}
		if err := s.more(tx, row, target-row.Open); err != nil {
			return err
		}
		if row.Scaled = lately(row.Scaled, now); len(row.Scaled) >= scalings {
			return limit("The number of shards of stream %s under account %s was updated %d times within 24 hours.", row.Name, c.Account, scalings)
		}
		row.Scaled = append(row.Scaled, now)
		out.StreamName, out.StreamARN, out.CurrentShardCount = new(row.Name), new(s.arn(c.Scope, row.Name)), new(int32(row.Open))
		g.even(target)
		return nil
	})
}

// lately leaves out what is a day old.
func lately(list []time.Time, now time.Time) []time.Time {
	var out []time.Time
	for _, at := range list {
		if now.Sub(at) < 24*time.Hour {
			out = append(out, at)
		}
	}
	return out
}
