package columnar

import (
	"bytes"
	"context"
	"testing"
)

// A column that has a dictionary, and no value at all, is null.
func TestParquetDictionaryOfNothing(t *testing.T) {
	text, err := ParseType("string")
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	s := Schema{{"a", text}}
	w, err := Parquet{Dictionary: true}.NewWriter(&file, s)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := w.Write([]Value{{}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := ScanParquet(bytes.NewReader(file.Bytes()), int64(file.Len()), Projection{Columns: s})
	if err != nil {
		t.Fatal(err)
	}
	b, err := r.Next(context.Background())
	if err != nil || b.Len != 3 || !b.Columns[0].IsNull(0) || !b.Columns[0].IsNull(2) {
		t.Fatalf("%v %v", b, err)
	}
}
