package columnar

import "encoding/binary"

// finish writes the indexes of pages and the footer.
func (f *parquetFile) finish() error {
	for _, write := range []func(*writtenColumn) error{f.pageIndex, f.offsetIndex} {
		for _, g := range f.groups {
			for i := range g.columns {
				if err := write(&g.columns[i]); err != nil {
					return err
				}
			}
		}
	}
	b := f.footer()
	b = append(binary.LittleEndian.AppendUint32(b, uint32(len(b))), parquetMagic...)
	if f.zstd != nil {
		if err := f.zstd.Close(); err != nil {
			return err
		}
	}
	return f.write(b)
}

// pageIndex writes a ColumnIndex: the bounds of each page. Where those of any page are not known there is none.
func (f *parquetFile) pageIndex(c *writtenColumn) error {
	for _, p := range c.pages {
		if p.there > 0 && (p.low == nil || p.high == nil) {
			return nil
		}
	}
	var t compactOut
	t.list(1, len(c.pages), thriftTrue)
	for _, p := range c.pages {
		if p.there == 0 {
			t.b = append(t.b, thriftTrue)
		} else {
			t.b = append(t.b, thriftFalse)
		}
	}
	t.list(2, len(c.pages), thriftBinary)
	for _, p := range c.pages {
		t.text(p.low)
	}
	t.list(3, len(c.pages), thriftBinary)
	for _, p := range c.pages {
		t.text(p.high)
	}
	t.int32(4, 0) // in no order
	t.list(5, len(c.pages), thriftI64)
	for _, p := range c.pages {
		t.number(int64(p.nulls))
	}
	t.end()
	c.pageAt, c.bounds = f.at, int64(len(t.b))
	return f.write(t.b)
}

// offsetIndex writes an OffsetIndex: where each page is.
func (f *parquetFile) offsetIndex(c *writtenColumn) error {
	var t compactOut
	t.list(1, len(c.pages), thriftStruct)
	for _, p := range c.pages {
		t.open()
		t.int64(1, p.at)
		t.int32(2, p.packed)
		t.int64(3, p.first)
		t.end()
	}
	t.end()
	c.offsetAt, c.offsets = f.at, int64(len(t.b))
	return f.write(t.b)
}

// footer is FileMetaData.
func (f *parquetFile) footer() []byte {
	var t compactOut
	t.int32(1, 1)
	t.list(2, f.parts, thriftStruct)
	t.b = append(t.b, f.schema...)
	t.int64(3, f.rows)
	t.list(4, len(f.groups), thriftStruct)
	for i, g := range f.groups {
		t.group(&g, i)
	}
	t.binary(6, []byte("unyo version 1"))
	t.list(7, len(f.leaves), thriftStruct)
	for range f.leaves { // the order of the type
		t.open()
		t.begin(1)
		t.end()
		t.end()
	}
	t.end()
	return t.b
}

func (t *compactOut) group(g *writtenGroup, ordinal int) {
	var plain, packed int64
	t.open()
	t.list(1, len(g.columns), thriftStruct)
	for i := range g.columns {
		c := &g.columns[i]
		plain, packed = plain+c.plain, packed+c.packed
		t.columnChunk(c)
	}
	t.int64(2, plain)
	t.int64(3, g.rows)
	if len(g.columns) > 0 {
		t.int64(5, g.columns[0].begin)
	}
	t.int64(6, packed)
	if ordinal < 1<<15 {
		t.field(7, thriftByte+1)
		t.number(int64(ordinal))
	}
	t.end()
}

func (t *compactOut) columnChunk(c *writtenColumn) {
	t.open()
	t.int64(2, 0) // by now always so
	t.begin(3)
	t.int32(1, int64(keptAs[c.leaf.column.typ.Kind]))
	used := []encoding{asRuns, c.encoding}
	if c.data > c.begin {
		used = append(used, asPlain)
	}
	t.list(2, len(used), thriftByte+2)
	for _, e := range used {
		t.number(int64(e))
	}
	t.list(3, len(c.leaf.path), thriftBinary)
	for _, name := range c.leaf.path {
		t.text([]byte(name))
	}
	t.int32(4, int64(c.codec))
	t.int64(5, int64(c.entries))
	t.int64(6, c.plain)
	t.int64(7, c.packed)
	t.int64(9, c.data)
	if c.data > c.begin {
		t.int64(11, c.begin)
	}
	t.statistics(c)
	t.end()
	if c.offsets > 0 {
		t.int64(4, c.offsetAt)
		t.int32(5, c.offsets)
	}
	if c.bounds > 0 {
		t.int64(6, c.pageAt)
		t.int32(7, c.bounds)
	}
	t.end()
}

func (t *compactOut) statistics(c *writtenColumn) {
	t.begin(12)
	t.int64(3, int64(c.nulls))
	if c.low != nil && len(c.low) <= longestBound && len(c.high) <= longestBound {
		t.binary(5, c.high)
		t.binary(6, c.low)
	}
	t.end()
}
