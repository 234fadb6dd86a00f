package blob

import (
	"bytes"
	"crypto/cipher"
	"errors"
	"fmt"
	"io"

	"github.com/minio/crc64nvme"
)

// Reader reads a stretch of a blob once. It must be closed.
type Reader interface {
	io.ReadCloser
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

// readRecord reads a small blob as a whole and compares it with its name.
func (s *Store) readRecord(ref Ref) ([]byte, error) {
	f, err := s.disk.Open(s.segmentName(ref.File))
	if err != nil {
		return nil, damaged(ref, err)
	}
	defer f.Close()
	b := make([]byte, ref.length())
	if _, err := f.ReadAt(b, ref.Offset); err != nil {
		return nil, damaged(ref, err)
	}
	if !ref.Sealed {
		payload, sum, ok := parsePlain(b)
		if !ok || sum != ref.Sum || int64(len(payload)) != ref.Size {
			return nil, damaged(ref, errors.New("record does not match its sum"))
		}
		return payload, nil
	}
	c, err := s.sealIn(ref, b)
	if err != nil {
		return nil, err
	}
	payload := b[headerSize:]
	c.from(0).XORKeyStream(payload, payload)
	if crc64nvme.Checksum(payload) != ref.Sum {
		return nil, damaged(ref, errors.New("record does not match its sum"))
	}
	return payload, nil
}

// sealIn is the cipher that the header of a blob tells.
func (s *Store) sealIn(ref Ref, head []byte) (seal, error) {
	h, ok := parseHeader(head)
	if !ok || h.size != uint32(ref.Size) {
		return seal{}, damaged(ref, errors.New("its header is not"))
	}
	c, err := s.open(h.wrapped)
	if err != nil {
		return seal{}, damaged(ref, err)
	}
	return c, nil
}

// openFile opens the file that is a blob of its own, which must be as long as ref says.
func (s *Store) openFile(ref Ref) (*content, error) {
	f, err := s.disk.Open(s.fileName(ref.File))
	if err != nil {
		return nil, damaged(ref, err)
	}
	out, err := s.contentOf(ref, f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return out, nil
}

func (s *Store) contentOf(ref Ref, f file) (*content, error) {
	if size, err := f.Size(); err != nil || size != ref.length() {
		return nil, damaged(ref, fmt.Errorf("file has %d bytes: %w", size, err))
	}
	if !ref.Sealed {
		return &content{file: f}, nil
	}
	var head [headerSize]byte
	if _, err := f.ReadAt(head[:], 0); err != nil {
		return nil, damaged(ref, err)
	}
	c, err := s.sealIn(ref, head[:])
	if err != nil {
		return nil, err
	}
	return &content{f, &c, headerSize}, nil
}

func (s *Store) readFile(ref Ref, offset, n int64) (Reader, error) {
	f, err := s.openFile(ref)
	if err != nil {
		return nil, err
	}
	out := &stretch{file: f.file, r: io.LimitedReader{R: io.NewSectionReader(f.file, f.head+offset, n), N: n}}
	if f.c != nil {
		out.stream = f.c.from(offset)
	}
	return out, nil
}

func damaged(ref Ref, err error) error { return fmt.Errorf("%w: %s: %w", ErrDamaged, ref, err) }

// whole is a small blob in memory.
type whole struct{ *bytes.Reader }

func (whole) Close() error { return nil }

// stretch is a part of a file, decrypted as it is read.
type stretch struct {
	file   file
	r      io.LimitedReader
	stream cipher.Stream // nil: it is not encrypted
}

func (s *stretch) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if s.stream != nil {
		s.stream.XORKeyStream(p[:n], p[:n])
	}
	if err == io.EOF && s.r.N > 0 { // half a blob must not be taken for a whole one
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// WriteTo implements io.WriterTo, in pieces larger than io.Copy's.
func (s *stretch) WriteTo(w io.Writer) (n int64, err error) {
	c := chunks.Get().(*chunk)
	defer chunks.Put(c)
	return io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{s}, c.b)
}

func (s *stretch) Close() error { return s.file.Close() }
