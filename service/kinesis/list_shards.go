package kinesis

import (
	"context"
	"time"

	api "unyo/api/kinesis"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/kernel/store"
)

// listShards is how many shards are listed at once.
const listShards = 1000

// shardToken goes on with a list of shards: those behind After.
type shardToken struct {
	Stream, ID string
	Filter     shardFilter
	After      int
	Made       time.Time
}

// shardFilter chooses among the shards that have not expired.
type shardFilter struct {
	Type string
	At   time.Time
}

// ListShards lists the shards of a stream.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListShards.html
func (s *Service) ListShards(ctx context.Context, in *api.ListShardsInput) (*api.ListShardsOutput, error) {
	c, now := call.From(ctx), s.k.Clock.Now()
	t, err := s.shardList(ctx, in)
	if err != nil {
		return nil, err
	}
	most := limitOf(in.MaxResults, listShards)
	out := &api.ListShardsOutput{Shards: []api.Shard{}}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		row, ok := s.streams.Get(tx, t.Stream)
		if !ok || (t.ID != "" && t.ID != row.ID) || (in.StreamCreationTimestamp != nil && in.StreamCreationTimestamp.Unix() != row.CreatedAt.Unix()) {
			return noStream(c, t.Stream)
		}
		last := t.After
		for _, sh := range s.shardsOf(tx, &row) {
			if sh.Number <= t.After || !t.Filter.holds(&sh, &row, now) {
				continue
			}
			if len(out.Shards) == most {
				out.NextToken = new(s.sealed("shards", c.Scope, shardToken{row.Name, row.ID, t.Filter, last, now}))
				break
			}
			out.Shards = append(out.Shards, row.describe(&sh))
			last = sh.Number
		}
		return nil
	})
}

// shardList is what a request wants: the token says it, or else its members.
func (s *Service) shardList(ctx context.Context, in *api.ListShardsInput) (t shardToken, err error) {
	c, now := call.From(ctx), s.k.Clock.Now()
	if in.NextToken != nil {
		switch {
		case in.StreamName != nil || in.ExclusiveStartShardId != nil || in.StreamCreationTimestamp != nil || in.ShardFilter != nil:
			return t, invalid("NextToken and the parameters that choose shards must not be specified together.")
		case !s.unsealed("shards", c.Scope, *in.NextToken, &t):
			return t, invalid("NextToken is invalid.")
		case now.Sub(t.Made) > tolerated:
			return t, api.NewExpiredNextTokenException("NextToken has expired: it was made at %s.", t.Made.Format(time.RFC1123))
		case in.StreamARN != nil && *in.StreamARN != s.arn(c.Scope, t.Stream):
			return t, invalid("StreamARN %s is not that of the token's stream.", *in.StreamARN)
		}
		return t, nil
	}
	if t.Stream, err = s.streamName(ctx, in.StreamName, in.StreamARN, in.StreamId); err != nil {
		return t, err
	}
	if t.After, err = afterShard(in.ExclusiveStartShardId); err != nil || in.ShardFilter == nil {
		return t, err
	}
	f := in.ShardFilter
	t.Filter = shardFilter{Type: *f.Type, At: rt.Val(f.Timestamp)}
	timed := t.Filter.Type == api.ShardFilterTypeAtTimestamp || t.Filter.Type == api.ShardFilterTypeFromTimestamp
	switch {
	case in.ExclusiveStartShardId != nil && t.Filter.Type != api.ShardFilterTypeAfterShardId:
		return t, invalid("ExclusiveStartShardId and a ShardFilter of type %s must not be specified together.", t.Filter.Type)
	case timed != (f.Timestamp != nil):
		return t, invalid("A ShardFilter has a Timestamp if, and only if, its type is AT_TIMESTAMP or FROM_TIMESTAMP.")
	case (t.Filter.Type == api.ShardFilterTypeAfterShardId) != (f.ShardId != nil):
		return t, invalid("A ShardFilter has a ShardId if, and only if, its type is AFTER_SHARD_ID.")
	case t.Filter.At.After(now):
		return t, invalid("The Timestamp of a ShardFilter must not be in the future.")
	case f.ShardId != nil:
		t.After, err = afterShard(f.ShardId)
	}
	return t, err
}

// holds tells whether a shard that has not expired is chosen.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ShardFilter.html
func (f *shardFilter) holds(sh *shard, row *stream, now time.Time) bool {
	trim := maxTime(row.horizon(now), row.CreatedAt)
	at := maxTime(f.At, trim)
	switch f.Type {
	case api.ShardFilterTypeAtLatest:
		return sh.open()
	case api.ShardFilterTypeAtTrimHorizon, api.ShardFilterTypeAtTimestamp:
		return !sh.OpenedAt.After(at) && (sh.open() || sh.ClosedAt.After(at))
	case api.ShardFilterTypeFromTimestamp:
		return sh.open() || sh.ClosedAt.After(at)
	}
	return true
}
