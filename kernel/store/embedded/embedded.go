// Package embedded is the store engine of one machine: Pebble, in one folder.
//
// A commit is one Pebble batch, written to the log in the order of commits; those that must be durable share fsyncs (log.go).
// After a clean Close the log is empty and opening takes milliseconds; after a crash it is replayed.
//
// Pebble ends the process when it cannot write its log. So a disk that is full must not become such an error: see disk.go.
package embedded

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/vfs"

	"unyo/kernel/store"
)

// Options of an engine.
type Options struct {
	FS  vfs.FS       // nil is the machine's
	Key *[32]byte    // what the keys of all files are wrapped under; nil: they are not encrypted
	Log *slog.Logger // nil is slog.Default
}

// Engine keeps rows in a folder.
type Engine struct {
	db     *pebble.DB
	disk   *disk
	failed atomic.Bool // the log could not be written: Pebble cannot be trusted, not even to close
}

var errLog = errors.New("the store's log has failed")

// format is the version of Pebble's files that this program writes. It is raised on purpose only: older programs
// cannot open what a newer format has written.
const format = pebble.FormatTableFormatV6

// memTable is how many bytes of rows are held in memory before they become a file, and again as many, for Pebble keeps the memory of the last one for the
// next: an estate at rest holds both. Larger ones make opening after a crash slower, for the log is replayed into them, and should write less: of a
// million rows in any order, 32 MB took no less processor time than 8. memTables is how many may wait to be files before writers wait for them.
const (
	memTable  = 8 << 20
	memTables = 8
)

// blockCache is how many bytes of files are held in memory as they are read. Pebble's own measure, 8 MB, is less than the
// indexes alone of an estate of some hundred megabytes.
const blockCache = 64 << 20

