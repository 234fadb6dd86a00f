package columnar

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// writtenGroup is a row group of a file that is written, for its footer.
type writtenGroup struct {
	rows    int64
	columns []writtenColumn
}

// writtenColumn is a column of it.
type writtenColumn struct {
	leaf             *leafWriter
	codec            codec
	encoding         encoding
	entries          int
	begin, data      int64 // where it begins, and its first data page
	plain, packed    int64 // bytes, with the heads of pages
	nulls            int
	low, high        []byte
	pages            []writtenPage
	offsetAt, pageAt int64 // where its indexes are; 0 if it has none
	offsets, bounds  int64 // their bytes
}

// writtenPage is what the indexes know of a page.
type writtenPage struct {
	at, packed, first int64
	nulls, there      int
	low, high         []byte
}

// span is the part of a column that a page has.
type span struct {
	from, to   int // entries
	begin, end int // values
	row, rows  int
}

// mostPageRows is how many rows a page has at most, so that an index of pages is of use; parquet-mr's default.
const mostPageRows = 20000

// next is the page that begins where another ended.
func (l *leafWriter) next(p span, defs, reps []byte, size int) span {
	p.from, p.begin, p.row, p.rows = p.to, p.end, p.row+p.rows, 0
	bytes, width, text := 0, plainWidth(l.column.typ), isText(l.column.typ)
	for ; p.to < len(defs); p.to++ {
		if reps == nil || reps[p.to] == 0 {
			if p.rows > 0 && (bytes >= size || p.rows == mostPageRows) {
				break
			}
			p.rows++
		}
		if int(defs[p.to]) != l.maxDef {
			continue
		}
		if bytes += width; text {
			bytes += len(l.column.text(p.end))
		}
		p.end++
	}
	return p
}

// column writes a leaf's pages.
func (f *parquetFile) column(l *leafWriter, rows int) (c writtenColumn, err error) {
	h := l.column
	defs, reps := l.levels(rows)
	c = writtenColumn{leaf: l, codec: f.codec, entries: len(defs), begin: f.at, nulls: len(defs) - h.n}
	var index []uint32
	width := 0
	if f.Dictionary && h.typ.Kind != Boolean && !slices.Contains(f.Plain, l.path[0]) {
		if places, firsts, ok := h.places(); ok {
			index, width = places, max(1, bits.Len(uint(len(firsts)-1)))
			if c.encoding = asOldDictionary; f.V2 {
				c.encoding = asDictionary
			}
			if err = f.dictionary(&c, firsts); err != nil {
				return c, err
			}
		}
	}
	c.data = f.at
	for p := l.next(span{}, defs, reps, f.PageSize); p.from < p.to; p = l.next(p, defs, reps, f.PageSize) {
		if index != nil {
			f.values = appendHybrid(append(f.values[:0], byte(width)), index[p.begin:p.end], width)
		} else {
			f.values = h.appendPlain(f.values[:0], p.begin, p.end)
		}
		var r []byte
		if reps != nil {
			r = appendHybrid(nil, reps[p.from:p.to], widthOf(l.maxRep))
		}
		if err = f.page(&c, p, r, appendHybrid(nil, defs[p.from:p.to], widthOf(l.maxDef))); err != nil {
			return c, err
		}
	}
	if h.typ.Kind != Timestamp { // INT96 has no order
		if low, high, ok := h.bounds(0, h.n); ok {
			c.low, c.high = h.bound(low, false), h.bound(high, true)
		}
	}
	return c, nil
}

// dictionary writes the page of the distinct values.
func (f *parquetFile) dictionary(c *writtenColumn, firsts []int) error {
	var values []byte
	for _, i := range firsts {
		values = c.leaf.column.appendPlain(values, i, i+1)
	}
	packed, err := f.compress(values)
	if err != nil {
		return err
	}
	e := asOldDictionary
	if f.V2 {
		e = asPlain
	}
	var t compactOut
	t.int32(1, pageDictionary)
	t.int32(2, int64(len(values)))
	t.int32(3, int64(len(packed)))
	t.begin(7)
	t.int32(1, int64(len(firsts)))
	t.int32(2, int64(e))
	t.end()
	t.end()
	c.plain += int64(len(t.b) + len(values))
	return f.put(c, t.b, packed)
}

// page writes a page of the values at hand. Version 1 compresses levels too, and says how long they are before them.
func (f *parquetFile) page(c *writtenColumn, p span, reps, defs []byte) (err error) {
	var levels []byte
	body := f.values
	if f.V2 {
		levels = append(reps, defs...)
	} else {
		body = f.body[:0]
		for _, l := range [][]byte{reps, defs} {
			if len(l) > 0 {
				body = append(binary.LittleEndian.AppendUint32(body, uint32(len(l))), l...)
			}
		}
		body = append(body, f.values...)
		f.body = body
	}
	packed, err := f.compress(body)
	if err != nil {
		return err
	}
	plain := len(levels) + len(body)
	var t compactOut
	if f.V2 {
		t.int32(1, pageDataV2)
	} else {
		t.int32(1, pageData)
	}
	t.int32(2, int64(plain))
	t.int32(3, int64(len(levels)+len(packed)))
	nulls := p.to - p.from - (p.end - p.begin)
	if f.V2 {
		t.begin(8)
		for i, n := range []int{p.to - p.from, nulls, p.rows, int(c.encoding), len(defs), len(reps)} {
			t.int32(i+1, int64(n))
		}
		t.truth(7, f.codec != codecNone)
	} else {
		t.begin(5)
		for i, n := range []int{p.to - p.from, int(c.encoding), int(asRuns), int(asRuns)} {
			t.int32(i+1, int64(n))
		}
	}
	t.end()
	t.end()
	w := writtenPage{at: f.at, packed: int64(len(t.b) + len(levels) + len(packed)), first: int64(p.row), nulls: nulls, there: p.end - p.begin}
	if h := c.leaf.column; h.typ.Kind != Timestamp {
		if low, high, ok := h.bounds(p.begin, p.end); ok {
			w.low, w.high = shortened(h.typ, h.bound(low, false), false), shortened(h.typ, h.bound(high, true), true)
		}
	}
	c.pages = append(c.pages, w)
	c.plain += int64(len(t.b) + plain)
	return f.put(c, append(t.b, levels...), packed)
}

// put writes a page: its head, with what follows it uncompressed, and the rest.
func (f *parquetFile) put(c *writtenColumn, head, packed []byte) error {
	begin := f.at
	if err := f.write(head); err != nil {
		return err
	}
	err := f.write(packed)
	c.packed += f.at - begin
	return err
}
