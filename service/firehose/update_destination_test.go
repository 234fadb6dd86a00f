package firehose

import (
	"strings"
	"testing"
	"time"

	api "unyo/api/firehose"
	"unyo/base/awserr"
)

// shown describes the one destination of the stream.
func (f *fixture) shown() (*api.DeliveryStreamDescription, api.DestinationDescription) {
	f.t.Helper()
	out, err := f.s.DescribeDeliveryStream(f.call(), &api.DescribeDeliveryStreamInput{DeliveryStreamName: new("s")})
	if err != nil {
		f.t.Fatal(err)
	}
	d := out.DeliveryStreamDescription
	return d, d.Destinations[0]
}

// update changes the destination as the version that is shown.
func (f *fixture) update(in *api.UpdateDestinationInput) error {
	d, dest := f.shown()
	in.DeliveryStreamName, in.CurrentDeliveryStreamVersionId, in.DestinationId = new("s"), d.VersionId, dest.DestinationId
	_, err := f.s.UpdateDestination(f.call(), in)
	return err
}

// What is updated is described, what is not stays; what waits is delivered by the new configuration.
// https://docs.aws.amazon.com/firehose/latest/APIReference/API_UpdateDestination.html
func TestUpdateDestination(t *testing.T) {
	f := setUp(t)
	f.create(func(d *api.ExtendedS3DestinationConfiguration) {
		d.Prefix, d.CompressionFormat = new("old/"), new("Snappy")
	})
	f.put("one ")
	err := f.update(&api.UpdateDestinationInput{ExtendedS3DestinationUpdate: &api.ExtendedS3DestinationUpdate{
		Prefix: new("new/"), CompressionFormat: new("UNCOMPRESSED"), BufferingHints: &api.BufferingHints{SizeInMBs: new(int32(2)), IntervalInSeconds: new(int32(10))}, FileExtension: new(".txt"), CustomTimeZone: new("Asia/Tokyo"),
		S3BackupMode: new(api.S3BackupModeEnabled), S3BackupUpdate: &api.S3DestinationUpdate{RoleARN: new(role), BucketARN: new("arn:aws:s3:::copies")},
		ProcessingConfiguration: processors(processorOf(api.ProcessorTypeAppendDelimiterToRecord, "Delimiter", "|")),
	}})
	if err != nil {
		t.Fatal(err)
	}
	f.put("two ")
	f.advance(11 * time.Second)
	if got := f.under("new/2026/03/01/21/s-2-2026-03-01-21-00-00-"); got != "one two |" || len(f.bucket.objects) != 1 {
		t.Errorf("delivered %v", f.bucket.objects)
	}
	f.advance(300 * time.Second)
	if got := f.under("copies:2026/03/01/12/s-2-"); got != "two " {
		t.Errorf("copied %v", f.bucket.objects)
	}
	d, dest := f.shown()
	e := dest.ExtendedS3DestinationDescription
	if *d.VersionId != "2" || d.LastUpdateTimestamp == nil || *e.BucketARN != "arn:aws:s3:::archive" || *e.Prefix != "new/" || *e.CompressionFormat != "UNCOMPRESSED" || *e.BufferingHints.SizeInMBs != 2 ||
		*e.FileExtension != ".txt" || *e.CustomTimeZone != "Asia/Tokyo" || *e.S3BackupMode != "Enabled" || *e.S3BackupDescription.BucketARN != "arn:aws:s3:::copies" ||
		*e.ProcessingConfiguration.Processors[0].Parameters[0].ParameterValue != "|" || e.DynamicPartitioningConfiguration != nil || *dest.S3DestinationDescription.Prefix != "new/" {
		t.Errorf("described as %+v, %+v", d, e)
	}
	if _, err := f.s.UpdateDestination(f.call(), &api.UpdateDestinationInput{DeliveryStreamName: new("s"), CurrentDeliveryStreamVersionId: new("1"), DestinationId: dest.DestinationId}); awserr.Code(err) != "ConcurrentModificationException" {
		t.Errorf("an old version: %v", err)
	}
}

