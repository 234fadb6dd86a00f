package firehose

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	api "unyo/api/firehose"
	glueapi "unyo/api/glue"
	kinesisapi "unyo/api/kinesis"
	logsapi "unyo/api/logs"
	"unyo/api/rt"
	s3api "unyo/api/s3"
	stsapi "unyo/api/sts"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/engine/blob"
	"unyo/engine/collector"
	"unyo/kernel"
	"unyo/kernel/metric"
	"unyo/kernel/store"
)

// begin is when a fixture begins.
var begin = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// bucket stands for S3: it keeps what is put, refuses a name that is taken, and fails where told.
type bucket struct {
	objects map[string]string
	role    call.Role
	calls   int
	fail    func(n int) (before, after error) // of the n-th call
	refuse  string                            // a prefix that nothing is let into
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
	if b.refuse != "" && strings.HasPrefix(*put.Key, b.refuse) {
		return nil, awserr.New(403, "AccessDenied", "no")
	}
	key := *put.Key
	if *put.Bucket != "archive" {
		key = *put.Bucket + ":" + key
	}
	if _, taken := b.objects[key]; taken && rt.Val(put.IfNoneMatch) == "*" {
		return nil, awserr.New(412, "PreconditionFailed", "taken")
	}
	body, err := io.ReadAll(put.Body)
	if err != nil {
		return nil, err
	}
	if int64(len(body)) != *put.ContentLength {
		return nil, awserr.New(400, "IncompleteBody", "%d bytes, not %d", len(body), *put.ContentLength)
	}
	b.objects[key] = string(body)
	return &s3api.PutObjectOutput{}, after
}

// errorLog stands for CloudWatch Logs.
type errorLog struct{ lines []string }

func (l *errorLog) Invoke(_ context.Context, _ *rt.Model, _ *rt.Operation, in any) (any, error) {
	put := in.(*logsapi.PutLogEventsInput)
	for _, e := range put.LogEvents {
		l.lines = append(l.lines, *put.LogGroupName+"/"+*put.LogStreamName+" "+*e.Message)
	}
	return &logsapi.PutLogEventsOutput{}, nil
}

// trust stands for STS: it lets Firehose take on all roles but one.
type trust struct {
	refuse string
	asked  []string // role, and for which stream
}

func (x *trust) Invoke(ctx context.Context, _ *rt.Model, _ *rt.Operation, in any) (any, error) {
	as, _ := call.ServiceOf(ctx)
	role := *in.(*stsapi.AssumeRoleInput).RoleArn
	x.asked = append(x.asked, strings.Join([]string{as.Service, role, as.SourceARN, as.SourceAccount}, " "))
	if role == x.refuse {
		return nil, awserr.New(403, "AccessDenied", "no")
	}
	return &stsapi.AssumeRoleOutput{}, nil
}

// fixture is a service on a held estate in memory.
type fixture struct {
	t      testing.TB
	k      *kernel.Kernel
	s      *Service
	blobs  *blob.Store
	bucket *bucket
	log    *errorLog
	river  *river
	shelf  *shelf
	trust  *trust
	sums   store.Table[float64] // of metrics
	client *collector.Client
}

func setUp(t testing.TB) *fixture {
	t.Helper()
	f := setUpOn(t, nil, t.TempDir(), &bucket{objects: map[string]string{}}, &river{})
	t.Cleanup(f.close)
	return f
}

// setUpOn is setUp over rows on a file system and blobs in a folder, both of which may hold an estate.
func setUpOn(t testing.TB, fs vfs.FS, dir string, b *bucket, r *river) *fixture {
	t.Helper()
	o := kernel.Options{Seed: 1, Held: true, Start: begin, Log: slog.New(slog.DiscardHandler)}
	if fs != nil {
		o.Dir, o.FS = "estate", fs
	}
	k, err := kernel.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	blobs, err := blob.Open(dir, Blobs(k.For("firehose")), blob.Options{Durable: k.Store.Sync})
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{t: t, k: k, blobs: blobs, bucket: b, log: &errorLog{}, trust: &trust{}, river: r, shelf: &shelf{version: "3", columns: []string{"n", "int", "word", "string"}}, client: collector.New(collector.Options{Loopback: true})}
	r.k = k.For("kinesis")
	f.s = New(k.For("firehose"), blobs, f.client, Peers{S3: s3api.Client{Invoker: b}, Logs: logsapi.Client{Invoker: f.log}, Kinesis: kinesisapi.Client{Invoker: r}, Glue: glueapi.Client{Invoker: f.shelf}, STS: stsapi.Client{Invoker: f.trust}})
	f.s.heldWait = time.Minute // the machine may be crowded
	f.sums = store.TableOf[float64](k.For("sums").Rows, "sum", store.Regional)
	k.Metrics.To(func(tx *store.Tx, s metric.Series, _ time.Time, values []metric.Value) {
		for _, v := range values {
			sum, _ := f.sums.Get(tx, s.Name)
			f.sums.Put(tx, s.Name, sum+v.Value*v.Times)
		}
	})
	if err := k.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *fixture) close() {
	f.client.Close()
	if err := errors.Join(f.k.Close(), f.blobs.Close()); err != nil {
		f.t.Error(err)
	}
}

