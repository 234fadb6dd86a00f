package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/minio/crc64nvme"
)

// chunkSize is how much of a large blob is read, hashed and written at a time.
const chunkSize = 256 << 10

// firstRead is enough for most blobs, so that small ones do not occupy large buffers.
const firstRead = 16 << 10

var (
	firsts = sync.Pool{New: func() any { return new([firstRead]byte) }}
	smalls = sync.Pool{New: func() any { return new([MaxSmall + 1]byte) }}
	chunks = sync.Pool{New: func() any { return &chunk{b: make([]byte, chunkSize)} }}
)

// Stage reads r to its end, writes what it read durably (see Options.Later) and returns its name. Every byte is also written to each of sinks
// (sums, usually; their Write must not fail), those of large blobs in goroutines of their own; they have seen all when
// Stage returns. Errors of r are returned as they are; nothing is staged then.
func (s *Store) Stage(ctx context.Context, r io.Reader, sinks ...io.Writer) (Ref, error) {
	first := firsts.Get().(*[firstRead]byte)
	defer firsts.Put(first)
	n, err := readFull(r, first[:])
	if err == io.EOF {
		return s.stageSmall(ctx, first[:n], sinks)
	}
	if err != nil {
		return Ref{}, err
	}
	small := smalls.Get().(*[MaxSmall + 1]byte)
	defer smalls.Put(small)
	copy(small[:], first[:])
	m, err := readFull(r, small[n:])
	if err == io.EOF {
		return s.stageSmall(ctx, small[:n+m], sinks)
	}
	if err != nil {
		return Ref{}, err
	}
	return s.stageLarge(ctx, small[:], r, sinks)
}

// readFull fills b, or returns io.EOF where r ended properly. io.ReadFull would not tell that from a body cut off.
func readFull(r io.Reader, b []byte) (n int, err error) {
	for n < len(b) && err == nil {
		var m int
		m, err = r.Read(b[n:])
		n += m
	}
	if n == len(b) {
		err = nil
	}
	return n, err
}

// stageSmall encrypts b where it lies.
func (s *Store) stageSmall(ctx context.Context, b []byte, sinks []io.Writer) (Ref, error) {
	for _, w := range sinks {
		_, _ = w.Write(b)
	}
	if err := ctx.Err(); err != nil {
		return Ref{}, err
	}
	if len(b) == 0 {
		return Ref{}, nil
	}
	sum := crc64nvme.Checksum(b)
	c, wrapped := s.draw()
	c.from(0).XORKeyStream(b, b)
	put := s.appender.put
	if s.o.Later != nil && s.o.Later(ctx) {
		put = s.appender.putLater
	}
	ref, err := put(&header{uint32(len(b)), crc64nvme.Checksum(b), wrapped}, b)
	if err != nil {
		return Ref{}, err
	}
	ref.Sum = sum
	return ref, nil
}

// stageLarge writes a file of its own: its bytes and its name are synced before it is acknowledged.
func (s *Store) stageLarge(ctx context.Context, head []byte, rest io.Reader, sinks []io.Writer) (ref Ref, err error) {
	n := s.number()
	name := s.fileName(n)
	if err := s.makeDir(filepath.Dir(name)); err != nil {
		return Ref{}, full(fmt.Errorf("cannot make directory of blob %d: %w", n, err))
	}
	f, err := s.disk.Create(name)
	if err != nil {
		return Ref{}, full(fmt.Errorf("cannot create blob %d: %w", n, err))
	}
	size, sum, err := s.copyTo(ctx, f, head, rest, sinks)
	if err == nil {
		if err = f.Sync(); err != nil {
			err = full(fmt.Errorf("cannot sync blob %d: %w", n, err))
		}
	}
	if e := f.Close(); err == nil && e != nil {
		err = full(fmt.Errorf("cannot close blob %d: %w", n, e))
	}
	if err == nil {
		if e := s.disk.SyncDir(filepath.Dir(name)); e != nil {
			err = full(fmt.Errorf("cannot sync name of blob %d: %w", n, e))
		}
	}
	if err != nil {
		_ = s.disk.Remove(name) // Open removes it otherwise
		return Ref{}, err
	}
	return Ref{File: n, Offset: -1, Size: size, Sum: sum, Sealed: true}, nil
}

// chunk is a piece of a blob that several goroutines read at once.
type chunk struct {
	b     []byte
	n     int
	users atomic.Int32
}

func (c *chunk) release() {
	if c.users.Add(-1) == 0 {
		chunks.Put(c)
	}
}

// copyTo writes head and rest encrypted to f, with the header last, and to sinks, each in a goroutine of its own: one slow sum (MD5) then
// costs no more than its own time.
func (s *Store) copyTo(ctx context.Context, f file, head []byte, rest io.Reader, sinks []io.Writer) (size int64, sum uint64, err error) {
	lines := make([]chan *chunk, len(sinks))
	var done sync.WaitGroup
	for i, w := range sinks {
		lines[i] = make(chan *chunk, 8)
		done.Go(func() {
			for c := range lines[i] {
				_, _ = w.Write(c.b[:c.n])
				c.release()
			}
		})
	}
	defer func() {
		for _, l := range lines {
			close(l)
		}
		done.Wait()
	}()
	crc, crcSealed := crc64nvme.New(), crc64nvme.New()
	key, wrapped := s.draw()
	stream, out := key.from(0), chunks.Get().(*chunk)
	defer chunks.Put(out)
	for {
		c := chunks.Get().(*chunk)
		var last bool
		c.n, head, last, err = fill(c.b, head, rest)
		c.users.Store(int32(len(lines) + 1))
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return 0, 0, err
		}
		for _, l := range lines {
			l <- c
		}
		_, _ = crc.Write(c.b[:c.n])
		stream.XORKeyStream(out.b[:c.n], c.b[:c.n])
		_, _ = crcSealed.Write(out.b[:c.n])
		if _, err := f.WriteAt(out.b[:c.n], headerSize+size); err != nil {
			return 0, 0, full(fmt.Errorf("cannot write blob: %w", err))
		}
		size += int64(c.n)
		c.release()
		if last {
			h := header{uint32(size), crcSealed.Sum64(), wrapped}
			if _, err := f.WriteAt(h.append(nil), 0); err != nil {
				return 0, 0, full(fmt.Errorf("cannot write header of blob: %w", err))
			}
			return size, crc.Sum64(), nil
		}
	}
}

// fill takes from head first and then from rest. last says that rest has ended.
func fill(b, head []byte, rest io.Reader) (n int, left []byte, last bool, err error) {
	if len(head) > 0 {
		n = copy(b, head)
		return n, head[n:], false, nil
	}
	n, err = readFull(rest, b)
	if err == io.EOF {
		return n, nil, true, nil
	}
	return n, nil, false, err
}

// Discard destroys staged blobs that no row has ever held.
func (s *Store) Discard(refs ...Ref) error {
	var errs []error
	for _, r := range refs {
		errs = append(errs, s.destroy(r))
	}
	return errors.Join(errs...)
}
