package columnar

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
)

// parquetFooter is what a Parquet file says of itself, as far as it is used here.
type parquetFooter struct {
	root   *element
	leaves int
	groups []rowGroup
}

type rowGroup struct {
	rows    int64
	columns []chunk
}

// chunk is a column of a row group.
type chunk struct {
	elsewhere            bool // in another file, or encrypted
	codec                codec
	values               int64
	size                 int64 // bytes, compressed
	data, dictionary     int64 // where pages are
	stats                statistics
	columnAt, columnSize int64 // ColumnIndex
	offsetAt, offsetSize int64 // OffsetIndex
}

// statistics are what is known of a chunk's values; a bound that is not known is nil.
type statistics struct {
	low, high       []byte
	oldLow, oldHigh []byte // whose order is only certain for numbers with a sign
	nulls           int64
}

// Limits of a footer: what goes beyond is no sane file. They bound what memory a footer can ask for: whatever is many of in it
// must say what it has to say, which takes bytes.
const (
	mostFooter  = 128 << 20
	mostColumns = 1 << 18
)

// readFooter reads what a file says of itself.
func readFooter(r io.ReaderAt, size int64) (*parquetFooter, error) {
	tail, err := readAt(r, size, max(0, size-8), min(size, 8))
	if err != nil {
		return nil, err
	}
	if len(tail) < 8 || string(tail[4:]) != "PAR1" || int64(binary.LittleEndian.Uint32(tail)) > size-12 {
		return nil, corrupt("no footer")
	}
	length := int64(binary.LittleEndian.Uint32(tail))
	if length > mostFooter {
		return nil, corrupt("a footer of %d bytes", length)
	}
	b, err := readAt(r, size, size-8-length, length)
	if err != nil {
		return nil, err
	}
	return parseFooter(b)
}

func parseFooter(b []byte) (*parquetFooter, error) {
	f := &parquetFooter{}
	var list []*element
	t := compactOf(b)
	t.structure(0, func(field int, kind byte) {
		switch field {
		case 2:
			t.list(kind, func(kind byte) {
				if len(list) == mostColumns {
					t.fail()
				}
				list = append(list, t.element(kind))
			})
		case 4:
			t.list(kind, func(kind byte) { f.groups = append(f.groups, t.rowGroup(kind)) })
		default:
			t.skip(kind, 0)
		}
	})
	if t.err != nil {
		return nil, t.failure()
	}
	var rest []*element
	if len(list) > 0 {
		f.root, rest = grow(list, 0, &f.leaves)
	}
	if f.root == nil || f.root.leaf || len(rest) > 0 {
		return nil, corrupt("a bad schema")
	}
	for _, g := range f.groups {
		if len(g.columns) != f.leaves || g.rows < 0 {
			return nil, corrupt("a row group of %d columns, not %d", len(g.columns), f.leaves)
		}
	}
	return f, nil
}

// grow makes a tree of the first element of a list and those that belong to it; nil if there are none.
func grow(list []*element, depth int, leaves *int) (*element, []*element) {
	e := list[0]
	list = list[1:]
	if e.leaf {
		*leaves++
		return e, list
	}
	for range e.children {
		if len(list) == 0 || depth == 2*maxNesting {
			return nil, nil
		}
		var part *element
		if part, list = grow(list, depth+1, leaves); part == nil {
			return nil, nil
		}
		e.parts = append(e.parts, part)
	}
	return e, list
}

// compactOf reads from bytes that are all there.
func compactOf(b []byte) *compact {
	return &compact{in: bufio.NewReaderSize(bytes.NewReader(b), min(len(b)+16, 64<<10)), most: int64(len(b))}
}

func (t *compact) element(kind byte) *element {
	e := &element{}
	old := int64(-1)
	named := false
	var scale, precision int64
	t.nested(kind, func(field int, kind byte) {
		switch field {
		case 1:
			n := t.integer(kind)
			if e.leaf, e.kept = true, physical(n); n < 0 || n > int64(keptFixed) {
				t.fail()
			}
		case 2:
			e.width = t.integer(kind)
		case 3:
			e.repeats = t.integer(kind)
		case 4:
			e.name, named = string(t.binary(kind)), true
		case 5:
			e.children = t.integer(kind)
		case 6:
			old = t.integer(kind)
		case 7:
			scale = t.integer(kind)
		case 8:
			precision = t.integer(kind)
		case 10:
			t.meaning(kind, &e.meaning)
		default:
			t.skip(kind, 0)
		}
	})
	if e.meaning.logical == logicalNone && old >= 0 && old < int64(len(oldTypes)) {
		e.meaning = oldTypes[old]
		e.meaning.scale, e.meaning.precision = scale, precision
	}
	if !named || e.leaf && !e.holds() || !e.leaf && e.children < 0 {
		t.fail()
	}
	return e
}

// holds tells whether what a leaf means can be kept as it is.
func (e *element) holds() bool {
	switch e.meaning.logical {
	case logicalString, logicalEnum, logicalJSON, logicalBSON:
		return e.kept == keptBytes
	case logicalDecimal:
		return e.kept == keptInt32 || e.kept == keptInt64 || e.kept == keptBytes || e.kept == keptFixed && e.width >= 0
	case logicalDate:
		return e.kept == keptInt32
	case logicalTimestamp:
		return e.kept == keptInt64
	case logicalInteger:
		return e.kept == keptInt32 && e.meaning.bits < 64 || e.kept == keptInt64 && e.meaning.bits == 64
	}
	return true
}

func (t *compact) meaning(kind byte, m *meaning) {
	t.nested(kind, func(field int, kind byte) {
		m.logical = logical(field)
		if field < 1 || field == 9 || field > int(logicalFloat16) {
			m.logical = logicalOther
		}
		t.nested(kind, func(inner int, kind byte) {
			switch {
			case field == 5 && inner == 1:
				m.scale = t.integer(kind)
			case field == 5 && inner == 2:
				m.precision = t.integer(kind)
			case field == 8 && inner == 2:
				t.nested(kind, func(unit int, kind byte) {
					m.unit = map[int]int64{1: 1_000_000, 2: 1000, 3: 1}[unit]
					t.skip(kind, 3)
				})
			case field == 10 && inner == 1:
				m.bits = t.integer(kind)
			case field == 10 && inner == 2:
				m.unsigned = kind == thriftFalse
			default:
				t.skip(kind, 2)
			}
		})
	})
}
