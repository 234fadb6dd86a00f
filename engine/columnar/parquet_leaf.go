package columnar

import (
	"encoding/binary"
	"errors"
	"io"

	"unyo/engine/vector"
)

// parquetLeaf reads the pages of one leaf, chunk after chunk. A page is unpacked when its first value is asked for; its levels and values are decoded some at a
// time, while they are near.
type parquetLeaf struct {
	file   *parquetScan
	node   *parquetNode
	typ    *Type // as what it is read
	maxDef int
	maxRep int
	pages  *pageReader
	chunk  *chunk
	dict   *vector.Vector
	orNull *vector.Vector // dict, and a null behind

	head   pageHead // of the page at hand
	packed bool     // the page at hand is still as it is stored
	left   int      // entries of it that are still to be read
	values pageValues
	reps   runs
	defs   runs
	late   bool   // it is asked for where the first sieve has kept rows
	until  int    // how many entries of the page at hand are unpacked; 0: all
	whole  []byte // the page as it is stored, when they are not

	plain   []byte // room for a page
	repRoom []byte
	defRoom []byte
	index   []uint32
	spread  []uint32
	scratch []byte
	ints    []int64
	texts   texts
	dense   vector.Vector
	laid    vector.Vector

	heldPage, heldDict int64 // bytes
}

// leafPart is some entries of a page: their levels, and the values that are there.
type leafPart struct {
	n     int    // entries
	there int    // values
	defs  []byte // nil if all are there
	reps  []byte
	dense *vector.Vector // flat, unless index is set
	index []uint32       // into the leaf's dictionary
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
	l.chunk, l.dict, l.orNull, l.left = c, nil, nil, 0
	l.forget()
	if err := l.file.hold(&l.heldDict, 0); err != nil {
		return err
	}
	l.pages = l.pages.reopen(l.file.r, from, c.size, c.codec, &l.file.scanned)
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
		h, err := l.pages.next()
		if err == nil && h.kind == pageDictionary {
			err = l.dictionary(h)
		}
		if err != nil {
			return err
		}
	}
	end := l.chunk.from() + l.chunk.size
	if at.at < l.chunk.data || at.at >= end {
		return corrupt("a page lies outside of its column")
	}
	l.left = 0
	l.forget()
	l.pages = l.pages.reopen(l.file.r, at.at, end-at.at, l.chunk.codec, &l.file.scanned)
	return nil
}

// close gives back the room for pages; no vector is in it.
func (l *parquetLeaf) close() {
	leaveRoom(l.plain)
	l.forget()
	l.plain, l.left, l.values = nil, 0, pageValues{}
}

// page goes to the next page with values; io.EOF after the last.
func (l *parquetLeaf) page() error {
	if l.left > 0 && l.packed {
		if err := l.pages.pass(l.head); err != nil {
			return err
		}
	}
	l.forget()
	for {
		h, err := l.pages.next()
		if err != nil {
			return err
		}
		switch {
		case h.kind == pageDictionary:
			err = l.dictionary(h)
		case (h.kind == pageData || h.kind == pageDataV2) && h.values > 0:
			l.head, l.left, l.packed = h, int(h.values), true
			return nil
		default:
			err = l.pages.pass(h)
		}
		if err != nil {
			return err
		}
	}
}

func (l *parquetLeaf) dictionary(h pageHead) error {
	if l.dict != nil {
		return corrupt("two dictionaries")
	}
	if err := l.file.hold(&l.heldDict, 2*h.plain+9*h.values); err != nil {
		return err
	}
	body, err := l.pages.body(h, l.file.packed)
	if err != nil {
		return err
	}
	l.file.packed = body
	if body, err = decompress(l.pages.codec, l.plain, body, int(h.plain)); err != nil {
		return err
	}
	if l.pages.codec != codecNone {
		l.plain = body
	}
	fresh := &parquetLeaf{file: l.file, node: l.node, typ: l.typ} // what it decodes into stays
	l.dict, err = fresh.all(asPlain, body, int(h.values))
	return err
}

// unpack makes the page at hand ready to be read, of which the first n entries are asked for.
func (l *parquetLeaf) unpack(n int) error {
	h := &l.head
	l.packed = false
	if err := l.file.hold(&l.heldPage, h.plain+h.packed); err != nil {
		return err
	}
	room := l.file.packed // nobody looks at a page that is packed twice
	if l.pages.codec == codecNone {
		room = l.plain
	}
	body, err := l.pages.body(*h, room)
	if err != nil {
		return err
	}
	if l.pages.codec == codecNone {
		l.plain = body
	} else {
		l.file.packed = body
	}
	if h.kind == pageDataV2 {
		return l.second(body)
	}
	if l.early(body, n) {
		l.whole, l.file.packed = body, nil
		return nil
	}
	return l.first(body)
}

// first makes a page of version 1 ready.
func (l *parquetLeaf) first(body []byte) (err error) {
	h := &l.head
	if body, err = decompress(l.pages.codec, l.plain, body, int(h.plain)); err != nil {
		return err
	}
	l.plain = body
	var levels [2][]byte
	for i, most := range []int{l.maxRep, l.maxDef} {
		if most == 0 {
			continue
		}
		if len(body) < 4 || uint64(binary.LittleEndian.Uint32(body)) > uint64(len(body)-4) {
			return corrupt("bad levels")
		}
		size := int(binary.LittleEndian.Uint32(body))
		levels[i], body = body[4:4+size], body[4+size:]
	}
	return l.begin(levels[0], levels[1], body)
}

