package logstore

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
)

// A block begins with a byte for its form. A plain one goes on with what appendBlock returns, compressed; a shaped one with the length of
// its first part when compressed (4 bytes), and the parts (shaper.pack).
const (
	formPlain  = 0
	formShaped = 1
)

// maker is what making blocks needs. Its memory is used again.
type maker struct {
	set         terms
	shapes      shaper
	raw, packed []byte
}

// block makes a block of rows; raw is what a reader needs for it, and m.set has its tokens.
func (m *maker) block(rows []row, buf []byte, stream func(uint64) uint32) (packed []byte, raw int) {
	m.set.reset()
	if m.shapes.split(rows, buf, &m.set) {
		head, bits := m.shapes.pack(rows, buf, stream)
		m.packed = append(m.packed[:0], formShaped, 0, 0, 0, 0)
		m.packed = encoder().EncodeAll(head, m.packed)
		binary.LittleEndian.PutUint32(m.packed[1:], uint32(len(m.packed)-5))
		m.packed = append(m.packed, bits...)
		for i := range rows {
			raw += int(rows[i].end - rows[i].off)
		}
		return m.packed, raw
	}
	m.set.reset()
	for i := range rows {
		m.set.scan(buf[rows[i].off:rows[i].end])
	}
	m.raw = appendBlock(m.raw[:0], rows, buf, stream)
	m.packed = encoder().EncodeAll(m.raw, append(m.packed[:0], formPlain))
	return m.packed, len(m.raw)
}

// filtered reports whether s has token filters that can be read.
func (s *segment) filtered() bool { return s.version > 1 }

// load reads and unpacks block i into m. All messages are in m.raw then, in order, and nothing between them.
func (s *segment) load(f File, i int, m *memory) error {
	return s.read(f, i, m, m.unpack)
}

// open is load, but the lines of a shaped block stay apart (m.apart) until they are joined.
func (s *segment) open(f File, i int, m *memory) error {
	return s.read(f, i, m, m.open)
}

func (s *segment) read(f File, i int, m *memory, unpack func(packed []byte, raw, version int) error) error {
	b := &s.blocks[i]
	m.packed = slices.Grow(m.packed[:0], int(b.size)+8)[:b.size]
	if _, err := f.ReadAt(m.packed, b.off); err != nil {
		return fmt.Errorf("cannot read block %d of %s: %w", i, s.name, err)
	}
	packed, err := s.clear(m.packed, i)
	if err != nil {
		return err
	}
	if err := unpack(packed, b.raw, s.version); err != nil {
		return fmt.Errorf("%w: block %d of %s: %w", ErrCorrupt, i, s.name, err)
	}
	return nil
}

// clear is block i as it was before it was encrypted, if it is what was written.
func (s *segment) clear(packed []byte, i int) ([]byte, error) {
	if s.key != nil {
		clear, err := s.key.open(pieceNonce(pieceBlock, i), packed)
		if err == nil {
			return clear, nil
		}
	} else if crc32.Checksum(packed, castagnoli) == s.blocks[i].sum {
		return packed, nil
	}
	return nil, fmt.Errorf("%w: checksum of block %d of %s", ErrCorrupt, i, s.name)
}

// may reports whether block i can hold the texts that are needed, as far as its token filter tells.
func (s *segment) may(f File, i int, n *needs, m *memory) (bool, error) {
	if n.none() || !s.filtered() {
		return true, nil
	}
	b := &s.blocks[i]
	m.filter = slices.Grow(m.filter[:0], int(b.filterBytes))[:b.filterBytes]
	if _, err := f.ReadAt(m.filter, b.filterOff); err != nil {
		return false, fmt.Errorf("cannot read the filter of block %d of %s: %w", i, s.name, err)
	}
	filter := m.filter
	if s.key != nil {
		var err error
		if filter, err = s.key.open(pieceNonce(pieceFilter, i), filter); err != nil {
			return false, fmt.Errorf("%w: checksum of the filter of block %d of %s", ErrCorrupt, i, s.name)
		}
	}
	return n.in(filter), nil
}

// unpack fills m.raw from a block. packed has room for eight bytes more.
func (m *memory) unpack(packed []byte, raw, version int) error {
	if err := m.open(packed, raw, version); err != nil {
		return err
	}
	return m.join()
}

// open unpacks a block but for the lines of a shaped one, which need packed.
func (m *memory) open(packed []byte, raw, version int) (err error) {
	form := byte(formPlain)
	if version > 2 {
		if len(packed) == 0 {
			return errShaped
		}
		form, packed = packed[0], packed[1:]
	}
	m.heads, m.apart = nil, false
	switch form {
	case formPlain:
		if m.raw, err = decoder().DecodeAll(packed, m.raw[:0]); err == nil && len(m.raw) != raw {
			err = errShaped
		}
		return err
	case formShaped:
		m.apart = true
		return m.restore(packed, raw)
	}
	return errShaped
}

// join puts the lines of a shaped block together, unless they are.
func (m *memory) join() (err error) {
	if m.apart {
		m.apart = false
		m.raw, m.lens, err = m.lines.lines(m.raw, m.lens)
	}
	return err
}

func (m *memory) restore(packed []byte, size int) (err error) {
	if len(packed) < 4 || uint64(binary.LittleEndian.Uint32(packed)) > uint64(len(packed)-4) {
		return errShaped
	}
	n := 4 + binary.LittleEndian.Uint32(packed)
	if m.head, err = decoder().DecodeAll(packed[4:n], m.head[:0]); err != nil {
		return err
	}
	r := reader{b: m.head}
	count := r.uvarint()
	if r.bad || count > uint64(len(r.b)) || size < 0 {
		return errShaped
	}
	heads := r.uvarint()
	if r.bad || heads > uint64(len(r.b)) {
		return errShaped
	}
	m.heads, r.b = r.b[:heads], r.b[heads:]
	bits := append(packed[n:], 0, 0, 0, 0, 0, 0, 0, 0)
	return m.lines.open(&r, int(count), size, bits)
}

// parse decodes the rows of the block. Of one whose lines are apart they have no places yet.
func (m *memory) parse(streams []uint64) (err error) {
	if m.heads == nil {
		m.rows, err = parseBlock(m.rows, m.raw, streams)
		return err
	}
	r := reader{b: m.heads}
	if m.rows, err = parseHeads(m.rows[:0], &r, len(m.lines.ids), streams, false); err != nil {
		return err
	}
	if len(r.b) > 0 {
		return fmt.Errorf("%w: rows of a block", ErrCorrupt)
	}
	if !m.apart {
		m.locate()
	}
	return nil
}

// locate says where in m.raw the rows' lines are.
func (m *memory) locate() {
	at := uint32(0)
	for i, n := range m.lens {
		m.rows[i].off, m.rows[i].end = at, at+n
		at += n
	}
}
