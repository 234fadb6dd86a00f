package columnar

// Rows is how many rows a file says that it has.
func Rows(r Reader) (n int64) {
	switch r := r.(type) {
	case *parquetReader:
		for _, g := range r.groups {
			n += g.NumRows()
		}
	case *orcReader:
		for _, s := range r.stripes {
			n += int64(s.rows)
		}
	}
	return n
}
