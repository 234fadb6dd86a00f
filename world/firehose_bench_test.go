package world

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	firehoseapi "unyo/api/firehose"
	iamapi "unyo/api/iam"
	s3api "unyo/api/s3"
	"unyo/base/call"
)

// BenchmarkFirehoseToS3 puts records of 8 KiB, 500 at a time, and has them delivered to S3 as the stream's role: as they are, compressed, and
// parted by a key of each. Puts are durable when answered, and so are the objects.
func BenchmarkFirehoseToS3(b *testing.B) {
	plain := &firehoseapi.ExtendedS3DestinationConfiguration{}
	zipped := &firehoseapi.ExtendedS3DestinationConfiguration{CompressionFormat: new("GZIP")}
	parted := &firehoseapi.ExtendedS3DestinationConfiguration{
		Prefix: new("k=!{partitionKeyFromQuery:k}/"), ErrorOutputPrefix: new("bad/"), DynamicPartitioningConfiguration: &firehoseapi.DynamicPartitioningConfiguration{Enabled: new(true)},
		BufferingHints: &firehoseapi.BufferingHints{SizeInMBs: new(int32(64)), IntervalInSeconds: new(int32(60))},
		ProcessingConfiguration: &firehoseapi.ProcessingConfiguration{Enabled: new(true), Processors: []firehoseapi.Processor{{Type: new("MetadataExtraction"), Parameters: []firehoseapi.ProcessorParameter{
			{ParameterName: new("MetadataExtractionQuery"), ParameterValue: new("{k: .k}")}, {ParameterName: new("JsonParsingEngine"), ParameterValue: new("JQ-1.6")}}}}},
	}
	for name, d := range map[string]*firehoseapi.ExtendedS3DestinationConfiguration{"plain": plain, "gzip": zipped, "partitioned": parted} {
		b.Run(name, func(b *testing.B) { benchmarkDelivery(b, d) })
	}
}

func benchmarkDelivery(b *testing.B, d *firehoseapi.ExtendedS3DestinationConfiguration) {
	w := open(b, b.TempDir())
	as := func() context.Context {
		return call.With(context.Background(), &call.Call{
			Scope: call.Scope{Partition: "aws", Account: "000000000000", Region: "eu-central-1"}, Serial: w.Kernel.Serial(), At: w.Kernel.Clock.Now(),
			Principal: call.Principal{Kind: call.Root, Account: "000000000000", ARN: "arn:aws:iam::000000000000:root", ID: "000000000000"},
		})
	}
	must := func(_ any, err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	s3, iam, firehose := s3api.Client{Invoker: w.Gateway}, iamapi.Client{Invoker: w.Gateway}, firehoseapi.Client{Invoker: w.Gateway}
	must(s3.CreateBucket(as(), &s3api.CreateBucketInput{Bucket: new("archive"), CreateBucketConfiguration: &s3api.CreateBucketConfiguration{LocationConstraint: new("eu-central-1")}}))
	must(iam.CreateRole(as(), &iamapi.CreateRoleInput{RoleName: new("r"), AssumeRolePolicyDocument: new(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"firehose.amazonaws.com"},"Action":"sts:AssumeRole"}}`)}))
	must(iam.PutRolePolicy(as(), &iamapi.PutRolePolicyInput{RoleName: new("r"), PolicyName: new("p"), PolicyDocument: new(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:PutObject","Resource":"*"}}`)}))
	d.RoleARN, d.BucketARN = new("arn:aws:iam::000000000000:role/r"), new("arn:aws:s3:::archive")
	must(firehose.CreateDeliveryStream(as(), &firehoseapi.CreateDeliveryStreamInput{DeliveryStreamName: new("s"), ExtendedS3DestinationConfiguration: d}))

	const records, size = 500, 8 << 10
	b.SetBytes(records * size)
	text := strings.Repeat("2026-03-01T12:00:00Z INFO a request came in and was answered in good time. ", size/70)
	var took time.Duration
	b.ResetTimer()
	began := time.Now()
	var wg sync.WaitGroup
	next := make(chan int)
	for range 8 {
		wg.Go(func() {
			for n := range next {
				in := &firehoseapi.PutRecordBatchInput{DeliveryStreamName: new("s"), Records: make([]firehoseapi.Record, records)}
				for i := range in.Records {
					in.Records[i].Data = []byte(fmt.Sprintf(`{"k":%d,"n":%d,"text":"%s`, i%10, n, text)[:size-2] + `"}`)
				}
				if _, err := firehose.PutRecordBatch(as(), in); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for n := range b.N {
		next <- n
	}
	close(next)
	wg.Wait()
	took = time.Since(began)
	_, err := w.Kernel.Clock.Advance(context.Background(), w.Kernel.Clock.Now().Add(10*time.Minute), nil)
	must(nil, err)
	b.StopTimer()
	mb := float64(b.N) * records * size / 1e6
	b.ReportMetric(mb/took.Seconds(), "put-MB/s")
	b.ReportMetric(mb/(time.Since(began)-took).Seconds(), "delivered-MB/s")
	listed, err := s3.ListObjectsV2(as(), &s3api.ListObjectsV2Input{Bucket: new("archive")})
	must(listed, err)
	if d.CompressionFormat == nil && len(listed.Contents) < 1000 {
		sum := int64(0)
		for _, o := range listed.Contents {
			sum += *o.Size
		}
		if sum != int64(b.N)*records*size {
			b.Errorf("%d bytes delivered of %d", sum, int64(b.N)*records*size)
		}
	}
}