// Open opens the store in dir, or begins it. Only one process can have it open.
func Open(dir string, o Options) (e *Engine, err error) {
	if o.FS == nil {
		o.FS = vfs.Default
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if err := mended(o.FS, dir); err != nil {
		return nil, diskFull(err)
	}
	if err := mkdir(o.FS, dir); err != nil {
		return nil, diskFull(err)
	}
	if err := move(o.FS, dir, o.Key); err != nil {
		return nil, diskFull(err)
	}
	if o.Key != nil {
		o.FS = seal(o.FS, *o.Key)
	}
	e = &Engine{disk: newDisk(o.FS, dir, o.Log)}
	log := &logger{log: o.Log}
	cache := pebble.NewCache(blockCache)
	defer cache.Unref()
	po := &pebble.Options{
		Cache: cache,
		FS:    e.disk, Logger: log, FormatMajorVersion: format, MemTableSize: memTable, MemTableStopWritesThreshold: memTables,
		EventListener: &pebble.EventListener{BackgroundError: func(err error) { o.Log.Warn("store cannot tidy up its files yet", "error", err) }},
	}
	for i := range po.Levels { // most reads are of rows that are old, or not there: without it each file is looked into that might hold them
		po.Levels[i].FilterPolicy = bloom.FilterPolicy(10)
	}
	defer func() { // what cannot be written while opening ends in Fatalf
		if p := recover(); p != nil {
			f, ok := p.(fatal)
			if !ok {
				panic(p)
			}
			e, err = nil, diskFull(f.error)
		}
	}()
	if e.db, err = pebble.Open(dir, po); err != nil {
		return nil, diskFull(err)
	}
	e.disk.opened()
	return e, nil
}

// mkdir makes dir, for nobody else to read, and sees to it that a power failure does not take its name away.
func mkdir(fs vfs.FS, dir string) error {
	if _, err := fs.Stat(dir); err == nil {
		return nil
	}
	parent := fs.PathDir(dir)
	if parent != dir {
		if err := mkdir(fs, parent); err != nil {
			return err
		}
	}
	if err := fs.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return syncFolder(fs, parent)
}

func syncFolder(fs vfs.FS, dir string) error {
	f, err := fs.OpenDir(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Snapshot implements store.Engine.
func (e *Engine) Snapshot() store.Snapshot { return snapshot{e.db.NewSnapshot()} }

// Commit implements store.Engine.
func (e *Engine) Commit(writes []store.Write, until store.Until) (wait func() error, err error) {
	if err := e.disk.ready(); err != nil {
		return nil, err
	}
	size := 0
	for _, w := range writes {
		size += len(w.Key) + len(w.End) + len(w.Value) + 16
	}
	b := e.db.NewBatchWithSize(size + 32)
	for i, w := range writes {
		switch {
		case w.End != "":
			err = e.erase(b, w, writes[:i])
		case w.Value == nil:
			err = b.Delete([]byte(w.Key), nil)
		default:
			err = b.Set([]byte(w.Key), w.Value, nil)
		}
		if err != nil {
			return nil, errors.Join(err, b.Close())
		}
	}
	defer func() {
		if p := recover(); p != nil { // the log has failed already, and this commit is the first to meet its error
			e.failed.Store(true)
			wait, err = func() error { return fmt.Errorf("cannot write the store's log: %v", p) }, nil
		}
	}()
	if until == store.Visible {
		if err := e.db.Apply(b, pebble.NoSync); err != nil {
			return nil, err
		}
		return nil, b.Close()
	}
	if err := e.db.ApplyNoSyncWait(b, pebble.Sync); err != nil {
		return nil, err
	}
	return func() error {
		if err := e.logged(b, until); err != nil {
			return err
		}
		return b.Close()
	}, nil
}

// fewRows is how many rows of a range are deleted one by one.
const fewRows = 256

// erase deletes a range in b, behind the writes earlier in it. Few rows are deleted one by one, none cost nothing: Pebble looks at all
// recent deletions of ranges whenever something new is read after one, so that thousands of them, each of little, would slow down everything.
func (e *Engine) erase(b *pebble.Batch, w store.Write, earlier []store.Write) error {
	it, err := e.db.NewIter(&pebble.IterOptions{LowerBound: []byte(w.Key), UpperBound: []byte(w.End)})
	if err != nil {
		return err
	}
	var keys [][]byte
	for ok := it.First(); ok && len(keys) <= fewRows; ok = it.Next() {
		keys = append(keys, bytes.Clone(it.Key()))
	}
	if err := it.Close(); err != nil {
		return err
	}
	if len(keys) > fewRows {
		return b.DeleteRange([]byte(w.Key), []byte(w.End), nil)
	}
	for _, one := range earlier {
		if one.End == "" && one.Value != nil && w.Key <= one.Key && one.Key < w.End {
			keys = append(keys, []byte(one.Key))
		}
	}
	for _, key := range keys {
		if err := b.Delete(key, nil); err != nil {
			return err
		}
	}
	return nil
}

// Precede has f run before anything is written to the log, and so before any row is on the disk.
func (e *Engine) Precede(f func() error) { e.disk.before.Store(&f) }

// Sync implements store.Engine.
func (e *Engine) Sync() error {
	if e.failed.Load() {
		return errLog
	}
	b := e.db.NewBatch()
	if err := b.LogData(nil, nil); err != nil {
		return errors.Join(err, b.Close())
	}
	if err := e.db.ApplyNoSyncWait(b, pebble.Sync); err != nil { // Apply would end the process on an error
		return err
	}
	if err := e.logged(b, store.Synced); err != nil {
		return err
	}
	return b.Close()
}

// logged waits until a batch is written to the log, and where that is asked on the disk.
func (e *Engine) logged(b *pebble.Batch, until store.Until) error {
	err := b.SyncWait() // written: see log.go
	if err == nil && until == store.Synced {
		err = e.disk.logs.sync()
	}
	if err != nil {
		e.failed.Store(true)
		return fmt.Errorf("cannot write the store's log: %w", err)
	}
	return nil
}

// Close implements store.Engine. It writes what is in memory into files, so that the next Open has no log to replay.
func (e *Engine) Close() error {
	if e.failed.Load() { // Pebble would hang or panic; what it holds goes with the process
		return errLog
	}
	var err error
	if e.disk.ready() == nil { // on a full disk it would wait for space; the log holds everything anyway
		err = e.db.Flush()
	}
	e.disk.closing()
	return errors.Join(err, e.db.Close())
}

type snapshot struct{ s *pebble.Snapshot }

func (s snapshot) Get(key string) ([]byte, bool, error) {
	v, c, err := s.s.Get([]byte(key))
	if errors.Is(err, pebble.ErrNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	out := append(make([]byte, 0, len(v)), v...)
	return out, true, c.Close()
}

func (s snapshot) Close() { _ = s.s.Close() } // fails only when closed twice

func (s snapshot) Scan(lo, hi string, backwards bool) store.Cursor {
	o := &pebble.IterOptions{}
	if lo != "" {
		o.LowerBound = []byte(lo)
	}
	if hi != "" {
		o.UpperBound = []byte(hi)
	}
	it, err := s.s.NewIter(o)
	return &cursor{it: it, err: err, backwards: backwards}
}

type cursor struct {
	it        *pebble.Iterator
	err       error
	backwards bool
	begun     bool
	value     []byte
}

func (c *cursor) Next() bool {
	if c.err != nil {
		return false
	}
	var ok bool
	switch {
	case c.begun && c.backwards:
		ok = c.it.Prev()
	case c.begun:
		ok = c.it.Next()
	case c.backwards:
		ok = c.it.Last()
	default:
		ok = c.it.First()
	}
	c.begun = true
	if !ok {
		return false
	}
	v, err := c.it.ValueAndErr()
	c.value, c.err = append(make([]byte, 0, len(v)), v...), err
	return err == nil
}

func (c *cursor) Key() string   { return string(c.it.Key()) }
func (c *cursor) Value() []byte { return c.value }

func (c *cursor) Close() error {
	if c.it == nil {
		return c.err
	}
	return errors.Join(c.err, c.it.Close())
}

// logger passes on what Pebble has to say.
type logger struct{ log *slog.Logger }

// fatal is what Pebble could not do and cannot go on without.
type fatal struct{ error }

func (l *logger) Infof(format string, args ...any) {
	l.log.Debug(fmt.Sprintf("store: "+format, args...))
}
func (l *logger) Errorf(format string, args ...any) {
	l.log.Error(fmt.Sprintf("store: "+format, args...))
}

// Fatalf stops the process: Pebble's files are no longer what it believes. The log holds every acknowledged commit.
func (l *logger) Fatalf(format string, args ...any) {
	for _, a := range args {
		if err, ok := a.(error); ok {
			panic(fatal{fmt.Errorf("store: "+format+": %w", append(args, err)...)})
		}
	}
	panic(fatal{fmt.Errorf("store: "+format, args...)})
}
