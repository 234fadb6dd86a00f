package classify

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"
	"testing"
)

func of(t *testing.T, name, text string, own ...Classifier) Format {
	t.Helper()
	f, err := Of(Object{Name: name, Size: int64(len(text)), At: strings.NewReader(text)}, own)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *Format) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", f.Classification, f.Compression)
	for _, c := range f.Columns {
		fmt.Fprintf(&b, " %s:%s", c.Name, c.Type)
	}
	return b.String()
}

// What AWS says of its classifiers: https://docs.aws.amazon.com/glue/latest/dg/add-classifier.html
func TestClassify(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"csv with a header", "Id,Name,Share\n1,a,0.5\n2,b,1\n", "csv none id:bigint name:string share:double"},
		{"csv of texts has no header", "a,b\nc,d\ne,f\n", "csv none col0:string col1:string"},
		{"a header of numbers is none", "1,a\n2,b\n", "csv none col0:bigint col1:string"},
		{"a long name is none", strings.Repeat("x", 150) + ",b\n1,2\n3,4\n", "csv none col0:string col1:string"},
		{"pipes", "a|b\n1|2\n", "csv none a:bigint b:bigint"},
		{"tabs", "a\tb\n1\ttrue\n", "csv none a:bigint b:boolean"},
		{"semicolons beside commas", "a;b;c\n1,5;2,5;3\n1,6;2,6;4\n", "csv none a:string b:string c:bigint"},
		{"Ctrl-A", "a\x01b\n1\x012\n", "csv none a:bigint b:bigint"},
		{"a delimiter at the end", "a,b,\n1,2,\n3,4,\n", "csv none a:bigint b:bigint"},
		{"an end of line in quotes", "a,b\n\"x\ny\",1\n\"z\",2\n", "csv none a:string b:bigint"},
		{"one column is no table", "a\nb\nc\n", "UNKNOWN none"},
		{"one row is no table", "a,b\n", "UNKNOWN none"},
		{"lines of JSON", `{"A":1,"b":{"c":[1,2.5]},"n":null}` + "\n" + `{"A":3000000000,"d":true}` + "\n", "json none a:bigint b:struct<c:array<double>> n:string d:boolean"},
		{"JSON that spans lines", "{\n \"a\": \"x\"\n}\n", "json none a:string"},
		{"an array", `[{"a":1},{"b":"x"}]`, "json none array:array<struct<a:int,b:string>>"},
		{"broken JSON", "{\"a\": 1\n{\n", "UNKNOWN none"},
		{"Apache, combined", `1.2.3.4 - - [01/Mar/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "x"` + "\n", "combined_apache none clientip:string ident:string auth:string timestamp:string verb:string request:string httpversion:string rawrequest:string response:string bytes:string referrer:string agent:string"},
		{"Linux kernel", "Mar  1 12:00:00 web kernel: [    1.5] eth0: up\n", "linux_kernel none timestamp:string hostname:string uptime:string message:string"},
		{"Ruby", "I, [2026-03-01T12:00:00.1 #12]  INFO -- web: hello\n", "ruby_logger none timestamp:string pid:string loglevel:string progname:string message:string"},
		{"Squid", "1066036250.603 310 192.0.2.1 TCP_MISS/302 1119 GET http://a/ - DIRECT/192.0.2.2 text/html\n", "squid none timestamp:string duration:string client_address:string cache_result:string status_code:string bytes:string request_method:string url:string user:string hierarchy_code:string server:string content_type:string"},
		{"nothing known", "hello world\n", "UNKNOWN none"},
		{"a broken Parquet file", "PAR1....", "UNKNOWN none"},
	} {
		if f := of(t, "x", c.text); f.text() != c.want {
			t.Errorf("%s:\n %s\nwant\n %s (%s)", c.name, f.text(), c.want, f.Why)
		}
	}
}

// Compression is told by the name, or by how an object begins.
func TestClassifyCompressed(t *testing.T) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	fmt.Fprint(w, "a,b\n1,2\n")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"x.csv.gz", "x"} {
		if f := of(t, name, b.String()); f.text() != "csv gzip a:bigint b:bigint" {
			t.Errorf("%s: %s", name, f.text())
		}
	}
	if f := of(t, "x.csv.bz2", b.String()); f.text() != "UNKNOWN bzip2" {
		t.Errorf("a wrong name: %s", f.text())
	}
}

// Classifiers of one's own come first; the most certain wins where none is certain.
func TestClassifyOwn(t *testing.T) {
	line, err := NewGrok("app", "%{WORD:level} %{NUMBER:n:int}", "")
	if err != nil {
		t.Fatal(err)
	}
	if f := of(t, "x", "warn 1\ninfo 2\n", line); f.text() != "app none level:string n:int" {
		t.Error(f.text())
	}
	if f := of(t, "x", "warn,a 1\ninfo,b 2\n", line); f.text() != "csv none col0:string col1:string" {
		t.Error(f.text())
	}
	if f := of(t, "x", `{"list":[{"a":1},{"b":2}]}`, JSON{Path: "$.list[*]"}); f.text() != "json none a:int b:int" {
		t.Error(f.text())
	}
	if f := of(t, "x", "a#b\nc#d\n", CSV{Delimiter: "#", Header: "PRESENT"}); f.text() != "csv none a:string b:string" {
		t.Error(f.text())
	}
	if f := of(t, "x", "1,2\n", CSV{Header: "ABSENT", Names: []string{"One", "two"}, Types: []string{"int", "date"}}); f.text() != "csv none one:int two:date" {
		t.Error(f.text())
	}
}

func TestSimilar(t *testing.T) {
	format := func(columns ...string) *Format {
		f := &Format{Classification: "json", Compression: "none"}
		for _, c := range columns {
			f.Columns = append(f.Columns, Column{c, "int"})
		}
		return f
	}
	a := format("a", "b", "c", "d", "e", "f", "g", "h", "i", "j")
	if b := format("a", "b", "c", "d", "e", "f", "g", "x"); !a.Similar(b) {
		t.Error("seven of ten columns agree")
	}
	if b := format("a", "b", "c", "d", "e", "f", "x"); a.Similar(b) {
		t.Error("six of ten columns agree")
	}
	b := format("a", "k")
	b.Columns[0].Type = "double"
	if got := a.Merge(b); got.Columns[0].Type != "double" || len(got.Columns) != 11 {
		t.Error(got.text())
	}
	b.Compression = "gzip"
	if a.Compatible(b) {
		t.Error("compressed otherwise")
	}
}

// Whatever an object holds, it is told what it is.
func FuzzClassify(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", `{"a":[1,{"b":2}]}`, "PAR1", "ORC", "\x1f\x8b", "1.2.3.4 - - [", `"a""`, "a|\"b\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := of(t, "x", s)
		if got.Classification == "" || got.Compression == "" {
			t.Errorf("%q: %+v", s, got)
		}
	})
}