// What an update may not do leaves everything as it was.
func TestRefusedUpdates(t *testing.T) {
	f := setUp(t)
	f.create(func(d *api.ExtendedS3DestinationConfiguration) {
		partitioned(d, "k=!{partitionKeyFromQuery:k}/", `{k: .k}`)
		d.S3BackupMode, d.S3BackupConfiguration = new(api.S3BackupModeEnabled), &api.S3DestinationConfiguration{RoleARN: new(role), BucketARN: new("arn:aws:s3:::copies")}
	})
	for name, c := range map[string]struct {
		u    api.ExtendedS3DestinationUpdate
		want string
	}{
		"key not used":      {api.ExtendedS3DestinationUpdate{Prefix: new("plain/")}, "InvalidArgumentException"},
		"key not extracted": {api.ExtendedS3DestinationUpdate{Prefix: new("!{partitionKeyFromQuery:k}/!{partitionKeyFromQuery:l}/")}, "InvalidArgumentException"},
		"no extraction":     {api.ExtendedS3DestinationUpdate{ProcessingConfiguration: processors()}, "InvalidArgumentException"},
		"no partitions":     {api.ExtendedS3DestinationUpdate{DynamicPartitioningConfiguration: &api.DynamicPartitioningConfiguration{Enabled: new(false)}}, "InvalidArgumentException"},
		"small buffer":      {api.ExtendedS3DestinationUpdate{BufferingHints: &api.BufferingHints{SizeInMBs: new(int32(5)), IntervalInSeconds: new(int32(60))}}, "InvalidArgumentException"},
		"no backup":         {api.ExtendedS3DestinationUpdate{S3BackupMode: new(api.S3BackupModeDisabled)}, "InvalidArgumentException"},
		"conversion":        {api.ExtendedS3DestinationUpdate{DataFormatConversionConfiguration: &api.DataFormatConversionConfiguration{Enabled: new(true)}}, "InvalidArgumentException"},
		"bad query": {api.ExtendedS3DestinationUpdate{ProcessingConfiguration: processors(processorOf(api.ProcessorTypeMetadataExtraction, api.ProcessorParameterNameMetadataExtractionQuery, "{k:", api.ProcessorParameterNameJsonParsingEngine, "JQ-1.6"))},
			"InvalidArgumentException"},
		"query of now": {api.ExtendedS3DestinationUpdate{ProcessingConfiguration: processors(processorOf(api.ProcessorTypeMetadataExtraction, api.ProcessorParameterNameMetadataExtractionQuery, "{k: now}", api.ProcessorParameterNameJsonParsingEngine, "JQ-1.6"))},
			"NotImplemented"},
	} {
		if err := f.update(&api.UpdateDestinationInput{ExtendedS3DestinationUpdate: &c.u}); awserr.Code(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := f.update(&api.UpdateDestinationInput{HttpEndpointDestinationUpdate: &api.HttpEndpointDestinationUpdate{}}); awserr.Code(err) != "NotImplemented" {
		t.Errorf("another type: %v", err)
	}
	if d, dest := f.shown(); *d.VersionId != "1" || *dest.ExtendedS3DestinationDescription.Prefix != "k=!{partitionKeyFromQuery:k}/" {
		t.Errorf("changed: %+v", d)
	}
	err := f.update(&api.UpdateDestinationInput{ExtendedS3DestinationUpdate: &api.ExtendedS3DestinationUpdate{Prefix: new("n=!{partitionKeyFromQuery:n}/"),
		ProcessingConfiguration: processors(processorOf(api.ProcessorTypeMetadataExtraction, api.ProcessorParameterNameMetadataExtractionQuery, "{n: .n}", api.ProcessorParameterNameJsonParsingEngine, "JQ-1.6"))}})
	if err != nil {
		t.Fatal(err)
	}
	f.put(`{"n":1}`)
	f.advance(301 * time.Second)
	if f.under("n=1/") != `{"n":1}` {
		t.Errorf("delivered %v", f.bucket.objects)
	}
}

// A partition that S3 does not take goes to the error prefix when its time to be tried is over; the others are delivered.
// https://docs.aws.amazon.com/firehose/latest/APIReference/API_RetryOptions.html
func TestPartitionThatS3Refuses(t *testing.T) {
	f := setUp(t)
	f.create(func(d *api.ExtendedS3DestinationConfiguration) {
		partitioned(d, "k=!{partitionKeyFromQuery:k}/", `{k: .k}`)
		d.DynamicPartitioningConfiguration.RetryOptions = &api.RetryOptions{DurationInSeconds: new(int32(20))}
		d.CloudWatchLoggingOptions = &api.CloudWatchLoggingOptions{Enabled: new(true), LogGroupName: new("g"), LogStreamName: new("l")}
	})
	f.bucket.refuse = "k=2/"
	f.put(`{"k":1}`, `{"k":2}`, `{"k":2,"n":2}`)
	f.advance(900 * time.Second)
	list := f.refusals("errors/processing-failed/")
	if f.under("k=1/") != `{"k":1}` || f.under("k=2/") != "" || len(list) != 2 || string(list[1].RawData) != `{"k":2,"n":2}` || list[0].ErrorCode != "S3.AccessDenied" || list[0].AttemptsMade != 5 {
		t.Errorf("delivered %v", f.bucket.objects)
	}
	if len(f.log.lines) != 5 || !strings.Contains(f.log.lines[0], `"errorCode":"S3.AccessDenied"`) {
		t.Errorf("told %q", f.log.lines)
	}
}
