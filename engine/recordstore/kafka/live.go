package kafka

import (
	"cmp"
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"unyo/engine/blob"
)

// part is what is known of a partition: how many offsets rows name, or will soon, in each stretch of them.
type part struct {
	live    map[int64]int32 // stretch → offsets in it
	low     int64           // no stretch below is in live
	top     int64           // behind the highest offset seen
	cut     int64           // what lies below is destroyed, or is about to be
	owed    bool            // the cluster has not said that it has cut there
	cleared int64           // what lies below was forgotten by Clear
}

// stretch is how many offsets are counted together.
const stretch = 1024

// know counts a ref; false: it names no place that there is.
func (s *Store) know(ref blob.Ref) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ref.File == 0 || ref.File > uint64(len(s.parts)) || ref.Offset < 0 {
		return false
	}
	p := &s.parts[ref.File-1]
	p.top = max(p.top, ref.Offset+1)
	if ref.Offset < p.cut {
		return false
	}
	if len(p.live) == 0 {
		p.live, p.low = map[int64]int32{}, ref.Offset/stretch
	}
	p.low = min(p.low, ref.Offset/stretch)
	p.live[ref.Offset/stretch]++
	return true
}

// forget counts refs off.
func (s *Store) forget(refs ...blob.Ref) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, ref := range refs {
		p := &s.parts[ref.File-1]
		at := ref.Offset / stretch
		if ref.Offset < p.cleared || p.live[at] == 0 {
			continue
		}
		if p.live[at]--; p.live[at] == 0 {
			delete(p.live, at)
		}
	}
}

// floor is the offset below which no row names any, nor will.
func (p *part) floor() int64 {
	if len(p.live) == 0 {
		return p.top
	}
	for p.live[p.low] == 0 {
		p.low++
	}
	return p.low * stretch
}

// reap destroys what was freed, as far as it is the oldest.
func (s *Store) reap(refs ...blob.Ref) {
	s.forget(refs...)
	if err := s.trim(); err != nil {
		s.o.Failed(err)
	}
}

// trim cuts partitions off below what is named. One that fails is tried again when more was freed.
func (s *Store) trim() error {
	s.trimming.Lock()
	defer s.trimming.Unlock()
	t := kmsg.NewDeleteRecordsRequestTopic()
	t.Topic = s.topic.Name
	s.mu.Lock()
	for i := range s.parts {
		p := &s.parts[i]
		if floor := p.floor(); floor > p.cut || p.owed {
			p.cut, p.owed = max(p.cut, floor), true
			t.Partitions = append(t.Partitions, kmsg.DeleteRecordsRequestTopicPartition{Partition: int32(i), Offset: p.cut})
		}
	}
	s.mu.Unlock()
	if len(t.Partitions) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), s.o.Patience)
	defer cancel()
	req := kmsg.NewPtrDeleteRecordsRequest()
	req.TimeoutMillis = int32(s.o.Patience.Milliseconds())
	req.Topics = append(req.Topics, t)
	resp, err := req.RequestWith(ctx, s.client)
	if err == nil {
		err = s.settle(resp)
	}
	if err != nil {
		return fmt.Errorf("cannot delete old records in topic %s: %w", s.topic.Name, err)
	}
	return nil
}

// settle notes which partitions were cut.
func (s *Store) settle(resp *kmsg.DeleteRecordsResponse) (first error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range resp.Topics {
		for _, p := range t.Partitions {
			if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
				first = cmp.Or(first, fmt.Errorf("partition %d: %w", p.Partition, err))
			} else if int(p.Partition) < len(s.parts) {
				s.parts[p.Partition].owed = false
			}
		}
	}
	return first
}

// Clear implements recordstore.Engine.
func (s *Store) Clear() error {
	s.mu.Lock()
	for i := range s.parts {
		p := &s.parts[i]
		p.live, p.cleared = nil, p.top
	}
	s.mu.Unlock()
	return s.trim()
}
