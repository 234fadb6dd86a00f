package columnar

import (
	"bytes"
	"context"
	"io"
	"testing"

	"unyo/engine/vector"
)

func scan(name string, b []byte, p Projection) (vector.Reader, error) {
	if name[len(name)-4:] == ".orc" {
		return ScanORC(bytes.NewReader(b), int64(len(b)), p)
	}
	return ScanParquet(bytes.NewReader(b), int64(len(b)), p)
}

// scanAll reads all rows that a projection gives.
func scanAll(name string, b []byte, p Projection) (rows [][]Value, scanned int64, err error) {
	r, err := scan(name, b, p)
	if err != nil {
		return nil, 0, err
	}
	for {
		batch, err := r.Next(context.Background())
		if err == io.EOF {
			return rows, r.Scanned(), r.Close()
		}
		if err != nil {
			return nil, 0, err
		}
		for i, c := range batch.Columns {
			if err := c.Check(); err != nil || c.Len != batch.Len || c.Kind != KindOf(p.Columns[i].Type) {
				return nil, 0, corrupt("column %s of a batch of %d: %v", p.Columns[i].Type, batch.Len, err)
			}
		}
		for i := range batch.Len {
			row := make([]Value, len(p.Columns))
			for n, f := range p.Columns {
				row[n] = ValueAt(f.Type, batch.Columns[n], i)
			}
			rows = append(rows, row)
		}
	}
}

// micros is a value whose instants are no finer than vectors have them.
func micros(v Value) Value {
	v.Nanos -= v.Nanos % 1000
	items := v.Items
	if items != nil {
		v.Items = make([]Value, len(items))
	}
	for i := range items {
		v.Items[i] = micros(items[i])
	}
	return v
}

// Vectors hold what rows do, whatever the setting, all columns at once and each alone.
func TestScanAgreesWithRows(t *testing.T) {
	s := schemaOf(t, everyType...)
	for seed := range uint64(4) {
		rows := newRandom(seed).rows(s, 1200)
		for name, begin := range ours(s) {
			file := written(t, begin, rows)
			check := func(s Schema, rows [][]Value) {
				t.Helper()
				back, _, err := scanAll(name, file, Projection{Columns: s})
				if err != nil {
					t.Fatalf("%s, seed %d: %v", name, seed, err)
				}
				var lines []string
				for _, row := range back {
					lines = append(lines, plainRow(t, s, row))
				}
				compare(t, name, s, rows, lines)
			}
			for i, row := range rows {
				rows[i] = micros(Value{Items: row}).Items
			}
			check(s, rows)
			for i := range s {
				if seed > 0 {
					break
				}
				var one [][]Value
				for _, row := range rows {
					one = append(one, row[i:i+1])
				}
				check(s[i:i+1], one)
			}
		}
	}
}
