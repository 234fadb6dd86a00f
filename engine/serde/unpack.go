package serde

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"

	"unyo/base/inflate"
	"unyo/engine/columnar"
)

// mostWindow is how much a decompressor may keep in memory.
const mostWindow = 128 << 20

// Counted counts the bytes that have been read.
type Counted struct {
	R io.Reader
	N int64
}

func (c *Counted) Read(b []byte) (int, error) {
	n, err := c.R.Read(b)
	c.N += int64(n)
	return n, err
}

// Unpack undoes the compression that an object's name tells of.
func Unpack(name string, in io.Reader) (io.Reader, error) { return unpack(name, in) }

func extension(name string) string { return strings.ToLower(path.Ext(name)) }

// compressed tells whether an object's name tells of a compression.
func compressed(name string) bool {
	switch extension(name) {
	case ".gz", ".gzip", ".bz2", ".zst", ".zstd", ".deflate", ".zlib", ".snappy", ".lz4", ".lzo":
		return true
	}
	return false
}

// unpack undoes the compression that an object's name tells of. Where a name stands for two framings, the first bytes tell.
// https://docs.aws.amazon.com/athena/latest/ug/compression-formats.html
func unpack(name string, in io.Reader) (io.Reader, error) {
	r := bufio.NewReaderSize(in, 64<<10)
	if _, err := r.Peek(1); err == io.EOF { // an empty object has no rows, whatever its name
		return r, nil
	}
	var out io.Reader
	var err error
	switch extension(name) {
	case ".gz", ".gzip":
		out = inflate.NewReader(r)
	case ".bz2":
		out = bzip2.NewReader(r)
	case ".zst", ".zstd":
		head, _ := r.Peek(zstd.HeaderMaxSize)
		window := windowOf(head)
		if window > mostWindow {
			return nil, broken(zstd.ErrWindowSizeExceeded)
		}
		if out, err = zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(uint64(window)), zstd.WithDecoderLowmem(true)); err == nil {
			return &unpacked{out, window}, nil
		}
	case ".deflate", ".zlib":
		out, err = zlib.NewReader(r)
	case ".snappy":
		if head, _ := r.Peek(10); bytes.Equal(head, []byte("\xff\x06\x00\x00sNaPpY")) {
			out = s2.NewReader(r, s2.ReaderMaxBlockSize(4<<20))
		} else {
			out = &hadoop{in: r, block: unsnappy}
		}
	case ".lz4":
		if head, _ := r.Peek(4); len(head) == 4 && binary.LittleEndian.Uint32(head) == 0x184D2204 {
			out = lz4.NewReader(r)
		} else {
			out = &hadoop{in: r, block: unlz4}
		}
	case ".lzo":
		return nil, errors.Join(columnar.ErrUnsupported, errors.New("LZO"))
	default:
		return r, nil
	}
	if err != nil {
		return nil, broken(err)
	}
	return &unpacked{out, 0}, nil
}

// What a frame of zstd may have as its window that is not the first: as much as that, or what zstd writes without being asked for more. Of an object that begins
// with something else than data nobody knows how much its frames need.
const (
	usualWindow   = 8 << 20
	unknownWindow = 32 << 20
)

// windowOf is how much is kept in memory to unpack frames of zstd, of which the first begins with head.
func windowOf(head []byte) int64 {
	var h zstd.Header
	if err := h.Decode(head); err != nil || h.Skippable {
		return unknownWindow
	}
	window := h.WindowSize
	if h.SingleSegment {
		window = h.FrameContentSize
	}
	return int64(max(min(window, 2*mostWindow), usualWindow))
}

// unpacked gives the errors of a decompressor their meaning.
type unpacked struct {
	r      io.Reader
	window int64 // bytes that it keeps of what it has given; 0: few
}

func (u *unpacked) Read(b []byte) (int, error) {
	n, err := u.r.Read(b)
	if err != nil && err != io.EOF {
		err = broken(err)
	}
	return n, err
}

// broken is an error of a decompressor: what is stored is not what its name says.
func broken(err error) error {
	if errors.Is(err, columnar.ErrCorrupt) || errors.Is(err, columnar.ErrUnsupported) {
		return err
	}
	return fmt.Errorf("%w: %w", columnar.ErrCorrupt, err)
}

// hadoop reads the blocks that Hadoop's codecs write: the length of some data, then its chunks, each behind its packed length.
type hadoop struct {
	in    *bufio.Reader
	block func(dst, src []byte, most int) ([]byte, error)
	left  int // of the block, unpacked
	chunk []byte
	room  []byte
	src   []byte
}

// mostBlock is how large a block of Hadoop's may be; its codecs write 256 KiB.
const mostBlock = 64 << 20

func (h *hadoop) Read(b []byte) (int, error) {
	for len(h.chunk) == 0 {
		if err := h.next(); err != nil {
			return 0, err
		}
	}
	n := copy(b, h.chunk)
	h.chunk = h.chunk[n:]
	return n, nil
}

func (h *hadoop) next() error {
	for h.left == 0 {
		n, err := h.length(true)
		if err != nil {
			return err
		}
		h.left = n
	}
	n, err := h.length(false)
	if err != nil {
		return err
	}
	if cap(h.src) < n {
		h.src = make([]byte, n)
	}
	h.src = h.src[:n]
	if _, err := io.ReadFull(h.in, h.src); err != nil {
		return io.ErrUnexpectedEOF
	}
	if h.room, err = h.block(h.room, h.src, h.left); err != nil {
		return err
	}
	if len(h.room) > h.left {
		return errors.New("a chunk larger than its block")
	}
	h.chunk = h.room
	h.left -= len(h.room)
	return nil
}

func (h *hadoop) length(first bool) (int, error) {
	var b [4]byte
	if _, err := io.ReadFull(h.in, b[:]); err != nil {
		if first && err == io.EOF {
			return 0, io.EOF
		}
		return 0, io.ErrUnexpectedEOF
	}
	n := binary.BigEndian.Uint32(b[:])
	if n > mostBlock {
		return 0, errors.New("a block too large")
	}
	return int(n), nil
}

func unsnappy(dst, src []byte, most int) ([]byte, error) {
	n, err := s2.DecodedLen(src)
	if err != nil || n > most || n > 64*len(src)+64 {
		return nil, errors.New("bad snappy")
	}
	if cap(dst) < n {
		dst = make([]byte, n)
	}
	return s2.Decode(dst[:n], src)
}

func unlz4(dst, src []byte, most int) ([]byte, error) {
	most = min(most, 256*len(src)+64)
	if cap(dst) < most {
		dst = make([]byte, most)
	}
	n, err := lz4.UncompressBlock(src, dst[:most])
	if err != nil {
		return nil, err
	}
	return dst[:n], nil
}
