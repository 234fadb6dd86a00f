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
	var reads *avro.Schema
	if literal := t.property("avro.schema.literal", ""); literal != "" {
		var err error
		if reads, err = avro.ParseSchema([]byte(literal)); err != nil {
			return nil, badProperty("avro.schema.literal", "%v", err)
		}
		if reads.Kind != "record" {
			return nil, badProperty("avro.schema.literal", "a table's schema is a record")
		}
	} else if t.property("avro.schema.url", "") != "" {
		return nil, badProperty("avro.schema.url", "Athena does not support it for security reasons; use avro.schema.literal")
	}
	in, err := o.reader(0)
	if err != nil {
		return nil, err
	}
	read := &counted{r: in}
	fields := make([]columnar.Field, len(columns))
	for i, c := range columns {
		fields[i] = t.Columns[c]
	}
	return avro.Scan(both{read, in}, func() int64 { return read.n }, reads, fields)
}

// both reads with the one and closes the other.
type both struct {
	io.Reader
	io.Closer
}
