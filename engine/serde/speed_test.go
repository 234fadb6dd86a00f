package serde

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"

	"unyo/engine/vector"
)

// BenchmarkObjects reads the files that testdata/speed.py makes with DuckDB, as a query that groups would, in the directory that
// UNYO_SPEED names. That script says what the same costs DuckDB.
func BenchmarkObjects(b *testing.B) {
	dir := os.Getenv("UNYO_SPEED")
	if dir == "" {
		b.Skip("UNYO_SPEED names no directory")
	}
	columns := []string{"at timestamp", "ip string", "path string", "status int", "bytes bigint", "seconds double"}
	csv := map[string]string{"field.delim": ","}
	for _, c := range []struct {
		name, file string
		table      Table
		columns    []int
	}{
		{"parquet status", "t.parquet", table(b, "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe", nil, columns...), []int{3, 4}},
		{"parquet path", "t.parquet", table(b, "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe", nil, columns...), []int{2}},
		{"parquet all", "t.parquet", table(b, "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe", nil, columns...), []int{0, 1, 2, 3, 4, 5}},
		{"orc status", "t.orc", table(b, "org.apache.hadoop.hive.ql.io.orc.OrcSerde", nil, columns...), []int{3, 4}},
		{"orc all", "t.orc", table(b, "org.apache.hadoop.hive.ql.io.orc.OrcSerde", nil, columns...), []int{0, 1, 2, 3, 4, 5}},
		{"csv.gz", "t.csv.gz", table(b, lazyClass, csv, columns...), []int{3, 4}},
		{"opencsv.gz", "t.csv.gz", table(b, csvClass, nil, "at string", "ip string", "path string", "status int", "bytes bigint", "seconds double"), []int{3, 4}},
		{"json", "t.json", table(b, openXClass, nil, columns...), []int{3, 4}},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				f, err := os.Open(filepath.Join(dir, c.file))
				if err != nil {
					b.Fatal(err)
				}
				at, err := f.Stat()
				if err != nil {
					b.Fatal(err)
				}
				r, err := Open(c.table, Object{Name: c.file, Size: at.Size(), At: f}, c.columns, nil)
				if err != nil {
					b.Fatal(err)
				}
				rows, sums := 0, [1024]int64{}
				for {
					batch, err := r.Next(context.Background())
					if err == io.EOF {
						break
					}
					if err != nil {
						b.Fatal(err)
					}
					rows += batch.Len
					if len(c.columns) == 2 {
						group(&sums, batch.Columns[0], batch.Columns[1])
					}
				}
				b.ReportMetric(float64(rows), "rows")
				_ = f.Close()
			}
		})
	}
}

// group adds by a small number, as an aggregation would.
func group(sums *[1024]int64, key, value *vector.Vector) {
	for i := range key.Len {
		k, ki := key.At(i)
		v, vi := value.At(i)
		sums[k.Ints[ki]&1023] += v.Ints[vi]
	}
}
