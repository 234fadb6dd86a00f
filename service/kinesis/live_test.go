package kinesis

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"

	api "unyo/api/kinesis"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/engine/blob"
	"unyo/engine/recordstore"
	"unyo/kernel"
)

// live is a service on a running clock, its rows and blobs in folders that can be opened again.
func live(t *testing.T, dir string) (f *fixture, stop func()) {
	t.Helper()
	k, err := kernel.Open(kernel.Options{Dir: dir + "/rows", Seed: 1, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	blobs, err := blob.Open(dir+"/blob", Refs(k.For("kinesis")), blob.Options{Durable: k.Store.Sync})
	if err != nil {
		t.Fatal(err)
	}
	f = &fixture{t: t, k: k, blobs: blobs, s: New(k.For("kinesis"), recordstore.Blobs{Store: blobs})}
	if err := k.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	return f, func() {
		if err := errors.Join(k.Close(), blobs.Close()); err != nil {
			t.Error(err)
		}
	}
}

// Writers put while the stream is resharded again and again: what was acknowledged is there once, under its number,
// and each writer's records of one key stand in the order in which it put them; also after the estate is opened anew.
func TestWritersWhileResharding(t *testing.T) {
	dir := t.TempDir()
	f, stop := live(t, dir)
	f.create(2)
	const writers, rounds = 6, 40
	acked := make([]map[string]string, writers) // by writer: sequence number → data
	var group sync.WaitGroup
	for w := range writers {
		acked[w] = map[string]string{}
		group.Go(func() {
			last := ""
			for i := range rounds {
				data := fmt.Sprintf("%d/%d", w, i)
				out, err := f.s.PutRecord(f.call(), &api.PutRecordInput{StreamName: new("s"), PartitionKey: new(fmt.Sprint(w)), Data: []byte(data)})
				switch {
				case err == nil && *out.SequenceNumber <= last:
					t.Errorf("%s has number %s behind %s", data, *out.SequenceNumber, last)
				case err == nil:
					last = *out.SequenceNumber
					acked[w][*out.SequenceNumber] = data
				case awserr.Code(err) != "ProvisionedThroughputExceededException":
					t.Error(err)
				}
			}
		})
	}
	group.Go(func() {
		for i := range int32(9) {
			if _, err := f.s.UpdateShardCount(f.call(), &api.UpdateShardCountInput{StreamName: new("s"), TargetShardCount: new(2 + (i+1)%3), ScalingType: new("UNIFORM_SCALING")}); err != nil {
				t.Error(err)
			}
		}
	})
	group.Wait()
	check := func() {
		t.Helper()
		found := map[string]string{}
		for _, sh := range f.shards(nil) {
			var sequences []string
			it := f.iterator(&api.GetShardIteratorInput{ShardId: sh.ShardId, ShardIteratorType: new("TRIM_HORIZON")})
			for _, r := range ok[*api.GetRecordsOutput](t)(f.s.GetRecords(f.call(), &api.GetRecordsInput{ShardIterator: it})).Records {
				sequences = append(sequences, *r.SequenceNumber)
				found[*r.SequenceNumber] = string(r.Data)
			}
			if !slices.IsSorted(sequences) {
				t.Errorf("%s is out of order: %v", *sh.ShardId, sequences)
			}
			if end := sh.SequenceNumberRange.EndingSequenceNumber; end != nil && len(sequences) > 0 && sequences[len(sequences)-1] >= *end {
				t.Errorf("%s ends at %s and holds %s", *sh.ShardId, *end, sequences[len(sequences)-1])
			}
		}
		n := 0
		for w := range writers {
			n += len(acked[w])
			for seq, data := range acked[w] {
				if found[seq] != data {
					t.Errorf("%s holds %q, put %q", seq, found[seq], data)
				}
			}
		}
		if len(found) != n || n == 0 {
			t.Errorf("%d records, %d acknowledged", len(found), n)
		}
	}
	check()
	stop()
	f, stop = live(t, dir)
	defer stop()
	check()
}

// A request whose context has no job is never taken for a repetition.
func TestSameRequestIDOutsideJobs(t *testing.T) {
	f := setUp(t)
	f.create(1)
	for range 2 {
		ctx := call.With(context.Background(), &call.Call{Scope: call.Scope{Partition: "aws", Account: "111111111111", Region: "eu-central-1"}, Serial: 5, RequestID: "same"})
		ok[*api.PutRecordOutput](t)(f.s.PutRecord(ctx, &api.PutRecordInput{StreamName: new("s"), PartitionKey: new("k"), Data: []byte("x")}))
	}
	if n := len(f.all(shard0)); n != 2 {
		t.Errorf("%d records", n)
	}
}
