package kinesis

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	api "unyo/api/kinesis"
	"unyo/base/arn"
	"unyo/base/call"
	"unyo/kernel/meter"
	"unyo/kernel/resource"
	"unyo/kernel/store"
	"unyo/kernel/tags"
)

// maxConsumers is how many consumers a stream may have.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_RegisterStreamConsumer.html
const maxConsumers = 20

// consumer reads a stream with a capacity of its own. It is active at once, for under a held clock it would be CREATING for ever.
type consumer struct {
	Name      string
	CreatedAt time.Time
}

func (s *Service) consumerARN(scope call.Scope, stream string, row *consumer) string {
	return fmt.Sprintf("%s/consumer/%s:%d", s.arn(scope, stream), row.Name, row.CreatedAt.Unix())
}

// RegisterStreamConsumer makes a consumer.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_RegisterStreamConsumer.html
func (s *Service) RegisterStreamConsumer(ctx context.Context, in *api.RegisterStreamConsumerInput) (*api.RegisterStreamConsumerOutput, error) {
	out := &api.RegisterStreamConsumerOutput{}
	row := consumer{Name: *in.ConsumerName, CreatedAt: s.k.Clock.Now()}
	return out, s.update(ctx, nil, in.StreamARN, in.StreamId, func(tx *store.Tx, of *stream) error {
		c := tx.Call()
		key := store.Key(of.Name, row.Name)
		if s.consumers.Has(tx, key) {
			return api.NewResourceInUseException("Consumer %s under stream %s already exists for account %s.", row.Name, s.arn(c.Scope, of.Name), c.Account)
		}
		if n := len(s.consumersOf(tx, of.Name)); n >= maxConsumers {
			return limit("Stream %s under account %s has %d registered consumers, which is the most there can be.", of.Name, c.Account, n)
		}
		arn := s.consumerARN(c.Scope, of.Name, &row)
		s.consumers.Put(tx, key, row)
		s.k.Resources.Put(tx, resource.Resource{ARN: arn, Type: "AWS::Kinesis::StreamConsumer", Name: row.Name, Service: s.k.Name, Account: c.Account, Region: c.Region, Created: row.CreatedAt})
		s.levels(tx, of)
		out.Consumer = &api.Consumer{ConsumerARN: &arn, ConsumerName: &row.Name, ConsumerCreationTimestamp: &row.CreatedAt, ConsumerStatus: new(api.ConsumerStatusActive)}
		return mapTags(s.k.Tags.Set(tx, arn, tags.Sorted(in.Tags)...))
	})
}

