package columnar

import (
	"context"
	"slices"

	"unyo/engine/vector"
)

// Sift leaves out rows that sieves do not keep; what domains say is asked of row groups and pages only.
// Columns that no sieve looks at are read where a row has been kept: pages without one stay packed.
func (s *parquetScan) Sift(sieves []vector.Sieve) {
	s.sieves = sieves
	for i, c := range s.columns {
		if flat, ok := c.(*parquetFlat); ok {
			flat.leaf.late = len(sieves) > 0 && !slices.Contains(sieves[0].Columns, i)
		}
	}
}

// window is some rows that lie together, and those of their columns that have been read.
type window struct {
	row  int64
	n    int
	cols []*vector.Vector
}

// nextSifted is those of the next rows of the open group that are kept; nil if none is.
func (s *parquetScan) nextSifted(ctx context.Context) (*vector.Batch, error) {
	row, end := s.ranges[0][0], s.ranges[0][1]
	n := min(end-row, vector.BatchRows)
	for _, c := range s.sieves[0].Columns { // which are read whole: what lies in one page needs not be put together
		have, err := s.columns[c].seek(row)
		if err != nil {
			return nil, eofIsCorrupt(err)
		}
		n = min(n, have)
	}
	w := window{row, int(n), make([]*vector.Vector, len(s.columns))}
	s.advance(n)
	rows, err := vector.Kept(ctx, s.sieves, w.n, len(s.columns), func(c int) (v *vector.Vector, err error) {
		if w.cols[c] == nil {
			w.cols[c], err = s.some(s.columns[c], w, nil)
		}
		return w.cols[c], err
	})
	if err != nil || rows != nil && len(rows) == 0 {
		return nil, err
	}
	b := &vector.Batch{Len: w.n, Columns: w.cols}
	if rows != nil {
		b.Len = len(rows)
	}
	for i, c := range s.columns {
		switch {
		case w.cols[i] == nil:
			w.cols[i], err = s.some(c, w, rows)
		case rows != nil:
			w.cols[i] = w.cols[i].Pick(rows)
		}
		if err != nil {
			return nil, err
		}
	}
	return b, nil
}

// some is a column at rows (nil for all) of a window, which may lie in several pages.
func (s *parquetScan) some(c parquetColumn, w window, rows []uint32) (out *vector.Vector, err error) {
	for at := 0; at < w.n; {
		if rows != nil && len(rows) == 0 {
			break
		}
		if rows != nil {
			at = int(rows[0])
		}
		have, err := c.seek(w.row + int64(at))
		if err != nil {
			return nil, eofIsCorrupt(err)
		}
		end := w.n
		if rows != nil {
			end = int(rows[len(rows)-1]) + 1
		}
		n := int(min(have, int64(end-at)))
		v, err := c.take(n)
		if err != nil {
			return nil, eofIsCorrupt(err)
		}
		if rows != nil {
			v, rows = within(v, rows, at)
		}
		if out == nil && at+n == end {
			return v, nil
		}
		if out == nil {
			out = vector.New(v.Kind)
		}
		for i := range v.Len {
			out.Append(v, i)
		}
		at += n
	}
	return out, nil
}

// within is the values of v, which begins at row at of a window, at those of its rows that v has, and the rows that are left.
func within(v *vector.Vector, rows []uint32, at int) (*vector.Vector, []uint32) {
	k := 0
	for k < len(rows) && int(rows[k]) < at+v.Len {
		k++
	}
	own := make([]uint32, k)
	for i, r := range rows[:k] {
		own[i] = r - uint32(at)
	}
	if k == v.Len {
		return v, rows[k:]
	}
	return v.Pick(own), rows[k:]
}
