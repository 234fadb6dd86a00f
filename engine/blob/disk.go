package blob

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// disk is what the store needs of a file system. Tests put one below it that fails, tears and forgets.
type disk interface {
	// Create makes a file that is not there yet. Its name survives power loss after SyncDir.
	Create(name string) (file, error)
	Open(name string) (file, error)
	// Edit opens a file to write to it.
	Edit(name string) (file, error)
	Remove(name string) error
	MkdirAll(name string) error
	SyncDir(name string) error
	// List names the entries of a directory in order; none when there is no such directory.
	List(name string) ([]string, error)
}

// file is an open file.
type file interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	Sync() error
	Size() (int64, error)
	Truncate(size int64) error
	// Punch gives the space of a range back; it reads as zeros then, or as before where that is not possible.
	Punch(offset, size int64) error
}

// osDisk is the machine's.
type osDisk struct{}

type osFile struct{ *os.File }

func (osDisk) Create(name string) (file, error) {
	return wrap(os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600))
}
func (osDisk) Open(name string) (file, error) { return wrap(os.Open(name)) }
func (osDisk) Edit(name string) (file, error) { return wrap(os.OpenFile(name, os.O_RDWR, 0)) }
func (osDisk) Remove(name string) error       { return os.Remove(name) }
func (osDisk) MkdirAll(name string) error     { return os.MkdirAll(name, 0o700) }

func wrap(f *os.File, err error) (file, error) {
	if err != nil {
		return nil, err
	}
	return osFile{f}, nil
}

func (osDisk) SyncDir(name string) error {
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func (osDisk) List(name string) ([]string, error) {
	entries, err := os.ReadDir(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, err
}

func (f osFile) Size() (int64, error) {
	i, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return i.Size(), nil
}

func (f osFile) Punch(offset, size int64) error { return punch(f.File, offset, size) }

// filesPerDir keeps directories small enough to list.
const filesPerDir = 4096

func (s *Store) segmentName(n uint64) string {
	return filepath.Join(s.dir, "segment", fmt.Sprintf("%016x", n))
}

func (s *Store) fileName(n uint64) string {
	return filepath.Join(s.dir, "file", fmt.Sprintf("%013x", n/filesPerDir), fmt.Sprintf("%016x", n))
}

func numberOf(name string) (uint64, bool) {
	n, err := strconv.ParseUint(name, 16, 64)
	return n, err == nil && n > 0 && len(name) == 16
}

// full words a disk without space.
func full(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return err
}
