package avro

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"regexp"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"

	"unyo/engine/columnar"
	"unyo/engine/vector"
)

// blockBytes is how many bytes of rows a block has before it is packed, or somewhat more.
const blockBytes = 64 << 10

// Writer writes an object container file. The same rows give the same bytes: what marks a block's end follows from the schema.
type Writer struct {
	out   io.Writer
	list  []encode
	codec string
	sync  [sha256.Size]byte
	zstd  *zstd.Encoder
	rows  int64
	block []byte
}

// NewWriter begins a file of columns. Text is the schema that its table tells, or "": then it follows from the columns, as Hive's AvroSerDe has it.
func NewWriter(out io.Writer, columns []columnar.Field, text, codec string) (*Writer, error) {
	if text == "" {
		var err error
		if text, err = SchemaOf(columns); err != nil {
			return nil, err
		}
	}
	s, err := ParseSchema([]byte(text))
	if err != nil {
		return nil, err
	}
	if s.Kind != "record" {
		return nil, badSchema("a file's rows are records")
	}
	w := &Writer{out: out, codec: codec, sync: sha256.Sum256([]byte(text))}
	if w.list, err = encodeFields("", s, columns, 0); err != nil {
		return nil, err
	}
	switch codec {
	case "null", "deflate", "snappy":
	case "zstandard":
		if w.zstd, err = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1)); err != nil {
			return nil, err
		}
	default:
		return nil, errors.Join(columnar.ErrUnsupported, fmt.Errorf("writing Avro with the codec %s", codec))
	}
	head := binary.AppendVarint([]byte(Magic), 2)
	for _, s := range []string{"avro.schema", text, "avro.codec", codec} {
		head = append(binary.AppendVarint(head, int64(len(s))), s...)
	}
	head = append(append(head, 0), w.sync[:16]...)
	_, err = out.Write(head)
	return w, err
}

// Write takes rows, a vector for each column.
func (w *Writer) Write(b *vector.Batch) (err error) {
	row := &vector.Vector{Kind: vector.Row, Len: b.Len, Elems: b.Columns}
	for i := range b.Len {
		for _, f := range w.list {
			if w.block, err = f(w.block, row, i); err != nil {
				return err
			}
		}
		if w.rows++; len(w.block) >= blockBytes {
			if err := w.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// flush writes a block: how many rows, how many bytes, those, and the mark.
func (w *Writer) flush() error {
	if w.rows == 0 {
		return nil
	}
	packed, err := w.pack(w.block)
	if err != nil {
		return err
	}
	out := binary.AppendVarint(binary.AppendVarint(nil, w.rows), int64(len(packed)))
	_, err = w.out.Write(append(append(out, packed...), w.sync[:16]...))
	w.rows, w.block = 0, w.block[:0]
	return err
}

func (w *Writer) pack(b []byte) ([]byte, error) {
	switch w.codec {
	case "deflate":
		var out bytes.Buffer
		f, err := flate.NewWriter(&out, flate.DefaultCompression)
		if err == nil {
			_, err = f.Write(b)
			err = errors.Join(err, f.Close())
		}
		return out.Bytes(), err
	case "snappy":
		return binary.BigEndian.AppendUint32(s2.EncodeSnappy(nil, b), crc32.ChecksumIEEE(b)), nil
	case "zstandard":
		return w.zstd.EncodeAll(b, nil), nil
	}
	return b, nil
}

// Close writes the rows that are left. It does not close what is below.
func (w *Writer) Close() error { return w.flush() }

var goodName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// SchemaOf is the schema of a table's rows, every value of which may be null.
// https://cwiki.apache.org/confluence/display/Hive/AvroSerDe#AvroSerDe-HivetoAvrotypeconversion
func SchemaOf(columns []columnar.Field) (string, error) {
	d := &deriver{}
	s, err := d.record("baseRecord", columns)
	if err != nil {
		return "", err
	}
	b, err := json.Marshal(s)
	return string(b), err
}

type deriver struct{ records int }

type derived struct {
	Type      any            `json:"type"`
	Name      string         `json:"name,omitempty"`
	Fields    []derivedField `json:"fields,omitempty"`
	Items     any            `json:"items,omitempty"`
	Values    any            `json:"values,omitempty"`
	Logical   string         `json:"logicalType,omitempty"`
	Precision int            `json:"precision,omitempty"`
	Scale     int            `json:"scale,omitempty"`
	Length    int            `json:"maxLength,omitempty"`
}

type derivedField struct {
	Name    string `json:"name"`
	Type    any    `json:"type"`
	Default any    `json:"default"`
}

func (d *deriver) record(name string, fields []columnar.Field) (any, error) {
	out := derived{Type: "record", Name: name}
	for _, f := range fields {
		if !goodName.MatchString(f.Name) {
			return nil, errors.Join(columnar.ErrUnsupported, fmt.Errorf("Illegal character in: %s", f.Name))
		}
		t, err := d.nullable(f.Type)
		if err != nil {
			return nil, err
		}
		out.Fields = append(out.Fields, derivedField{Name: f.Name, Type: t})
	}
	return out, nil
}

func (d *deriver) nullable(t *columnar.Type) (any, error) {
	s, err := d.schema(t)
	return []any{"null", s}, err
}

func (d *deriver) schema(t *columnar.Type) (any, error) {
	switch t.Kind {
	case columnar.Boolean:
		return "boolean", nil
	case columnar.Tinyint, columnar.Smallint, columnar.Int:
		return "int", nil
	case columnar.Bigint:
		return "long", nil
	case columnar.Float:
		return "float", nil
	case columnar.Double:
		return "double", nil
	case columnar.String:
		return "string", nil
	case columnar.Varchar:
		return derived{Type: "string", Logical: "varchar", Length: t.Length}, nil
	case columnar.Char:
		return derived{Type: "string", Logical: "char", Length: t.Length}, nil
	case columnar.Binary:
		return "bytes", nil
	case columnar.Decimal:
		return derived{Type: "bytes", Logical: "decimal", Precision: t.Precision, Scale: t.Scale}, nil
	case columnar.Date:
		return derived{Type: "int", Logical: "date"}, nil
	case columnar.Timestamp:
		return derived{Type: "long", Logical: "timestamp-millis"}, nil
	case columnar.Array:
		items, err := d.nullable(t.Fields[0].Type)
		return derived{Type: "array", Items: items}, err
	case columnar.Map:
		values, err := d.nullable(t.Fields[1].Type)
		return derived{Type: "map", Values: values}, err
	case columnar.Struct:
		d.records++
		return d.record(fmt.Sprintf("record_%d", d.records-1), t.Fields)
	}
	return nil, errors.Join(columnar.ErrUnsupported, fmt.Errorf("Avro has no %s", t))
}
