package columnar

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/big"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"unyo/engine/vector"
)

func scan(name string, b []byte, p Projection) (vector.Reader, error) {
	if name[len(name)-4:] == ".orc" {
		return ScanORC(bytes.NewReader(b), int64(len(b)), p)
	}
	return ScanParquet(bytes.NewReader(b), int64(len(b)), p)
}

// scanAll reads all rows that a projection gives.
func scanAll(name string, b []byte, p Projection) (rows [][]Value, bytes int64, err error) {
	r, err := scan(name, b, p)
	if err != nil {
		return nil, 0, err
	}
	return scanned(r, p)
}

// scanned reads a reader to its end.
func scanned(r vector.Reader, p Projection) (rows [][]Value, bytes int64, err error) {
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

// Files of other columns than the table's: what is missing is null, what is narrower becomes wider, what does not fit is said.
func TestScanOtherColumns(t *testing.T) {
	s := schemaOf(t, "int", "float", "struct<a:int,b:string>", "varchar(10)")
	rows := newRandom(2).rows(s, 500)
	for name, begin := range ours(s) {
		file := written(t, begin, rows)
		want := schemaOf(t, "bigint", "double", "struct<b:string,none:date,A:bigint>", "varchar(2)", "decimal(12,2)")
		want[4].Name = "none"
		back, _, err := scanAll(name, file, Projection{Columns: want})
		if err != nil || len(back) != len(rows) {
			t.Fatalf("%s: %d rows, %v", name, len(back), err)
		}
		for i, row := range rows {
			got := back[i]
			if got[0].Int != row[0].Int || got[0].Valid != row[0].Valid || got[1].Float != float64(float32(row[1].Float)) || got[4].Valid {
				t.Fatalf("%s, row %d: %v of %v", name, i, got, row)
			}
			if row[2].Valid != got[2].Valid || row[2].Valid && (got[2].Items[2].Int != row[2].Items[0].Int || string(got[2].Items[0].Bytes) != string(row[2].Items[1].Bytes) || got[2].Items[1].Valid) {
				t.Fatalf("%s, row %d: %v of %v", name, i, got[2], row[2])
			}
			if row[3].Valid && string(got[3].Bytes) != string(cut(want[3].Type, string(row[3].Bytes))) {
				t.Fatalf("%s, row %d: %q of %q", name, i, got[3].Bytes, row[3].Bytes)
			}
		}
		places := Projection{Columns: schemaOf(t, "string", "int", "int"), Places: []int{3, 0, 9}}
		if back, _, err = scanAll(name, file, places); err != nil || back[0][1].Int != rows[0][0].Int || back[0][2].Valid {
			t.Errorf("%s, by place: %v", name, err)
		}
		for i, other := range []string{"boolean", "int", "array<int>", "timestamp"} {
			var mismatch *MismatchError
			p := Projection{Columns: schemaOf(t, other), Places: []int{i}}
			if _, _, err := scanAll(name, file, p); !errors.As(err, &mismatch) || mismatch.Table != other {
				t.Errorf("%s as %s: %v", s[i].Type, other, err)
			}
		}
		if back, _, err := scanAll(name, file, Projection{}); err != nil || len(back) != len(rows) {
			t.Errorf("%s, without columns: %d rows, %v", name, len(back), err)
		}
	}
}

// What is not wanted is not read: neither other columns, nor row groups, stripes and pages beside the wanted range.
func TestScanSkips(t *testing.T) {
	s := schemaOf(t, "bigint", "string", "timestamp", "decimal(9,2)")
	var rows [][]Value
	for i := range int64(20000) {
		text := fmt.Sprintf("%06d %x", i, i*7919*7919*7919)
		rows = append(rows, []Value{{Valid: true, Int: i}, {Valid: i%5 > 0, Bytes: []byte(text)}, {Valid: true, Int: i}, {Valid: true, Big: big.NewInt(i)}})
	}
	n := func(i int64) *vector.Scalar { return &vector.Scalar{Kind: vector.Int, Int: i} }
	for name, begin := range ours(s) {
		file := written(t, begin, rows)
		_, whole, err := scanAll(name, file, Projection{Columns: s})
		if err != nil || whole < int64(len(file))*8/10 {
			t.Errorf("%s: read %d of %d, %v", name, whole, len(file), err)
		}
		if _, one, _ := scanAll(name, file, Projection{Columns: s[:1]}); one > whole/2 {
			t.Errorf("%s: one column reads %d of %d", name, one, whole)
		}
		text := vector.Scalar{Kind: vector.Bytes, Bytes: []byte("007001")}
		for c, d := range map[int]*vector.Domain{
			0: {Ranges: []vector.Range{{Low: n(7000), High: n(7010)}}}, 2: {Ranges: []vector.Range{{Low: n(7000e6), High: n(7010e6)}}},
			3: {Ranges: []vector.Range{vector.Point(*n(7000)), vector.Point(*n(7010))}}, 1: {Ranges: []vector.Range{{Low: &text, High: &vector.Scalar{Kind: vector.Bytes, Bytes: []byte("007010")}}}},
		} {
			p := Projection{Columns: s, Domains: make([]*vector.Domain, len(s))}
			p.Domains[c] = d
			some, scanned, err := scanAll(name, file, p)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			found, all := 0, 11
			switch c {
			case 1: // three of the texts are null, which nobody wants
				all = 8
			case 3: // two are wanted
				all = 2
			}
			for _, row := range some {
				if i := row[0].Int; i >= 7000 && i <= 7010 && row[c].Valid && (c != 3 || i%10 == 0) {
					found++
				}
				if want := rows[row[0].Int]; plainRow(t, s, row) != plainRow(t, s, want) {
					t.Fatalf("%s: %s, want %s", name, plainRow(t, s, row), plainRow(t, s, want))
				}
			}
			if found != all {
				t.Errorf("%s, by %s: %d of %d rows", name, s[c].Type, found, all)
			}
			if (name == "plain.parquet" && c != 2 || name == "zlib.orc") && scanned > whole/4 {
				t.Errorf("%s, by %s: read %d of %d, %d rows", name, s[c].Type, scanned, whole, len(some))
			}
		}
		p := Projection{Columns: s[:1], Domains: []*vector.Domain{{Ranges: []vector.Range{{Low: n(20000)}}}}}
		if some, scanned, err := scanAll(name, file, p); err != nil || len(some) > 0 && name[len(name)-4:] != ".orc" || scanned > int64(len(file)/2) {
			t.Errorf("%s: %d rows beyond all, read %d, %v", name, len(some), scanned, err)
		}
	}
}

var damaged = []string{"int", "string", "timestamp", "decimal(20,3)", "array<map<string,boolean>>", "struct<a:double,b:date>"}

func FuzzScanORC(f *testing.F)     { fuzzScan(f, "x.orc") }
func FuzzScanParquet(f *testing.F) { fuzzScan(f, "x.parquet") }

// Any bytes are columns or are refused.
func fuzzScan(f *testing.F, name string) {
	s := schemaOf(f, damaged...)
	for how, begin := range ours(s) {
		if how[len(how)-4:] == name[len(name)-4:] {
			f.Add(written(f, begin, newRandom(uint64(len(how))).rows(s, 30)))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := scanSome(name, b, s); !refused(err) {
			t.Error(err)
		}
	})
}

// scanSome reads some batches, and whether they are well built.
func scanSome(name string, b []byte, s Schema) error {
	r, err := scan(name, b, Projection{Columns: s})
	for n := 0; err == nil && n < 20; n++ {
		var batch *vector.Batch
		if batch, err = r.Next(context.Background()); err == nil {
			for _, c := range batch.Columns {
				if bad := c.Check(); bad != nil || c.Len != batch.Len {
					return fmt.Errorf("a batch of %d: %d, %w", batch.Len, c.Len, bad)
				}
			}
		}
	}
	return err
}

func refused(err error) bool {
	var mismatch *MismatchError
	return err == nil || err == io.EOF || errors.Is(err, ErrCorrupt) || errors.Is(err, ErrUnsupported) || errors.As(err, &mismatch)
}

// Damaged files are read or refused, soon, without a panic and without much memory.
func TestDamagedScans(t *testing.T) {
	s := schemaOf(t, damaged...)
	r := rand.New(rand.NewPCG(4, 4))
	for name, begin := range ours(s) {
		whole := written(t, begin, newRandom(uint64(len(name))).rows(s, 50))
		for i := range 300 {
			b := bytes.Clone(whole)
			for range 1 + r.IntN(4) {
				b[len(b)-1-r.IntN(1+r.IntN(len(b)))] = byte(r.Uint32())
			}
			if i%4 == 0 {
				b = b[:r.IntN(len(b))]
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			begun := time.Now()
			if err := scanSome(name, b, s); !refused(err) {
				t.Errorf("%s: %v", name, err)
			}
			runtime.ReadMemStats(&after)
			if took, room := time.Since(begun), after.TotalAlloc-before.TotalAlloc; took > time.Minute || room > 1<<30 {
				t.Errorf("%s, %d: took %v and %d MiB", name, i, took, room>>20)
			}
		}
	}
}
