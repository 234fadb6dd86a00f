package kinesis

import (
	"context"

	api "unyo/api/kinesis"
	"unyo/kernel/store"
)

// describeShards is how many shards are described at once.
const describeShards = 100

// DescribeStream describes a stream and its shards.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeStream.html
func (s *Service) DescribeStream(ctx context.Context, in *api.DescribeStreamInput) (*api.DescribeStreamOutput, error) {
	most := limitOf(in.Limit, describeShards)
	after, err := afterShard(in.ExclusiveStartShardId)
	if err != nil {
		return nil, err
	}
	out, now := &api.DescribeStreamOutput{}, s.k.Clock.Now()
	return out, s.view(ctx, in.StreamName, in.StreamARN, in.StreamId, func(tx *store.Tx, row *stream) error {
		d := &api.StreamDescription{
			StreamName: new(row.Name), StreamARN: new(s.arn(tx.Scope(), row.Name)), StreamStatus: row.status(now),
			StreamModeDetails: &api.StreamModeDetails{StreamMode: new(row.mode())}, StreamCreationTimestamp: new(row.CreatedAt),
			RetentionPeriodHours: new(row.RetentionHours), EncryptionType: row.encryptionType(now), KeyId: row.key(now),
			EnhancedMonitoring: row.monitoring(), Shards: []api.Shard{}, HasMoreShards: new(false),
		}
		for _, sh := range s.shardsOf(tx, row) {
			if sh.Number <= after {
				continue
			}
			if len(d.Shards) == most {
				d.HasMoreShards = new(true)
				break
			}
			d.Shards = append(d.Shards, row.describe(&sh))
		}
		out.StreamDescription = d
		return nil
	})
}

// DescribeStreamSummary describes a stream without its shards.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeStreamSummary.html
func (s *Service) DescribeStreamSummary(ctx context.Context, in *api.DescribeStreamSummaryInput) (*api.DescribeStreamSummaryOutput, error) {
	out, now := &api.DescribeStreamSummaryOutput{}, s.k.Clock.Now()
	return out, s.view(ctx, in.StreamName, in.StreamARN, in.StreamId, func(tx *store.Tx, row *stream) error {
		out.StreamDescriptionSummary = &api.StreamDescriptionSummary{
			StreamName: new(row.Name), StreamARN: new(s.arn(tx.Scope(), row.Name)), StreamStatus: row.status(now),
			StreamModeDetails: &api.StreamModeDetails{StreamMode: new(row.mode())}, StreamCreationTimestamp: new(row.CreatedAt),
			RetentionPeriodHours: new(row.RetentionHours), EncryptionType: row.encryptionType(now), KeyId: row.key(now),
			EnhancedMonitoring: row.monitoring(),
			OpenShardCount:     new(int32(row.Open)), ConsumerCount: new(int32(len(s.consumersOf(tx, row.Name)))), MaxRecordSizeInKiB: new(row.MaxRecordKiB),
		}
		return nil
	})
}

// afterShard is the number of the shard behind which a list begins; -1 for all.
func afterShard(id *string) (int, error) {
	if id == nil {
		return -1, nil
	}
	n, ok := shardNumber(*id)
	if !ok {
		return 0, invalid("%s is not the id of a shard.", *id)
	}
	return n, nil
}
