package logs_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	firehoseapi "unyo/api/firehose"
	api "unyo/api/logs"
	"unyo/api/rt"
	"unyo/base/awserr"
	"unyo/engine/logstore"
	"unyo/kernel"
	"unyo/service/logs"
)

// sink counts what arrives while time flows, refuses every seventh call, and tells when it has all.
type sink struct {
	mu    sync.Mutex
	calls int
	want  int
	got   map[string][]string // messages by stream
	n     int
	all   chan struct{}
}

func (s *sink) Invoke(_ context.Context, _ *rt.Model, _ *rt.Operation, in any) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	records := in.(*firehoseapi.PutRecordBatchInput).Records
	if s.calls++; s.calls%7 == 0 {
		return nil, awserr.New(503, "ServiceUnavailableException", "busy")
	}
	for _, r := range records {
		z, err := gzip.NewReader(bytes.NewReader(r.Data))
		if err != nil {
			return nil, err
		}
		text, err := io.ReadAll(z)
		if err != nil {
			return nil, err
		}
		var e envelope
		if err := json.Unmarshal(text, &e); err != nil {
			return nil, err
		}
		for _, ev := range e.LogEvents {
			if e.MessageType == "DATA_MESSAGE" {
				s.got[e.LogStream] = append(s.got[e.LogStream], ev.Message)
				s.n++
			}
		}
	}
	if s.n == s.want {
		close(s.all)
	}
	return &firehoseapi.PutRecordBatchOutput{FailedPutCount: new(int32(0)), RequestResponses: make([]firehoseapi.PutRecordBatchResponseEntry, len(records))}, nil
}

// While time flows, many writers at once and deliveries beside them lose nothing, double nothing and keep each stream's order.
func TestLiveDelivery(t *testing.T) {
	const streams, batches, size = 5, 40, 3
	k, err := kernel.Open(kernel.Options{Seed: 3, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	must(t, err)
	sink := &sink{want: streams * batches * size, got: map[string][]string{}, all: make(chan struct{})}
	events := logstore.Open(t.TempDir(), logstore.Options{LogBytes: 4000})
	e := &estate{t: t, k: k, Service: logs.New(k.For("logs"), events, logs.Peers{Firehose: firehoseapi.Client{Invoker: sink}})}
	must(t, k.Start(context.Background()))
	e.group("g")
	must(t, e.subscribe("g", "f", ""))
	var wg sync.WaitGroup
	for w := range streams {
		name := fmt.Sprint("s", w)
		e.stream("g", name)
		wg.Go(func() {
			for b := range batches {
				in := &api.PutLogEventsInput{LogGroupName: new("g"), LogStreamName: &name}
				for i := range size {
					in.LogEvents = append(in.LogEvents, api.InputLogEvent{Timestamp: new(time.Now().UnixMilli()), Message: new(fmt.Sprint(b*size + i))})
				}
				if _, err := e.PutLogEvents(e.ctx(), in); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	select {
	case <-sink.all:
	case <-time.After(5 * time.Minute):
		t.Errorf("%d of %d events have arrived", sink.n, sink.want)
	}
	must(t, k.Close())
	must(t, events.Close())
	for name, list := range sink.got {
		for i, m := range list {
			if m != fmt.Sprint(i) {
				t.Fatalf("%s: message %s at %d", name, m, i)
			}
		}
	}
	want(t, sink.n, sink.want)
}
