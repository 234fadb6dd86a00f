package kinesis

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	api "unyo/api/kinesis"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/engine/blob"
	"unyo/engine/recordstore"
	"unyo/kernel"
)

// fixture is a service on a held estate in memory that begins at noon of 2026-03-01.
type fixture struct {
	t     *testing.T
	k     *kernel.Kernel
	s     *Service
	blobs *blob.Store
	dir   string
}

func setUp(t *testing.T) *fixture {
	t.Helper()
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	k, err := kernel.Open(kernel.Options{Seed: 1, Held: true, Start: start, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{t: t, k: k, dir: t.TempDir()}
	f.open()
	if err := k.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(k.Close(), f.blobs.Close()); err != nil {
			t.Error(err)
		}
	})
	return f
}

// open opens the blobs that rows refer to, and the service on top.
func (f *fixture) open() {
	f.t.Helper()
	blobs, err := openBlobs(f)
	if err != nil {
		f.t.Fatal(err)
	}
	f.blobs = blobs
	f.s = New(f.k.For("kinesis"), recordstore.Blobs{Store: blobs})
}

func openBlobs(f *fixture) (*blob.Store, error) {
	return blob.Open(f.dir, Refs(f.k.For("kinesis")), blob.Options{})
}

// call is the context of one request.
func (f *fixture) call() context.Context {
	return call.With(context.Background(), &call.Call{
		Scope: call.Scope{Partition: "aws", Account: "111111111111", Region: "eu-central-1"}, Serial: f.k.Serial(), Service: "kinesis", At: f.k.Clock.Now(),
	})
}

