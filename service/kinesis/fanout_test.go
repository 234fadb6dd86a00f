package kinesis

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	api "unyo/api/kinesis"
)

const streamARN = "arn:aws:kinesis:eu-central-1:111111111111:stream/s"

func (f *fixture) register(name string) *api.Consumer {
	f.t.Helper()
	return ok[*api.RegisterStreamConsumerOutput](f.t)(f.s.RegisterStreamConsumer(f.call(), &api.RegisterStreamConsumerInput{StreamARN: new(streamARN), ConsumerName: &name})).Consumer
}

// heard is what a subscriber was sent: an event, or the error that ended the stream.
type heard struct {
	event *api.SubscribeToShardEvent
	err   error
}

// subscribe listens to a shard until the test ends. The channel is closed with the stream.
func (f *fixture) subscribe(consumer *api.Consumer, shard string, at api.StartingPosition) <-chan heard {
	f.t.Helper()
	ctx, cancel := context.WithCancel(f.call())
	f.t.Cleanup(cancel)
	out := ok[*api.SubscribeToShardOutput](f.t)(f.s.SubscribeToShard(ctx, &api.SubscribeToShardInput{ConsumerARN: consumer.ConsumerARN, ShardId: &shard, StartingPosition: &at}))
	c := make(chan heard)
	go func() {
		defer close(c)
		for e, err := range out.EventStream {
			h := heard{err: err}
			if err == nil {
				h.event = e.SubscribeToShardEvent
			}
			select {
			case c <- h:
			case <-ctx.Done():
				return
			}
		}
	}()
	return c
}

// next is the next event that has records, or says something else than that there are none.
func next(t *testing.T, c <-chan heard) heard {
	t.Helper()
	for {
		h, open := <-c
		if !open || h.err != nil || len(h.event.Records) > 0 || len(h.event.ChildShards) > 0 {
			return h
		}
	}
}

func (h heard) data() string {
	var all []string
	if h.event != nil {
		for _, r := range h.event.Records {
			all = append(all, string(r.Data))
		}
	}
	return strings.Join(all, " ")
}

var fromTheBeginning = api.StartingPosition{Type: new("TRIM_HORIZON")}

