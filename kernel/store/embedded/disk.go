package embedded

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"unyo/kernel/store"
)

// disk stands between Pebble and the file system and knows when there is no space.
//
// Pebble survives a table file that cannot be written: it tries again. It does not survive its log or manifest failing.
// So a file of reserve bytes, the ballast, is kept beside them. When a vital write finds no space, the ballast is
// removed and the write goes on; from then on every commit is refused with store.ErrDiskFull, until there is
// space enough for the ballast and more. If even the ballast was not enough for the commits already under way,
// they wait for space: they are neither lost nor acknowledged.
type disk struct {
	vfs.FS
	dir string
	log *slog.Logger

	full    atomic.Bool
	before  atomic.Pointer[func() error] // must have run when something is written to the log
	patient atomic.Bool                  // vital writes wait for space; not so while opening and closing
	mu      sync.Mutex                   // guards the ballast
	logs    logs
}

const (
	reserve = 16 << 20 // of the ballast
	margin  = 16 << 20 // free beside it before commits are taken again
	again   = 50 * time.Millisecond
)

func newDisk(fs vfs.FS, dir string, log *slog.Logger) *disk {
	d := &disk{FS: fs, dir: dir, log: log}
	d.logs.init()
	need := uint64(margin) // opening needs some bytes itself
	if _, err := fs.Stat(d.ballast()); err != nil {
		need += reserve
	}
	if free, known := d.free(); known && free < need {
		d.noteFull(fmt.Errorf("%d MiB free: %w", free>>20, syscall.ENOSPC))
		d.release()
	}
	return d
}

func (d *disk) ballast() string { return d.PathJoin(d.dir, "ballast") }

func (d *disk) free() (uint64, bool) {
	u, err := d.GetDiskUsage(d.dir)
	return u.AvailBytes, err == nil
}

// opened is called when Pebble stands.
func (d *disk) opened() {
	d.patient.Store(true)
	if !d.full.Load() {
		d.refill()
	}
}

// closing lets writes fail instead of waiting.
func (d *disk) closing() { d.patient.Store(false) }

// ready refuses commits while the disk is full, and finds out when it no longer is.
func (d *disk) ready() error {
	if !d.full.Load() {
		return nil
	}
	free, known := d.free()
	if known && free < reserve+margin {
		return fmt.Errorf("%w: %d MiB free, %d MiB are needed", store.ErrDiskFull, free>>20, (reserve+margin)>>20)
	}
	if !d.refill() {
		return fmt.Errorf("%w: cannot keep %d MiB in reserve", store.ErrDiskFull, reserve>>20)
	}
	if d.full.CompareAndSwap(true, false) {
		d.log.Info("disk has space again")
	}
	return nil
}

// refill makes the ballast, and reports whether it is there.
func (d *disk) refill() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, err := d.FS.Stat(d.ballast()); err == nil {
		return true
	}
	f, err := d.FS.Create(d.ballast(), vfs.WriteCategoryUnspecified)
	if err != nil {
		d.noteFull(err)
		return false
	}
	if err = f.Preallocate(0, reserve); err != nil && !noSpace(err) {
		zero := make([]byte, 1<<20) // a file system that cannot set space aside
		for n := 0; n < reserve && err == nil; n += len(zero) {
			_, err = f.Write(zero)
		}
	}
	if err = errors.Join(err, f.Close()); err != nil {
		_ = d.FS.Remove(d.ballast())
		d.noteFull(err)
		return false
	}
	return true
}

// release gives the ballast's space to whoever needs it, and has commits refused.
func (d *disk) release() {
	d.mu.Lock()
	defer d.mu.Unlock()
	_ = d.FS.Remove(d.ballast()) // it may be gone already
	d.full.Store(true)
}

func (d *disk) noteFull(err error) {
	if noSpace(err) && !d.full.Swap(true) {
		d.log.Error("disk is full: nothing can be changed until there is space", "folder", d.dir, "error", err)
	}
}

