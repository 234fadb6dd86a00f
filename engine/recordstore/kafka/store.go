package kafka

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"unyo/base/reap"
	"unyo/engine/blob"
	"unyo/engine/recordstore"
)

// Options of a store.
type Options struct {
	// Durable returns when all rows committed so far survive power loss. It is asked before what was freed is destroyed.
	// Nil means that commits are durable when they return.
	Durable func() error
	// Failed is told of what goes wrong in the background. Nil: nobody is.
	Failed func(error)
	// Temp has the topic deleted by Close.
	Temp bool
	// User and Password log in, where the address says how.
	User, Password string
	// Patience bounds how long a call waits for the cluster. 0: ten seconds.
	Patience time.Duration
}

const defaultPatience = 10 * time.Second

// glance is how long a known topic is looked for when the store is opened.
const glance = 2 * time.Second

// Store is an open topic.
type Store struct {
	o      Options
	at     address
	topic  topic
	client *kgo.Client

	reaper  *reap.Reaper[blob.Ref]
	running sync.WaitGroup

	mu      sync.Mutex
	parts   []part  // what rows name of each partition
	leaders []int32 // of each partition; nil until the topic has been seen

	trimming sync.Mutex
}

var _ recordstore.Engine = (*Store)(nil)

// Open opens the topic that dir names, or makes one when there is none. where is HOST:PORT[,HOST:PORT]…[?partitions=N&replicas=N&tls=true&sasl=plain].
// committed yields every Ref that a row holds. A cluster that is away is waited for only when the topic is to be made.
func Open(dir, where string, committed iter.Seq2[blob.Ref, error], o Options) (*Store, error) {
	o.Patience = cmp.Or(o.Patience, defaultPatience)
	if o.Failed == nil {
		o.Failed = func(error) {}
	}
	s := &Store{o: o}
	var err error
	if s.at, err = parse(where); err != nil {
		return nil, err
	}
	if s.client, err = newClient(s.at, o); err != nil {
		return nil, fmt.Errorf("cannot use Kafka at %s: %w", where, err)
	}
	if err := s.open(filepath.Join(dir, "topic.json"), committed); err != nil {
		s.client.Close()
		return nil, fmt.Errorf("cannot open records in Kafka at %s: %w", where, err)
	}
	s.reaper = reap.New(s.reap, o.Durable)
	s.running.Go(s.reaper.Run)
	return s, nil
}

func (s *Store) open(file string, committed iter.Seq2[blob.Ref, error]) error {
	ctx, cancel := context.WithTimeout(context.Background(), s.o.Patience)
	defer cancel()
	known, err := s.topic.load(file)
	if err != nil {
		return err
	}
	if !known {
		for _, err := range committed {
			return cmp.Or(err, errors.New("this estate's records lie on its own disk: start it without -kinesis"))
		}
		return s.found(ctx, file)
	}
	s.parts = make([]part, s.topic.Partitions)
	for ref, err := range committed {
		if err != nil {
			return err
		}
		if !s.know(ref) {
			return fmt.Errorf("a row names %s, which is in no partition of topic %s", ref, s.topic.Name)
		}
	}
	ctx, cancel = context.WithTimeout(ctx, glance)
	defer cancel()
	if err := s.look(ctx); errors.Is(err, recordstore.ErrAway) { // the house opens without it
		s.o.Failed(err)
	} else if err != nil {
		return err
	}
	return nil
}

func newClient(at address, o Options) (*kgo.Client, error) {
	patience := o.Patience
	options := []kgo.Opt{
		kgo.SeedBrokers(at.brokers...),
		kgo.ClientID("unyo"),
		kgo.RequiredAcks(kgo.AllISRAcks()),
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.ProducerLinger(0),
		kgo.ProducerBatchMaxBytes(maxMessage),
		kgo.MaxBufferedRecords(100_000),
		kgo.MaxBufferedBytes(256 << 20),
		kgo.RecordDeliveryTimeout(patience),
		kgo.UnknownTopicRetries(-1),              // a broker that has just come back may not know it yet
		kgo.AllowIdempotentProduceCancellation(), // what is given up and arrives after all is an orphan
		kgo.ProduceRequestTimeout(patience),
		kgo.RequestTimeoutOverhead(patience / 2),
		kgo.RetryTimeout(patience),
		kgo.DialTimeout(patience / 2),
		kgo.MetadataMinAge(100 * time.Millisecond),
		kgo.RetryBackoffFn(func(int) time.Duration { return 100 * time.Millisecond }),
	}
	if at.tls {
		options = append(options, kgo.DialTLSConfig(&tls.Config{MinVersion: tls.VersionTLS12}))
	}
	if at.sasl != "" {
		options = append(options, kgo.SASL(mechanisms[at.sasl](o.User, o.Password)))
	}
	return kgo.NewClient(options...)
}

// Pin implements recordstore.Engine.
func (s *Store) Pin() (release func()) { return s.reaper.Pin() }

// Free implements recordstore.Engine.
func (s *Store) Free(refs ...blob.Ref) { s.reaper.Free(refs...) }

// Sweep destroys what was freed, now. For tests.
func (s *Store) Sweep() { s.reaper.Sweep() }

// Close implements recordstore.Engine.
func (s *Store) Close() (err error) {
	s.reaper.Stop()
	s.running.Wait()
	if s.o.Temp {
		err = s.drop()
	}
	s.client.Close()
	return err
}

// drop deletes the topic.
func (s *Store) drop() error {
	ctx, cancel := context.WithTimeout(context.Background(), s.o.Patience)
	defer cancel()
	req := kmsg.NewPtrDeleteTopicsRequest()
	req.TimeoutMillis = int32(s.o.Patience.Milliseconds())
	req.TopicNames = []string{s.topic.Name}
	t := kmsg.NewDeleteTopicsRequestTopic()
	t.Topic = &s.topic.Name
	req.Topics = append(req.Topics, t)
	if _, err := req.RequestWith(ctx, s.client); err != nil {
		return fmt.Errorf("cannot delete topic %s: %w", s.topic.Name, err)
	}
	return nil
}
