package columnar

import (
	"encoding/binary"
	"errors"
	"io"

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
	chunk   *chunk
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

	heldPage, heldDict int64 // bytes
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
func (l *parquetLeaf) open(c *chunk) error {
	from := c.from()
	if c.elsewhere {
		return errors.Join(ErrUnsupported, errors.New("columns in other files, or encrypted"))
	}
	if from < 0 || c.size < 0 || from > l.file.size || c.size > l.file.size-from {
		return corrupt("a column lies outside of the file")
	}
	l.chunk, l.dict, l.orNull, l.begins = c, nil, nil, 0
	if err := l.file.hold(&l.heldDict, 0); err != nil {
		return err
	}
	l.pages = newPageReader(l.file.r, from, c.size, c.codec, &l.file.scanned)
	return nil
}

// from is where a chunk begins.
func (c *chunk) from() int64 {
	if c.dictionary > 0 && c.dictionary < c.data {
		return c.dictionary
	}
	return c.data
}

// jump goes on at a page whose place is known.
func (l *parquetLeaf) jump(at pagePlace) error {
	if l.dict == nil && l.chunk.dictionary > 0 {
		h, body, err := l.pages.next()
		if err != nil {
			return err
		}
		if h.kind == pageDictionary {
			if err := l.dictionary(h, body); err != nil {
				return err
			}
		}
	}
	end := l.chunk.from() + l.chunk.size
	if at.at < l.chunk.data || at.at >= end {
		return corrupt("a page lies outside of its column")
	}
	l.pages = newPageReader(l.file.r, at.at, end-at.at, l.chunk.codec, &l.file.scanned)
	l.begins = at.first
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
		case pageDictionary:
			if err := l.dictionary(h, body); err != nil {
				return p, err
			}
		case pageData, pageDataV2:
			if err := l.file.hold(&l.heldPage, 2*h.plain+9*h.values); err != nil { // as it is stored and as values, levels and places
				return p, err
			}
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
	if err := l.file.hold(&l.heldDict, 2*h.plain+9*h.values); err != nil {
		return err
	}
	if body, err = decompress(l.pages.codec, nil, body, int(h.plain)); err != nil {
		return err
	}
	fresh := &parquetLeaf{file: l.file, node: l.node, typ: l.typ} // what it decodes into stays
	l.dict, err = fresh.values(asPlain, body, int(h.values))
	return err
}

// data decodes a page: levels first, then values.
func (l *parquetLeaf) data(h pageHead, body []byte) (p leafPage, err error) {
	p.n = int(h.values)
	if h.kind == pageDataV2 {
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
		return p, l.fill(&p, encoding(h.encoding), body)
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
	return p, l.fill(&p, encoding(h.encoding), body)
}

// keep remembers room for the next page, unless it is the reader's own.
func (l *parquetLeaf) keep(body []byte) {
	if l.pages.codec != codecNone {
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

func (l *parquetLeaf) fill(p *leafPage, e encoding, body []byte) (err error) {
	if e != asOldDictionary && e != asDictionary {
		p.dense, err = l.values(e, body, p.there)
		return err
	}
	if p.there == 0 {
		p.dense = vector.New(KindOf(l.typ))
		return nil
	}
	if l.dict == nil {
		return corrupt("no dictionary")
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

// eofIsCorrupt: where values must follow, the end of a column is an error.
func eofIsCorrupt(err error) error {
	if err == io.EOF {
		return corrupt("a column has too few values")
	}
	return err
}

// describeLeaf names the type of a file's column.
func describeLeaf(n *parquetNode) string {
	if n.leaf != nil {
		return n.leaf.describe()
	}
	return n.typ.String()
}
