package logstore

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"

	"unyo/base/must"
)

var (
	// ErrDiskFull is a batch for which there is no space. Nothing of it is kept; later ones succeed when space returns.
	ErrDiskFull = errors.New("disk full")
	// ErrCorrupt is a file whose bytes are not what was written.
	ErrCorrupt = errors.New("log file is damaged")
	// ErrBroken is a group whose log could not be written and not be put right either; it heals when reopened.
	ErrBroken = errors.New("log cannot be written until it is reopened")
	// ErrClosed is a store after Close, and a group after Drop.
	ErrClosed = errors.New("log store is closed")
	// ErrTooLarge is a batch beyond what a log record holds.
	ErrTooLarge = errors.New("batch too large")
)

// Entry is an event to be stored.
type Entry struct {
	Timestamp int64 // ms
	Message   string
}

// Batch is what one Stage stores: events of one stream, in the caller's order.
type Batch struct {
	Group  string // a path of one or more folder names
	Stream uint64 // the caller's number of the stream, never reused within the group
	// Number counts the stream's batches from 1. The caller commits it beside its rows; a batch staged again under a
	// number that was not committed replaces the earlier one.
	Number    uint64
	Ingestion int64 // ms
	Events    []Entry
}

// Ref names a staged batch.
type Ref struct {
	Seq   uint64 // its place among all batches of the group
	Sum   uint32 // crc32c of its content
	Bytes int64  // of messages
	batch *batch
	group *group
	wal   *wal
}

// Group is the group of a staged batch.
func (r Ref) Group() string { return r.group.name }

// Options of a store.
type Options struct {
	FS       FS    // nil is Disk
	LogBytes int64 // size at which a log file becomes a segment; 0 is 8 MiB
	// Key is what the key of every file is wrapped under. It must be the same whenever the folder is opened.
	Key [32]byte
	// Raw leaves full logs as they are, for somebody who takes them elsewhere (Logs, Release).
	Raw bool
	// Failed hears of background work that went wrong and will be tried again. Nil ignores it.
	Failed func(error)
}

// Store is the Engine on this machine's disk: a folder of groups.
type Store struct {
	dir string
	o   Options
	key cipher.Block // wraps those of the files

	committed func(ctx context.Context, group string, stream uint64) (uint64, error)
	durable   func() error

	mu     sync.Mutex
	groups map[string]*group // those that are read
	uses   uint64            // counts, to know who was used least
	closed bool

	seals  chan *group
	stop   chan struct{}
	sealer sync.WaitGroup
}

const defaultLogBytes = 8 << 20

// Open prepares the store in dir. Groups are read when they are first asked for.
func Open(dir string, o Options) *Store {
	if o.FS == nil {
		o.FS = Disk
	}
	if o.LogBytes == 0 {
		o.LogBytes = defaultLogBytes
	}
	if o.Failed == nil {
		o.Failed = func(error) {}
	}
	s := &Store{dir: dir, o: o, key: must.Do(aes.NewCipher(o.Key[:])), groups: map[string]*group{}, seals: make(chan *group, 1024), stop: make(chan struct{})}
	s.sealer.Go(s.seal)
	return s
}

// Committed is asked once for each stream of a group's log after a restart, and durable before a log becomes a segment, for in a
// segment nobody looks for what was not committed after all.
func (s *Store) Committed(f func(ctx context.Context, group string, stream uint64) (uint64, error), durable func() error) {
	s.committed, s.durable = f, durable
}

// Close waits for background work. What was acknowledged is on disk already.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	groups := s.groups
	s.groups = map[string]*group{}
	s.mu.Unlock()
	close(s.stop)
	s.sealer.Wait()
	for _, g := range groups {
		g.close()
	}
	return nil
}

// maxGroups is how many groups are kept in memory, with one open file each, unless more are in use at once.
const maxGroups = 256

// group returns the group of that name, reading its folder when it is not in memory. It stays there until release.
func (s *Store) group(ctx context.Context, name string) (*group, error) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil, ErrClosed
	}
	g := s.groups[name]
	if g == nil {
		s.evict()
		g = s.at(name)
		s.groups[name] = g
	}
	s.uses++
	g.users, g.used = g.users+1, s.uses
	s.mu.Unlock()
	if err := g.load(ctx); err != nil {
		s.release(g)
		return nil, fmt.Errorf("cannot open log group %s: %w", name, err)
	}
	return g, nil
}

