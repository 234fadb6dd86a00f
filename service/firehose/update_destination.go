package firehose

import (
	"context"
	"strconv"

	api "unyo/api/firehose"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/kernel/store"
)

// UpdateDestination changes where and how a stream delivers; what is in flight goes where it was going.
// https://docs.aws.amazon.com/firehose/latest/APIReference/API_UpdateDestination.html
func (s *Service) UpdateDestination(ctx context.Context, in *api.UpdateDestinationInput) (*api.UpdateDestinationOutput, error) {
	c, name := call.From(ctx), *in.DeliveryStreamName
	u := in.ExtendedS3DestinationUpdate
	if u == nil {
		return nil, unsupported("UpdateDestination of other than ExtendedS3DestinationUpdate")
	}
	if u.ProcessingConfiguration != nil && rt.Val(u.ProcessingConfiguration.Enabled) || u.DataFormatConversionConfiguration != nil || rt.Val(u.S3BackupMode) == "Enabled" ||
		u.DynamicPartitioningConfiguration != nil || u.EncryptionConfiguration != nil && u.EncryptionConfiguration.KMSEncryptionConfig != nil {
		return nil, unsupported("this part of ExtendedS3DestinationUpdate")
	}
	return &api.UpdateDestinationOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		row, ok := s.streams.Get(tx, name)
		if !ok {
			return noStream(c, name)
		}
		if *in.CurrentDeliveryStreamVersionId != strconv.Itoa(row.Version) {
			return api.NewConcurrentModificationException("Cannot update firehose: %s since the current version id: %d and specified version id: %s do not match", name, row.Version, *in.CurrentDeliveryStreamVersionId)
		}
		if *in.DestinationId != destinationID {
			return api.NewResourceNotFoundException("Destination %s not found.", *in.DestinationId)
		}
		d := &row.Destination
		if u.RoleARN != nil {
			d.RoleARN = *u.RoleARN
		}
		if u.BucketARN != nil {
			d.BucketARN = *u.BucketARN
		}
		if err := d.change(change{
			Prefix: u.Prefix, ErrorPrefix: u.ErrorOutputPrefix, Suffix: u.FileExtension, Zone: u.CustomTimeZone,
			Compression: u.CompressionFormat, Hints: u.BufferingHints, Logging: u.CloudWatchLoggingOptions,
		}); err != nil {
			return err
		}
		row.Version++
		row.UpdatedAt = s.k.Clock.Now()
		s.streams.Put(tx, name, row)
		if f, _ := s.fills.Get(tx, name); !s.flights.Has(tx, name) {
			s.arm(tx, &row, &f) // a waiting buffer gets the time that the new hints say
		}
		return nil
	})
}
