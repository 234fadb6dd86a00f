package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"
)

const streamARN = "arn:aws:kinesis:us-east-1:000000000000:stream/bench"

func kinesisCall(ctx context.Context, c *client, url, operation, body string) ([]byte, error) {
	return c.do(ctx, "POST", url+"/", "kinesis", kinesisHeader(operation), []byte(body), true)
}

func kinesisHeader(operation string) map[string]string {
	return map[string]string{"X-Amz-Target": "Kinesis_20131202." + operation, "Content-Type": "application/x-amz-json-1.1"}
}

// subscribable makes a stream, and a role in which Logs may put to it.
func subscribable(ctx context.Context, c *client, s *server, shards int) error {
	if _, err := kinesisCall(ctx, c, s.url, "CreateStream", fmt.Sprintf(`{"StreamName":"bench","ShardCount":%d}`, shards)); err != nil {
		return err
	}
	for _, form := range []url.Values{
		{"Action": {"CreateRole"}, "RoleName": {"logs"}, "AssumeRolePolicyDocument": {`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"logs.amazonaws.com"},"Action":"sts:AssumeRole"}]}`}},
		{"Action": {"PutRolePolicy"}, "RoleName": {"logs"}, "PolicyName": {"p"}, "PolicyDocument": {`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kinesis:PutRecord","Resource":"*"}]}`}},
	} {
		form.Set("Version", "2010-05-08")
		if _, err := c.do(ctx, "POST", s.url+"/", "iam", formHeader, []byte(form.Encode()), true); err != nil {
			return err
		}
	}
	return nil
}

func subscribeGroup(ctx context.Context, c *client, s *server, group string) error {
	_, err := logsCall(ctx, c, s.url, "PutSubscriptionFilter", fmt.Appendf(nil, `{"logGroupName":%q,"filterName":"f","filterPattern":"ERROR","destinationArn":%q,"roleArn":"arn:aws:iam::000000000000:role/logs"}`, group, streamARN))
	return err
}

// idleGroups: 10,000 groups with a subscription filter each, of which nobody wants anything.
func idleGroups(ctx context.Context, b *bench) error {
	const groups, workers = 10_000, 16
	s, err := b.fresh()
	if err != nil {
		return err
	}
	defer s.end()
	c := newClient(workers)
	if err := subscribable(ctx, c, s, 100); err != nil { // each filter is tested by a message
		return err
	}
	memory := s.resident()
	var wg sync.WaitGroup
	var mu sync.Mutex
	var first error
	for w := range workers {
		wg.Go(func() {
			for i := w; i < groups; i += workers {
				name := "group-" + strconv.Itoa(i)
				_, err := logsCall(ctx, c, s.url, "CreateLogGroup", fmt.Appendf(nil, `{"logGroupName":%q}`, name))
				if err == nil {
					err = subscribeGroup(ctx, c, s, name)
				}
				if err != nil {
					mu.Lock()
					first = err
					mu.Unlock()
					return
				}
			}
		})
	}
	if wg.Wait(); first != nil {
		return first
	}
	s.quiet()
	before := s.cpu()
	time.Sleep(10 * time.Second)
	fmt.Printf("%d groups with filters: %.3f CPU-seconds in 10 idle seconds, memory %.0f MiB (%.0f before)\n", groups, (s.cpu() - before).Seconds(), s.resident(), memory)
	return nil
}

// lineToConsumer: from the call of PutLogEvents until a consumer of Kinesis has the line, by subscription filter and enhanced fan-out.
func lineToConsumer(ctx context.Context, b *bench) error {
	const lines = 1000
	c := newClient(4)
	s, err := b.logEstate(ctx, c, 1)
	if err != nil {
		return err
	}
	defer s.end()
	if err := subscribable(ctx, c, s, 1); err != nil {
		return err
	}
	if err := subscribeGroup(ctx, c, s, "bench"); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	arrived := make(chan time.Time, lines)
	failed := make(chan error, 1)
	ready := make(chan struct{})
	go func() { failed <- consume(ctx, c, s, ready, func() { arrived <- time.Now() }) }()
	select {
	case <-ready:
	case err := <-failed:
		return err
	}
	var took []time.Duration
	for i := range lines {
		begin := time.Now()
		if _, err := logsCall(ctx, c, s.url, "PutLogEvents", fmt.Appendf(nil, `{"logGroupName":"bench","logStreamName":"s0","logEvents":[{"timestamp":%d,"message":"ERROR line %d"}]}`, begin.UnixMilli(), i)); err != nil {
			return err
		}
		select {
		case at := <-arrived:
			took = append(took, at.Sub(begin))
		case err := <-failed:
			return err
		case <-time.After(10 * time.Second):
			return fmt.Errorf("line %d does not arrive", i)
		}
		time.Sleep(5 * time.Millisecond)
	}
	slices.Sort(took)
	fmt.Printf("PutLogEvents to consumer of Kinesis, %d lines one by one: p50 %s p99 %s max %s\n", lines, took[lines/2].Round(10*time.Microsecond), took[lines*99/100].Round(10*time.Microsecond), took[lines-1].Round(10*time.Microsecond))
	return nil
}

