package columnar

import (
	"errors"
	"fmt"
	"io"
)

// ErrCorrupt is a file that is not what it says, or not whole.
var ErrCorrupt = errors.New("corrupt file")

// Reader reads the rows of a file.
type Reader interface {
	// Schema is the columns that the file has.
	Schema() Schema
	// Read returns the next row; at the end, io.EOF. Rows share nothing with each other but bytes that nobody changes.
	Read() ([]Value, error)
}

func corrupt(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrCorrupt, fmt.Sprintf(format, args...))
}

// readAt reads a part of a file.
func readAt(r io.ReaderAt, size, offset, length int64) ([]byte, error) {
	if offset < 0 || length < 0 || offset > size || length > size-offset {
		return nil, corrupt("a part lies outside of the file")
	}
	b := make([]byte, length)
	if n, err := r.ReadAt(b, offset); err != nil && (err != io.EOF || int64(n) < length) {
		return nil, err
	}
	return b, nil
}

// recoverCorrupt makes an error of a panic: no file that is read may end the process, whatever was overlooked.
func recoverCorrupt(err *error) {
	if r := recover(); r != nil {
		*err = corrupt("%v", r)
	}
}
