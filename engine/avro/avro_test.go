package avro

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"unyo/engine/columnar"
	"unyo/engine/vector"
)

// schema reads "id bigint, tags array<string>".
func columnsOf(t testing.TB, text string) (list []columnar.Field) {
	typ, err := columnar.ParseType("struct<" + text + ">")
	if err != nil {
		t.Fatal(text, err)
	}
	return typ.Fields
}

// scan is all rows of a file, a line each.
func scan(file []byte, reads *Schema, columns []columnar.Field) (out string, err error) {
	r, err := Scan(io.NopCloser(bytes.NewReader(file)), func() int64 { return 0 }, reads, columns)
	if err != nil {
		return "", err
	}
	defer r.Close()
	var b strings.Builder
	for {
		batch, err := r.Next(context.Background())
		if err == io.EOF {
			return strings.TrimSuffix(b.String(), "\n"), nil
		}
		if err != nil {
			return b.String(), err
		}
		for i := range batch.Len {
			for c, v := range batch.Columns {
				if err := v.Check(); err != nil {
					return "", err
				}
				if c > 0 {
					b.WriteByte('|')
				}
				b.WriteString(show(columns[c].Type, v, i))
			}
			b.WriteByte('\n')
		}
	}
}

func show(t *columnar.Type, v *vector.Vector, i int) string {
	if v.IsNull(i) {
		return "-"
	}
	list := func(n int) (from, to int) { return v.Span(n) }
	switch t.Kind {
	case columnar.Struct:
		var s []string
		for j, f := range t.Fields {
			s = append(s, show(f.Type, v.Elems[j], i))
		}
		return "{" + strings.Join(s, " ") + "}"
	case columnar.Array, columnar.Map:
		var s []string
		for from, to := list(i); from < to; from++ {
			one := show(t.Fields[0].Type, v.Elems[0], from)
			if t.Kind == columnar.Map {
				one += "=" + show(t.Fields[1].Type, v.Elems[1], from)
			}
			s = append(s, one)
		}
		return "[" + strings.Join(s, " ") + "]"
	case columnar.Binary:
		return fmt.Sprintf("%x", v.Text(i))
	}
	switch v.Kind {
	case vector.Bool:
		return fmt.Sprint(v.Bools[i])
	case vector.Int:
		return fmt.Sprint(v.Ints[i])
	case vector.Wide:
		return columnar.BigOf(v.Wides[i]).String()
	case vector.Float:
		return fmt.Sprint(v.Floats[i])
	}
	return string(v.Text(i))
}

