package embedded

import (
	"strings"
	"sync"
	"sync/atomic"
)

// Pebble writes its log and syncs it in one loop, in which nothing is written while a sync is under way. Who wants no more than that what he has put
// survives the process, for whom the kernel has it once it is written, would wait for other people's syncs. So to Pebble a sync of the log is done at
// once, and those who must survive a power failure wait for one of these, made beside the loop.

// logs are the log files, and who waits for them to be synced: any number share a sync that begins after they came.
type logs struct {
	mu      sync.Mutex
	moved   sync.Cond
	open    map[*file]struct{}
	syncing bool
	begun   uint64 // number of the last sync that has begun
	ended   uint64 // and of the last one that is through
	err     error  // of one that failed: nobody knows what the disk holds
}

func (l *logs) init() { l.moved.L, l.open = &l.mu, map[*file]struct{}{} }

// sync returns when all that has been written to the log is on the disk.
func (l *logs) sync() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	mine := l.begun + 1
	for l.ended < mine && l.err == nil {
		if l.syncing {
			l.moved.Wait()
			continue
		}
		l.syncing = true
		l.begun++
		files := make([]*file, 0, len(l.open))
		for f := range l.open {
			files = append(files, f)
		}
		l.mu.Unlock()
		err := syncAll(files)
		l.mu.Lock()
		l.syncing, l.ended = false, l.begun
		l.fail(err)
		l.moved.Broadcast()
	}
	return l.err
}

// fail is called with l.mu held.
func (l *logs) fail(err error) {
	if l.err == nil {
		l.err = err
	}
}

func syncAll(files []*file) error {
	for _, f := range files {
		if err := f.log.sync(f); err != nil {
			return err
		}
	}
	return nil
}

// logFile is what a file of the log knows of itself.
type logFile struct {
	mu       sync.Mutex // held while it is synced or closed
	closed   bool
	unsynced atomic.Bool
}

func (l *logFile) sync(f *file) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || !l.unsynced.Swap(false) {
		return nil
	}
	return f.File.SyncData()
}

func isLog(name string) bool { return strings.HasSuffix(name, ".log") }

// SyncData is how Pebble syncs its log.
func (f *file) SyncData() error {
	if f.log != nil {
		return nil
	}
	return f.File.SyncData()
}

func (f *file) Sync() error {
	if f.log != nil {
		return nil
	}
	return f.File.Sync()
}

// Close syncs a log first: what is written to the next one must not outlive what stands in this one.
func (f *file) Close() error {
	if f.log == nil {
		return f.File.Close()
	}
	err := f.log.sync(f)
	l := &f.disk.logs
	l.mu.Lock()
	delete(l.open, f)
	l.fail(err)
	l.mu.Unlock()
	f.log.mu.Lock()
	defer f.log.mu.Unlock()
	f.log.closed = true
	return f.File.Close()
}
