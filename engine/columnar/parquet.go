package columnar

import (
	"bytes"
	"errors"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
)

// Parquet says how a Parquet file is written. The zero value is Firehose's default.
// https://docs.aws.amazon.com/firehose/latest/APIReference/API_ParquetSerDe.html
type Parquet struct {
	Compression string   // SNAPPY, GZIP, ZSTD (not Firehose's), UNCOMPRESSED; "" is SNAPPY
	Dictionary  bool     // dictionaries of values, where they make a column smaller
	Plain       []string // columns for which none is tried: their values hardly ever repeat
	PageSize    int      // bytes; 0 is 1 MiB
	BlockSize   int      // bytes of a row group, before it is compressed; 0 is 256 MiB
	V2          bool     // data pages of version 2
}

// parquetFile is a file that is written.
type parquetFile struct {
	Parquet
	w      io.Writer
	at     int64
	codec  codec
	schema []byte // the list of elements
	parts  int    // of it
	leaves []*leafWriter
	groups []writtenGroup
	rows   int64
	gzip   *gzip.Writer
	zstd   *zstd.Encoder
	values []byte // room for those of a page
	body   []byte // room for a page
	packed []byte // room for a page that is compressed
}

const parquetMagic = "PAR1"

// NewWriter begins a file.
func (p Parquet) NewWriter(w io.Writer, schema Schema) (*Writer, error) {
	codecs := map[string]codec{"": codecSnappy, "SNAPPY": codecSnappy, "GZIP": codecGzip, "ZSTD": codecZstd, "UNCOMPRESSED": codecNone}
	c, ok := codecs[p.Compression]
	if !ok {
		return nil, errors.Join(ErrUnsupported, errors.New("compression "+p.Compression))
	}
	p.PageSize = orDefault(p.PageSize, 1<<20)
	out := newWriter(schema, orDefault(p.BlockSize, 256<<20))
	f := &parquetFile{Parquet: p, w: w, codec: c}
	f.describe(out.rows)
	out.format = f
	return out, f.write([]byte(parquetMagic))
}

func (f *parquetFile) write(b []byte) error {
	f.at += int64(len(b))
	_, err := f.w.Write(b)
	return err
}

// flush writes a row group.
func (f *parquetFile) flush(rows *held) error {
	g := writtenGroup{rows: int64(rows.n)}
	for _, l := range f.leaves {
		c, err := f.column(l, rows.n)
		if err != nil {
			return err
		}
		g.columns = append(g.columns, c)
	}
	f.groups = append(f.groups, g)
	f.rows += g.rows
	return nil
}

// compress packs a page; the result is valid until the next call.
func (f *parquetFile) compress(b []byte) ([]byte, error) {
	switch f.codec {
	case codecNone:
		return b, nil
	case codecSnappy:
		f.packed = s2.EncodeSnappy(f.packed[:cap(f.packed)], b)
	case codecZstd:
		if f.zstd == nil {
			z, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
			if err != nil {
				return nil, err
			}
			f.zstd = z
		}
		f.packed = f.zstd.EncodeAll(b, f.packed[:0])
	default:
		return f.deflate(b)
	}
	return f.packed, nil
}

func (f *parquetFile) deflate(b []byte) ([]byte, error) {
	out := bytes.NewBuffer(f.packed[:0])
	if f.gzip == nil {
		f.gzip = gzip.NewWriter(out)
	} else {
		f.gzip.Reset(out)
	}
	if _, err := f.gzip.Write(b); err != nil {
		return nil, err
	}
	err := f.gzip.Close()
	f.packed = out.Bytes()
	return f.packed, err
}
