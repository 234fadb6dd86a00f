package columnar

import (
	"bytes"
	"errors"
	"io"
	"math/big"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func opened(name string, b []byte) (Reader, error) {
	if name[len(name)-4:] == ".orc" {
		return ReadORC(bytes.NewReader(b), int64(len(b)))
	}
	return ReadParquet(bytes.NewReader(b), int64(len(b)))
}

// readAll reads a file to its end.
func readAll(name string, b []byte) (s Schema, rows [][]Value, err error) {
	r, err := opened(name, b)
	if err != nil {
		return nil, nil, err
	}
	for {
		row, err := r.Read()
		if err == io.EOF {
			return r.Schema(), rows, nil
		}
		if err != nil {
			return nil, nil, err
		}
		rows = append(rows, row)
	}
}

// What is written is read, row for row, and the same rows give the same bytes.
func TestFiles(t *testing.T) {
	s := schemaOf(t, everyType...)
	for seed := range uint64(4) {
		rows := newRandom(seed).rows(s, 300)
		for name, begin := range ours(s) {
			file := written(t, begin, rows)
			if !bytes.Equal(file, written(t, begin, rows)) {
				t.Errorf("%s, seed %d: not the same bytes twice", name, seed)
			}
			got, back, err := readAll(name, file)
			if err != nil {
				t.Fatalf("%s, seed %d: %v", name, seed, err)
			}
			if len(got) != len(s) || got[5].Name != "c5" || got[9].Type.String() != "decimal(38,10)" {
				t.Errorf("%s: schema %v", name, got)
			}
			var lines []string
			for _, row := range back {
				lines = append(lines, plainRow(t, s, row))
			}
			compare(t, name, s, kept(name, rows), lines)
		}
	}
}

// kept is what the rows of a file are when they are read: those of Parquet come from vectors.
func kept(name string, rows [][]Value) (out [][]Value) {
	if filepath.Ext(name) == ".orc" {
		return rows
	}
	for _, row := range rows {
		out = append(out, micros(Value{Items: row}).Items)
	}
	return out
}

func TestEmptyFiles(t *testing.T) {
	s := schemaOf(t, "int", "map<string,int>")
	for name, begin := range ours(s) {
		if got, rows, err := readAll(name, written(t, begin, nil)); err != nil || len(rows) != 0 || len(got) != 2 {
			t.Errorf("%s: %v, %d rows, %v", name, got, len(rows), err)
		}
	}
}

func TestUnsupportedSettings(t *testing.T) {
	s := schemaOf(t, "int")
	if _, err := (Parquet{Compression: "LZO"}).NewWriter(io.Discard, s); !errors.Is(err, ErrUnsupported) {
		t.Error(err)
	}
	if _, err := (ORC{Compression: "LZO"}).NewWriter(io.Discard, s); !errors.Is(err, ErrUnsupported) {
		t.Error(err)
	}
}

// Examples of the specification: https://orc.apache.org/specification/ORCv1/#run-length-encoding
func TestRuns(t *testing.T) {
	repeat := func(v int64, n int) []int64 { return slices.Repeat([]int64{v}, n) }
	var falling, rising []int64
	for i := range int64(100) {
		falling, rising = append(falling, 100-i), append(rising, 7)
	}
	for _, c := range []struct {
		name   string
		bytes  []byte
		want   []int64
		signed bool
		v1     bool
	}{
		{"short repeat", []byte{0x0a, 0x27, 0x10}, repeat(10000, 5), false, false},
		{"direct", []byte{0x5e, 0x03, 0x5c, 0xa1, 0xab, 0x1e, 0xde, 0xad, 0xbe, 0xef}, []int64{23713, 43806, 57005, 48879}, false, false},
		{"patched base", []byte{0x8e, 0x13, 0x2b, 0x21, 0x07, 0xd0, 0x1e, 0x00, 0x14, 0x70, 0x28, 0x32, 0x3c, 0x46, 0x50, 0x5a, 0x64, 0x6e, 0x78, 0x82, 0x8c, 0x96, 0xa0, 0xaa, 0xb4, 0xbe, 0xfc, 0xe8},
			[]int64{2030, 2000, 2020, 1000000, 2040, 2050, 2060, 2070, 2080, 2090, 2100, 2110, 2120, 2130, 2140, 2150, 2160, 2170, 2180, 2190}, false, false},
		{"delta", []byte{0xc6, 0x09, 0x02, 0x02, 0x22, 0x42, 0x42, 0x46}, []int64{2, 3, 5, 7, 11, 13, 17, 19, 23, 29}, false, false},
		{"version 1, run", []byte{0x61, 0x00, 0x07}, rising, false, true},
		{"version 1, falling", []byte{0x61, 0xff, 0x64}, falling, false, true},
		{"version 1, literals", []byte{0xfb, 0x02, 0x03, 0x06, 0x07, 0x0b}, []int64{2, 3, 6, 7, 11}, false, true},
	} {
		decode := decodeRunsV2
		if c.v1 {
			decode = decodeRunsV1
		}
		got, err := decode(c.bytes, len(c.want), c.signed)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, %v", c.name, got, err)
		}
		if c.v1 && !bytes.Equal(encodeRunsV1(c.want, false), c.bytes) {
			t.Errorf("%s: written as %x", c.name, encodeRunsV1(c.want, false))
		}
	}
	if got, err := decodeBools([]byte{0xff, 0x80}, 8); err != nil || !got[0] || got[1] {
		t.Error(got, err)
	}
	if got, err := decodeBytes([]byte{0x61, 0x00}, 100); err != nil || len(got) != 100 {
		t.Error(got, err)
	}
}