// second makes a page of version 2 ready, whose levels are not packed.
func (l *parquetLeaf) second(body []byte) error {
	h := &l.head
	levels := h.repByte + h.defBytes
	if h.repByte < 0 || h.defBytes < 0 || levels > int64(len(body)) || levels > h.plain {
		return corrupt("bad levels")
	}
	values := body[levels:]
	if l.pages.codec == codecNone {
		return l.begin(body[:h.repByte], body[h.repByte:levels], values)
	}
	l.plain = append(l.plain[:0], body[:levels]...)
	if h.isPlain || h.plain == levels || len(values) == 0 { // nothing is there, or as it is
		if !h.isPlain {
			values = nil
		}
		l.plain = append(l.plain[:levels], values...)
	} else {
		out, err := decompress(l.pages.codec, l.plain[levels:levels], values, int(h.plain-levels))
		if err != nil {
			return err
		}
		l.plain = append(l.plain[:levels], out...) // where it is already, unless there was no room
	}
	return l.begin(l.plain[:h.repByte], l.plain[h.repByte:levels], l.plain[levels:])
}

// begin begins to read levels and values.
func (l *parquetLeaf) begin(reps, defs, body []byte) (err error) {
	if l.reps, err = newRuns(reps, widthOf(l.maxRep)); err != nil {
		return err
	}
	if l.defs, err = newRuns(defs, widthOf(l.maxDef)); err != nil {
		return err
	}
	return l.beginValues(encoding(l.head.encoding), body)
}

// mostBatchBytes is about how many bytes of values are decoded at once.
const mostBatchBytes = 16 << 20

// together is how many entries of the page at hand are read at once: all, unless its values are large.
func (l *parquetLeaf) together() int64 {
	if each := l.head.plain / l.head.values; each > mostBatchBytes/vector.BatchRows {
		return min(int64(l.left), max(1, mostBatchBytes/each))
	}
	return int64(l.left)
}

// part is the next n entries, which the page at hand has.
func (l *parquetLeaf) part(n int) (p leafPart, err error) {
	if err := l.reach(int(l.head.values) - l.left + n); err != nil {
		return p, err
	}
	l.left -= n
	p.n, p.there = n, n
	if l.maxRep > 0 {
		l.repRoom = resized(l.repRoom, n)
		if err := readRuns(&l.reps, l.repRoom); err != nil {
			return p, err
		}
		p.reps = l.repRoom
	}
	if l.maxDef > 0 {
		if p.defs, p.there, err = l.levels(n); err != nil {
			return p, err
		}
	}
	return p, l.fill(&p)
}

// levels reads n levels, and tells how many values are there; the levels are nil if all are.
func (l *parquetLeaf) levels(n int) (defs []byte, there int, err error) {
	if v, ok, err := l.defs.same(n); err != nil || ok && int(v) == l.maxDef {
		return nil, n, err
	} else if ok {
		l.defRoom = resized(l.defRoom, n)
		for i := range l.defRoom {
			l.defRoom[i] = byte(v)
		}
		return l.defRoom, 0, nil
	}
	l.defRoom = resized(l.defRoom, n)
	if err := readRuns(&l.defs, l.defRoom); err != nil {
		return nil, 0, err
	}
	most := byte(l.maxDef)
	for _, d := range l.defRoom {
		if d == most {
			there++
		}
	}
	if there == n {
		return nil, n, nil
	}
	return l.defRoom, there, nil
}

// skip passes over n entries of the page at hand, of a leaf that is in no list.
func (l *parquetLeaf) skip(n int) error {
	if err := l.reach(int(l.head.values) - l.left + n); err != nil {
		return err
	}
	for n > 0 {
		k := min(n, vector.BatchRows)
		n -= k
		l.left -= k
		if l.maxDef > 0 {
			var err error
			if _, k, err = l.levels(k); err != nil {
				return err
			}
		}
		if err := l.skipValues(k); err != nil {
			return err
		}
	}
	return nil
}

// next is the next n rows of a leaf that is in no list.
func (l *parquetLeaf) next(n int) (*vector.Vector, error) {
	p, err := l.part(n)
	if err != nil {
		return nil, err
	}
	if p.index != nil {
		return l.places(p), nil
	}
	if p.defs == nil {
		return p.dense, nil
	}
	return layOut(&l.laid, p.dense, p.defs, l.maxDef), nil
}

// places is some places in the dictionary. Once there was a null, they all are in that which has one: who reads knows a dictionary again.
func (l *parquetLeaf) places(p leafPart) *vector.Vector {
	out := &vector.Vector{Kind: l.dict.Kind, Len: p.n, Dict: l.dict, Index: p.index}
	if p.defs == nil && l.orNull == nil {
		return out
	}
	if l.orNull == nil {
		l.orNull = withNull(l.dict)
	}
	if out.Dict = l.orNull; p.defs == nil {
		return out
	}
	l.spread = spreadPlaces(l.spread, p.index, p.defs, l.maxDef, uint32(l.dict.Len))
	out.Index = l.spread
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
