package insights

import (
	"context"
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"
)

// blocks is a memory that hands out many events at a time, as a log store does.
type blocks struct{ memory }

func (m *blocks) Sweep(_ context.Context, w Wanted, yield Yield) (s Swept, err error) {
	list := m.events[0]
	for len(list) > 0 {
		n := min(2000, len(list))
		if err := yield(0, 0, list[:n], nil); err != nil {
			return s, err
		}
		list = list[n:]
	}
	return s, nil
}

// corpus is half a web server's lines, half JSON.
func corpus(n int) *blocks {
	r := rand.New(rand.NewPCG(10, 7))
	m := &blocks{*lines()}
	m.workers = 1
	for i := range n {
		text := fmt.Sprintf(`10.%d.%d.%d - - [02/Jan/2026:15:04:05 +0000] "GET /api/v1/users/%d HTTP/1.1" %d %d "-" "Mozilla/5.0 (X11; Linux x86_64)" %016x`, r.IntN(4), r.IntN(256), r.IntN(256), r.IntN(2000), 200+r.IntN(5), r.IntN(50_000), r.Uint64())
		if i%2 == 0 {
			text = fmt.Sprintf(`{"level":"info","service":"svc-%d","method":"GET","path":"/api/v1/users/%d","status":%d,"latencyMs":%d,"user":%d,"requestId":"%016x"}`, r.IntN(20), r.IntN(2000), 200+r.IntN(5), r.IntN(3000), r.IntN(100_000), r.Uint64())
		}
		m.events[0] = append(m.events[0], Event{Timestamp: begin + int64(i)*10, Ingestion: begin, Stream: 1, Seq: uint64(i), Message: []byte(text)})
	}
	return m
}

func BenchmarkQuery(b *testing.B) {
	m := corpus(100_000)
	for name, text := range map[string]string{
		"count by bin and status": "stats count(*) by bin(5m), status",
		"regex":                   `parse @message /"(?<method>[A-Z]+) (?<path>\S+) HTTP/ | filter ispresent(path) | stats count(*) as n by path | sort n desc | limit 10`,
		"percentiles":             "stats pct(latencyMs, 50), pct(latencyMs, 99) by bin(1h)",
		"glob":                    `parse @message "\"* * HTTP" as method, path | stats count(*) as n by path | sort n desc | limit 10`,
		"latest":                  "fields @timestamp, @message | sort @timestamp desc | limit 100",
		"pattern":                 "pattern @message",
	} {
		q, _ := Parse(text)
		b.Run(name, func(b *testing.B) {
			before := cpu()
			for b.Loop() {
				p, fault := Compile(q, Options{})
				if fault != nil {
					b.Fatal(fault)
				}
				if _, err := p.Run(context.Background(), m, 0, begin+1e12); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(cpu()-before)/float64(b.N)/100_000, "cpu-ns/event")
			b.ReportAllocs()
		})
	}
}

// cpu is this process's processor time in nanoseconds, steadier than the wall on a machine that is shared.
func cpu() int64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return u.Utime.Nano() + u.Stime.Nano()
}
