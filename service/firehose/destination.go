package firehose

import (
	"context"

	api "unyo/api/firehose"
	"unyo/api/rt"
)

// destine reads the one destination of a new stream. What has no behaviour here is refused.
func (s *Service) destine(ctx context.Context, row *stream, in *api.CreateDeliveryStreamInput) error {
	if err := refused(in); err != nil {
		return err
	}
	n := 0
	for _, given := range []bool{in.ExtendedS3DestinationConfiguration != nil, in.S3DestinationConfiguration != nil, in.HttpEndpointDestinationConfiguration != nil} {
		if given {
			n++
		}
	}
	switch {
	case n > 1:
		return invalid("Only one destination can be specified for a delivery stream.")
	case n == 0:
		return invalid("A destination must be specified for the delivery stream.")
	case in.HttpEndpointDestinationConfiguration != nil:
		return s.destineHTTP(row, in.HttpEndpointDestinationConfiguration)
	case in.S3DestinationConfiguration != nil:
		var err error
		if row.S3, err = targetOf(plainChange(in.S3DestinationConfiguration)); err != nil {
			return err
		}
		return row.check()
	}
	return s.destineS3(ctx, row, in.ExtendedS3DestinationConfiguration)
}

// refused are the destinations that are not there.
func refused(in *api.CreateDeliveryStreamInput) error {
	for _, d := range []struct {
		name  string
		given bool
	}{
		{"RedshiftDestinationConfiguration", in.RedshiftDestinationConfiguration != nil},
		{"ElasticsearchDestinationConfiguration", in.ElasticsearchDestinationConfiguration != nil},
		{"AmazonopensearchserviceDestinationConfiguration", in.AmazonopensearchserviceDestinationConfiguration != nil},
		{"AmazonOpenSearchServerlessDestinationConfiguration", in.AmazonOpenSearchServerlessDestinationConfiguration != nil},
		{"SplunkDestinationConfiguration", in.SplunkDestinationConfiguration != nil},
		{"SnowflakeDestinationConfiguration", in.SnowflakeDestinationConfiguration != nil},
		{"IcebergDestinationConfiguration", in.IcebergDestinationConfiguration != nil},
	} {
		if d.given {
			return unsupported(d.name)
		}
	}
	return nil
}

func (s *Service) destineS3(ctx context.Context, row *stream, in *api.ExtendedS3DestinationConfiguration) (err error) {
	row.Conversion = in.DataFormatConversionConfiguration
	if err := checkConversion(ctx, row.Conversion); err != nil {
		return err
	}
	row.S3, err = targetOf(change{
		RoleARN: in.RoleARN, BucketARN: in.BucketARN, Prefix: in.Prefix, ErrorPrefix: in.ErrorOutputPrefix, Suffix: in.FileExtension, Zone: in.CustomTimeZone,
		Compression: in.CompressionFormat, Hints: in.BufferingHints, Logging: in.CloudWatchLoggingOptions, Encryption: in.EncryptionConfiguration,
	})
	if err != nil {
		return err
	}
	if row.Processing, err = processingOf(in.ProcessingConfiguration); err != nil {
		return err
	}
	if row.Partition, err = partitioningOf(in.DynamicPartitioningConfiguration, row.Processing, &s.queries); err != nil {
		return err
	}
	if row.Partition != nil && (in.BufferingHints == nil || in.BufferingHints.SizeInMBs == nil) {
		row.S3.BufferMB = partitionMB
	}
	if converts(row.Conversion) && (in.BufferingHints == nil || in.BufferingHints.SizeInMBs == nil) {
		row.S3.BufferMB = convertedMB
	}
	if row.CopyAll = rt.Val(in.S3BackupMode) == api.S3BackupModeEnabled; row.CopyAll && in.S3BackupConfiguration == nil {
		return invalid("S3BackupConfiguration must be specified when S3BackupMode is Enabled.")
	}
	if in.S3BackupConfiguration != nil {
		d, err := targetOf(plainChange(in.S3BackupConfiguration))
		if err != nil {
			return err
		}
		row.Backup = &d
	}
	return row.check()
}

func (s *Service) destineHTTP(row *stream, in *api.HttpEndpointDestinationConfiguration) (err error) {
	if row.S3, err = targetOf(plainChange(in.S3Configuration)); err != nil {
		return err
	}
	if row.Processing, err = processingOf(in.ProcessingConfiguration); err != nil {
		return err
	}
	row.CopyAll = rt.Val(in.S3BackupMode) == api.HttpEndpointS3BackupModeAllData
	row.HTTP = &endpoint{BufferMB: defaultMB, BufferSeconds: defaultSeconds, RetrySeconds: defaultRetry}
	if err := s.changeEndpoint(row.HTTP, row.ID, httpChange{
		hints: in.BufferingHints, logging: in.CloudWatchLoggingOptions, endpoint: in.EndpointConfiguration, request: in.RequestConfiguration,
		retry: in.RetryOptions, role: in.RoleARN, secret: in.SecretsManagerConfiguration,
	}); err != nil {
		return err
	}
	return row.check()
}

// check holds the rules between the parts of a configuration.
func (row *stream) check() error {
	if converts(row.Conversion) {
		if err := row.S3.checkConverted(); err != nil {
			return err
		}
	}
	if row.Backup != nil {
		if err := checkPrefixes(row.Backup.Prefix, row.Backup.ErrorPrefix); err != nil {
			return err
		}
	}
	if row.HTTP != nil {
		if err := httpProcessing(row.Processing); err != nil {
			return err
		}
	}
	if err := row.S3.checkLength(); err != nil {
		return err
	}
	if row.Partition == nil {
		return checkPrefixes(row.S3.Prefix, row.S3.ErrorPrefix)
	}
	if row.S3.BufferMB < partitionMB {
		return invalid("BufferingHints.SizeInMBs must be at least %d when Dynamic Partitioning is enabled.", partitionMB)
	}
	return checkPartitionPrefixes(row.S3.Prefix, row.S3.ErrorPrefix, row.Partition.Keys)
}

// describeDestination is the destination in the API's shape.
func (row *stream) describeDestination() api.DestinationDescription {
	if row.HTTP != nil {
		return api.DestinationDescription{DestinationId: new(destinationID), HttpEndpointDestinationDescription: row.HTTP.describe(row)}
	}
	return api.DestinationDescription{DestinationId: new(destinationID), ExtendedS3DestinationDescription: row.describeExtended(), S3DestinationDescription: row.S3.plain()}
}

// destinationID names the one destination that a stream has.
const destinationID = "destinationId-000000000001"
