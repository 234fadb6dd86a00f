package logstore

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
)

// Log is what one log file of a group holds, of what is visible.
type Log struct {
	Base, Last     uint64 // its first sequence, and the last that can be in it
	Events, Bytes  int64
	Oldest, Newest int64 // times of events, ms; only with Events > 0
	Disk           int64
	Full           bool // nothing more is written to it, and all its batches are decided
}

// Logs tells what the log files of a group hold, oldest first.
func (s *Store) Logs(ctx context.Context, name string) ([]Log, error) {
	g, err := s.group(ctx, name)
	if err != nil {
		return nil, err
	}
	defer s.release(g)
	g.mu.Lock()
	defer g.mu.Unlock()
	var list []Log
	for i, w := range g.wals {
		l := Log{Base: w.base, Last: g.next - 1, Disk: w.size, Full: w.full && w.undecided == 0}
		if i+1 < len(g.wals) {
			l.Last = g.wals[i+1].base - 1
		}
		for _, b := range w.batches {
			if b.state != published {
				continue
			}
			if l.Events == 0 {
				l.Oldest, l.Newest = b.lo, b.hi
			}
			l.Events, l.Bytes = l.Events+int64(b.count), l.Bytes+b.bytes
			l.Oldest, l.Newest = min(l.Oldest, b.lo), max(l.Newest, b.hi)
		}
		list = append(list, l)
	}
	return list, nil
}

// Release removes a full log of a Raw store: what is in it is kept elsewhere. One that is not there is no error. Scans under way
// go on reading it.
func (s *Store) Release(ctx context.Context, name string, base uint64) error {
	g, err := s.group(ctx, name)
	if err != nil {
		return err
	}
	defer s.release(g)
	if err := g.forget(func(w *wal) bool { return w.base == base }); err != nil {
		return fmt.Errorf("cannot release a log of group %s: %w", name, err)
	}
	return nil
}

// forget removes the full logs that which names.
func (g *group) forget(which func(*wal) bool) error {
	g.sealing.Lock()
	defer g.sealing.Unlock()
	g.mu.Lock()
	var gone []*wal
	g.wals = slices.DeleteFunc(slices.Clone(g.wals), func(w *wal) bool {
		if !w.full || w.undecided > 0 || !which(w) {
			return false
		}
		gone = append(gone, w)
		return true
	})
	g.mu.Unlock()
	for _, w := range gone {
		if err := ignoreMissing(g.store.o.FS.Remove(filepath.Join(g.dir, walName(w.base)))); err != nil {
			return err
		}
	}
	if gone == nil {
		return nil
	}
	return g.store.o.FS.SyncDir(g.dir)
}
