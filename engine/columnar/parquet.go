package columnar

import (
	"errors"
	"io"
	"math/big"
	"reflect"
	"slices"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/deprecated"
	former "github.com/parquet-go/parquet-go/encoding"
)

// Parquet says how a Parquet file is written. The zero value is Firehose's default.
// https://docs.aws.amazon.com/firehose/latest/APIReference/API_ParquetSerDe.html
type Parquet struct {
	Compression string   // SNAPPY, GZIP, ZSTD (not Firehose's), UNCOMPRESSED; "" is SNAPPY
	Dictionary  bool     // dictionaries of values
	Plain       []string // columns that have none all the same: their values hardly ever repeat
	PageSize    int      // bytes; 0 is 1 MiB
	BlockSize   int      // bytes of a row group, before it is compressed; 0 is 256 MiB
	V2          bool     // data pages of version 2
}

// ErrUnsupported is a setting that has no behaviour here.
var ErrUnsupported = errors.New("not supported")

// Writer writes rows into a file.
type Writer interface {
	// Write adds a row: a value, or null, for each column of the schema. It must not be changed afterwards.
	Write(row []Value) error
	// Close writes what is still to be written. It does not close what is below.
	Close() error
}

type parquetWriter struct {
	w         *parquet.Writer
	row       *Type
	blockSize int
	held      int           // bytes, about, of the row group begun
	columns   []parquet.Row // of one row: each leaf's values
	values    parquet.Row
	column    int
}

// NewWriter begins a file.
func (p Parquet) NewWriter(w io.Writer, schema Schema) (Writer, error) {
	codecs := map[string]compress.Codec{"": &parquet.Snappy, "SNAPPY": &parquet.Snappy, "GZIP": &parquet.Gzip, "ZSTD": &parquet.Zstd, "UNCOMPRESSED": &parquet.Uncompressed}
	codec, ok := codecs[p.Compression]
	if !ok {
		return nil, errors.Join(ErrUnsupported, errors.New("compression "+p.Compression))
	}
	version := 1
	if p.V2 {
		version = 2
	}
	row := schema.row()
	return &parquetWriter{
		w: parquet.NewWriter(w, parquet.NewSchema("hive_schema", p.group(row)), parquet.Compression(codec), parquet.DataPageVersion(version),
			parquet.PageBufferSize(orDefault(p.PageSize, 1<<20)), parquet.CreatedBy("unyo", "", ""), parquet.DataPageStatistics(true)),
		row: row, blockSize: orDefault(p.BlockSize, 256<<20), columns: make([]parquet.Row, leaves(row)),
	}, nil
}

func orDefault(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return n
}

// group is a struct whose members keep their order, which parquet.Group's do not.
type group struct {
	parquet.Group
	fields []*member
}

type member struct {
	parquet.Node
	name string
}

func (m *member) Name() string                           { return m.name }
func (m *member) Value(base reflect.Value) reflect.Value { return base.FieldByName(m.name) }

func (g *group) Fields() []parquet.Field {
	list := make([]parquet.Field, len(g.fields))
	for i, f := range g.fields {
		list[i] = f
	}
	return list
}

func (p Parquet) group(t *Type) *group {
	g := &group{Group: parquet.Group{}}
	for _, f := range t.Fields {
		own := p
		own.Dictionary = p.Dictionary && !slices.Contains(p.Plain, f.Name)
		if !own.Dictionary {
			own.Plain = nil
		}
		n := parquet.Optional(own.node(f.Type))
		g.fields = append(g.fields, &member{n, f.Name})
		g.Group[f.Name] = n
	}
	return g
}

// node is the Parquet type of a column, as Hive writes it: instants as INT96, decimals in as many bytes as they need.
// https://github.com/apache/parquet-format/blob/master/LogicalTypes.md
func (p Parquet) node(t *Type) parquet.Node {
	var n parquet.Node
	switch t.Kind {
	case Boolean:
		return parquet.Leaf(parquet.BooleanType)
	case Tinyint:
		n = parquet.Int(8)
	case Smallint:
		n = parquet.Int(16)
	case Int:
		n = parquet.Leaf(parquet.Int32Type)
	case Bigint:
		n = parquet.Leaf(parquet.Int64Type)
	case Float:
		n = parquet.Leaf(parquet.FloatType)
	case Double:
		n = parquet.Leaf(parquet.DoubleType)
	case Decimal:
		n = parquet.Decimal(t.Scale, t.Precision, parquet.FixedLenByteArrayType(decimalBytes(t.Precision)))
	case String, Varchar, Char:
		n = parquet.String()
	case Binary:
		n = parquet.Leaf(parquet.ByteArrayType)
	case Date:
		n = parquet.Date()
	case Timestamp:
		n = parquet.Leaf(parquet.Int96Type)
	case Array:
		return parquet.List(parquet.Optional(p.node(t.Fields[0].Type)))
	case Map:
		return parquet.Map(p.node(t.Fields[0].Type), parquet.Optional(p.node(t.Fields[1].Type)))
	case Struct:
		return p.group(t)
	}
	if p.Dictionary {
		return parquet.Encoded(n, &parquet.RLEDictionary)
	}
	return parquet.Encoded(n, former.Encoding(&parquet.Plain))
}

