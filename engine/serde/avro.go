package serde

import (
	"io"

	"unyo/engine/avro"
	"unyo/engine/columnar"
	"unyo/engine/vector"
)

// openAvro reads object container files. What the table reads is its schema literal's, or else what the columns say; what was written the file tells.
// https://docs.aws.amazon.com/athena/latest/ug/avro-serde.html
func openAvro(t *Table, o Object, columns []int, _ []*vector.Domain) (vector.Reader, error) {
	reads, err := t.avroSchema()
	if err != nil {
		return nil, err
	}
	in, err := o.reader(0)
	if err != nil {
		return nil, err
	}
	read := &Counted{R: in}
	fields := make([]columnar.Field, len(columns))
	for i, c := range columns {
		fields[i] = t.Columns[c]
	}
	return avro.Scan(both{read, in}, func() int64 { return read.N }, reads, fields)
}

// both reads with the one and closes the other.
type both struct {
	io.Reader
	io.Closer
}

// avroSchema is the schema that a table tells; nil if it tells none.
func (t *Table) avroSchema() (*avro.Schema, error) {
	literal := t.property("avro.schema.literal", "")
	if literal == "" {
		if t.property("avro.schema.url", "") != "" {
			return nil, badProperty("avro.schema.url", "Athena does not support it for security reasons; use avro.schema.literal")
		}
		return nil, nil
	}
	s, err := avro.ParseSchema([]byte(literal))
	if err != nil {
		return nil, badProperty("avro.schema.literal", "%v", err)
	}
	if s.Kind != "record" {
		return nil, badProperty("avro.schema.literal", "a table's schema is a record")
	}
	return s, nil
}

// createAvro writes an object container file, with the table's schema or that of its columns.
// https://docs.aws.amazon.com/athena/latest/ug/compression-support-hive.html
func createAvro(t *Table, w io.Writer, compression string) (Writer, error) {
	if _, err := t.avroSchema(); err != nil {
		return nil, err
	}
	codec, ok := map[string]string{"": "deflate", "DEFLATE": "deflate", "SNAPPY": "snappy", "ZSTD": "zstandard", "NONE": "null"}[compression]
	if !ok {
		return nil, noCompression(compression + " in Avro")
	}
	return avro.NewWriter(w, t.Columns, t.property("avro.schema.literal", ""), codec)
}
