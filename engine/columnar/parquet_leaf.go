package columnar

import (
	"encoding/binary"
	"errors"
	"io"
	"math"
	"strconv"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"unyo/engine/vector"
)

// parquetLeaf reads the pages of one leaf, chunk after chunk.
type parquetLeaf struct {
	file    *parquetScan
	node    *parquetNode
	typ     *Type // as what it is read
	maxDef  int
	maxRep  int
	pages   *pageReader
	begins  int64 // rows or, of lists, entries before the page
	chunk   *format.ColumnChunk
	dict    *vector.Vector
	orNull  *vector.Vector // dict, and a null behind
	plain   []byte
	defs    []byte
	reps    []byte
	index   []uint32
	spread  []uint32
	scratch []byte
	ints    []int64
	texts   texts
	dense   vector.Vector
	laid    vector.Vector
}

// leafPage is a page that is decoded: its levels, and the values that are there.
type leafPage struct {
	n          int // entries
	there      int // values
	defs, reps []byte
	dense      *vector.Vector // flat, unless index is set
	index      []uint32       // into the leaf's dictionary
}

// open begins a chunk.
func (l *parquetLeaf) open(c *format.ColumnChunk) error {
	m := &c.MetaData
	from := m.DataPageOffset
	if d := m.DictionaryPageOffset; d > 0 && d < from {
		from = d
	}
	if c.FilePath != "" || len(c.EncryptedColumnMetadata) > 0 {
		return errors.Join(ErrUnsupported, errors.New("columns in other files, or encrypted"))
	}
	if from < 0 || m.TotalCompressedSize < 0 || from > l.file.size || m.TotalCompressedSize > l.file.size-from {
		return corrupt("a column lies outside of the file")
	}
	l.chunk, l.dict, l.orNull, l.begins = c, nil, nil, 0
	l.pages = newPageReader(l.file.r, from, m.TotalCompressedSize, m.Codec, &l.file.scanned)
	return nil
}

// jump goes on at a page whose place is known.
func (l *parquetLeaf) jump(at format.PageLocation) error {
	if l.dict == nil && l.chunk.MetaData.DictionaryPageOffset > 0 {
		h, body, err := l.pages.next()
		if err != nil {
			return err
		}
		if h.kind == 2 {
			if err := l.dictionary(h, body); err != nil {
				return err
			}
		}
	}
	m := &l.chunk.MetaData
	end := m.DataPageOffset + m.TotalCompressedSize
	if d := m.DictionaryPageOffset; d > 0 && d < m.DataPageOffset {
		end = d + m.TotalCompressedSize
	}
	if at.Offset < m.DataPageOffset || at.Offset >= end {
		return corrupt("a page lies outside of its column")
	}
	l.pages = newPageReader(l.file.r, at.Offset, end-at.Offset, m.Codec, &l.file.scanned)
	l.begins = at.FirstRowIndex
	return nil
}

// page decodes the next page with values; io.EOF after the last.
func (l *parquetLeaf) page() (p leafPage, err error) {
	for {
		h, body, err := l.pages.next()
		if err != nil {
			return p, err
		}
		switch h.kind {
		case 2:
			if err := l.dictionary(h, body); err != nil {
				return p, err
			}
		case 0, 3:
			if p, err = l.data(h, body); err != nil || p.n > 0 {
				return p, err
			}
		}
	}
}

func (l *parquetLeaf) dictionary(h pageHead, body []byte) (err error) {
	if l.dict != nil {
		return corrupt("two dictionaries")
	}
	if body, err = decompress(l.pages.codec, nil, body, int(h.plain)); err != nil {
		return err
	}
	fresh := &parquetLeaf{file: l.file, node: l.node, typ: l.typ} // what it decodes into stays
	l.dict, err = fresh.values(format.Plain, body, int(h.values))
	return err
}

