package blob

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// Reader reads a stretch of a blob once. It must be closed.
type Reader interface {
	io.ReadCloser
	// WriteTo lets the kernel copy a large blob from file to socket.
	io.WriterTo
}

// Read returns n bytes of a blob from offset on; n < 0 means to its end. Small blobs are compared with their sum, large ones
// only with their size.
func (s *Store) Read(ref Ref, offset, n int64) (Reader, error) {
	if n < 0 {
		n = ref.Size - offset
	}
	if offset < 0 || n < 0 || offset+n > ref.Size {
		return nil, fmt.Errorf("cannot read %d bytes from %d of blob %s", n, offset, ref)
	}
	switch {
	case ref.empty():
		return whole{bytes.NewReader(nil)}, nil
	case ref.own():
		return s.readFile(ref, offset, n)
	}
	payload, err := s.readRecord(ref)
	if err != nil {
		return nil, err
	}
	return whole{bytes.NewReader(payload[offset : offset+n])}, nil
}

// readRecord reads a small blob as a whole and compares it with its header and its name.
func (s *Store) readRecord(ref Ref) ([]byte, error) {
	f, err := s.disk.Open(s.segmentName(ref.File))
	if err != nil {
		return nil, damaged(ref, err)
	}
	defer f.Close()
	b := make([]byte, headerSize+ref.Size)
	if _, err := f.ReadAt(b, ref.Offset); err != nil {
		return nil, damaged(ref, err)
	}
	payload, sum, ok := parseRecord(b)
	if !ok || sum != ref.Sum || int64(len(payload)) != ref.Size {
		return nil, damaged(ref, errors.New("record does not match its sum"))
	}
	return payload, nil
}

// openFile opens the file that is a blob of its own, which must be as long as ref says.
func (s *Store) openFile(ref Ref) (file, error) {
	f, err := s.disk.Open(s.fileName(ref.File))
	if err != nil {
		return nil, damaged(ref, err)
	}
	if size, err := f.Size(); err != nil || size != ref.Size {
		_ = f.Close()
		return nil, damaged(ref, fmt.Errorf("file has %d bytes: %w", size, err))
	}
	return f, nil
}

func (s *Store) readFile(ref Ref, offset, n int64) (Reader, error) {
	f, err := s.openFile(ref)
	if err != nil {
		return nil, err
	}
	if o, ok := f.(osFile); ok {
		if _, err := o.Seek(offset, io.SeekStart); err != nil {
			_ = f.Close()
			return nil, damaged(ref, err)
		}
		return &stretch{o.File, io.LimitedReader{R: o.File, N: n}}, nil
	}
	return &section{io.NewSectionReader(f, offset, n), f}, nil
}

func damaged(ref Ref, err error) error { return fmt.Errorf("%w: %s: %w", ErrDamaged, ref, err) }

// whole is a small blob in memory.
type whole struct{ *bytes.Reader }

func (whole) Close() error { return nil }

// stretch is a part of a file.
type stretch struct {
	file *os.File
	r    io.LimitedReader
}

func (s *stretch) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err == io.EOF && s.r.N > 0 { // half a blob must not be taken for a whole one
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func (s *stretch) WriteTo(w io.Writer) (int64, error) {
	n, err := io.Copy(w, &s.r)
	if err == nil && s.r.N > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func (s *stretch) Close() error { return s.file.Close() }

// section is a part of a file that is not the machine's.
type section struct {
	*io.SectionReader
	file file
}

func (s *section) WriteTo(w io.Writer) (int64, error) {
	return io.Copy(w, struct{ io.Reader }{s.SectionReader})
}
func (s *section) Close() error { return s.file.Close() }
