package kinesis

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	api "unyo/api/kinesis"
	"unyo/engine/recordstore/kafka"
)

// inKafka has the fixture's records lie in a Kafka; reopen opens its topic anew, and messages counts what lies there.
func inKafka(t *testing.T) (f *fixture, cluster *kfake.Cluster, reopen func(), messages func() int64) {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(3))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	f = setUp(t)
	dir := filepath.Join(t.TempDir(), "kafka")
	reopen = func() {
		t.Helper()
		if open, yes := f.s.bytes.(*kafka.Store); yes {
			if err := open.Close(); err != nil {
				t.Fatal(err)
			}
		}
		f.s.bytes = ok[*kafka.Store](t)(kafka.Open(dir, strings.Join(cluster.ListenAddrs(), ",")+"?partitions=3", Refs(f.k.For("kinesis")), kafka.Options{Patience: time.Second, Failed: func(err error) { t.Error(err) }}))
	}
	reopen()
	t.Cleanup(func() {
		if err := f.s.bytes.Close(); err != nil {
			t.Error(err)
		}
	})
	var topic struct{ Name string }
	if err := json.Unmarshal(ok[[]byte](t)(os.ReadFile(filepath.Join(dir, "topic.json"))), &topic); err != nil {
		t.Fatal(err)
	}
	return f, cluster, reopen, func() (n int64) {
		f.s.bytes.(*kafka.Store).Sweep()
		for _, p := range cluster.PartitionInfos(topic.Name) {
			n += p.HighWatermark - p.LogStartOffset
		}
		return n
	}
}

func TestAgainstModelInKafka(t *testing.T) {
	f, _, reopen, _ := inKafka(t)
	f.againstModel(11, reopen)
}

// While Kafka is away, puts and reads are answered in time with an error that clients try again; nothing is there of such a put, also when its
// message arrives after all.
func TestKafkaAway(t *testing.T) {
	f, cluster, _, _ := inKafka(t)
	f.create(1)
	f.put("k", "before")
	at := f.iterator(&api.GetShardIteratorInput{ShardId: new(shard0), ShardIteratorType: new("TRIM_HORIZON")})
	var away atomic.Bool
	for _, key := range []int16{0, 1} { // produce, fetch
		cluster.ControlKey(key, func(kmsg.Request) (kmsg.Response, error, bool) {
			cluster.KeepControl()
			return nil, errors.New("away"), away.Load()
		})
	}
	away.Store(true)
	begin := time.Now()
	_, err := f.s.PutRecord(f.call(), &api.PutRecordInput{StreamName: new("s"), PartitionKey: new("k"), Data: []byte("never")})
	wantCode(t, err, "InternalFailureException")
	_, err = f.s.GetRecords(f.call(), &api.GetRecordsInput{ShardIterator: at})
	wantCode(t, err, "InternalFailureException")
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("two calls took %s", took)
	}
	away.Store(false)
	f.put("k", "after")
	if got := f.all(shard0); len(got) != 2 || got[0] != "before" || got[1] != "after" {
		t.Errorf("read %q", got)
	}
}

// What has expired is cut off in Kafka.
func TestKafkaRetention(t *testing.T) {
	f, _, _, messages := inKafka(t)
	f.create(1)
	for range 5 {
		f.put("k", "x")
	}
	f.advance(25 * time.Hour)
	f.empty()
	if n := messages(); n != 0 {
		t.Errorf("%d messages are left", n)
	}
	f.put("k", "y")
	if n := messages(); n != 1 {
		t.Errorf("%d messages, put one", n)
	}
	ok[*api.DeleteStreamOutput](t)(f.s.DeleteStream(f.call(), &api.DeleteStreamInput{StreamName: new("s")}))
	if n := messages(); n != 0 {
		t.Errorf("%d messages are left of a stream that was deleted", n)
	}
}
