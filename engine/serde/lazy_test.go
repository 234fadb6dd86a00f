package serde

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	"unyo/engine/columnar"
)

// table is a table of columns "name type".
func table(t testing.TB, class string, properties map[string]string, columns ...string) Table {
	t.Helper()
	out := Table{SerDe: class, Properties: properties}
	for _, c := range columns {
		name, text, _ := strings.Cut(c, " ")
		typ, err := columnar.ParseType(text)
		if err != nil {
			t.Fatal(err)
		}
		out.Columns = append(out.Columns, columnar.Field{Name: name, Type: typ})
	}
	return out
}

func object(name string, b []byte) Object {
	return Object{Name: name, Size: int64(len(b)), At: bytes.NewReader(b)}
}

// all reads an object; with no columns named, all of them. Rows are written one a line, NULL for null.
func all(t Table, o Object, columns ...int) (string, error) {
	if columns == nil {
		for i := range t.Columns {
			columns = append(columns, i)
		}
	}
	r, err := Open(t, o, columns, nil)
	if err != nil {
		return "", err
	}
	defer func() { _ = r.Close() }()
	var out strings.Builder
	for {
		b, err := r.Next(context.Background())
		if err == io.EOF {
			return out.String(), nil
		}
		if err != nil {
			return out.String(), err
		}
		for n, v := range b.Columns {
			if err := v.Check(); err != nil || v.Len != b.Len {
				return "", fmt.Errorf("column %d of %d, %d values: %w", n, b.Len, v.Len, err)
			}
		}
		for i := range b.Len {
			for n, c := range columns {
				if n > 0 {
					out.WriteByte('|')
				}
				v := columnar.ValueAt(t.Columns[c].Type, b.Columns[n], i)
				out.WriteString(show(t.Columns[c].Type, &v))
			}
			out.WriteByte('\n')
		}
	}
}

// show writes a value so that a test can be read.
func show(t *columnar.Type, v *columnar.Value) string {
	if !v.Valid {
		return "NULL"
	}
	list := func(n int) (s []string) {
		for i := range v.Items {
			s = append(s, show(t.Fields[i%n].Type, &v.Items[i]))
		}
		return s
	}
	switch t.Kind {
	case columnar.Boolean:
		return strconv.FormatBool(v.Int == 1)
	case columnar.Float, columnar.Double:
		return strconv.FormatFloat(v.Float, 'g', -1, 64)
	case columnar.Decimal:
		return v.Big.String() + "e-" + strconv.Itoa(t.Scale)
	case columnar.Timestamp:
		return fmt.Sprintf("%d.%06d", v.Int, v.Nanos/1000)
	case columnar.Array:
		return "[" + strings.Join(list(1), ",") + "]"
	case columnar.Map:
		return "{" + strings.Join(list(2), ",") + "}"
	case columnar.Struct:
		return "(" + strings.Join(list(len(t.Fields)), ",") + ")"
	case columnar.String, columnar.Varchar, columnar.Char, columnar.Binary:
		return strconv.Quote(string(v.Bytes))
	}
	return strconv.FormatInt(v.Int, 10)
}

func expect(t *testing.T, tbl Table, o Object, want string, columns ...int) {
	t.Helper()
	got, err := all(tbl, o, columns...)
	if err != nil {
		t.Errorf("%v", err)
	}
	if got != want {
		t.Errorf("got\n%.2000swant\n%.2000s", got, want)
	}
}

const lazyClass = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"

func TestLazySimple(t *testing.T) {
	csv := map[string]string{"field.delim": ",", "serialization.format": ","}
	types := []string{"b boolean", "t tinyint", "i int", "l bigint", "d double", "n decimal(5,2)", "s string", "v varchar(3)", "c char(4)", "day date", "at timestamp"}
	expect(t, table(t, lazyClass, csv, types...), object("a.csv", []byte(
		"true,1,-2,3,4.5,6.789,x,äöüß,ab  ,2026-11-2,2026-11-02 03:04:05.678\r\n"+
			"TRUE,300,2.9,9223372036854775808,NaN,1234567,,,,2026-02-30,2026-11-02 24:00:00\n"+
			"\\N,\\N,\\N,\\N,\\N,\\N,\\N,\\N,\\N,\\N,\\N\n"+
			"yes, 7 ,x\n\n")), ""+
		`true|1|-2|3|4.5|679e-2|"x"|"äöü"|"ab"|20759|1793588645.678000`+"\n"+
		`true|NULL|2|NULL|NaN|NULL|""|""|""|NULL|NULL`+"\n"+
		strings.Repeat("NULL|", 10)+"NULL\n"+
		"NULL|7|NULL"+strings.Repeat("|NULL", 8)+"\n"+
		strings.Repeat("NULL|", 10)+"NULL\n")
}

