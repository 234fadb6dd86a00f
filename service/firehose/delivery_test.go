package firehose

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	api "unyo/api/firehose"
	"unyo/base/awserr"
	"unyo/base/call"
)

// Buffering by time: https://docs.aws.amazon.com/firehose/latest/dev/create-configure-backup.html
func TestFlushByTime(t *testing.T) {
	f := setUp(t)
	f.create(nil)
	f.put("one\n")
	f.advance(299 * time.Second)
	f.put("two\n")
	if len(f.bucket.objects) != 0 {
		t.Fatalf("delivered after 299 s: %v", f.bucket.objects)
	}
	f.advance(time.Second)
	if got := f.all(); got != "one\ntwo\n" || len(f.bucket.objects) != 1 {
		t.Fatalf("after 300 s: %q in %d objects", got, len(f.bucket.objects))
	}
	for key := range f.bucket.objects {
		// https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html
		if !strings.HasPrefix(key, "2026/03/01/12/s-1-2026-03-01-12-00-00-") {
			t.Errorf("object is named %s", key)
		}
	}
	want := call.Role{ARN: "arn:aws:iam::111111111111:role/deliver", SessionName: "FirehoseDelivery", Service: "firehose.amazonaws.com", SourceARN: "arn:aws:firehose:eu-central-1:111111111111:deliverystream/s", SourceAccount: "111111111111"}
	if f.bucket.role != want {
		t.Errorf("delivered as %+v", f.bucket.role)
	}
	f.advance(time.Hour)
	if len(f.bucket.objects) != 1 {
		t.Errorf("an empty buffer was delivered")
	}
}

func TestFlushBySize(t *testing.T) {
	f := setUp(t)
	f.create(func(d *api.ExtendedS3DestinationConfiguration) {
		d.BufferingHints = &api.BufferingHints{SizeInMBs: new(int32(1)), IntervalInSeconds: new(int32(900))}
	})
	chunk := strings.Repeat("x", 300<<10)
	for range 4 {
		f.put(chunk)
	}
	f.advance(0)
	if n := len(f.bucket.objects); n != 1 {
		t.Fatalf("%d objects at 1.2 MB with a buffer of 1 MB", n)
	}
	f.advance(900 * time.Second)
	if got := len(f.all()); got != 4*len(chunk) {
		t.Errorf("%d bytes delivered of %d", got, 4*len(chunk))
	}
}

