package kinesis

import (
	"context"

	api "unyo/api/kinesis"
	"unyo/api/rt"
)

// PutRecords puts records, some of which may be refused for want of room in their shards.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html
func (s *Service) PutRecords(ctx context.Context, in *api.PutRecordsInput) (*api.PutRecordsOutput, error) {
	name, err := s.streamName(ctx, in.StreamName, in.StreamARN, in.StreamId)
	if err != nil {
		return nil, err
	}
	p := &put{name: name, dry: rt.Val(in.DryRun), records: in.Records, batch: true}
	if err := s.put(ctx, p); err != nil {
		return nil, err
	}
	out := &api.PutRecordsOutput{EncryptionType: encryptionType(p.sealed), Records: make([]api.PutRecordsResultEntry, len(p.result))}
	failed := int32(0)
	for i, r := range p.result {
		if r.Shard >= 0 {
			out.Records[i] = api.PutRecordsResultEntry{ShardId: new(shardID(r.Shard)), SequenceNumber: new(r.Sequence)}
			continue
		}
		failed++
		out.Records[i] = api.PutRecordsResultEntry{ErrorCode: new("ProvisionedThroughputExceededException"), ErrorMessage: new(p.tooMuch(ctx, i))}
	}
	out.FailedRecordCount = new(failed)
	return out, nil
}
