package world

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"unyo/wire"
)

// asked is a signed call of CloudWatch Logs by root.
func asked(op, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:4566/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "Logs_20140328."+op)
	wire.Sign(r, []byte(body), "test", "test", "eu-central-1", "logs", time.Now())
	r.RequestURI = "/"
	return r
}

// BenchmarkChange is a call that changes something, by 1 and by 64 callers at a time, on a disk: when it is answered, what it has changed and
// its entry in the journal are there for good.
func BenchmarkChange(b *testing.B) {
	for _, callers := range []int{1, 64} {
		b.Run(fmt.Sprint(callers), func(b *testing.B) {
			w := open(b, b.TempDir())
			var n atomic.Int64
			b.SetParallelism(max(1, callers/2))
			b.ReportAllocs()
			call := func() {
				rec := httptest.NewRecorder()
				w.Handler().ServeHTTP(rec, asked("CreateLogGroup", fmt.Sprintf(`{"logGroupName":"g%d"}`, n.Add(1))))
				if rec.Code != http.StatusOK {
					b.Error(rec.Body)
				}
			}
			if callers == 1 {
				for b.Loop() {
					call()
				}
				return
			}
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					call()
				}
			})
		})
	}
}
