package embedded_test

import (
	"errors"
	"io/fs"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"unyo/kernel/store"
	"unyo/kernel/store/embedded"
)

// small is a file system of limited space, in which somebody else takes up some.
type small struct {
	vfs.FS
	space  int64
	others atomic.Int64
	mu     sync.Mutex
}

func newSmall(space int64) *small { return &small{FS: vfs.NewCrashableMem(), space: space} }

func (s *small) free() int64 {
	used := s.others.Load()
	names, err := s.FS.List("db")
	if err != nil {
		return s.space - used
	}
	for _, n := range names {
		if info, err := s.FS.Stat("db/" + n); err == nil {
			used += info.Size()
		} else if !errors.Is(err, fs.ErrNotExist) {
			panic(err)
		}
	}
	return s.space - used
}

func (s *small) GetDiskUsage(string) (vfs.DiskUsage, error) {
	free := max(s.free(), 0)
	return vfs.DiskUsage{AvailBytes: uint64(free), TotalBytes: uint64(s.space), UsedBytes: uint64(s.space - free)}, nil
}

func (s *small) wrap(f vfs.File, name string, err error) (vfs.File, error) {
	if err != nil {
		return nil, err
	}
	return &smallFile{f, s, name}, nil
}

func (s *small) Create(name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	f, err := s.FS.Create(name, c)
	return s.wrap(f, name, err)
}

func (s *small) ReuseForWrite(from, to string, c vfs.DiskWriteCategory) (vfs.File, error) {
	f, err := s.FS.ReuseForWrite(from, to, c)
	return s.wrap(f, to, err)
}

func (s *small) Unwrap() vfs.FS { return s.FS }

type smallFile struct {
	vfs.File
	s    *small
	name string
}

// Write takes what fits, as a real file does.
func (f *smallFile) Write(p []byte) (int, error) {
	f.s.mu.Lock()
	defer f.s.mu.Unlock()
	if free := max(f.s.free(), 0); free < int64(len(p)) {
		n, err := f.File.Write(p[:free])
		if err == nil {
			err = syscall.ENOSPC
		}
		return n, err
	}
	return f.File.Write(p)
}

func (f *smallFile) Preallocate(off, n int64) error {
	if strings.HasSuffix(f.name, "ballast") {
		_, err := f.Write(make([]byte, n))
		return err
	}
	return syscall.ENOSPC // space set aside is not modelled otherwise
}

// The disk fills up under load, by others and by the store itself: commits are refused with ErrDiskFull, what was
// acknowledged is there, reading goes on, and when space returns writing does too. Also after a reopening in between.
func TestFullDisk(t *testing.T) { both(t, fullDisk) }

func fullDisk(t *testing.T) {
	const room = embedded.Reserve + embedded.Margin
	disk := newSmall(room + 64<<20)
	e := open(t, "db", disk)
	l := newLedger(t, e)
	n := 0
	until := func(round int, limit int) (err error) {
		for range limit {
			if err = l.step(n + 1); err != nil {
				return err
			}
			n++
		}
		return nil
	}
	for round := range 4 {
		ok(t, until(round, 20))
		disk.others.Store(disk.free() + disk.others.Load() - int64(round)*700) // a few bytes more are left each time
		err := until(round, 1000)
		if !errors.Is(err, store.ErrDiskFull) {
			t.Fatalf("round %d: %v", round, err)
		}
		if got := l.check(t); got != n {
			t.Fatalf("round %d: count %d, acknowledged %d", round, got, n)
		}
		for range 3 {
			if err := l.step(n + 1); !errors.Is(err, store.ErrDiskFull) {
				t.Fatalf("round %d, still full: %v", round, err)
			}
		}
		if round%2 == 1 { // restart on the full disk
			ok(t, l.s.Close())
			l = newLedger(t, open(t, "db", disk))
			if got := l.check(t); got != n {
				t.Fatalf("round %d: count %d after reopening, acknowledged %d", round, got, n)
			}
			if err := l.step(n + 1); !errors.Is(err, store.ErrDiskFull) {
				t.Fatalf("round %d, reopened: %v", round, err)
			}
		}
		disk.others.Store(0)
		ok(t, until(round, 20))
		if got := l.check(t); got != n {
			t.Fatalf("round %d: count %d, acknowledged %d", round, got, n)
		}
	}
	ok(t, l.s.Close())
}

// Table files that cannot be written are tried again; the log holds their rows meanwhile.
func TestFullDiskWhileTidying(t *testing.T) { both(t, fullDiskWhileTidying) }

func fullDiskWhileTidying(t *testing.T) {
	disk := newSmall(embedded.Reserve + embedded.Margin + 8<<20)
	e := open(t, "db", disk)
	l := newLedger(t, e)
	for n := 1; n <= 100; n++ {
		ok(t, l.step(n))
	}
	disk.others.Store(disk.free())
	done := make(chan error)
	go func() { done <- e.(*embedded.Engine).Tidy() }()
	err := error(nil)
	for n := 101; err == nil; n++ {
		err = l.step(n)
	}
	if !errors.Is(err, store.ErrDiskFull) {
		t.Fatal(err)
	}
	acked := int(l.acked.Load())
	if got := l.check(t); got != acked {
		t.Errorf("count %d, acknowledged %d", got, acked)
	}
	disk.others.Store(0)
	ok(t, <-done)
	ok(t, l.step(acked+1))
	ok(t, l.s.Close())
	l = newLedger(t, open(t, "db", disk))
	if got := l.check(t); got != acked+1 {
		t.Errorf("count %d, acknowledged %d", got, acked+1)
	}
	ok(t, l.s.Close())
}

// A disk without room even for an empty store is a clear error.
func TestOpenOnFullDisk(t *testing.T) { both(t, openOnFullDisk) }

func openOnFullDisk(t *testing.T) {
	for _, space := range []int64{0, 100, 3000} {
		_, err := embedded.Open("db", embedded.Options{FS: newSmall(space), Key: under, Log: quiet()})
		if space < 1000 && !errors.Is(err, store.ErrDiskFull) {
			t.Errorf("%d bytes: %v", space, err)
		}
	}
}
