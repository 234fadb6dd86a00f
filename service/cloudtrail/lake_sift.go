package cloudtrail

import (
	"context"

	"unyo/engine/vector"
)

// Sift takes what tells which rows are of use: the columns of the others stay packed.
func (f *lakeFile) Sift(sieves []vector.Sieve) { f.sieves = sieves }

// tell gives the sieves to the reader, in terms of the file's columns, behind one that leaves out what has outlived its time.
func (f *lakeFile) tell(reader vector.Sifter, at []part) {
	var told []vector.Sieve
	if f.is.Oldest.Before(f.from) {
		told = append(told, f.young(at[len(at)-1].from))
	}
	for _, s := range f.sieves {
		told = append(told, f.sieve(s, at))
	}
	if len(told) == 0 {
		return
	}
	f.sifts = true
	keep := told[0].Keep
	told[0].Keep = func(ctx context.Context, b *vector.Batch) ([]uint32, error) { // who keeps few rows asks for long before it gives any
		f.lake.rows.Add(int64(b.Len))
		if err := f.lake.turns.Wait(ctx); err != nil {
			return nil, err
		}
		return keep(ctx, b)
	}
	reader.Sift(told)
}

// sieve is a sieve of the query's columns as one of the file's.
func (f *lakeFile) sieve(s vector.Sieve, at []part) vector.Sieve {
	told := vector.Sieve{}
	for _, c := range s.Columns {
		for from := at[c].from; from < at[c].to; from++ {
			told.Columns = append(told.Columns, from)
		}
	}
	told.Keep = func(ctx context.Context, b *vector.Batch) ([]uint32, error) {
		out := &vector.Batch{Len: b.Len, Columns: make([]*vector.Vector, len(f.want.Columns))}
		for _, c := range s.Columns {
			out.Columns[c], _ = putTogether(at[c].typ, b.Columns[at[c].from:at[c].to])
		}
		return s.Keep(ctx, out)
	}
	return told
}

// young keeps the rows of which a column of the file, their time, is not below that from which the event data store keeps them.
func (f *lakeFile) young(column int) vector.Sieve {
	from := f.from.UnixMicro()
	return vector.Sieve{Columns: []int{column}, Keep: func(_ context.Context, b *vector.Batch) ([]uint32, error) {
		at := b.Columns[column].Flat()
		rows := make([]uint32, 0, b.Len)
		for i := range b.Len {
			if at.Ints[i] >= from {
				rows = append(rows, uint32(i))
			}
		}
		return rows, nil
	}}
}
