package sdk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logstypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	kinesistypes "github.com/aws/aws-sdk-go-v2/service/kinesis/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	kinesisapi "unyo/api/kinesis"
	lambdaapi "unyo/api/lambda"
	logsapi "unyo/api/logs"
	"unyo/api/rt"
	s3api "unyo/api/s3"
	"unyo/wire"
)

// serve answers every request with out over real HTTP, for clients that listen while the server speaks.
func serve(t *testing.T, m *rt.Model, operation string, out any) (endpoint string, failed <-chan error) {
	t.Helper()
	ended := make(chan error, 16) // the client may have the last event before the server has returned
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ended <- wire.Encode(w, &wire.Response{Protocol: m.Protocols[0], Model: m, Op: m.Operation(operation), Out: out, RequestID: "id-1"})
	}))
	t.Cleanup(s.Close)
	return s.URL, ended
}

func credentials(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
}

// dialing is an HTTP client that reaches endpoint whatever the host's name: StartLiveTail puts a prefix before it.
func dialing(endpoint string) *http.Client {
	address := strings.TrimPrefix(endpoint, "http://")
	return &http.Client{Transport: copier{&http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, address)
	}}}}
}

// copier sends a copy of each request's body. The SDK (smithy-go 1.28.9) closes a body as soon as the answer begins, and the closed body's WriteTo says
// io.EOF where a reader at its end says nil: net/http, which may only then look whether the body has ended, takes that for a request it could not write and
// closes the connection under whoever reads the answer.
type copier struct{ next http.RoundTripper }

func (c copier) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err = errors.Join(err, r.Body.Close()); err != nil {
			return nil, err
		}
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	return c.next.RoundTrip(r)
}

func TestLiveTail(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	release := make(chan struct{})
	endpoint, _ := serve(t, logsapi.Model, "StartLiveTail", &logsapi.StartLiveTailOutput{
		ResponseStream: func(yield func(*logsapi.StartLiveTailResponseStream, error) bool) {
			if !yield(&logsapi.StartLiveTailResponseStream{SessionStart: &logsapi.LiveTailSessionStart{SessionId: new("s-1")}}, nil) {
				return
			}
			<-release // the client has the first event before the second exists: each is sent at once
			if !yield(&logsapi.StartLiveTailResponseStream{SessionUpdate: &logsapi.LiveTailSessionUpdate{
				SessionResults: []logsapi.LiveTailSessionLogEvent{{Message: new("hello"), Timestamp: new(at.UnixMilli())}},
			}}, nil) {
				return
			}
			yield(nil, &logsapi.SessionTimeoutException{Message: new("Three hours.")})
		},
	})
	client := cloudwatchlogs.New(cloudwatchlogs.Options{Region: "us-east-1", BaseEndpoint: &endpoint, Credentials: aws.CredentialsProviderFunc(credentials),
		HTTPClient: dialing(endpoint)})
	out, err := client.StartLiveTail(context.Background(), &cloudwatchlogs.StartLiveTailInput{LogGroupIdentifiers: []string{"arn:aws:logs:us-east-1:000000000000:log-group:g"}})
	if err != nil {
		t.Fatal(err)
	}
	stream := out.GetStream()
	defer stream.Close()
	first, ok := (<-stream.Events()).(*logstypes.StartLiveTailResponseStreamMemberSessionStart)
	if !ok || *first.Value.SessionId != "s-1" {
		t.Fatalf("first event %#v", first)
	}
	close(release)
	second, ok := (<-stream.Events()).(*logstypes.StartLiveTailResponseStreamMemberSessionUpdate)
	if !ok || *second.Value.SessionResults[0].Message != "hello" {
		t.Fatalf("second event %#v", second)
	}
	for range stream.Events() {
	}
	var timeout *logstypes.SessionTimeoutException
	if err := stream.Err(); !errors.As(err, &timeout) || *timeout.Message != "Three hours." {
		t.Errorf("the stream ended with %v", err)
	}
}

func TestSubscribeToShard(t *testing.T) {
	endpoint, _ := serve(t, kinesisapi.Model, "SubscribeToShard", &kinesisapi.SubscribeToShardOutput{
		EventStream: func(yield func(*kinesisapi.SubscribeToShardEventStream, error) bool) {
			for i := range 3 {
				if !yield(&kinesisapi.SubscribeToShardEventStream{SubscribeToShardEvent: &kinesisapi.SubscribeToShardEvent{
					ContinuationSequenceNumber: new(fmt.Sprint(i)), MillisBehindLatest: new(int64(0)),
					Records: []kinesisapi.Record{{Data: []byte{byte(i)}, PartitionKey: new("p"), SequenceNumber: new("1")}},
				}}, nil) {
					return
				}
			}
		},
	})
	client := kinesis.New(kinesis.Options{Region: "us-east-1", BaseEndpoint: &endpoint, Credentials: aws.CredentialsProviderFunc(credentials), HTTPClient: dialing(endpoint)})
	out, err := client.SubscribeToShard(context.Background(), &kinesis.SubscribeToShardInput{
		ConsumerARN: aws.String("arn:aws:kinesis:us-east-1:000000000000:stream/s/consumer/c:1"), ShardId: aws.String("shardId-0"),
		StartingPosition: &kinesistypes.StartingPosition{Type: kinesistypes.ShardIteratorTypeLatest},
	})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for e := range out.GetStream().Events() {
		v := e.(*kinesistypes.SubscribeToShardEventStreamMemberSubscribeToShardEvent).Value
		if v.Records[0].Data[0] != byte(n) {
			t.Errorf("event %d: %v", n, v.Records[0].Data)
		}
		n++
	}
	if err := out.GetStream().Err(); err != nil || n != 3 {
		t.Errorf("%d events, %v", n, err)
	}
}

