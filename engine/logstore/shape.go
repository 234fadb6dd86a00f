package logstore

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// Lines of a log have few shapes: what a program prints stays, and the numbers and ids in it change. A shaped block holds each shape
// once, for each line the number of its shape, and what changes in columns, of which most need no more than their bits. So there is less
// for zstd to do, and what stays is entered into the token filter once.
//
// What changes are fields: tokens of digits only, and tokens of four bytes or more that have a digit. Fields with the same place in a line and
// the same text before them share a column.
const (
	minMixed  = 4
	maxFields = 255
	maxShape  = 1<<16 - 1 // bytes of a shape up to its last field
	maxDict   = 256
	maxKnown  = 10_000
	// plainAfter is how many lines may have shapes of their own before a block is given up as one without.
	plainAfter = 256
)

// classes of bytes; those of a token are or-ed.
const (
	digit  = 1
	hexa   = 2 // a to f
	letter = 4 // all others of a token
)

var class = func() (t [256]uint8) {
	for c := range 256 {
		switch {
		case '0' <= c && c <= '9':
			t[c] = digit
		case 'a' <= c && c <= 'f':
			t[c] = hexa
		case tokenByte[c]:
			t[c] = letter
		}
	}
	return t
}()

// field is what changes in a line.
type field struct {
	v    uint64 // its last eight bytes, as a number
	off  uint32 // in the buffer
	n    uint16
	kind uint8
}

// column is the fields of one place.
type column struct {
	first field
	list  []field // none as long as all are like the first
	count int
	kinds uint8
	mixed bool // of different lengths
}

func (c *column) reset() { *c = column{list: c.list[:0]} }

// constant reports whether all fields are the same.
func (c *column) constant() bool { return len(c.list) == 0 }

// spot is where the fields of a column stand.
type spot struct {
	nth    uint8
	before uint64 // the last eight bytes before, or fewer
}

// shape is what stays: text, and where in it fields of which columns go.
type shape struct {
	text  string
	at    []uint16
	cols  []uint32
	block int    // the last it was in, and
	id    uint32 // its number there
}

// shaper takes the lines of a block apart. It remembers the shapes of a segment, for most come again in the next block.
type shaper struct {
	known   map[string]*shape
	ways    []way    // to the known shapes; the first is where all begin
	ends    []*shape // of the ways
	stray   int      // lines of the block that left all ways, less those that did not
	block   int
	shapes  []*shape // of the block, in the order in which they came
	spots   map[spot]uint32
	columns []column
	ids     []uint32 // the shape of each line
	fields  [maxFields]field
	at      [maxFields]uint16 // where in the text of the shape, of a line that is cut
	n       int               // of fields
	key     []byte
	bits    bitWriter
	head    []byte
	heads   []byte
	slots   [2 * maxDict]uint16
	dict    []field
	refs    []uint16
}

// reset begins a segment.
func (s *shaper) reset() {
	if s.known == nil {
		s.known, s.spots = map[string]*shape{}, map[spot]uint32{}
	}
	clear(s.known)
	clear(s.spots)
	clear(s.ends)
	s.ways, s.ends = append(s.ways[:0], way{}), s.ends[:0]
	s.columns = s.columns[:0]
}

// begin begins a block.
func (s *shaper) begin() {
	if s.known == nil || len(s.known) > maxKnown {
		s.reset()
	}
	s.block++
	s.stray = 0
	clear(s.shapes)
	s.shapes, s.ids = s.shapes[:0], s.ids[:0]
	for i := range s.columns {
		s.columns[i].reset()
	}
}

// split takes all rows apart and enters their tokens into set; false when they have too many shapes.
func (s *shaper) split(rows []row, buf []byte, set *terms) bool {
	s.begin()
	for i := range rows {
		s.add(buf[:rows[i].end], rows[i].off, set)
		if n := len(s.shapes); n > plainAfter && n > (i+1)/2 {
			return false
		}
	}
	return len(s.shapes) <= max(plainAfter, len(rows)/2)
}

// add takes the line at the end of buf apart.
func (s *shaper) add(buf []byte, off uint32, set *terms) {
	sh := s.find(buf, off)
	known := sh.block == s.block
	if !known {
		sh.block, sh.id = s.block, uint32(len(s.shapes))
		s.shapes = append(s.shapes, sh)
		set.scan(buf[off:])
	}
	s.ids = append(s.ids, sh.id)
	for i, col := range sh.cols {
		f, c := &s.fields[i], &s.columns[col]
		if last := c.last(); c.count > 0 && same(buf, last, f) {
			if c.count++; !c.constant() {
				c.list = append(c.list, *f)
			}
			continue
		}
		c.add(f)
		switch {
		case !known: // is in the set
		case f.n < gramToken:
			set.tokens.add(mix(f.v))
		default:
			set.grams = appendGrams(set.grams, buf[f.off:][:f.n])
		}
	}
}

