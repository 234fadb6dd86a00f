package firehose

import (
	"context"

	api "unyo/api/firehose"
)

// PutRecord puts one record.
// https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecord.html
func (s *Service) PutRecord(ctx context.Context, in *api.PutRecordInput) (*api.PutRecordOutput, error) {
	ids, encrypted, err := s.put(ctx, "PutRecord", *in.DeliveryStreamName, []api.Record{*in.Record})
	if err != nil {
		return nil, err
	}
	return &api.PutRecordOutput{RecordId: new(ids[0]), Encrypted: new(encrypted)}, nil
}
