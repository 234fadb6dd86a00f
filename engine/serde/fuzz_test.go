package serde

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/klauspost/compress/gzip"
)

// kinds are tables of every text format.
func kinds(t testing.TB) map[string]Table {
	columns := []string{"a int", "b string", "c timestamp", "d decimal(20,3)", "e array<map<string,boolean>>", "f struct<x:double,y:date>", "g char(3)"}
	flat := []string{"a int", "b string", "c timestamp", "d decimal(20,3)", "e date", "f double", "g varchar(3)"}
	return map[string]Table{
		"lazy":       table(t, lazyClass, map[string]string{"field.delim": ",", "escape.delim": "\\", "skip.footer.line.count": "1"}, columns...),
		"csv":        table(t, csvClass, map[string]string{"use.null.for.invalid.data": "true"}, flat...),
		"openx":      table(t, openXClass, map[string]string{"ignore.malformed.json": "true", "use.null.for.invalid.data": "true", "dots.in.keys": "true"}, columns...),
		"hive":       table(t, hiveJSON, nil, columns...),
		"regex":      table(t, "org.apache.hadoop.hive.serde2.RegexSerDe", map[string]string{"input.regex": "(.*?) (.*?) (.*?) (.*?) (.*?) (.*?) (.*)"}, flat...),
		"grok":       table(t, "com.amazonaws.glue.serde.GrokSerDe", map[string]string{"input.format": "%{INT:a} %{IP:b} %{GREEDYDATA:c}"}, flat...),
		"cloudtrail": table(t, "com.amazon.emr.hive.serde.CloudTrailSerde", nil, columns...),
	}
}

var extensions = []string{"", ".gz", ".bz2", ".zst", ".deflate", ".snappy", ".lz4"}

// Any bytes are rows or are refused, in every format and compression.
func FuzzText(f *testing.F) {
	f.Add("lazy", 0, []byte("1,a\\,b,2026-01-02 03:04:05.6,1.5,k\x03true\x02l,1.5\x022026-01-02,abcd\nx\n"))
	f.Add("csv", 0, []byte("1,\"a \\\"b\",1000,1.5,20000,1e5,abcd\n\"\n"))
	f.Add("openx", 0, []byte(`{"a":1,"b":"x\u00e9","c":"2026-01-02T03:04:05Z","e":[{"k":true}],"f":{"x":1.5,"y":"2026-01-02"},"z.z":[{}]}`+"\n{\n"))
	f.Add("hive", 0, []byte(`{"A":"1","d":12.5,"e":[],"f":null,"g":"abcdef"}`))
	f.Add("regex", 0, []byte("1 2 3 4 5 6 7\n"))
	f.Add("grok", 0, []byte("1 10.0.0.1 x\n"))
	f.Add("cloudtrail", 0, []byte(`{"x":1,"Records":[{"a":1},{"b":{}}]}`))
	for i := range extensions {
		f.Add("lazy", i, packed(f, i, []byte("1,a\n2,b\n")))
	}
	tables := kinds(f)
	f.Fuzz(func(t *testing.T, kind string, extension int, b []byte) {
		tbl, ok := tables[kind]
		if !ok || extension < 0 || extension >= len(extensions) {
			return
		}
		columns := []int{4, 0, 1, 2, 3, 5, 6, 0}
		r, err := Open(tbl, object("x"+extensions[extension], b), columns, nil)
		for n := 0; err == nil && n < 20; n++ {
			batch, nextErr := r.Next(context.Background())
			if err = nextErr; err != nil {
				break
			}
			for _, c := range batch.Columns {
				if bad := c.Check(); bad != nil || c.Len != batch.Len {
					t.Fatalf("a batch of %d: %d, %v", batch.Len, c.Len, bad)
				}
			}
		}
		if r != nil {
			_ = r.Close()
		}
	})
}

// Every compression gives the text back, also when streams follow each other and when it is cut short it says so.
func TestCompressions(t *testing.T) {
	tbl := table(t, lazyClass, map[string]string{"field.delim": ","}, "n int", "s string")
	var text, want bytes.Buffer
	r := rand.New(rand.NewPCG(1, 1))
	for range 30000 {
		n, s := r.IntN(100), string(rune('a'+r.IntN(26)))
		text.WriteString(show(tbl.Columns[0].Type, value(n)) + "," + s + "\n")
		want.WriteString(show(tbl.Columns[0].Type, value(n)) + "|\"" + s + "\"\n")
	}
	for i, ext := range extensions {
		b := packed(t, i, text.Bytes())
		expect(t, tbl, object("x"+ext, b), want.String())
		if ext == "" {
			continue
		}
		if _, err := all(tbl, object("x"+ext, b[:len(b)-len(b)/3])); err == nil || err == io.EOF {
			t.Errorf("%s: cut short, and nobody says so", ext)
		}
		expect(t, tbl, object("x"+ext, nil), "")
	}
	var two bytes.Buffer
	for _, part := range []string{"1,a\n", "2,b\n"} {
		z := gzip.NewWriter(&two)
		_, _ = z.Write([]byte(part))
		_ = z.Close()
	}
	expect(t, tbl, object("x.gz", two.Bytes()), "1|\"a\"\n2|\"b\"\n")
}
