package avro

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
)

// Magic is with what a file begins.
const Magic = "Obj\x01"

// maxBlock is how large a block may be, packed or unpacked.
const maxBlock = 256 << 20

// File is a file being read, block by block.
type File struct {
	Schema *Schema
	Text   []byte // the schema as it stands there
	in     *bufio.Reader
	codec  string
	sync   [16]byte
	zstd   *zstd.Decoder
}

func corrupt(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrCorrupt, fmt.Sprintf(format, args...))
}

// cut is the error of a file that ends too early; others are of whoever reads it.
func cut(err error) error {
	if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
		return corrupt("it is not whole")
	}
	return err
}

// Open reads a file's header.
func Open(r io.Reader) (*File, error) {
	f := &File{in: bufio.NewReaderSize(r, 64<<10), codec: "null"}
	head := make([]byte, len(Magic))
	if _, err := io.ReadFull(f.in, head); err != nil {
		return nil, cut(err)
	}
	if string(head) != Magic {
		return nil, corrupt("it does not begin as an Avro file does")
	}
	if err := f.meta(); err != nil {
		return nil, err
	}
	if _, err := io.ReadFull(f.in, f.sync[:]); err != nil {
		return nil, cut(err)
	}
	switch f.codec {
	case "null", "deflate", "snappy", "zstandard", "bzip2":
	default:
		return nil, corrupt("the codec %.50q is not known", f.codec)
	}
	var err error
	f.Schema, err = ParseSchema(f.Text)
	return f, err
}

// meta reads the header's map of bytes.
func (f *File) meta() error {
	for entries := 0; ; {
		n, err := f.long()
		if err != nil {
			return err
		}
		if n < 0 { // then the block's size is told
			if _, err := f.long(); err != nil {
				return err
			}
			n = -n
		}
		if n == 0 {
			return nil
		}
		for ; n > 0; n-- {
			if entries++; entries > 10_000 {
				return corrupt("its header has too many entries")
			}
			key, err := f.bytes(maxText)
			if err != nil {
				return err
			}
			value, err := f.bytes(maxText)
			if err != nil {
				return err
			}
			switch string(key) {
			case "avro.schema":
				f.Text = value
			case "avro.codec":
				f.codec = string(value)
			}
		}
	}
}

// long reads a number of the file's own.
func (f *File) long() (int64, error) {
	u, err := binary.ReadUvarint(f.in)
	if err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return 0, cut(err)
		}
		return 0, corrupt("%v", err)
	}
	return int64(u>>1) ^ -int64(u&1), nil
}

// bytes reads a length, and as many bytes; memory grows with what is really there.
func (f *File) bytes(most int64) ([]byte, error) {
	n, err := f.long()
	if err != nil {
		return nil, err
	}
	if n < 0 || n > most {
		return nil, corrupt("a length of %d bytes", n)
	}
	var b bytes.Buffer
	if _, err := io.CopyN(&b, f.in, n); err != nil {
		return nil, cut(err)
	}
	return b.Bytes(), nil
}

// Block is the next block, unpacked, and how many records it has; at the end, io.EOF.
func (f *File) Block() (records int64, data []byte, err error) {
	if _, err := f.in.Peek(1); err != nil {
		return 0, nil, err // io.EOF between blocks is the end
	}
	if records, err = f.long(); err != nil {
		return 0, nil, err
	}
	packed, err := f.bytes(maxBlock)
	if err != nil {
		return 0, nil, err
	}
	var sync [16]byte
	if _, err := io.ReadFull(f.in, sync[:]); err != nil {
		return 0, nil, cut(err)
	}
	if sync != f.sync {
		return 0, nil, corrupt("a block does not end where it should")
	}
	if data, err = f.unpack(packed); err != nil {
		return 0, nil, corrupt("%v", err)
	}
	if records < 0 || records > int64(len(data)) && f.Schema.least(0, new(int)) > 0 || records > int64(len(data)+maxNothing) {
		return 0, nil, corrupt("a block of %d bytes does not hold %d records", len(data), records)
	}
	return records, data, nil
}

func (f *File) unpack(b []byte) ([]byte, error) {
	switch f.codec {
	case "deflate":
		r := flate.NewReader(bytes.NewReader(b))
		defer r.Close()
		return limited(r)
	case "bzip2":
		return limited(bzip2.NewReader(bytes.NewReader(b)))
	case "zstandard":
		if f.zstd == nil {
			var err error
			if f.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxBlock), zstd.WithDecoderLowmem(true)); err != nil {
				return nil, err
			}
		}
		return f.zstd.DecodeAll(b, nil)
	case "snappy": // with the sum of what is unpacked behind it
		if len(b) < 4 {
			return nil, io.ErrUnexpectedEOF
		}
		body, sum := b[:len(b)-4], binary.BigEndian.Uint32(b[len(b)-4:])
		n, err := s2.DecodedLen(body)
		if err != nil || n > maxBlock {
			return nil, fmt.Errorf("a block of snappy with %d bytes", n)
		}
		out, err := s2.Decode(nil, body)
		if err == nil && crc32.ChecksumIEEE(out) != sum {
			err = errors.New("the sum of a block is another")
		}
		return out, err
	}
	return b, nil
}

func limited(r io.Reader) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxBlock+1))
	if err == nil && len(b) > maxBlock {
		err = errors.New("a block is too large")
	}
	return b, err
}

// Close frees what unpacking holds.
func (f *File) Close() {
	if f.zstd != nil {
		f.zstd.Close()
	}
}

// least is of how many bytes a value is at least: 0 of what may be nothing.
func (s *Schema) least(depth int, asked *int) int {
	if *asked++; depth > maxDepth || *asked > maxTypes {
		return 1
	}
	switch s.Kind {
	case "null":
		return 0
	case "fixed":
		return s.Size
	case "record":
		n := 0
		for _, f := range s.Fields {
			if n += f.Type.least(depth+1, asked); n > 0 {
				return n
			}
		}
		return n
	}
	return 1
}
