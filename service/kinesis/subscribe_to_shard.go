package kinesis

import (
	"context"
	"fmt"
	"sync"
	"time"

	api "unyo/api/kinesis"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/kernel/meter"
	"unyo/kernel/store"
)

// A subscription lasts five minutes; within five seconds of its beginning nobody else can take it over. It gives 2 MiB a second.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SubscribeToShard.html
const (
	subscriptionLasts  = 5 * time.Minute
	subscriptionStands = 5 * time.Second
	fanoutBytes        = 2 << 20 // a second
	silence            = 5 * time.Second
	fanoutHour         = "EnhancedFanoutHour"
)

// SubscribeToShard streams the records of a shard to a consumer from a place on, as they come.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SubscribeToShard.html
func (s *Service) SubscribeToShard(ctx context.Context, in *api.SubscribeToShardInput) (*api.SubscribeToShardOutput, error) {
	if in.StreamId != nil {
		return nil, unsupported("StreamId")
	}
	who, err := s.splitConsumer(ctx, *in.ConsumerARN)
	if err != nil {
		return nil, err
	}
	sub := &subscription{s: s, who: who, scope: call.ScopeOf(ctx)}
	if err := s.k.View(ctx, func(tx *store.Tx) error { return sub.begin(tx, in) }); err != nil {
		return nil, err
	}
	if rt.Val(in.DryRun) {
		return nil, dryRun()
	}
	now := s.k.Clock.Now()
	taken, leave, ok := s.subscriptions.take(*in.ConsumerARN+" "+*in.ShardId, now, s.k.Flows())
	if !ok {
		return nil, api.NewResourceInUseException("Another active subscription exists for this consumer: %s, shard %s. Wait %s before taking it over.", *in.ConsumerARN, *in.ShardId, subscriptionStands)
	}
	context.AfterFunc(ctx, leave)                                       // also where the stream is never read: the client has hung up, or the answer failed
	s.news.Ring(bellOf(sub.scope, sub.who.stream+"/"+sub.who.consumer)) // for whom this takes over
	sub.end, sub.whole = now.Add(subscriptionLasts), now
	s.measureSubscription(ctx, sub)
	return &api.SubscribeToShardOutput{EventStream: func(yield func(*api.SubscribeToShardEventStream, error) bool) {
		defer leave()
		sub.run(ctx, taken, yield)
	}}, nil
}

// subscription is one consumer's way through one shard.
type subscription struct {
	s     *Service
	who   named
	scope call.Scope
	id    string // of the stream
	shard int
	next  uint64
	end   time.Time
	whole time.Time // when its capacity will be whole again
}

// begin finds the place to begin at.
func (sub *subscription) begin(tx *store.Tx, in *api.SubscribeToShardInput) error {
	s := sub.s
	of, row, err := s.consumer(tx, sub.who)
	if err != nil {
		return err
	}
	sub.who.made = row.CreatedAt.Unix()
	sh, ok := s.shard(tx, &of, *in.ShardId)
	if !ok {
		return noShard(tx.Call(), of.Name, *in.ShardId)
	}
	at := in.StartingPosition
	sub.id, sub.shard = of.ID, sh.Number
	sub.next, err = s.start(tx, tx.Call(), &of, &sh, &api.GetShardIteratorInput{ShardIteratorType: at.Type, StartingSequenceNumber: at.SequenceNumber, Timestamp: at.Timestamp})
	return err
}

// run sends what there is, then what comes, and now and then that nothing has.
func (sub *subscription) run(ctx context.Context, taken <-chan struct{}, yield func(*api.SubscribeToShardEventStream, error) bool) {
	s := sub.s
	rung, leave := s.news.Listen(bellOf(sub.scope, sub.who.stream), bellOf(sub.scope, sub.who.stream+"/"+sub.who.consumer))
	defer leave()
	quiet := time.Time{} // when an event is due though nothing came; the first at once
	for {
		select {
		case <-taken:
			yield(nil, api.NewResourceInUseException("Another subscription of this consumer to the shard has taken over."))
			return
		default:
		}
		now := s.k.Clock.Now()
		if !now.Before(sub.end) {
			return
		}
		if sub.rests() {
			if err := s.k.Wait(ctx, sub.whole.Add(-time.Second), nil); err != nil {
				return
			}
			continue
		}
		event, shut, err := sub.read(ctx)
		if err != nil {
			yield(nil, err)
			return
		}
		if len(event.Records) > 0 || shut || !now.Before(quiet) {
			quiet = now.Add(silence)
			if !yield(&api.SubscribeToShardEventStream{SubscribeToShardEvent: event}, nil) || shut {
				return
			}
		}
		if *event.MillisBehindLatest > 0 {
			continue
		}
		if err := s.k.Wait(ctx, earlier(quiet, sub.end), rung); err != nil { // the client has gone, or the house closes
			return
		}
	}
}

