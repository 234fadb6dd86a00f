package logstore

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"time"
)

// webAndJSON is lines as bench/lines.go makes them: half a web server's, half JSON, each with a random id.
func webAndJSON(n int) []Entry {
	r := rand.New(rand.NewPCG(10, 7))
	methods := []string{"GET", "GET", "GET", "POST", "PUT", "DELETE"}
	paths := []string{"/", "/index.html", "/api/v1/orders/%d", "/api/v1/cart/%d/items", "/api/v2/checkout/%d/confirm", "/static/app.%d.js", "/login", "/img/product/%d.jpg"}
	status := []int{200, 200, 200, 200, 200, 201, 204, 301, 304, 400, 403, 404, 500, 502}
	agents := []string{"Mozilla/5.0 (X11; Linux x86_64)", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X)", "curl/8.5.0", "Go-http-client/2.0", "kube-probe/1.31"}
	levels := []string{"INFO", "INFO", "INFO", "DEBUG", "WARN", "ERROR"}
	begin := time.UnixMilli(1_760_000_000_000).UTC()
	out := make([]Entry, n)
	for i := range out {
		at := begin.Add(time.Duration(i) * 50 * time.Microsecond)
		path := paths[r.IntN(len(paths))]
		if strings.Contains(path, "%") {
			path = fmt.Sprintf(path, r.IntN(2000))
		}
		out[i].Timestamp = at.UnixMilli()
		if method, code, id := methods[r.IntN(len(methods))], status[r.IntN(len(status))], r.Uint64(); i%2 == 0 {
			out[i].Message = fmt.Sprintf(`10.%d.%d.%d - - [%s] "%s %s HTTP/1.1" %d %d "-" "%s" %016x`,
				r.IntN(4), r.IntN(256), r.IntN(256), at.Format("02/Jan/2006:15:04:05 -0700"), method, path, code, r.IntN(50_000), agents[r.IntN(len(agents))], id)
		} else {
			out[i].Message = fmt.Sprintf(`{"level":"%s","service":"svc-%d","method":"%s","path":"%s","status":%d,"latencyMs":%d,"user":%d,"requestId":"%016x"}`,
				levels[r.IntN(len(levels))], r.IntN(20), method, path, code, r.IntN(3000), r.IntN(100_000), id)
		}
	}
	return out
}

// logOf is the rows of a log that holds the lines, and the log.
func logOf(lines []Entry) (rows []row, buf []byte) {
	for n := uint64(1); len(lines) > 0; n++ {
		some := lines[:min(5000, len(lines))]
		lines = lines[len(some):]
		from := len(buf)
		rec := record(&Batch{Stream: n % 8, Number: n, Ingestion: some[0].Timestamp, Events: some}, n)
		buf = append(buf, rec...)
		rows, _ = appendRows(rows, rec[recordHeader:], n, from+recordHeader)
	}
	return rows, buf
}

func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkSegment tells what a segment of a full log costs to make and to unpack, in CPU time, and which parts of it take how much of the
// messages' size.
func BenchmarkSegment(b *testing.B) {
	rows, buf := logOf(webAndJSON(60_000))
	dir := b.TempDir()
	g := Open(dir, Options{}).at("")
	var s *segment
	b.Run("write", func(b *testing.B) {
		var set maker
		from := cpu()
		for b.Loop() {
			var err error
			if s, err = g.writeSegment(1, 12, rows, buf, &set); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(cpu()-from)/1e3/float64(b.N*len(rows)), "cpu-s/Mlines")
		var packed, filters int64
		for _, x := range s.blocks {
			packed, filters = packed+x.size, filters+x.filterBytes
		}
		b.ReportMetric(float64(packed)/float64(s.bytes), "blocks/byte")
		b.ReportMetric(float64(filters)/float64(s.bytes), "filters/byte")
		b.ReportMetric(float64(s.size-packed-filters)/float64(s.bytes), "index/byte")
		b.ReportMetric(float64(s.bytes)/float64(s.size), "raw/disk")
	})
	b.Run("read", func(b *testing.B) {
		f, _, err := Disk.Open(dir + "/" + s.name)
		if err != nil {
			b.Fatal(err)
		}
		defer f.Close()
		var m memory
		from := cpu()
		for b.Loop() {
			for i := range s.blocks {
				if err = s.load(f, i, &m); err != nil || bytes.Contains(m.raw, []byte("/api/v2/checkout/777777/confirm")) {
					b.Fatal(err)
				}
			}
		}
		b.ReportMetric(float64(cpu()-from)/1e3/float64(b.N*len(rows)), "cpu-s/Mlines")
		b.ReportMetric(float64(s.bytes)*float64(b.N)/float64(cpu()-from), "GB/cpu-s")
	})
}
