package logstore

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"path/filepath"
	"slices"
)

// A segment file holds the events of one full log file:
//
//	head (crypt.go), blocks, token filters, index, crc32c of the index (4 bytes), length of the index (4 bytes), "unyoidx4"
//
// Each block, each filter and the index is encrypted. One that ends in "unyoidx3" is not: it begins with "unyolog1", and the index has a crc32c of each block.
// One that ends in "unyoidx2" has plain blocks only, without their first byte; one in "unyoidx1" also token filters of an older kind,
// which are not read.
const (
	indexMagic = "unyoidx" // and a digit
	version    = 4
	trailer    = 4 + 4 + len(indexMagic) + 1
	maxIndex   = 256 << 20
)

// The kinds of pieces.
const (
	pieceBlock = iota
	pieceFilter
	pieceIndex
)

// segment is a file of sorted, compressed blocks. It does not change.
type segment struct {
	name    string
	base    uint64 // first sequence; also the file's name
	last    uint64 // last sequence that is in it or was dropped from it
	streams []uint64
	blocks  []blockInfo
	lo, hi  int64 // times
	count   int64
	bytes   int64 // of messages
	size    int64 // of the file
	version int
	key     *fileKey
}

// writeSegment writes rows, which are sorted, as a segment and makes it durable under its name.
func (g *group) writeSegment(base, last uint64, rows []row, buf []byte, m *maker) (*segment, error) {
	fs, dir := g.store.o.FS, g.dir
	s := &segment{name: segmentName(base), base: base, last: last, lo: math.MaxInt64, hi: math.MinInt64, version: version}
	path := filepath.Join(dir, s.name)
	tmp := path + ".tmp"
	if err := fs.Remove(tmp); err != nil && !isNotExist(err) {
		return nil, err
	}
	f, err := fs.Create(tmp)
	if err != nil {
		return nil, full(err)
	}
	var head []byte
	s.key, head = g.drawKey(s.name)
	err = s.write(f, head, rows, buf, m)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = fs.Rename(tmp, path)
	}
	if err == nil {
		err = fs.SyncDir(dir)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot write segment %s: %w", s.name, errors.Join(full(err), ignoreMissing(fs.Remove(tmp))))
	}
	return s, nil
}

func (s *segment) write(f File, head []byte, rows []row, buf []byte, m *maker) error {
	off := int64(len(head))
	if _, err := f.WriteAt(head, 0); err != nil {
		return err
	}
	numbers := map[uint64]uint32{}
	number := func(id uint64) uint32 {
		n, ok := numbers[id]
		if !ok {
			n = uint32(len(s.streams))
			numbers[id], s.streams = n, append(s.streams, id)
		}
		return n
	}
	var filters []byte
	m.shapes.reset()
	for len(rows) > 0 {
		part := rows[:cutBlock(rows)]
		rows = rows[len(part):]
		packed, raw := m.block(part, buf, number)
		packed = s.key.seal(packed[:0], pieceNonce(pieceBlock, len(s.blocks)), packed)
		m.packed = packed
		b := describe(part, number)
		b.off, b.size, b.raw = off, int64(len(packed)), raw
		b.filterOff = int64(len(filters))
		filters = s.key.seal(filters, pieceNonce(pieceFilter, len(s.blocks)), m.set.filter())
		b.filterBytes = int64(len(filters)) - b.filterOff
		if _, err := f.WriteAt(packed, off); err != nil {
			return err
		}
		off += b.size
		s.blocks = append(s.blocks, b)
	}
	for i := range s.blocks {
		s.blocks[i].filterOff += off
	}
	s.sum()
	index := s.key.seal(nil, pieceNonce(pieceIndex, 0), s.appendIndex(nil))
	tail := append(filters, index...)
	tail = binary.LittleEndian.AppendUint32(tail, crc32.Checksum(index, castagnoli))
	tail = binary.LittleEndian.AppendUint32(tail, uint32(len(index)))
	tail = append(tail, indexMagic+string('0'+rune(version))...)
	s.size = off + int64(len(tail))
	_, err := f.WriteAt(tail, off)
	return err
}

// cutBlock says how many of rows make the next block.
func cutBlock(rows []row) int {
	n := 0
	for i := range rows {
		if n += int(rows[i].end - rows[i].off); n >= blockTarget {
			return i + 1
		}
	}
	return len(rows)
}

func describe(rows []row, number func(uint64) uint32) blockInfo {
	b := blockInfo{count: len(rows), first: rows[0].key(), lo: rows[0].ts, hi: rows[len(rows)-1].ts}
	last := uint64(0)
	for i := range rows {
		b.bytes += int64(rows[i].end - rows[i].off)
		if i > 0 && rows[i].stream == last {
			continue
		}
		last = rows[i].stream
		n := number(last)
		if at, ok := slices.BinarySearch(b.streams, n); !ok {
			b.streams = slices.Insert(b.streams, at, n)
		}
	}
	return b
}

