package columnar

import (
	"bytes"
	"cmp"
	"context"
	"math"

	"unyo/engine/vector"
)

// mostRanges is how many ranges a domain may have to be asked of each value; one of more is asked of row groups and pages only.
const mostRanges = 16

// chosen is a stretch of rows of which it is known, by the columns that have domains, which are wanted.
type chosen struct {
	n       int              // rows; 0 if there is no stretch
	at      int              // the first of them that has not been given
	columns []*vector.Vector // by place in the batch; nil for those without domain
	wanted  []uint32         // rows that have not been given
}

// chooses tells whether the values of a column tell which rows are wanted.
func (s *parquetScan) chooses(i int) bool {
	flat, ok := s.columns[i].(*parquetFlat)
	d := s.want.domain(i)
	if !ok || d == nil || len(d.Ranges) > mostRanges || flat.leaf.typ.Kind == Char {
		return false
	}
	switch KindOf(flat.leaf.typ) {
	case vector.Int, vector.Float, vector.Bytes:
		return true
	}
	return false
}

// advance leaves n rows of the open group behind.
func (s *parquetScan) advance(n int64) {
	if s.ranges[0][0] += n; s.ranges[0][0] == s.ranges[0][1] {
		s.ranges = s.ranges[1:]
	}
}

// choose reads the columns that have domains, as far as they lie together, and leaves behind the rows before the first that is wanted.
func (s *parquetScan) choose() error {
	row, end := s.ranges[0][0], s.ranges[0][1]
	n := min(end-row, vector.BatchRows)
	for _, i := range s.choosing {
		have, err := s.columns[i].seek(row)
		if err != nil {
			return eofIsCorrupt(err)
		}
		n = min(n, have)
	}
	c := &s.chosen
	c.n, c.at, c.columns, c.wanted = int(n), 0, resized(c.columns, len(s.columns)), c.wanted[:0]
	clear(c.columns)
	s.keep = resized(s.keep, int(n))
	for i := range s.keep {
		s.keep[i] = true
	}
	for _, i := range s.choosing {
		v, err := s.columns[i].take(int(n))
		if err != nil {
			return eofIsCorrupt(err)
		}
		c.columns[i] = v
		wantedOf(s.keep, v, s.want.domain(i), &s.entries)
	}
	for i, k := range s.keep {
		if k {
			c.wanted = append(c.wanted, uint32(i))
		}
	}
	return nil
}

// nextChosen is the next batch of the open group where some columns have domains; nil if a stretch has come to its end.
func (s *parquetScan) nextChosen(ctx context.Context) (*vector.Batch, error) {
	c := &s.chosen
	if c.n == 0 {
		if err := s.choose(); err != nil {
			return nil, err
		}
	}
	if len(c.wanted) == 0 {
		s.advance(int64(c.n - c.at))
		c.n = 0
		return nil, ctx.Err()
	}
	first, end := int(c.wanted[0]), int(c.wanted[len(c.wanted)-1])+1
	s.advance(int64(first - c.at))
	row := s.ranges[0][0]
	n := int64(end - first)
	for i, col := range s.columns {
		if c.columns[i] == nil {
			have, err := col.seek(row)
			if err != nil {
				return nil, eofIsCorrupt(err)
			}
			n = min(n, have)
		}
	}
	b := &vector.Batch{Len: int(n)}
	for i, col := range s.columns {
		v := c.columns[i]
		if v != nil {
			v = v.Slice(first, first+int(n))
		} else {
			var err error
			if v, err = col.take(int(n)); err != nil {
				return nil, eofIsCorrupt(err)
			}
		}
		b.Columns = append(b.Columns, v)
	}
	c.at = first + int(n)
	s.advance(n)
	rows := c.wanted
	for len(rows) > 0 && int(rows[len(rows)-1]) >= c.at {
		rows = rows[:len(rows)-1]
	}
	c.wanted = c.wanted[len(rows):]
	if len(rows) < b.Len {
		for i := range rows {
			rows[i] -= uint32(first)
		}
		b = b.Pick(rows)
	}
	if c.at == c.n {
		c.n = 0
	}
	return b, nil
}

