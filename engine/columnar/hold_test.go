package columnar

import (
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"testing"

	"unyo/engine/vector"
)

// What a reader holds is told as it grows, before there is room for it, and given back when it is closed.
func TestHold(t *testing.T) {
	s := schemaOf(t, "string", "string", "array<string>")
	var rows [][]Value
	for i := range 12 { // 96 MiB of each column, which pack to little
		text := Value{Valid: true, Bytes: bytes.Repeat([]byte{byte(i)}, 8<<20)}
		rows = append(rows, []Value{text, text, {Valid: true, Items: []Value{text}}})
	}
	errFull := errors.New("full")
	for name, begin := range map[string]func(*bytes.Buffer) (*Writer, error){
		"x.parquet": func(w *bytes.Buffer) (*Writer, error) {
			return Parquet{Compression: "ZSTD", PageSize: 256 << 20, BlockSize: 512 << 20}.NewWriter(w, s)
		},
		"x.orc": func(w *bytes.Buffer) (*Writer, error) { return ORC{Compression: "ZSTD"}.NewWriter(w, s) },
	} {
		file := written(t, begin, rows)
		for _, limit := range []int64{64 << 20, 2 << 30} {
			held, most := int64(0), int64(0)
			p := Projection{Columns: s, Hold: func(n int64) error {
				held += n
				if most = max(most, held); n > 0 && held > limit {
					return errFull
				}
				return nil
			}}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			r, err := scan(name, file, p)
			if err != nil {
				t.Fatal(name, err)
			}
			var b *vector.Batch
			n := 0
			for err == nil {
				if b, err = r.Next(context.Background()); err == nil {
					n += b.Len
					if name == "x.parquet" && len(b.Columns[0].Data) > 2*mostBatchBytes {
						t.Errorf("a batch of %d bytes", len(b.Columns[0].Data))
					}
				}
			}
			if err := r.Close(); err != nil || held != 0 {
				t.Errorf("%s: %d bytes are held when it is closed, %v", name, held, err)
			}
			runtime.ReadMemStats(&after)
			switch room := after.TotalAlloc - before.TotalAlloc; {
			case limit > 1<<30 && (err != io.EOF || n != len(rows) || most < 64<<20):
				t.Errorf("%s: %d rows, held %d, %v", name, n, most, err)
			case limit < 1<<30 && (!errors.Is(err, errFull) || name == "x.parquet" && room > 300<<20):
				t.Errorf("%s: took %d MiB, %v", name, room>>20, err)
			}
		}
	}
}
