package columnar

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
)

// parquetNode is a column of a file that is read.
type parquetNode struct {
	typ      *Type
	column   int // the first leaf
	leaves   int
	def, rep int // levels at which it is there; of a list, def is that of the list and rep that of its items
	parts    []*parquetNode
	scale    int64 // what a timestamp's unit is in nanoseconds; 0 for INT96

	leaf parquet.Type
	bad  error // why a leaf cannot be read
}

type parquetReader struct {
	schema Schema
	root   *parquetNode
	groups []parquet.RowGroup
	rows   parquet.Rows
	batch  []parquet.Row
	held   []parquet.Row
	cols   [][]parquet.Value // of the row that is put together: what is left of each leaf

	lenient bool // a leaf that cannot be read is the fault of whoever reads it
}

// ReadParquet opens a Parquet file.
func ReadParquet(r io.ReaderAt, size int64) (out Reader, err error) {
	defer recoverCorrupt(&err)
	f, err := openParquet(r, size)
	if err != nil {
		return nil, err
	}
	if boolRuns(f.Metadata()) {
		return nil, errors.Join(ErrUnsupported, errors.New("booleans in runs"))
	}
	p := &parquetReader{groups: f.RowGroups(), batch: make([]parquet.Row, 64)}
	if p.root, err = p.group(f.Schema().Fields(), 0, 0); err != nil {
		return nil, err
	}
	p.schema = p.root.typ.Fields
	return p, nil
}

// openParquet reads what a file says of itself.
func openParquet(r io.ReaderAt, size int64) (f *parquet.File, err error) {
	defer recoverCorrupt(&err)
	tail, err := readAt(r, size, max(0, size-8), min(size, 8))
	if err != nil {
		return nil, err
	}
	// The library would make room for whatever length the file names.
	if len(tail) < 8 || string(tail[4:]) != "PAR1" || int64(binary.LittleEndian.Uint32(tail)) > size-12 {
		return nil, corrupt("no footer")
	}
	if f, err = parquet.OpenFile(r, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true)); err != nil {
		return nil, corrupt("%v", err)
	}
	return f, nil
}

// boolRuns reports whether booleans are written as runs, as pages of version 2 may be: the library reads runs that are
// no multiple of eight long into the wrong places.
func boolRuns(m *format.FileMetaData) bool {
	for _, g := range m.RowGroups {
		for _, c := range g.Columns {
			if c.MetaData.Type == format.Boolean && !slices.Contains(c.MetaData.Encoding, format.Plain) {
				return true
			}
			for _, s := range c.MetaData.EncodingStats {
				if c.MetaData.Type == format.Boolean && s.Encoding == format.RLE && s.PageType != format.DictionaryPage {
					return true
				}
			}
		}
	}
	return false
}

// recoverCorrupt makes an error of a panic: the library trusts files further than one can.
func recoverCorrupt(err *error) {
	if r := recover(); r != nil {
		*err = corrupt("%v", r)
	}
}

func (p *parquetReader) Schema() Schema { return p.schema }

func (p *parquetReader) group(fields []parquet.Field, def, rep int) (*parquetNode, error) {
	n := &parquetNode{typ: &Type{Kind: Struct}, column: len(p.cols), def: def, rep: rep}
	for _, f := range fields {
		part, err := p.node(f, def, rep)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name(), err)
		}
		n.parts = append(n.parts, part)
		n.typ.Fields = append(n.typ.Fields, Field{f.Name(), part.typ})
	}
	n.leaves = len(p.cols) - n.column
	if n.leaves == 0 {
		return nil, errors.Join(ErrUnsupported, errors.New("a struct without members"))
	}
	return n, nil
}

// node is a column that stands below levels def and rep.
func (p *parquetReader) node(f parquet.Node, def, rep int) (*parquetNode, error) {
	if f.Repeated() { // without LIST around it
		item, err := p.within(f, def+1, rep+1)
		if err != nil {
			return nil, err
		}
		return p.list(def, rep+1, item), nil
	}
	if f.Optional() {
		def++
	}
	return p.within(f, def, rep)
}

