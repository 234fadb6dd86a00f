package kinesis

import (
	"context"

	api "unyo/api/kinesis"
	"unyo/kernel/store"
)

// IncreaseStreamRetentionPeriod keeps records longer. What has expired does not come back.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_IncreaseStreamRetentionPeriod.html
func (s *Service) IncreaseStreamRetentionPeriod(ctx context.Context, in *api.IncreaseStreamRetentionPeriodInput) (*api.IncreaseStreamRetentionPeriodOutput, error) {
	hours := *in.RetentionPeriodHours
	return &api.IncreaseStreamRetentionPeriodOutput{}, s.alter(ctx, in.StreamName, in.StreamARN, in.StreamId, func(tx *store.Tx, row *stream) error {
		switch {
		case hours > maxRetention || hours < minRetention:
			return invalid("Retention period must be between %d and %d hours. Requested: %d", minRetention, maxRetention, hours)
		case hours < row.RetentionHours:
			return invalid("Requested retention period (%d hours) for stream %s can not be shorter than existing retention period (%d hours). Use DecreaseRetentionPeriod API.", hours, row.Name, row.RetentionHours)
		}
		s.retain(tx, row, hours)
		return nil
	})
}

// DecreaseStreamRetentionPeriod keeps records for less long; older ones expire at once.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DecreaseStreamRetentionPeriod.html
func (s *Service) DecreaseStreamRetentionPeriod(ctx context.Context, in *api.DecreaseStreamRetentionPeriodInput) (*api.DecreaseStreamRetentionPeriodOutput, error) {
	hours := *in.RetentionPeriodHours
	return &api.DecreaseStreamRetentionPeriodOutput{}, s.alter(ctx, in.StreamName, in.StreamARN, in.StreamId, func(tx *store.Tx, row *stream) error {
		switch {
		case hours > maxRetention || hours < minRetention:
			return invalid("Retention period must be between %d and %d hours. Requested: %d", minRetention, maxRetention, hours)
		case hours > row.RetentionHours:
			return invalid("Requested retention period (%d hours) for stream %s can not be longer than existing retention period (%d hours). Use IncreaseRetentionPeriod API.", hours, row.Name, row.RetentionHours)
		}
		s.retain(tx, row, hours)
		return nil
	})
}

// retain sets the retention, after settling what has expired under the one until now.
func (s *Service) retain(tx *store.Tx, row *stream, hours int32) {
	row.Horizon = row.horizon(s.k.Clock.Now())
	row.RetentionHours = hours
	s.rearm(tx, row)
}
