package columnar

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"

	"github.com/klauspost/compress/s2"
	"github.com/pierrec/lz4/v4"
)

// Limits of files that are read: what goes beyond is no sane file.
const (
	mostChunk = 16 << 20 // bytes that are compressed together; writers' default is 256 KiB
	mostTypes = 10000
	orcTail   = 16 << 10 // bytes at the end that are read first
)

type orcReader struct {
	r           io.ReaderAt
	size        int64
	compression uint64
	chunk       uint64

	schema  Schema
	root    *orcSource
	sources []*orcSource
	stripes []orcStripe
	left    uint64 // rows of the stripe that is open
	tail    int64  // where the metadata ends
	about   int64  // bytes of the metadata
}

type orcStripe struct{ offset, index, data, footer, rows uint64 }

// ReadORC opens an ORC file.
// https://orc.apache.org/specification/ORCv1/
func ReadORC(r io.ReaderAt, size int64) (Reader, error) {
	o := &orcReader{r: r, size: size, chunk: orcChunk}
	tail, err := readAt(r, size, max(0, size-orcTail), min(size, orcTail))
	if err != nil {
		return nil, err
	}
	if len(tail) == 0 || int(tail[len(tail)-1]) >= len(tail) {
		return nil, corrupt("no postscript")
	}
	post := tail[len(tail)-1-int(tail[len(tail)-1]) : len(tail)-1]
	var footer uint64
	magic, ok := "", true
	for p := range parts(post, func() { ok = false }) {
		switch p.field {
		case 1:
			footer = p.n
		case 2:
			o.compression = p.n
		case 3:
			o.chunk = p.n
		case 5:
			o.about = int64(min(p.n, uint64(size)))
		case 8000:
			magic = string(p.b)
		}
	}
	if !ok || magic != orcMagic || footer > uint64(size) || o.chunk > mostChunk {
		return nil, corrupt("bad postscript")
	}
	o.tail = size - 1 - int64(len(post)) - int64(footer)
	b, err := readAt(r, size, o.tail, int64(footer))
	if err != nil {
		return nil, err
	}
	if b, err = o.unpack(b); err != nil {
		return nil, err
	}
	return o, o.footer(b)
}

func (o *orcReader) Schema() Schema { return o.schema }

// footer learns types and stripes.
func (o *orcReader) footer(b []byte) error {
	ok := true
	bad := func() { ok = false }
	for p := range parts(b, bad) {
		switch p.field {
		case 3:
			var s orcStripe
			for q := range parts(p.b, bad) {
				if fields := []*uint64{nil, &s.offset, &s.index, &s.data, &s.footer, &s.rows}; q.field < len(fields) && q.field > 0 {
					*fields[q.field] = q.n
				}
			}
			o.stripes = append(o.stripes, s)
		case 4:
			if s := newSource(p.b, bad); len(o.sources) < mostTypes {
				s.id = len(o.sources)
				o.sources = append(o.sources, s)
			}
		}
	}
	if !ok || len(o.sources) == 0 || len(o.sources) == mostTypes {
		return corrupt("bad footer")
	}
	used := 0
	root, err := o.link(0, &used)
	if err != nil {
		return err
	}
	if root.Kind != Struct || len(root.Fields) == 0 {
		return errors.Join(ErrUnsupported, errors.New("a file that is no table"))
	}
	o.root, o.schema = o.sources[0], root.Fields
	return nil
}

// link makes the type of a column of those below it. Columns come in preorder, each once.
func (o *orcReader) link(id int, used *int) (*Type, error) {
	if id != *used || id >= len(o.sources) {
		return nil, corrupt("bad types")
	}
	*used++
	c := o.sources[id]
	if c.typ == nil {
		return nil, errors.Join(ErrUnsupported, errors.New("a column of a type that Hive does not have"))
	}
	want := map[Kind]int{Array: 1, Map: 2}[c.typ.Kind]
	if c.typ.Kind < Array && len(c.below) > 0 || want > 0 && len(c.below) != want || c.typ.Kind == Struct && len(c.below) != len(c.names) {
		return nil, corrupt("bad types")
	}
	for i, below := range c.below {
		t, err := o.link(int(min(below, mostTypes)), used)
		if err != nil {
			return nil, err
		}
		f := Field{Type: t}
		if c.typ.Kind == Struct {
			f.Name = c.names[i]
		}
		c.typ.Fields, c.parts = append(c.typ.Fields, f), append(c.parts, o.sources[below])
	}
	return c.typ, nil
}

func (o *orcReader) Read() ([]Value, error) {
	for o.left == 0 {
		if len(o.stripes) == 0 {
			return nil, io.EOF
		}
		s := o.stripes[0]
		o.stripes = o.stripes[1:]
		if err := o.open(s); err != nil {
			return nil, err
		}
		o.left = s.rows
	}
	o.left--
	return o.root.next().Items, nil
}