func ok[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (f *fixture) create(shards int32) {
	f.t.Helper()
	ok[*api.CreateStreamOutput](f.t)(f.s.CreateStream(f.call(), &api.CreateStreamInput{StreamName: new("s"), ShardCount: &shards}))
}

func (f *fixture) put(key, data string) *api.PutRecordOutput {
	f.t.Helper()
	return ok[*api.PutRecordOutput](f.t)(f.s.PutRecord(f.call(), &api.PutRecordInput{StreamName: new("s"), PartitionKey: &key, Data: []byte(data)}))
}

func (f *fixture) iterator(in *api.GetShardIteratorInput) *string {
	f.t.Helper()
	in.StreamName = new("s")
	return ok[*api.GetShardIteratorOutput](f.t)(f.s.GetShardIterator(f.call(), in)).ShardIterator
}

// read reads from an iterator to the end: what is there now, or all there will ever be.
func (f *fixture) read(it *string) (data []string, last *api.GetRecordsOutput) {
	f.t.Helper()
	for {
		last = ok[*api.GetRecordsOutput](f.t)(f.s.GetRecords(f.call(), &api.GetRecordsInput{ShardIterator: it}))
		for _, r := range last.Records {
			data = append(data, string(r.Data))
		}
		if it = last.NextShardIterator; it == nil || *last.MillisBehindLatest == 0 {
			return data, last
		}
	}
}

// all reads a shard from its oldest record.
func (f *fixture) all(shard string) []string {
	f.t.Helper()
	data, _ := f.read(f.iterator(&api.GetShardIteratorInput{ShardId: &shard, ShardIteratorType: new("TRIM_HORIZON")}))
	return data
}

func (f *fixture) shards(filter *api.ShardFilter) []api.Shard {
	f.t.Helper()
	return ok[*api.ListShardsOutput](f.t)(f.s.ListShards(f.call(), &api.ListShardsInput{StreamName: new("s"), ShardFilter: filter})).Shards
}

func (f *fixture) advance(d time.Duration) {
	f.t.Helper()
	if _, err := f.k.Clock.Advance(context.Background(), f.k.Clock.Now().Add(d), nil); err != nil {
		f.t.Fatal(err)
	}
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if awserr.Code(err) != code {
		t.Errorf("got %v, want %s", err, code)
	}
}

// The ranges of three shards are those that AWS's CLI shows for a stream of three.
// https://docs.aws.amazon.com/streams/latest/dev/key-concepts.html
func TestHashRanges(t *testing.T) {
	f := setUp(t)
	f.create(3)
	want := []string{
		"0-113427455640312821154458202477256070484",
		"113427455640312821154458202477256070485-226854911280625642308916404954512140969",
		"226854911280625642308916404954512140970-340282366920938463463374607431768211455",
	}
	for i, sh := range f.shards(nil) {
		if got := *sh.HashKeyRange.StartingHashKey + "-" + *sh.HashKeyRange.EndingHashKey; got != want[i] || *sh.ShardId != fmt.Sprintf("shardId-00000000000%d", i) {
			t.Errorf("%s has %s", *sh.ShardId, got)
		}
	}
	for key, shard := range map[string]string{"0": "shardId-000000000000", "113427455640312821154458202477256070485": "shardId-000000000001", "340282366920938463463374607431768211455": "shardId-000000000002"} {
		out := ok[*api.PutRecordOutput](t)(f.s.PutRecord(f.call(), &api.PutRecordInput{StreamName: new("s"), PartitionKey: new("k"), ExplicitHashKey: &key, Data: []byte("x")}))
		if *out.ShardId != shard {
			t.Errorf("%s went to %s", key, *out.ShardId)
		}
	}
	_, err := f.s.PutRecord(f.call(), &api.PutRecordInput{StreamName: new("s"), PartitionKey: new("k"), ExplicitHashKey: new("340282366920938463463374607431768211456")})
	wantCode(t, err, "InvalidArgumentException")
}

// Iterators of every type: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetShardIterator.html
func TestIterators(t *testing.T) {
	f := setUp(t)
	f.create(1)
	start := f.k.Clock.Now()
	var sequences []string
	for i := range 5 {
		sequences = append(sequences, *f.put("k", fmt.Sprint(i)).SequenceNumber)
		f.advance(time.Second)
	}
	shard := new("shardId-000000000000")
	latest := f.iterator(&api.GetShardIteratorInput{ShardId: shard, ShardIteratorType: new("LATEST")})
	f.put("k", "5")
	for _, c := range []struct {
		in   api.GetShardIteratorInput
		want string
	}{
		{api.GetShardIteratorInput{ShardIteratorType: new("TRIM_HORIZON")}, "012345"},
		{api.GetShardIteratorInput{ShardIteratorType: new("LATEST")}, ""},
		{api.GetShardIteratorInput{ShardIteratorType: new("AT_SEQUENCE_NUMBER"), StartingSequenceNumber: &sequences[2]}, "2345"},
		{api.GetShardIteratorInput{ShardIteratorType: new("AFTER_SEQUENCE_NUMBER"), StartingSequenceNumber: &sequences[2]}, "345"},
		{api.GetShardIteratorInput{ShardIteratorType: new("AT_SEQUENCE_NUMBER"), StartingSequenceNumber: f.shards(nil)[0].SequenceNumberRange.StartingSequenceNumber}, "012345"},
		{api.GetShardIteratorInput{ShardIteratorType: new("AT_TIMESTAMP"), Timestamp: new(start.Add(-time.Hour))}, "012345"},
		{api.GetShardIteratorInput{ShardIteratorType: new("AT_TIMESTAMP"), Timestamp: new(start.Add(2 * time.Second))}, "2345"},
		{api.GetShardIteratorInput{ShardIteratorType: new("AT_TIMESTAMP"), Timestamp: new(start.Add(2500 * time.Millisecond))}, "345"},
	} {
		c.in.ShardId = shard
		got, _ := f.read(f.iterator(&c.in))
		if strings.Join(got, "") != c.want {
			t.Errorf("%s: %v, want %s", *c.in.ShardIteratorType, got, c.want)
		}
	}
	if got, _ := f.read(latest); !slices.Equal(got, []string{"5"}) {
		t.Errorf("LATEST: %v", got)
	}
	for _, in := range []api.GetShardIteratorInput{
		{ShardIteratorType: new("AT_SEQUENCE_NUMBER")},
		{ShardIteratorType: new("TRIM_HORIZON"), StartingSequenceNumber: &sequences[0]},
		{ShardIteratorType: new("AT_SEQUENCE_NUMBER"), StartingSequenceNumber: new("12")},
		{ShardIteratorType: new("AT_SEQUENCE_NUMBER"), StartingSequenceNumber: new(strings.Replace(sequences[0], "00001", "00099", 1))},
		{ShardIteratorType: new("AT_TIMESTAMP")},
		{ShardIteratorType: new("AT_TIMESTAMP"), Timestamp: new(start.Add(time.Hour))},
	} {
		in.StreamName, in.ShardId = new("s"), shard
		_, err := f.s.GetShardIterator(f.call(), &in)
		wantCode(t, err, "InvalidArgumentException")
	}
	_, err := f.s.GetShardIterator(f.call(), &api.GetShardIteratorInput{StreamName: new("s"), ShardId: new("shardId-000000000009"), ShardIteratorType: new("LATEST")})
	wantCode(t, err, "ResourceNotFoundException")
}

// Iterators live five minutes and cannot be made up, changed, or used elsewhere.
func TestBadIterators(t *testing.T) {
	f := setUp(t)
	f.create(1)
	it := f.iterator(&api.GetShardIteratorInput{ShardId: new("shardId-000000000000"), ShardIteratorType: new("LATEST")})
	for _, bad := range []string{"garbage", (*it)[:len(*it)-4] + "AAA=", "AAAA" + (*it)[4:]} {
		_, err := f.s.GetRecords(f.call(), &api.GetRecordsInput{ShardIterator: &bad})
		wantCode(t, err, "InvalidArgumentException")
	}
	other := call.With(context.Background(), &call.Call{Scope: call.Scope{Partition: "aws", Account: "222222222222", Region: "eu-central-1"}, Serial: 99})
	_, err := f.s.GetRecords(other, &api.GetRecordsInput{ShardIterator: it})
	wantCode(t, err, "InvalidArgumentException")
	f.advance(5 * time.Minute)
	ok[*api.GetRecordsOutput](t)(f.s.GetRecords(f.call(), &api.GetRecordsInput{ShardIterator: it}))
	f.advance(time.Millisecond)
	_, err = f.s.GetRecords(f.call(), &api.GetRecordsInput{ShardIterator: it})
	wantCode(t, err, "ExpiredIteratorException")
}
