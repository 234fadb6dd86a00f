package embedded

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// A store from before it was encrypted is copied, file by file, into a folder beside it, DIR.new. When that is complete and durable, DIR becomes DIR.old, DIR.new becomes
// DIR, and DIR.old goes. Whenever this is cut off, the next opening goes on: at any time DIR or DIR.old is whole, and DIR.new is used only when DIR is gone.

// move has the store in dir encrypted, unless it is. Without a key it only finds out that it is not.
func move(fs vfs.FS, dir string, key *[32]byte) error {
	plain, encrypted, err := survey(fs, dir)
	switch {
	case err != nil:
		return err
	case key == nil && encrypted != "":
		return fmt.Errorf("%w: it is opened without one", ErrKey)
	case key == nil || plain == "":
		return nil
	case encrypted != "":
		return fmt.Errorf("%s is encrypted, and %s is not: the store is damaged", encrypted, plain)
	}
	lock, err := fs.Lock(fs.PathJoin(dir, "LOCK"))
	if err != nil {
		return err
	}
	err = copyStore(fs, seal(fs, *key), dir, dir+".new")
	if err = errors.Join(err, lock.Close()); err != nil {
		return errors.Join(err, fs.RemoveAll(dir+".new"))
	}
	if err := fs.Rename(dir, dir+".old"); err != nil {
		return err
	}
	return mended(fs, dir)
}

// mended ends a move that was cut off. It comes before the folder is made if it is not there.
func mended(fs vfs.FS, dir string) error {
	there := func(name string) bool { _, err := fs.Stat(name); return err == nil }
	if there(dir+".old") && !there(dir) {
		if err := errors.Join(syncFolder(fs, fs.PathDir(dir)), fs.Rename(dir+".new", dir), syncFolder(fs, fs.PathDir(dir))); err != nil {
			return err
		}
	}
	for _, left := range []string{".new", ".old"} {
		if there(dir + left) {
			if err := errors.Join(fs.RemoveAll(dir+left), syncFolder(fs, fs.PathDir(dir))); err != nil {
				return err
			}
		}
	}
	return nil
}

// survey names a file that is encrypted, and one that is not.
func survey(fs vfs.FS, dir string) (plain, encrypted string, err error) {
	names, err := fs.List(dir)
	if err != nil {
		return "", "", err
	}
	for _, n := range names {
		if n == "LOCK" || n == "ballast" {
			continue
		}
		f, err := fs.Open(fs.PathJoin(dir, n))
		if err != nil {
			return "", "", err
		}
		head := make([]byte, headSize+1)
		read, err := io.ReadFull(f, head)
		if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
			err = nil
		}
		if err = errors.Join(err, f.Close()); err != nil {
			return "", "", err
		}
		switch {
		case read >= headSize && bytes.HasPrefix(head, []byte(sealMagic)):
			encrypted = n
		case read > headSize:
			plain = n
		}
	}
	return plain, encrypted, nil
}

// copyStore copies what is in a folder to another, on a file system that encrypts it.
func copyStore(fs vfs.FS, to *sealed, dir, into string) error {
	if err := fs.MkdirAll(into, 0o700); err != nil {
		return err
	}
	names, err := fs.List(dir)
	if err != nil {
		return err
	}
	for _, n := range names {
		if n == "LOCK" || n == "ballast" {
			continue
		}
		if err := copyFile(fs, to, fs.PathJoin(dir, n), fs.PathJoin(into, n)); err != nil {
			return fmt.Errorf("cannot encrypt %s: %w", n, err)
		}
	}
	return errors.Join(syncFolder(fs, into), syncFolder(fs, fs.PathDir(into)))
}

func copyFile(fs vfs.FS, to *sealed, from, into string) error {
	in, err := fs.Open(from, vfs.SequentialReadsOption)
	if err != nil {
		return err
	}
	out, err := to.Create(into, vfs.WriteCategoryUnspecified)
	if err != nil {
		return errors.Join(err, in.Close())
	}
	_, err = io.CopyBuffer(struct{ io.Writer }{out}, struct{ io.Reader }{in}, make([]byte, 1<<20))
	if err == nil {
		err = out.Sync()
	}
	return errors.Join(err, out.Close(), in.Close())
}