// entriesWanted is which entries of a dictionary are wanted, by domain.
type entriesWanted map[*vector.Domain]dictionaryWanted

type dictionaryWanted struct {
	of     *vector.Vector
	live   *vector.Domain // the narrower domain at that time
	wanted []bool
}

// wantedOf clears what of keep is not wanted by its value of v.
func wantedOf(keep []bool, v *vector.Vector, d *vector.Domain, entries *entriesWanted) {
	live := d.Live.Now()
	if v.Dict == nil {
		wantedFlat(keep, v, d)
		wantedFlat(keep, v, live)
		return
	}
	known := (*entries)[d]
	if known.of != v.Dict || known.live != live && v.Dict.Len <= vector.BatchRows {
		known = dictionaryWanted{v.Dict, live, resized(known.wanted, v.Dict.Len)}
		for i := range known.wanted {
			known.wanted[i] = true
		}
		wantedFlat(known.wanted, v.Dict, d)
		wantedFlat(known.wanted, v.Dict, live)
		if *entries == nil {
			*entries = entriesWanted{}
		}
		(*entries)[d] = known
	}
	for i := range keep {
		place := uint32(0)
		if v.Index != nil {
			place = v.Index[i]
		}
		keep[i] = keep[i] && known.wanted[place]
	}
}

func wantedFlat(keep []bool, v *vector.Vector, d *vector.Domain) {
	if d == nil || len(d.Ranges) > mostRanges || // that is too long to be asked
		len(d.Ranges) == 1 && d.Ranges[0] == (vector.Range{}) && (d.Null || len(v.Nulls) == 0) { // all
		return
	}
	if len(v.Nulls) > 0 {
		for i := range keep {
			if v.Nulls.Has(i) {
				keep[i] = keep[i] && d.Null
			} else {
				keep[i] = keep[i] && d.Has(v, i)
			}
		}
		return
	}
	switch v.Kind {
	case vector.Int:
		wantedInts(keep, v.Ints, d)
	case vector.Float:
		wantedBy(keep, d, func(i int, s *vector.Scalar) int { return cmp.Compare(v.Floats[i], s.Float) })
	case vector.Bytes:
		wantedBy(keep, d, func(i int, s *vector.Scalar) int { return bytes.Compare(v.Text(i), s.Bytes) })
	default:
		for i := range keep {
			keep[i] = keep[i] && d.Has(v, i)
		}
	}
}

// wantedInts is wantedFlat for integers.
func wantedInts(keep []bool, list []int64, d *vector.Domain) {
	var bounds [mostRanges][2]int64
	n := 0
	for _, r := range d.Ranges {
		low, high := int64(math.MinInt64), int64(math.MaxInt64)
		if r.Low != nil && r.Low.Kind == vector.Int {
			if low = r.Low.Int; r.LowOpen {
				if low == math.MaxInt64 {
					continue
				}
				low++
			}
		}
		if r.High != nil && r.High.Kind == vector.Int {
			if high = r.High.Int; r.HighOpen {
				if high == math.MinInt64 {
					continue
				}
				high--
			}
		}
		bounds[n] = [2]int64{low, high}
		n++
	}
	if n == 1 {
		low, high := bounds[0][0], bounds[0][1]
		for i, x := range list[:len(keep)] {
			keep[i] = keep[i] && x >= low && x <= high
		}
		return
	}
	for i, x := range list[:len(keep)] {
		in := false
		for _, b := range bounds[:n] {
			in = in || x >= b[0] && x <= b[1]
		}
		keep[i] = keep[i] && in
	}
}

// wantedBy is wantedFlat for values that compare with scalars.
func wantedBy(keep []bool, d *vector.Domain, compare func(i int, s *vector.Scalar) int) {
	for i := range keep {
		in := false
		for n := 0; n < len(d.Ranges) && keep[i] && !in; n++ {
			r := &d.Ranges[n]
			in = true
			if r.Low != nil {
				c := compare(i, r.Low)
				in = c > 0 || c == 0 && !r.LowOpen
			}
			if in && r.High != nil {
				c := compare(i, r.High)
				in = c < 0 || c == 0 && !r.HighOpen
			}
		}
		keep[i] = in
	}
}
