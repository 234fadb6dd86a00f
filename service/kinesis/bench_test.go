package kinesis

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	api "unyo/api/kinesis"
	"unyo/base/call"
	"unyo/engine/blob"
	"unyo/engine/recordstore"
	"unyo/engine/recordstore/kafka"
	"unyo/engine/recordstore/kafka/kafkatest"
	"unyo/kernel"
)

// BenchmarkPutRecords has 64 writers put records of 100 bytes, 500 or 1 at a time, into 200 shards, all durable when
// answered: in blobs, and in a Kafka broker where the tests can start one.
func BenchmarkPutRecords(b *testing.B) {
	for _, size := range []int{500, 1} {
		b.Run(fmt.Sprint("blobs/", size), func(b *testing.B) { benchmarkPut(b, size, false) })
		b.Run(fmt.Sprint("kafka/", size), func(b *testing.B) { benchmarkPut(b, size, true) })
	}
}

func benchmarkPut(b *testing.B, size int, inKafka bool) {
	dir := b.TempDir()
	k, err := kernel.Open(kernel.Options{Dir: filepath.Join(dir, "rows"), Seed: 1, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	blobs, err := blob.Open(filepath.Join(dir, "blob"), Refs(k.For("kinesis")), blob.Options{Durable: k.Store.Sync})
	if err != nil {
		b.Fatal(err)
	}
	var records recordstore.Engine = recordstore.Blobs{Store: blobs}
	if inKafka {
		records, err = kafka.Open(filepath.Join(dir, "kafka"), kafkatest.Start(b).Address, Refs(k.For("kinesis")), kafka.Options{Durable: k.Store.Sync})
		if err != nil {
			b.Fatal(err)
		}
	}
	s := New(k.For("kinesis"), records)
	if err := k.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	as := func() context.Context {
		return call.With(context.Background(), &call.Call{Scope: call.Scope{Partition: "aws", Account: "111111111111", Region: "eu-central-1"}, Serial: k.Serial(), At: k.Clock.Now()})
	}
	if _, err := s.CreateStream(as(), &api.CreateStreamInput{StreamName: new("s"), ShardCount: new(int32(200))}); err != nil {
		b.Fatal(err)
	}
	var next, taken, refused atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	for range 64 {
		wg.Go(func() {
			for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
				list := make([]api.PutRecordsRequestEntry, size)
				for i := range list {
					list[i] = api.PutRecordsRequestEntry{PartitionKey: new(fmt.Sprint(n, i)), Data: make([]byte, 100)}
				}
				out, err := s.PutRecords(as(), &api.PutRecordsInput{StreamName: new("s"), Records: list})
				if err != nil {
					b.Error(err)
					return
				}
				taken.Add(int64(int32(size) - *out.FailedRecordCount))
				refused.Add(int64(*out.FailedRecordCount))
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64(taken.Load())/b.Elapsed().Seconds(), "records/s")
	b.ReportMetric(float64(refused.Load())/float64(b.N), "refused/op")
	if err := errors.Join(k.Close(), records.Close(), blobs.Close()); err != nil {
		b.Error(err)
	}
}
