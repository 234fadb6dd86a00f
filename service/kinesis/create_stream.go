package kinesis

import (
	"context"

	api "unyo/api/kinesis"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/kernel/resource"
	"unyo/kernel/store"
	"unyo/kernel/tags"
)

// Limits of an account in a region, and of a new stream. AWS's quota of shards is at least 1,000; that a
// stream has at most 200 is the house's, so that any resharding fits into one transaction.
// https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
const (
	maxShards        = 1000
	maxStreamShards  = 200
	maxOnDemand      = 50
	onDemandShards   = 4
	minRetention     = 24   // hours
	maxRetention     = 8760 // hours
	defaultRecordKiB = 1024
)

// CreateStream makes a stream that is active at once.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html
func (s *Service) CreateStream(ctx context.Context, in *api.CreateStreamInput) (*api.CreateStreamOutput, error) {
	c := call.From(ctx)
	row := stream{
		Name: *in.StreamName, ID: s.k.Entropy.UUID(ctx), CreatedAt: s.k.Clock.Now(),
		RetentionHours: minRetention, MaxRecordKiB: defaultRecordKiB,
	}
	if d := in.StreamModeDetails; d != nil {
		row.OnDemand = *d.StreamMode == api.StreamModeOnDemand
	}
	if in.MaxRecordSizeInKiB != nil {
		row.MaxRecordKiB = *in.MaxRecordSizeInKiB
	}
	switch {
	case in.WarmThroughputMiBps != nil:
		return nil, unsupported("WarmThroughputMiBps")
	case rt.Val(in.RecordDistributionStrategy) == api.RecordDistributionStrategyAuto:
		return nil, unsupported("RecordDistributionStrategy AUTO")
	case row.OnDemand && in.ShardCount != nil:
		return nil, api.NewValidationException("ShardCount must not be specified for a stream in the ON_DEMAND mode.")
	case !row.OnDemand && in.ShardCount == nil:
		return nil, api.NewValidationException("ShardCount must be specified for a stream in the PROVISIONED mode.")
	}
	n := onDemandShards
	if !row.OnDemand {
		n = int(*in.ShardCount)
	}
	return &api.CreateStreamOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		if s.streams.Has(tx, row.Name) {
			return api.NewResourceInUseException("Stream %s under account %s already exists.", row.Name, c.Account)
		}
		if err := s.room(tx, c, n, row.OnDemand); err != nil {
			return err
		}
		made := row
		grid := s.gridOf(nil, &made)
		for i := range n {
			to := lastHash
			if i+1 < n {
				to = border(i+1, n).before()
			}
			grid.add(border(i, n), to)
		}
		arn := s.arn(c.Scope, row.Name)
		grid.save(tx)
		s.streams.Put(tx, row.Name, made)
		s.k.Resources.Put(tx, resource.Resource{ARN: arn, Type: "AWS::Kinesis::Stream", Name: row.Name, Service: s.k.Name, Account: c.Account, Region: c.Region, Created: row.CreatedAt})
		return mapTags(s.k.Tags.Set(tx, arn, tags.Sorted(in.Tags)...))
	})
}

// room refuses more open shards, or one more stream on demand, than an account may have in a region.
func (s *Service) room(tx *store.Tx, c *call.Call, more int, onDemand bool) error {
	shards, streams := s.used(tx)
	switch {
	case onDemand && streams >= maxOnDemand:
		return limit("This request would exceed the limit of %d on-demand streams for the account %s in %s.", maxOnDemand, c.Account, c.Region)
	case !onDemand && shards+more > maxShards:
		return limit("This request would exceed the shard limit for the account %s in %s. Current shard count for the account: %d. Limit: %d. Number of additional shards that would have resulted from this request: %d.", c.Account, c.Region, shards, maxShards, more)
	case more > maxStreamShards:
		return limit("A stream can have at most %d shards here.", maxStreamShards)
	}
	return nil
}

// used counts the open shards of provisioned streams, and the streams on demand.
func (s *Service) used(tx *store.Tx) (shards, onDemand int) {
	for _, row := range s.streams.From(tx, "") {
		if row.OnDemand {
			onDemand++
		} else {
			shards += row.Open
		}
	}
	return shards, onDemand
}