func TestInvokeWithResponseStream(t *testing.T) {
	endpoint, _ := serve(t, lambdaapi.Model, "InvokeWithResponseStream", &lambdaapi.InvokeWithResponseStreamOutput{
		StatusCode: new(int32(200)), ExecutedVersion: new("7"),
		EventStream: func(yield func(*lambdaapi.InvokeWithResponseStreamResponseEvent, error) bool) {
			_ = yield(&lambdaapi.InvokeWithResponseStreamResponseEvent{PayloadChunk: &lambdaapi.InvokeResponseStreamUpdate{Payload: []byte("chunk\x00")}}, nil) &&
				yield(&lambdaapi.InvokeWithResponseStreamResponseEvent{InvokeComplete: &lambdaapi.InvokeWithResponseStreamCompleteEvent{ErrorCode: new("E")}}, nil)
		},
	})
	client := lambda.New(lambda.Options{Region: "us-east-1", BaseEndpoint: &endpoint, Credentials: aws.CredentialsProviderFunc(credentials), HTTPClient: dialing(endpoint)})
	out, err := client.InvokeWithResponseStream(context.Background(), &lambda.InvokeWithResponseStreamInput{FunctionName: aws.String("f")})
	if err != nil {
		t.Fatal(err)
	}
	if *out.ExecutedVersion != "7" {
		t.Errorf("version %q", *out.ExecutedVersion)
	}
	chunk, ok := (<-out.GetStream().Events()).(*lambdatypes.InvokeWithResponseStreamResponseEventMemberPayloadChunk)
	if !ok || string(chunk.Value.Payload) != "chunk\x00" {
		t.Errorf("chunk %v", chunk)
	}
	end, ok := (<-out.GetStream().Events()).(*lambdatypes.InvokeWithResponseStreamResponseEventMemberInvokeComplete)
	if !ok || *end.Value.ErrorCode != "E" {
		t.Errorf("end %v", end)
	}
}

func TestSelectObjectContent(t *testing.T) {
	endpoint, failed := serve(t, s3api.Model, "SelectObjectContent", &s3api.SelectObjectContentOutput{
		Payload: func(yield func(*s3api.SelectObjectContentEventStream, error) bool) {
			_ = yield(&s3api.SelectObjectContentEventStream{Records: &s3api.RecordsEvent{Payload: []byte("a,b\n")}}, nil) &&
				yield(&s3api.SelectObjectContentEventStream{Stats: &s3api.StatsEvent{Details: &s3api.Stats{BytesScanned: new(int64(9))}}}, nil) &&
				yield(&s3api.SelectObjectContentEventStream{Cont: &s3api.ContinuationEvent{}}, nil) &&
				yield(&s3api.SelectObjectContentEventStream{End: &s3api.EndEvent{}}, nil) &&
				yield(nil, errors.New("disk on fire"))
		},
	})
	client := s3.New(s3.Options{Region: "us-east-1", BaseEndpoint: &endpoint, UsePathStyle: true, Credentials: aws.CredentialsProviderFunc(credentials), HTTPClient: dialing(endpoint)})
	out, err := client.SelectObjectContent(context.Background(), &s3.SelectObjectContentInput{
		Bucket: aws.String("b"), Key: aws.String("k"), Expression: aws.String("select * from s3object"), ExpressionType: s3types.ExpressionTypeSql,
		InputSerialization: &s3types.InputSerialization{CSV: &s3types.CSVInput{}}, OutputSerialization: &s3types.OutputSerialization{CSV: &s3types.CSVOutput{}},
	})
	if err != nil {
		t.Fatal(err)
	}
	var seen string
	for e := range out.GetStream().Events() {
		switch e := e.(type) {
		case *s3types.SelectObjectContentEventStreamMemberRecords:
			seen += "records " + string(e.Value.Payload)
		case *s3types.SelectObjectContentEventStreamMemberStats:
			seen += fmt.Sprintf("stats %d\n", *e.Value.Details.BytesScanned)
		case *s3types.SelectObjectContentEventStreamMemberCont:
			seen += "cont\n"
		case *s3types.SelectObjectContentEventStreamMemberEnd:
			seen += "end\n"
		}
	}
	if seen != "records a,b\nstats 9\ncont\nend\n" {
		t.Errorf("saw %q", seen)
	}
	if err := out.GetStream().Err(); err == nil {
		t.Error("the exception was lost")
	}
	out.GetStream().Close()
	if err := <-failed; err == nil || err.Error() != "disk on fire" {
		t.Errorf("the gateway learned %v", err)
	}
}
