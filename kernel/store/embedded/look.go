package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/sstable"
	"github.com/cockroachdb/pebble/v2/vfs"

	"unyo/kernel/store"
)

// Look is a store that is looked at: nothing of it is changed.
type Look struct {
	db  *pebble.DB
	fs  vfs.FS
	dir string
}

var errLook = errors.New("the store is only looked at")

// LookAt opens the store in dir to be looked at. Nobody else may have it open.
func LookAt(dir string, o Options) (l *Look, err error) {
	fs := vfs.Default
	if o.FS != nil {
		fs = o.FS
	}
	if _, err := fs.Stat(dir); err != nil {
		return nil, err
	}
	switch _, encrypted, err := survey(fs, dir); {
	case err != nil:
		return nil, err
	case encrypted != "" && o.Key == nil:
		return nil, fmt.Errorf("%w: it is opened without one", ErrKey)
	case encrypted != "":
		fs = seal(fs, *o.Key)
	}
	defer func() {
		if p := recover(); p != nil {
			f, ok := p.(fatal)
			if !ok {
				panic(p)
			}
			l, err = nil, f.error
		}
	}()
	db, err := pebble.Open(dir, &pebble.Options{FS: fs, ReadOnly: true, ErrorIfNotExists: true, Logger: &logger{log: slog.New(slog.DiscardHandler)}, FormatMajorVersion: format,
		EventListener: &pebble.EventListener{DataCorruption: func(pebble.DataCorruptionInfo) {}}}) // it is told by whoever reads
	if err != nil {
		return nil, err
	}
	return &Look{db, fs, dir}, nil
}

// Snapshot implements store.Engine.
func (l *Look) Snapshot() store.Snapshot { return snapshot{l.db.NewSnapshot()} }

// Commit implements store.Engine.
func (l *Look) Commit([]store.Write, store.Until) (func() error, error) { return nil, errLook }

// Sync implements store.Engine.
func (l *Look) Sync() error { return nil }

// Close implements store.Engine.
func (l *Look) Close() error { return l.db.Close() }

// Tables checks every block of every table, also of rows that others hide, and tells which tables are damaged. Rows that no table has yet were checked when the log
// was read.
func (l *Look) Tables(ctx context.Context, damaged func(file string, err error)) (n int, err error) {
	names, err := l.fs.List(l.dir)
	if err != nil {
		return 0, err
	}
	for _, name := range names {
		if !strings.HasSuffix(name, ".sst") {
			continue
		}
		if n++; ctx.Err() != nil {
			return n, ctx.Err()
		}
		if err := l.table(ctx, name); err != nil {
			damaged(name, err)
		}
	}
	return n, nil
}

func (l *Look) table(ctx context.Context, name string) (err error) {
	f, err := l.fs.Open(l.fs.PathJoin(l.dir, name))
	if err != nil {
		return err
	}
	readable, err := sstable.NewSimpleReadable(f)
	if err != nil {
		return errors.Join(err, f.Close())
	}
	r, err := sstable.NewReader(ctx, readable, sstable.ReaderOptions{Comparer: pebble.DefaultComparer})
	if err != nil {
		return err // the file is closed then
	}
	return errors.Join(r.ValidateBlockChecksums(), r.Close())
}
