package logstore

import (
	"context"
	"errors"
	"fmt"
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
