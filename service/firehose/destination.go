package firehose

import (
	"strings"
	"time"
	_ "time/tzdata" // CustomTimeZone must work where the machine has no zone files

	api "unyo/api/firehose"
	"unyo/api/rt"
)

// Buffering where the configuration leaves it out.
// https://docs.aws.amazon.com/firehose/latest/APIReference/API_BufferingHints.html
const (
	defaultMB      = 5
	defaultSeconds = 300
)

// destinationOf reads the one destination of a new stream. What has no behaviour here is refused.
func destinationOf(in *api.CreateDeliveryStreamInput) (destination, error) {
	switch {
	case in.ExtendedS3DestinationConfiguration != nil && in.S3DestinationConfiguration != nil:
		return destination{}, invalid("Only one destination can be specified for a delivery stream.")
	case in.ExtendedS3DestinationConfiguration != nil:
		return extendedS3(in.ExtendedS3DestinationConfiguration)
	case in.S3DestinationConfiguration != nil:
		d := in.S3DestinationConfiguration
		return extendedS3(&api.ExtendedS3DestinationConfiguration{
			RoleARN: d.RoleARN, BucketARN: d.BucketARN, Prefix: d.Prefix, ErrorOutputPrefix: d.ErrorOutputPrefix, BufferingHints: d.BufferingHints,
			CompressionFormat: d.CompressionFormat, EncryptionConfiguration: d.EncryptionConfiguration, CloudWatchLoggingOptions: d.CloudWatchLoggingOptions,
		})
	case in.RedshiftDestinationConfiguration != nil:
		return destination{}, unsupported("RedshiftDestinationConfiguration")
	case in.ElasticsearchDestinationConfiguration != nil:
		return destination{}, unsupported("ElasticsearchDestinationConfiguration")
	case in.AmazonopensearchserviceDestinationConfiguration != nil:
		return destination{}, unsupported("AmazonopensearchserviceDestinationConfiguration")
	case in.AmazonOpenSearchServerlessDestinationConfiguration != nil:
		return destination{}, unsupported("AmazonOpenSearchServerlessDestinationConfiguration")
	case in.SplunkDestinationConfiguration != nil:
		return destination{}, unsupported("SplunkDestinationConfiguration")
	case in.HttpEndpointDestinationConfiguration != nil:
		return destination{}, unsupported("HttpEndpointDestinationConfiguration")
	case in.SnowflakeDestinationConfiguration != nil:
		return destination{}, unsupported("SnowflakeDestinationConfiguration")
	case in.IcebergDestinationConfiguration != nil:
		return destination{}, unsupported("IcebergDestinationConfiguration")
	}
	return destination{}, invalid("A destination must be specified for the delivery stream.")
}

func extendedS3(in *api.ExtendedS3DestinationConfiguration) (destination, error) {
	switch {
	case in.ProcessingConfiguration != nil && rt.Val(in.ProcessingConfiguration.Enabled):
		return destination{}, unsupported("ProcessingConfiguration")
	case in.DataFormatConversionConfiguration != nil && (in.DataFormatConversionConfiguration.Enabled == nil || *in.DataFormatConversionConfiguration.Enabled):
		return destination{}, unsupported("DataFormatConversionConfiguration")
	case in.DynamicPartitioningConfiguration != nil && rt.Val(in.DynamicPartitioningConfiguration.Enabled):
		return destination{}, unsupported("DynamicPartitioningConfiguration")
	case rt.Val(in.S3BackupMode) == "Enabled":
		return destination{}, unsupported("S3BackupMode Enabled")
	case in.EncryptionConfiguration != nil && in.EncryptionConfiguration.KMSEncryptionConfig != nil:
		return destination{}, unsupported("KMSEncryptionConfig")
	}
	d := destination{RoleARN: *in.RoleARN, BucketARN: *in.BucketARN, BufferMB: defaultMB, BufferSeconds: defaultSeconds}
	return d, d.change(change{
		Prefix: in.Prefix, ErrorPrefix: in.ErrorOutputPrefix, Suffix: in.FileExtension, Zone: in.CustomTimeZone,
		Compression: in.CompressionFormat, Hints: in.BufferingHints, Logging: in.CloudWatchLoggingOptions,
	})
}