// data decodes a page: levels first, then values.
func (l *parquetLeaf) data(h pageHead, body []byte) (p leafPage, err error) {
	p.n = int(h.values)
	if h.kind == 3 {
		levels := h.repByte + h.defBytes
		if h.repByte < 0 || h.defBytes < 0 || levels > int64(len(body)) || levels > h.plain {
			return p, corrupt("bad levels")
		}
		if err = l.levels(&p, body[:h.repByte], body[h.repByte:levels]); err != nil {
			return p, err
		}
		if body = body[levels:]; !h.isPlain && p.there > 0 {
			if body, err = decompress(l.pages.codec, l.plain, body, int(h.plain-levels)); err != nil {
				return p, err
			}
			l.keep(body)
		}
		return p, l.fill(&p, format.Encoding(h.encoding), body)
	}
	if body, err = decompress(l.pages.codec, l.plain, body, int(h.plain)); err != nil {
		return p, err
	}
	l.keep(body)
	var levels [2][]byte
	for i, most := range []int{l.maxRep, l.maxDef} {
		if most == 0 {
			continue
		}
		if len(body) < 4 || uint64(binary.LittleEndian.Uint32(body)) > uint64(len(body)-4) {
			return p, corrupt("bad levels")
		}
		size := int(binary.LittleEndian.Uint32(body))
		levels[i], body = body[4:4+size], body[4+size:]
	}
	if err = l.levels(&p, levels[0], levels[1]); err != nil {
		return p, err
	}
	return p, l.fill(&p, format.Encoding(h.encoding), body)
}

// keep remembers room for the next page, unless it is the reader's own.
func (l *parquetLeaf) keep(body []byte) {
	if l.pages.codec != format.Uncompressed {
		l.plain = body
	}
}

func (l *parquetLeaf) levels(p *leafPage, reps, defs []byte) (err error) {
	p.there = p.n
	if l.maxRep > 0 {
		if l.reps, err = hybrid(l.reps, reps, widthOf(l.maxRep), p.n); err != nil {
			return err
		}
		p.reps = l.reps
	}
	if l.maxDef > 0 {
		if l.defs, err = hybrid(l.defs, defs, widthOf(l.maxDef), p.n); err != nil {
			return err
		}
		p.defs, p.there = l.defs, 0
		for _, d := range p.defs {
			if int(d) == l.maxDef {
				p.there++
			}
		}
	}
	return nil
}

func (l *parquetLeaf) fill(p *leafPage, e format.Encoding, body []byte) (err error) {
	if e != format.PlainDictionary && e != format.RLEDictionary {
		p.dense, err = l.values(e, body, p.there)
		return err
	}
	if l.dict == nil {
		if p.there > 0 {
			return corrupt("no dictionary")
		}
		p.dense = vector.New(KindOf(l.typ))
		return nil
	}
	p.index = l.index[:0]
	if p.there == 0 {
		return nil
	}
	if len(body) == 0 {
		return errShort
	}
	if l.index, err = hybrid(l.index, body[1:], int(body[0]), p.there); err != nil {
		return err
	}
	most := uint32(0)
	for _, i := range l.index {
		most = max(most, i)
	}
	if int(most) >= l.dict.Len {
		return corrupt("place %d in a dictionary of %d", most, l.dict.Len)
	}
	p.index = l.index
	return nil
}

// values decodes n values into a flat vector of the type asked for.
func (l *parquetLeaf) values(e format.Encoding, body []byte, n int) (*vector.Vector, error) {
	v := &l.dense
	v.Len, v.Nulls = n, v.Nulls[:0]
	if err := l.raw(v, e, body, n); err != nil {
		return nil, err
	}
	return l.convert(v)
}

func unsupportedEncoding(e format.Encoding) error {
	return errors.Join(ErrUnsupported, errors.New("encoding "+e.String()))
}

