package kafka

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"sync"

	"github.com/minio/crc64nvme"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"unyo/engine/blob"
	"unyo/engine/recordstore"
)

// staging is the messages of one put on their way.
type staging struct {
	s    *Store
	done chan struct{} // closed when all have landed

	mu     sync.Mutex
	places []recordstore.Place // of those that have landed; the others' Ref has no File
	left   int
	given  bool // up: nobody waits any more
	err    error
}

// Stage implements recordstore.Engine.
func (s *Store) Stage(ctx context.Context, batches []recordstore.Batch) ([]recordstore.Place, error) {
	if len(batches) == 0 {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.o.Patience)
	defer cancel()
	if err := s.seen(ctx); err != nil {
		return nil, err
	}
	st := &staging{s: s, done: make(chan struct{}), places: make([]recordstore.Place, len(batches)), left: len(batches)}
	for i, b := range batches {
		// Not with the caller's context: a message that is given up takes those behind it with it, which are others'.
		s.client.TryProduce(context.Background(), &kgo.Record{Topic: s.topic.Name, Partition: s.partition(b.Shard), Key: []byte(b.Shard), Value: b.Data}, func(r *kgo.Record, err error) {
			st.land(i, r, err)
		})
	}
	select {
	case <-st.done:
	case <-ctx.Done():
	}
	return st.finish(ctx.Err())
}

// partition is where a shard's batches go.
func (s *Store) partition(shard string) int32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(shard))
	return int32(h.Sum32() % uint32(s.topic.Partitions))
}

// land notes that a message is there, or will not be.
func (st *staging) land(i int, r *kgo.Record, err error) {
	st.mu.Lock()
	defer st.mu.Unlock()
	ref := blob.Ref{File: uint64(r.Partition) + 1, Offset: r.Offset, Size: int64(len(r.Value)), Sum: crc64nvme.Checksum(r.Value)}
	switch {
	case err != nil:
		st.err = refused(err)
	case r.Offset < 0: // it was there before, and the cluster does not say where
		st.err = away(errors.New("the cluster does not know the offset"))
	case !st.s.know(ref):
		st.err = away(errors.New("the partition was cut off above it"))
	case st.given:
		st.s.forget(ref)
	default:
		st.places[i] = recordstore.Place{Ref: ref, Size: ref.Size}
	}
	if st.left--; st.left == 0 {
		close(st.done)
	}
}

// finish returns the places of all messages, or gives up those that have landed and those that still will.
func (st *staging) finish(over error) ([]recordstore.Place, error) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.left == 0 && st.err == nil {
		return st.places, nil
	}
	st.given = true
	for _, p := range st.places {
		if p.Ref.File != 0 {
			st.s.forget(p.Ref)
		}
	}
	if st.err != nil {
		return nil, st.err
	}
	return nil, away(over)
}

// forGood are errors that trying again does not mend.
var forGood = []error{kerr.MessageTooLarge, kerr.RecordListTooLarge, kerr.TopicAuthorizationFailed, kerr.ClusterAuthorizationFailed}

func refused(err error) error {
	if slices.ContainsFunc(forGood, func(e error) bool { return errors.Is(err, e) }) {
		return fmt.Errorf("Kafka refuses a message: %w", err)
	}
	return away(err)
}

// Discard implements recordstore.Engine.
func (s *Store) Discard(refs ...blob.Ref) error {
	s.forget(refs...)
	return nil
}
