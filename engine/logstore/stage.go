package logstore

import (
	"context"
	"fmt"
	"hash/crc32"
	"slices"
	"sync"
	"time"
)

// write is a batch on its way to the disk.
type write struct {
	rec   []byte
	sum   uint32
	batch *batch
	in    int64 // ingestion
	wal   *wal
	turn  chan verdict
}

// verdict tells a waiting writer how its batch fared, or that it is to write for all who wait.
type verdict struct {
	err  error
	lead bool
}

// buffers of records; at most one for each call in flight.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// A log file spans at most this much ingestion, so that what expires can be dropped a day at a time.
var logSpan = (24 * time.Hour).Milliseconds()

// Stage appends the batch to the group's log. Writers of one group share the disk's syncs. Messages are copied.
func (s *Store) Stage(ctx context.Context, b *Batch) (Ref, error) {
	g, err := s.group(ctx, b.Group)
	if err != nil {
		return Ref{}, err
	}
	defer s.release(g)
	buf := buffers.Get().(*[]byte)
	defer func() {
		if cap(*buf) <= 4<<20 {
			buffers.Put(buf)
		}
	}()
	*buf = appendRecord((*buf)[:0], b)
	rec := *buf
	if len(rec)-frameHeader > maxPayload {
		return Ref{}, fmt.Errorf("%w: %d bytes", ErrTooLarge, len(rec))
	}
	w := &write{rec: rec, sum: crc32.Checksum(rec[frameHeader:], castagnoli), batch: summary(b), in: b.Ingestion, turn: make(chan verdict, 1)}
	if err := g.append(w); err != nil {
		return Ref{}, fmt.Errorf("cannot write to log group %s: %w", b.Group, full(err))
	}
	return Ref{Seq: w.batch.seq, Sum: w.sum, Bytes: w.batch.bytes, batch: w.batch, group: g, wal: w.wal}, nil
}

func summary(b *Batch) *batch {
	x := &batch{stream: b.Stream, number: b.Number, count: len(b.Events)}
	for i := range b.Events {
		ts := b.Events[i].Timestamp
		if i == 0 {
			x.lo, x.hi = ts, ts
		}
		x.lo, x.hi, x.bytes = min(x.lo, ts), max(x.hi, ts), x.bytes+int64(len(b.Events[i].Message))
	}
	return x
}

// append puts w in line and returns when it is on disk. Whoever finds nobody writing writes for all in line.
func (g *group) append(w *write) error {
	g.mu.Lock()
	if g.closed {
		g.mu.Unlock()
		return ErrClosed
	}
	g.pending = append(g.pending, w)
	if g.writing {
		g.mu.Unlock()
		if v := <-w.turn; !v.lead {
			return v.err
		}
		g.mu.Lock()
	}
	g.writing = true
	round := g.pending
	g.pending = nil
	err := g.write(round)
	if len(g.pending) > 0 {
		g.pending[0].turn <- verdict{lead: true}
	} else {
		g.writing = false
	}
	g.mu.Unlock()
	for _, x := range round {
		if x != w {
			x.turn <- verdict{err: err}
		}
	}
	return err
}

// write puts a round of batches on disk, all or none. g.mu is held, but not while the disk works.
func (g *group) write(round []*write) error {
	if g.closed {
		return ErrClosed
	}
	if err := g.mend(); err != nil {
		return err
	}
	if err := g.rotate(round[0].in); err != nil {
		return err
	}
	l := g.wals[len(g.wals)-1]
	at, seq := l.size, g.next
	g.mu.Unlock()
	var err error
	for _, x := range round {
		rec := l.key.frame(x.rec, at, seq)
		x.batch.seq, x.batch.at, x.batch.size, x.wal = seq, at, int64(len(rec)), l
		if _, err = l.file.WriteAt(rec, at); err != nil {
			break
		}
		at, seq = at+int64(len(rec)), seq+1
	}
	if err == nil {
		err = l.file.Sync()
	}
	g.mu.Lock()
	if err != nil {
		g.unsound = true
		return err
	}
	if len(l.batches) == 0 {
		l.since = round[0].in
	}
	l.size, g.next = at, seq
	for _, x := range round {
		l.batches = append(l.batches, x.batch)
	}
	l.undecided += len(round)
	return nil
}

// mend cuts off what a failed write may have left behind the end of the log. Until that has worked nothing is written,
// for a reader after a crash would take the remains for batches.
func (g *group) mend() error {
	if !g.unsound {
		return nil
	}
	l := g.wals[len(g.wals)-1]
	if err := l.file.Truncate(l.size); err != nil {
		return fmt.Errorf("%w: %w", ErrBroken, err)
	}
	if err := l.file.Sync(); err != nil {
		return fmt.Errorf("%w: %w", ErrBroken, err)
	}
	g.unsound = false
	return nil
}

// rotate begins a new log file when there is none, or the last is full or a day old.
func (g *group) rotate(ingest int64) error {
	if n := len(g.wals); n > 0 {
		l := g.wals[n-1]
		if l.key == nil { // from before: nothing is added to it
			if len(l.batches) == 0 {
				g.wals = slices.Clip(g.wals[:n-1]) // begun anew under the same name
			}
			return g.begin()
		}
		if len(l.batches) == 0 || l.size < g.store.o.LogBytes && ingest-l.since < logSpan {
			return nil
		}
	}
	return g.begin()
}

// begin starts a new log file. g.mu is held.
func (g *group) begin() error {
	w, err := g.create(g.next)
	if err != nil {
		return err
	}
	if n := len(g.wals); n > 0 {
		g.wals[n-1].full = true
	}
	g.wals = append(slices.Clip(g.wals), w)
	g.wantSeal()
	return nil
}
