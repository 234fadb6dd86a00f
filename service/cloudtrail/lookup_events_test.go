package cloudtrail

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	api "unyo/api/cloudtrail"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/engine/blob"
	"unyo/kernel"
	"unyo/kernel/journal"
	"unyo/kernel/resource"
	"unyo/kernel/store"
)

const (
	here  = "eu-central-1"
	mine  = "111111111111"
	other = "222222222222"
)

var begin = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// in is the context of a call in an account and region.
func in(k *kernel.Kernel, account, region string) context.Context {
	return call.With(context.Background(), &call.Call{
		Scope: call.Scope{Partition: "aws", Account: account, Region: region}, Serial: k.Serial(), Service: "cloudtrail", At: k.Clock.Now(), RequestID: fmt.Sprint("r", k.Serial()),
		Principal: call.Principal{Kind: call.Root, Account: account, ARN: "arn:aws:iam::" + account + ":root", ID: account},
	})
}

func open(t testing.TB, o kernel.Options) (*kernel.Kernel, *Service, *outside) {
	t.Helper()
	return openAt(t, o, t.TempDir())
}

// openAt has its blobs in dir.
func openAt(t testing.TB, o kernel.Options, dir string) (*kernel.Kernel, *Service, *outside) {
	t.Helper()
	o.Seed, o.Held, o.Start, o.Log = 1, true, begin, slog.New(slog.DiscardHandler)
	k, err := kernel.Open(o)
	ok(t, err)
	out := newOutside()
	blobs, err := blob.Open(dir, Blobs(k.For("cloudtrail")), blob.Options{Durable: k.Store.Sync})
	ok(t, err)
	s := New(k.For("cloudtrail"), blobs, out, out.peers())
	ok(t, k.Start(context.Background()))
	ok(t, k.Store.Update(context.Background(), func(tx *store.Tx) error {
		s.k.Resources.Put(tx, resource.Resource{ARN: "arn:aws:s3:::archive", Type: "AWS::S3::Bucket", Name: "archive", Service: "s3", Account: mine, Region: here})
		return nil
	}))
	t.Cleanup(func() {
		ok(t, k.Close())
		ok(t, blobs.Close())
	})
	return k, s, out
}

func advance(t testing.TB, k *kernel.Kernel, d time.Duration) {
	t.Helper()
	_, err := k.Clock.Advance(context.Background(), k.Clock.Now().Add(d), nil)
	ok(t, err)
}

// happens records a call of root in account.
func happens(t testing.TB, k *kernel.Kernel, account, name string, more ...func(*journal.Call)) {
	t.Helper()
	ctx := in(k, account, here)
	c := journal.Call{
		RequestID: name, Service: "logs", Source: "logs.amazonaws.com", Operation: name, Account: account, Region: here, Category: management,
		Principal: journal.Principal{Kind: "Root", Account: account, ID: account, ARN: "arn:aws:iam::" + account + ":root", AccessKeyID: "AKIA" + account},
	}
	for _, f := range more {
		f(&c)
	}
	ok(t, k.Journal.Record(ctx, c))
}

func (s *Service) names(t testing.TB, k *kernel.Kernel, q api.LookupEventsInput) (list string) {
	t.Helper()
	for {
		out, err := s.LookupEvents(in(k, mine, here), &q)
		ok(t, err)
		for _, e := range out.Events {
			list += *e.EventName + " "
		}
		if q.NextToken = out.NextToken; q.NextToken == nil {
			return list
		}
	}
}

// Event history is an account's and a region's, goes back 90 days, and is told from the latest on, within the time that is asked for.
func TestHistory(t *testing.T) {
	k, s, _ := open(t, kernel.Options{})
	for day := range 100 {
		happens(t, k, mine, fmt.Sprint("Day", day))
		happens(t, k, other, "Foreign")
		happens(t, k, mine, "Elsewhere", func(c *journal.Call) { c.Region = "eu-west-1" })
		happens(t, k, mine, "PutRecord", func(c *journal.Call) { c.Category = "Data" })
		advance(t, k, 24*time.Hour)
	}
	want := ""
	for day := 99; day >= 10; day-- {
		want += fmt.Sprintf("Day%d ", day)
	}
	for _, size := range []int32{1, 7, 50} {
		if got := s.names(t, k, api.LookupEventsInput{MaxResults: &size}); got != want {
			t.Errorf("in pages of %d: %s", size, got)
		}
	}
	day := func(n int) *time.Time { return new(begin.Add(time.Duration(n) * 24 * time.Hour)) }
	if got := s.names(t, k, api.LookupEventsInput{StartTime: day(50), EndTime: day(52)}); got != "Day52 Day51 Day50 " {
		t.Error(got)
	}
	if got := s.names(t, k, api.LookupEventsInput{EndTime: day(11)}); got != "Day11 Day10 " {
		t.Error(got)
	}
	if got := s.names(t, k, api.LookupEventsInput{StartTime: day(200)}); got != "" {
		t.Error(got)
	}
	by := func(key, value string) string {
		return s.names(t, k, api.LookupEventsInput{LookupAttributes: []api.LookupAttribute{{AttributeKey: &key, AttributeValue: &value}}})
	}
	for _, x := range [][3]string{
		{"EventName", "Day42", "Day42 "}, {"EventName", "Foreign", ""}, {"EventName", "PutRecord", ""}, {"ReadOnly", "true", ""}, {"Username", "root", want},
		{"EventSource", "logs.amazonaws.com", want}, {"EventSource", "iam.amazonaws.com", ""}, {"AccessKeyId", "AKIA" + mine, want}, {"EventId", "nonsense", ""},
	} {
		if got := by(x[0], x[1]); got != x[2] {
			t.Errorf("%s %s: %s", x[0], x[1], got)
		}
	}
	two := api.LookupAttribute{AttributeKey: new("ReadOnly"), AttributeValue: new("true")}
	for _, bad := range []struct {
		in   api.LookupEventsInput
		code string
	}{
		{api.LookupEventsInput{LookupAttributes: []api.LookupAttribute{two, two}}, "InvalidLookupAttributesException"},
		{api.LookupEventsInput{StartTime: day(2), EndTime: day(1)}, "InvalidTimeRangeException"},
		{api.LookupEventsInput{NextToken: new("?")}, "InvalidNextTokenException"},
	} {
		if _, err := s.LookupEvents(in(k, mine, here), &bad.in); awserr.Code(err) != bad.code {
			t.Errorf("%v, want %s", err, bad.code)
		}
	}
}

// BenchmarkLookupEvents asks for one event among very many.
func BenchmarkLookupEvents(b *testing.B) {
	k, s, _ := open(b, kernel.Options{Dir: b.TempDir()})
	const n = 1_000_000
	for i := range n {
		name := fmt.Sprint("Op", i%50)
		if i == 1000 {
			name = "Rare"
		}
		happens(b, k, mine, name)
	}
	start := time.Now()
	ok(b, s.index.Extend(b.Context()))
	b.Logf("%d events indexed in %s", n, time.Since(start))
	q := api.LookupEventsInput{LookupAttributes: []api.LookupAttribute{{AttributeKey: new("EventName"), AttributeValue: new("Rare")}}}
	for b.Loop() {
		if got := s.names(b, k, q); got != "Rare " {
			b.Fatal(got)
		}
	}
}