// sum adds up what the blocks say.
func (s *segment) sum() {
	for i := range s.blocks {
		b := &s.blocks[i]
		s.lo, s.hi = min(s.lo, b.lo), max(s.hi, b.hi)
		s.count, s.bytes = s.count+int64(b.count), s.bytes+b.bytes
	}
}

func (s *segment) appendIndex(dst []byte) []byte {
	u := func(vs ...uint64) {
		for _, v := range vs {
			dst = binary.AppendUvarint(dst, v)
		}
	}
	u(s.base, s.last, uint64(len(s.streams)))
	for _, id := range s.streams {
		dst = binary.LittleEndian.AppendUint64(dst, id)
	}
	u(uint64(len(s.blocks)))
	for i := range s.blocks {
		b := &s.blocks[i]
		u(uint64(b.off), uint64(b.size), uint64(b.sum), uint64(b.raw), uint64(b.count), uint64(b.bytes), uint64(b.filterOff), uint64(b.filterBytes))
		dst = binary.AppendVarint(dst, b.lo)
		dst = binary.AppendVarint(dst, b.hi)
		u(b.first.seq, uint64(b.first.idx), uint64(len(b.streams)))
		last := uint32(0)
		for _, n := range b.streams {
			u(uint64(n - last))
			last = n
		}
	}
	return dst
}

// openSegment reads a segment's index.
func (g *group) openSegment(name string) (*segment, error) {
	f, size, err := g.store.o.FS.Open(filepath.Join(g.dir, name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	bad := func(why string) error { return fmt.Errorf("%w: segment %s: %s", ErrCorrupt, name, why) }
	if size < int64(cryptHead+trailer) {
		return nil, bad("too short")
	}
	key, err := g.findKey(f, name)
	if err != nil {
		return nil, err
	}
	end := make([]byte, trailer)
	if _, err := f.ReadAt(end, size-int64(trailer)); err != nil {
		return nil, err
	}
	n := int64(binary.LittleEndian.Uint32(end[4:]))
	version := int(end[trailer-1]) - '0'
	if string(end[8:trailer-1]) != indexMagic || version < 1 || version > 4 || (version > 3) != (key != nil) || n > maxIndex || n > size-int64(trailer) {
		return nil, bad("no index")
	}
	index := make([]byte, n)
	if _, err := f.ReadAt(index, size-int64(trailer)-n); err != nil {
		return nil, err
	}
	if crc32.Checksum(index, castagnoli) != binary.LittleEndian.Uint32(end) {
		return nil, bad("checksum of the index")
	}
	if key != nil {
		if index, err = key.open(pieceNonce(pieceIndex, 0), index); err != nil {
			return nil, bad("the index is not authentic")
		}
	}
	s, err := parseIndex(index)
	if err != nil {
		return nil, bad(err.Error())
	}
	s.name, s.size, s.version, s.key = name, size, version, key
	return s, nil
}

func parseIndex(index []byte) (*segment, error) {
	short := errors.New("index ends early")
	r := reader{b: index}
	s := &segment{base: r.uvarint(), last: r.uvarint(), lo: math.MaxInt64, hi: math.MinInt64}
	n := r.uvarint()
	if r.bad || n > uint64(len(r.b)/8) {
		return nil, short
	}
	for range n {
		s.streams = append(s.streams, binary.LittleEndian.Uint64(r.b))
		r.b = r.b[8:]
	}
	blocks := r.uvarint()
	if r.bad || blocks > uint64(len(r.b)) {
		return nil, short
	}
	for range blocks {
		b := blockInfo{off: int64(r.uvarint()), size: int64(r.uvarint()), sum: uint32(r.uvarint()), raw: int(r.uvarint()), count: int(r.uvarint()), bytes: int64(r.uvarint()), filterOff: int64(r.uvarint()), filterBytes: int64(r.uvarint())}
		b.lo, b.hi = r.varint(), r.varint()
		b.first = key{b.lo, r.uvarint(), uint32(r.uvarint())}
		k := r.uvarint()
		if r.bad || k > uint64(len(r.b)) || b.off < 0 || b.size < 0 || b.size > maxBlock || b.raw < 0 || b.raw > maxBlock || b.filterBytes < 0 || b.filterBytes > maxBlock {
			return nil, short
		}
		last := uint32(0)
		for range k {
			last += uint32(r.uvarint())
			if uint64(last) >= n {
				return nil, errors.New("stream out of range")
			}
			b.streams = append(b.streams, last)
		}
		s.blocks = append(s.blocks, b)
	}
	if r.bad || len(r.b) != 0 {
		return nil, short
	}
	s.sum()
	return s, nil
}
