package columnar

import (
	"context"
	"io"

	"unyo/engine/vector"
)

// vectorRows gives the rows of a file that is read as vectors.
type vectorRows struct {
	schema Schema
	in     vector.Reader
	batch  *vector.Batch
	at     int
}

// ReadParquet opens a Parquet file, to be read row by row.
func ReadParquet(r io.ReaderAt, size int64) (Reader, error) {
	f, err := readFooter(r, size)
	if err != nil {
		return nil, err
	}
	root, err := new(parquetTree).group(f.root, 0, 0)
	if err != nil {
		return nil, err
	}
	out := &vectorRows{schema: root.typ.Fields, batch: &vector.Batch{}}
	p := Projection{Columns: out.schema}
	for i := range out.schema { // names may differ in their case only
		p.Places = append(p.Places, i)
	}
	if out.in, err = ScanParquet(r, size, p); err != nil {
		return nil, err
	}
	return out, nil
}

func (v *vectorRows) Schema() Schema { return v.schema }

func (v *vectorRows) Read() (row []Value, err error) {
	if v.at == v.batch.Len {
		if v.batch, err = v.in.Next(context.Background()); err != nil {
			v.batch = &vector.Batch{}
			return nil, err
		}
		v.at = 0
	}
	row = make([]Value, len(v.schema))
	for i, f := range v.schema {
		row[i] = ValueAt(f.Type, v.batch.Columns[i], v.at)
	}
	v.at++
	return row, nil
}
