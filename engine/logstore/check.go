package logstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Checked is what a check has read.
type Checked struct {
	Groups, Files int
	Events        int64
}

// Check reads every file of a store that nobody has open, and changes nothing. It tells which are damaged, and why.
func Check(ctx context.Context, dir string, o Options, damaged func(file string, err error)) (n Checked, err error) {
	s := Open(dir, o)
	defer s.Close()
	err = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		switch {
		case errors.Is(err, os.ErrNotExist) && path == dir: // no log group has had an event
			return nil
		case err != nil:
			return err
		case !d.IsDir() || path == dir:
			return ctx.Err()
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		return s.at(filepath.ToSlash(name)).check(&n, damaged)
	})
	return n, err
}

func (g *group) check(n *Checked, damaged func(file string, err error)) error {
	names, err := g.store.o.FS.List(g.dir)
	if err != nil {
		return err
	}
	files := n.Files
	for _, name := range names {
		kind, base, ok := parseName(name)
		if !ok {
			continue
		}
		n.Files++
		look := func() (int64, error) { return g.checkSegment(name) }
		if kind == "log" {
			look = func() (int64, error) { return g.checkLog(base) }
		}
		events, err := look()
		if n.Events += events; err != nil && !errors.Is(err, errErased) { // what is left of a group that was dropped
			damaged(filepath.Join(g.dir, name), err)
		}
	}
	if n.Files > files {
		n.Groups++
	}
	return nil
}

// checkSegment reads every block and every filter of a segment.
func (g *group) checkSegment(name string) (events int64, err error) {
	s, err := g.openSegment(name)
	if err != nil {
		return 0, err
	}
	f, _, err := g.store.o.FS.Open(filepath.Join(g.dir, name))
	if err != nil {
		return 0, err
	}
	defer f.Close() // read only: nothing can be lost
	var m memory
	var any needs
	any.add(" any text ") // so that filters are read
	for i := range s.blocks {
		if _, err := s.may(f, i, &any, &m); err != nil {
			return events, err
		}
		if err := s.load(f, i, &m); err != nil {
			return events, err
		}
		if err := m.parse(s.streams); err != nil {
			return events, err
		}
		if events += int64(len(m.rows)); len(m.rows) != s.blocks[i].count {
			return events, fmt.Errorf("%w: block %d of %s has %d events, not %d", ErrCorrupt, i, name, len(m.rows), s.blocks[i].count)
		}
	}
	return events, nil
}

// checkLog reads every record of a log. A log may end in something else when the process died while it wrote, and goes on so until the next write to it; nobody can
// tell that from a last record that was damaged later.
func (g *group) checkLog(base uint64) (events int64, err error) {
	w, err := g.readLog(base)
	if err != nil {
		return 0, err
	}
	defer w.file.Close() // read only: nothing can be lost
	for _, b := range w.batches {
		events += int64(b.count)
	}
	f, size, err := g.store.o.FS.Open(filepath.Join(g.dir, walName(base)))
	if err != nil {
		return events, err
	}
	defer f.Close() // as well
	rest := make([]byte, max(0, size-max(w.size, int64(cryptHead))))
	if _, err := w.file.ReadAt(rest, size-int64(len(rest))); err != nil && !errors.Is(err, io.EOF) {
		return events, err
	}
	if len(bytes.Trim(rest, "\x00")) > 0 {
		return events, fmt.Errorf("%w: %d bytes behind record %d of %s are none: they were torn by a crash or have changed since", ErrCorrupt, len(rest), len(w.batches), walName(base))
	}
	return events, nil
}
