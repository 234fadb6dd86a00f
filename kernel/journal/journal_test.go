package journal_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"unyo/base/call"
	"unyo/kernel"
	"unyo/kernel/jobs"
	"unyo/kernel/journal"
	"unyo/kernel/store"
)

var begin = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB, fs vfs.FS) *kernel.Kernel {
	t.Helper()
	dir := ""
	if fs != nil {
		dir = "estate"
	}
	k, err := kernel.Open(kernel.Options{Dir: dir, FS: fs, Held: true, Start: begin, Seed: 1, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	ok(t, err)
	t.Cleanup(func() { ok(t, k.Close()) })
	return k
}

func as(k *kernel.Kernel, id string) context.Context {
	return call.With(context.Background(), &call.Call{
		Scope: call.Scope{Partition: "aws", Account: "111111111111", Region: "eu-central-1"}, Serial: k.Serial(), RequestID: id,
		Service: "logs", Operation: "CreateLogGroup", Principal: call.Principal{ARN: "arn:aws:iam::111111111111:user/ann"},
	})
}

func record(t testing.TB, k *kernel.Kernel, id string) {
	t.Helper()
	ok(t, k.Journal.Record(as(k, id), journal.Call{RequestID: id, Service: "logs", Operation: "CreateLogGroup"}))
}

func change(t testing.TB, k *kernel.Kernel, id, event string) {
	t.Helper()
	ok(t, k.Store.Update(as(k, id), func(tx *store.Tx) error {
		k.Journal.Change(tx, journal.Change{ARN: "arn:aws:logs:::x", Type: "AWS::Logs::LogGroup", Event: event, After: json.RawMessage(`{"a":1}`)})
		return nil
	}))
}

func advance(t testing.TB, k *kernel.Kernel, by time.Duration) {
	t.Helper()
	_, err := k.Clock.Advance(context.Background(), k.Clock.Now().Add(by), nil)
	ok(t, err)
}

func read(t testing.TB, k *kernel.Kernel) (out []string) {
	t.Helper()
	es, err := k.Journal.Read(context.Background(), 0, 10000)
	ok(t, err)
	for _, e := range es {
		out = append(out, fmt.Sprintf("%d %s %s", e.Seq, e.Kind(), e.RequestID()))
	}
	return out
}

func TestOrder(t *testing.T) {
	k := open(t, nil)
	record(t, k, "r1")
	change(t, k, "r2", "Created")
	record(t, k, "r2")
	if err := k.Store.Update(as(k, "r3"), func(tx *store.Tx) error {
		k.Journal.Change(tx, journal.Change{})
		return errors.New("does not happen")
	}); err == nil {
		t.Fatal("no error")
	}
	if got := read(t, k); !slices.Equal(got, []string{"1 call r1", "2 change r2", "3 call r2"}) {
		t.Errorf("%q", got)
	}
	es, err := k.Journal.Read(t.Context(), 1, 1)
	ok(t, err)
	if c := es[0].Change; len(es) != 1 || c.Principal != "arn:aws:iam::111111111111:user/ann" || c.Account != "111111111111" || c.Region != "eu-central-1" || !es[0].Time.Equal(begin) {
		t.Errorf("%+v", es[0].Change)
	}
	var back []uint64
	ok(t, k.Store.View(t.Context(), func(tx *store.Tx) error {
		back = nil
		for e := range k.Journal.Back(tx) {
			back = append(back, e.Seq)
		}
		return nil
	}))
	if !slices.Equal(back, []uint64{3, 2, 1}) {
		t.Errorf("back %v", back)
	}
}

// What is too large for a row is left out, not refused.
func TestShorten(t *testing.T) {
	k := open(t, nil)
	big, err := json.Marshal(strings.Repeat("x", 60<<10))
	ok(t, err)
	ok(t, k.Journal.Record(as(k, "r"), journal.Call{RequestID: "r", Request: big, Response: json.RawMessage(`{"kept":true}`), Extra: big}))
	ok(t, k.Store.Update(as(k, "r"), func(tx *store.Tx) error {
		k.Journal.Change(tx, journal.Change{Before: big, After: big})
		return nil
	}))
	es, err := k.Journal.Read(t.Context(), 0, 10)
	ok(t, err)
	if c := es[0].Call; string(c.Response) != `{"kept":true}` || string(c.Request) != fmt.Sprintf(`{"omitted":"%d bytes"}`, len(big)) {
		t.Errorf("%s %s", c.Request, c.Response)
	}
	if len(es) != 2 || len(es[1].Change.After) > 100 {
		t.Errorf("%d entries", len(es))
	}
}

// Nothing that a caller chooses keeps a call out of the journal, however long it is and however it is written.
func TestNoCallTooLarge(t *testing.T) {
	k := open(t, nil)
	for i, unit := range []string{"x", "<", "\x01", "\xff", "é", "\u2028"} {
		long := strings.Repeat(unit, 64<<10)
		c := journal.Call{
			RequestID: fmt.Sprint(i), UserAgent: "agent " + long, SourceIP: long, ErrorCode: long, ErrorMessage: long, TLS: &journal.TLS{Host: long},
			Principal: journal.Principal{ID: long, Name: long, Provider: long, SourceIdentity: long}, Denied: &journal.Denial{Resource: long},
		}
		raw, err := json.Marshal(strings.Repeat("x", 11<<10))
		ok(t, err)
		c.Request, c.Response, c.Extra = raw, raw, raw
		for range 20 {
			c.Resources = append(c.Resources, journal.Resource{ARN: "arn:aws:s3:::b/" + long[:1024], Account: "222222222222"})
		}
		ok(t, k.Journal.Record(as(k, c.RequestID), c))
	}
	es, err := k.Journal.Read(t.Context(), 0, 10)
	ok(t, err)
	if len(es) != 6 {
		t.Fatalf("%d entries", len(es))
	}
	for _, e := range es {
		if c := e.Call; !strings.HasPrefix(c.UserAgent, "agent ") || len(c.UserAgent) < 200 || len(c.Resources) == 0 || c.Resources[0].Account == "" || len(c.Response) < 1000 {
			t.Errorf("%d bytes of the agent, %d resources", len(c.UserAgent), len(c.Resources))
		}
	}
}

// Entries live 90 days and disappear within a day after.
func TestRetention(t *testing.T) {
	dir := vfs.NewMem()
	k := open(t, dir)
	for day := range 200 {
		record(t, k, fmt.Sprint("day-", day))
		advance(t, k, 24*time.Hour)
		if day == 120 { // the job outlives the process
			ok(t, k.Close())
			k = open(t, dir)
		}
		got := read(t, k)
		oldest := max(0, day-89)
		if want := fmt.Sprintf("%d call day-%d", oldest+1, oldest); got[0] != want || len(got) != day-oldest+1 {
			t.Fatalf("after day %d: %d entries, first %q, want %q", day, len(got), got[0], want)
		}
	}
	advance(t, k, 100*24*time.Hour)
	if got := read(t, k); len(got) != 0 {
		t.Errorf("left %q", got)
	}
	if left, _ := k.Jobs.Waiting(t.Context(), 10); len(left) != 0 {
		t.Errorf("jobs of an empty journal: %+v", left)
	}
	record(t, k, "late")
	advance(t, k, 92*24*time.Hour)
	if got := read(t, k); len(got) != 0 {
		t.Errorf("left %q", got)
	}
}

// A watch sees its kind, in order, each once, from where it was when it was new; also across restarts and failures.
func TestWatch(t *testing.T) {
	dir := vfs.NewMem()
	var seen []string
	failing := ""
	start := func() *kernel.Kernel {
		k := open(t, dir)
		k.Journal.Watch(journal.Watch{Name: "w", Of: journal.OfChange, See: func(ctx context.Context, e journal.Entry) error {
			if e.Change.Event == failing {
				return errors.New("not now")
			}
			seen = append(seen, e.Change.Event)
			return nil
		}})
		return k
	}
	expect := func(want ...string) {
		t.Helper()
		if !slices.Equal(seen, want) {
			t.Fatalf("seen %q, want %q", seen, want)
		}
		seen = nil
	}
	k := start()
	change(t, k, "r", "before the watch was there")
	ok(t, k.Start(t.Context()))
	advance(t, k, 0)
	expect()
	change(t, k, "r", "a")
	record(t, k, "r")
	change(t, k, "r", "b")
	advance(t, k, 0)
	expect("a", "b")

	failing = "d"
	for _, e := range []string{"c", "d", "e"} {
		change(t, k, "r", e)
	}
	advance(t, k, 2*time.Second)
	expect("c")
	failing = ""
	advance(t, k, time.Minute)
	expect("d", "e")

	var many []string
	for i := range 600 { // more than one run looks at
		many = append(many, fmt.Sprint(i))
		change(t, k, "r", fmt.Sprint(i))
	}
	ok(t, k.Close())
	k = start()
	ok(t, k.Start(t.Context()))
	advance(t, k, 0)
	expect(many...)

	failing = "hopeless"
	change(t, k, "r", "hopeless")
	advance(t, k, time.Hour)
	expect()
	failures, err := k.Jobs.Failures(t.Context(), 10)
	ok(t, err)
	if len(failures) != 1 || failures[0].Job() != "@journal.watch-w" || !strings.Contains(failures[0].Why, "not now") {
		t.Errorf("%+v", failures)
	}
	failing = ""
	change(t, k, "r", "next")
	advance(t, k, 0)
	expect()
	advance(t, k, 10*time.Minute) // it comes back by itself, and begins where it failed
	expect("hopeless", "next")
}

// A trace follows a request through the calls it makes, its jobs and their calls.
func TestTrace(t *testing.T) {
	k := open(t, nil)
	s := k.For("logs")
	var job jobs.Job[int]
	job = jobs.Handle(s.Jobs, "work", func(ctx context.Context, n int) error {
		c := call.From(ctx)
		peer := call.With(ctx, &call.Call{Scope: c.Scope, RequestID: fmt.Sprint("peer-", n), Job: c.Job})
		if err := k.Journal.Record(peer, journal.Call{RequestID: fmt.Sprint("peer-", n), Job: c.Job, Parent: c.RequestID}); err != nil {
			return err
		}
		return s.Update(ctx, func(tx *store.Tx) error {
			k.Journal.Change(tx, journal.Change{Event: fmt.Sprint("Done ", n)})
			if n < 2 {
				job.At(tx, k.Clock.Now().Add(time.Hour), n+1)
			}
			return nil
		})
	})
	record(t, k, "other")
	ctx := as(k, "r1")
	ok(t, k.Journal.Record(ctx, journal.Call{RequestID: "inner", Parent: "r1"}))
	ok(t, k.Journal.Record(ctx, journal.Call{RequestID: "innermost", Parent: "inner"}))
	ok(t, s.Update(ctx, func(tx *store.Tx) error { job.Soon(tx, 1); return nil }))
	ok(t, k.Journal.Record(ctx, journal.Call{RequestID: "r1"}))
	advance(t, k, 2*time.Hour)
	record(t, k, "another")
	es, err := k.Journal.Trace(t.Context(), "r1")
	ok(t, err)
	var got []string
	for _, e := range es {
		if e.Call != nil {
			got = append(got, e.Call.RequestID)
		} else {
			got = append(got, e.Change.Event)
		}
	}
	if want := []string{"inner", "innermost", "r1", "peer-1", "Done 1", "peer-2", "Done 2"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func BenchmarkRecord(b *testing.B) {
	k := open(b, vfs.NewMem())
	ctx := as(k, "r")
	c := journal.Call{RequestID: "0b0da8f1-02dc-47f8-aeed-f78000000000", Service: "logs", Operation: "CreateLogGroup", Source: "logs.amazonaws.com", Account: "111111111111", Region: "eu-central-1",
		Principal: journal.Principal{Kind: "IAMUser", ARN: "arn:aws:iam::111111111111:user/ann", ID: "AIDAAAAAAAAAAAAAAAAAA"}, Request: json.RawMessage(`{"logGroupName":"/aws/lambda/ingest"}`)}
	b.ReportAllocs()
	for range b.N {
		ok(b, k.Journal.Record(ctx, c))
	}
}
