package kinesis

import (
	"context"

	api "unyo/api/kinesis"
	"unyo/kernel/store"
)

// switches is how often within a day the mode of a stream can be changed.
const switches = 2

// UpdateStreamMode makes a stream provisioned or on-demand, with the shards it has.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateStreamMode.html
func (s *Service) UpdateStreamMode(ctx context.Context, in *api.UpdateStreamModeInput) (*api.UpdateStreamModeOutput, error) {
	if in.WarmThroughputMiBps != nil {
		return nil, unsupported("WarmThroughputMiBps")
	}
	onDemand, now := *in.StreamModeDetails.StreamMode == api.StreamModeOnDemand, s.k.Clock.Now()
	return &api.UpdateStreamModeOutput{}, s.alter(ctx, nil, in.StreamARN, in.StreamId, func(tx *store.Tx, row *stream) error {
		if row.OnDemand == onDemand {
			return nil
		}
		if row.Switched = lately(row.Switched, now); len(row.Switched) >= switches {
			return limit("The mode of stream %s was changed %d times within 24 hours.", row.Name, switches)
		}
		more := row.Open
		if onDemand {
			more = 0
		}
		if err := s.room(tx, tx.Call(), more, onDemand); err != nil {
			return err
		}
		row.OnDemand, row.Switched = onDemand, append(row.Switched, now)
		s.levels(tx, row)
		return nil
	})
}

// UpdateMaxRecordSize changes how large a record can be.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateMaxRecordSize.html
func (s *Service) UpdateMaxRecordSize(ctx context.Context, in *api.UpdateMaxRecordSizeInput) (*api.UpdateMaxRecordSizeOutput, error) {
	return &api.UpdateMaxRecordSizeOutput{}, s.alter(ctx, nil, in.StreamARN, in.StreamId, func(_ *store.Tx, row *stream) error {
		row.MaxRecordKiB = *in.MaxRecordSizeInKiB
		return nil
	})
}
