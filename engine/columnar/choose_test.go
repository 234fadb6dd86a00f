package columnar

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"unyo/engine/vector"
)

// Whatever values of one or two columns are wanted, all rows that have them are read, in order and as they are, and of Parquet none that has not.
func TestWantedRows(t *testing.T) {
	s := schemaOf(t, "bigint", "int", "double", "string", "timestamp", "array<int>", "boolean", "decimal(30,2)")
	for i, name := range []string{"n", "a", "b", "c", "d", "e", "f", "g"} {
		s[i].Name = name
	}
	r := rand.New(rand.NewPCG(1, 9))
	rows := newRandom(5).rows(s, 12_000)
	for i, row := range rows {
		rows[i] = micros(Value{Items: row}).Items
		row = rows[i]
		row[0] = Value{Valid: true, Int: int64(i)}
		if row[3].Valid && i%3 > 0 { // some that repeat
			row[3].Bytes = fmt.Appendf(nil, "word %d", i%7)
		}
		if row[1].Valid && i%4 > 0 {
			row[1].Int = int64(i % 11)
		}
	}
	scalar := func(c int) *vector.Scalar {
		for {
			if one, ok := vectorOf(s[c].Type, rows[r.IntN(len(rows))][c]).Scalar(0); ok {
				return &one
			}
		}
	}
	for name, begin := range ours(s) {
		file := written(t, begin, rows)
		all, _, err := scanAll(name, file, Projection{Columns: s})
		if err != nil {
			t.Fatal(name, err)
		}
		for range 8 {
			p := Projection{Columns: s, Domains: make([]*vector.Domain, len(s))}
			for range 1 + r.IntN(2) {
				c, d := r.IntN(5), &vector.Domain{Null: r.IntN(4) == 0}
				for range 1 + r.IntN(3) {
					switch low, high := scalar(c), scalar(c); {
					case r.IntN(2) == 0:
						d.Ranges = append(d.Ranges, vector.Point(*low))
					case low.Compare(*high) <= 0:
						d.Ranges = append(d.Ranges, vector.Range{Low: low, High: high, LowOpen: r.IntN(2) == 0, HighOpen: r.IntN(2) == 0})
					default:
						d.Ranges = append(d.Ranges, vector.Range{Low: low, LowOpen: r.IntN(2) == 0})
					}
				}
				p.Domains[c] = d
			}
			got, _, err := scanAll(name, file, p)
			if err != nil {
				t.Fatal(name, err)
			}
			want := slices.DeleteFunc(slices.Clone(all), func(row []Value) bool { return !wants(p, row) })
			if name[len(name)-4:] == ".orc" {
				got = slices.DeleteFunc(got, func(row []Value) bool { return !wants(p, row) })
			}
			if len(got) != len(want) {
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
