package vector

import "context"

// Sieve tells by a few columns which rows are of use, so that a Reader may leave the others' other columns unread.
type Sieve struct {
	Columns []int // places in the batches
	// Keep gives those of b's rows that are of use, in order; nil for all. The list is the caller's. Of b's columns only these are there.
	Keep func(ctx context.Context, b *Batch) ([]uint32, error)
}

// Sifter is a Reader that leaves out what sieves do not keep.
type Sifter interface {
	// Sift is called before the first Next. A sieve is asked about the rows that those before it have kept.
	Sift([]Sieve)
}

// Kept is which of n rows of so many columns all sieves keep; nil for all. Column gives the n values of a column, if they are needed.
func Kept(ctx context.Context, sieves []Sieve, n, columns int, column func(int) (*Vector, error)) (rows []uint32, err error) {
	b := &Batch{Columns: make([]*Vector, columns)}
	for _, s := range sieves {
		if b.Len = n; rows != nil {
			b.Len = len(rows)
		}
		if b.Len == 0 {
			break
		}
		clear(b.Columns)
		for _, c := range s.Columns {
			v, err := column(c)
			if err != nil {
				return nil, err
			}
			if rows != nil {
				v = v.Pick(rows)
			}
			b.Columns[c] = v
		}
		keep, err := s.Keep(ctx, b)
		if err != nil {
			return nil, err
		}
		if rows != nil && keep != nil {
			for i, k := range keep {
				keep[i] = rows[k]
			}
		}
		if keep != nil {
			rows = keep
		}
	}
	return rows, nil
}

// Sift is the rows of b that sieves keep; nil for none.
func (b *Batch) Sift(ctx context.Context, sieves []Sieve) (*Batch, error) {
	rows, err := Kept(ctx, sieves, b.Len, len(b.Columns), func(c int) (*Vector, error) { return b.Columns[c], nil })
	switch {
	case err != nil || rows != nil && len(rows) == 0:
		return nil, err
	case rows == nil:
		return b, nil
	}
	return b.Pick(rows), nil
}
