package firehose

import (
	"context"
	"time"

	kinesisapi "unyo/api/kinesis"
	"unyo/engine/collector"
	"unyo/kernel/metric"
	"unyo/kernel/store"
)

// told is a value of a metric of a stream.
// https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-metrics.html
func told(stream, name, unit string, value float64) metric.Sample {
	return metric.Sample{Series: metric.Series{Namespace: "AWS/Firehose", Name: name, Unit: unit, Dimensions: metric.Of("DeliveryStreamName", stream)}, Value: value}
}

// incoming tells of a put.
func incoming(op, name string, bytes, records int) []metric.Sample {
	list := []metric.Sample{
		told(name, "IncomingBytes", "Bytes", float64(bytes)), told(name, "IncomingRecords", "Count", float64(records)), told(name, "IncomingPutRequests", "Count", 1),
		told(name, op+".Bytes", "Bytes", float64(bytes)), told(name, op+".Requests", "Count", 1),
	}
	if op == "PutRecordBatch" {
		list = append(list, told(name, op+".Records", "Count", float64(records)))
	}
	return list
}

// measureRead tells of a read from Kinesis, with what else tx does.
func (s *Service) measureRead(tx *store.Tx, name string, bytes int, got *kinesisapi.GetRecordsOutput) {
	s.k.Metrics.Add(tx, told(name, "DataReadFromKinesisStream.Bytes", "Bytes", float64(bytes)), told(name, "DataReadFromKinesisStream.Records", "Count", float64(len(got.Records))),
		told(name, "KinesisMillisBehindLatest", "Milliseconds", float64(*got.MillisBehindLatest)))
}

// processed tells of a run over what has arrived, with what else tx does.
func (s *Service) processed(tx *store.Tx, p *pass) {
	var list []metric.Sample
	if p.row.Partition != nil {
		list = append(list, told(p.row.Name, "PartitionCount", "Count", float64(p.active)), told(p.row.Name, "PartitionCountExceeded", "Count", p.exceeded))
	}
	if p.row.Processing.unpacks() {
		list = append(list, told(p.row.Name, "OutputDecompressedBytes.Success", "Bytes", float64(p.unpacked.bytes)), told(p.row.Name, "OutputDecompressedBytes.Failed", "Bytes", float64(p.packed.bytes)),
			told(p.row.Name, "OutputDecompressedRecords.Success", "Count", float64(p.unpacked.records)), told(p.row.Name, "OutputDecompressedRecords.Failed", "Count", float64(p.packed.records)))
	}
	s.k.Metrics.Add(tx, list...)
}

// converted tells of a flight that was sifted, and how many bytes of it do not fit, with what else tx does.
func (s *Service) converted(tx *store.Tx, row *stream, f *flight, failedBytes int) {
	failed := f.Converting.Failed
	s.k.Metrics.Add(tx, told(row.Name, "SucceedConversion.Bytes", "Bytes", float64(f.Bytes)-float64(failedBytes)), told(row.Name, "SucceedConversion.Records", "Count", float64(f.Records-failed)),
		told(row.Name, "FailedConversion.Bytes", "Bytes", float64(failedBytes)), told(row.Name, "FailedConversion.Records", "Count", float64(failed)))
}

// toS3 is what the metrics of a buffer's objects begin with: copies and, where the destination is another, failures are a backup.
func toS3(row *stream, buffer string) string {
	if buffer == bufferCopy || row.HTTP != nil {
		return "BackupToS3"
	}
	return "DeliveryToS3"
}

// delivered tells of an object that S3 has taken.
func (s *Service) delivered(ctx context.Context, buffer string, row *stream, f *flight) {
	kind := toS3(row, buffer)
	s.k.Metrics.Count(ctx, told(row.Name, kind+".Success", "Count", 1), told(row.Name, kind+".Bytes", "Bytes", float64(f.Bytes)), told(row.Name, kind+".Records", "Count", float64(f.Records)),
		told(row.Name, kind+".DataFreshness", "Seconds", s.age(f)))
}

// refusedByS3 tells of an object that S3 has not taken.
func (s *Service) refusedByS3(ctx context.Context, buffer string, row *stream, f *flight) {
	kind := toS3(row, buffer)
	s.k.Metrics.Count(ctx, told(row.Name, kind+".Success", "Count", 0), told(row.Name, kind+".DataFreshness", "Seconds", s.age(f)))
}

// sent tells of a request to an HTTP endpoint.
func (s *Service) sent(ctx context.Context, row *stream, f *flight, a collector.Answer, acknowledged bool) {
	list := []metric.Sample{
		told(row.Name, "DeliveryToHttpEndpoint.ProcessedBytes", "Bytes", float64(f.Bytes)), told(row.Name, "DeliveryToHttpEndpoint.ProcessedRecords", "Count", float64(f.Records)),
		told(row.Name, "DeliveryToHttpEndpoint.DataFreshness", "Seconds", s.age(f)),
	}
	if acknowledged {
		list = append(list, told(row.Name, "DeliveryToHttpEndpoint.Success", "Count", 1), told(row.Name, "DeliveryToHttpEndpoint.Bytes", "Bytes", float64(a.Bytes)),
			told(row.Name, "DeliveryToHttpEndpoint.Records", "Count", float64(f.Records)))
	} else {
		list = append(list, told(row.Name, "DeliveryToHttpEndpoint.Success", "Count", 0))
	}
	s.k.Metrics.Count(ctx, list...)
}

// age is how old the oldest record of a flight is, in seconds.
func (s *Service) age(f *flight) float64 {
	return s.k.Clock.Now().Sub(f.First).Round(time.Millisecond).Seconds()
}
