package logstore

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"sync"
)

// load reads the folder, once.
func (g *group) load(ctx context.Context) error {
	g.loading.Lock()
	defer g.loading.Unlock()
	g.mu.Lock()
	loaded, closed := g.loaded, g.closed
	g.mu.Unlock()
	if loaded || closed {
		return nil
	}
	names, err := g.store.o.FS.List(g.dir)
	if err != nil {
		return err
	}
	segments, have, next, err := g.loadSegments(names)
	if err != nil {
		return err
	}
	wals, next, err := g.loadLogs(names, have, next)
	if err != nil {
		return err
	}
	for i, w := range wals {
		w.full = i < len(wals)-1
	}
	if err := g.decide(ctx, wals); err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return ErrClosed
	}
	g.decided = sync.NewCond(&g.mu)
	g.segments, g.wals, g.next, g.loaded = segments, wals, next, true
	g.unsound = len(wals) > 0
	g.wantSeal()
	return nil
}

// loadSegments opens the segments of a folder, and tells of which log files they have the events, and the number behind their last batch.
func (g *group) loadSegments(names []string) (segments []*segment, have map[uint64]bool, next uint64, err error) {
	have, next = map[uint64]bool{}, 1
	for _, n := range names {
		kind, base, ok := parseName(n)
		switch {
		case !ok:
			if filepath.Ext(n) == ".tmp" {
				err = g.removed(n)
			}
		case kind == "seg":
			var s *segment
			if s, err = g.openSegment(n); errors.Is(err, errErased) {
				err = g.removed(n)
			} else if err == nil {
				have[base], next = true, max(next, s.last+1)
				segments = append(segments, s)
			}
		}
		if err != nil {
			return nil, nil, 0, err
		}
	}
	return segments, have, next, nil
}

// loadLogs reads the log files that no segment has the events of.
func (g *group) loadLogs(names []string, have map[uint64]bool, next uint64) (wals []*wal, _ uint64, err error) {
	for _, n := range names {
		kind, base, ok := parseName(n)
		if !ok || kind != "log" {
			continue
		}
		var w *wal
		if have[base] { // a crash between segment and removal
			err = g.removed(n)
		} else if w, err = g.readLog(base); errors.Is(err, errErased) {
			err = g.removed(n)
		}
		if err != nil {
			return nil, 0, err
		}
		if w == nil {
			continue
		}
		next = max(next, base)
		if len(w.batches) > 0 {
			next = max(next, w.batches[len(w.batches)-1].seq+1)
		}
		wals = append(wals, w)
	}
	return wals, next, nil
}

func (g *group) removed(name string) error {
	return ignoreMissing(g.store.o.FS.Remove(filepath.Join(g.dir, name)))
}

// readLog lists the batches of a log file up to the first that is not whole.
func (g *group) readLog(base uint64) (*wal, error) {
	f, size, err := g.store.o.FS.Open(filepath.Join(g.dir, walName(base)))
	if err != nil {
		return nil, err
	}
	key, err := g.findKey(f, walName(base))
	if errors.Is(err, ErrCorrupt) && size <= int64(cryptHead) { // a crash before its head was durable
		key, err = nil, nil
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	buf := make([]byte, size)
	if _, err := f.ReadAt(buf, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, errors.Join(err, f.Close())
	}
	w := &wal{group: g, base: base, file: f, key: key}
	if key != nil {
		w.size = int64(cryptHead)
	}
	var rows []row
	for {
		payload, seq, n, ok := w.cut(buf[w.size:], w.size)
		if !ok {
			return w, nil
		}
		if rows, err = appendRows(rows[:0], payload, seq, 0); err != nil { // whole by its checksum, and yet not one of ours
			return nil, errors.Join(err, f.Close())
		}
		h, _, _ := parseHead(payload)
		if len(w.batches) == 0 {
			w.since = h.ingest
		}
		w.batches = append(w.batches, newBatch(h, rows, seq, w.size, int64(n)))
		w.size += int64(n)
	}
}