func TestGzip(t *testing.T) {
	f := setUp(t)
	f.create(func(d *api.ExtendedS3DestinationConfiguration) { d.CompressionFormat = new("GZIP") })
	f.put("a")
	f.put("b")
	f.advance(300 * time.Second)
	for key, body := range f.bucket.objects {
		z, err := gzip.NewReader(strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(z)
		if err != nil || string(text) != "ab" || !strings.HasSuffix(key, ".gz") {
			t.Errorf("%s holds %q, %v", key, text, err)
		}
	}
	if len(f.bucket.objects) != 1 {
		t.Errorf("%d objects", len(f.bucket.objects))
	}
}

// A crash or failure at any point of the delivery: nothing lost, nothing doubled, order kept. The points
// are the calls to S3, each cut off before it acts and after it has acted.
func TestEveryFailureOfDelivery(t *testing.T) {
	const objects = 3
	run := func(fail func(n int) (error, error)) (string, string, int) {
		f := setUp(t)
		f.create(nil)
		f.bucket.fail = fail
		for i := range objects {
			f.put(fmt.Sprintf("%d\n", i))
			f.advance(300 * time.Second)
		}
		f.advance(time.Hour)
		hash, err := f.k.Store.Hash(context.Background(), "@kernel", "@journal", "sums") // failures are measured
		if err != nil {
			t.Fatal(err)
		}
		return f.all(), hash, len(f.bucket.objects)
	}
	want, hash, n := run(nil)
	if n != objects || want != "0\n1\n2\n" {
		t.Fatalf("undisturbed: %q in %d objects", want, n)
	}
	for cut := range objects {
		for _, after := range []bool{false, true} {
			got, h, n := run(func(call int) (error, error) {
				if call != cut+1 {
					return nil, nil
				}
				if after {
					return nil, errCut
				}
				return errCut, nil
			})
			if got != want || n != objects || h != hash {
				t.Errorf("cut at call %d, after=%v: %q in %d objects, same rows: %v", cut+1, after, got, n, h == hash)
			}
		}
	}
}

// Several objects fall due at one instant, and the job of the first is run again after it was delivered and settled:
// the others must not be taken for it.
func TestManyObjectsAtOnce(t *testing.T) {
	f := setUp(t)
	f.create(func(d *api.ExtendedS3DestinationConfiguration) {
		d.BufferingHints = &api.BufferingHints{SizeInMBs: new(int32(1)), IntervalInSeconds: new(int32(900))}
	})
	chunk := strings.Repeat("x", 999<<10)
	for range 5 {
		f.put(chunk)
	}
	f.advance(0)
	f.advance(time.Hour)
	if got, n := len(f.all()), len(f.bucket.objects); got != 5*len(chunk) || n != 5 {
		t.Errorf("%d bytes in %d objects, put %d", got, n, 5*len(chunk))
	}
}

// A job that runs again puts its records once.
func TestRepeatedPut(t *testing.T) {
	f := setUp(t)
	f.create(nil)
	again := func() {
		ctx := call.With(context.Background(), &call.Call{
			Scope: call.Scope{Partition: "aws", Account: "111111111111", Region: "eu-central-1"}, Serial: 5, Job: "job-77", RequestID: "r-1", At: f.k.Clock.Now(),
		})
		if _, err := f.s.PutRecordBatch(ctx, &api.PutRecordBatchInput{DeliveryStreamName: new("s"), Records: []api.Record{{Data: []byte("x")}}}); err != nil {
			t.Fatal(err)
		}
	}
	again()
	again()
	f.advance(300 * time.Second)
	if got := f.all(); got != "x" {
		t.Errorf("delivered %q", got)
	}
}

// What stays undeliverable for a day is kept as work that could not be done.
func TestUndeliverable(t *testing.T) {
	f := setUp(t)
	f.create(nil)
	f.put("kept")
	f.bucket.fail = func(int) (error, error) { return awserr.New(403, "AccessDenied", "no"), nil }
	f.advance(48 * time.Hour)
	failures, err := f.k.Jobs.Failures(context.Background(), 10)
	if err != nil || len(failures) != 1 || !strings.Contains(failures[0].Why, "AccessDenied") {
		t.Fatalf("failures: %+v, %v", failures, err)
	}
	f.bucket.fail = nil
	if err := f.k.Jobs.Again(context.Background(), failures[0].ID); err != nil {
		t.Fatal(err)
	}
	f.advance(time.Second)
	if got := f.all(); got != "kept" {
		t.Errorf("after the retry: %q", got)
	}
}

// What has no behaviour here is refused, not ignored.
func TestUnsupported(t *testing.T) {
	f := setUp(t)
	for name, change := range map[string]func(*api.ExtendedS3DestinationConfiguration){
		"lambda": func(d *api.ExtendedS3DestinationConfiguration) {
			d.ProcessingConfiguration = processors(api.Processor{Type: new(api.ProcessorTypeLambda)})
		},
		"conversion": func(d *api.ExtendedS3DestinationConfiguration) {
			d.DataFormatConversionConfiguration = parquetOf()
			d.DataFormatConversionConfiguration.OutputFormatConfiguration.Serializer.ParquetSerDe.MaxPaddingBytes = new(int32(1))
		},
		"key": func(d *api.ExtendedS3DestinationConfiguration) {
			d.EncryptionConfiguration = &api.EncryptionConfiguration{KMSEncryptionConfig: &api.KMSEncryptionConfig{AWSKMSKeyARN: new("arn:aws:kms:eu-central-1:111111111111:key/k")}}
		},
	} {
		d := &api.ExtendedS3DestinationConfiguration{RoleARN: new("arn:aws:iam::111111111111:role/r"), BucketARN: new("arn:aws:s3:::b")}
		change(d)
		_, err := f.s.CreateDeliveryStream(f.call(), &api.CreateDeliveryStreamInput{DeliveryStreamName: new("s"), ExtendedS3DestinationConfiguration: d})
		if awserr.Code(err) != "NotImplemented" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
