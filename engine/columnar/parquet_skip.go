package columnar

import (
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"unyo/engine/vector"
)

// wanted tells whether a row group may hold rows that are wanted.
func (s *parquetScan) wanted(g *format.RowGroup) bool {
	for i, c := range s.columns {
		flat, ok := c.(*parquetFlat)
		d := s.want.domain(i)
		if !ok || d == nil {
			continue
		}
		m := &g.Columns[flat.leaf.node.column].MetaData
		st := &m.Statistics
		low, high := st.MinValue, st.MaxValue
		if k := flat.leaf.node.leaf.Kind(); low == nil && high == nil && k != parquet.ByteArray && k != parquet.FixedLenByteArray && unsignedBits(flat.leaf.node) == 0 {
			low, high = st.Min, st.Max
		}
		b := vector.Bounds{NoNulls: flat.leaf.maxDef == 0, OnlyNulls: st.NullCount == m.NumValues && m.NumValues > 0}
		if low != nil && high != nil {
			b.Low, b.High = flat.leaf.bound(low), flat.leaf.bound(high)
		}
		if !d.Overlaps(b) {
			return false
		}
	}
	return true
}

// bound is a value of the statistics as one of the column; nil if it says nothing that can be relied on.
func (l *parquetLeaf) bound(b []byte) *vector.Scalar {
	kind := l.node.leaf.Kind()
	if kind == parquet.Int96 || l.typ.Kind == Char || unsignedBits(l.node) == 64 {
		return nil
	}
	one := &parquetLeaf{file: l.file, node: l.node, typ: l.typ}
	v := &one.dense
	v.Len = 1
	if kind == parquet.ByteArray || kind == parquet.FixedLenByteArray {
		v.Kind, v.Data, v.Offsets = vector.Bytes, b, []uint32{0, uint32(len(b))}
	} else if err := one.raw(v, format.Plain, b, 1); err != nil {
		return nil
	}
	v, err := one.convert(v)
	if err != nil || v.Len != 1 || v.IsNull(0) {
		return nil
	}
	s, ok := v.Scalar(0)
	if !ok || s.Float != s.Float {
		return nil
	}
	return &s
}

// mostIndex is how long an index of pages may be.
const mostIndex = 16 << 20

// pickPages leaves out of the open group's rows those in pages that hold nothing wanted, where the file has an index of
// pages. Without domains no index is read.
func (s *parquetScan) pickPages(g *format.RowGroup) error {
	picked := false
	for i, c := range s.columns {
		flat, ok := c.(*parquetFlat)
		d := s.want.domain(i)
		if !ok || d == nil {
			continue
		}
		chunk := &g.Columns[flat.leaf.node.column]
		var index format.ColumnIndex
		if !s.readIndex(chunk.ColumnIndexOffset, chunk.ColumnIndexLength, &index) || !s.locate(flat, chunk) {
			continue
		}
		if len(index.MinValues) != len(flat.pages) || len(index.MaxValues) != len(flat.pages) || len(index.NullPages) != len(flat.pages) {
			continue
		}
		var keep [][2]int64
		for n, p := range flat.pages {
			b := vector.Bounds{NoNulls: flat.leaf.maxDef == 0 || len(index.NullCounts) == len(flat.pages) && index.NullCounts[n] == 0, OnlyNulls: index.NullPages[n]}
			if !b.OnlyNulls {
				b.Low, b.High = flat.leaf.bound(index.MinValues[n]), flat.leaf.bound(index.MaxValues[n])
			}
			end := g.NumRows
			if n+1 < len(flat.pages) {
				end = flat.pages[n+1].FirstRowIndex
			}
			if d.Overlaps(b) {
				keep = append(keep, [2]int64{p.FirstRowIndex, end})
			} else {
				picked = true
			}
		}
		s.ranges = common(s.ranges, keep)
	}
	if !picked {
		return nil
	}
	for _, c := range s.columns {
		if flat, ok := c.(*parquetFlat); ok && flat.pages == nil {
			s.locate(flat, &g.Columns[flat.leaf.node.column])
		}
	}
	return nil
}

// readIndex reads a part of the footer; a broken one is as good as none.
func (s *parquetScan) readIndex(offset int64, length int32, into any) bool {
	if offset <= 0 || length <= 0 || length > mostIndex {
		return false
	}
	b, err := readAt(s.r, s.size, offset, int64(length))
	if err != nil {
		return false
	}
	s.scanned += int64(length)
	return thrift.Unmarshal(new(thrift.CompactProtocol), b, into) == nil
}

// locate learns where a column's pages are.
func (s *parquetScan) locate(c *parquetFlat, chunk *format.ColumnChunk) bool {
	var index format.OffsetIndex
	if !s.readIndex(chunk.OffsetIndexOffset, chunk.OffsetIndexLength, &index) || len(index.PageLocations) == 0 {
		return false
	}
	last := int64(-1)
	for i, p := range index.PageLocations {
		if p.FirstRowIndex <= last || i == 0 && p.FirstRowIndex != 0 || p.FirstRowIndex >= s.group.NumRows {
			return false
		}
		last = p.FirstRowIndex
	}
	c.pages = index.PageLocations
	return true
}

// common is what two lists of ranges have in common; both are in order.
func common(a, b [][2]int64) (out [][2]int64) {
	for len(a) > 0 && len(b) > 0 {
		if from, to := max(a[0][0], b[0][0]), min(a[0][1], b[0][1]); from < to {
			if n := len(out); n > 0 && out[n-1][1] == from {
				out[n-1][1] = to
			} else {
				out = append(out, [2]int64{from, to})
			}
		}
		if a[0][1] < b[0][1] {
			a = a[1:]
		} else {
			b = b[1:]
		}
	}
	return out
}
