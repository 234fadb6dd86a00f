package serde

import (
	"context"
	"io"
	"os"
	"syscall"
	"testing"
)

func BenchmarkZZ(b *testing.B) {
	columns := []string{"id bigint", "at timestamp", "region string", "status int", "customer bigint", "path string", "latency double", "request string"}
	for _, c := range []struct {
		name, file string
		table      Table
	}{
		{"csv.gz", "/tmp/scanbench/files/csv/0.csv.gz", table(b, lazyClass, map[string]string{"field.delim": ","}, columns...)},
		{"text", "/tmp/scanbench/files/text/0.csv", table(b, lazyClass, map[string]string{"field.delim": ","}, columns...)},
		{"json", "/tmp/scanbench/files/json/0.json", table(b, openXClass, nil, columns...)},
	} {
		for _, cols := range [][]int{{2, 3, 6}, {0, 3, 6}, {4, 6}, {0, 5, 6}, {5}} {
			b.Run(c.name, func(b *testing.B) {
				var r0, r1 syscall.Rusage
				syscall.Getrusage(0, &r0)
				defer func() {
					syscall.Getrusage(0, &r1)
					b.ReportMetric(float64(r1.Utime.Nano()+r1.Stime.Nano()-r0.Utime.Nano()-r0.Stime.Nano())/1e6/float64(b.N), "cpu-ms")
				}()
				for b.Loop() {
					f, _ := os.Open(c.file)
					at, _ := f.Stat()
					r, err := Open(c.table, Object{Name: c.file, Size: at.Size(), At: f}, cols, nil)
					if err != nil {
						b.Fatal(err)
					}
					for {
						_, err := r.Next(context.Background())
						if err == io.EOF {
							break
						}
						if err != nil {
							b.Fatal(err)
						}
					}
					r.Close()
					f.Close()
				}
			})
		}
	}
}
