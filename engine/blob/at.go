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