func TestConsumers(t *testing.T) {
	f := setUp(t)
	f.create(1)
	a := f.register("a")
	if want := streamARN + "/consumer/a:1772366400"; *a.ConsumerARN != want || *a.ConsumerStatus != "ACTIVE" {
		t.Errorf("got %s %s, want %s", *a.ConsumerARN, *a.ConsumerStatus, want)
	}
	_, err := f.s.RegisterStreamConsumer(f.call(), &api.RegisterStreamConsumerInput{StreamARN: new(streamARN), ConsumerName: new("a")})
	wantCode(t, err, "ResourceInUseException")
	for i := range 19 {
		f.register(fmt.Sprint("b", i))
	}
	_, err = f.s.RegisterStreamConsumer(f.call(), &api.RegisterStreamConsumerInput{StreamARN: new(streamARN), ConsumerName: new("c")})
	wantCode(t, err, "LimitExceededException")

	page := ok[*api.ListStreamConsumersOutput](t)(f.s.ListStreamConsumers(f.call(), &api.ListStreamConsumersInput{StreamARN: new(streamARN), MaxResults: new(int32(15))}))
	rest := ok[*api.ListStreamConsumersOutput](t)(f.s.ListStreamConsumers(f.call(), &api.ListStreamConsumersInput{StreamARN: new(streamARN), NextToken: page.NextToken}))
	if len(page.Consumers) != 15 || len(rest.Consumers) != 5 || rest.NextToken != nil {
		t.Errorf("pages of %d and %d", len(page.Consumers), len(rest.Consumers))
	}
	if n := *ok[*api.DescribeStreamSummaryOutput](t)(f.s.DescribeStreamSummary(f.call(), &api.DescribeStreamSummaryInput{StreamName: new("s")})).StreamDescriptionSummary.ConsumerCount; n != 20 {
		t.Errorf("%d consumers", n)
	}
	for _, in := range []api.DescribeStreamConsumerInput{{ConsumerARN: a.ConsumerARN}, {ConsumerName: new("a"), StreamARN: new(streamARN)}, {ConsumerARN: a.ConsumerARN, ConsumerName: new("a"), StreamARN: new(streamARN)}} {
		if d := ok[*api.DescribeStreamConsumerOutput](t)(f.s.DescribeStreamConsumer(f.call(), &in)).ConsumerDescription; *d.ConsumerARN != *a.ConsumerARN || *d.StreamARN != streamARN {
			t.Errorf("described as %s of %s", *d.ConsumerARN, *d.StreamARN)
		}
	}
	for _, c := range []struct {
		in   api.DescribeStreamConsumerInput
		code string
	}{
		{api.DescribeStreamConsumerInput{}, "InvalidArgumentException"},
		{api.DescribeStreamConsumerInput{ConsumerName: new("a")}, "InvalidArgumentException"},
		{api.DescribeStreamConsumerInput{ConsumerARN: a.ConsumerARN, ConsumerName: new("b1"), StreamARN: new(streamARN)}, "InvalidArgumentException"},
		{api.DescribeStreamConsumerInput{ConsumerARN: new(streamARN)}, "InvalidArgumentException"},
		{api.DescribeStreamConsumerInput{ConsumerARN: new(streamARN + "/consumer/a:1")}, "ResourceNotFoundException"},
		{api.DescribeStreamConsumerInput{ConsumerARN: new(strings.Replace(*a.ConsumerARN, "1111", "2222", 1))}, "ResourceNotFoundException"},
	} {
		_, err := f.s.DescribeStreamConsumer(f.call(), &c.in)
		wantCode(t, err, c.code)
	}

	ok[*api.TagResourceOutput](t)(f.s.TagResource(f.call(), &api.TagResourceInput{ResourceARN: a.ConsumerARN, Tags: map[string]string{"k": "v"}}))
	if tags := ok[*api.ListTagsForResourceOutput](t)(f.s.ListTagsForResource(f.call(), &api.ListTagsForResourceInput{ResourceARN: a.ConsumerARN})).Tags; len(tags) != 1 {
		t.Errorf("tags %v", tags)
	}
	_, err = f.s.DeleteStream(f.call(), &api.DeleteStreamInput{StreamName: new("s")})
	wantCode(t, err, "ResourceInUseException")
	ok[*api.DeregisterStreamConsumerOutput](t)(f.s.DeregisterStreamConsumer(f.call(), &api.DeregisterStreamConsumerInput{ConsumerARN: a.ConsumerARN}))
	_, err = f.s.TagResource(f.call(), &api.TagResourceInput{ResourceARN: a.ConsumerARN, Tags: map[string]string{"k": "v"}})
	wantCode(t, err, "ResourceNotFoundException")
	ok[*api.DeleteStreamOutput](t)(f.s.DeleteStream(f.call(), &api.DeleteStreamInput{StreamName: new("s"), EnforceConsumerDeletion: new(true)}))
	f.create(1)
	if list := ok[*api.ListStreamConsumersOutput](t)(f.s.ListStreamConsumers(f.call(), &api.ListStreamConsumersInput{StreamARN: new(streamARN)})).Consumers; len(list) != 0 {
		t.Errorf("a new stream has %d consumers", len(list))
	}
}

