package columnar

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"sync"

	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"

	"unyo/base/inflate"
)

// Limits of one page: what goes beyond is no sane file.
const (
	mostPageBytes  = 512 << 20
	mostPageValues = 1 << 25
)

// pageHead is what a page says of itself.
type pageHead struct {
	kind              int64
	plain, packed     int64 // bytes
	values            int64
	encoding          int64
	defBytes, repByte int64 // version 2
	isPlain           bool  // version 2: the values are not compressed
}

// pageReader reads the pages of a column chunk one after another.
type pageReader struct {
	in      *bufio.Reader
	from    io.ReaderAt
	end     int64 // of the chunk, in from
	left    int64 // bytes of the chunk
	codec   codec
	scanned *int64
}

// pageAhead is how much is read at once of pages that are smaller.
const pageAhead = 256 << 10

// reopen goes on with other pages; p may be nil.
func (p *pageReader) reopen(r io.ReaderAt, offset, size int64, c codec, scanned *int64) *pageReader {
	if p == nil || p.in.Size() < pageAhead {
		p = &pageReader{in: bufio.NewReaderSize(nil, int(min(size+16, pageAhead)))}
	}
	p.in.Reset(io.NewSectionReader(r, offset, size))
	p.from, p.end, p.left, p.codec, p.scanned = r, offset+size, size, c, scanned
	return p
}

// next reads the head of the next page; what follows it is to be read by body, or passed over.
func (p *pageReader) next() (h pageHead, err error) {
	if p.left <= 0 {
		return h, io.EOF
	}
	t := compact{in: p.in, most: p.left}
	t.structure(0, func(field int, kind byte) {
		switch field {
		case 1:
			h.kind = t.integer(kind)
		case 2:
			h.plain = t.integer(kind)
		case 3:
			h.packed = t.integer(kind)
		case 5, 7, 8:
			t.nested(kind, func(inner int, kind byte) { h.part(&t, field, inner, kind) })
		default:
			t.skip(kind, 0)
		}
	})
	p.left -= t.read
	*p.scanned += t.read
	if t.err != nil {
		return h, t.failure()
	}
	if h.plain < 0 || h.packed < 0 || h.packed > p.left || h.plain > mostPageBytes || h.values < 0 || h.values > mostPageValues {
		return h, corrupt("a page of %d bytes and %d values", h.plain, h.values)
	}
	return h, nil
}

// body reads what follows the head of a page into room.
func (p *pageReader) body(h pageHead, room []byte) ([]byte, error) {
	room = roomFor(room, int(h.packed))
	if _, err := io.ReadFull(p.in, room); err != nil {
		return nil, endsWithin(err)
	}
	p.left -= h.packed
	*p.scanned += h.packed
	return room, nil
}

// pass passes over what follows the head of a page. Of that counts as read what has been.
func (p *pageReader) pass(h pageHead) error {
	near := min(h.packed, int64(p.in.Buffered()))
	if _, err := p.in.Discard(int(near)); err != nil {
		return endsWithin(err)
	}
	p.left -= h.packed
	*p.scanned += near
	if near < h.packed {
		p.in.Reset(io.NewSectionReader(p.from, p.end-p.left, p.left))
	}
	return nil
}

func endsWithin(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return corrupt("the file ends within a page")
	}
	return err
}

// part reads a field of a data or dictionary page's own head.
func (h *pageHead) part(t *compact, of, field int, kind byte) {
	switch {
	case field == 1:
		h.values = t.integer(kind)
	case of != 8 && field == 2, of == 8 && field == 4:
		h.encoding = t.integer(kind)
	case of == 8 && field == 5:
		h.defBytes = t.integer(kind)
	case of == 8 && field == 6:
		h.repByte = t.integer(kind)
	case of == 8 && field == 7:
		h.isPlain = kind == thriftFalse
	default:
		t.skip(kind, 0)
	}
}

var zstdReaders = sync.Pool{New: func() any {
	z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(mostPageBytes), zstd.IgnoreChecksum(true))
	if err != nil {
		return err
	}
	return z
}}

var gzipReaders sync.Pool

// decompress undoes a page's compression: the result has size bytes.
func decompress(c codec, dst, src []byte, size int) (out []byte, err error) {
	if size == 0 {
		return dst[:0], nil
	}
	switch c {
	case codecNone:
		out = src
	case codecSnappy:
		if n, err := s2.DecodedLen(src); err != nil || n != size || n > 64*len(src)+64 {
			return nil, corrupt("bad snappy")
		}
		out, err = s2.Decode(roomFor(dst, size), src)
	case codecZstd:
		out, err = unzstd(dst[:0], src, size)
	case codecGzip:
		out, err = ungzip(dst, src, size)
	case codecLZ4Raw:
		out, err = unlz4(dst, src, size)
	case codecLZ4:
		if out, err = unlz4Hadoop(dst, src, size); err != nil {
			out, err = unlz4(dst, src, size)
		}
	case codecLZO:
		out, err = unlzoHadoop(dst, src, size)
	default:
		return nil, errors.Join(ErrUnsupported, errors.New("compression "+c.String()))
	}
	if err != nil || len(out) < size {
		return nil, corrupt("bad page: %v", err)
	}
	return out[:size], nil
}

// unzstd appends at most so many bytes to dst. Of a frame that says it has more, nothing is unpacked.
func unzstd(dst, src []byte, most int) ([]byte, error) {
	var h zstd.Header
	if err := h.Decode(src); err != nil || h.HasFCS && h.FrameContentSize > uint64(most) {
		return nil, corrupt("bad zstd: %v", err)
	}
	z, ok := zstdReaders.Get().(*zstd.Decoder)
	if !ok {
		return nil, errors.New("no zstd")
	}
	defer zstdReaders.Put(z)
	return z.DecodeAll(src, dst)
}

func ungzip(dst, src []byte, size int) ([]byte, error) {
	z, ok := gzipReaders.Get().(*inflate.Reader)
	if !ok {
		z = inflate.NewReader(nil)
	}
	z.Reset(bytes.NewReader(src))
	defer gzipReaders.Put(z)
	if size > 1100*len(src)+1100 { // deflate makes no more of it
		return nil, corrupt("bad gzip")
	}
	dst = roomFor(dst, size)
	_, err := io.ReadFull(z, dst)
	return dst, err
}

func unlz4(dst, src []byte, size int) ([]byte, error) {
	if size > 256*len(src)+64 {
		return nil, corrupt("bad lz4")
	}
	dst = roomFor(dst, size)
	n, err := lz4.UncompressBlock(src, dst)
	return dst[:max(0, n)], err
}

// unlz4Hadoop undoes what older writers called LZ4: blocks behind their two lengths.
func unlz4Hadoop(dst, src []byte, size int) ([]byte, error) {
	if size > 256*len(src)+64 {
		return nil, corrupt("bad lz4")
	}
	dst = roomFor(dst, size)
	at := 0
	for len(src) > 8 && at < size {
		plain, packed := int(binary.BigEndian.Uint32(src)), int(binary.BigEndian.Uint32(src[4:]))
		if src = src[8:]; packed > len(src) || plain > size-at {
			return nil, corrupt("bad lz4")
		}
		n, err := lz4.UncompressBlock(src[:packed], dst[at:at+plain])
		if err != nil || n != plain {
			return nil, corrupt("bad lz4")
		}
		src = src[packed:]
		at += n
	}
	return dst[:at], nil
}
