package logs_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	api "unyo/api/logs"
	"unyo/base/call"
	"unyo/kernel/clock"
)

const (
	streamARN = "arn:aws:firehose:eu-central-1:111111111111:deliverystream/sink"
	roleARN   = "arn:aws:iam::111111111111:role/cwl"
)

func (e *estate) subscribe(group, filter, pattern string) error {
	_, err := e.PutSubscriptionFilter(e.ctx(), &api.PutSubscriptionFilterInput{LogGroupName: &group, FilterName: &filter, FilterPattern: &pattern, DestinationArn: new(streamARN), RoleArn: new(roleARN)})
	return err
}

// subscribed is an estate whose group g, with the streams a and b, delivers ERROR lines.
func subscribed(t *testing.T) *estate {
	e := open(t)
	e.group("g")
	e.stream("g", "a")
	e.stream("g", "b")
	must(t, e.subscribe("g", "f", "ERROR"))
	return e
}

// What AWS documents of the messages: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
func TestSubscriptionDelivers(t *testing.T) {
	e := open(t)
	e.group("g")
	e.stream("g", "a")
	e.put("g", "a", "ERROR before the filter")
	must(t, e.subscribe("g", "f", "ERROR"))
	e.put("g", "a", "ERROR 1", "fine", "ERROR \"2\" \t\\ ü \x01")
	e.advance(0)
	all := e.firehose.envelopes(t)
	if len(all) != 2 || all[0].MessageType != "CONTROL_MESSAGE" || all[0].Owner != "CloudwatchLogs" {
		t.Fatalf("%+v", all)
	}
	d := all[1]
	want(t, []any{d.MessageType, d.Owner, d.LogGroup, d.LogStream, d.SubscriptionFilters}, "[DATA_MESSAGE 111111111111 g a [f]]")
	want(t, e.firehose.delivered(t), "a:ERROR 1 a:ERROR \"2\" \t\\ ü \x01")
	found, err := e.FilterLogEvents(e.ctx(), &api.FilterLogEventsInput{LogGroupName: new("g"), FilterPattern: new(`"ERROR 1"`)})
	must(t, err)
	want(t, d.LogEvents[0].ID, *found.Events[0].EventId)
	want(t, d.LogEvents[0].Timestamp, *found.Events[0].Timestamp)
	want(t, e.firehose.roles[len(e.firehose.roles)-1], call.Role{ARN: roleARN, SessionName: "CloudWatchLogs", Service: "logs.amazonaws.com", SourceARN: "arn:aws:logs:eu-central-1:111111111111:log-group:g:*", SourceAccount: "111111111111"})
}

// Older trust policies name the regional principal, and AWS's guide allows the role no more than firehose:PutRecord.
func TestSubscriptionFindsItsWayIn(t *testing.T) {
	for _, deny := range []string{"logs.amazonaws.com", "PutRecordBatch"} {
		e := open(t)
		e.firehose.deny = deny
		e.group("g")
		e.stream("g", "a")
		must(t, e.subscribe("g", "f", ""))
		e.put("g", "a", "one", "two")
		e.advance(0)
		want(t, e.firehose.delivered(t), "a:one a:two")
	}
}

func TestSubscriptionRefusals(t *testing.T) {
	e := open(t)
	e.group("g")
	e.firehose.before = errAWS
	err := e.subscribe("g", "f", "")
	wantCode(t, err, "InvalidParameterException")
	if !strings.Contains(err.Error(), "Could not deliver test message to specified Firehose stream. Check if the given Firehose stream is in ACTIVE state.") {
		t.Fatal(err)
	}
	e.firehose.before = nil
	must(t, e.subscribe("g", "f1", ""))
	must(t, e.subscribe("g", "f2", ""))
	wantCode(t, e.subscribe("g", "f3", ""), "LimitExceededException")
	must(t, e.subscribe("g", "f2", "changed"))
	wantCode(t, e.subscribe("nope", "f", ""), "ResourceNotFoundException")
	wantCode(t, e.subscribe("g", "f1", "[a"), "InvalidParameterException")
	for _, in := range []api.PutSubscriptionFilterInput{
		{DestinationArn: new("arn:aws:lambda:eu-central-1:111111111111:function:f"), RoleArn: new(roleARN)},
		{DestinationArn: new("arn:aws:kinesis:eu-central-1:111111111111:deliverystream/s"), RoleArn: new(roleARN)},
		{DestinationArn: new(streamARN)},
		{DestinationArn: new("nonsense"), RoleArn: new(roleARN)},
		{DestinationArn: new("arn:aws:firehose:eu-central-1:222222222222:deliverystream/sink"), RoleArn: new(roleARN)},
	} {
		in.LogGroupName, in.FilterName, in.FilterPattern = new("g"), new("f1"), new("")
		_, err := e.PutSubscriptionFilter(e.ctx(), &in)
		wantCode(t, err, "InvalidParameterException")
	}
	out, err := e.DescribeSubscriptionFilters(e.ctx(), &api.DescribeSubscriptionFiltersInput{LogGroupName: new("g"), Limit: new(int32(1))})
	must(t, err)
	want(t, []any{len(out.SubscriptionFilters), *out.SubscriptionFilters[0].FilterName}, "[1 f1]")
	out, err = e.DescribeSubscriptionFilters(e.ctx(), &api.DescribeSubscriptionFiltersInput{LogGroupName: new("g"), NextToken: out.NextToken})
	must(t, err)
	want(t, []any{len(out.SubscriptionFilters), *out.SubscriptionFilters[0].FilterPattern}, "[1 changed]")
	_, err = e.DeleteSubscriptionFilter(e.ctx(), &api.DeleteSubscriptionFilterInput{LogGroupName: new("g"), FilterName: new("f1")})
	must(t, err)
	_, err = e.DeleteSubscriptionFilter(e.ctx(), &api.DeleteSubscriptionFilterInput{LogGroupName: new("g"), FilterName: new("f1")})
	wantCode(t, err, "ResourceNotFoundException")
	must(t, e.subscribe("g", "f3", ""))
}