// A subscriber is sent what is there, then what comes, and goes on where it was when it subscribes again, with nothing lost and
// nothing doubled; it ends after five minutes.
func TestSubscription(t *testing.T) {
	f := setUp(t)
	f.create(1)
	a := f.register("a")
	f.put("k", "1")
	f.put("k", "2")
	c := f.subscribe(a, shard0, fromTheBeginning)
	if h := next(t, c); h.data() != "1 2" || *h.event.MillisBehindLatest != 0 {
		t.Errorf("got %q %v", h.data(), h.err)
	}
	f.put("k", "3")
	h := next(t, c)
	if h.data() != "3" {
		t.Errorf("got %q %v", h.data(), h.err)
	}
	if h.event.ContinuationSequenceNumber == nil || *h.event.ContinuationSequenceNumber != *h.event.Records[0].SequenceNumber {
		t.Errorf("goes on behind %v", h.event.ContinuationSequenceNumber)
	}
	f.advance(5 * time.Minute)
	if h, open := <-c; open {
		t.Errorf("after five minutes: %q %v", h.data(), h.err)
	}
	f.put("k", "4")
	c = f.subscribe(a, shard0, api.StartingPosition{Type: new("AFTER_SEQUENCE_NUMBER"), SequenceNumber: h.event.ContinuationSequenceNumber})
	if h := next(t, c); h.data() != "4" {
		t.Errorf("got %q %v", h.data(), h.err)
	}
	c = f.subscribe(f.register("b"), shard0, api.StartingPosition{Type: new("LATEST")})
	first := <-c // says that there is nothing, and where to go on
	if len(first.event.Records) != 0 || first.event.ContinuationSequenceNumber == nil {
		t.Errorf("first event %+v", first.event)
	}
}

// A closed shard's last event names its children and no place to go on.
func TestSubscriptionToClosedShard(t *testing.T) {
	f := setUp(t)
	f.create(1)
	c := f.subscribe(f.register("a"), shard0, fromTheBeginning)
	f.put("k", "1")
	if h := next(t, c); h.data() != "1" {
		t.Errorf("got %q %v", h.data(), h.err)
	}
	ok[*api.SplitShardOutput](t)(f.s.SplitShard(f.call(), &api.SplitShardInput{StreamName: new("s"), ShardToSplit: new(shard0), NewStartingHashKey: new("1000")}))
	h := next(t, c)
	if h.event == nil || len(h.event.ChildShards) != 2 || h.event.ContinuationSequenceNumber != nil {
		t.Fatalf("got %+v %v", h.event, h.err)
	}
	if _, open := <-c; open {
		t.Error("the stream goes on behind the end of its shard")
	}
}

// Whoever subscribes again takes over; who is removed is told.
func TestSubscriptionTakenOver(t *testing.T) {
	f := setUp(t)
	f.create(1)
	a := f.register("a")
	first := f.subscribe(a, shard0, fromTheBeginning)
	<-first
	second := f.subscribe(a, shard0, fromTheBeginning)
	wantCode(t, next(t, first).err, "ResourceInUseException")
	<-second
	ok[*api.DeregisterStreamConsumerOutput](t)(f.s.DeregisterStreamConsumer(f.call(), &api.DeregisterStreamConsumerInput{ConsumerARN: a.ConsumerARN}))
	wantCode(t, next(t, second).err, "ResourceNotFoundException")
}

// While time flows a subscription stands for five seconds, and a shard gives GetRecords five calls a second.
func TestReadLimits(t *testing.T) {
	f, stop := live(t, t.TempDir())
	defer stop()
	f.create(1)
	a := f.register("a")
	f.subscribe(a, shard0, fromTheBeginning)
	_, err := f.s.SubscribeToShard(f.call(), &api.SubscribeToShardInput{ConsumerARN: a.ConsumerARN, ShardId: new(shard0), StartingPosition: &fromTheBeginning})
	wantCode(t, err, "ResourceInUseException")

	it := f.iterator(&api.GetShardIteratorInput{ShardId: new(shard0), ShardIteratorType: new("TRIM_HORIZON")})
	for range 200 { // at 200 ms a call that the shard is owed, no machine is too slow to be refused
		if _, err = f.s.GetRecords(f.call(), &api.GetRecordsInput{ShardIterator: it}); err != nil {
			break
		}
	}
	wantCode(t, err, "ProvisionedThroughputExceededException")
}

