package logs_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	firehoseapi "unyo/api/firehose"
	api "unyo/api/logs"
	"unyo/api/rt"
	s3api "unyo/api/s3"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/engine/logstore"
	"unyo/kernel"
	"unyo/kernel/clock"
	"unyo/service/logs"
)

var begin = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// estate is a service on a held clock, with a Firehose that only notes what it is sent.
type estate struct {
	*logs.Service
	t        *testing.T
	k        *kernel.Kernel
	store    *logstore.Store
	dir      string
	firehose *firehose
	bucket   *bucket
	dying    func()                // called before and after the service puts events into a group of its own
	roles    []string              // in which the service asked itself
	asking   func()                // called before and after
	staged   func(*logstore.Batch) // called when a batch is staged
}

// staging is the store of an estate.
type staging struct {
	*logstore.Store
	e *estate
}

func (s staging) Stage(ctx context.Context, b *logstore.Batch) (logstore.Ref, error) {
	ref, err := s.Store.Stage(ctx, b)
	if s.e.staged != nil {
		s.e.staged(b)
	}
	return ref, err
}

func open(t *testing.T) *estate {
	t.Helper()
	return openIn(t, t.TempDir())
}

func openIn(t *testing.T, dir string) *estate {
	t.Helper()
	k, err := kernel.Open(kernel.Options{Held: true, Start: begin, Seed: 7, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	must(t, err)
	e := &estate{t: t, k: k, dir: dir, firehose: &firehose{seen: map[string]bool{}}, bucket: &bucket{objects: map[string]string{}}}
	e.store = logstore.Open(e.dir, logstore.Options{LogBytes: 4000})
	e.firehose.k = k
	e.Service = logs.New(k.For("logs"), staging{e.store, e}, logs.Peers{Firehose: firehoseapi.Client{Invoker: e.firehose}, S3: s3api.Client{Invoker: e.bucket}, Logs: api.Client{Invoker: own{e}}})
	must(t, k.Start(context.Background()))
	t.Cleanup(func() {
		must(t, k.Close())
		must(t, e.store.Close())
	})
	return e
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// ctx is a request's.
func (e *estate) ctx() context.Context {
	return call.With(context.Background(), &call.Call{
		Scope: call.Scope{Partition: "aws", Account: "111111111111", Region: "eu-central-1"}, Serial: e.k.Serial(), Service: "logs", Operation: "Test", RequestID: "r", At: e.k.Clock.Now(),
	})
}

func (e *estate) advance(d time.Duration) {
	e.t.Helper()
	_, err := e.k.Clock.Advance(context.Background(), e.k.Clock.Now().Add(d), func(clock.Progress) {})
	must(e.t, err)
}

func (e *estate) group(name string) {
	e.t.Helper()
	_, err := e.CreateLogGroup(e.ctx(), &api.CreateLogGroupInput{LogGroupName: &name})
	must(e.t, err)
}

func (e *estate) stream(group, name string) {
	e.t.Helper()
	_, err := e.CreateLogStream(e.ctx(), &api.CreateLogStreamInput{LogGroupName: &group, LogStreamName: &name})
	must(e.t, err)
}

// put sends messages that happen now, one ms apart.
func (e *estate) put(group, stream string, messages ...string) *api.PutLogEventsOutput {
	e.t.Helper()
	var events []api.InputLogEvent
	for i, m := range messages {
		events = append(events, api.InputLogEvent{Timestamp: new(e.k.Clock.Now().UnixMilli() + int64(i)), Message: new(m)})
	}
	out, err := e.PutLogEvents(e.ctx(), &api.PutLogEventsInput{LogGroupName: &group, LogStreamName: &stream, LogEvents: events})
	must(e.t, err)
	return out
}

func (e *estate) filter(in api.FilterLogEventsInput) (messages []string) {
	e.t.Helper()
	for {
		out, err := e.FilterLogEvents(e.ctx(), &in)
		must(e.t, err)
		for _, ev := range out.Events {
			messages = append(messages, *ev.Message)
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			return messages
		}
	}
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if awserr.Code(err) != code {
		t.Fatalf("error %v, want %s", err, code)
	}
}

func want(t *testing.T, got, want any) {
	t.Helper()
	if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
		t.Fatalf("got  %s\nwant %s", g, w)
	}
}

// firehose is the peer: it takes what it is sent, once for each job and request, as the real one does.
type firehose struct {
	k       *kernel.Kernel
	seen    map[string]bool
	records [][]byte
	calls   int
	roles   []call.Role

	before, after error // fails before or after it has taken the records
	refuse        []int // numbers of records that it refuses, once
	deny          string
	tagged        []string
	dying         func(at string) // called at points where the process may end
	check         func(sizes []int)
}

func (f *firehose) Invoke(ctx context.Context, _ *rt.Model, op *rt.Operation, in any) (any, error) {
	parent := call.From(ctx)
	if parent.InTx() {
		panic("peer called inside a transaction")
	}
	if tag, ok := in.(*firehoseapi.TagDeliveryStreamInput); ok {
		f.tagged = append(f.tagged, *tag.DeliveryStreamName+" "+*tag.Tags[0].Key+"="+*tag.Tags[0].Value)
		return &firehoseapi.TagDeliveryStreamOutput{}, nil
	}
	role, _ := call.AsOf(ctx)
	f.roles = append(f.roles, role)
	if f.deny == op.Name || f.deny == role.Service {
		return nil, awserr.New(400, "AccessDeniedException", "no")
	}
	if f.dying != nil {
		f.dying("before the call")
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	serial, _ := f.k.Child(parent)
	id := fmt.Sprint(parent.Job, serial)
	f.calls++
	if f.before != nil {
		return nil, f.before
	}
	var records []firehoseapi.Record
	if one, ok := in.(*firehoseapi.PutRecordInput); ok {
		records = []firehoseapi.Record{*one.Record}
	} else {
		records = in.(*firehoseapi.PutRecordBatchInput).Records
	}
	out := &firehoseapi.PutRecordBatchOutput{FailedPutCount: new(int32(len(f.refuse))), RequestResponses: make([]firehoseapi.PutRecordBatchResponseEntry, len(records))}
	for _, n := range f.refuse {
		out.RequestResponses[n].ErrorCode = new("ServiceUnavailableException")
	}
	for i, r := range records {
		if !f.seen[id] && out.RequestResponses[i].ErrorCode == nil {
			f.records = append(f.records, bytes.Clone(r.Data))
		}
	}
	if f.check != nil {
		sizes := make([]int, len(records))
		for i := range records {
			sizes[i] = len(records[i].Data)
		}
		f.check(sizes)
	}
	f.refuse = nil
	f.seen[id] = true
	if f.dying != nil {
		f.dying("after the call")
	}
	if f.after != nil {
		return nil, f.after
	}
	if op.Name == "PutRecord" {
		return &firehoseapi.PutRecordOutput{RecordId: new("1")}, nil
	}
	return out, nil
}

type envelope struct {
	MessageType, Owner, LogGroup, LogStream string
	SubscriptionFilters                     []string
	LogEvents                               []struct {
		ID        string
		Timestamp int64
		Message   string
	}
}

func (f *firehose) envelopes(t *testing.T) (list []envelope) {
	t.Helper()
	for _, r := range f.records {
		z, err := gzip.NewReader(bytes.NewReader(r))
		must(t, err)
		text, err := io.ReadAll(z)
		must(t, err)
		var e envelope
		must(t, json.Unmarshal(text, &e))
		list = append(list, e)
	}
	return list
}

// delivered are the messages by stream, in order, without control messages.
func (f *firehose) delivered(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for _, e := range f.envelopes(t) {
		if e.MessageType == "DATA_MESSAGE" {
			for _, ev := range e.LogEvents {
				fmt.Fprintf(&b, "%s:%s ", e.LogStream, ev.Message)
			}
		}
	}
	return strings.TrimSpace(b.String())
}

var errNet = errors.New("connection reset")

// What was put can be read at once, in order of time over all streams, and searched.
func TestPutAndFilter(t *testing.T) {
	e := open(t)
	e.group("g")
	e.stream("g", "a")
	e.stream("g", "b")
	e.put("g", "a", "ERROR one", "fine two")
	e.put("g", "b", "ERROR three")
	want(t, e.filter(api.FilterLogEventsInput{LogGroupName: new("g")}), []string{"ERROR one", "ERROR three", "fine two"})
	want(t, e.filter(api.FilterLogEventsInput{LogGroupName: new("g"), Limit: new(int32(1)), FilterPattern: new("ERROR")}), []string{"ERROR one", "ERROR three"})
	want(t, e.filter(api.FilterLogEventsInput{LogGroupIdentifier: new("arn:aws:logs:eu-central-1:111111111111:log-group:g:*"), LogStreamNamePrefix: new("b")}), []string{"ERROR three"})
	want(t, e.filter(api.FilterLogEventsInput{LogGroupName: new("g"), StartFromHead: new(false), Limit: new(int32(2))}), []string{"fine two", "ERROR three", "ERROR one"})
	_, err := e.FilterLogEvents(e.ctx(), &api.FilterLogEventsInput{LogGroupName: new("nope")})
	wantCode(t, err, "ResourceNotFoundException")
	_, err = e.FilterLogEvents(e.ctx(), &api.FilterLogEventsInput{LogGroupName: new("g"), FilterPattern: new("{ $.a")})
	wantCode(t, err, "InvalidParameterException")
}