// Integers of every shape come back, in both versions.
func TestRandomRuns(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for range 3000 {
		var v []int64
		for len(v) < 1+r.IntN(1500) {
			n, from := 1+r.IntN(1+r.IntN(700)), int64(r.Uint64())>>r.IntN(64)
			delta := int64(r.IntN(5)-2) << r.IntN(62)
			for i := range int64(n) {
				switch delta & 3 {
				case 3:
					v = append(v, int64(r.Uint64())>>r.IntN(64))
				default:
					v = append(v, from+i*delta)
				}
			}
		}
		for _, signed := range []bool{true, false} {
			one, err1 := decodeRunsV1(encodeRunsV1(v, signed), len(v), signed)
			two, err2 := decodeRunsV2(encodeRunsV2(v, signed), len(v), signed)
			if err1 != nil || err2 != nil || !slices.Equal(one, v) || !slices.Equal(two, v) {
				t.Fatalf("signed %v, %d values: %v %v", signed, len(v), err1, err2)
			}
		}
	}
	for _, text := range []string{"0", "1", "-1", "99999999999999999999999999999999999999", "-99999999999999999999999999999999999999"} {
		n, _ := new(big.Int).SetString(text, 10)
		if got, size := bigVarint(appendWide(nil, WideOf(n))); size == 0 || got.Cmp(n) != 0 {
			t.Errorf("%s: %v", text, got)
		}
	}
}

// Statistics hold what there is, also across stripes, and never a sum that did not fit.
func TestStatistics(t *testing.T) {
	of := func(values ...Value) orcStats {
		c := &orcColumn{held: newHeld(mustType(t, "bigint"), new(int))}
		for _, v := range values {
			c.put(&v)
		}
		return c.statistics()
	}
	a, b := of(Value{Valid: true, Int: 5}, Value{Valid: true, Int: -7}), of(Value{Valid: true, Int: 1<<63 - 1}, Value{})
	a.join(&b)
	if a.count != 3 || a.low != -7 || a.high != 1<<63-1 || a.over || !a.null {
		t.Errorf("%+v", a)
	}
	if a.join(&b); !a.over {
		t.Errorf("%+v", a)
	}
	if got := point(big.NewInt(-5), 2); got != "-0.05" {
		t.Error(got)
	}
}

func FuzzReadORC(f *testing.F)     { fuzzReader(f, "x.orc") }
func FuzzReadParquet(f *testing.F) { fuzzReader(f, "x.parquet") }

// Any bytes are a file or are refused: never a panic, and never more rows than the bytes could hold.
func fuzzReader(f *testing.F, name string) {
	s := schemaOf(f, "int", "string", "timestamp", "decimal(20,3)", "array<map<string,boolean>>", "struct<a:double,b:date>")
	for how, begin := range ours(s) {
		if how[len(how)-4:] == name[len(name)-4:] {
			f.Add(written(f, begin, newRandom(uint64(len(how))).rows(s, 30)))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := opened(name, b)
		for n := 0; err == nil && n < 1000; n++ {
			_, err = r.Read()
		}
		if err != nil && err != io.EOF && !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrUnsupported) {
			t.Error(err)
		}
	})
}

// Damaged files, cut short or with other bytes in them, are read or refused, soon and without a panic.
func TestDamagedFiles(t *testing.T) {
	s := schemaOf(t, "int", "string", "timestamp", "decimal(20,3)", "array<map<string,boolean>>", "struct<a:double,b:date>")
	r := rand.New(rand.NewPCG(3, 3))
	for name, begin := range ours(s) {
		whole := written(t, begin, newRandom(uint64(len(name))).rows(s, 50))
		for i := range 200 {
			b := slices.Clone(whole)
			for range 1 + r.IntN(4) {
				b[len(b)-1-r.IntN(1+r.IntN(len(b)))] = byte(r.Uint32())
			}
			if i%4 == 0 {
				b = b[:r.IntN(len(b))]
			}
			begun := time.Now()
			_, _, err := readAll(name, b)
			if err != nil && !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrUnsupported) {
				t.Errorf("%s: %v", name, err)
			}
			if took := time.Since(begun); took > time.Minute {
				t.Errorf("%s, %d: took %v, %v", name, i, took, err)
			}
		}
	}
}
