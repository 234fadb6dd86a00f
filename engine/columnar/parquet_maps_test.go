package columnar

import (
	"fmt"
	"strings"
	"testing"
)

// Maps of many batches and pages are read as they were written: null and empty ones, null values, keys that come twice, and keys that few rows have.
func TestScanMaps(t *testing.T) {
	s := schemaOf(t, "map<string,string>", "map<string,bigint>", "array<map<string,struct<a:string,b:double>>>")
	for how := range 3 { // nothing is null; some is; whole stretches are
		r := newRandom(uint64(how))
		text := func(n int) Value { return Value{Valid: true, Bytes: fmt.Append(nil, "text", r.IntN(n))} }
		some := func(row int, v Value) Value {
			if how == 1 && r.IntN(5) == 0 || how == 2 && row/3000%2 == 1 {
				return Value{}
			}
			return v
		}
		pairs := func(row int, value func() Value) Value {
			v := Value{Valid: true, Items: []Value{}}
			for range r.IntN(4) {
				v.Items = append(v.Items, text(3), some(row, value()))
			}
			return some(row, v)
		}
		var rows [][]Value
		for row := range 20_000 {
			list := Value{Valid: true, Items: []Value{}}
			for range r.IntN(3) {
				list.Items = append(list.Items, pairs(row, func() Value {
					return Value{Valid: true, Items: []Value{some(row, text(10)), some(row, Value{Valid: true, Float: float64(row)})}}
				}))
			}
			rows = append(rows, []Value{
				pairs(row, func() Value { return text(30_000) }), pairs(row, func() Value { return Value{Valid: true, Int: r.Int64()} }), some(row, list),
			})
		}
		for name, begin := range ours(s) {
			if !strings.HasSuffix(name, ".parquet") {
				continue
			}
			back, _, err := scanAll(name, written(t, begin, rows), Projection{Columns: s})
			if err != nil || len(back) != len(rows) {
				t.Fatalf("%s: %d rows, %v", name, len(back), err)
			}
			for i := range rows {
				if got, want := plainRow(t, s, back[i]), plainRow(t, s, rows[i]); got != want {
					t.Fatalf("%s, row %d: %s, not %s", name, i, got, want)
				}
			}
		}
	}
}
