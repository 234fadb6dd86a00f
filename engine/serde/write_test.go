package serde

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"unyo/engine/columnar"
)

// rewrite reads an object of a table and writes its rows into one of another.
func rewrite(t *testing.T, from Table, o Object, to Table, compression string) Object {
	t.Helper()
	var columns []int
	for i := range from.Columns {
		columns = append(columns, i)
	}
	r, err := Open(from, o, columns, nil)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w, err := Create(to, &out, compression)
	if err != nil {
		t.Fatal(err)
	}
	for {
		b, err := r.Next(context.Background())
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return object("x"+Extension(to, compression), out.Bytes())
}

// What is written in a format is read back from it, and it is the same bytes twice.
func TestWhatIsWrittenIsRead(t *testing.T) {
	columns := []string{"b boolean", "t tinyint", "i int", "l bigint", "f float", "d double", "n decimal(5,2)", "w decimal(30,4)", "s string", "v varchar(3)", "c char(4)", "x binary",
		"day date", "at timestamp", "a array<int>", "m map<string,array<double>>", "z struct<k:int,l:struct<o:string>>"}
	row := "true\x011\x01-2\x019223372036854775807\x011.5\x011e-9\x01-1.5\x0112345678901234567890.1234\x01say \"é\"\\\x01abc\x01ab\x01aGk=\x011969-12-31\x012026-11-02 03:04:05.678\x011\x022\x02\\N\x01k\x031\x042.5e20\x02l\x03\\N\x015\x02x\n"
	text := object("x", []byte(row+"\\N\x01\\N\n"+row))
	from := table(t, lazyClass, nil, columns...)
	want, err := all(from, text)
	if err != nil {
		t.Fatal(err)
	}
	for class, compressions := range map[string][]string{
		lazyClass: {"", "NONE", "gzip", "ZSTD", "SNAPPY", "LZ4", "DEFLATE"}, openXClass: {"", "NONE"}, hiveJSON: {"NONE"},
		"org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe": {"", "GZIP", "SNAPPY", "ZSTD", "NONE"}, "org.apache.hadoop.hive.ql.io.orc.OrcSerde": {"", "ZLIB", "SNAPPY", "ZSTD", "NONE"},
		"org.apache.hadoop.hive.serde2.avro.AvroSerDe": {"", "DEFLATE", "SNAPPY", "ZSTD", "NONE"},
	} {
		for _, c := range compressions {
			to := table(t, class, nil, columns...)
			o := rewrite(t, from, text, to, c)
			if class == openXClass || class == hiveJSON { // their binary is the text that stands there
				to.Columns[11].Type = &columnar.Type{Kind: columnar.String}
				got, err := all(to, o, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15, 16)
				if lazy, _ := all(from, text, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15, 16); err != nil || got != lazy {
					t.Errorf("%s %s: %v\n%swant\n%s", class, c, err, got, lazy)
				}
				continue
			}
			if got, err := all(to, o); err != nil || got != want {
				t.Errorf("%s %s: %v\n%swant\n%s", class, c, err, got, want)
			}
			twice, first := rewrite(t, from, text, to, c), make([]byte, o.Size)
			again := make([]byte, twice.Size)
			_, _ = o.At.ReadAt(first, 0)
			if _, _ = twice.At.ReadAt(again, 0); !bytes.Equal(first, again) {
				t.Errorf("%s %s: not the same bytes twice", class, c)
			}
		}
	}
}

// A text in which there is what ends values is whole again where the table has an escape.
func TestEscapesAreWritten(t *testing.T) {
	from := table(t, openXClass, nil, "a string", "b array<string>")
	to := table(t, lazyClass, map[string]string{"field.delim": ",", "escape.delim": "\\", "collection.delim": "|"}, "a string", "b array<string>")
	o := rewrite(t, from, object("x", []byte(`{"a":"x,y\\\n\r|","b":["1|2",",",""]}`)), to, "NONE")
	expect(t, to, o, `"x,y\\\n\r|"|["1|2",",",""]`+"\n")
}

func TestWhatIsNotWritten(t *testing.T) {
	var unknown *UnknownError
	if _, err := Create(table(t, csvClass, nil, "a string"), io.Discard, ""); !errors.As(err, &unknown) || !unknown.Known {
		t.Error(err)
	}
	if _, err := Create(table(t, "com.example.Own", nil, "a string"), io.Discard, ""); !errors.As(err, &unknown) || unknown.Known {
		t.Error(err)
	}
	for _, class := range []string{lazyClass, openXClass, "org.apache.hadoop.hive.ql.io.orc.OrcSerde", "parquet.hive.serde.ParquetHiveSerDe"} {
		if _, err := Create(table(t, class, nil, "a string"), io.Discard, "BZIP2"); !errors.Is(err, columnar.ErrUnsupported) {
			t.Errorf("%s: %v", class, err)
		}
	}
	if _, err := Create(table(t, hiveJSON, nil, "a map<array<int>,int>"), io.Discard, ""); !errors.Is(err, columnar.ErrUnsupported) {
		t.Error(err)
	}
}

// Rows are written as a table's own schema has them: other names, no null where there is none, enums, fixed, other units.
func TestAvroIsWrittenByItsSchema(t *testing.T) {
	columns := []string{"a int", "color string", "key binary", "at timestamp", "n decimal(5,2)", "list array<string>"}
	literal := `{"type": "record", "name": "own", "fields": [{"name": "A", "type": "long"}, {"name": "more", "type": ["null", "string"], "default": null}, {"name": "color", "type": {"type": "enum", "name": "c", "symbols": ["red", "blue"]}},
		{"name": "key", "type": {"type": "fixed", "name": "k", "size": 2}}, {"name": "at", "type": ["null", {"type": "long", "logicalType": "timestamp-micros"}]}, {"name": "n", "type": {"type": "fixed", "name": "d", "size": 5, "logicalType": "decimal", "precision": 9, "scale": 2}}, {"name": "list", "type": {"type": "array", "items": "string"}}]}`
	from := table(t, openXClass, nil, columns...)
	to := table(t, "org.apache.hadoop.hive.serde2.avro.AvroSerDe", map[string]string{"avro.schema.literal": literal}, columns...)
	o := rewrite(t, from, object("x", []byte(`{"a": 7, "color": "blue", "key": "ab", "at": "2026-11-02 03:04:05.678901", "n": -1.25, "list": ["x", ""]}`)), to, "")
	want, err := all(from, object("x", []byte(`{"a": 7, "color": "blue", "key": "ab", "at": "2026-11-02 03:04:05.678901", "n": -1.25, "list": ["x", ""]}`)))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := all(to, o); err != nil || got != want {
		t.Errorf("%v\n%swant\n%s", err, got, want)
	}
	for _, bad := range []string{`{}`, `{"a": 7, "color": "green", "key": "ab", "n": 1, "list": []}`, `{"a": 7, "color": "red", "key": "abc", "n": 1, "list": []}`, `{"a": 7, "color": "red", "key": "ab", "n": 1, "list": [null]}`} {
		r, err := Open(from, object("x", []byte(bad)), []int{0, 1, 2, 3, 4, 5}, nil)
		if err != nil {
			t.Fatal(err)
		}
		b, err := r.Next(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		w, err := Create(to, io.Discard, "")
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Write(b); err == nil {
			t.Errorf("%s was written", bad)
		}
	}
	for _, c := range [][]string{{"a int"}, {"a int", "color string", "key binary", "at timestamp", "n decimal(5,1)", "list array<string>"}, {"a int", "color string", "key binary", "at timestamp", "n decimal(5,2)", "list array<string>", "z int"}} {
		to.Columns = table(t, lazyClass, nil, c...).Columns
		if _, err := Create(to, io.Discard, ""); !errors.Is(err, columnar.ErrUnsupported) {
			t.Errorf("%v: %v", c, err)
		}
	}
	for _, c := range []string{"GZIP", "BZIP2", "LZ4"} {
		if _, err := Create(table(t, "org.apache.hadoop.hive.serde2.avro.AvroSerDe", nil, "a int"), io.Discard, c); !errors.Is(err, columnar.ErrUnsupported) {
			t.Errorf("%s: %v", c, err)
		}
	}
	if _, err := Create(table(t, "org.apache.hadoop.hive.serde2.avro.AvroSerDe", nil, "a-b int"), io.Discard, ""); !errors.Is(err, columnar.ErrUnsupported) {
		t.Error(err)
	}
}
