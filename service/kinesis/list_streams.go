package kinesis

import (
	"context"

	api "unyo/api/kinesis"
	"unyo/api/rt"
	"unyo/base/page"
	"unyo/kernel/store"
)

// listStreams is how many streams are listed at once.
const listStreams = 100

// ListStreams lists streams in the order of their names.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListStreams.html
func (s *Service) ListStreams(ctx context.Context, in *api.ListStreamsInput) (*api.ListStreamsOutput, error) {
	most := limitOf(in.Limit, listStreams)
	after, err := page.After("streams", rt.Val(in.NextToken))
	if err != nil {
		return nil, invalid("NextToken is invalid.")
	}
	if in.NextToken == nil {
		after = rt.Val(in.ExclusiveStartStreamName)
	}
	out, now := &api.ListStreamsOutput{StreamNames: []string{}, StreamSummaries: []api.StreamSummary{}, HasMoreStreams: new(false)}, s.k.Clock.Now()
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		for name, row := range s.streams.From(tx, after) {
			if n := len(out.StreamNames); n == most {
				out.HasMoreStreams = new(true)
				out.NextToken = new(page.Token("streams", out.StreamNames[n-1]))
				break
			}
			out.StreamNames = append(out.StreamNames, name)
			out.StreamSummaries = append(out.StreamSummaries, api.StreamSummary{
				StreamName: new(name), StreamARN: new(s.arn(tx.Scope(), name)), StreamStatus: row.status(now),
				StreamModeDetails: &api.StreamModeDetails{StreamMode: new(row.mode())}, StreamCreationTimestamp: new(row.CreatedAt),
			})
		}
		return nil
	})
}

// DescribeLimits tells how many shards and on-demand streams there are and may be.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeLimits.html
func (s *Service) DescribeLimits(ctx context.Context, _ *api.DescribeLimitsInput) (*api.DescribeLimitsOutput, error) {
	out := &api.DescribeLimitsOutput{ShardLimit: new(int32(maxShards)), OnDemandStreamCountLimit: new(int32(maxOnDemand))}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		shards, streams := s.used(tx)
		out.OpenShardCount, out.OnDemandStreamCount = new(int32(shards)), new(int32(streams))
		return nil
	})
}
