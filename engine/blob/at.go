package blob

import (
	"bytes"
	"io"
)

// Section is a blob that is read here and there. It must be closed.
type Section interface {
	io.ReaderAt
	io.Closer
}

// At opens a blob to be read here and there. Small blobs are compared with their sum, large ones only with their size.
func (s *Store) At(ref Ref) (Section, error) {
	switch {
	case ref.empty():
		return whole{bytes.NewReader(nil)}, nil
	case !ref.own():
		payload, err := s.readRecord(ref)
		return whole{bytes.NewReader(payload)}, err
	}
	return s.openFile(ref)
}

// content is a file that is a blob of its own, or that and a header.
type content struct {
	file
	c    *seal // nil: it is not encrypted
	head int64
}

// ReadAt implements io.ReaderAt: as much is decrypted as is read.
func (f *content) ReadAt(p []byte, offset int64) (int, error) {
	n, err := f.file.ReadAt(p, f.head+offset)
	if f.c != nil && n > 0 {
		f.c.from(offset).XORKeyStream(p[:n], p[:n])
	}
	return n, err
}