// DeregisterStreamConsumer removes a consumer; its subscriptions end.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DeregisterStreamConsumer.html
func (s *Service) DeregisterStreamConsumer(ctx context.Context, in *api.DeregisterStreamConsumerInput) (*api.DeregisterStreamConsumerOutput, error) {
	if in.StreamId != nil {
		return nil, unsupported("StreamId")
	}
	who, err := s.consumerNamed(ctx, in.ConsumerARN, in.ConsumerName, in.StreamARN)
	if err != nil {
		return nil, err
	}
	err = s.k.Update(ctx, func(tx *store.Tx) error {
		of, row, err := s.consumer(tx, who)
		if err == nil {
			s.forgetConsumer(tx, of.Name, &row)
			s.levels(tx, &of)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	s.news.Ring(bellOf(call.ScopeOf(ctx), who.stream))
	return &api.DeregisterStreamConsumerOutput{}, nil
}

func (s *Service) forgetConsumer(tx *store.Tx, stream string, row *consumer) {
	arn := s.consumerARN(tx.Scope(), stream, row)
	s.consumers.Delete(tx, store.Key(stream, row.Name))
	s.k.Resources.Delete(tx, arn)
	s.k.Tags.Clear(tx, arn)
	s.k.Meter.Level(tx, meter.Usage{Service: s.k.Name, Type: fanoutHour}, arn, 0)
}

// DescribeStreamConsumer describes a consumer.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeStreamConsumer.html
func (s *Service) DescribeStreamConsumer(ctx context.Context, in *api.DescribeStreamConsumerInput) (*api.DescribeStreamConsumerOutput, error) {
	if in.StreamId != nil {
		return nil, unsupported("StreamId")
	}
	who, err := s.consumerNamed(ctx, in.ConsumerARN, in.ConsumerName, in.StreamARN)
	if err != nil {
		return nil, err
	}
	out := &api.DescribeStreamConsumerOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		of, row, err := s.consumer(tx, who)
		if err != nil {
			return err
		}
		out.ConsumerDescription = &api.ConsumerDescription{
			ConsumerARN: new(s.consumerARN(tx.Scope(), of.Name, &row)), ConsumerName: &row.Name, ConsumerCreationTimestamp: &row.CreatedAt,
			ConsumerStatus: new(api.ConsumerStatusActive), StreamARN: new(s.arn(tx.Scope(), of.Name)),
		}
		return nil
	})
}

// consumerToken continues a list of consumers.
type consumerToken struct {
	Stream, After string
	Made          time.Time
}

// ListStreamConsumers lists the consumers of a stream by name.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListStreamConsumers.html
func (s *Service) ListStreamConsumers(ctx context.Context, in *api.ListStreamConsumersInput) (*api.ListStreamConsumersOutput, error) {
	scope, now := call.ScopeOf(ctx), s.k.Clock.Now()
	var from consumerToken
	if in.NextToken != nil {
		if !s.unsealed("consumers", scope, *in.NextToken, &from) || s.arn(scope, from.Stream) != *in.StreamARN {
			return nil, invalid("NextToken is invalid.")
		}
		if now.Sub(from.Made) > tolerated {
			return nil, api.NewExpiredNextTokenException("NextToken has expired.")
		}
	}
	most := limitOf(in.MaxResults, 100)
	out := &api.ListStreamConsumersOutput{Consumers: []api.Consumer{}}
	return out, s.view(ctx, nil, in.StreamARN, in.StreamId, func(tx *store.Tx, of *stream) error {
		if at := in.StreamCreationTimestamp; at != nil && at.Unix() != of.CreatedAt.Unix() {
			return noStream(tx.Call(), of.Name)
		}
		for _, row := range s.consumersOf(tx, of.Name) {
			if row.Name <= from.After {
				continue
			}
			if len(out.Consumers) == most {
				out.NextToken = new(s.sealed("consumers", scope, consumerToken{of.Name, *out.Consumers[most-1].ConsumerName, now}))
				break
			}
			out.Consumers = append(out.Consumers, api.Consumer{
				ConsumerARN: new(s.consumerARN(scope, of.Name, &row)), ConsumerName: &row.Name, ConsumerCreationTimestamp: &row.CreatedAt, ConsumerStatus: new(api.ConsumerStatusActive),
			})
		}
		return nil
	})
}

func (s *Service) consumersOf(tx *store.Tx, stream string) (list []consumer) {
	for _, row := range s.consumers.Prefix(tx, store.Key(stream, ""), "") {
		list = append(list, row)
	}
	return list
}

// named is the consumer that a request means. made is the second in its ARN; 0 if it was named otherwise.
type named struct {
	stream, consumer string
	made             int64
}

// consumerNamed reads which consumer a request means: its ARN, or its name and its stream's ARN.
func (s *Service) consumerNamed(ctx context.Context, consumerARN, name, streamARN *string) (who named, err error) {
	switch {
	case consumerARN != nil && (name != nil || streamARN != nil) && (name == nil || streamARN == nil), consumerARN == nil && (name == nil || streamARN == nil):
		return who, invalid("Either ConsumerARN, or both ConsumerName and StreamARN, must be specified.")
	case consumerARN == nil:
		who.stream, err = s.streamName(ctx, nil, streamARN, nil)
		who.consumer = *name
		return who, err
	}
	if who, err = s.splitConsumer(ctx, *consumerARN); err != nil {
		return who, err
	}
	if name != nil && (*name != who.consumer || *streamARN != s.arn(call.ScopeOf(ctx), who.stream)) {
		return who, invalid("ConsumerARN, ConsumerName and StreamARN do not name the same consumer.")
	}
	return who, nil
}

// splitConsumer takes a consumer's ARN apart.
func (s *Service) splitConsumer(ctx context.Context, text string) (who named, err error) {
	scope := call.ScopeOf(ctx)
	a, err := arn.Parse(text)
	stream, rest, ok := strings.Cut(strings.TrimPrefix(a.Resource, "stream/"), "/consumer/")
	name, second, timed := strings.Cut(rest, ":")
	made, bad := strconv.ParseInt(second, 10, 64)
	if err != nil || !ok || !timed || bad != nil || !strings.HasPrefix(a.Resource, "stream/") || a.Service != "kinesis" {
		return who, invalid("%s is not the ARN of a consumer.", text)
	}
	who = named{stream, name, made}
	if !strings.HasPrefix(text, s.arn(scope, stream)+"/") {
		return who, noConsumer(scope.Account, stream, name)
	}
	return who, nil
}

// consumer reads the consumer that is meant, and its stream.
func (s *Service) consumer(tx *store.Tx, who named) (of stream, row consumer, err error) {
	of, ok := s.streams.Get(tx, who.stream)
	if !ok {
		return of, row, noStream(tx.Call(), who.stream)
	}
	row, ok = s.consumers.Get(tx, store.Key(who.stream, who.consumer))
	if !ok || (who.made != 0 && who.made != row.CreatedAt.Unix()) {
		return of, row, noConsumer(tx.Scope().Account, who.stream, who.consumer)
	}
	return of, row, nil
}

func noConsumer(account, stream, name string) error {
	return api.NewResourceNotFoundException("Consumer %s of stream %s under account %s not found.", name, stream, account)
}