func load(t testing.TB, name string) []byte {
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Every type, by every codec, as fastavro writes it (testdata/make.py).
func TestWhatOthersWrite(t *testing.T) {
	for _, c := range [][2]string{
		{"id:bigint,count:int,paid:boolean,ratio:float,price:double", "0|0|true|0|0\n1000000000000|-1|false|0.5|0.3333333333333333\n2000000000000|-2|true|1|0.6666666666666666"},
		{"who:string,raw:binary,sum:binary,state:string,key:string", "whö 0|00ff00|01020300|NEW|00000000-0000-0000-0000-000000000000\n-|00ff01|01020301|SENT|00000000-0000-0000-0000-000000000001\nwhö 2|00ff02|01020302|NEW|00000000-0000-0000-0000-000000000002"},
		{"tags:array<string>,attributes:map<string,bigint>,address:struct<zip:int,street:varchar(2)>", "[]|[]|{- Ma}\n[a]|[x=1 y=-]|-\n[a b]|[x=2 y=-]|{2 Ma}"},
		{"exact:decimal(10,2),wide:decimal(38,3)", "0|125\n-125|1000000000000000000000000000000125\n-250|2000000000000000000000000000000125"}, {"exact:decimal(6,1),wide:decimal(38,2)", "0|13\n-13|100000000000000000000000000000013\n-25|200000000000000000000000000000013"},
		{"day:date,at:timestamp,exactly:timestamp", "20513|1772366400123000|1772366400123007\n20514|1772366401123000|1772366401123007\n20515|1772366402123000|1772366402123007"},
		{"ratio:double,count:double,mixed:double,before:struct<count:smallint,before:struct<id:bigint>>", "0|0|-|-\n0.5|-1|7|{0 -}\n1|-2|1.5|{-1 {0}}"},
		{"nothing:array<int>,id:bigint", "-|0\n-|1000000000000\n-|2000000000000"},
	} {
		for _, codec := range []string{"null", "deflate", "snappy", "zstandard", "bzip2"} {
			if got, err := scan(load(t, "orders."+codec+".avro"), nil, columnsOf(t, c[0])); err != nil || got != c[1] {
				t.Errorf("%s of %s: %v\n%s\nwant\n%s", c[0], codec, err, got, c[1])
			}
		}
	}
	if got, err := scan(load(t, "orders.null.avro"), nil, nil); err != nil || got != "\n\n" {
		t.Errorf("rows without columns: %q, %v", got, err)
	}
	for _, columns := range []string{"who:int", "tags:string", "id:timestamp", "address:map<string,string>", "paid:array<boolean>", "attributes:map<bigint,bigint>"} {
		var mismatch *columnar.MismatchError
		if _, err := scan(load(t, "orders.null.avro"), nil, columnsOf(t, columns)); !errors.As(err, &mismatch) {
			t.Errorf("%s: %v", columns, err)
		}
	}
	if _, err := scan(load(t, "orders.null.avro"), nil, columnsOf(t, "mixed:int")); err == nil { // the double in it is none
		t.Error("a double was read as an int")
	}
}

// What a table reads of what was written before, by name: https://avro.apache.org/docs/1.12.0/specification/#schema-resolution
func TestResolution(t *testing.T) {
	for _, c := range [][3]string{
		{`{"name":"id","type":"long","aliases":["ident"]}`, "id:bigint", "1\n2"},
		{`{"name":"gone","type":"string"},{"name":"new","type":"int","default":7},{"name":"list","type":{"type":"array","items":"string"},"default":["a"]},{"name":"n","type":["null","string"],"default":null}`, "gone:string,new:int,list:array<string>,n:string", "x|7|[a]|-\ny|7|[a]|-"},
		{`{"name":"r","type":{"type":"record","name":"In","fields":[{"name":"a","type":"int"},{"name":"b","type":"string","default":"z"}]},"default":{"a":5}},{"name":"b","type":"bytes","default":"\u00ff"},{"name":"e","type":{"type":"enum","name":"E","symbols":["X","Y"]},"default":"Y"},{"name":"m","type":{"type":"map","values":"double"},"default":{"k":1.5}}`,
			"r:struct<a:int,b:string>,b:binary,e:string,m:map<string,double>", "{5 z}|ff|Y|[k=1.5]\n{5 z}|ff|Y|[k=1.5]"},
		{`{"name":"new","type":"int"}`, "new:int", "!bad Avro schema: the file has no field new, for which the table's schema has no default"}, {`{"name":"new","type":"int","default":"x"}`, "new:int", "!bad Avro schema: the default of new"},
		{`{"name":"a","type":"int","aliases":["ident"]},{"name":"b","type":"int","aliases":["ident"]}`, "a:int,b:int", "!bad Avro schema: two columns are the field ident"},
	} {
		reads, err := ParseSchema([]byte(`{"type":"record","name":"R","fields":[` + c[0] + `]}`))
		if err != nil {
			t.Fatal(c[0], err)
		}
		got, err := scan(load(t, "old.avro"), reads, columnsOf(t, c[1]))
		if want, bad := strings.CutPrefix(c[2], "!"); bad && (err == nil || !strings.HasPrefix(err.Error(), want)) || !bad && (err != nil || got != c[2]) {
			t.Errorf("%s: %q, %v, want %q", c[0], got, err, c[2])
		}
	}
}

func TestSchemas(t *testing.T) {
	f, err := Open(bytes.NewReader(load(t, "orders.null.avro")))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Schema.HiveType(); !errors.Is(err, ErrSchema) {
		t.Errorf("a type that holds itself: %v", err)
	}
	for text, want := range map[string]string{
		`{"type":"record","name":"R","fields":[{"name":"A","type":"long"},{"name":"b","type":["null",{"type":"array","items":{"type":"map","values":"bytes"}}]},{"name":"c","type":{"type":"string","logicalType":"uuid"}}]}`: "struct<a:bigint,b:array<map<string,binary>>,c:string>",
		`{"type":"fixed","name":"D","size":8,"logicalType":"decimal","precision":12,"scale":4}`:                                                                                                                               "decimal(12,4)", `"null"`: "string", `{"type":{"type":"int","logicalType":"date"}}`: "date",
		`["int","string"]`: "!a union of several types", `"nothing"`: "!no type", `{"type":"record","name":"R"}`: "!the record R has no fields", `[]`: "!a union of nothing", `{"type":"enum","name":"E"}`: "!the enum E", `[["null"]]`: "!a union within",
		strings.Repeat(`{"type":"array","items":`, 500) + `"int"` + strings.Repeat("}", 500): "!it is too large", `{`: "!", `{"type":"record","name":"R","fields":[{"name":"a","type":{"type":"record","name":"R","fields":[]}}]}`: "!the type R stands there twice",
	} {
		s, err := ParseSchema([]byte(text))
		got := ""
		if err == nil {
			var typ *columnar.Type
			if typ, err = s.HiveType(); err == nil {
				got = typ.String()
			}
		}
		if want, bad := strings.CutPrefix(want, "!"); bad && (err == nil || !strings.HasPrefix(err.Error(), "bad Avro schema: "+want)) || !bad && got != want {
			t.Errorf("%.100s: %q, %v, want %q", text, got, err, want)
		}
	}
}

// A file that is cut anywhere, or in which any byte is another, ends with an error or with other rows, and never otherwise.
func TestDamage(t *testing.T) {
	whole := load(t, "orders.deflate.avro")
	columns := columnsOf(t, "id:bigint,who:string,tags:array<string>,attributes:map<string,bigint>")
	for n := range whole {
		_, err := scan(whole[:n], nil, columns)
		if err == nil || !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrSchema) {
			if rest := bytes.LastIndex(whole[:n], []byte("0123456789abcdef")); rest+16 != n { // between two blocks it is whole
				t.Fatalf("cut at %d: %v", n, err)
			}
		}
	}
	plain := load(t, "orders.null.avro")
	for i := range plain {
		bad := bytes.Clone(plain)
		bad[i] ^= 0x55
		scan(bad, nil, columns)
	}
}

