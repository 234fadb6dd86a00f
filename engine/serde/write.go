package serde

import (
	"errors"
	"io"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"

	"unyo/engine/columnar"
	"unyo/engine/vector"
)

// Writer writes batches of a table's columns into an object.
type Writer interface {
	Write(*vector.Batch) error
	// Close writes what is still to be written. It does not close what is below.
	Close() error
}

// creators are by class, in lower case: the formats that Athena writes, but for Ion.
// https://docs.aws.amazon.com/athena/latest/ug/ctas.html
// https://docs.aws.amazon.com/athena/latest/ug/unload.html
var creators = map[string]func(t *Table, w io.Writer, compression string) (Writer, error){
	"org.apache.hadoop.hive.serde2.lazy.lazysimpleserde":          createLazy,
	"org.openx.data.jsonserde.jsonserde":                          createJSON,
	"org.apache.hive.hcatalog.data.jsonserde":                     createJSON,
	"org.apache.hadoop.hive.ql.io.parquet.serde.parquethiveserde": createParquet,
	"parquet.hive.serde.parquethiveserde":                         createParquet,
	"org.apache.hadoop.hive.ql.io.orc.orcserde":                   createORC,
	"org.apache.hadoop.hive.serde2.avro.avroserde":                createAvro,
}

// Create begins an object of a table. Compression is Athena's word for it (GZIP, SNAPPY, ZSTD, ZLIB, DEFLATE, LZ4, NONE); "" is
// what Athena takes if nobody says: GZIP, ZLIB for ORC, and for Avro, which has no GZIP, DEFLATE. The same batches give the same bytes.
func Create(t Table, w io.Writer, compression string) (Writer, error) {
	create, ok := creators[strings.ToLower(t.SerDe)]
	if !ok {
		return nil, &UnknownError{t.SerDe, formats[strings.ToLower(t.SerDe)] != nil || known[strings.ToLower(t.SerDe)]}
	}
	return create(&t, w, strings.ToUpper(compression))
}

// Extension is what the name of an object ends with that Create has written: readers of text go by it.
func Extension(t Table, compression string) string {
	switch strings.ToLower(t.SerDe) {
	case "org.apache.hadoop.hive.ql.io.parquet.serde.parquethiveserde", "parquet.hive.serde.parquethiveserde", "org.apache.hadoop.hive.ql.io.orc.orcserde",
		"org.apache.hadoop.hive.serde2.avro.avroserde":
		return ""
	}
	return map[string]string{"": ".gz", "GZIP": ".gz", "ZSTD": ".zst", "SNAPPY": ".snappy", "LZ4": ".lz4", "DEFLATE": ".deflate", "ZLIB": ".deflate"}[strings.ToUpper(compression)]
}

func noCompression(name string) error {
	return errors.Join(columnar.ErrUnsupported, errors.New("writing with compression "+name))
}

// pack compresses what is written.
func pack(w io.Writer, compression string) (io.WriteCloser, error) {
	switch compression {
	case "", "GZIP":
		return gzip.NewWriter(w), nil
	case "ZSTD":
		return zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
	case "SNAPPY":
		return s2.NewWriter(w, s2.WriterSnappyCompat(), s2.WriterConcurrency(1)), nil
	case "LZ4":
		return lz4.NewWriter(w), nil
	case "DEFLATE", "ZLIB":
		return zlib.NewWriter(w), nil
	case "NONE":
		return plainWriter{w}, nil
	}
	return nil, noCompression(compression)
}

type plainWriter struct{ io.Writer }

func (plainWriter) Close() error { return nil }

// columnarWriter writes rows into Parquet or ORC.
type columnarWriter struct {
	*columnar.Writer
}

func (c columnarWriter) Write(b *vector.Batch) error { return c.WriteBatch(b) }

func createParquet(t *Table, w io.Writer, compression string) (Writer, error) {
	switch compression {
	case "":
		compression = "GZIP"
	case "NONE":
		compression = "UNCOMPRESSED"
	}
	out, err := columnar.Parquet{Compression: compression, Dictionary: true, BlockSize: 64 << 20}.NewWriter(w, t.Columns)
	return columnarWriter{out}, err
}

func createORC(t *Table, w io.Writer, compression string) (Writer, error) {
	if compression == "" {
		compression = "ZLIB"
	}
	out, err := columnar.ORC{Compression: compression}.NewWriter(w, t.Columns)
	return columnarWriter{out}, err
}

// textWriter writes a line for each row.
type textWriter struct {
	t    *Table
	out  io.WriteCloser
	line func(b []byte, batch *vector.Batch, row int) []byte
	room []byte
}

func (x *textWriter) Write(b *vector.Batch) error {
	for i := range b.Len {
		x.room = append(x.line(x.room, b, i), '\n')
		if len(x.room) < 64<<10 {
			continue
		}
		if err := x.flush(); err != nil {
			return err
		}
	}
	return x.flush()
}

func (x *textWriter) flush() error {
	_, err := x.out.Write(x.room)
	x.room = x.room[:0]
	return err
}

func (x *textWriter) Close() error { return x.out.Close() }
