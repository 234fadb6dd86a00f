package kafka

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/minio/crc64nvme"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"unyo/engine/blob"
	"unyo/engine/recordstore"
)

// What one request brings at most, and at least, in bytes.
const (
	maxFetch = 4 << 20
	minFetch = 16 << 10
)

// ahead is how many of the next places are looked at to begin a request where the first of them lies: puts that ran at the same time
// may have been numbered otherwise than Kafka took them.
const ahead = 128

// reading is batches on their way to a reader.
type reading struct {
	s      *Store
	places []recordstore.Place
	uses   map[spot]int      // how many places are there that have not been handed out
	sums   map[spot]blob.Ref // what is to be there
	have   map[spot][]byte   // fetched, and not handed out
}

// spot is the place of a message.
type spot struct {
	part   int32
	offset int64
}

func spotOf(ref blob.Ref) spot { return spot{int32(ref.File - 1), ref.Offset} }

// Read implements recordstore.Engine.
func (s *Store) Read(ctx context.Context, places []recordstore.Place) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		if len(places) == 0 {
			return
		}
		if err := s.seen(ctx); err != nil {
			yield(nil, err)
			return
		}
		r := &reading{s: s, places: places, uses: map[spot]int{}, sums: map[spot]blob.Ref{}, have: map[spot][]byte{}}
		for _, p := range places {
			r.uses[spotOf(p.Ref)]++
			r.sums[spotOf(p.Ref)] = p.Ref
		}
		for i := range places {
			if data, err := r.take(ctx, i); !yield(data, err) || err != nil {
				return
			}
		}
	}
}

// take hands out the i-th batch, fetching it with those behind it when it is not there yet.
func (r *reading) take(ctx context.Context, i int) ([]byte, error) {
	p := r.places[i]
	at := spotOf(p.Ref)
	for {
		if value, ok := r.have[at]; ok {
			if r.uses[at]--; r.uses[at] == 0 {
				delete(r.have, at)
			}
			if p.Offset < 0 || p.Size < 0 || p.Offset+p.Size > int64(len(value)) {
				return nil, fmt.Errorf("cannot read %d bytes from %d of message %s", p.Size, p.Offset, p.Ref)
			}
			return value[p.Offset : p.Offset+p.Size], nil
		}
		from, bytes := r.next(i)
		if err := r.fetch(ctx, from, bytes); err != nil {
			return nil, err
		}
	}
}

// next is where to fetch for the i-th batch, and how much is wanted from there on.
func (r *reading) next(i int) (from spot, bytes int64) {
	from = spotOf(r.places[i].Ref)
	for n, p := range r.places[i:] {
		at := spotOf(p.Ref)
		if _, had := r.have[at]; had || at.part != from.part {
			continue
		}
		if n < ahead {
			from.offset = min(from.offset, at.offset)
		}
		if bytes += p.Ref.Size + 128; bytes > maxFetch {
			break
		}
	}
	return from, min(max(bytes, minFetch), maxFetch)
}

// fetch brings what lies from there on, and keeps what is wanted of it. It tries again while the cluster is away.
func (r *reading) fetch(ctx context.Context, from spot, bytes int64) error {
	ctx, cancel := context.WithTimeout(ctx, r.s.o.Patience)
	defer cancel()
	for {
		got, err := r.s.fetch(ctx, from, bytes)
		for _, rec := range got {
			at := spot{from.part, rec.Offset}
			if r.uses[at] == 0 {
				continue
			}
			if ref := r.sums[at]; int64(len(rec.Value)) != ref.Size || crc64nvme.Checksum(rec.Value) != ref.Sum {
				return fmt.Errorf("%w: message %d of partition %d is not what was put", blob.ErrDamaged, at.offset, at.part)
			}
			r.have[at] = rec.Value
		}
		if len(got) > 0 && got[0].Offset > from.offset {
			return fmt.Errorf("%w: message %d of partition %d is gone", blob.ErrDamaged, from.offset, from.part)
		}
		if len(got) > 0 || err != nil && !errors.Is(err, recordstore.ErrAway) {
			return err
		}
		if !wait(ctx) {
			if err == nil {
				err = away(fmt.Errorf("message %d of partition %d does not come", from.offset, from.part))
			}
			return err
		}
		_ = r.s.look(ctx) // the leader may be another; an error comes again
	}
}

// fetch asks the leader of a partition once.
func (s *Store) fetch(ctx context.Context, from spot, bytes int64) ([]*kgo.Record, error) {
	s.mu.Lock()
	leader := s.leaders[from.part]
	s.mu.Unlock()
	if leader < 0 {
		return nil, away(fmt.Errorf("partition %d has no leader", from.part))
	}
	req := s.request(from, bytes)
	answer, err := s.client.Broker(int(leader)).Request(ctx, req)
	if err != nil {
		return nil, away(err)
	}
	resp := answer.(*kmsg.FetchResponse)
	if err := kerr.ErrorForCode(resp.ErrorCode); err != nil {
		return nil, away(err)
	}
	for i := range resp.Topics {
		for j := range resp.Topics[i].Partitions {
			p := &resp.Topics[i].Partitions[j]
			if p.Partition != from.part {
				continue
			}
			switch err := kerr.ErrorForCode(p.ErrorCode); {
			case errors.Is(err, kerr.OffsetOutOfRange):
				return nil, s.outOfRange(ctx, from)
			case err != nil:
				return nil, away(err)
			}
			fetched, _ := kgo.ProcessFetchPartition(kgo.ProcessFetchPartitionOpts{Offset: from.offset, Topic: s.topic.Name, Partition: from.part}, p, decompressor, nil)
			if fetched.Err != nil && len(fetched.Records) == 0 {
				return nil, away(fetched.Err)
			}
			return fetched.Records, nil
		}
	}
	return nil, nil
}

// outOfRange tells a message that was deleted from one that a new leader does not show yet.
func (s *Store) outOfRange(ctx context.Context, from spot) error {
	p := kmsg.NewListOffsetsRequestTopicPartition()
	p.Partition, p.Timestamp = from.part, -2 // the first that is there
	t := kmsg.NewListOffsetsRequestTopic()
	t.Topic, t.Partitions = s.topic.Name, []kmsg.ListOffsetsRequestTopicPartition{p}
	req := kmsg.NewPtrListOffsetsRequest()
	req.Topics = []kmsg.ListOffsetsRequestTopic{t}
	resp, err := req.RequestWith(ctx, s.client)
	if err != nil {
		return away(err)
	}
	for _, t := range resp.Topics {
		for _, p := range t.Partitions {
			if p.ErrorCode == 0 && p.Offset > from.offset {
				return fmt.Errorf("%w: message %d of partition %d was deleted", blob.ErrDamaged, from.offset, from.part)
			}
		}
	}
	return away(kerr.OffsetOutOfRange)
}

var decompressor = kgo.DefaultDecompressor()

func (s *Store) request(from spot, bytes int64) *kmsg.FetchRequest {
	p := kmsg.NewFetchRequestTopicPartition()
	p.Partition, p.FetchOffset, p.PartitionMaxBytes = from.part, from.offset, int32(bytes)
	t := kmsg.NewFetchRequestTopic()
	t.Topic, t.TopicID, t.Partitions = s.topic.Name, s.topic.id(), []kmsg.FetchRequestTopicPartition{p}
	req := kmsg.NewPtrFetchRequest()
	req.MaxWaitMillis, req.MinBytes, req.MaxBytes = 100, 1, int32(bytes)
	req.Topics = []kmsg.FetchRequestTopic{t}
	return req
}
