package blob

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"
)

// appender writes small blobs into the current segment: whatever came together while the last group was being
// synced becomes the next group, with one write and one fsync.
type appender struct {
	s *Store

	mu      sync.Mutex
	wake    sync.Cond
	group   *group // being collected
	spare   []byte // buffer of the group before
	stopped bool

	flushing sync.Mutex // held while Flush syncs; before writing
	writing  sync.Mutex // guards the fields below
	number   uint64     // segment being written; 0: the next group begins one
	file     file
	end      int64
	unsure   bool   // the segment holds records that nobody has begun to sync
	syncing  bool   // Flush syncs such
	fault    error  // such records were lost: no row that names them may get to the disk
	one      []byte // buffer of putLater
}

// group is what is written together.
type group struct {
	buf  []byte
	done chan struct{}
	file uint64
	base int64
	err  error
}

// maxSpare is the largest buffer kept for the next group.
const maxSpare = 8 << 20

func (a *appender) init(s *Store, last uint64, end int64) {
	a.s = s
	a.wake.L = &a.mu
	if last == 0 || end >= s.o.segment {
		return
	}
	if f, err := s.disk.Edit(s.segmentName(last)); err == nil {
		a.number, a.file, a.end = last, f, end
		s.segments[last].sealed = false
	}
}

// put returns when the payload is durable, which is encrypted already.
func (a *appender) put(h *header, payload []byte) (Ref, error) {
	a.mu.Lock()
	if a.stopped {
		a.mu.Unlock()
		return Ref{}, ErrClosed
	}
	g := a.group
	if g == nil {
		g = &group{buf: a.spare[:0], done: make(chan struct{})}
		a.group, a.spare = g, nil
		a.wake.Signal()
	}
	at := int64(len(g.buf))
	g.buf = append(h.append(g.buf), payload...)
	a.mu.Unlock()
	<-g.done
	if g.err != nil {
		return Ref{}, g.err
	}
	return Ref{File: g.file, Offset: g.base + at, Size: int64(len(payload)), Sealed: true}, nil
}

// putLater writes the payload and leaves it to Flush to make it durable.
func (a *appender) putLater(h *header, payload []byte) (Ref, error) {
	a.mu.Lock()
	stopped := a.stopped
	a.mu.Unlock()
	if stopped {
		return Ref{}, ErrClosed
	}
	a.writing.Lock()
	defer a.writing.Unlock()
	a.one = append(h.append(a.one[:0]), payload...)
	g := &group{buf: a.one}
	if err := full(a.write(g)); err != nil {
		return Ref{}, err
	}
	return Ref{File: g.file, Offset: g.base, Size: int64(len(payload)), Sealed: true}, nil
}

// Flush makes durable what was staged for later. After an error nothing is as it should be, and every further one says so.
// Who stages meanwhile does not wait.
func (s *Store) Flush() error {
	a := &s.appender
	a.flushing.Lock() // what another one is about to make durable is not yet
	defer a.flushing.Unlock()
	a.writing.Lock()
	f, unsure := a.file, a.unsure
	a.unsure, a.syncing = false, unsure
	a.writing.Unlock()
	var err error
	if unsure {
		err = f.Sync() // seal and abandon may close the file, but not before this is through
	}
	a.writing.Lock()
	defer a.writing.Unlock()
	a.syncing = false
	return a.lose(err)
}

// lose notes that what was staged for later is not on the disk.
func (a *appender) lose(err error) error {
	if err != nil && a.fault == nil {
		a.fault = fmt.Errorf("cannot sync what was staged: %w", err)
	}
	return a.fault
}

// flush is called with a.writing held.
func (a *appender) flush() error {
	if !a.unsure {
		return a.fault
	}
	a.unsure = false
	return a.lose(a.file.Sync())
}

func (a *appender) run() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for {
		for a.group == nil {
			if a.stopped {
				return
			}
			a.wake.Wait()
		}
		g := a.group
		a.group = nil
		a.mu.Unlock()
		g.err = full(a.writeSure(g))
		close(g.done)
		a.mu.Lock()
		if cap(g.buf) <= maxSpare && cap(g.buf) > cap(a.spare) {
			a.spare = g.buf[:0]
		}
	}
}

// writeSure writes g, durably.
func (a *appender) writeSure(g *group) error {
	a.writing.Lock()
	defer a.writing.Unlock()
	begun := a.unsure || a.syncing // by putLater
	if err := a.write(g); err != nil {
		return err
	}
	a.unsure = false
	if err := a.file.Sync(); err != nil {
		if begun {
			_ = a.lose(err)
		}
		a.end = g.base
		a.count(-int64(len(g.buf)))
		a.abandon()
		return fmt.Errorf("cannot sync segment: %w", err)
	}
	return nil
}

// write puts g at the end of the segment. After an error nobody knows what the file holds behind its old end,
// so the segment is left as it is and the next group begins another.
func (a *appender) write(g *group) error {
	if a.number != 0 && a.end+int64(len(g.buf)) > a.s.o.segment {
		a.seal()
	}
	if a.number == 0 {
		if err := a.begin(); err != nil {
			return fmt.Errorf("cannot begin a segment: %w", err)
		}
	}
	if _, err := a.file.WriteAt(g.buf, a.end); err != nil {
		a.abandon()
		return fmt.Errorf("cannot write segment: %w", err)
	}
	g.file, g.base = a.number, a.end
	a.end, a.unsure = a.end+int64(len(g.buf)), true
	a.count(int64(len(g.buf)))
	return nil
}

// count adds to what lives in the segment.
func (a *appender) count(n int64) {
	a.s.mu.Lock()
	a.s.segments[a.number].live += n
	a.s.mu.Unlock()
}

// begin makes the next segment, its name durable.
func (a *appender) begin() error {
	n := a.s.number()
	name := a.s.segmentName(n)
	f, err := a.s.disk.Create(name)
	if err != nil {
		return err
	}
	if err := a.s.disk.SyncDir(filepath.Dir(name)); err != nil {
		return errors.Join(err, f.Close(), a.s.disk.Remove(name))
	}
	a.number, a.file, a.end = n, f, 0
	a.s.mu.Lock()
	a.s.segments[n] = &segment{}
	a.s.mu.Unlock()
	return nil
}

// abandon leaves a segment after a failed write. What was staged in it before is safe; without any it is removed.
func (a *appender) abandon() {
	if a.end > 0 {
		_ = a.file.Truncate(a.end) // gives space back; Open cuts it off otherwise
	}
	a.seal()
}

// seal ends the segment: nothing is appended to it any more, and once nothing in it lives it is removed.
func (a *appender) seal() {
	_ = a.flush()      // Flush tells it
	_ = a.file.Close() // every byte that counts is synced
	n := a.number
	a.number, a.file, a.end = 0, nil, 0
	a.s.mu.Lock()
	seg := a.s.segments[n]
	seg.sealed = true
	dead := seg.live == 0
	if dead {
		delete(a.s.segments, n)
	}
	a.s.mu.Unlock()
	if dead {
		_ = a.s.disk.Remove(a.s.segmentName(n)) // Open removes it otherwise
	}
}

func (a *appender) stop() {
	a.mu.Lock()
	a.stopped = true
	a.wake.Signal()
	a.mu.Unlock()
}

func (a *appender) close() error {
	if a.file == nil {
		return nil
	}
	return errors.Join(a.flush(), a.file.Close())
}
