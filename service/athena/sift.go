package athena

import (
	"context"
	"slices"

	"unyo/engine/vector"
)

// Sift takes what tells which rows are of use.
func (f *file) Sift(sieves []vector.Sieve) { f.sieves = sieves }

// Left makes it a vector.Sparing, as far as its reader is one.
func (f *file) Left() vector.Left {
	if s, ok := f.reader.(vector.Sparing); ok {
		return s.Left()
	}
	return vector.Left{}
}

// tell gives the sieves to the reader, if it leaves out rows by itself; what they look at and the file does not have is put beside.
func (f *file) tell() bool {
	reader, ok := f.reader.(vector.Sifter)
	if !ok || len(f.sieves) == 0 {
		return false
	}
	told := make([]vector.Sieve, len(f.sieves))
	for i, s := range f.sieves {
		var of []int // where the reader has those of the file
		for _, c := range s.Columns {
			if at := slices.Index(f.data, c); at >= 0 {
				of = append(of, at)
			}
		}
		told[i] = vector.Sieve{Columns: of, Keep: func(ctx context.Context, b *vector.Batch) ([]uint32, error) {
			if err := f.asked(ctx, i, b); err != nil {
				return nil, err
			}
			out := &vector.Batch{Len: b.Len, Columns: make([]*vector.Vector, len(f.want.Columns))}
			for _, at := range of {
				out.Columns[f.data[at]] = b.Columns[at]
			}
			for _, c := range s.Columns {
				if out.Columns[c] == nil {
					out.Columns[c] = vector.Constant(f.same(f.want.Columns[c]), b.Len)
				}
			}
			return s.Keep(ctx, out)
		}}
	}
	reader.Sift(told)
	return true
}

// asked: a reader that keeps few rows asks for long before it gives any. It waits for its turn, and what it reads is counted, all the same.
func (f *file) asked(ctx context.Context, sieve int, b *vector.Batch) error {
	if sieve > 0 {
		return nil
	}
	f.source.q.rows.Add(int64(b.Len))
	if err := f.count(nil); err != nil {
		return err
	}
	return f.source.q.turns.Wait(ctx)
}
