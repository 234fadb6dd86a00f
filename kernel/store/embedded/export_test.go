package embedded

import (
	"context"
	"errors"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// Reserve is how many bytes the ballast has.
const Reserve = reserve

// Margin is how many bytes must be free beside it.
const Margin = margin

// Tidy writes what is in memory to files and merges them, as Pebble does on its own when there is more.
func (e *Engine) Tidy() error {
	if err := e.db.Flush(); err != nil {
		return err
	}
	return e.db.Compact(context.Background(), []byte{0}, []byte{0xFF}, false)
}

// Move is move, as an opening does it.
func Move(fs vfs.FS, dir string, key *[32]byte) error {
	return errors.Join(mended(fs, dir), move(fs, dir, key))
}

// Sealed is a file system that encrypts.
func Sealed(fs vfs.FS, key [32]byte) vfs.FS { return seal(fs, key) }
