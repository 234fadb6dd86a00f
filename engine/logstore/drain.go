package logstore

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"
)

// Stored is a visible batch. It is valid until the function it was handed to returns.
type Stored struct {
	Seq    uint64
	Stream uint64
	Events []Event
}

// Batches reads the segments, each brought back into the order of sequence, then the logs.
func (s *Store) Batches(ctx context.Context, group string, after uint64, yield func(*Stored) bool) error {
	g, err := s.group(ctx, group)
	if err != nil {
		return err
	}
	defer s.release(g)
	segments, logs, err := g.settled(ctx, after)
	if err != nil {
		return err
	}
	d := &drain{group: g, after: after, yield: yield}
	for _, seg := range segments {
		if err := d.segment(seg); err != nil || d.stopped {
			return err
		}
	}
	for _, l := range logs {
		for _, b := range l.batches {
			if err := d.batch(l.wal, b); err != nil || d.stopped {
				return err
			}
		}
	}
	return nil
}

// tail is what there is to read in one log.
type tail struct {
	wal     *wal
	batches []*batch
}

// settled waits for the batches staged so far and returns where those behind after lie.
func (g *group) settled(ctx context.Context, after uint64) ([]*segment, []tail, error) {
	stop := context.AfterFunc(ctx, func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.decided.Broadcast()
	})
	defer stop()
	g.mu.Lock()
	defer g.mu.Unlock()
	for until := g.next; g.undecided(until); {
		if g.closed {
			return nil, nil, ErrClosed
		}
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		g.decided.Wait()
	}
	var logs []tail
	for _, w := range g.wals {
		t := tail{wal: w}
		for _, b := range w.batches {
			if b.state == staged { // came since
				break
			}
			if b.seq > after && b.state == published {
				t.batches = append(t.batches, b)
			}
		}
		logs = append(logs, t)
		if w.undecided > 0 {
			break
		}
	}
	segments := slices.DeleteFunc(slices.Clone(g.segments), func(s *segment) bool { return s.last <= after })
	return segments, logs, nil
}

// undecided reports whether a batch before until waits for its fate. g.mu is held.
func (g *group) undecided(until uint64) bool {
	for _, w := range g.wals {
		if w.undecided > 0 && slices.ContainsFunc(w.batches, func(b *batch) bool { return b.state == staged && b.seq < until }) {
			return true
		}
	}
	return false
}

type drain struct {
	group   *group
	after   uint64
	yield   func(*Stored) bool
	stopped bool
	raw     []byte
	rows    []row
	out     Stored
}

// give hands out rows of one batch.
func (d *drain) give(rows []row, buf []byte) {
	d.out = Stored{Seq: rows[0].seq, Stream: rows[0].stream, Events: d.out.Events[:0]}
	for i := range rows {
		r := &rows[i]
		d.out.Events = append(d.out.Events, Event{r.ts, r.ingest, r.stream, r.seq, r.idx, buf[r.off:r.end]})
	}
	d.stopped = !d.yield(&d.out)
}

func (d *drain) batch(w *wal, b *batch) error {
	var err error
	if d.raw, d.rows, err = w.read(b, d.raw[:0], d.rows[:0]); err != nil || len(d.rows) == 0 {
		return err
	}
	d.give(d.rows, d.raw)
	return nil
}

// segment brings a segment's events back into the order in which they came.
func (d *drain) segment(seg *segment) error {
	f, _, err := d.group.store.o.FS.Open(filepath.Join(d.group.dir, seg.name))
	if isNotExist(err) { // dropped: all of it has expired
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	var buf []byte
	var rows []row
	var m memory
	for i := range seg.blocks {
		if err = seg.load(f, i, &m); err != nil {
			return err
		}
		if err = m.parse(seg.streams); err != nil {
			return err
		}
		base := uint32(len(buf))
		buf = append(buf, m.raw...)
		for _, r := range m.rows {
			if r.seq > d.after {
				r.off, r.end = r.off+base, r.end+base
				rows = append(rows, r)
			}
		}
	}
	slices.SortFunc(rows, func(a, b row) int { return key{0, a.seq, a.idx}.compare(key{0, b.seq, b.idx}) })
	for len(rows) > 0 && !d.stopped {
		n := slices.IndexFunc(rows, func(r row) bool { return r.seq != rows[0].seq })
		if n < 0 {
			n = len(rows)
		}
		d.give(rows[:n], buf)
		rows = rows[n:]
	}
	return nil
}

// Head is kept by the name of the log being written, also when all before it is gone.
func (s *Store) Head(ctx context.Context, group string) (uint64, error) {
	g, err := s.group(ctx, group)
	if err != nil {
		return 0, err
	}
	defer s.release(g)
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.next - 1, nil
}

// DropBefore removes the files whose every event is older than cutoff, and returns the time of the newest event of the file that can
// be dropped next.
func (s *Store) DropBefore(ctx context.Context, group string, cutoff int64) (next int64, ok bool, err error) {
	g, err := s.group(ctx, group)
	if err != nil {
		return 0, false, err
	}
	defer s.release(g)
	if err := g.retire(cutoff); err != nil {
		return 0, false, fmt.Errorf("cannot drop old events of log group %s: %w", group, err)
	}
	if s.o.Raw {
		err = g.forget(func(w *wal) bool { return newest(w) < cutoff })
	} else {
		err = g.seal(cutoff, new(workspace))
	}
	if err != nil {
		return 0, false, fmt.Errorf("cannot drop old events of log group %s: %w", group, err)
	}
	if err := g.unlink(cutoff); err != nil {
		return 0, false, fmt.Errorf("cannot drop old events of log group %s: %w", group, err)
	}
	next, ok = g.nextDrop()
	return next, ok, nil
}

// retire ends the log being written if all in it is older than cutoff.
func (g *group) retire(cutoff int64) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := len(g.wals)
	if n == 0 || g.closed || g.writing || len(g.wals[n-1].batches) == 0 || newest(g.wals[n-1]) >= cutoff {
		return nil
	}
	if err := g.mend(); err != nil {
		return err
	}
	return g.begin()
}

// newest is the time of the last event in w, or the least time when nothing in it is visible.
func newest(w *wal) int64 {
	hi := int64(math.MinInt64)
	for _, b := range w.batches {
		if b.state != dropped {
			hi = max(hi, b.hi)
		}
	}
	return hi
}

// unlink removes segments older than cutoff.
func (g *group) unlink(cutoff int64) error {
	g.sealing.Lock()
	defer g.sealing.Unlock()
	g.mu.Lock()
	var old []*segment
	g.segments = slices.DeleteFunc(slices.Clone(g.segments), func(s *segment) bool {
		if s.hi < cutoff {
			old = append(old, s)
			return true
		}
		return false
	})
	g.mu.Unlock()
	for _, s := range old {
		if err := ignoreMissing(g.store.o.FS.Remove(filepath.Join(g.dir, s.name))); err != nil {
			return err
		}
	}
	return nil
}

func (g *group) nextDrop() (next int64, ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	next = math.MaxInt64
	for _, s := range g.segments {
		next = min(next, s.hi)
	}
	for _, w := range g.wals {
		if hi := newest(w); hi > math.MinInt64 {
			next = min(next, hi)
		}
	}
	return next, next < math.MaxInt64
}
