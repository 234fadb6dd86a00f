package columnar

import (
	"bytes"
	"fmt"
	"testing"
)

// BenchmarkConvert turns access log lines of 150 bytes into a file.
func BenchmarkConvert(b *testing.B) {
	s := schemaOf(b, "timestamp", "string", "string", "smallint", "bigint", "double")
	for i, name := range []string{"at", "ip", "path", "status", "bytes", "seconds"} {
		s[i].Name = name
	}
	var lines [][]byte
	size := 0
	for i := range 20000 {
		lines = append(lines, fmt.Appendf(nil, `{"at":"2026-03-01T12:%02d:%02d.%03dZ","ip":"10.0.%d.%d","path":"/api/v2/items/%d","status":200,"bytes":%d,"seconds":0.%03d,"agent":"curl/8"}`, i/60%60, i%60, i%1000, i%7, i%251, i%5000, i*37, i%997))
		size += len(lines[i])
	}
	d, err := NewDecoder(JSON{}, s)
	if err != nil {
		b.Fatal(err)
	}
	for name, begin := range map[string]func(*bytes.Buffer) (*Writer, error){
		"parquet": func(out *bytes.Buffer) (*Writer, error) { return Parquet{}.NewWriter(out, s) },
		"orc":     func(out *bytes.Buffer) (*Writer, error) { return ORC{}.NewWriter(out, s) },
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(size))
			for b.Loop() {
				var out bytes.Buffer
				w, err := begin(&out)
				if err != nil {
					b.Fatal(err)
				}
				for _, line := range lines {
					if err := w.WriteRecord(d, line); err != nil {
						b.Fatal(err)
					}
				}
				if err := w.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
