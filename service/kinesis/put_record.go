package kinesis

import (
	"context"

	api "unyo/api/kinesis"
	"unyo/api/rt"
)

// PutRecord puts one record.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html
func (s *Service) PutRecord(ctx context.Context, in *api.PutRecordInput) (*api.PutRecordOutput, error) {
	name, err := s.streamName(ctx, in.StreamName, in.StreamARN, in.StreamId)
	if err != nil {
		return nil, err
	}
	p := &put{
		name: name, dry: rt.Val(in.DryRun), after: rt.Val(in.SequenceNumberForOrdering),
		records: []api.PutRecordsRequestEntry{{Data: in.Data, PartitionKey: in.PartitionKey, ExplicitHashKey: in.ExplicitHashKey}},
	}
	if err := s.put(ctx, p); err != nil {
		return nil, err
	}
	if r := p.result[0]; r.Shard >= 0 {
		return &api.PutRecordOutput{ShardId: new(shardID(r.Shard)), SequenceNumber: new(r.Sequence), EncryptionType: encryptionType(p.sealed)}, nil
	}
	return nil, api.NewProvisionedThroughputExceededException("%s", p.tooMuch(ctx, 0))
}