// consume subscribes to the stream's shard and calls arrival for each record with log events.
func consume(ctx context.Context, c *client, s *server, ready chan struct{}, arrival func()) error {
	out, err := kinesisCall(ctx, c, s.url, "RegisterStreamConsumer", fmt.Sprintf(`{"StreamARN":%q,"ConsumerName":"bench"}`, streamARN))
	if err != nil {
		return err
	}
	var consumer struct{ Consumer struct{ ConsumerARN string } }
	if err := json.Unmarshal(out, &consumer); err != nil {
		return err
	}
	body := fmt.Appendf(nil, `{"ConsumerARN":%q,"ShardId":"shardId-000000000000","StartingPosition":{"Type":"LATEST"}}`, consumer.Consumer.ConsumerARN)
	resp, err := c.open(ctx, "POST", s.url+"/", "kinesis", kinesisHeader("SubscribeToShard"), body, true)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("SubscribeToShard: %s", resp.Status)
	}
	frames := eventstream.NewDecoder()
	for first := true; ; first = false {
		m, err := frames.Decode(resp.Body, nil)
		if err != nil {
			return err
		}
		if first {
			close(ready)
		}
		var event struct{ Records []struct{ Data []byte } }
		if err := json.Unmarshal(m.Payload, &event); err != nil {
			return err
		}
		for range event.Records {
			arrival()
		}
	}
}

// putRecords: Kinesis PutRecords of 500 records of 100 bytes from 64 writers, durable.
func putRecords(ctx context.Context, b *bench) error {
	if err := b.putRecords(ctx, "on this disk"); err != nil || b.kafka == "" {
		return err
	}
	return b.putRecords(ctx, "in a Kafka", "-kinesis", "kafka="+b.kafka)
}

func (b *bench) putRecords(ctx context.Context, where string, flags ...string) error {
	const writers, records = 64, 500
	s, err := b.fresh(flags...)
	if err != nil {
		return err
	}
	defer s.end()
	c := newClient(writers)
	if err := subscribable(ctx, c, s, 64); err != nil {
		return err
	}
	data := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("x"), 100))
	bodies := make([]string, writers)
	for w := range bodies {
		var list []string
		for i := range records {
			list = append(list, fmt.Sprintf(`{"Data":%q,"PartitionKey":"%d-%d"}`, data, w, i))
		}
		bodies[w] = `{"StreamName":"bench","Records":[` + strings.Join(list, ",") + `]}`
	}
	var mu sync.Mutex
	refused := 0
	r, err := load(ctx, writers, 6*time.Second, s, func(ctx context.Context, w, _ int) error {
		out, err := kinesisCall(ctx, c, s.url, "PutRecords", bodies[w])
		if err != nil {
			return err
		}
		var answer struct{ FailedRecordCount int }
		if err := json.Unmarshal(out, &answer); err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		refused += answer.FailedRecordCount
		return nil
	})
	if err != nil {
		return err
	}
	taken := float64(r.calls*records - int64(refused))
	fmt.Printf("PutRecords %s, 64 writers, 64 shards: %.0f records/s, %.0f per CPU-second of the server, call p50 %s p99 %s, %d records over the shards' limit refused\n",
		where, taken/r.wall.Seconds(), taken/r.cpu.Seconds(), r.p50.Round(10*time.Microsecond), r.p99.Round(10*time.Microsecond), refused)
	return nil
}
