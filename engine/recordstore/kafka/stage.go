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

	mu      sync.Mutex
	refs    []blob.Ref // of those that have landed; the others have no File
	left    int
	givenUp bool // nobody waits any more
	err     error
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
	messages, places, in := s.pack(batches)
	st := &staging{s: s, done: make(chan struct{}), refs: make([]blob.Ref, len(messages)), left: len(messages)}
	for i, m := range messages {
		// Not with the caller's context: a message that is given up takes those behind it with it, which are others'.
		s.client.TryProduce(context.Background(), m, func(r *kgo.Record, err error) { st.land(i, r, err) })
	}
	select {
	case <-st.done:
	case <-ctx.Done():
	}
	if err := st.finish(ctx.Err()); err != nil {
		return nil, err
	}
	for i := range places {
		places[i].Ref = st.refs[in[i]]
	}
	return places, nil
}

// pack makes one message of the batches that go to the same partition. places are where the batches lie in their messages, and in says in which.
func (s *Store) pack(batches []recordstore.Batch) (messages []*kgo.Record, places []recordstore.Place, in []int) {
	places, in = make([]recordstore.Place, len(batches)), make([]int, len(batches))
	of := map[int32]int{} // the message for each partition
	var sizes []int64
	for i, b := range batches {
		p := s.partition(b.Shard)
		m, begun := of[p]
		if !begun {
			m = len(messages)
			of[p], messages, sizes = m, append(messages, &kgo.Record{Topic: s.topic.Name, Partition: p}), append(sizes, 0)
		}
		in[i], places[i] = m, recordstore.Place{Offset: sizes[m], Size: int64(len(b.Data))}
		sizes[m] += places[i].Size
	}
	for i, b := range batches {
		m := messages[in[i]]
		if m.Value == nil {
			m.Value = make([]byte, 0, sizes[in[i]])
		}
		m.Value = append(m.Value, b.Data...)
	}
	return messages, places, in
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
	case st.givenUp:
		st.s.forget(ref)
	default:
		st.refs[i] = ref
	}
	if st.left--; st.left == 0 {
		close(st.done)
	}
}

// finish says that all messages are there, or gives up those that have landed and those that still will.
func (st *staging) finish(over error) error {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.left == 0 && st.err == nil {
		return nil
	}
	st.givenUp = true
	for _, ref := range st.refs {
		if ref.File != 0 {
			st.s.forget(ref)
		}
	}
	if st.err != nil {
		return st.err
	}
	return away(over)
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
