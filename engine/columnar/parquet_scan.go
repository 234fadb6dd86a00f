package columnar

import (
	"context"
	"io"
	"math"

	"unyo/engine/vector"
)

// parquetScan reads columns of a Parquet file as vectors.
type parquetScan struct {
	r       io.ReaderAt
	size    int64
	scanned int64
	left    vector.Left
	held    int64 // bytes of pages and dictionaries that all columns hold
	told    told
	packed  []byte // room for a page as it is stored
	want    Projection
	sieves  []vector.Sieve
	root    *parquetNode
	columns []parquetColumn
	leaves  []*parquetLeaf
	groups  []rowGroup

	group  *rowGroup  // that is open
	ranges [][2]int64 // of its rows, that are still to be read
}

// mostHeld is how many bytes the pages of all columns that are read may be together, once they are decoded.
const mostHeld = 2 << 30

// hold takes note that a leaf holds more or fewer bytes than before.
func (s *parquetScan) hold(what *int64, bytes int64) error {
	s.held += bytes - *what
	*what = bytes
	if s.held > mostHeld {
		return corrupt("pages of more than %d bytes beside each other", mostHeld)
	}
	return s.told.tell(s.want.Hold, s.held)
}

// told is how many bytes whoever asked was told that a reader holds.
type told int64

// tell tells how many it holds now.
func (t *told) tell(hold func(int64) error, now int64) error {
	more := now - int64(*t)
	if hold == nil || more == 0 {
		return nil
	}
	*t = told(now)
	if err := hold(more); more > 0 {
		return err
	}
	return nil
}

// parquetColumn is a column of the batches.
type parquetColumn interface {
	// open begins a row group.
	open(g *rowGroup) error
	// seek goes forward to a row, and tells how many rows from there on lie together.
	seek(row int64) (int64, error)
	// take is the next n rows.
	take(n int) (*vector.Vector, error)
}

// ScanParquet reads columns of a Parquet file: the pages of these columns only, and of them only those that may hold
// values that are wanted.
func ScanParquet(r io.ReaderAt, size int64, p Projection) (out vector.Reader, err error) {
	defer recoverCorrupt(&err)
	s := &parquetScan{r: r, size: size, want: p}
	f, err := readFooter(&countingReader{r, &s.scanned}, size)
	if err != nil {
		return nil, err
	}
	if s.root, err = new(parquetTree).group(f.root, 0, 0); err != nil {
		return nil, err
	}
	s.groups = f.groups
	for i, c := range p.Columns {
		column := parquetColumn(missing{c.Type})
		if at := p.find(i, s.root.typ.Fields); at >= 0 {
			if column, err = s.column(c, s.root.parts[at]); err != nil {
				return nil, err
			}
		} else if !p.domain(i).Overlaps(vector.Bounds{OnlyNulls: true}) {
			s.groups = nil
		}
		s.columns = append(s.columns, column)
	}
	return s, nil
}

// countingReader counts what is read.
type countingReader struct {
	r io.ReaderAt
	n *int64
}

func (c *countingReader) ReadAt(b []byte, at int64) (int, error) {
	n, err := c.r.ReadAt(b, at)
	*c.n += int64(n)
	return n, err
}

func (s *parquetScan) column(c Field, n *parquetNode) (parquetColumn, error) {
	if n.typ.Kind >= Array || c.Type.Kind >= Array {
		return s.nested(c, n)
	}
	l, err := s.leaf(c.Name, c.Type, n)
	if err != nil {
		return nil, err
	}
	return &parquetFlat{leaf: l}, nil
}

func (s *parquetScan) leaf(name string, t *Type, n *parquetNode) (*parquetLeaf, error) {
	if n.bad != nil {
		return nil, n.bad
	}
	if n.typ.Kind >= Array || !coerces(n.typ, t) {
		return nil, &MismatchError{name, describeLeaf(n), t.String()}
	}
	l := &parquetLeaf{file: s, node: n, typ: t, maxDef: n.def, maxRep: n.rep}
	s.leaves = append(s.leaves, l)
	return l, nil
}

func (s *parquetScan) Scanned() int64 { return s.scanned }

// Left makes it a vector.Sparing.
func (s *parquetScan) Left() vector.Left { return s.left }

