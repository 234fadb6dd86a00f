package kinesis

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	api "unyo/api/kinesis"
	"unyo/base/call"
	"unyo/engine/recordstore"
)

func entries(n, size int, key string) []api.PutRecordsRequestEntry {
	list := make([]api.PutRecordsRequestEntry, n)
	for i := range list {
		list[i] = api.PutRecordsRequestEntry{PartitionKey: &key, Data: []byte(strings.Repeat("x", size-len(key)))}
	}
	return list
}

// A shard takes 1,000 records and 1 MiB a second on the estate's clock; the others of a request go through.
// https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
func TestThroughput(t *testing.T) {
	f := setUp(t)
	f.create(2)
	send := func(list []api.PutRecordsRequestEntry) int32 {
		return *ok[*api.PutRecordsOutput](t)(f.s.PutRecords(f.call(), &api.PutRecordsInput{StreamName: new("s"), Records: list})).FailedRecordCount
	}
	for i, want := range []int32{0, 0, 500} {
		if got := send(entries(500, 10, "a")); got != want {
			t.Errorf("request %d: %d refused, want %d", i, got, want)
		}
	}
	_, err := f.s.PutRecord(f.call(), &api.PutRecordInput{StreamName: new("s"), PartitionKey: new("a"), Data: []byte("x")})
	wantCode(t, err, "ProvisionedThroughputExceededException")
	var other string // the key of another shard
	for i := range 100 {
		if key := fmt.Sprint(i); hashOf(key) < border(1, 2) != (hashOf("a") < border(1, 2)) {
			other = key
			break
		}
	}
	out := ok[*api.PutRecordsOutput](t)(f.s.PutRecords(f.call(), &api.PutRecordsInput{StreamName: new("s"), Records: slices.Concat(entries(1, 10, "a"), entries(1, 10, other))}))
	if *out.FailedRecordCount != 1 || out.Records[0].ErrorCode == nil || out.Records[1].SequenceNumber == nil {
		t.Errorf("mixed: %+v", out)
	}
	f.advance(time.Second / 10)
	if got := send(entries(500, 10, "a")); got != 400 {
		t.Errorf("after a tenth of a second: %d refused", got)
	}
	f.advance(time.Minute)
	if got := send(entries(3, 512<<10, "a")); got != 1 {
		t.Errorf("three times half a MiB: %d refused", got)
	}
}

func TestSizes(t *testing.T) {
	f := setUp(t)
	f.create(1)
	arn := new("arn:aws:kinesis:eu-central-1:111111111111:stream/s")
	_, err := f.s.PutRecords(f.call(), &api.PutRecordsInput{StreamARN: arn, Records: entries(1, 1<<20+1, "a")})
	wantCode(t, err, "InvalidArgumentException")
	_, err = f.s.PutRecords(f.call(), &api.PutRecordsInput{StreamARN: arn, Records: entries(21, 512<<10, "a")})
	wantCode(t, err, "InvalidArgumentException")
	ok[*api.PutRecordsOutput](t)(f.s.PutRecords(f.call(), &api.PutRecordsInput{StreamARN: arn, Records: entries(1, 1<<20, "a")}))
	ok[*api.UpdateMaxRecordSizeOutput](t)(f.s.UpdateMaxRecordSize(f.call(), &api.UpdateMaxRecordSizeInput{StreamARN: arn, MaxRecordSizeInKiB: new(int32(10240))}))
	f.advance(time.Second)
	if out := ok[*api.PutRecordsOutput](t)(f.s.PutRecords(f.call(), &api.PutRecordsInput{StreamARN: arn, Records: entries(1, 10<<20, "a")})); *out.FailedRecordCount != 0 {
		t.Error("a rested shard refuses a large record")
	}
	f.advance(9 * time.Second)
	if out := ok[*api.PutRecordsOutput](t)(f.s.PutRecords(f.call(), &api.PutRecordsInput{StreamARN: arn, Records: entries(1, 2, "a")})); *out.FailedRecordCount != 1 {
		t.Error("a shard does not rest after a large record")
	}
	if got := f.all("shardId-000000000000"); len(got) != 2 || len(got[1]) != 10<<20-1 {
		t.Errorf("%d records read", len(got))
	}
}

