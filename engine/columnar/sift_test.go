package columnar

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"unyo/engine/vector"
)

// Whatever sieves keep, whichever columns they look at and wherever pages end, the rows are those that are left of all, in order and as they are.
func TestSift(t *testing.T) {
	s := schemaOf(t, "bigint", "int", "double", "string", "array<int>", "boolean", "decimal(30,2)")
	for i, name := range []string{"n", "a", "b", "c", "e", "f", "g"} {
		s[i].Name = name
	}
	r := rand.New(rand.NewPCG(3, 9))
	rows := newRandom(6).rows(s, 12_000)
	for i, row := range rows {
		rows[i] = micros(Value{Items: row}).Items
		rows[i][0] = Value{Valid: true, Int: int64(i)}
	}
	for name, begin := range ours(s) {
		if !strings.HasSuffix(name, ".parquet") {
			continue
		}
		file := written(t, begin, rows)
		all, _, err := scanAll(name, file, Projection{Columns: s})
		if err != nil {
			t.Fatal(name, err)
		}
		for range 12 {
			p := Projection{Columns: s, Domains: make([]*vector.Domain, len(s))}
			if r.IntN(3) == 0 {
				from := vector.Scalar{Kind: vector.Int, Int: r.Int64N(12_000)}
				p.Domains[0] = &vector.Domain{Ranges: []vector.Range{{Low: &from}}}
			}
			stretch, every := 1+r.Int64N(3000), 1+r.Int64N(5) // which stretches of rows the first sieve keeps
			kept := func(n int64) bool { return n/stretch%every == 0 }
			other, asked := 1+r.IntN(len(s)-1), 0
			sieves := []vector.Sieve{
				{Columns: []int{0}, Keep: func(_ context.Context, b *vector.Batch) ([]uint32, error) {
					asked += b.Len
					return keep(b.Len, func(i int) bool { v, at := b.Columns[0].At(i); return kept(v.Ints[at]) }), nil
				}},
				{Columns: []int{other, 0}, Keep: func(_ context.Context, b *vector.Batch) ([]uint32, error) {
					if b.Columns[0].Len != b.Len || b.Columns[other].Len != b.Len {
						t.Fatalf("%d rows, and %d values", b.Len, b.Columns[other].Len)
					}
					return keep(b.Len, func(i int) bool { return !b.Columns[other].IsNull(i) }), nil
				}},
			}[:1+r.IntN(2)]
			reader, err := scan(name, file, p)
			if err != nil {
				t.Fatal(name, err)
			}
			reader.(vector.Sifter).Sift(sieves)
			got, _, err := scanned(reader, p)
			if err != nil {
				t.Fatal(name, err)
			}
			got = slices.DeleteFunc(got, func(row []Value) bool { return !wants(p, row) })
			want := slices.DeleteFunc(slices.Clone(all), func(row []Value) bool {
				return !wants(p, row) || !kept(row[0].Int) || len(sieves) == 2 && !row[other].Valid
			})
			if len(got) != len(want) || asked == 0 && len(want) > 0 {
				t.Fatalf("%s: %d rows, not %d", name, len(got), len(want))
			}
			for i := range want {
				if plainRow(t, s, got[i]) != plainRow(t, s, want[i]) {
					t.Fatalf("%s, row %d: %s, not %s", name, i, plainRow(t, s, got[i]), plainRow(t, s, want[i]))
				}
			}
		}
	}
}

// keep is the rows of n for which is is true; nil if it is of all, as a sieve gives them.
func keep(n int, is func(i int) bool) []uint32 {
	rows := []uint32{}
	for i := range n {
		if is(i) {
			rows = append(rows, uint32(i))
		}
	}
	if len(rows) == n {
		return nil
	}
	return rows
}

// wants tells whether a row has wanted values.
func wants(p Projection, row []Value) bool {
	for i, d := range p.Domains {
		if d != nil && !d.Has(vectorOf(p.Columns[i].Type, row[i]), 0) {
			return false
		}
	}
	return true
}

// vectorOf is one value as a vector, of types that have an order.
func vectorOf(t *Type, v Value) *vector.Vector {
	out := NewVector(t)
	switch {
	case !v.Valid:
		return vector.Nothing(vector.Null, 1)
	case out.Kind == vector.Float:
		out.AppendFloat(v.Float)
	case out.Kind == vector.Bytes:
		out.AppendText(v.Bytes)
	case t.Kind == Timestamp:
		out.AppendInt(v.Int*1e6 + int64(v.Nanos/1000))
	default:
		out.AppendInt(v.Int)
	}
	return out
}
