package columnar

import (
	"context"
	"io"

	"unyo/engine/vector"
)

// orcScan reads columns of an ORC file as vectors.
type orcScan struct {
	file    *orcReader
	scanned int64
	left    uint64 // rows of the stripe that is open
	spared  vector.Left
	want    Projection
	columns []*orcVector // nil where the file has no such column
	needed  []bool       // by a source's id
	stats   [][]byte     // StripeStatistics
	number  int          // of the next stripe
	told    told
}

// mostStripe is how many bytes of streams a stripe may have that is read, once they are unpacked.
const mostStripe = 512 << 20

// ScanORC reads columns of an ORC file: the streams of these columns only, of stripes that may hold values that are wanted.
func ScanORC(r io.ReaderAt, size int64, p Projection) (out vector.Reader, err error) {
	defer recoverCorrupt(&err)
	s := &orcScan{want: p}
	in := &tailReader{r: &countingReader{r, &s.scanned}}
	tail, err := readAt(in.r, size, max(0, size-orcTail), min(size, orcTail))
	if err != nil {
		return nil, err
	}
	in.from, in.tail = max(0, size-orcTail), tail
	file, err := ReadORC(in, size)
	if err != nil {
		return nil, err
	}
	s.file = file.(*orcReader)
	s.needed = make([]bool, len(s.file.sources))
	for i, c := range p.Columns {
		at := p.find(i, s.file.schema)
		if at < 0 {
			s.columns = append(s.columns, nil)
			if !p.domain(i).Overlaps(vector.Bounds{OnlyNulls: true}) {
				s.file.stripes = nil
			}
			continue
		}
		v, err := s.vector(c.Name, c.Type, s.file.root.parts[at])
		if err != nil {
			return nil, err
		}
		s.columns = append(s.columns, v)
	}
	s.needed[0] = true
	return s, s.statistics(p)
}

// tailReader reads the end of a file no second time: footers and, of small files, all lie there.
type tailReader struct {
	r    io.ReaderAt
	from int64
	tail []byte
}

func (t *tailReader) ReadAt(b []byte, at int64) (int, error) {
	if at >= t.from && at-t.from+int64(len(b)) <= int64(len(t.tail)) {
		return copy(b, t.tail[at-t.from:]), nil
	}
	return t.r.ReadAt(b, at)
}

// vector plans how a column is read as one of the table.
func (s *orcScan) vector(name string, t *Type, c *orcSource) (*orcVector, error) {
	v := &orcVector{source: c, typ: t}
	s.needed[c.id] = true
	if t.Kind < Array {
		if c.typ.Kind >= Array || !coerces(c.typ, t) {
			return nil, &MismatchError{name, c.typ.String(), t.String()}
		}
		return v, nil
	}
	if c.typ.Kind != t.Kind {
		return nil, &MismatchError{name, c.typ.String(), t.String()}
	}
	for i, f := range t.Fields {
		at := i
		if t.Kind == Struct {
			at = findField(c.typ.Fields, f.Name)
		}
		var part *orcVector
		if at >= 0 {
			var err error
			if part, err = s.vector(name, f.Type, c.parts[at]); err != nil {
				return nil, err
			}
		}
		v.parts = append(v.parts, part)
	}
	return v, nil
}

func (s *orcScan) Scanned() int64 { return s.scanned }

// Left makes it a vector.Sparing; how many bytes a stripe's columns have only its own footer says.
func (s *orcScan) Left() vector.Left { return s.spared }

func (s *orcScan) Close() error {
	s.file.stripes, s.left = nil, 0
	return s.told.tell(s.want.Hold, 0)
}

func (s *orcScan) Next(ctx context.Context) (b *vector.Batch, err error) {
	defer recoverCorrupt(&err)
	for s.left == 0 {
		if len(s.file.stripes) == 0 {
			return nil, io.EOF
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		stripe, number := s.file.stripes[0], s.number
		s.file.stripes, s.number = s.file.stripes[1:], number+1
		if stripe.rows == 0 || !s.want.part(int64(stripe.offset)) {
			continue
		}
		if s.spared.Of++; !s.wanted(number) {
			s.spared.Groups, s.spared.Rows = s.spared.Groups+1, s.spared.Rows+int64(stripe.rows)
			continue
		}
		if err := s.open(stripe); err != nil {
			return nil, err
		}
		s.left = stripe.rows
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	n := int(min(s.left, vector.BatchRows))
	s.left -= uint64(n)
	b = &vector.Batch{Len: n}
	for i, c := range s.columns {
		if c == nil {
			b.Columns = append(b.Columns, nothing(s.want.Columns[i].Type, n))
			continue
		}
		v, err := c.read(n)
		if err != nil {
			return nil, err
		}
		b.Columns = append(b.Columns, v)
	}
	return b, nil
}

// open reads the footer of a stripe, and the streams of the columns that are read.
func (s *orcScan) open(stripe orcStripe) error {
	o := s.file
	if len(s.want.Columns) == 0 {
		return nil
	}
	size := uint64(o.size)
	if stripe.offset > size || stripe.index > size || stripe.data > size || stripe.footer > size || stripe.rows > 1<<31 {
		return corrupt("a stripe lies outside of the file")
	}
	packed, err := readAt(o.r, o.size, int64(stripe.offset+stripe.index+stripe.data), int64(stripe.footer))
	if err != nil {
		return err
	}
	footer, err := o.unpack(packed)
	if err != nil {
		return err
	}
	room := mostStripe
	zone, err := o.stripe(footer, stripe.index+stripe.data, func(id, kind int, at, length uint64) error {
		if !s.needed[id] {
			return nil
		}
		if length > uint64(room) {
			return corrupt("a stripe of more than %d bytes", mostStripe)
		}
		b, err := readAt(o.r, o.size, int64(stripe.offset+at), int64(length))
		if err != nil {
			return err
		}
		if b, err = o.unpack(b); err != nil {
			return err
		}
		if room -= len(b); room < 0 {
			return corrupt("a stripe of more than %d bytes", mostStripe)
		}
		if err := s.told.tell(s.want.Hold, int64(mostStripe-room)); err != nil {
			return err
		}
		o.sources[id].streams[kind] = b
		return nil
	})
	if err != nil {
		return err
	}
	for _, c := range s.columns {
		if c != nil {
			if err := c.open(zone); err != nil {
				return err
			}
		}
	}
	return nil
}