func (s *Store) at(name string) *group {
	return &group{store: s, name: name, dir: filepath.Join(s.dir, filepath.FromSlash(name))}
}

func (s *Store) release(g *group) {
	s.mu.Lock()
	g.users--
	s.mu.Unlock()
}

// evict forgets the group that was not used for longest, when there are many. s.mu is held.
func (s *Store) evict() {
	if len(s.groups) < maxGroups {
		return
	}
	var oldest *group
	for _, g := range s.groups {
		if g.users == 0 && (oldest == nil || g.used < oldest.used) && g.idle() {
			oldest = g
		}
	}
	if oldest != nil {
		delete(s.groups, oldest.name)
	}
}

// Drop removes a group and all it holds, and destroys the keys first: wherever a file system keeps the bytes of removed files, nobody can read them. A
// group that is not there is no error.
func (s *Store) Drop(name string) error {
	s.mu.Lock()
	g := s.groups[name]
	delete(s.groups, name)
	s.mu.Unlock()
	if g == nil {
		g = s.at(name)
	}
	g.close()
	if err := g.remove(); err != nil {
		return fmt.Errorf("cannot drop log group %s: %w", name, err)
	}
	return nil
}

// remove removes the folder of a group.
func (g *group) remove() error {
	names, err := g.store.o.FS.List(g.dir)
	if err != nil {
		return err
	}
	for _, n := range names {
		path := filepath.Join(g.dir, n)
		if e := g.erase(path); e != nil {
			err = errors.Join(err, e)
			continue
		}
		err = errors.Join(err, ignoreMissing(g.store.o.FS.Remove(path)))
	}
	if err != nil {
		return err
	}
	return ignoreMissing(g.store.o.FS.Remove(g.dir))
}

// Clear removes every group.
func (s *Store) Clear() error {
	s.mu.Lock()
	groups := s.groups
	s.groups = map[string]*group{}
	s.mu.Unlock()
	for _, g := range groups {
		g.close()
	}
	if err := s.clear(s.dir); err != nil {
		return fmt.Errorf("cannot clear the log store: %w", err)
	}
	return nil
}

// clear empties a folder: files have names of ours, all others are folders.
func (s *Store) clear(dir string) error {
	names, err := s.o.FS.List(dir)
	for _, n := range names {
		path := filepath.Join(dir, n)
		if _, _, ok := parseName(n); !ok && filepath.Ext(n) != ".tmp" {
			err = errors.Join(err, s.clear(path))
		}
		err = errors.Join(err, ignoreMissing(s.o.FS.Remove(path)))
	}
	return err
}

// Stats is what a group holds, of what is visible.
type Stats struct {
	Events, Bytes  int64 // Bytes of messages
	Oldest, Newest int64 // times of events, ms; only with Events > 0
	Disk           int64 // bytes of files
}

// Stats tells what a group holds.
func (s *Store) Stats(ctx context.Context, name string) (Stats, error) {
	g, err := s.group(ctx, name)
	if err != nil {
		return Stats{}, err
	}
	defer s.release(g)
	return g.stats(), nil
}

func isNotExist(err error) bool { return errors.Is(err, fs.ErrNotExist) }

func ignoreMissing(err error) error {
	if isNotExist(err) {
		return nil
	}
	return err
}

func segmentName(base uint64) string { return fmt.Sprintf("seg-%016x", base) }
func walName(base uint64) string     { return fmt.Sprintf("log-%016x", base) }

// parseName tells a file of a group by its name.
func parseName(name string) (kind string, base uint64, ok bool) {
	kind, hex, ok := strings.Cut(name, "-")
	if !ok || len(hex) != 16 || (kind != "seg" && kind != "log") {
		return "", 0, false
	}
	if _, err := fmt.Sscanf(hex, "%016x", &base); err != nil {
		return "", 0, false
	}
	return kind, base, true
}
