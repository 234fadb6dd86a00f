package pattern_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"unyo/engine/pattern"
)

// BenchmarkMatch matches a web server's lines and JSON, on one core.
func BenchmarkMatch(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	web, doc := make([][]byte, 1000), make([][]byte, 1000)
	for i := range web {
		web[i] = fmt.Appendf(nil, `10.0.%d.%d - - [10/Oct/2025:13:55:%02d +0000] "GET /api/v1/orders/%d HTTP/1.1" %d %d "-" "Mozilla/5.0 (X11; Linux x86_64)"`,
			r.IntN(256), r.IntN(256), i%60, r.IntN(100_000), 200+r.IntN(4)*100, r.IntN(5000))
		doc[i] = fmt.Appendf(nil, `{"level":"INFO","service":"svc-%d","request":{"method":"GET","path":"/api/v1/orders/%d"},"status":%d,"latencyMs":%d,"user":%d}`,
			r.IntN(20), r.IntN(100_000), 200+r.IntN(4)*100, r.IntN(3000), r.IntN(100_000))
	}
	for _, c := range []struct {
		name, text string
		lines      [][]byte
	}{
		{"terms", `GET -"/login" "Mozilla"`, web},
		{"optional", `?ERROR ?" 500 "`, web},
		{"regex", `%orders/[0-9]+\sHTTP/1.1.\s50[0-9]%`, web},
		{"delimited", `[ip, id, user, time, request, status = 5*, size > 1000, ...]`, web},
		{"json", `{ $.status >= 500 && $.latencyMs > 1000 }`, doc},
		{"json-nested", `{ ($.request.path = "/api/v1/*") && ($.level = "INFO" || $.user = 7) }`, doc},
	} {
		b.Run(c.name, func(b *testing.B) {
			p, err := pattern.Compile(c.text)
			if err != nil {
				b.Fatal(err)
			}
			for n := 0; b.Loop(); n++ {
				p.Match(c.lines[n%len(c.lines)])
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "lines/s")
		})
	}
}