// A job that makes its call again is answered the same and adds nothing, even where the shard has no room by now.
func TestRepeatedPut(t *testing.T) {
	f := setUp(t)
	f.create(1)
	again := func(id string) *api.PutRecordsOutput {
		ctx := call.With(context.Background(), &call.Call{
			Scope: call.Scope{Partition: "aws", Account: "111111111111", Region: "eu-central-1"}, Serial: 5, Job: "job-77", RequestID: id, At: f.k.Clock.Now(),
		})
		return ok[*api.PutRecordsOutput](t)(f.s.PutRecords(ctx, &api.PutRecordsInput{StreamName: new("s"), Records: entries(2, 400<<10, "a")}))
	}
	first, second := again("aa-1"), again("aa-1")
	if *first.Records[1].SequenceNumber != *second.Records[1].SequenceNumber || *second.FailedRecordCount != 0 {
		t.Errorf("answered %+v, then %+v", first, second)
	}
	f.advance(time.Second)
	again("aa-2")
	if n := len(f.all("shardId-000000000000")); n != 4 {
		t.Errorf("%d records", n)
	}
	f.advance(25 * time.Hour)
	f.empty()
}

// A put whose shard is closed, or filled, between its plan and its commit begins anew; one that a job has made
// meanwhile changes nothing.
func TestMovedPut(t *testing.T) {
	f := setUp(t)
	f.create(1)
	ctx := f.call()
	planned := func(ctx context.Context, size int) (*put, plan, []recordstore.Place) {
		p := &put{name: "s", records: entries(1, size, "a")}
		if err := p.check(); err != nil {
			t.Fatal(err)
		}
		pl := ok[plan](t)(f.s.plan(ctx, p))
		return p, pl, ok[[]recordstore.Place](t)(f.s.bytes.Stage(ctx, p.encode(call.ScopeOf(ctx), pl)))
	}
	p, pl, ref := planned(ctx, 1<<20)
	f.put("a", "first")
	if _, err := f.s.commit(ctx, p, pl, ref); !errors.Is(err, errMoved) {
		t.Errorf("into a full shard: %v", err)
	}
	f.advance(time.Second)
	p, pl, ref = planned(ctx, 10)
	ok[*api.SplitShardOutput](t)(f.s.SplitShard(f.call(), &api.SplitShardInput{StreamName: new("s"), ShardToSplit: new(shard0), NewStartingHashKey: new("1000")}))
	if _, err := f.s.commit(ctx, p, pl, ref); !errors.Is(err, errMoved) {
		t.Errorf("into a closed shard: %v", err)
	}
	job := call.With(context.Background(), &call.Call{
		Scope: call.Scope{Partition: "aws", Account: "111111111111", Region: "eu-central-1"}, Serial: 5, Job: "job-7", RequestID: "aa", At: f.k.Clock.Now(),
	})
	p, pl, ref = planned(job, 10)
	q, ql, other := planned(job, 10)
	if repeated, err := f.s.commit(job, p, pl, ref); repeated || err != nil {
		t.Errorf("first: %v, %v", repeated, err)
	}
	if repeated, err := f.s.commit(job, q, ql, other); !repeated || err != nil || q.result[0] != p.result[0] {
		t.Errorf("second: %v, %v, %v and %v", repeated, err, p.result, q.result)
	}
}

// A read returns as many records as it is asked for, and says that there are others even if no time has passed.
func TestReadLimit(t *testing.T) {
	f := setUp(t)
	f.create(1)
	for range 3 {
		ok[*api.PutRecordsOutput](t)(f.s.PutRecords(f.call(), &api.PutRecordsInput{StreamName: new("s"), Records: entries(5, 10, "a")}))
	}
	it := f.iterator(&api.GetShardIteratorInput{ShardId: new(shard0), ShardIteratorType: new("TRIM_HORIZON")})
	for i, want := range []int{7, 7, 1, 0} {
		out := ok[*api.GetRecordsOutput](t)(f.s.GetRecords(f.call(), &api.GetRecordsInput{ShardIterator: it, Limit: new(int32(7))}))
		if len(out.Records) != want || (*out.MillisBehindLatest > 0) != (i < 2) {
			t.Errorf("read %d: %d records, %d ms behind", i, len(out.Records), *out.MillisBehindLatest)
		}
		it = out.NextShardIterator
	}
	for range 12 { // more than an answer holds
		f.advance(time.Second)
		ok[*api.PutRecordsOutput](t)(f.s.PutRecords(f.call(), &api.PutRecordsInput{StreamName: new("s"), Records: entries(2, 512<<10, "a")}))
	}
	out := ok[*api.GetRecordsOutput](t)(f.s.GetRecords(f.call(), &api.GetRecordsInput{ShardIterator: it}))
	if len(out.Records) != 20 || *out.MillisBehindLatest != 2000 {
		t.Errorf("%d records of half a MiB, %d ms behind", len(out.Records), *out.MillisBehindLatest)
	}
}

