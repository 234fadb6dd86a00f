package logstore

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"time"
)

// wantSeal puts g in line for the sealer. When the line is full, g asks again with its next batch.
func (s *Store) wantSeal(g *group) {
	select {
	case s.seals <- g:
	default:
	}
}

// seal makes segments of full logs, one after another, until the store closes. It keeps its workspace as long as logs come, or the collector
// would have it made anew again and again.
func (s *Store) seal() {
	var ws *workspace
	for {
		var idle <-chan time.Time
		if ws != nil {
			idle = time.After(sealIdle)
		}
		select {
		case <-s.stop:
			return
		case <-idle:
			ws = nil
		case g := <-s.seals:
			if ws == nil {
				ws = new(workspace)
			}
			if err := g.seal(math.MinInt64, ws); err != nil {
				s.o.Failed(fmt.Errorf("cannot make a segment of log group %s: %w", g.name, err))
				s.later(g)
			}
		}
	}
}

// sealIdle is how long the sealer keeps its workspace when no log comes. Like sealRetry it is about the machine.
const sealIdle = 5 * time.Second

// sealRetry is how long the sealer lets a disk rest that has refused a segment. It is about the machine, not the estate's clock.
const sealRetry = 5 * time.Second

func (s *Store) later(g *group) {
	s.sealer.Go(func() {
		t := time.NewTimer(sealRetry)
		defer t.Stop()
		select {
		case <-s.stop:
		case <-t.C:
			s.wantSeal(g)
		}
	})
}

// workspace is what making a segment needs. Its memory is used again.
type workspace struct {
	buf  []byte
	rows []row
	make maker
}

// seal turns the full logs of g into segments, oldest first, leaving out what is older than cutoff. It stops at a log with
// batches that are not decided yet.
func (g *group) seal(cutoff int64, ws *workspace) error {
	g.sealing.Lock()
	defer g.sealing.Unlock()
	for {
		g.mu.Lock()
		if g.closed || len(g.wals) == 0 || !g.wals[0].full || g.wals[0].undecided > 0 {
			g.mu.Unlock()
			return nil
		}
		w := g.wals[0]
		last := g.wals[1].base - 1
		g.mu.Unlock()
		if durable := g.store.durable; durable != nil {
			if err := durable(); err != nil {
				return err
			}
		}
		s, err := w.segment(last, cutoff, ws)
		if err != nil {
			return err
		}
		g.mu.Lock()
		g.wals = slices.Clone(g.wals[1:])
		if s != nil {
			g.segments = append(slices.Clip(g.segments), s)
		}
		g.mu.Unlock()
		// Removed durably, so that a batch given up in it cannot come back when its number has been used again.
		err = ignoreMissing(g.store.o.FS.Remove(filepath.Join(g.dir, walName(w.base))))
		if err == nil {
			err = g.store.o.FS.SyncDir(g.dir)
		}
		if err != nil {
			return err
		}
	}
}

// segment writes what is visible of w and not older than cutoff as a segment; nil when there is nothing.
func (w *wal) segment(last uint64, cutoff int64, ws *workspace) (*segment, error) {
	ws.buf = slices.Grow(ws.buf[:0], int(w.size))[:w.size]
	if _, err := w.file.ReadAt(ws.buf, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	count := 0
	for _, b := range w.batches {
		count += b.count
	}
	ws.rows = slices.Grow(ws.rows[:0], count)
	// In order of their times, batches of many streams are often in order altogether.
	for _, b := range slices.SortedStableFunc(slices.Values(w.batches), func(a, b *batch) int { return cmp.Compare(a.lo, b.lo) }) {
		if b.state != published || b.hi < cutoff {
			continue
		}
		payload, seq, _, ok := w.cut(ws.buf[b.at:], b.at)
		if !ok || seq != b.seq {
			return nil, fmt.Errorf("%w: batch %d of %s", ErrCorrupt, b.seq, walName(w.base))
		}
		var err error
		if ws.rows, err = appendRows(ws.rows, payload, seq, int(b.at+w.header())); err != nil {
			return nil, err
		}
	}
	if cutoff > math.MinInt64 {
		ws.rows = slices.DeleteFunc(ws.rows, func(r row) bool { return r.ts < cutoff })
	}
	if len(ws.rows) == 0 {
		return nil, nil
	}
	sortRows(ws.rows)
	return w.group.writeSegment(w.base, last, ws.rows, ws.buf, &ws.make)
}

// sortRows puts rows in order. Batches in the order of their times are nearly in order altogether: only where one ends in the millisecond in which the
// next begins a few change places. So they are put where they belong one by one, unless that takes too long.
func sortRows(rows []row) {
	left := 4 * len(rows) // moves
	for i := 1; i < len(rows); i++ {
		if rows[i].ts > rows[i-1].ts || rows[i-1].key().compare(rows[i].key()) <= 0 {
			continue
		}
		r, at := rows[i], i
		for ; at > 0 && r.key().compare(rows[at-1].key()) < 0 && left > 0; at-- {
			rows[at] = rows[at-1]
			left--
		}
		if rows[at] = r; left == 0 {
			slices.SortFunc(rows, func(a, b row) int { return a.key().compare(b.key()) })
			return
		}
	}
}
