package kinesis

import (
	"testing"
	"time"

	api "unyo/api/kinesis"
	"unyo/engine/recordstore"
	"unyo/kernel/store"
)

// empty checks that nothing is left of records: no row, no work.
func (f *fixture) empty() {
	f.t.Helper()
	err := f.s.k.View(f.call(), func(tx *store.Tx) error {
		for key := range f.s.batches.From(tx, "") {
			f.t.Errorf("batch %q is left", key)
		}
		for key := range f.s.arrivals.From(tx, "") {
			f.t.Errorf("arrival %q is left", key)
		}
		for key := range f.s.answers.From(tx, "") {
			f.t.Errorf("answer %q is left", key)
		}
		if at, set := f.s.expire.DueKey(tx, "s"); set {
			f.t.Errorf("work is set for %s", at)
		}
		return nil
	})
	if err != nil {
		f.t.Fatal(err)
	}
}

// reopen opens blobs that were closed, told by the rows which of them there are.
func (f *fixture) reopen() {
	f.t.Helper()
	blobs, err := openBlobs(f)
	if err != nil {
		f.t.Fatal(err)
	}
	f.blobs, f.s.bytes = blobs, recordstore.Blobs{Store: blobs}
}

const shard0 = "shardId-000000000000"

// Records are there until their retention ends, to the nanosecond, and then gone, rows and all.
// https://docs.aws.amazon.com/streams/latest/dev/kinesis-extended-retention.html
func TestRetention(t *testing.T) {
	f := setUp(t)
	f.create(1)
	f.put("k", "a")
	f.advance(time.Hour)
	f.put("k", "b")
	f.advance(23*time.Hour - 1)
	if got := f.all(shard0); len(got) != 2 {
		t.Errorf("just before: %v", got)
	}
	f.advance(1)
	if got := f.all(shard0); len(got) != 1 || got[0] != "b" {
		t.Errorf("after 24 hours: %v", got)
	}
	f.advance(time.Hour)
	if got := f.all(shard0); len(got) != 0 {
		t.Errorf("after 25 hours: %v", got)
	}
	f.empty()
	f.put("k", "c")
	f.advance(23 * time.Hour)
	if got := f.all(shard0); len(got) != 1 {
		t.Errorf("a later record: %v", got)
	}
}

func TestRetentionChanges(t *testing.T) {
	f := setUp(t)
	f.create(1)
	increase := func(h int32) error {
		_, err := f.s.IncreaseStreamRetentionPeriod(f.call(), &api.IncreaseStreamRetentionPeriodInput{StreamName: new("s"), RetentionPeriodHours: &h})
		return err
	}
	decrease := func(h int32) error {
		_, err := f.s.DecreaseStreamRetentionPeriod(f.call(), &api.DecreaseStreamRetentionPeriodInput{StreamName: new("s"), RetentionPeriodHours: &h})
		return err
	}
	wantCode(t, increase(8761), "InvalidArgumentException")
	wantCode(t, increase(23), "InvalidArgumentException")
	wantCode(t, decrease(48), "InvalidArgumentException")
	f.put("k", "a")
	if err := increase(8760); err != nil {
		t.Fatal(err)
	}
	wantCode(t, increase(100), "InvalidArgumentException")
	f.advance(364 * 24 * time.Hour)
	f.put("k", "b")
	if got := f.all(shard0); len(got) != 2 {
		t.Errorf("after 364 days: %v", got)
	}
	f.advance(time.Hour)
	if err := decrease(24); err != nil {
		t.Fatal(err)
	}
	if err := increase(8760); err != nil { // at the same instant, before any work was done
		t.Fatal(err)
	}
	if got := f.all(shard0); len(got) != 1 || got[0] != "b" {
		t.Errorf("what had expired is back: %v", got)
	}
	f.advance(365*24*time.Hour - time.Hour)
	f.empty()
}

// A closed shard goes when its last record has gone; its children stay.
func TestClosedShardExpires(t *testing.T) {
	f := setUp(t)
	f.create(1)
	f.put("k", "a")
	f.advance(time.Hour)
	ok[*api.SplitShardOutput](t)(f.s.SplitShard(f.call(), &api.SplitShardInput{StreamName: new("s"), ShardToSplit: new(shard0), NewStartingHashKey: new("1000")}))
	f.advance(24*time.Hour - 1)
	if n := len(f.shards(nil)); n != 3 {
		t.Errorf("%d shards before its end", n)
	}
	f.advance(1)
	if list := f.shards(nil); len(list) != 2 || *list[0].ShardId != "shardId-000000000001" {
		t.Errorf("shards: %+v", list)
	}
	_, err := f.s.GetShardIterator(f.call(), &api.GetShardIteratorInput{StreamName: new("s"), ShardId: new(shard0), ShardIteratorType: new("TRIM_HORIZON")})
	wantCode(t, err, "ResourceNotFoundException")
	f.empty()
}

// More than one transaction's worth expires at one instant.
func TestManyExpire(t *testing.T) {
	f := setUp(t)
	f.create(1)
	for range 900 {
		f.put("k", "x")
	}
	f.advance(24 * time.Hour)
	f.empty()
	if got := f.all(shard0); len(got) != 0 {
		t.Errorf("%d records", len(got))
	}
}

// A deleted stream takes everything with it; one of the same name is another.
func TestDelete(t *testing.T) {
	f := setUp(t)
	f.create(2)
	f.put("k", "a")
	it := f.iterator(&api.GetShardIteratorInput{ShardId: new(shard0), ShardIteratorType: new("TRIM_HORIZON")})
	_, err := f.s.CreateStream(f.call(), &api.CreateStreamInput{StreamName: new("s"), ShardCount: new(int32(1))})
	wantCode(t, err, "ResourceInUseException")
	ok[*api.AddTagsToStreamOutput](t)(f.s.AddTagsToStream(f.call(), &api.AddTagsToStreamInput{StreamName: new("s"), Tags: map[string]string{"a": "1", "b": "2"}}))
	arn := new("arn:aws:kinesis:eu-central-1:111111111111:stream/s")
	ok[*api.UntagResourceOutput](t)(f.s.UntagResource(f.call(), &api.UntagResourceInput{ResourceARN: arn, TagKeys: []string{"a"}}))
	if tags := ok[*api.ListTagsForStreamOutput](t)(f.s.ListTagsForStream(f.call(), &api.ListTagsForStreamInput{StreamARN: arn})).Tags; len(tags) != 1 || *tags[0].Value != "2" {
		t.Errorf("tags: %+v", tags)
	}
	ok[*api.DeleteStreamOutput](t)(f.s.DeleteStream(f.call(), &api.DeleteStreamInput{StreamARN: arn}))
	f.empty()
	_, err = f.s.DescribeStreamSummary(f.call(), &api.DescribeStreamSummaryInput{StreamName: new("s")})
	wantCode(t, err, "ResourceNotFoundException")
	f.create(1)
	_, err = f.s.GetRecords(f.call(), &api.GetRecordsInput{ShardIterator: it})
	wantCode(t, err, "ResourceNotFoundException")
	if got := f.all(shard0); len(got) != 0 {
		t.Errorf("records of the deleted stream: %v", got)
	}
	if tags := ok[*api.ListTagsForResourceOutput](t)(f.s.ListTagsForResource(f.call(), &api.ListTagsForResourceInput{ResourceARN: arn})).Tags; len(tags) != 0 {
		t.Errorf("tags of the deleted stream: %+v", tags)
	}
	f.advance(24 * time.Hour)
}
