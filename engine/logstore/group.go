package logstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path/filepath"
	"sync"
)

// group is a folder: segments, and log files of which the last is being written. Everything below mu is guarded by it.
type group struct {
	store *Store
	name  string
	dir   string

	users int    // guarded by the store's lock, as is
	used  uint64 // when it was used last

	loading sync.Mutex // held while the folder is read
	sealing sync.Mutex // held while a log file becomes a segment, or files are dropped

	mu       sync.Mutex
	decided  *sync.Cond // a batch was published or discarded
	loaded   bool
	closed   bool
	next     uint64 // sequence of the next batch
	segments []*segment
	wals     []*wal // oldest first; the last one is written to
	pending  []*write
	writing  bool
	unsound  bool // the last log may hold bytes behind its end
}

// wal is a log file. Its file stays open as long as somebody reads it; the collector closes it then.
type wal struct {
	group     *group
	base      uint64
	file      File
	key       *fileKey // nil: one from before, to which nothing is added
	size      int64
	batches   []*batch // in order
	undecided int
	full      bool  // nothing more is written to it
	since     int64 // ingestion of its first batch
}

type state uint8

const (
	staged state = iota
	published
	dropped
)

// batch is where a batch lies in a log file.
type batch struct {
	seq, stream, number uint64
	at, size            int64 // of the record: where, and all of it
	lo, hi              int64 // times
	count               int
	bytes               int64 // of messages
	state               state
}

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

func newBatch(h head, rows []row, seq uint64, at, size int64) *batch {
	b := &batch{seq: seq, stream: h.stream, number: h.number, at: at, size: size, count: len(rows)}
	b.lo, b.hi = span(rows)
	if len(rows) > 0 {
		b.bytes = int64(rows[len(rows)-1].end - rows[0].off)
	}
	return b
}

// decide settles which batches of the logs the caller has committed: those up to its stream's last number; of several
// under one number the last, for the earlier ones were given up.
func (g *group) decide(ctx context.Context, wals []*wal) error {
	type name struct{ stream, number uint64 }
	last := map[name]*batch{}
	committed := map[uint64]uint64{}
	for _, w := range wals {
		for _, b := range w.batches {
			if _, known := committed[b.stream]; !known {
				n, err := g.store.committed(ctx, g.name, b.stream)
				if err != nil {
					return fmt.Errorf("cannot tell what is committed: %w", err)
				}
				committed[b.stream] = n
			}
			b.state = dropped
			if b.number > committed[b.stream] {
				continue
			}
			at := name{b.stream, b.number}
			if earlier := last[at]; earlier != nil {
				earlier.state = dropped
			}
			last[at], b.state = b, published
		}
	}
	return nil
}

// Publish makes a staged batch visible. The caller has committed its number.
func (s *Store) Publish(r Ref) { r.group.settle(r, published) }

// Discard forgets a staged batch whose number was not committed.
func (s *Store) Discard(r Ref) { r.group.settle(r, dropped) }

// Begin tells where what begins with the commit of r begins: behind head, the last batch staged by now, and with those before it that are
// undecided, of which r is one. Whoever asks in r's transaction so learns every batch that commits with it or later.
func (r Ref) Begin() (head uint64, undecided []uint64) {
	r.group.mu.Lock()
	defer r.group.mu.Unlock()
	for _, w := range r.group.wals {
		if w.undecided == 0 {
			continue
		}
		for _, b := range w.batches {
			if b.state == staged {
				undecided = append(undecided, b.seq)
			}
		}
	}
	return r.group.next - 1, undecided
}

func (g *group) settle(r Ref, to state) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if r.batch.state != staged {
		return
	}
	r.batch.state = to
	r.wal.undecided--
	g.decided.Broadcast()
	g.wantSeal()
}

// wantSeal asks for the oldest log to be made a segment if it is ready. g.mu is held.
func (g *group) wantSeal() {
	if !g.store.o.Raw && len(g.wals) > 0 && g.wals[0].full && g.wals[0].undecided == 0 {
		g.store.wantSeal(g)
	}
}

func (g *group) stats() Stats {
	g.mu.Lock()
	defer g.mu.Unlock()
	st := Stats{Oldest: math.MaxInt64, Newest: math.MinInt64}
	for _, s := range g.segments {
		st.Events, st.Bytes, st.Disk = st.Events+s.count, st.Bytes+s.bytes, st.Disk+s.size
		st.Oldest, st.Newest = min(st.Oldest, s.lo), max(st.Newest, s.hi)
	}
	for _, w := range g.wals {
		st.Disk += w.size
		for _, b := range w.batches {
			if b.state == published {
				st.Events, st.Bytes = st.Events+int64(b.count), st.Bytes+b.bytes
				st.Oldest, st.Newest = min(st.Oldest, b.lo), max(st.Newest, b.hi)
			}
		}
	}
	return st
}

// idle reports that all there is to know of g is in its folder, and nothing waits to be done.
func (g *group) idle() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return !g.writing && len(g.pending) == 0 && (len(g.wals) == 0 || len(g.wals) == 1 && g.wals[0].undecided == 0)
}

// close refuses writers from now on. Files stay open until their last reader lets go.
func (g *group) close() {
	g.sealing.Lock()
	defer g.sealing.Unlock()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed, g.wals, g.segments = true, nil, nil
	if g.decided != nil {
		g.decided.Broadcast()
	}
}

// create makes the log file for batches from base on. Its head is durable before a record is written: one that cannot be read is damaged, then.
func (g *group) create(base uint64) (*wal, error) {
	fsys := g.store.o.FS
	if err := fsys.MkdirAll(g.dir); err != nil {
		return nil, err
	}
	path := filepath.Join(g.dir, walName(base))
	f, err := fsys.Create(path)
	if errors.Is(err, fs.ErrExist) { // an attempt before this one got that far
		if f, _, err = fsys.Open(path); err == nil {
			err = f.Truncate(0)
		}
	}
	if err != nil {
		return nil, err
	}
	key, head := g.drawKey(walName(base))
	if _, err = f.WriteAt(head, 0); err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = fsys.SyncDir(g.dir)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &wal{group: g, base: base, file: f, key: key, size: int64(len(head))}, nil
}
