package logstore

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"

	"unyo/engine/shaped"
)

// Sweeping is a search in no order, by several workers at once.
type Sweeping struct {
	Filter         // but for Start, End and Desc
	Last    uint64 // of batches up to this sequence
	Workers int
	// Apart has blocks whose lines are kept taken apart handed out so: all lines of one, as they are, if one may hold what is in Contains.
	Apart bool
	// Oldest has it begin with the oldest.
	Oldest bool
	// Skip, unless nil, is asked before so many events from lo to hi are read, all of which may be handed out: whether they need not be. They count all the same.
	Skip func(worker int, lo, hi int64, events int) bool
	// Turn, unless nil, is asked before each piece is read, and returns when the sweep may go on.
	Turn func(ctx context.Context) error
}

// Yield is given events by one of a sweep's workers. With lines, the events are all of that block, in its order, and have no Message.
type Yield func(worker int, events []Event, lines shaped.Block) error

// Swept is what lies in a sweep's time and streams, with or without the texts of Contains.
type Swept struct{ Events, Bytes int64 } // Bytes of messages

// Sweeper is an Engine that can hand out events faster where their order does not matter.
type Sweeper interface {
	Sweep(ctx context.Context, group string, f Sweeping, yield Yield) (Swept, error)
}

var _ Sweeper = (*Store)(nil)

// Sweep hands the wanted events to yield, several at a time, in no order (the newest rather first), from up to f.Workers goroutines, each of which has a number.
// An error of yield ends it. Of an engine that is no Sweeper they come in order, from one.
func Sweep(ctx context.Context, e Engine, group string, f Sweeping, yield Yield) (Swept, error) {
	if s, ok := e.(Sweeper); ok {
		return s.Sweep(ctx, group, f, yield)
	}
	q := f.Filter.query()
	all := f.Filter
	all.Contains = nil
	var n Swept
	var fault error
	one := make([]Event, 1)
	err := e.Scan(ctx, group, all, func(x *Event) bool {
		if x.Seq > f.Last {
			return true
		}
		n.Events++
		n.Bytes += int64(len(x.Message))
		if q.needle != nil && !(bytes.Contains(x.Message, q.needle) && q.hasRest(x.Message)) {
			return true
		}
		one[0] = *x
		fault = yield(0, one, nil)
		return fault == nil
	})
	if fault != nil {
		err = fault
	}
	return n, err
}

// swath is a piece of a sweep: a block of a segment, or some batches of a log.
type swath struct {
	seg     *sweptSegment
	block   int
	wal     *wal
	batches []*batch
	lo, hi  int64
	whole   bool // all of it is wanted, but for texts
	held    Swept
}

// swathBytes is about how many bytes of a log are read at once.
const swathBytes = 256 << 10

// sweptSegment is a segment whose file is opened when it is first read.
type sweptSegment struct {
	*segment
	open sync.Once
	file File // nil: it has been dropped since the sweep began
	err  error
}

// sweep is one Sweep under way.
type sweep struct {
	*query
	last  uint64
	f     *Sweeping
	group *group
	list  []swath
	next  atomic.Int64
	stop  atomic.Bool
	yield Yield
}

// Sweep reads blocks beside each other, the newest first.
func (s *Store) Sweep(ctx context.Context, group string, f Sweeping, yield Yield) (Swept, error) {
	g, err := s.group(ctx, group)
	if err != nil {
		return Swept{}, err
	}
	defer s.release(g)
	w := &sweep{query: f.Filter.query(), last: f.Last, f: &f, group: g, yield: yield}
	segments := w.collect()
	defer func() {
		for _, seg := range segments {
			if seg.file != nil {
				seg.file.Close() // read only: nothing can be lost
			}
		}
	}()
	totals, faults := make([]Swept, f.Workers), make([]error, f.Workers)
	var wait sync.WaitGroup
	for i := range min(f.Workers, len(w.list)) {
		wait.Go(func() {
			if totals[i], faults[i] = w.work(ctx, i); faults[i] != nil {
				w.stop.Store(true)
			}
		})
	}
	wait.Wait()
	var total Swept
	for i := range totals {
		if faults[i] != nil {
			return Swept{}, fmt.Errorf("cannot read log group %s: %w", group, faults[i])
		}
		total.Events += totals[i].Events
		total.Bytes += totals[i].Bytes
	}
	return total, nil
}

// collect lists what is to be read.
func (w *sweep) collect() (segments []*sweptSegment) {
	g, q := w.group, w.query
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, s := range g.segments {
		if !q.overlaps(s.lo, s.hi) || s.base > w.last {
			continue
		}
		seg := &sweptSegment{segment: s}
		segments = append(segments, seg)
		for i := range s.blocks {
			b := &s.blocks[i]
			if q.overlaps(b.lo, b.hi) && (q.streams == nil || slices.ContainsFunc(b.streams, func(n uint32) bool { return q.streams[s.streams[n]] })) {
				w.list = append(w.list, swath{seg: seg, block: i, lo: b.lo, hi: b.hi, whole: w.within(b, s), held: Swept{int64(b.count), b.bytes}})
			}
		}
	}
	for _, l := range g.wals {
		w.collectLog(l)
	}
	slices.SortStableFunc(w.list, func(a, b swath) int {
		if w.f.Oldest {
			return cmp.Compare(a.hi, b.hi)
		}
		return cmp.Compare(b.lo, a.lo)
	})
	return segments
}

