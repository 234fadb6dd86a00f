package firehose

import (
	"context"
	"strings"

	"unyo/engine/blob"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// What one run takes on: enough to be worth a transaction, not so much that others wait.
const (
	processBatches = 200
	processBytes   = 8 << 20
	processedBytes = 64 << 20 // what may come out of it
)

// process turns records that have arrived into what is delivered: unpacked, taken apart, their partition found. It acts on nothing outside, so
// a crash at any point leaves all or nothing of a run.
//
// The steps are those of AWS in its order: decompression, message extraction, deaggregation, (Lambda,) partitioning keys, delimiter.
// https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-multirecord-deaggergation.html
func (s *Service) process(ctx context.Context, a flushArg) error {
	p, err := s.intake(ctx, a)
	if err != nil || p == nil {
		return err
	}
	w := s.newSpill(ctx)
	if err = p.run(w); err == nil {
		err = w.finish()
	}
	if err != nil {
		return w.giveBack(err)
	}
	var freed []blob.Ref
	err = s.k.Update(ctx, func(tx *store.Tx) error {
		freed = freed[:0]
		row, ok := s.streams.Get(tx, a.Stream)
		if !ok || row.ID != a.ID {
			return errGone
		}
		at := store.Key(a.ID, bufferIn)
		fill, _ := s.fills.Get(tx, at)
		for i := range p.done {
			fill.Bytes -= p.list[i].Bytes
			freed = append(freed, s.release(tx, a.ID, p.keys[i], &p.list[i])...)
		}
		w.add(tx, &row)
		s.processed(tx, p)
		jobs.Settle(ctx, tx)
		_, next, more := s.batches.First(tx, position(a.ID, bufferIn))
		if !more {
			s.emptied(tx, &row, bufferIn)
			return nil
		}
		fill.Skip, fill.First = p.skip, next.At
		s.fills.Put(tx, at, fill)
		s.arm(tx, &row, bufferIn, &fill)
		return nil
	})
	if err != nil {
		return w.settled(err)
	}
	s.blobs.Free(freed...)
	return nil
}

// intake reads what a run will work on; nil when there is nothing.
func (s *Service) intake(ctx context.Context, a flushArg) (p *pass, err error) {
	err = s.k.View(ctx, func(tx *store.Tx) error {
		p = nil
		row, ok := s.streams.Get(tx, a.Stream)
		if !ok || row.ID != a.ID {
			return nil
		}
		fill, _ := s.fills.Get(tx, store.Key(a.ID, bufferIn))
		p = &pass{s: s, row: row, skip: fill.Skip, now: s.k.Clock.Now()}
		size := int64(0)
		for key, b := range s.batches.Prefix(tx, position(a.ID, bufferIn), "") {
			if len(p.list) == processBatches || size > 0 && size+b.Bytes > processBytes {
				break
			}
			p.list, p.keys = append(p.list, b), append(p.keys, key)
			size += b.Bytes
		}
		if len(p.list) == 0 {
			p = nil
			return nil
		}
		if row.Partition != nil {
			t, _ := s.tallies.Get(tx, a.ID)
			p.active, p.open = t.Partitions, map[string]bool{}
			for key := range s.fills.Prefix(tx, store.Key(a.ID, partitionOf), "") {
				p.open[strings.TrimPrefix(key, store.Key(a.ID, ""))] = true
			}
		}
		return nil
	})
	if err != nil || p == nil {
		return nil, err
	}
	return p, p.prepare()
}
