package firehose

import (
	"context"
	"strconv"
	"strings"

	api "unyo/api/firehose"
	"unyo/base/call"
	"unyo/kernel/store"
)

// UpdateDestination changes where and how a stream delivers; what is in flight goes where it was going.
// https://docs.aws.amazon.com/firehose/latest/APIReference/API_UpdateDestination.html
func (s *Service) UpdateDestination(ctx context.Context, in *api.UpdateDestinationInput) (*api.UpdateDestinationOutput, error) {
	c, name := call.From(ctx), *in.DeliveryStreamName
	if err := s.checkRoles(ctx, name, newRoles(in)); err != nil {
		return nil, err
	}
	if u := in.ExtendedS3DestinationUpdate; u != nil {
		if err := s.checkNewConversion(ctx, name, u.DataFormatConversionConfiguration); err != nil {
			return nil, err
		}
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
		if err := s.update(&row, in); err != nil {
			return err
		}
		row.Version++
		row.UpdatedAt = s.k.Clock.Now()
		s.streams.Put(tx, name, row)
		for at, f := range s.fills.Prefix(tx, store.Key(row.ID, ""), "") { // what waits gets the time that the new hints say
			if !s.flights.Has(tx, at) {
				s.arm(tx, &row, strings.TrimPrefix(at, store.Key(row.ID, "")), &f)
			}
		}
		return nil
	})
}

// update changes the configuration.
func (s *Service) update(row *stream, in *api.UpdateDestinationInput) error {
	switch {
	case in.ExtendedS3DestinationUpdate != nil && row.HTTP == nil:
		if err := s.updateS3(row, in.ExtendedS3DestinationUpdate); err != nil {
			return err
		}
	case in.S3DestinationUpdate != nil && row.HTTP == nil:
		if err := row.S3.change(plainUpdate(in.S3DestinationUpdate)); err != nil {
			return err
		}
	case in.HttpEndpointDestinationUpdate != nil && row.HTTP != nil:
		if err := s.updateHTTP(row, in.HttpEndpointDestinationUpdate); err != nil {
			return err
		}
	case in.RedshiftDestinationUpdate != nil, in.ElasticsearchDestinationUpdate != nil, in.AmazonopensearchserviceDestinationUpdate != nil, in.SplunkDestinationUpdate != nil,
		in.AmazonOpenSearchServerlessDestinationUpdate != nil, in.SnowflakeDestinationUpdate != nil, in.IcebergDestinationUpdate != nil:
		return unsupported("UpdateDestination of other than S3 and HTTP endpoints")
	default: // AWS can change some types into others
		return unsupported("UpdateDestination to another type of destination")
	}
	return row.check()
}

func (s *Service) updateS3(row *stream, u *api.ExtendedS3DestinationUpdate) error {
	row.Conversion = changed(row.Conversion, u.DataFormatConversionConfiguration)
	if err := row.S3.change(change{
		RoleARN: u.RoleARN, BucketARN: u.BucketARN, Prefix: u.Prefix, ErrorPrefix: u.ErrorOutputPrefix, Suffix: u.FileExtension, Zone: u.CustomTimeZone,
		Compression: u.CompressionFormat, Hints: u.BufferingHints, Logging: u.CloudWatchLoggingOptions, Encryption: u.EncryptionConfiguration,
	}); err != nil {
		return err
	}
	if err := s.updateProcessing(row, u.ProcessingConfiguration); err != nil {
		return err
	}
	if err := row.updatePartitioning(u.DynamicPartitioningConfiguration); err != nil {
		return err
	}
	if u.S3BackupUpdate != nil {
		d := target{Compression: api.CompressionFormatUncompressed, BufferMB: defaultMB, BufferSeconds: defaultSeconds}
		if row.Backup != nil {
			d = *row.Backup
		}
		if err := d.change(plainUpdate(u.S3BackupUpdate)); err != nil {
			return err
		}
		if d.RoleARN == "" || d.BucketARN == "" {
			return invalid("RoleARN and BucketARN must be specified in S3BackupUpdate.")
		}
		row.Backup = &d
	}
	if m := u.S3BackupMode; m != nil { // once it is on it stays on
		if row.CopyAll && *m == api.S3BackupModeDisabled {
			return invalid("S3BackupMode cannot be changed from Enabled to Disabled.")
		}
		if row.CopyAll = *m == api.S3BackupModeEnabled; row.CopyAll && row.Backup == nil {
			return invalid("S3BackupUpdate must be specified when S3BackupMode is Enabled.")
		}
	}
	return nil
}

// updateProcessing replaces the steps. What has arrived is processed by the new ones.
func (s *Service) updateProcessing(row *stream, in *api.ProcessingConfiguration) (err error) {
	if in == nil {
		return nil
	}
	if row.Processing, err = processingOf(in); err != nil {
		return err
	}
	extracts := row.Processing.step(api.ProcessorTypeMetadataExtraction)
	switch {
	case row.Partition != nil && extracts == nil:
		return invalid("MetadataExtraction processor should be present when Dynamic Partitioning is enabled.")
	case row.Partition != nil:
		d := *row.Partition
		row.Partition = &d
		return d.extract(extracts, &s.queries)
	case extracts != nil:
		return invalid("Processor type MetadataExtraction is only supported when Dynamic Partitioning is enabled.")
	}
	return nil
}

// updatePartitioning sets for how long a partition is tried. Whether there are partitions is decided when a stream is made.
// https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-enable.html
func (row *stream) updatePartitioning(in *api.DynamicPartitioningConfiguration) error {
	if in == nil {
		return nil
	}
	if in.Enabled != nil && *in.Enabled != (row.Partition != nil) {
		return invalid("Enabling or disabling Dynamic Partitioning is not supported on an existing delivery stream.")
	}
	if r := in.RetryOptions; r != nil && r.DurationInSeconds != nil && row.Partition != nil {
		d := *row.Partition
		d.RetrySeconds = *r.DurationInSeconds
		row.Partition = &d
	}
	return nil
}

func (s *Service) updateHTTP(row *stream, u *api.HttpEndpointDestinationUpdate) error {
	if err := s.updateProcessing(row, u.ProcessingConfiguration); err != nil {
		return err
	}
	if u.S3Update != nil {
		if err := row.S3.change(plainUpdate(u.S3Update)); err != nil {
			return err
		}
	}
	if m := u.S3BackupMode; m != nil {
		row.CopyAll = *m == api.HttpEndpointS3BackupModeAllData
	}
	e := *row.HTTP
	row.HTTP = &e
	return s.changeEndpoint(&e, row.ID, httpChange{
		hints: u.BufferingHints, logging: u.CloudWatchLoggingOptions, endpoint: u.EndpointConfiguration, request: u.RequestConfiguration,
		retry: u.RetryOptions, role: u.RoleARN, secret: u.SecretsManagerConfiguration,
	})
}