// decimalBytes is how many bytes hold any number of that many digits.
func decimalBytes(precision int) int { return (bigPower[precision].BitLen() + 8) / 8 }

func (w *parquetWriter) Write(row []Value) error {
	w.values, w.column = w.values[:0], 0
	for i := range w.columns {
		w.columns[i] = w.columns[i][:0]
	}
	for i, f := range w.row.Fields {
		w.put(f.Type, &row[i], 0, 0, 0)
	}
	for _, c := range w.columns {
		w.values = append(w.values, c...)
	}
	if _, err := w.w.WriteRows([]parquet.Row{w.values}); err != nil {
		return err
	}
	for i := range w.values {
		w.held += 8
		if k := w.values[i].Kind(); k == parquet.ByteArray || k == parquet.FixedLenByteArray {
			w.held += len(w.values[i].ByteArray())
		}
	}
	if w.held < w.blockSize {
		return nil
	}
	w.held = 0
	return w.w.Flush()
}

func (w *parquetWriter) Close() error { return w.w.Close() }

// put adds the values of an optional column, and of all below it. Dremel's levels: r says which repeated ancestor goes on
// with this value, depth how many are above, d how many ancestors that may be absent are there.
func (w *parquetWriter) put(t *Type, v *Value, r, depth, d int) {
	if !v.Valid {
		w.absent(t, r, d)
		return
	}
	w.present(t, v, r, depth, d+1)
}

// absent adds a null to every leaf of a type.
func (w *parquetWriter) absent(t *Type, r, d int) {
	if t.Kind < Array {
		w.add(parquet.NullValue(), r, d)
		return
	}
	for _, f := range t.Fields {
		w.absent(f.Type, r, d)
	}
}

func (w *parquetWriter) add(v parquet.Value, r, d int) {
	w.columns[w.column] = append(w.columns[w.column], v.Level(r, d, w.column))
	w.column++
}

// leaves counts the columns that hold values.
func leaves(t *Type) (n int) {
	if t.Kind < Array {
		return 1
	}
	for _, f := range t.Fields {
		n += leaves(f.Type)
	}
	return n
}

func (w *parquetWriter) present(t *Type, v *Value, r, depth, d int) {
	switch t.Kind {
	case Struct:
		for i, f := range t.Fields {
			w.put(f.Type, &v.Items[i], r, depth, d)
		}
	case Array, Map:
		if len(v.Items) == 0 {
			w.absent(t, r, d)
			return
		}
		first := w.column
		for i := range v.Items {
			if i%len(t.Fields) == 0 {
				w.column = first
				if i > 0 {
					r = depth + 1
				}
			}
			if t.Kind == Map && i%2 == 0 { // a key is never null
				w.present(t.Fields[0].Type, &v.Items[i], r, depth+1, d+1)
				continue
			}
			w.put(t.Fields[i%len(t.Fields)].Type, &v.Items[i], r, depth+1, d+1)
		}
	default:
		w.add(parquetValue(t, v), r, d)
	}
}

func parquetValue(t *Type, v *Value) parquet.Value {
	switch t.Kind {
	case Boolean:
		return parquet.BooleanValue(v.Int == 1)
	case Tinyint, Smallint, Int, Date:
		return parquet.Int32Value(int32(v.Int))
	case Bigint:
		return parquet.Int64Value(v.Int)
	case Float:
		return parquet.FloatValue(float32(v.Float))
	case Double:
		return parquet.DoubleValue(v.Float)
	case Decimal:
		return parquet.FixedLenByteArrayValue(complement(v.Big, decimalBytes(t.Precision)))
	case Timestamp:
		return parquet.Int96Value(int96(v))
	}
	return parquet.ByteArrayValue(v.Bytes)
}

// complement is a number in two's complement, highest byte first.
func complement(n *big.Int, size int) []byte {
	if n.Sign() < 0 {
		n = new(big.Int).Add(n, new(big.Int).Lsh(big.NewInt(1), uint(8*size)))
	}
	return n.FillBytes(make([]byte, size))
}

// julian is the Julian day of 1970-01-01.
const julian = 2440588

// int96 is an instant as Hive and Impala write it: nanoseconds of the day, and Julian day.
func int96(v *Value) deprecated.Int96 {
	day := floorDiv(v.Int, daySeconds)
	nanos := uint64(v.Int-day*daySeconds)*1e9 + uint64(v.Nanos)
	return deprecated.Int96{uint32(nanos), uint32(nanos >> 32), uint32(day + julian)}
}