func (p *parquetReader) list(def, rep int, item *parquetNode) *parquetNode {
	return &parquetNode{typ: &Type{Kind: Array, Fields: []Field{{Type: item.typ}}}, column: item.column, leaves: item.leaves, def: def, rep: rep, parts: []*parquetNode{item}}
}

// within is a column by what it holds; its own repetition has been counted.
func (p *parquetReader) within(f parquet.Node, def, rep int) (*parquetNode, error) {
	if f.Leaf() {
		t, scale, err := leafType(f)
		p.cols = append(p.cols, nil)
		n := &parquetNode{typ: t, column: len(p.cols) - 1, leaves: 1, def: def, rep: rep, scale: scale, leaf: f.Type()}
		if p.lenient && err != nil {
			if n.typ, n.bad, err = withoutSign(n), err, nil; n.typ.Kind != Binary {
				n.bad = nil
			}
		}
		return n, err
	}
	fields := f.Fields()
	if lt := f.Type().LogicalType(); lt != nil && len(fields) == 1 && fields[0].Repeated() {
		inner := fields[0]
		switch {
		case isList(lt):
			item, err := p.item(inner, def+1, rep+1)
			if err != nil {
				return nil, err
			}
			return p.list(def, rep+1, item), nil
		case isMap(lt) && len(inner.Fields()) == 2:
			entry, err := p.group(inner.Fields(), def+1, rep+1)
			if err != nil {
				return nil, err
			}
			return &parquetNode{
				typ:    &Type{Kind: Map, Fields: []Field{{Type: entry.parts[0].typ}, {Type: entry.parts[1].typ}}},
				column: entry.column, leaves: entry.leaves, def: def, rep: rep + 1, parts: entry.parts,
			}, nil
		}
	}
	return p.group(fields, def, rep)
}

func isList(lt *format.LogicalType) bool {
	_, ok := lt.Value.(*format.ListType)
	return ok
}

func isMap(lt *format.LogicalType) bool {
	_, ok := lt.Value.(*format.MapType)
	return ok
}

// item is what a list holds: the one member of its repeated group, or, as older writers had it, the repeated itself.
// https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#backward-compatibility-rules
func (p *parquetReader) item(f parquet.Field, def, rep int) (*parquetNode, error) {
	if fields := f.Fields(); len(fields) == 1 && f.Name() != "array" {
		return p.node(fields[0], def, rep)
	}
	return p.within(f, def, rep)
}

func (p *parquetReader) Read() (row []Value, err error) {
	defer recoverCorrupt(&err)
	for len(p.held) == 0 {
		if err := p.fill(); err != nil {
			return nil, err
		}
	}
	for i := range p.cols {
		p.cols[i] = nil
	}
	p.held[0].Range(func(column int, values []parquet.Value) bool {
		p.cols[column] = values
		return true
	})
	p.held = p.held[1:]
	return p.read(p.root).Items, nil
}

// fill reads some rows.
func (p *parquetReader) fill() error {
	if p.rows == nil {
		if len(p.groups) == 0 {
			return io.EOF
		}
		p.rows, p.groups = p.groups[0].Rows(), p.groups[1:]
	}
	n, err := p.rows.ReadRows(p.batch)
	p.held = p.batch[:n]
	switch {
	case n > 0 || err == nil:
		return nil
	case err != io.EOF:
		return corrupt("%v", err)
	}
	err, p.rows = p.rows.Close(), nil
	return err
}

// read puts a value together from the leaves' values and their levels.
func (p *parquetReader) read(n *parquetNode) (v Value) {
	first := p.cols[n.column][0]
	level := first.DefinitionLevel()
	if level < n.def {
		p.skip(n)
		return v
	}
	v.Valid = true
	switch n.typ.Kind {
	case Struct:
		v.Items = make([]Value, len(n.parts))
		for i, part := range n.parts {
			v.Items[i] = p.read(part)
		}
	case Array, Map:
		v.Items = []Value{}
		if level == n.def {
			p.skip(n)
			return v
		}
		for {
			for _, part := range n.parts {
				v.Items = append(v.Items, p.read(part))
			}
			if rest := p.cols[n.column]; len(rest) == 0 || rest[0].RepetitionLevel() != n.rep {
				return v
			}
		}
	default:
		p.cols[n.column] = p.cols[n.column][1:]
		n.fill(&v, first)
	}
	return v
}