func (s *parquetScan) Close() error {
	s.groups, s.ranges = nil, nil
	for _, l := range s.leaves {
		l.close()
	}
	leaveRoom(s.packed)
	s.packed, s.leaves = nil, nil
	return s.told.tell(s.want.Hold, 0)
}

func (s *parquetScan) Next(ctx context.Context) (b *vector.Batch, err error) {
	defer recoverCorrupt(&err)
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if len(s.ranges) == 0 {
			if len(s.groups) == 0 {
				return nil, io.EOF
			}
			g := &s.groups[0]
			s.groups = s.groups[1:]
			if err := s.openGroup(g); err != nil {
				return nil, err
			}
			continue
		}
		if len(s.sieves) == 0 {
			return s.next()
		}
		if b, err = s.nextSifted(ctx); b != nil || err != nil {
			return b, err
		}
	}
}

// next is the next rows of the open group, all of them.
func (s *parquetScan) next() (*vector.Batch, error) {
	row, end := s.ranges[0][0], s.ranges[0][1]
	n := min(end-row, vector.BatchRows)
	for _, c := range s.columns {
		have, err := c.seek(row)
		if err != nil {
			return nil, eofIsCorrupt(err)
		}
		n = min(n, have)
	}
	b := &vector.Batch{Len: int(n)}
	for _, c := range s.columns {
		v, err := c.take(int(n))
		if err != nil {
			return nil, eofIsCorrupt(err)
		}
		b.Columns = append(b.Columns, v)
	}
	s.advance(n)
	return b, nil
}

// advance leaves n rows of the open group behind.
func (s *parquetScan) advance(n int64) {
	if s.ranges[0][0] += n; s.ranges[0][0] == s.ranges[0][1] {
		s.ranges = s.ranges[1:]
	}
}

// openGroup begins a row group, unless none of its rows is wanted.
func (s *parquetScan) openGroup(g *rowGroup) error {
	if g.rows == 0 || len(g.columns) > 0 && !s.want.part(g.columns[0].from()) {
		return nil
	}
	if s.left.Of++; !s.wanted(g) {
		s.left.Groups, s.left.Rows = s.left.Groups+1, s.left.Rows+g.rows
		for _, l := range s.leaves {
			s.left.Bytes += g.columns[l.node.column].size
		}
		return nil
	}
	s.group, s.ranges = g, [][2]int64{{0, g.rows}}
	for _, c := range s.columns {
		if err := c.open(g); err != nil {
			return err
		}
	}
	return s.pickPages(g)
}

// missing is a column that the file does not have.
type missing struct{ typ *Type }

func (m missing) open(*rowGroup) error               { return nil }
func (m missing) seek(int64) (int64, error)          { return math.MaxInt64, nil }
func (m missing) take(n int) (*vector.Vector, error) { return nothing(m.typ, n), nil }

// parquetFlat is a column in no list and no struct.
type parquetFlat struct {
	leaf  *parquetLeaf
	pages []pagePlace // if it is known where they are
	row   int64       // of the group, that comes next
}

func (c *parquetFlat) open(g *rowGroup) error {
	c.pages, c.row = nil, 0
	return c.leaf.open(&g.columns[c.leaf.node.column])
}

func (c *parquetFlat) seek(row int64) (int64, error) {
	for row >= c.row+int64(c.leaf.left) {
		c.row += int64(c.leaf.left)
		if to, ok := c.jumpTo(row, c.row); ok {
			if err := c.leaf.jump(to); err != nil {
				return 0, err
			}
			c.row = to.first
		}
		if err := c.leaf.page(); err != nil {
			return 0, err
		}
	}
	if n := int(row - c.row); n > 0 {
		if err := c.leaf.skip(n); err != nil {
			return 0, err
		}
		c.row = row
	}
	return c.leaf.together(), nil
}

// jumpTo is the page that has a row, if pages lie between it and the one that comes next.
func (c *parquetFlat) jumpTo(row, next int64) (to pagePlace, ok bool) {
	for _, p := range c.pages {
		if p.first > row {
			break
		}
		to = p
	}
	return to, to.first > next
}

func (c *parquetFlat) take(n int) (*vector.Vector, error) {
	c.row += int64(n)
	return c.leaf.next(n)
}
