package cloudtrail

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	api "unyo/api/cloudtrail"
	"unyo/engine/blob"
	"unyo/kernel"
	"unyo/kernel/journal"
	"unyo/kernel/store"
)

// holds puts a segment of so many events, one a second, into an event data store.
func (s *Service) holds(t testing.TB, ctx context.Context, id string, events int) {
	t.Helper()
	var text bytes.Buffer
	w, err := eventLayout.writer(&text)
	ok(t, err)
	for i := range events {
		name := fmt.Sprint("user", i%7)
		c := &journal.Call{RequestID: fmt.Sprint(i), Operation: fmt.Sprint("Op", i), Region: here, Category: management, Source: fmt.Sprintf("source%d.amazonaws.com", i*i%13),
			Principal: journal.Principal{Kind: "IAMUser", Account: mine, Name: name, ARN: "arn:aws:iam::" + mine + ":user/" + name}, Request: json.RawMessage(fmt.Sprintf(`{"n":"%d"}`, i%11))}
		if i%50 == 0 || i/1000 == 7 {
			c.ErrorCode = "AccessDenied"
		}
		row, _ := s.rowOf(&journal.Entry{Seq: uint64(i), Time: begin.Add(time.Duration(i) * time.Second), Call: c}, mine)
		ok(t, w.Write(row))
	}
	ok(t, w.Close())
	var ref blob.Ref
	ref, err = s.blobs.Stage(ctx, &text)
	ok(t, err)
	ok(t, s.k.Update(ctx, func(tx *store.Tx) error {
		s.segments.Put(tx, segmentKey(id, uint64(events)), segment{To: uint64(events), Rows: int64(events), Oldest: begin, Newest: begin.Add(time.Duration(events-1) * time.Second), Ref: ref})
		return nil
	}))
}

// Queries that take long leave other jobs their places, however many there are, and short ones end among them.
func TestLongQueriesHoldUpNothing(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // the house has eight places for each processor
	k, s, out := open(t, kernel.Options{})
	ok(t, k.Clock.Live(context.Background()))
	var long []*string
	their := func() context.Context { return in(k, other, here) }
	id := s.makeStore(t, their(), nil)
	s.holds(t, their(), id, 2000)
	for range maxQueries {
		q, err := s.StartQuery(their(), &api.StartQueryInput{QueryStatement: new(strings.ReplaceAll("SELECT max(a.eventName || b.eventName || c.eventName || d.eventName) FROM EDS a CROSS JOIN EDS b CROSS JOIN EDS c CROSS JOIN EDS d", "EDS", id))})
		ok(t, err)
		long = append(long, q.QueryId)
	}
	state := func(q *string) string {
		told, err := s.DescribeQuery(their(), &api.DescribeQueryInput{QueryId: q})
		ok(t, err)
		return *told.QueryStatus
	}
	eventually := func(what string, is func() bool) {
		t.Helper()
		for begun := time.Now(); !is(); time.Sleep(10 * time.Millisecond) {
			if time.Since(begun) > 3*time.Minute {
				t.Fatal(what)
			}
		}
	}
	eventually("they do not run", func() bool {
		for _, q := range long {
			if state(q) != api.QueryStatusRunning {
				return false
			}
		}
		return true
	})
	ctx := func() context.Context { return in(k, mine, here) }
	id = s.makeStore(t, ctx(), nil)
	s.holds(t, ctx(), id, 3)
	q, err := s.StartQuery(ctx(), &api.StartQueryInput{QueryStatement: new("SELECT count(*) AS n FROM " + id), DeliveryS3Uri: new("s3://archive")})
	ok(t, err)
	eventually("a short one is held up, or another job, its delivery", func() bool {
		told, err := s.DescribeQuery(ctx(), &api.DescribeQueryInput{QueryId: q.QueryId})
		ok(t, err)
		return *told.QueryStatus == api.QueryStatusFinished && *told.DeliveryStatus == api.DeliveryStatusSuccess
	})
	if len(out.asked) != 2 {
		t.Errorf("%q", out.asked)
	}
	for _, q := range long {
		if got := state(q); got != api.QueryStatusRunning {
			t.Fatalf("%s meanwhile", got)
		}
		_, err := s.CancelQuery(their(), &api.CancelQueryInput{QueryId: q})
		ok(t, err)
	}
}