// sum is the sum of all values of a metric.
func (f *fixture) sum(name string) (v float64) {
	f.t.Helper()
	if err := errors.Join(f.k.Metrics.Flush(context.Background()), f.k.For("sums").View(f.call(), func(tx *store.Tx) error { v, _ = f.sums.Get(tx, name); return nil })); err != nil {
		f.t.Fatal(err)
	}
	return v
}

// call is the context of one request.
func (f *fixture) call() context.Context {
	return call.With(context.Background(), &call.Call{
		Scope: call.Scope{Partition: "aws", Account: "111111111111", Region: "eu-central-1"}, Serial: f.k.Serial(), Service: "firehose", At: f.k.Clock.Now(),
	})
}

const role = "arn:aws:iam::111111111111:role/deliver"

// make creates the stream s.
func (f *fixture) make(in *api.CreateDeliveryStreamInput) error {
	in.DeliveryStreamName = new(cmp.Or(rt.Val(in.DeliveryStreamName), "s"))
	_, err := f.s.CreateDeliveryStream(f.call(), in)
	return err
}

func (f *fixture) create(change func(*api.ExtendedS3DestinationConfiguration)) {
	f.t.Helper()
	d := &api.ExtendedS3DestinationConfiguration{RoleARN: new(role), BucketARN: new("arn:aws:s3:::archive")}
	if change != nil {
		change(d)
	}
	if err := f.make(&api.CreateDeliveryStreamInput{ExtendedS3DestinationConfiguration: d}); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) put(data ...string) {
	f.t.Helper()
	if err := f.tryPut("", data...); err != nil {
		f.t.Fatal(err)
	}
}

// tryPut puts as a service, or as anyone.
func (f *fixture) tryPut(service string, data ...string) error {
	in := &api.PutRecordBatchInput{DeliveryStreamName: new("s")}
	for _, d := range data {
		in.Records = append(in.Records, api.Record{Data: []byte(d)})
	}
	ctx := f.call()
	call.From(ctx).Principal.Service = service
	_, err := f.s.PutRecordBatch(ctx, in)
	return err
}

func (f *fixture) advance(d time.Duration) {
	f.t.Helper()
	if _, err := f.k.Clock.Advance(context.Background(), f.k.Clock.Now().Add(d), nil); err != nil {
		f.t.Fatal(err)
	}
}

// all is every byte delivered, objects in the order of their names.
func (f *fixture) all() string { return f.under("") }

// under is every byte delivered below a prefix.
func (f *fixture) under(prefix string) string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(f.bucket.objects)) {
		if strings.HasPrefix(k, prefix) {
			b.WriteString(f.bucket.objects[k])
		}
	}
	return b.String()
}

// processors are a configuration that is on.
func processors(list ...api.Processor) *api.ProcessingConfiguration {
	return &api.ProcessingConfiguration{Enabled: new(true), Processors: list}
}

// processorOf is a processor with parameters: name, value, name, value …
func processorOf(kind string, parameters ...string) api.Processor {
	p := api.Processor{Type: new(kind)}
	for pair := range slices.Chunk(parameters, 2) {
		p.Parameters = append(p.Parameters, api.ProcessorParameter{ParameterName: new(pair[0]), ParameterValue: new(pair[1])})
	}
	return p
}

// partitioned partitions by a query.
func partitioned(d *api.ExtendedS3DestinationConfiguration, prefix, query string, more ...api.Processor) {
	d.Prefix, d.ErrorOutputPrefix = new(prefix), new("errors/!{firehose:error-output-type}/")
	d.DynamicPartitioningConfiguration = &api.DynamicPartitioningConfiguration{Enabled: new(true)}
	d.ProcessingConfiguration = processors(append(more, processorOf(api.ProcessorTypeMetadataExtraction, api.ProcessorParameterNameMetadataExtractionQuery, query, api.ProcessorParameterNameJsonParsingEngine, "JQ-1.6"))...)
}

// site is an HTTP collector. It keeps what it has acknowledged, by request id.
type site struct {
	*httptest.Server
	mu     sync.Mutex
	got    map[string]string // request id → its records, joined
	asked  int
	header http.Header
	answer func(n int, w http.ResponseWriter, id string) (handled bool) // of the n-th request
}

// rowsOf is what lies in a table.
func rowsOf(f *fixture, table string) (list []string) {
	f.t.Helper()
	err := f.k.Store.Cat(context.Background(), "firehose/"+table, func(r store.Raw) bool {
		list = append(list, r.Path())
		return true
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return list
}