// An on-demand stream that is used to more than half doubles its shards at the end of the minute.
func TestOnDemandGrows(t *testing.T) {
	f := setUp(t)
	ok[*api.CreateStreamOutput](t)(f.s.CreateStream(f.call(), &api.CreateStreamInput{StreamName: new("s"), StreamModeDetails: &api.StreamModeDetails{StreamMode: new("ON_DEMAND")}}))
	open := func() int32 {
		return *ok[*api.DescribeStreamSummaryOutput](t)(f.s.DescribeStreamSummary(f.call(), &api.DescribeStreamSummaryInput{StreamName: new("s")})).StreamDescriptionSummary.OpenShardCount
	}
	minute := func(seconds int) {
		for range seconds {
			out := ok[*api.PutRecordsOutput](t)(f.s.PutRecords(f.call(), &api.PutRecordsInput{StreamName: new("s"), Records: entries(2, 500<<10, "a")}))
			if *out.FailedRecordCount != 0 {
				t.Fatal("refused")
			}
			f.advance(time.Second)
		}
		f.advance(time.Duration(60-seconds) * time.Second)
	}
	minute(30) // 29.3 MiB
	if n := open(); n != 4 {
		t.Errorf("%d shards after little", n)
	}
	minute(32)
	if n := open(); n != 8 {
		t.Errorf("%d shards after more than half", n)
	}
	f.advance(time.Hour)
	if n := open(); n != 8 {
		t.Errorf("%d shards after a quiet hour", n)
	}
}

func TestEnhancedMonitoring(t *testing.T) {
	f := setUp(t)
	f.create(1)
	on := ok[*api.EnableEnhancedMonitoringOutput](t)(f.s.EnableEnhancedMonitoring(f.call(), &api.EnableEnhancedMonitoringInput{StreamName: new("s"), ShardLevelMetrics: []string{"OutgoingBytes", "IncomingBytes"}}))
	if got := strings.Join(on.DesiredShardLevelMetrics, " "); got != "IncomingBytes OutgoingBytes" || len(on.CurrentShardLevelMetrics) != 0 {
		t.Errorf("from %v to %s", on.CurrentShardLevelMetrics, got)
	}
	ok[*api.EnableEnhancedMonitoringOutput](t)(f.s.EnableEnhancedMonitoring(f.call(), &api.EnableEnhancedMonitoringInput{StreamName: new("s"), ShardLevelMetrics: []string{"ALL"}}))
	off := ok[*api.DisableEnhancedMonitoringOutput](t)(f.s.DisableEnhancedMonitoring(f.call(), &api.DisableEnhancedMonitoringInput{StreamName: new("s"), ShardLevelMetrics: []string{"IncomingRecords"}}))
	if len(off.CurrentShardLevelMetrics) != 7 || len(off.DesiredShardLevelMetrics) != 6 {
		t.Errorf("from %v to %v", off.CurrentShardLevelMetrics, off.DesiredShardLevelMetrics)
	}
	d := ok[*api.DescribeStreamOutput](t)(f.s.DescribeStream(f.call(), &api.DescribeStreamInput{StreamName: new("s")})).StreamDescription
	if got := d.EnhancedMonitoring[0].ShardLevelMetrics; len(got) != 6 {
		t.Errorf("described as %v", got)
	}
}

// A subscription that is answered and never read gives its place back when its request ends.
func TestSubscriptionNeverRead(t *testing.T) {
	f := setUp(t)
	f.create(1)
	a := f.register("a")
	ctx, hangUp := context.WithCancel(f.call())
	in := &api.SubscribeToShardInput{ConsumerARN: a.ConsumerARN, ShardId: new(shard0), StartingPosition: &fromTheBeginning}
	ok[*api.SubscribeToShardOutput](t)(f.s.SubscribeToShard(ctx, in))
	held := func() bool {
		f.s.subscriptions.mu.Lock()
		defer f.s.subscriptions.mu.Unlock()
		return len(f.s.subscriptions.open) > 0
	}
	if !held() {
		t.Fatal("it has no place")
	}
	hangUp()
	for begun := time.Now(); held(); time.Sleep(time.Millisecond) {
		if time.Since(begun) > 2*time.Minute {
			t.Fatal("it holds its place")
		}
	}
}
