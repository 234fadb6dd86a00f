package logstore

import (
	"encoding/binary"
	"slices"

	"unyo/engine/shaped"
)

// maxApart is how many shapes of a block's lines are worth being looked at, to each line: when most lines have one of their own, they are
// looked at themselves.
const maxApart = 4

// block is the block in m, taken apart, or nil when it is none that should be.
func (m *memory) block() shaped.Block {
	if !m.apart || len(m.lines.counts) > len(m.lines.ids)/maxApart || !m.lines.judge() {
		return nil
	}
	return (*apart)(m)
}

// told is what the shapes tell of the texts that are wanted: that no line has one of them, that some have, or that the lines must be looked at.
func (m *memory) told(q *query) shaped.Verdict {
	all := shaped.No
	for i := range m.lines.shapes {
		m.template.Set(&m.lines.shapes[i])
		_, has := m.template.Index(0, q.needle)
		for _, t := range q.rest {
			if _, v := m.template.Index(0, t); has == shaped.Yes {
				has = v
			} else if v == shaped.No {
				has = v
			}
		}
		if has == shaped.Maybe {
			return has
		}
		all = max(all, has)
	}
	return all
}

// judge finds out which kinds of bytes the columns have, and whether all fields are what a shaped.Field is.
func (s *restorer) judge() bool {
	for i := range s.columns {
		c := &s.columns[i]
		switch c.kind {
		case kindNumber:
			c.kinds = shaped.Digit
		case kindHex:
			c.kinds = shaped.Digit | shaped.Hexa
		case kindDict, kindText:
			words := s.words[c.word:][:c.few]
			if c.kind == kindText {
				words = s.words[c.first:][:c.uses]
			}
			for i := range words {
				kinds, ok := s.kinds(&words[i])
				if !ok {
					return false
				}
				c.kinds |= kinds
			}
		}
	}
	s.shapes, s.fields = s.shapes[:0], slices.Grow(s.fields[:0], len(s.parts))
	for id := range s.counts {
		parts := s.parts[s.starts[id]:s.starts[id+1]]
		begin, from := parts[0].off, len(s.fields)
		for _, p := range parts[:len(parts)-1] {
			c := &s.columns[p.col]
			if c.seen == id+1 {
				return false
			}
			c.seen = id + 1
			s.fields = append(s.fields, shaped.Field{At: p.off + p.n - begin, Column: uint32(p.col), Kinds: c.kinds})
		}
		last := parts[len(parts)-1]
		s.shapes = append(s.shapes, shaped.Shape{Text: s.texts[begin : last.off+last.n], Fields: s.fields[from:]})
	}
	return true
}

// kinds are those of a word's bytes; ok=false when it is no field's.
func (s *restorer) kinds(w *word) (kinds uint8, ok bool) {
	for _, c := range s.text(w) {
		k := shaped.KindOf[c]
		if k == 0 {
			return 0, false
		}
		kinds |= k
	}
	return kinds, kinds&shaped.Digit != 0
}

func (s *restorer) text(w *word) []byte {
	if w.n <= uint32(len(w.text)) {
		return w.text[:w.n]
	}
	return s.more[w.off : w.off+w.n]
}

// apart is the block in a memory, as shaped.Block.
type apart memory

func (a *apart) Shapes() []shaped.Shape { return a.lines.shapes }
func (a *apart) Lines() []uint32        { return a.lines.ids }
func (a *apart) Columns() int           { return len(a.lines.columns) }

func (a *apart) Append(dst []byte, column uint32, n int) []byte {
	s := &a.lines
	c := &s.columns[column]
	switch c.kind {
	case kindDict:
		return append(dst, s.text(&s.words[c.word+int(c.nth(s.bits, n))])...)
	case kindNumber:
		dst = slices.Grow(dst, 32)
		to := len(dst)
		return dst[:to+putNumber(dst[to:to+32], c.base+c.nth(s.bits, n), int(c.pad))]
	case kindHex:
		for i, b := range s.bits[c.first+n*((c.n+1)/2):][:(c.n+1)/2] {
			if dst = append(dst, hexDigits[b>>4]); 2*i+1 < c.n {
				dst = append(dst, hexDigits[b&15])
			}
		}
		return dst
	}
	return append(dst, s.text(&s.words[c.first+n])...)
}

// nth is the n-th number of the column.
func (c *packed) nth(bits []byte, n int) uint64 {
	at := c.first + n*int(c.width)
	return binary.LittleEndian.Uint64(bits[at>>3:]) >> (at & 7) & (1<<c.width - 1)
}

func (a *apart) Message(line int) ([]byte, error) {
	m := (*memory)(a)
	if m.apart {
		if err := m.join(); err != nil {
			return nil, err
		}
		m.locate()
	}
	r := &m.rows[line]
	return m.raw[r.off:r.end], nil
}
