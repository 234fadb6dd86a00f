package blob

import (
	"cmp"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"slices"
	"sync"

	"unyo/base/must"
	"unyo/base/reap"
)

// Options of a store.
type Options struct {
	// Durable returns when all rows committed so far survive power loss. It is asked before freed blobs are destroyed.
	// Nil means that commits are durable when they return.
	Durable func() error
	// Later tells that what is put in rows under ctx may be lost in a power failure, all of it from some moment on, and is done again then. What is
	// staged for such rows need not be durable before them, as long as Flush runs before any of them gets to the disk. Nil: never.
	Later func(ctx context.Context) bool

	// Key is what the key of every blob is wrapped under. It must be the same whenever the directory is opened.
	Key [32]byte

	disk    disk  // nil: the machine's
	segment int64 // size at which a new segment begins; 0: segmentSize
}

// segmentSize is when a new segment begins.
const segmentSize = 256 << 20

// Store is an open directory of blobs.
type Store struct {
	dir  string
	disk disk
	key  cipher.Block // wraps those of the blobs
	o    Options

	mu       sync.Mutex
	next     uint64              // number of the next segment or file
	segments map[uint64]*segment // with live records, or being written
	dirs     map[string]struct{} // directories known to be there durably

	appender appender
	reaper   *reap.Reaper[Ref]
	running  sync.WaitGroup
}

// segment is a file of records.
type segment struct {
	live   int64 // bytes of records that are not freed
	sealed bool  // nothing is appended any more
}

// Open opens the blobs in dir, or begins an empty store. committed yields every Ref that a row holds; what is on disk
// beside them is dropped, so an error it yields makes Open give up.
func Open(dir string, committed iter.Seq2[Ref, error], o Options) (*Store, error) {
	if o.disk == nil {
		o.disk = osDisk{}
	}
	s := &Store{dir: dir, disk: o.disk, key: must.Do(aes.NewCipher(o.Key[:])), o: o, segments: map[uint64]*segment{}, dirs: map[string]struct{}{}}
	s.o.segment = cmp.Or(o.segment, segmentSize)
	for _, sub := range []string{"segment", "file"} {
		if err := s.makeDir(filepath.Join(dir, sub)); err != nil {
			return nil, fmt.Errorf("cannot open blobs in %s: %w", dir, err)
		}
	}
	last, end, err := s.reconcile(committed)
	if err != nil {
		return nil, fmt.Errorf("cannot open blobs in %s: %w", dir, err)
	}
	s.appender.init(s, last, end)
	s.reaper = reap.New(s.reap, o.Durable)
	s.running.Go(s.appender.run)
	s.running.Go(s.reaper.Run)
	return s, nil
}

// Close waits for what is being written and closes. Blobs freed and not yet destroyed are dropped by the next Open.
func (s *Store) Close() error {
	s.appender.stop()
	s.reaper.Stop()
	s.running.Wait()
	return s.appender.close()
}

// makeDir makes a directory durably, with its parents up to s.dir.
func (s *Store) makeDir(name string) error {
	s.mu.Lock()
	_, known := s.dirs[name]
	s.mu.Unlock()
	if known {
		return nil
	}
	if err := s.disk.MkdirAll(name); err != nil {
		return err
	}
	for at := name; ; at = filepath.Dir(at) {
		if err := s.disk.SyncDir(filepath.Dir(at)); err != nil {
			return err
		}
		if at == s.dir || len(at) <= len(s.dir) {
			break
		}
	}
	s.mu.Lock()
	s.dirs[name] = struct{}{}
	s.mu.Unlock()
	return nil
}

func (s *Store) number() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next++
	return s.next
}

// span is where a record lies in its segment.
type span struct{ from, to int64 }

// reconcile makes the directory hold what is committed and nothing else. It returns the segment to go on with, if any.
func (s *Store) reconcile(committed iter.Seq2[Ref, error]) (last uint64, end int64, err error) {
	spans := map[uint64][]span{}
	files := map[uint64]struct{}{}
	for ref, err := range committed {
		switch {
		case err != nil:
			return 0, 0, err
		case ref.empty():
			continue
		case ref.own():
			files[ref.File] = struct{}{}
		default:
			spans[ref.File] = append(spans[ref.File], span{ref.Offset, ref.Offset + ref.length()})
		}
		s.next = max(s.next, ref.File)
	}
	if err := s.dropFiles(files); err != nil {
		return 0, 0, err
	}
	names, err := s.disk.List(filepath.Join(s.dir, "segment"))
	if err != nil {
		return 0, 0, err
	}
	for _, name := range names {
		n, ok := numberOf(name)
		if !ok {
			continue
		}
		if len(spans[n]) == 0 {
			if err := s.disk.Remove(s.segmentName(n)); err != nil {
				return 0, 0, err
			}
			continue
		}
		size, err := s.trim(n, spans[n])
		if err != nil {
			return 0, 0, fmt.Errorf("cannot trim segment %d: %w", n, err)
		}
		last, end = n, size // the list is in order
	}
	return last, end, s.disk.SyncDir(filepath.Join(s.dir, "segment"))
}

// dropFiles removes the files that no row names.
func (s *Store) dropFiles(keep map[uint64]struct{}) error {
	root := filepath.Join(s.dir, "file")
	dirs, err := s.disk.List(root)
	if err != nil {
		return err
	}
	for _, d := range dirs {
		names, err := s.disk.List(filepath.Join(root, d))
		if err != nil {
			return err
		}
		for _, name := range names {
			n, ok := numberOf(name)
			if _, kept := keep[n]; !ok || kept {
				continue
			}
			if err := s.disk.Remove(filepath.Join(root, d, name)); err != nil {
				return err
			}
		}
	}
	return nil
}

// trim cuts a segment off behind its last committed record, punches what lies dead between, and counts what lives.
func (s *Store) trim(n uint64, spans []span) (end int64, err error) {
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	f, err := s.disk.Edit(s.segmentName(n))
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	seg := &segment{sealed: true}
	for _, sp := range spans {
		if sp.from-end >= holeWorth {
			if err := f.Punch(end, sp.from-end); err != nil {
				return 0, err
			}
		}
		if sp.to > end { // two rows may hold one Ref
			seg.live += sp.to - max(sp.from, end)
			end = sp.to
		}
	}
	s.segments[n] = seg
	size, err := f.Size()
	if err != nil {
		return 0, err
	}
	if size > end {
		if err := f.Truncate(end); err != nil {
			return 0, err
		}
		err = f.Sync()
	}
	return end, err
}

// holeWorth is the least dead space worth a system call when opening: file systems give back whole blocks.
const holeWorth = 4096