// rests reports that more than a second's capacity is used up. It is judged while time flows.
func (sub *subscription) rests() bool {
	return sub.s.k.Flows() && sub.whole.After(sub.s.k.Clock.Now().Add(time.Second))
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// read makes the next event. shut: it is the last, for the shard is closed and all of it was read.
func (sub *subscription) read(ctx context.Context) (event *api.SubscribeToShardEvent, shut bool, err error) {
	s := sub.s
	event = &api.SubscribeToShardEvent{Records: []api.Record{}, MillisBehindLatest: new(int64(0))}
	defer s.bytes.Pin()()
	var f found
	err = s.k.View(ctx, func(tx *store.Tx) (err error) {
		if _, _, err = s.consumer(tx, sub.who); err != nil {
			return err
		}
		f, err = s.find(tx, call.From(ctx), iterator{Stream: sub.who.stream, ID: sub.id, Shard: sub.shard, Next: sub.next}, maxReadRecords)
		return err
	})
	if err != nil {
		return nil, false, err
	}
	var out api.GetRecordsOutput
	next, err := s.read(ctx, &f, sub.next, maxReadRecords, fanoutBytes, &out)
	if err != nil {
		return nil, false, unreached(fmt.Errorf("cannot read shard %s of %q: %w", f.shard.id(), f.row.Name, err))
	}
	sub.next = next
	event.Records = append(event.Records, out.Records...)
	now := s.k.Clock.Now()
	if next < f.end {
		event.MillisBehindLatest = new(behind(now, out.Records))
	} else if shut = !f.shard.open(); shut {
		event.ChildShards = f.children
	}
	if !shut { // a consumer takes its absence for the end of the shard
		event.ContinuationSequenceNumber = new(f.row.sequence(&f.shard, max(next, 1)-1))
	}
	sub.count(ctx, &f, event, now)
	return event, shut, nil
}

// count uses up capacity, and says what was given.
func (sub *subscription) count(ctx context.Context, f *found, event *api.SubscribeToShardEvent, now time.Time) {
	n := bytesOf(event.Records)
	if sub.whole.Before(now) {
		sub.whole = now
	}
	sub.whole = sub.whole.Add(time.Duration(n) * time.Second / fanoutBytes)
	if n > 0 {
		sub.s.k.Meter.Count(ctx, meter.Quantity{Usage: meter.Usage{Service: sub.s.k.Name, Type: "EnhancedFanout-ReadBytes"}, Amount: float64(n)})
	}
	sub.s.measureEvent(ctx, sub, event, n)
}

// subscriptions are who reads what now, by consumer and shard. They are connections: nothing of them is kept.
type subscriptions struct {
	mu   sync.Mutex
	open map[string]*subscriber
}

type subscriber struct {
	since time.Time
	over  chan struct{} // closed when somebody else takes over
}

// take lets a subscriber in; taken is closed when another takes over. It may take over one that has stood for five seconds.
// A subscription that has ended stands in nobody's way.
func (b *subscriptions) take(key string, now time.Time, flows bool) (taken <-chan struct{}, leave func(), ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if old := b.open[key]; old != nil {
		if flows && now.Sub(old.since) < subscriptionStands {
			return nil, nil, false
		}
		close(old.over)
	}
	if b.open == nil {
		b.open = map[string]*subscriber{}
	}
	me := &subscriber{now, make(chan struct{})}
	b.open[key] = me
	return me.over, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.open[key] == me {
			delete(b.open, key)
		}
	}, true
}

// bellOf names what is rung when a stream, or the place of one consumer, has news.
func bellOf(scope call.Scope, name string) string {
	return scope.Account + " " + scope.Region + " " + name
}
