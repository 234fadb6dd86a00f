package serde

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"testing"

	"unyo/engine/columnar"
)

// readParts reads an object cut at the given places, and tells its rows in order and what was read of it.
func readParts(t *testing.T, tbl Table, name string, b []byte, cuts []int64) (rows []string, scanned int64) {
	t.Helper()
	from := int64(0)
	for _, to := range append(cuts, int64(len(b))) {
		r, err := Open(tbl, Object{Name: name, Size: int64(len(b)), At: bytes.NewReader(b), From: from, To: to}, []int{0, 1}, nil)
		if err != nil {
			t.Fatal(err)
		}
		for {
			batch, err := r.Next(context.Background())
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			for i := range batch.Len {
				var row []any
				for n, c := range batch.Columns {
					row = append(row, columnar.ValueAt(tbl.Columns[n].Type, c, i))
				}
				rows = append(rows, fmt.Sprint(row...))
			}
		}
		scanned += r.Scanned()
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		from = to
	}
	return rows, scanned
}

// An object that is read in parts has the rows that it has as a whole, in the same order, wherever it is cut; and no byte of text counts twice.
func TestParts(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 5))
	columns := []string{"a int", "b string"}
	var plain, text bytes.Buffer
	s := table(t, lazyClass, nil, columns...).Columns
	w, err := columnar.Parquet{BlockSize: 4096}.NewWriter(&plain, s)
	if err != nil {
		t.Fatal(err)
	}
	for i := range int64(3000) {
		word := fmt.Sprintf("%x", r.Uint64N(1<<(1+r.UintN(60))))
		fmt.Fprintf(&text, "%d,%s%s", i, word, []string{"\n", "\r\n", "\r", "\n\n"}[r.IntN(4)])
		if err := w.Write([]columnar.Value{{Valid: true, Int: i}, {Valid: true, Bytes: []byte(word)}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		table Table
		b     []byte
	}{
		{"x.csv", table(t, lazyClass, map[string]string{"field.delim": ","}, columns...), text.Bytes()},
		{"x", table(t, lazyClass, map[string]string{"field.delim": ",", "skip.header.line.count": "1"}, columns...), text.Bytes()},
		{"x.parquet", table(t, "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe", nil, columns...), plain.Bytes()},
	} {
		if !c.table.CanCut(c.name) {
			t.Errorf("%s cannot be cut", c.name)
		}
		whole, all := readParts(t, c.table, c.name, c.b, nil)
		for range 40 {
			var cuts []int64
			for range 1 + r.IntN(6) {
				cuts = append(cuts, 1+r.Int64N(int64(len(c.b))-1))
			}
			slices.Sort(cuts)
			cuts = slices.Compact(cuts)
			rows, scanned := readParts(t, c.table, c.name, c.b, cuts)
			if !slices.Equal(rows, whole) {
				t.Fatalf("%s, cut at %v: %d rows, not %d", c.name, cuts, len(rows), len(whole))
			}
			if c.name != "x.parquet" && scanned != all {
				t.Errorf("%s, cut at %v: read %d, not %d", c.name, cuts, scanned, all)
			}
		}
	}
	for _, name := range []string{"x.csv.gz", "x.snappy"} {
		if tbl := table(t, lazyClass, nil, columns...); tbl.CanCut(name) {
			t.Errorf("%s can be cut", name)
		}
	}
}