// raw decodes n values as they are kept.
func (l *parquetLeaf) raw(v *vector.Vector, e format.Encoding, body []byte, n int) (err error) {
	kind, width := l.node.leaf.Kind(), 0
	switch kind {
	case parquet.Boolean:
		return l.booleans(v, e, body, n)
	case parquet.ByteArray, parquet.FixedLenByteArray:
		return l.byteStrings(v, e, body, n)
	case parquet.Int32, parquet.Float:
		width = 4
	case parquet.Int64, parquet.Double:
		width = 8
	case parquet.Int96:
		width = 12
	}
	switch e {
	case format.Plain:
	case format.ByteStreamSplit:
		if l.scratch, err = joined(l.scratch, body, n, width); err != nil {
			return err
		}
		body = l.scratch
	case format.DeltaBinaryPacked:
		if kind != parquet.Int32 && kind != parquet.Int64 {
			return unsupportedEncoding(e)
		}
		if l.ints, _, err = packedDeltas(l.ints, body, n); err != nil || len(l.ints) < n {
			return errors.Join(errShort, err)
		}
		if v.Kind, v.Ints = vector.Int, l.ints; kind == parquet.Int32 {
			for i, x := range v.Ints {
				v.Ints[i] = int64(int32(x))
			}
		}
		return nil
	default:
		return unsupportedEncoding(e)
	}
	if n > len(body)/width {
		return errShort
	}
	l.numbers(v, kind, body, n)
	return nil
}

// numbers reads n numbers of fixed width.
func (l *parquetLeaf) numbers(v *vector.Vector, kind parquet.Kind, body []byte, n int) {
	if kind == parquet.Float || kind == parquet.Double {
		v.Kind, v.Floats = vector.Float, resized(v.Floats, n)
	} else {
		v.Kind, v.Ints = vector.Int, resized(v.Ints, n)
	}
	switch kind {
	case parquet.Int32:
		body = body[:4*n]
		for i := range v.Ints {
			v.Ints[i] = int64(int32(binary.LittleEndian.Uint32(body[4*i:])))
		}
	case parquet.Int64:
		body = body[:8*n]
		for i := range v.Ints {
			v.Ints[i] = int64(binary.LittleEndian.Uint64(body[8*i:]))
		}
	case parquet.Int96:
		for i := range v.Ints {
			nanos := int64(binary.LittleEndian.Uint64(body[12*i:]))
			day := int64(int32(binary.LittleEndian.Uint32(body[12*i+8:])))
			v.Ints[i] = (day-julian)*daySeconds*1e6 + floorDiv(nanos, 1000)
		}
	case parquet.Float:
		for i := range v.Floats {
			v.Floats[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(body[4*i:])))
		}
	default:
		for i := range v.Floats {
			v.Floats[i] = math.Float64frombits(binary.LittleEndian.Uint64(body[8*i:]))
		}
	}
}

func (l *parquetLeaf) booleans(v *vector.Vector, e format.Encoding, body []byte, n int) (err error) {
	v.Kind, v.Bools = vector.Bool, resized(v.Bools, n)
	switch e {
	case format.Plain:
		if n > 8*len(body) {
			return errShort
		}
		for i := range v.Bools {
			v.Bools[i] = body[i>>3]>>(i&7)&1 == 1
		}
	case format.RLE:
		if n == 0 {
			return nil
		}
		if len(body) < 4 {
			return errShort
		}
		if l.scratch, err = hybrid(l.scratch, body[4:], 1, n); err != nil {
			return err
		}
		for i, b := range l.scratch {
			v.Bools[i] = b == 1
		}
	default:
		return unsupportedEncoding(e)
	}
	return nil
}

func (l *parquetLeaf) byteStrings(v *vector.Vector, e format.Encoding, body []byte, n int) (err error) {
	fixed := l.node.leaf.Kind() == parquet.FixedLenByteArray
	width := 0
	if fixed {
		width = l.node.leaf.Length()
	}
	switch e {
	case format.Plain:
		if fixed {
			err = l.texts.fixed(body, n, width)
		} else {
			err = l.texts.plain(body, n)
		}
	case format.DeltaLengthByteArray:
		err = l.texts.lengths(body, n)
	case format.DeltaByteArray:
		err = l.texts.prefixed(body, n)
	case format.ByteStreamSplit:
		if l.scratch, err = joined(l.scratch, body, n, width); err == nil {
			err = l.texts.fixed(l.scratch, n, width)
		}
	default:
		err = unsupportedEncoding(e)
	}
	v.Kind, v.Data, v.Offsets = vector.Bytes, l.texts.data, l.texts.offsets
	return err
}

