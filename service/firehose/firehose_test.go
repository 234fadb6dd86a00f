package firehose

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	api "unyo/api/firehose"
	"unyo/api/rt"
	s3api "unyo/api/s3"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/engine/blob"
	"unyo/kernel"
)

// bucket stands for S3: it keeps what is put, refuses a name that is taken, and fails where told.
type bucket struct {
	objects map[string]string
	role    call.Role
	calls   int
	fail    func(n int) (before, after error) // of the n-th call
}

var errCut = errors.New("connection lost")

func (b *bucket) Invoke(ctx context.Context, m *rt.Model, op *rt.Operation, in any) (any, error) {
	put, ok := in.(*s3api.PutObjectInput)
	if !ok {
		return nil, awserr.NotImplemented(m.Service, op.Name)
	}
	b.role, _ = call.AsOf(ctx)
	b.calls++
	var before, after error
	if b.fail != nil {
		before, after = b.fail(b.calls)
	}
	if before != nil {
		return nil, before
	}
	if _, taken := b.objects[*put.Key]; taken && rt.Val(put.IfNoneMatch) == "*" {
		return nil, awserr.New(412, "PreconditionFailed", "taken")
	}
	body, err := io.ReadAll(put.Body)
	if err != nil {
		return nil, err
	}
	b.objects[*put.Key] = string(body)
	return &s3api.PutObjectOutput{}, after
}

// fixture is a service on a held estate in memory that begins at noon of 2026-03-01.
type fixture struct {
	t      *testing.T
	k      *kernel.Kernel
	s      *Service
	bucket *bucket
	ctx    context.Context
	serial uint64
}

func setUp(t *testing.T) *fixture {
	t.Helper()
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	k, err := kernel.Open(kernel.Options{Seed: 1, Held: true, Start: start, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	blobs, err := blob.Open(t.TempDir(), Blobs(k.For("firehose")), blob.Options{})
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{t: t, k: k, bucket: &bucket{objects: map[string]string{}}}
	f.s = New(k.For("firehose"), blobs, Peers{S3: s3api.Client{Invoker: f.bucket}})
	if err := k.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(k.Close(), blobs.Close()); err != nil {
			t.Error(err)
		}
	})
	return f
}

// call is the context of one request.
func (f *fixture) call() context.Context {
	return call.With(context.Background(), &call.Call{
		Scope: call.Scope{Partition: "aws", Account: "111111111111", Region: "eu-central-1"}, Serial: f.k.Serial(), Service: "firehose", At: f.k.Clock.Now(),
	})
}

func (f *fixture) create(change func(*api.ExtendedS3DestinationConfiguration)) {
	f.t.Helper()
	d := &api.ExtendedS3DestinationConfiguration{RoleARN: new("arn:aws:iam::111111111111:role/deliver"), BucketARN: new("arn:aws:s3:::archive")}
	if change != nil {
		change(d)
	}
	if _, err := f.s.CreateDeliveryStream(f.call(), &api.CreateDeliveryStreamInput{DeliveryStreamName: new("s"), ExtendedS3DestinationConfiguration: d}); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) put(data string) {
	f.t.Helper()
	if _, err := f.s.PutRecord(f.call(), &api.PutRecordInput{DeliveryStreamName: new("s"), Record: &api.Record{Data: []byte(data)}}); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) advance(d time.Duration) {
	f.t.Helper()
	if _, err := f.k.Clock.Advance(context.Background(), f.k.Clock.Now().Add(d), nil); err != nil {
		f.t.Fatal(err)
	}
}

// all is every byte delivered, objects in the order of their names.
func (f *fixture) all() string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(f.bucket.objects)) {
		b.WriteString(f.bucket.objects[k])
	}
	return b.String()
}

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
		hash, err := f.k.Hash(context.Background())
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

// Prefixes: https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
func TestPrefix(t *testing.T) {
	at := time.Date(2018, 8, 27, 10, 30, 5, 0, time.UTC)
	for _, c := range []struct{ prefix, errorPrefix, want string }{
		{"", "", "2018/08/27/10/"},
		{"logs/", "", "logs/2018/08/27/10/"},
		{"a-!{timestamp:yyyy-MM-dd}/", "e-!{firehose:error-output-type}/", "a-2018-08-27/"},
		{"year=!{timestamp:yyyy}/month=!{timestamp:MM}/", "e-!{firehose:error-output-type}/", "year=2018/month=08/"},
		{"x!{timestamp:yy'q'DDD}/", "e-!{firehose:error-output-type}/", "x18q239/"},
		{"r!{firehose:random-string}/", "e-!{firehose:error-output-type}/", "rRANDOM/"},
		{"a!{firehose:error-output-type}", "e!{firehose:error-output-type}", "refused"},
		{"a!{timestamp:yyyy}", "", "refused"},
		{"a!{timestamp:yyyy}", "e/!{timestamp:yyyy}", "refused"},
		{"a!{nothing:x}", "e!{firehose:error-output-type}", "refused"},
		{"a!{timestamp:yyyy", "e!{firehose:error-output-type}", "refused"},
		{"a!{partitionKeyFromQuery:id}/", "e!{firehose:error-output-type}", "refused"},
	} {
		got := "refused"
		if checkPrefixes(c.prefix, c.errorPrefix) == nil {
			var err error
			if got, err = objectPrefix(c.prefix, at, func() string { return "RANDOM" }); err != nil {
				t.Errorf("%q: %v", c.prefix, err)
			}
		}
		if got != c.want {
			t.Errorf("%q: got %q, want %q", c.prefix, got, c.want)
		}
	}
}

func FuzzPrefix(f *testing.F) {
	f.Add("a!{timestamp:yyyy'x'}b", "!{firehose:error-output-type}")
	f.Fuzz(func(t *testing.T, prefix, errorPrefix string) {
		if checkPrefixes(prefix, errorPrefix) != nil {
			return
		}
		if _, err := objectPrefix(prefix, time.Unix(0, 0), func() string { return "r" }); err != nil {
			t.Errorf("accepted %q, then: %v", prefix, err)
		}
	})
}

// What has no behaviour here is refused, not ignored.
func TestUnsupported(t *testing.T) {
	f := setUp(t)
	for name, change := range map[string]func(*api.ExtendedS3DestinationConfiguration){
		"processing": func(d *api.ExtendedS3DestinationConfiguration) {
			d.ProcessingConfiguration = &api.ProcessingConfiguration{Enabled: new(true)}
		},
		"conversion": func(d *api.ExtendedS3DestinationConfiguration) {
			d.DataFormatConversionConfiguration = &api.DataFormatConversionConfiguration{}
		},
		"backup": func(d *api.ExtendedS3DestinationConfiguration) { d.S3BackupMode = new("Enabled") },
		"zip":    func(d *api.ExtendedS3DestinationConfiguration) { d.CompressionFormat = new("ZIP") },
	} {
		d := &api.ExtendedS3DestinationConfiguration{RoleARN: new("arn:aws:iam::111111111111:role/r"), BucketARN: new("arn:aws:s3:::b")}
		change(d)
		_, err := f.s.CreateDeliveryStream(f.call(), &api.CreateDeliveryStreamInput{DeliveryStreamName: new("s"), ExtendedS3DestinationConfiguration: d})
		if awserr.Code(err) != "NotImplemented" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