// change is what both creation and update may set.
type change struct {
	Prefix, ErrorPrefix, Suffix, Zone, Compression *string
	Hints                                          *api.BufferingHints
	Logging                                        *api.CloudWatchLoggingOptions
}

func (d *destination) change(in change) error {
	set := func(to *string, from *string) {
		if from != nil {
			*to = *from
		}
	}
	set(&d.Prefix, in.Prefix)
	set(&d.ErrorPrefix, in.ErrorPrefix)
	set(&d.Suffix, in.Suffix)
	set(&d.Zone, in.Zone)
	switch rt.Val(in.Compression) {
	case "":
	case "UNCOMPRESSED":
		d.Gzip = false
	case "GZIP":
		d.Gzip = true
	default:
		return unsupported("CompressionFormat " + *in.Compression)
	}
	if h := in.Hints; h != nil {
		if (h.SizeInMBs == nil) != (h.IntervalInSeconds == nil) {
			return invalid("Both SizeInMBs and IntervalInSeconds must be specified in BufferingHints.")
		}
		if h.SizeInMBs != nil {
			d.BufferMB, d.BufferSeconds = *h.SizeInMBs, *h.IntervalInSeconds
		}
	}
	if l := in.Logging; l != nil {
		d.LogErrors, d.LogGroup, d.LogStream = rt.Val(l.Enabled), rt.Val(l.LogGroupName), rt.Val(l.LogStreamName)
		if d.LogErrors && (d.LogGroup == "" || d.LogStream == "") {
			return invalid("LogGroupName and LogStreamName must be specified when CloudWatch logging is enabled.")
		}
	}
	return d.check()
}

func (d *destination) check() error {
	if d.Suffix != "" && !strings.HasPrefix(d.Suffix, ".") {
		return invalid("FileExtension must begin with a period.")
	}
	if _, err := time.LoadLocation(d.Zone); err != nil {
		return invalid("CustomTimeZone %s is not a valid time zone.", d.Zone)
	}
	return checkPrefixes(d.Prefix, d.ErrorPrefix)
}

// describe is the destination in the API's shape.
func (d *destination) describe() *api.ExtendedS3DestinationDescription {
	format := "UNCOMPRESSED"
	if d.Gzip {
		format = "GZIP"
	}
	out := &api.ExtendedS3DestinationDescription{
		RoleARN: new(d.RoleARN), BucketARN: new(d.BucketARN), CompressionFormat: new(format), S3BackupMode: new("Disabled"),
		BufferingHints:           &api.BufferingHints{SizeInMBs: new(d.BufferMB), IntervalInSeconds: new(d.BufferSeconds)},
		EncryptionConfiguration:  &api.EncryptionConfiguration{NoEncryptionConfig: new("NoEncryption")},
		CloudWatchLoggingOptions: d.logging(),
	}
	for member, v := range map[**string]string{&out.Prefix: d.Prefix, &out.ErrorOutputPrefix: d.ErrorPrefix, &out.FileExtension: d.Suffix, &out.CustomTimeZone: d.Zone} {
		if v != "" {
			*member = new(v)
		}
	}
	return out
}

func (d *destination) logging() *api.CloudWatchLoggingOptions {
	if !d.LogErrors {
		return &api.CloudWatchLoggingOptions{Enabled: new(false)}
	}
	return &api.CloudWatchLoggingOptions{Enabled: new(true), LogGroupName: new(d.LogGroup), LogStreamName: new(d.LogStream)}
}

// plain is the description that clients of the older S3 destination read.
func (d *destination) plain() *api.S3DestinationDescription {
	e := d.describe()
	return &api.S3DestinationDescription{
		RoleARN: e.RoleARN, BucketARN: e.BucketARN, Prefix: e.Prefix, ErrorOutputPrefix: e.ErrorOutputPrefix, BufferingHints: e.BufferingHints,
		CompressionFormat: e.CompressionFormat, EncryptionConfiguration: e.EncryptionConfiguration, CloudWatchLoggingOptions: e.CloudWatchLoggingOptions,
	}
}
