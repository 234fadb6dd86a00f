package columnar

import "io"

// DescribeParquet tells what a Parquet file says of itself: its columns, and how many rows it has.
func DescribeParquet(r io.ReaderAt, size int64) (s Schema, rows int64, err error) {
	f, err := readFooter(r, size)
	if err != nil {
		return nil, 0, err
	}
	root, err := new(parquetTree).group(f.root, 0, 0)
	if err != nil {
		return nil, 0, err
	}
	for _, g := range f.groups {
		rows += g.rows
	}
	return root.typ.Fields, rows, nil
}

// DescribeORC tells the same of an ORC file.
func DescribeORC(r io.ReaderAt, size int64) (s Schema, rows int64, err error) {
	in, err := ReadORC(r, size)
	if err != nil {
		return nil, 0, err
	}
	for _, stripe := range in.(*orcReader).stripes {
		rows += int64(stripe.rows)
	}
	return in.Schema(), rows, nil
}