// skip passes over the one value that each leaf has where there is nothing.
func (p *parquetReader) skip(n *parquetNode) {
	for i := n.column; i < n.column+n.leaves; i++ {
		p.cols[i] = p.cols[i][1:]
	}
}

// fill gives v what stands in a leaf.
func (n *parquetNode) fill(v *Value, leaf parquet.Value) {
	switch n.typ.Kind {
	case Float:
		v.Float = float64(leaf.Float())
	case Double:
		v.Float = leaf.Double()
	case String, Binary:
		v.Bytes = append([]byte{}, leaf.ByteArray()...)
	case Decimal:
		v.Big = bigOf(leaf)
	case Timestamp:
		if n.scale == 0 {
			v.Int, v.Nanos = instant(leaf.Int96())
			return
		}
		per := 1_000_000_000 / n.scale
		v.Int = floorDiv(leaf.Int64(), per)
		v.Nanos = int32((leaf.Int64() - v.Int*per) * n.scale)
	default:
		switch leaf.Kind() {
		case parquet.Boolean:
			if leaf.Boolean() {
				v.Int = 1
			}
		case parquet.Int32:
			v.Int = int64(leaf.Int32())
		default:
			v.Int = leaf.Int64()
		}
	}
}

// instant undoes int96.
func instant(n deprecated.Int96) (int64, int32) {
	nanos := int64(n[1])<<32 | int64(n[0])
	seconds := floorDiv(nanos, 1e9)
	return (int64(int32(n[2]))-julian)*daySeconds + seconds, int32(nanos - seconds*1e9)
}

// bigOf is a decimal's digits, however they are kept.
func bigOf(leaf parquet.Value) *big.Int {
	switch leaf.Kind() {
	case parquet.Int32:
		return big.NewInt(int64(leaf.Int32()))
	case parquet.Int64:
		return big.NewInt(leaf.Int64())
	}
	b := leaf.ByteArray()
	v := new(big.Int).SetBytes(b)
	if len(b) > 0 && b[0] >= 0x80 {
		v.Sub(v, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	return v
}

// leafType is what a leaf holds, in Hive's types, and its unit if it is an instant.
func leafType(f parquet.Node) (*Type, int64, error) {
	t := f.Type()
	unsupported := func() (*Type, int64, error) {
		return nil, 0, errors.Join(ErrUnsupported, fmt.Errorf("a column of type %s", t))
	}
	if lt := t.LogicalType(); lt != nil {
		switch l := lt.Value.(type) {
		case *format.DecimalType:
			if l.Precision < 1 || l.Precision > maxDecimal || l.Scale < 0 || l.Scale > l.Precision {
				return unsupported()
			}
			return &Type{Kind: Decimal, Precision: int(l.Precision), Scale: int(l.Scale)}, 0, nil
		case *format.DateType:
			return &Type{Kind: Date}, 0, nil
		case *format.TimestampType:
			switch l.Unit.Value.(type) {
			case *format.MilliSeconds:
				return &Type{Kind: Timestamp}, 1_000_000, nil
			case *format.MicroSeconds:
				return &Type{Kind: Timestamp}, 1000, nil
			}
			return &Type{Kind: Timestamp}, 1, nil
		case *format.IntType:
			if !l.IsSigned {
				return unsupported()
			}
			return &Type{Kind: map[int8]Kind{8: Tinyint, 16: Smallint, 32: Int, 64: Bigint}[l.BitWidth]}, 0, nil
		case *format.StringType, *format.EnumType, *format.JsonType:
			return &Type{Kind: String}, 0, nil
		default:
			return unsupported()
		}
	}
	kinds := map[parquet.Kind]Kind{
		parquet.Boolean: Boolean, parquet.Int32: Int, parquet.Int64: Bigint, parquet.Int96: Timestamp, parquet.Float: Float, parquet.Double: Double,
		parquet.ByteArray: Binary, parquet.FixedLenByteArray: Binary,
	}
	return &Type{Kind: kinds[t.Kind()]}, 0, nil
}