var errAWS = api.NewServiceUnavailableException("busy")

// However a delivery fails, everything arrives once and each stream in order: refused as a whole, in part, taken though the
// answer was lost (the same job asks again and the stream knows it).
func TestSubscriptionRetries(t *testing.T) {
	const lines = "a:ERROR 0 b:ERROR 1 a:ERROR 2 b:ERROR 3 a:ERROR 4"
	faults := map[string]func(*firehose){
		"none":    func(*firehose) {},
		"refused": func(f *firehose) { f.before = errAWS },
		"network": func(f *firehose) { f.before = errNet },
		"part":    func(f *firehose) { f.refuse = []int{3, 4} },
	}
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			e := subscribed(t)
			for i := range 5 {
				e.put("g", []string{"a", "b"}[i%2], "x", fmt.Sprint("ERROR ", i))
			}
			fault(e.firehose)
			e.advance(3 * time.Second)
			e.firehose.before = nil
			e.advance(time.Hour)
			want(t, e.firehose.delivered(t), lines)
		})
	}
}

// A crash is a job whose transaction or call fails: it is run again under its own number.
func TestSubscriptionSurvivesCrashes(t *testing.T) {
	for _, point := range []string{"before the call", "after the call"} {
		t.Run(point, func(t *testing.T) {
			e := subscribed(t)
			e.put("g", "a", "ERROR 1")
			ctx, cancel := context.WithCancel(context.Background())
			e.firehose.dying = func(at string) {
				if at == point {
					cancel()
				}
			}
			_, err := e.k.Clock.Advance(ctx, e.k.Clock.Now().Add(time.Second), func(clock.Progress) {})
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("Advance: %v", err)
			}
			e.firehose.dying = nil
			e.put("g", "b", "ERROR 2") // more has come before the job is run again
			e.advance(time.Minute)
			want(t, e.firehose.delivered(t), "a:ERROR 1 b:ERROR 2")
		})
	}
}

// After a day a delivery is given up, kept as work that could not be done, and can be done when asked for; what comes behind
// it flows.
func TestSubscriptionGivesUpAfterADay(t *testing.T) {
	e := subscribed(t)
	e.put("g", "a", "ERROR 1")
	e.firehose.before = errAWS
	e.advance(25 * time.Hour)
	failures, err := e.k.Jobs.Failures(context.Background(), 10)
	must(t, err)
	if len(failures) != 1 || failures[0].Job() != "logs.lost" || !strings.Contains(failures[0].Why, "busy") {
		t.Fatalf("%+v", failures)
	}
	if e.firehose.calls > 200 {
		t.Fatalf("%d calls within a day", e.firehose.calls)
	}
	e.firehose.before = nil
	e.put("g", "a", "ERROR 2")
	e.advance(time.Minute)
	want(t, e.firehose.delivered(t), "a:ERROR 2")
	must(t, e.k.Jobs.Again(context.Background(), failures[0].ID))
	e.advance(time.Minute)
	want(t, e.firehose.delivered(t), "a:ERROR 2 a:ERROR 1")
}

// Many large batches go out in calls that Firehose takes, in order.
func TestSubscriptionSplits(t *testing.T) {
	e := subscribed(t)
	var lines []string
	for i := range 8000 {
		lines = append(lines, fmt.Sprintf("ERROR %d %s", i, strings.Repeat("x", 80)))
	}
	e.firehose.check = func(sizes []int) {
		total := 0
		for _, n := range sizes {
			total += n
		}
		if len(sizes) > 500 || total > 4<<20 {
			t.Errorf("call with %d records, %d bytes", len(sizes), total)
		}
	}
	for i := range 20 {
		e.put("g", []string{"a", "b"}[i%2], lines...)
	}
	e.advance(time.Second)
	n := map[string]int{}
	for _, env := range e.firehose.envelopes(t)[1:] {
		for _, ev := range env.LogEvents {
			if prefix := fmt.Sprintf("ERROR %d ", n[env.LogStream]%8000); !strings.HasPrefix(ev.Message, prefix) {
				t.Fatalf("%s: %q, want %q", env.LogStream, ev.Message[:20], prefix)
			}
			n[env.LogStream]++
		}
	}
	want(t, n, map[string]int{"a": 80000, "b": 80000})
}

// The same calls under the held clock give the same rows.
func TestSameCallsSameRows(t *testing.T) {
	run := func() string {
		e := subscribed(t)
		_, err := e.PutRetentionPolicy(e.ctx(), &api.PutRetentionPolicyInput{LogGroupName: new("g"), RetentionInDays: new(int32(3))})
		must(t, err)
		for i := range 40 {
			e.put("g", "a", "ERROR", fmt.Sprint(i))
			e.put("g", "b", "fine")
			e.firehose.refuse = nil
			if i == 7 {
				e.firehose.refuse = []int{0}
			}
			e.advance(5 * time.Hour)
		}
		h, err := e.k.Hash(context.Background())
		must(t, err)
		return h
	}
	want(t, run(), run())
}