// find returns the shape of the line at the end of buf, whose fields are in s then.
func (s *shaper) find(buf []byte, off uint32) *shape {
	if s.stray < strayed {
		if sh := s.follow(buf, off); sh != nil {
			s.stray--
			return sh
		}
		s.stray++
	}
	s.cut(buf, off)
	sh := s.known[string(s.key)]
	if sh == nil {
		sh = s.learn()
		s.pave(sh)
	}
	return sh
}

// changes reports whether a token of bytes of these classes is a field.
func changes(kind uint8, n int) bool {
	return kind&digit != 0 && (kind == digit || n >= minMixed) && n <= maxToken
}

// cut finds the fields of a line. The key of its shape is the text without them, their places, and how many they are, by which, from its
// end, no two shapes have the same.
func (s *shaper) cut(buf []byte, off uint32) {
	s.n = 0
	done, at := int(off), 0
	s.key = slices.Grow(s.key[:0], len(buf)-done+2*maxFields+1+16)
	key := s.key[:cap(s.key)]
	for i := done; i < len(buf); {
		kind := class[buf[i]]
		if kind == 0 {
			i++
			continue
		}
		from := i
		for i++; i < len(buf); i++ {
			c := class[buf[i]]
			if c == 0 {
				break
			}
			kind |= c
		}
		n := i - from
		if !changes(kind, n) {
			continue
		}
		if s.n == maxFields || at+from-done > maxShape {
			break
		}
		if kept := from - done; kept <= 16 && done+16 <= len(buf) {
			copy16(key[at:], buf[done:]) // what is too much is written over
		} else {
			copy(key[at:], buf[done:from])
		}
		at += from - done
		s.fields[s.n] = field{lastEight(buf[:i], n), uint32(from), uint16(n), kind}
		s.at[s.n] = uint16(at)
		s.n++
		done = i
	}
	at += copy(key[at:], buf[done:])
	for _, place := range s.at[:s.n] {
		binary.LittleEndian.PutUint16(key[at:], place)
		at += 2
	}
	key[at] = byte(s.n)
	s.key = key[:at+1]
}

// lastEight is the last eight of n bytes at the end of buf, or all of them, as a number.
func lastEight(buf []byte, n int) uint64 {
	if len(buf) >= 8 {
		return binary.BigEndian.Uint64(buf[len(buf)-8:]) & (1<<(8*min(n, 8)) - 1)
	}
	v := uint64(0)
	for _, c := range buf[len(buf)-n:] {
		v = v<<8 | uint64(c)
	}
	return v
}

// learn enters the shape of the line that was cut.
func (s *shaper) learn() *shape {
	key := string(s.key)
	sh := &shape{text: key[:len(key)-1-2*s.n], at: make([]uint16, s.n), cols: make([]uint32, s.n)}
	s.known[key] = sh
	from := uint16(0)
	for i, place := range s.at[:s.n] {
		at := spot{nth: uint8(i)}
		for _, c := range []byte(sh.text)[max(int(from), int(place)-8):place] {
			at.before = at.before<<8 | uint64(c)
		}
		from = place
		col, known := s.spots[at]
		if !known {
			col = uint32(len(s.columns))
			s.spots[at] = col
			s.grow()
		}
		sh.at[i], sh.cols[i] = place, col
	}
	return sh
}

// grow adds a column, in the memory of one of an earlier block if there is.
func (s *shaper) grow() {
	n := len(s.columns)
	if n == cap(s.columns) {
		s.columns = append(s.columns, column{})
		return
	}
	s.columns = s.columns[:n+1]
	s.columns[n].reset()
}

func (c *column) last() *field {
	if c.constant() {
		return &c.first
	}
	return &c.list[len(c.list)-1]
}

func (c *column) add(f *field) {
	if c.count == 0 {
		c.first = *f
	} else {
		for len(c.list) < c.count {
			c.list = append(c.list, c.first)
		}
		c.list = append(c.list, *f)
		c.mixed = c.mixed || f.n != c.first.n
	}
	c.kinds |= f.kind
	c.count++
}

// same reports whether two fields have the same bytes.
func same(buf []byte, a, b *field) bool {
	return a.v == b.v && a.n == b.n && (a.n <= 8 || bytes.Equal(buf[a.off:][:a.n], buf[b.off:][:b.n]))
}