// Random puts, reshardings, waits and reads against plain lists: every record is read once, in order within its shard,
// with what was put; nothing appears or disappears before its time, also after the blobs are opened anew.
func TestAgainstModel(t *testing.T) {
	for seed := range uint64(4) {
		f := setUp(t)
		f.againstModel(seed, func() {
			if err := f.blobs.Close(); err != nil {
				t.Fatal(err)
			}
			f.reopen()
		})
	}
}

// againstModel holds the fixture against lists; reopen opens anew what keeps the records.
func (f *fixture) againstModel(seed uint64, reopen func()) {
	t := f.t
	t.Helper()
	f.create(3)
	r := rand.New(rand.NewPCG(seed, 1))
	type kept struct {
		data string
		at   time.Time
	}
	model := map[string][]kept{} // by shard
	for step := range 120 {
		switch n := r.IntN(20); {
		case n < 12:
			list := make([]api.PutRecordsRequestEntry, 1+r.IntN(20))
			for i := range list {
				list[i] = api.PutRecordsRequestEntry{PartitionKey: new(fmt.Sprint(r.IntN(50))), Data: []byte(fmt.Sprintf("%d/%d", step, i))}
			}
			out := ok[*api.PutRecordsOutput](t)(f.s.PutRecords(f.call(), &api.PutRecordsInput{StreamName: new("s"), Records: list}))
			for i, e := range out.Records {
				model[*e.ShardId] = append(model[*e.ShardId], kept{string(list[i].Data), f.k.Clock.Now()})
			}
		case n < 15:
			f.advance(time.Duration(r.IntN(5*3600)) * time.Second)
		case n < 17:
			open := len(f.shards(&api.ShardFilter{Type: new("AT_LATEST")}))
			target := int32(max(1, open/2) + r.IntN(open))
			if _, err := f.s.UpdateShardCount(f.call(), &api.UpdateShardCountInput{StreamName: new("s"), TargetShardCount: &target, ScalingType: new("UNIFORM_SCALING")}); err != nil {
				wantCode(t, err, "LimitExceededException")
			}
		case n == 17:
			reopen()
		}
		for _, sh := range f.shards(nil) {
			var want []string
			for _, k := range model[*sh.ShardId] {
				if f.k.Clock.Now().Sub(k.at) < 24*time.Hour {
					want = append(want, k.data)
				}
			}
			if got := f.all(*sh.ShardId); !slices.Equal(got, want) {
				t.Fatalf("seed %d, step %d, %s holds %v, want %v", seed, step, *sh.ShardId, got, want)
			}
		}
	}
}

// Two runs of the same calls leave the same rows.
func TestSameRows(t *testing.T) {
	run := func() string {
		f := setUp(t)
		f.create(4)
		for i := range 20 {
			f.put(fmt.Sprint(i), "x")
		}
		f.advance(time.Hour)
		hash, err := f.k.Hash(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return hash
	}
	if a, b := run(), run(); a != b {
		t.Errorf("%s, then %s", a, b)
	}
}

func FuzzDecode(f *testing.F) {
	p := &put{records: entries(2, 5, "a")}
	f.Add(p.encode(call.Scope{}, plan{parts: []planned{{shard: &shard{}, records: []int{0, 1}}}})[0].Data)
	f.Fuzz(func(t *testing.T, b []byte) {
		for len(b) > 0 {
			_, _, rest, err := decode(b)
			if err != nil {
				return
			}
			if len(rest) >= len(b) {
				t.Fatal("nothing was taken")
			}
			b = rest
		}
	})
}

func FuzzSequence(f *testing.F) {
	row, sh := &stream{ID: "x"}, &shard{Number: 3, OpenedAt: time.UnixMilli(1770000000000)}
	f.Add(row.sequence(sh, 7))
	f.Fuzz(func(t *testing.T, s string) {
		if n, ok := row.position(sh, s); ok && row.sequence(sh, n) != s {
			t.Errorf("%q is taken for %d", s, n)
		}
	})
}