// next is the next page of a leaf that is in no list, laid out row by row.
func (l *parquetLeaf) next() (*vector.Vector, error) {
	p, err := l.page()
	if err != nil {
		return nil, err
	}
	if p.index != nil {
		return l.places(p), nil
	}
	if p.there == p.n {
		return p.dense, nil
	}
	return layOut(&l.laid, p.dense, p.defs, l.maxDef), nil
}

// places is a page of places in the dictionary.
func (l *parquetLeaf) places(p leafPage) *vector.Vector {
	out := &vector.Vector{Kind: l.dict.Kind, Len: p.n, Dict: l.dict, Index: p.index}
	if p.there == p.n {
		return out
	}
	if l.orNull == nil {
		l.orNull = withNull(l.dict)
	}
	l.spread = spreadPlaces(l.spread, p.index, p.defs, l.maxDef, uint32(l.dict.Len))
	out.Dict, out.Index = l.orNull, l.spread
	return out
}

// spreadPlaces gives each place of a dictionary its own among those of a null.
func spreadPlaces(dst, src []uint32, defs []byte, most int, null uint32) []uint32 {
	dst = resized(dst, len(defs))
	at := 0
	for i, d := range defs {
		if int(d) == most {
			dst[i] = src[at]
			at++
		} else {
			dst[i] = null
		}
	}
	return dst
}

// withNull is a copy of a dictionary with a null behind.
func withNull(d *vector.Vector) *vector.Vector {
	c := *d
	c.Nulls = append(vector.Bitmap(nil), d.Nulls...)
	c.Offsets = append([]uint32(nil), d.Offsets...)
	c.Bools, c.Ints, c.Wides, c.Floats = c.Bools[:len(c.Bools):len(c.Bools)], c.Ints[:len(c.Ints):len(c.Ints)], c.Wides[:len(c.Wides):len(c.Wides)], c.Floats[:len(c.Floats):len(c.Floats)]
	c.AppendNull()
	return &c
}

// layOut gives each value of dense its place among nulls.
func layOut(out, dense *vector.Vector, defs []byte, most int) *vector.Vector {
	n := len(defs)
	out.Kind, out.Len = dense.Kind, n
	out.Nulls = resized(out.Nulls, (n+63)/64)
	clear(out.Nulls)
	at := 0
	for i, d := range defs {
		if int(d) != most {
			out.Nulls[i>>6] |= 1 << (i & 63)
		} else if at++; len(dense.Nulls) > 0 && dense.Nulls.Has(at-1) {
			out.Nulls.Set(i)
		}
	}
	switch dense.Kind {
	case vector.Bool:
		out.Bools = spread(out.Bools, dense.Bools, defs, most)
	case vector.Int:
		out.Ints = spread(out.Ints, dense.Ints, defs, most)
	case vector.Wide:
		out.Wides = spread(out.Wides, dense.Wides, defs, most)
	case vector.Float:
		out.Floats = spread(out.Floats, dense.Floats, defs, most)
	case vector.Bytes:
		out.Data, out.Offsets = dense.Data, resized(out.Offsets, n+1)
		at = 0
		for i, d := range defs {
			out.Offsets[i] = dense.Offsets[at]
			if int(d) == most {
				at++
			}
		}
		out.Offsets[n] = dense.Offsets[at]
	}
	return out
}

func spread[T any](dst, src []T, defs []byte, most int) []T {
	dst = resized(dst, len(defs))
	at := 0
	var none T
	for i, d := range defs {
		if int(d) == most {
			dst[i] = src[at]
			at++
		} else {
			dst[i] = none
		}
	}
	return dst
}

// eofIsCorrupt: where values must follow, the end of a column is an error.
func eofIsCorrupt(err error) error {
	if err == io.EOF {
		return corrupt("a column has too few values")
	}
	return err
}

func describeLeaf(n *parquetNode) string {
	if n.typ.Kind < Array && n.leaf != nil {
		return n.leaf.String() + " (" + n.typ.String() + ")"
	}
	return n.typ.String() + " of " + strconv.Itoa(n.leaves)
}