func TestLazyColumns(t *testing.T) {
	tbl := table(t, lazyClass, map[string]string{"field.delim": "\\t", "skip.header.line.count": "1", "skip.footer.line.count": "1"}, "a int", "b string", "c string")
	o := object("a.tsv", []byte("a\tb\tc\n1\tx\ty\n2\tz\nend\n"))
	expect(t, tbl, o, "\"y\"|1|1\nNULL|2|2\n", 2, 0, 0)
	r, err := Open(tbl, o, []int{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := r.Next(context.Background()); err != nil || b.Len != 2 || len(b.Columns) != 0 {
		t.Error(b, err)
	}
	if n := r.Scanned(); n != o.Size {
		t.Errorf("scanned %d of %d", n, o.Size)
	}
}

func TestLazyNested(t *testing.T) {
	p := map[string]string{"field.delim": "|", "collection.delim": ",", "mapkey.delim": ":", "escape.delim": "\\"}
	expect(t, table(t, lazyClass, p, "a array<int>", "m map<string,int>", "s struct<x:int,y:array<string>>", "t string"), object("x", []byte(
		"1,2,x|a:1,b:2,a:3,c|5,p:q|one\\|two\n||\\N|\\\\\n")), ""+
		`[1,2,NULL]|{"a",1,"b",2,"c",NULL}|(5,["p","q"])|"one|two"`+"\n"+
		`[]|{}|NULL|"\\"`+"\n")
}

func TestLineEnds(t *testing.T) {
	tbl := table(t, lazyClass, nil, "a string")
	expect(t, tbl, object("x", []byte("a\r\nb\rc\n\nd\r")), "\"a\"\n\"b\"\n\"c\"\n\"\"\n\"d\"\n")
	for chunk := 1; chunk < 9; chunk++ { // wherever the reader stops
		tbl, o := tbl, object("x", []byte("a\r\nbcd\r\re\n\r\nf"))
		o.Stream = func(int64) (io.ReadCloser, error) {
			return io.NopCloser(&chunked{b: []byte("a\r\nbcd\r\re\n\r\nf"), n: chunk}), nil
		}
		expect(t, tbl, o, "\"a\"\n\"bcd\"\n\"\"\n\"e\"\n\"\"\n\"f\"\n")
	}
	begun := time.Now() // no byte is looked at for every line before it
	if got, err := all(tbl, object("x", bytes.Repeat([]byte("\r"), 4<<20))); err != nil || len(got) != 3*4<<20 {
		t.Error(len(got), err)
	}
	if took := time.Since(begun); took > 2*time.Minute {
		t.Errorf("4 M lines took %v", took)
	}
	long := strings.Repeat("x", 3<<20)
	expect(t, tbl, object("x", []byte(long+"\n"+long)), strings.Repeat(strconv.Quote(long)+"\n", 2))
}

// chunked gives so many bytes at a time.
type chunked struct {
	b []byte
	n int
}

func (c *chunked) Read(b []byte) (int, error) {
	if len(c.b) == 0 {
		return 0, io.EOF
	}
	n := copy(b, c.b[:min(c.n, len(c.b))])
	c.b = c.b[n:]
	return n, nil
}

func TestUnknownClass(t *testing.T) {
	for class, isKnown := range map[string]bool{"com.example.Own": false, "com.amazon.ionhiveserde.IonHiveSerDe": true} {
		var unknown *UnknownError
		if _, err := all(Table{SerDe: class}, object("x", nil)); !errors.As(err, &unknown) || unknown.Class != class || unknown.Known != isKnown {
			t.Error(err)
		}
	}
}
