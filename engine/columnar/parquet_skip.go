package columnar

import "unyo/engine/vector"

// wanted tells whether a row group may hold rows that are wanted.
func (s *parquetScan) wanted(g *rowGroup) bool {
	for i, c := range s.columns {
		flat, ok := c.(*parquetFlat)
		d := s.want.domain(i)
		if !ok || d == nil {
			continue
		}
		m := &g.columns[flat.leaf.node.column]
		st := &m.stats
		low, high := st.low, st.high
		if low == nil && high == nil && flat.leaf.node.leaf.kept.width() > 0 && unsignedBits(flat.leaf.node) == 0 {
			low, high = st.oldLow, st.oldHigh
		}
		b := vector.Bounds{NoNulls: flat.leaf.maxDef == 0, OnlyNulls: st.nulls == m.values && m.values > 0}
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
	kind := l.node.leaf.kept
	if kind == keptInt96 || l.typ.Kind == Char || unsignedBits(l.node) == 64 {
		return nil
	}
	one := &parquetLeaf{file: l.file, node: l.node, typ: l.typ}
	v := &one.dense
	v.Len = 1
	if kind == keptBytes || kind == keptFixed {
		v.Kind, v.Data, v.Offsets = vector.Bytes, b, []uint32{0, uint32(len(b))}
	} else if err := one.raw(v, asPlain, b, 1); err != nil {
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
func (s *parquetScan) pickPages(g *rowGroup) error {
	picked := false
	for i, c := range s.columns {
		flat, ok := c.(*parquetFlat)
		d := s.want.domain(i)
		if !ok || d == nil {
			continue
		}
		chunk := &g.columns[flat.leaf.node.column]
		index, err := parsePageIndex(s.readIndex(chunk.columnAt, chunk.columnSize))
		if err != nil || !s.locate(flat, chunk) {
			continue
		}
		if len(index.low) != len(flat.pages) || len(index.high) != len(flat.pages) || len(index.empty) != len(flat.pages) {
			continue
		}
		var keep [][2]int64
		for n, p := range flat.pages {
			b := vector.Bounds{NoNulls: flat.leaf.maxDef == 0 || len(index.nulls) == len(flat.pages) && index.nulls[n] == 0, OnlyNulls: index.empty[n]}
			if !b.OnlyNulls {
				b.Low, b.High = flat.leaf.bound(index.low[n]), flat.leaf.bound(index.high[n])
			}
			end := g.rows
			if n+1 < len(flat.pages) {
				end = flat.pages[n+1].first
			}
			if d.Overlaps(b) {
				keep = append(keep, [2]int64{p.first, end})
			} else {
				picked = true
			}
		}
		s.ranges = common(s.ranges, keep)
	}
	if !picked {
		return nil
	}
	s.left.Rows += g.rows
	for _, r := range s.ranges {
		s.left.Rows -= r[1] - r[0]
	}
	for _, c := range s.columns {
		if flat, ok := c.(*parquetFlat); ok && flat.pages == nil {
			s.locate(flat, &g.columns[flat.leaf.node.column])
		}
	}
	return nil
}

// readIndex reads an index; nothing where there is none. A broken one is as good as none.
func (s *parquetScan) readIndex(offset, length int64) []byte {
	if offset <= 0 || length <= 0 || length > mostIndex {
		return nil
	}
	b, err := readAt(s.r, s.size, offset, length)
	if err != nil {
		return nil
	}
	s.scanned += length
	return b
}

// locate learns where a column's pages are.
func (s *parquetScan) locate(c *parquetFlat, chunk *chunk) bool {
	pages, err := parsePagePlaces(s.readIndex(chunk.offsetAt, chunk.offsetSize))
	if err != nil || len(pages) == 0 {
		return false
	}
	last := int64(-1)
	for i, p := range pages {
		if p.first <= last || i == 0 && p.first != 0 || p.first >= s.group.rows {
			return false
		}
		last = p.first
	}
	c.pages = pages
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