// collectLog lists the batches of a log, some at a time.
func (w *sweep) collectLog(l *wal) {
	none := swath{wal: l, lo: math.MaxInt64, hi: math.MinInt64, whole: true}
	s, size := none, int64(0)
	for _, b := range l.batches {
		if b.state != published || b.seq > w.last || !w.overlaps(b.lo, b.hi) || w.streams != nil && !w.streams[b.stream] {
			continue
		}
		s.batches = append(s.batches, b)
		s.lo, s.hi = min(s.lo, b.lo), max(s.hi, b.hi)
		s.whole = s.whole && b.lo >= w.From && b.hi < w.To
		s.held.Events += int64(b.count)
		s.held.Bytes += b.bytes
		if size += b.size; size >= swathBytes {
			w.list = append(w.list, s)
			s, size = none, 0
		}
	}
	if s.batches != nil {
		w.list = append(w.list, s)
	}
}

// work takes one swath after another.
func (w *sweep) work(ctx context.Context, n int) (total Swept, err error) {
	m := memories.Get().(*memory)
	defer m.free()
	var events []Event
	for !w.stop.Load() {
		i := int(w.next.Add(1)) - 1
		if i >= len(w.list) {
			return total, nil
		}
		if err := ctx.Err(); err != nil {
			return total, err
		}
		if w.f.Turn != nil {
			if err := w.f.Turn(ctx); err != nil {
				return total, err
			}
		}
		s := &w.list[i]
		if s.whole && w.f.Skip != nil && w.f.Skip(n, s.lo, s.hi, int(s.held.Events)) {
			total.Events += s.held.Events
			total.Bytes += s.held.Bytes
			continue
		}
		rows, lines, read, err := w.read(s, m)
		if err != nil {
			return total, err
		}
		total.Events += read.Events
		total.Bytes += read.Bytes
		if len(rows) == 0 {
			continue
		}
		events = slices.Grow(events[:0], len(rows))[:len(rows)]
		for i := range rows {
			r := &rows[i]
			events[i] = Event{r.ts, r.ingest, r.stream, r.seq, r.idx, nil}
			if lines == nil {
				events[i].Message = m.raw[r.off:r.end]
			}
		}
		if err := w.yield(n, events, lines); err != nil {
			return total, err
		}
	}
	return total, nil
}

// read is the rows of a swath that are wanted, with their lines if those stay apart, and how much of it lies in the time that is.
func (w *sweep) read(s *swath, m *memory) (rows []row, lines shaped.Block, n Swept, err error) {
	if s.wal != nil {
		rows, n, err = w.readLog(s, m)
		return rows, nil, n, err
	}
	s.seg.open.Do(func() {
		var f File
		if f, _, s.seg.err = w.group.store.o.FS.Open(filepath.Join(w.group.dir, s.seg.name)); s.seg.err == nil {
			s.seg.file = f
		} else {
			s.seg.err = ignoreMissing(s.seg.err)
		}
	})
	if s.seg.file == nil {
		return nil, nil, n, s.seg.err
	}
	if !s.whole {
		if err = s.seg.load(s.seg.file, s.block, m); err == nil {
			err = m.parse(s.seg.streams)
		}
		if err == nil {
			n = w.count(m.rows)
			rows = w.choose(m.rows, m.raw)
		}
		return rows, nil, n, err
	}
	rows, lines, err = w.readWhole(s, m)
	return rows, lines, s.held, err
}

// readWhole reads a block of which all is wanted that has the texts.
func (w *sweep) readWhole(s *swath, m *memory) (rows []row, lines shaped.Block, err error) {
	if may, err := s.seg.may(s.seg.file, s.block, &w.needs, m); !may {
		return nil, nil, err
	}
	if err = s.seg.segment.open(s.seg.file, s.block, m); err != nil {
		return nil, nil, err
	}
	if w.f.Apart {
		lines = m.block()
	}
	if lines != nil && w.needle != nil {
		switch m.told(w.query) {
		case shaped.No:
			return nil, nil, nil
		case shaped.Maybe:
			lines = nil
		}
	}
	if lines == nil {
		if err = m.join(); err != nil {
			return nil, nil, fmt.Errorf("%w: block %d of %s: %w", ErrCorrupt, s.block, s.seg.name, err)
		}
		if w.needle != nil && !bytes.Contains(m.raw, w.needle) {
			return nil, nil, nil
		}
	}
	if err = m.parse(s.seg.streams); err != nil || lines != nil || w.needle == nil {
		return m.rows, lines, err
	}
	return w.choose(m.rows, m.raw), nil, nil
}

// within reports whether all of a block lies in the sweep's time, streams and batches.
func (w *sweep) within(b *blockInfo, s *segment) bool {
	return b.lo >= w.From && b.hi < w.To && s.last <= w.last &&
		(w.streams == nil || !slices.ContainsFunc(b.streams, func(n uint32) bool { return !w.streams[s.streams[n]] }))
}

// count is how much of the rows the sweep's time, streams and batches have.
func (w *sweep) count(rows []row) (n Swept) {
	for i := range rows {
		if r := &rows[i]; r.seq <= w.last && w.wants(r) {
			n.Events++
			n.Bytes += int64(r.end - r.off)
		}
	}
	return n
}

// choose keeps the rows that are wanted.
func (w *sweep) choose(rows []row, raw []byte) []row {
	return slices.DeleteFunc(w.pick(rows, raw), func(r row) bool { return r.seq > w.last })
}

func (w *sweep) readLog(s *swath, m *memory) (rows []row, n Swept, err error) {
	raw := m.raw[:0]
	rows = m.rows[:0]
	for _, b := range s.batches {
		from := len(rows)
		if raw, rows, err = s.wal.read(b, raw, rows); err != nil {
			return nil, n, err
		}
		read := w.count(rows[from:])
		n.Events += read.Events
		n.Bytes += read.Bytes
		rows = rows[:from+len(w.choose(rows[from:], raw))]
	}
	m.raw, m.rows = raw, rows
	return rows, n, nil
}
