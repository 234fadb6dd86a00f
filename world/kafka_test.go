//go:build kafka

package world

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"unyo/engine/recordstore"
	"unyo/engine/recordstore/kafka/kafkatest"
	"unyo/wire"
)

// An estate whose records are kept in a Kafka answers as one that keeps them itself, also after Kafka was killed; while it is away calls are
// to be made again; and the estate is not opened as one that keeps them itself, nor the other way round.
func TestKinesisInKafka(t *testing.T) {
	broker := kafkatest.Start(t)
	o := Options{Dir: t.TempDir(), Clock: "held", Seed: 1, Management: "000000000000", Loopback: true, RootID: "test", RootSecret: "test", Log: slog.New(slog.DiscardHandler), Kinesis: "kafka=" + broker.Address + "?partitions=4"}
	w := openWorld(t, o)
	kinesisCall(t, w, "CreateStream", `{"StreamName":"s","ShardCount":2}`, nil)
	var want []string
	put := func() {
		t.Helper()
		var list []string
		for i := range 50 {
			record := fmt.Sprintf("%d", len(want)+i)
			list = append(list, fmt.Sprintf(`{"PartitionKey":"k","Data":%q}`, base64.StdEncoding.EncodeToString([]byte(record))))
		}
		kinesisCall(t, w, "PutRecords", `{"StreamName":"s","Records":[`+strings.Join(list, ",")+`]}`, nil)
		for range 50 {
			want = append(want, fmt.Sprint(len(want)))
		}
	}
	check := func() {
		t.Helper()
		if got := slices.Concat(shardRecords(t, w, 0), shardRecords(t, w, 1)); !slices.Equal(got, want) {
			t.Fatalf("%d records, want %d: %v", len(got), len(want), got)
		}
	}
	put()
	put()
	check()
	at := iterator(t, w, 0)
	if len(shardRecords(t, w, 0)) == 0 {
		at = iterator(t, w, 1)
	}
	broker.Kill()
	begin := time.Now()
	for operation, body := range map[string]string{"PutRecord": `{"StreamName":"s","PartitionKey":"k","Data":"eA=="}`, "GetRecords": `{"ShardIterator":"` + at + `"}`} {
		if rec := kinesisAnswer(w, operation, body); rec.Code != http.StatusInternalServerError || !strings.Contains(rec.Body.String(), "InternalFailure") {
			t.Errorf("%s while Kafka is away: %d %s", operation, rec.Code, rec.Body)
		}
	}
	if took := time.Since(begin); took > 25*time.Second {
		t.Errorf("two calls took %s", took)
	}
	broker.Start()
	put()
	check()
	closeWorld(t, w)
	here := o
	here.Kinesis = ""
	if w, err := Open(context.Background(), here); err == nil || !strings.Contains(err.Error(), "-kinesis kafka=") {
		t.Fatalf("opened without its Kafka: %v, %v", w, err)
	}
	w = openWorld(t, o)
	check()
	if err := w.reset(context.Background()); err != nil {
		t.Fatal(err)
	}
	kinesisCall(t, w, "CreateStream", `{"StreamName":"s","ShardCount":2}`, nil)
	want = nil
	put()
	check()
	closeWorld(t, w)

	here.Dir = t.TempDir()
	w = openWorld(t, here)
	kinesisCall(t, w, "CreateStream", `{"StreamName":"s","ShardCount":1}`, nil)
	kinesisCall(t, w, "PutRecord", `{"StreamName":"s","PartitionKey":"k","Data":"eA=="}`, nil)
	closeWorld(t, w)
	here.Kinesis = o.Kinesis
	if w, err := Open(context.Background(), here); err == nil || !strings.Contains(err.Error(), "own disk") {
		t.Fatalf("opened with a Kafka that knows nothing of it: %v, %v", w, err)
	}
}

// The same calls give the same rows wherever Kafka puts the records.
func TestSameRowsInKafka(t *testing.T) {
	broker := kafkatest.Start(t)
	run := func(orphans int) string {
		w := openWorld(t, Options{Clock: "held", Seed: 1, Management: "000000000000", Loopback: true, RootID: "test", RootSecret: "test", Log: slog.New(slog.DiscardHandler), Kinesis: "kafka=" + broker.Address + "?partitions=2"})
		defer closeWorld(t, w)
		kinesisCall(t, w, "CreateStream", `{"StreamName":"s","ShardCount":4}`, nil)
		for i := range 10 {
			for n := range orphans {
				if _, err := w.engines.records.Stage(context.Background(), []recordstore.Batch{{Shard: fmt.Sprint(n), Data: []byte("x")}}); err != nil {
					t.Fatal(err)
				}
			}
			kinesisCall(t, w, "PutRecords", fmt.Sprintf(`{"StreamName":"s","Records":[{"PartitionKey":"a%d","Data":"eA=="},{"PartitionKey":"b%[1]d","Data":"eA=="}]}`, i), nil)
		}
		hash, err := w.Kernel.Hash(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return hash
	}
	if a, b := run(0), run(3); a != b {
		t.Errorf("%s, then %s", a, b)
	}
}

func kinesisRequest(base, operation, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, base+"/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "Kinesis_20131202."+operation)
	wire.Sign(r, []byte(body), "test", "test", "eu-central-1", "kinesis", time.Now())
	return r
}

func kinesisAnswer(w *World, operation, body string) *httptest.ResponseRecorder {
	r := kinesisRequest("http://127.0.0.1:4566", operation, body)
	r.RequestURI = "/"
	rec := httptest.NewRecorder()
	w.Handler().ServeHTTP(rec, r)
	return rec
}

func kinesisCall(t *testing.T, w *World, operation, body string, out any) {
	t.Helper()
	rec := kinesisAnswer(w, operation, body)
	if rec.Code != http.StatusOK {
		t.Fatalf("%s: %d %s", operation, rec.Code, rec.Body)
	}
	if out != nil {
		if err := json.Unmarshal(rec.Body.Bytes(), out); err != nil {
			t.Fatal(err)
		}
	}
}

func iterator(t *testing.T, w *World, shard int) string {
	t.Helper()
	var out struct{ ShardIterator string }
	kinesisCall(t, w, "GetShardIterator", fmt.Sprintf(`{"StreamName":"s","ShardId":"shardId-%012d","ShardIteratorType":"TRIM_HORIZON"}`, shard), &out)
	return out.ShardIterator
}

func shardRecords(t *testing.T, w *World, shard int) (data []string) {
	t.Helper()
	for at := iterator(t, w, shard); ; {
		var out struct {
			Records            []struct{ Data []byte }
			NextShardIterator  string
			MillisBehindLatest int
		}
		kinesisCall(t, w, "GetRecords", `{"ShardIterator":"`+at+`"}`, &out)
		for _, r := range out.Records {
			data = append(data, string(r.Data))
		}
		if out.MillisBehindLatest == 0 {
			return data
		}
		at = out.NextShardIterator
	}
}