func FuzzScan(f *testing.F) {
	for _, codec := range []string{"null", "deflate", "snappy", "zstandard"} {
		f.Add(load(f, "orders."+codec+".avro"))
	}
	f.Add(load(f, "old.avro"))
	columns := columnsOf(f, "id:bigint,who:string,tags:array<string>,attributes:map<string,bigint>,exact:decimal(10,2),before:struct<address:struct<street:string>>,ident:int")
	f.Fuzz(func(t *testing.T, file []byte) {
		if len(file) < 1<<16 {
			scan(file, nil, columns)
			scan(file, nil, nil)
		}
	})
}

// A record of two of another, which is of two of another, has values without end in no bytes: neither its type nor its values are waited for.
func TestDoubledRecords(t *testing.T) {
	inner := `{"type":"record","name":"R0","fields":[{"name":"a","type":"null"}]}`
	for i := range 38 {
		inner = fmt.Sprintf(`{"type":"record","name":"R%d","fields":[{"name":"a","type":%s},{"name":"b","type":"R%d"}]}`, i+1, inner, i)
	}
	file := fileOf(`{"type":"record","name":"T","fields":[{"name":"x","type":`+inner+`},{"name":"y","type":"null"}]}`, 1, nil)
	f, err := Open(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if typ, err := f.Schema.HiveType(); !errors.Is(err, ErrSchema) {
		t.Errorf("the type is %.50v, %v", typ, err)
	}
	for _, columns := range []string{"y:int", "x:struct<none:int>"} {
		if _, err := scan(file, nil, columnsOf(t, columns)); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: %v", columns, err)
		}
	}
}

// A long default makes short batches, and many of them in one row none at all: what a small file comes to is not what a batch of it holds.
func TestLongDefaults(t *testing.T) {
	reads, err := ParseSchema([]byte(`{"type":"record","name":"R","fields":[{"name":"y","type":"string","default":"` + strings.Repeat("q", 60_000) + `"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	file := fileOf(`{"type":"record","name":"R","fields":[{"name":"x","type":"long"}]}`, 20_000, make([]byte, 20_000))
	r, err := Scan(io.NopCloser(bytes.NewReader(file)), func() int64 { return 0 }, reads, columnsOf(t, "y:string"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	rows := 0
	for {
		b, err := r.Next(t.Context())
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if rows += b.Len; b.Columns[0].Len != b.Len || b.Columns[0].Size() > 2*maxDefaults {
			t.Fatalf("%d rows of %d bytes", b.Len, b.Columns[0].Size())
		}
	}
	if rows != 20_000 {
		t.Errorf("%d rows", rows)
	}
	list, err := ParseSchema([]byte(`{"type":"record","name":"R","fields":[{"name":"a","type":{"type":"array","items":{"type":"record","name":"I","fields":[{"name":"y","type":"string","default":"` + strings.Repeat("q", 60_000) + `"}]}}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	file = fileOf(`{"type":"record","name":"R","fields":[{"name":"a","type":{"type":"array","items":{"type":"record","name":"I","fields":[{"name":"x","type":"null"}]}}}]}`, 1, binary.AppendVarint(binary.AppendVarint(nil, 900_000), 0))
	if _, err := scan(file, list, columnsOf(t, "a:array<struct<y:string>>")); !errors.Is(err, vector.ErrTooLarge) {
		t.Error(err)
	}
}

// fileOf is a file of one block.
func fileOf(schema string, records int, block []byte) []byte {
	long := func(b []byte, n int) []byte { return binary.AppendVarint(b, int64(n)) }
	b := long(long([]byte(Magic), 1), len("avro.schema"))
	b = append(long(append(b, "avro.schema"...), len(schema)), schema+"\x000123456789abcdef"...)
	b = append(long(long(b, records), len(block)), block...)
	return append(b, "0123456789abcdef"...)
}
