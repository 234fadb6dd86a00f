package cloudtrail

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"unyo/kernel"
	"unyo/kernel/journal"
	"unyo/kernel/store"
)

// spent is the processor time of the process, which others on the machine do not change as they do the wall's.
func spent(b *testing.B) time.Duration {
	var u syscall.Rusage
	ok(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkLake asks an event data store of ten million events: 200 segments of 50,000, which are one file under 200 names.
func BenchmarkLake(b *testing.B) {
	k, s, _ := open(b, kernel.Options{})
	id := s.makeStore(b, in(k, mine, here), nil)
	var text bytes.Buffer
	w, err := eventLayout.writer(&text)
	ok(b, err)
	began := time.Now()
	for i := range segmentRows {
		name := fmt.Sprint("user", i%97)
		e := &journal.Entry{Seq: uint64(i), Time: begin.Add(time.Duration(i) * time.Second), Call: &journal.Call{
			RequestID: fmt.Sprint("request", i), Service: "logs", Source: fmt.Sprintf("service%d.amazonaws.com", i%23), Operation: fmt.Sprint("Operation", i%211), Account: mine, Region: here, Category: management,
			Principal: journal.Principal{Kind: "IAMUser", Account: mine, ID: "AIDA" + name, Name: name, ARN: "arn:aws:iam::111111111111:user/" + name, AccessKeyID: "AKIA" + name, IssuedAt: begin},
			SourceIP:  fmt.Sprintf("192.0.2.%d", i%251), UserAgent: "aws-cli/2.0", Request: json.RawMessage(fmt.Sprintf(`{"logGroupName":"group%d","limit":50}`, i)), ReadOnly: i%2 == 0,
			Resources: []journal.Resource{{ARN: fmt.Sprintf("arn:aws:logs:eu-central-1:111111111111:log-group:group%d", i)}},
		}}
		if i%50 == 0 {
			e.Call.ErrorCode = "AccessDenied"
		}
		row, _ := s.rowOf(e, mine)
		ok(b, w.Write(row))
	}
	ok(b, w.Close())
	b.Logf("%d µs an event, %d bytes", time.Since(began).Microseconds()/segmentRows, text.Len()/segmentRows)
	ctx := in(k, mine, here)
	ref, err := s.blobs.Stage(ctx, &text)
	ok(b, err)
	ok(b, s.k.Update(ctx, func(tx *store.Tx) error {
		for i := range uint64(200) {
			x := segment{From: i * segmentRows, To: (i + 1) * segmentRows, Rows: segmentRows, Oldest: begin, Newest: begin.Add(segmentRows * time.Second), Ref: ref}
			s.segments.Put(tx, segmentKey(id, x.To), x)
		}
		return nil
	}))
	for _, ask := range []string{
		"SELECT count(*) FROM EDS",
		"SELECT eventName, count(*) FROM EDS WHERE errorCode = 'AccessDenied' GROUP BY eventName ORDER BY 2 DESC LIMIT 10",
		"SELECT eventSource, count(*), max(eventTime) FROM EDS WHERE eventTime > '2026-03-01 18:00:00' GROUP BY eventSource",
		"SELECT userIdentity.arn, count(*) FROM EDS GROUP BY userIdentity.arn ORDER BY 2 DESC LIMIT 5",
		"SELECT eventID, eventTime FROM EDS WHERE sourceIPAddress = '192.0.2.7' AND eventName = 'Operation7' LIMIT 100",
		"SELECT count(*) FROM EDS WHERE element_at(requestParameters, 'logGroupName') = 'group7'",
	} {
		b.Run(ask, func(b *testing.B) {
			before := spent(b)
			for b.Loop() {
				if got := s.asks(b, k, id, ask); strings.HasPrefix(got, "FAILED") {
					b.Fatal("nothing")
				}
			}
			b.ReportMetric(float64((spent(b)-before).Milliseconds())/float64(b.N), "cpu-ms/op")
		})
	}
}
