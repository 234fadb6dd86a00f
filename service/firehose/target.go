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

// change is what creation and update may set of a target.
type change struct {
	RoleARN, BucketARN                             *string
	Prefix, ErrorPrefix, Suffix, Zone, Compression *string
	Hints                                          *api.BufferingHints
	Logging                                        *api.CloudWatchLoggingOptions
	Encryption                                     *api.EncryptionConfiguration
}

// targetOf is a new target.
func targetOf(in change) (target, error) {
	d := target{Compression: api.CompressionFormatUncompressed, BufferMB: defaultMB, BufferSeconds: defaultSeconds}
	return d, d.change(in)
}

// plainChange is the change that the older S3 destination asks for, which is also a backup's.
func plainChange(in *api.S3DestinationConfiguration) change {
	return change{
		RoleARN: in.RoleARN, BucketARN: in.BucketARN, Prefix: in.Prefix, ErrorPrefix: in.ErrorOutputPrefix, Hints: in.BufferingHints,
		Compression: in.CompressionFormat, Encryption: in.EncryptionConfiguration, Logging: in.CloudWatchLoggingOptions,
	}
}

func plainUpdate(in *api.S3DestinationUpdate) change {
	return change{
		RoleARN: in.RoleARN, BucketARN: in.BucketARN, Prefix: in.Prefix, ErrorPrefix: in.ErrorOutputPrefix, Hints: in.BufferingHints,
		Compression: in.CompressionFormat, Encryption: in.EncryptionConfiguration, Logging: in.CloudWatchLoggingOptions,
	}
}

// change sets what is given. The prefixes are for whoever knows whether there are partitions to check.
func (d *target) change(in change) error {
	if in.Encryption != nil && in.Encryption.KMSEncryptionConfig != nil {
		return unsupported("KMSEncryptionConfig")
	}
	for to, from := range map[*string]*string{
		&d.RoleARN: in.RoleARN, &d.BucketARN: in.BucketARN, &d.Prefix: in.Prefix, &d.ErrorPrefix: in.ErrorPrefix, &d.Suffix: in.Suffix,
		&d.Zone: in.Zone, &d.Compression: in.Compression,
	} {
		if from != nil {
			*to = *from
		}
	}
	if h := in.Hints; h != nil {
		if (h.SizeInMBs == nil) != (h.IntervalInSeconds == nil) {
			return invalid("Both SizeInMBs and IntervalInSeconds must be specified in BufferingHints.")
		}
		if h.SizeInMBs != nil {
			d.BufferMB, d.BufferSeconds = *h.SizeInMBs, *h.IntervalInSeconds
		}
	}
	if d.Suffix != "" && !strings.HasPrefix(d.Suffix, ".") {
		return invalid("FileExtension must begin with a period.")
	}
	if _, err := time.LoadLocation(d.Zone); err != nil || d.Zone == "Local" {
		return invalid("CustomTimeZone %s is not a valid time zone.", d.Zone)
	}
	return d.Logging.change(in.Logging)
}

// change sets where failures are told.
func (l *logging) change(in *api.CloudWatchLoggingOptions) error {
	if in == nil {
		return nil
	}
	*l = logging{rt.Val(in.Enabled), rt.Val(in.LogGroupName), rt.Val(in.LogStreamName)}
	if l.On && (l.Group == "" || l.Stream == "") {
		return invalid("LogGroupName and LogStreamName must be specified when CloudWatch logging is enabled.")
	}
	return nil
}

func (l *logging) describe() *api.CloudWatchLoggingOptions {
	if !l.On {
		return &api.CloudWatchLoggingOptions{Enabled: new(false)}
	}
	return &api.CloudWatchLoggingOptions{Enabled: new(true), LogGroupName: new(l.Group), LogStreamName: new(l.Stream)}
}

// given is nil for what was not set.
func given(v string) *string {
	if v == "" {
		return nil
	}
	return new(v)
}

// plain describes a target as the older S3 destination.
func (d *target) plain() *api.S3DestinationDescription {
	return &api.S3DestinationDescription{
		RoleARN: new(d.RoleARN), BucketARN: new(d.BucketARN), CompressionFormat: new(d.Compression), Prefix: given(d.Prefix), ErrorOutputPrefix: given(d.ErrorPrefix),
		BufferingHints:           &api.BufferingHints{SizeInMBs: new(d.BufferMB), IntervalInSeconds: new(d.BufferSeconds)},
		EncryptionConfiguration:  &api.EncryptionConfiguration{NoEncryptionConfig: new("NoEncryption")},
		CloudWatchLoggingOptions: d.Logging.describe(),
	}
}

// describeExtended is the destination in the API's shape.
func (row *stream) describeExtended() *api.ExtendedS3DestinationDescription {
	p := row.S3.plain()
	out := &api.ExtendedS3DestinationDescription{
		RoleARN: p.RoleARN, BucketARN: p.BucketARN, Prefix: p.Prefix, ErrorOutputPrefix: p.ErrorOutputPrefix, FileExtension: given(row.S3.Suffix), CustomTimeZone: given(row.S3.Zone),
		BufferingHints: p.BufferingHints, CompressionFormat: p.CompressionFormat, EncryptionConfiguration: p.EncryptionConfiguration,
		CloudWatchLoggingOptions: p.CloudWatchLoggingOptions, S3BackupMode: new(api.S3BackupModeDisabled), DynamicPartitioningConfiguration: row.Partition.describe(),
		DataFormatConversionConfiguration: describeConversion(row.Conversion),
	}
	if row.Processing != nil {
		out.ProcessingConfiguration = row.Processing.describe()
	}
	if row.CopyAll {
		out.S3BackupMode = new(api.S3BackupModeEnabled)
	}
	if row.Backup != nil {
		out.S3BackupDescription = row.Backup.plain()
	}
	return out
}
