package kinesis

import (
	"context"
	"time"

	"unyo/base/call"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// minute is what a shard of an on-demand stream has taken in one minute.
type minute struct {
	Of             int64 // minutes of Unix time
	Records, Bytes int64
}

// strain counts what was taken at now and says whether the shard has by then taken more in this minute than half of what it can. A
// stream on demand takes twice its peak; so it grows when a shard comes to half of its capacity.
// https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html
func (h *head) strain(now time.Time, records, bytes int) bool {
	if of := now.Unix() / 60; h.Minute == nil || h.Minute.Of != of {
		h.Minute = &minute{Of: of}
	}
	h.Minute.Records += int64(records)
	h.Minute.Bytes += int64(bytes)
	return h.Minute.Records > shardRecords*60/2 || h.Minute.Bytes > shardBytes*60/2
}

// scaleLater has an on-demand stream grow at the end of the minute in which it was strained.
func (s *Service) scaleLater(tx *store.Tx, row *stream, now time.Time) {
	if _, set := s.scale.DueKey(tx, row.Name); !set && row.Open < maxStreamShards {
		s.scale.AtKey(tx, row.Name, now.Truncate(time.Minute).Add(time.Minute), expireArg{row.Name, row.ID})
	}
}

// runScale doubles the shards of an on-demand stream. AWS takes up to 15 minutes.
func (s *Service) runScale(ctx context.Context, a expireArg) error {
	err := s.k.Update(ctx, func(tx *store.Tx) error {
		jobs.Settle(ctx, tx) // or a death behind this would double them again
		row, ok := s.streams.Get(tx, a.Name)
		if !ok || row.ID != a.ID || !row.OnDemand || row.Open >= maxStreamShards {
			return nil
		}
		g := s.gridOf(s.shardsOf(tx, &row), &row)
		g.even(min(2*row.Open, maxStreamShards))
		g.save(tx)
		s.streams.Put(tx, a.Name, row)
		s.k.Jobs.Announce(tx, s.arn(tx.Scope(), a.Name))
		return nil
	})
	if err == nil {
		s.news.Ring(bellOf(call.ScopeOf(ctx), a.Name))
	}
	return err
}
