package firehose

import (
	"fmt"
	"strings"
	"testing"
	"time"

	api "unyo/api/firehose"
)

// BenchmarkConversion turns what waits in a buffer, lines of an access log of 140 bytes, into an object.
func BenchmarkConversion(b *testing.B) {
	for name, serializer := range map[string]*api.Serializer{"parquet": {ParquetSerDe: &api.ParquetSerDe{}}, "orc": {OrcSerDe: &api.OrcSerDe{}}} {
		b.Run(name, func(b *testing.B) {
			f := setUp(b)
			f.shelf.columns = []string{"at", "timestamp", "ip", "string", "path", "string", "status", "smallint", "bytes", "bigint", "seconds", "double"}
			f.convert(func(c *api.DataFormatConversionConfiguration) { c.OutputFormatConfiguration.Serializer = serializer })
			b.StopTimer()
			for range b.N {
				size := 0
				for range 60 {
					var lines []string
					for i := range 500 {
						lines = append(lines, fmt.Sprintf(`{"at":"2026-03-01T12:%02d:%02d.%03dZ","ip":"10.0.%d.%d","path":"/api/v2/items/%d","status":200,"bytes":%d,"seconds":0.%03d,"agent":"curl/8"}`, i/60%60, i%60, i%1000, i%7, i%251, i%5000, i*37, i%997))
						size += len(lines[i])
					}
					f.put(lines...)
				}
				b.SetBytes(int64(size))
				b.StartTimer()
				f.advance(300 * time.Second)
				f.advance(0)
				b.StopTimer()
			}
			for key := range f.bucket.objects {
				if !strings.HasPrefix(key, "out/") {
					b.Error(key)
				}
			}
		})
	}
}
