package columnar

import (
	"bytes"
	"context"
	"math/rand/v2"
	"testing"

	"github.com/klauspost/compress/s2"

	"unyo/engine/vector"
)

// Of what Snappy has written the first bytes are those of all, however many are asked for, and the block is as it was; of what it has not written nothing is made up.
func TestSnappyStart(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	for n := range 300 {
		plain := make([]byte, 1+r.IntN(200_000))
		for i := range plain {
			plain[i] = byte(r.Uint32())
			if k := 1 + r.IntN(i+1); n%3 > 0 && r.IntN(8) > 0 {
				plain[i] = plain[max(0, i-k%(1+n*n))]
			}
		}
		packed := s2.EncodeSnappy(nil, plain)
		was := bytes.Clone(packed)
		want := 1 + r.IntN(len(plain)+10)
		got, ok := snappyStart(nil, packed, want, len(plain))
		if ok && (len(got) < want || !bytes.Equal(got, plain[:len(got)])) || !ok && want+1<<16 < len(plain) {
			t.Fatalf("%d of %d: %d, %v", want, len(plain), len(got), ok)
		}
		if !bytes.Equal(packed, was) {
			t.Fatal("the block is another")
		}
		for range 20 { // broken
			packed[r.IntN(len(packed))] = byte(r.Uint32())
			broken := packed[:1+r.IntN(len(packed))]
			size, err := s2.DecodedLen(broken)
			if err != nil || size > 1<<20 {
				continue
			}
			got, ok := snappyStart(nil, broken, want, size)
			if all, err := s2.Decode(nil, broken); ok && err == nil && !bytes.Equal(got, all[:len(got)]) {
				t.Fatal("other bytes than those of all")
			}
		}
	}
}

// Of long pages a part is unpacked where sieves keep a stretch at their beginning, and all of them where they keep more; the rows are the same.
func TestEarlyPages(t *testing.T) {
	s := schemaOf(t, "bigint", "bigint", "double", "int", "timestamp")
	for i, name := range []string{"n", "a", "b", "c", "d"} {
		s[i].Name = name
	}
	const rows = 150_000
	r := rand.New(rand.NewPCG(1, 1))
	var all [][]Value
	for i := range rows {
		row := []Value{{Valid: true, Int: int64(i)}, {Valid: true, Int: int64(i) * 3}, {Valid: r.IntN(4) > 0, Float: float64(i) / 4}, {Valid: true, Int: int64(i % 1000)}, {Valid: i%50_000 > 100, Int: int64(i)}}
		for c := range row {
			if !row[c].Valid {
				row[c] = Value{}
			}
		}
		all = append(all, row)
	}
	for _, p := range []Parquet{{PageSize: 8 << 20}, {PageSize: 500_000}, {PageSize: 8 << 20, Compression: "ZSTD"}, {PageSize: 8 << 20, V2: true}} {
		file := written(t, func(b *bytes.Buffer) (*Writer, error) { return p.NewWriter(b, s) }, all)
		for range 5 {
			from := r.Int64N(20_000)
			to, far := from+r.Int64N(30_000), rows-r.Int64N(3*rows)
			kept := func(n int64) bool { return n >= from && n < to || n > far && n%7777 < 10 }
			reader, err := ScanParquet(bytes.NewReader(file), int64(len(file)), Projection{Columns: s})
			if err != nil {
				t.Fatal(err)
			}
			reader.(vector.Sifter).Sift([]vector.Sieve{{Columns: []int{0}, Keep: func(_ context.Context, b *vector.Batch) ([]uint32, error) {
				return keep(b.Len, func(i int) bool { return kept(b.Columns[0].Ints[i]) }), nil
			}}})
			got, _, err := scanned(reader, Projection{Columns: s})
			if err != nil {
				t.Fatal(err)
			}
			at := 0
			for i := range all {
				if !kept(int64(i)) {
					continue
				}
				if at == len(got) || plainRow(t, s, got[at]) != plainRow(t, s, all[i]) {
					t.Fatalf("%+v: row %d of %d to %d and behind %d", p, i, from, to, far)
				}
				at++
			}
			if at != len(got) {
				t.Fatalf("%d rows, not %d", len(got), at)
			}
		}
	}
}
