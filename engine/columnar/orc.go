package columnar

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
)

// ORC says how an ORC file is written. The zero value is Firehose's default.
// https://docs.aws.amazon.com/firehose/latest/APIReference/API_OrcSerDe.html
type ORC struct {
	Compression string   // SNAPPY, ZLIB, ZSTD (not Firehose's), NONE; "" is SNAPPY
	Dictionary  *float64 // a text column has a dictionary if its distinct texts are at most this part of all; nil is 0.8
	StripeSize  int      // bytes, before they are compressed; 0 is 64 MiB
	V11         bool     // for Hive 0.11: run lengths of version 1
}

// Numbers of the format.
// https://orc.apache.org/specification/ORCv1/
const (
	orcMagic         = "ORC"
	orcChunk         = 256 << 10 // bytes that are compressed together
	orcWriterVersion = 6         // timestamps' statistics are in UTC

	orcNone, orcZlib, orcSnappy, orcZstd = 0, 1, 2, 5

	streamPresent, streamData, streamLength, streamDictionary, streamSecondary = 0, 1, 2, 3, 5

	encodingDirect, encodingDictionary, encodingDirectV2, encodingDictionaryV2 = 0, 1, 2, 3
)

// orcKinds are ORC's numbers of the kinds.
var orcKinds = [...]uint64{Boolean: 0, Tinyint: 1, Smallint: 2, Int: 3, Bigint: 4, Float: 5, Double: 6, String: 7, Binary: 8, Timestamp: 9, Array: 10, Map: 11, Struct: 12, Decimal: 14, Date: 15, Varchar: 16, Char: 17}

type orcWriter struct {
	w           io.Writer
	compression uint64
	version     uint64 // minor: 11 or 12

	columns  []*orcColumn // in the order of their ids
	offset   int
	total    int
	stripes  [][]byte // StripeInformation
	metadata proto    // StripeStatistics
}

// NewWriter begins a file.
func (o ORC) NewWriter(w io.Writer, schema Schema) (*Writer, error) {
	compressions := map[string]uint64{"": orcSnappy, "SNAPPY": orcSnappy, "ZLIB": orcZlib, "ZSTD": orcZstd, "NONE": orcNone}
	compression, ok := compressions[o.Compression]
	if !ok {
		return nil, errors.Join(ErrUnsupported, errors.New("compression "+o.Compression))
	}
	threshold := 0.8
	if o.Dictionary != nil {
		threshold = *o.Dictionary
	}
	f := &orcWriter{w: w, compression: compression, version: 12}
	if o.V11 {
		f.version = 11
	}
	out := newWriter(schema, orDefault(o.StripeSize, 64<<20))
	out.format = f
	f.column(out.rows, threshold)
	return out, f.write([]byte(orcMagic))
}

// column numbers a column and all below it.
func (w *orcWriter) column(h *held, threshold float64) *orcColumn {
	c := &orcColumn{held: h, id: len(w.columns), v1: w.version == 11, threshold: threshold}
	w.columns = append(w.columns, c)
	for _, p := range h.parts {
		c.parts = append(c.parts, w.column(p, threshold))
	}
	return c
}

func (w *orcWriter) write(b []byte) error {
	w.offset += len(b)
	_, err := w.w.Write(b)
	return err
}

// flush writes a stripe.
func (w *orcWriter) flush(rows *held) error {
	var footer, statistics proto
	begin := w.offset
	var encodings []proto
	for _, c := range w.columns {
		streams, encoding := c.encode()
		for _, s := range streams {
			data, err := w.compress(s.data)
			if err != nil {
				return err
			}
			if err := w.write(data); err != nil {
				return err
			}
			var m proto
			m.uint(1, s.kind)
			m.uint(2, uint64(c.id))
			m.uint(3, uint64(len(data)))
			footer.bytes(1, m)
		}
		encodings = append(encodings, encoding)
		stats := c.statistics()
		statistics.bytes(1, stats.proto(c.typ))
		c.total.join(&stats)
	}
	for _, e := range encodings {
		footer.bytes(2, e)
	}
	footer.text(3, "UTC")
	length := w.offset - begin
	packed, err := w.compress(footer)
	if err != nil {
		return err
	}
	var info proto
	for i, n := range []int{begin, 0, length, len(packed), rows.n} {
		info.uint(i+1, uint64(n))
	}
	w.stripes = append(w.stripes, info)
	w.metadata.bytes(1, statistics)
	w.total += rows.n
	return w.write(packed)
}

// finish writes what the file says of itself.
func (w *orcWriter) finish() error {
	content := w.offset
	metadata, err := w.compress(w.metadata)
	if err != nil {
		return err
	}
	var footer proto
	footer.uint(1, uint64(len(orcMagic)))
	footer.uint(2, uint64(content))
	for _, s := range w.stripes {
		footer.bytes(3, s)
	}
	for _, c := range w.columns {
		footer.bytes(4, c.describe())
	}
	footer.uint(6, uint64(w.total))
	for _, c := range w.columns {
		footer.bytes(7, c.total.proto(c.typ))
	}
	footer.uint(8, 0) // no row index
	packed, err := w.compress(footer)
	if err != nil {
		return err
	}
	var post proto
	post.uint(1, uint64(len(packed)))
	post.uint(2, w.compression)
	post.uint(3, orcChunk)
	post.packed(4, 0, w.version)
	post.uint(5, uint64(len(metadata)))
	post.uint(6, orcWriterVersion)
	post.text(8000, orcMagic)
	return w.write(append(append(append(metadata, packed...), post...), byte(len(post))))
}

// compress cuts a stream into chunks, each behind its length and whether it is as it was.
func (w *orcWriter) compress(data []byte) ([]byte, error) {
	if w.compression == orcNone {
		return data, nil
	}
	var out []byte
	for len(data) > 0 {
		chunk := data[:min(len(data), orcChunk)]
		data = data[len(chunk):]
		packed, err := w.pack(chunk)
		if err != nil {
			return nil, err
		}
		head := len(packed) << 1
		if len(packed) >= len(chunk) {
			packed, head = chunk, len(chunk)<<1|1
		}
		out = append(append(out, byte(head), byte(head>>8), byte(head>>16)), packed...)
	}
	return out, nil
}

func (w *orcWriter) pack(chunk []byte) ([]byte, error) {
	if w.compression == orcSnappy {
		return s2.EncodeSnappy(nil, chunk), nil
	}
	if w.compression == orcZstd {
		z, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
		if err != nil {
			return nil, err
		}
		defer func() { _ = z.Close() }()
		return z.EncodeAll(chunk, nil), nil
	}
	var b bytes.Buffer
	z, err := flate.NewWriter(&b, flate.DefaultCompression)
	if err != nil {
		return nil, fmt.Errorf("cannot deflate: %w", err)
	}
	if _, err := z.Write(chunk); err != nil {
		return nil, err
	}
	err = z.Close()
	return b.Bytes(), err
}

// describe is the column's Type.
func (c *orcColumn) describe() (m proto) {
	m.uint(1, orcKinds[c.typ.Kind])
	if len(c.parts) > 0 {
		var ids []uint64
		for _, p := range c.parts {
			ids = append(ids, uint64(p.id))
		}
		m.packed(2, ids...)
	}
	switch c.typ.Kind {
	case Struct:
		for _, f := range c.typ.Fields {
			m.text(3, f.Name)
		}
	case Varchar, Char:
		m.uint(4, uint64(c.typ.Length))
	case Decimal:
		m.uint(5, uint64(c.typ.Precision))
		m.uint(6, uint64(c.typ.Scale))
	}
	return m
}