// open reads a stripe.
func (o *orcReader) open(s orcStripe) error {
	if s.offset > uint64(o.size) || s.index > uint64(o.size) || s.data > uint64(o.size) || s.footer > uint64(o.size) || s.rows > 1<<31 {
		return corrupt("a stripe lies outside of the file")
	}
	all, err := readAt(o.r, o.size, int64(s.offset), int64(s.index+s.data+s.footer))
	if err != nil {
		return err
	}
	footer, err := o.unpack(all[s.index+s.data:])
	if err != nil {
		return err
	}
	zone, err := o.stripe(footer, s.index+s.data, func(id, kind int, at, length uint64) (err error) {
		o.sources[id].streams[kind], err = o.unpack(all[at : at+length])
		return err
	})
	if err != nil {
		return err
	}
	return o.root.decode(int(s.rows), zone)
}

// stripe learns from a stripe's footer how its columns are encoded, and visits their streams, which lie within size bytes.
func (o *orcReader) stripe(footer []byte, size uint64, visit func(id, kind int, at, length uint64) error) (zone string, err error) {
	for _, c := range o.sources {
		c.reset()
	}
	ok := true
	bad := func() { ok = false }
	at, column := uint64(0), 0
	for p := range parts(footer, bad) {
		switch p.field {
		case 1:
			var kind, id, length uint64
			for q := range parts(p.b, bad) {
				if fields := []*uint64{nil, &kind, &id, &length}; q.field < len(fields) && q.field > 0 {
					*fields[q.field] = q.n
				}
			}
			if length > size-at || id >= uint64(len(o.sources)) {
				return "", corrupt("a stream lies outside of its stripe")
			}
			if kind <= streamSecondary {
				if err := visit(int(id), int(kind), at, length); err != nil {
					return "", err
				}
			}
			at += length
		case 2:
			if column == len(o.sources) {
				return "", corrupt("too many encodings")
			}
			for q := range parts(p.b, bad) {
				switch q.field {
				case 1:
					o.sources[column].encoding = q.n
				case 2:
					o.sources[column].keys = q.n
				}
			}
			column++
		case 3:
			zone = string(p.b)
		}
	}
	if !ok || column != len(o.sources) {
		return "", corrupt("bad stripe")
	}
	return zone, nil
}

// unpack undoes the compression of a stream.
func (o *orcReader) unpack(b []byte) ([]byte, error) {
	if o.compression == orcNone {
		return b, nil
	}
	out := make([]byte, 0, o.room(b))
	for len(b) > 0 {
		if len(b) < 3 {
			return nil, corrupt("half a chunk")
		}
		head := int(b[0]) | int(b[1])<<8 | int(b[2])<<16
		n := head >> 1
		if b = b[3:]; n > len(b) {
			return nil, corrupt("half a chunk")
		}
		plain := b[:n]
		if head&1 == 0 {
			var err error
			if plain, err = o.unpackChunk(plain); err != nil {
				return nil, err
			}
		}
		if out, b = append(out, plain...), b[n:]; len(out) > mostStripe {
			return nil, corrupt("a stream of more than %d bytes", mostStripe)
		}
	}
	return out, nil
}

// room is about how large a stream will be: as much as its chunks can be, but not beyond a common ratio.
func (o *orcReader) room(b []byte) int {
	chunks := 0
	for rest := b; len(rest) >= 3; chunks++ {
		rest = rest[min(len(rest), 3+(int(rest[0])|int(rest[1])<<8|int(rest[2])<<16)>>1):]
	}
	return min(chunks*int(o.chunk), 8*len(b), mostStripe)
}

func (o *orcReader) unpackChunk(b []byte) (out []byte, err error) {
	switch o.compression {
	case orcZlib:
		z := flate.NewReader(bytes.NewReader(b))
		out, err = io.ReadAll(io.LimitReader(z, int64(o.chunk)+1))
	case orcSnappy:
		n, lengthErr := s2.DecodedLen(b)
		if lengthErr != nil || n > int(o.chunk) {
			return nil, corrupt("bad chunk")
		}
		out, err = s2.Decode(nil, b)
	case 4:
		out = make([]byte, o.chunk)
		n := 0
		if n, err = lz4.UncompressBlock(b, out); err == nil {
			out = out[:n]
		}
	case orcZstd:
		out, err = unzstd(nil, b, int(o.chunk))
	default:
		return nil, errors.Join(ErrUnsupported, errors.New("the file's compression"))
	}
	if err != nil || len(out) > int(o.chunk) {
		return nil, corrupt("bad chunk: %v", err)
	}
	return out, nil
}