func noSpace(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }

// diskFull words an error of opening.
func diskFull(err error) error {
	if noSpace(err) {
		return fmt.Errorf("%w: %w", store.ErrDiskFull, err)
	}
	return err
}

// vital tells files that Pebble cannot do without from those it can write later.
func vital(name string) bool {
	return !strings.HasSuffix(name, ".sst") && !strings.HasSuffix(name, ".blob")
}

// insist repeats op of a vital file until there is space. What is not vital fails, after a pause: Pebble tries again at once.
func (d *disk) insist(name string, op func() error) error {
	for tries := 0; ; tries++ {
		err := op()
		if err == nil || !noSpace(err) {
			return err
		}
		d.noteFull(err)
		if vital(name) {
			d.release()
			if tries == 0 {
				continue
			}
		}
		patient := d.patient.Load()
		if patient {
			time.Sleep(again)
		}
		if !vital(name) || !patient {
			return err
		}
	}
}

func (d *disk) wrap(f vfs.File, name string, err error) (vfs.File, error) {
	if err != nil {
		return nil, err
	}
	w := &file{File: f, disk: d, name: name}
	if isLog(name) {
		w.log = &logFile{}
		d.logs.mu.Lock()
		d.logs.open[w] = struct{}{}
		d.logs.mu.Unlock()
	}
	return w, nil
}

func (d *disk) Create(name string, c vfs.DiskWriteCategory) (f vfs.File, err error) {
	if strings.HasPrefix(d.PathBase(name), "marker.") {
		// A marker makes another file the one that counts. Pebble syncs both names at once; on a file system that does not
		// keep the order of names, the marker could survive a power failure and the file not.
		if err := syncFolder(d.FS, d.dir); err != nil {
			return nil, err
		}
	}
	err = d.insist(name, func() error {
		f, err = d.FS.Create(name, c)
		return err
	})
	return d.wrap(f, name, err)
}

func (d *disk) OpenReadWrite(name string, c vfs.DiskWriteCategory, opts ...vfs.OpenOption) (f vfs.File, err error) {
	err = d.insist(name, func() error {
		f, err = d.FS.OpenReadWrite(name, c, opts...)
		return err
	})
	return d.wrap(f, name, err)
}

func (d *disk) ReuseForWrite(from, to string, c vfs.DiskWriteCategory) (f vfs.File, err error) {
	err = d.insist(to, func() error {
		f, err = d.FS.ReuseForWrite(from, to, c)
		return err
	})
	return d.wrap(f, to, err)
}

func (d *disk) Link(from, to string) error {
	return d.insist(to, func() error { return d.FS.Link(from, to) })
}

func (d *disk) Rename(from, to string) error {
	return d.insist(to, func() error { return d.FS.Rename(from, to) })
}

// Unwrap lets Pebble find the file system underneath.
func (d *disk) Unwrap() vfs.FS { return d.FS }

type file struct {
	vfs.File
	disk *disk
	name string
	log  *logFile // nil: none
}

// precede does what must come before a write to the log.
func (f *file) precede() error {
	if before := f.disk.before.Load(); before != nil && f.log != nil {
		return (*before)()
	}
	return nil
}

func (f *file) written() {
	if f.log != nil {
		f.log.unsynced.Store(true)
	}
}

// Write goes on behind what was written before space ran out.
func (f *file) Write(p []byte) (n int, err error) {
	if err := f.precede(); err != nil {
		return 0, err
	}
	err = f.disk.insist(f.name, func() error {
		m, err := f.File.Write(p[n:])
		n += m
		return err
	})
	f.written()
	return n, err
}

func (f *file) WriteAt(p []byte, off int64) (n int, err error) {
	if err := f.precede(); err != nil {
		return 0, err
	}
	err = f.disk.insist(f.name, func() error {
		n, err = f.File.WriteAt(p, off)
		return err
	})
	f.written()
	return n, err
}
