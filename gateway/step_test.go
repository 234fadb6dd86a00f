package gateway

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"unyo/api/rt"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/kernel"
)

// newGateway is a gateway without services over an estate in memory.
func newGateway(t testing.TB) (*Gateway, *bytes.Buffer) {
	t.Helper()
	k, err := kernel.Open(kernel.Options{Seed: 1, Held: true, Start: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := k.Close(); err != nil {
			t.Error(err)
		}
	})
	var log bytes.Buffer
	return New(Options{Kernel: k, Wall: k.Clock.Now, Log: slog.New(slog.NewTextHandler(&log, nil))}), &log
}

// makeInput is an input with an idempotency token.
type makeInput struct {
	Name  *string `aws:"Name"`
	Token *string `aws:"Token,idempotent"`
}

type makeOutput struct{ ID *string }

var makeOp = &rt.Operation{Name: "Make", In: (*makeInput)(nil), Out: (*makeOutput)(nil)}

func makeCall(g *Gateway, name, token string) *Exchange {
	k := &call.Call{Scope: call.Scope{Partition: "aws", Account: "111111111111", Region: "eu-central-1"}, At: g.kernel.Clock.Now()}
	return &Exchange{table: &rt.Table{Model: &rt.Model{Service: "maker"}}, op: makeOp, in: &makeInput{&name, &token}, call: k}
}

// TestDeduplicate: a repeat is answered as the first was; the same token on another request is refused; a failure is forgotten.
func TestDeduplicate(t *testing.T) {
	g, _ := newGateway(t)
	made := 0
	ask := func(name, token string, fault error) (string, error) {
		c := makeCall(g, name, token)
		err := g.deduplicate(call.With(t.Context(), c.call), c, func(context.Context) error {
			made++
			c.out = &makeOutput{ID: new(strings.Repeat("i", made))}
			return fault
		})
		if err != nil {
			return "", err
		}
		return *c.out.(*makeOutput).ID, nil
	}
	broken := errors.New("broken")
	for _, c := range []struct {
		name, token string
		fault       error
		want, code  string
	}{
		{"a", "t1", broken, "", ""}, {"a", "t1", nil, "ii", ""}, {"a", "t1", nil, "ii", ""}, {"b", "t1", nil, "", "IdempotentParameterMismatch"}, {"a", "t2", nil, "iii", ""},
	} {
		got, err := ask(c.name, c.token, c.fault)
		if got != c.want || awserr.Code(err) != c.code || c.fault != nil && !errors.Is(err, c.fault) {
			t.Errorf("%+v: %q %v", c, got, err)
		}
	}
}

// TestRecover: a panic becomes the house's own fault, told to the log and not to the caller.
func TestRecover(t *testing.T) {
	g, log := newGateway(t)
	err := g.recoverPanics(t.Context(), &Exchange{requestID: "id-1"}, func(context.Context) error { panic("secret thing") })
	if !errors.Is(err, errBug) || strings.Contains(err.Error(), "secret") || !strings.Contains(log.String(), "secret thing") || !strings.Contains(log.String(), "id-1") {
		t.Errorf("%v\n%s", err, log)
	}
}

// TestThrottle: an account that asks too much is slowed down, and no other one.
func TestThrottle(t *testing.T) {
	b, at := newThrottles(), time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	greedy, modest := throttleKey{account: "1"}, throttleKey{account: "2"}
	for range throttleBurst {
		if !b.take(greedy, at) {
			t.Fatal("within the burst")
		}
	}
	if b.take(greedy, at) || !b.take(modest, at) || !b.take(greedy, at.Add(time.Second/throttleRate)) {
		t.Error("the bucket is not that of the account, or does not fill")
	}
}

// TestLimiter: who asks for more than is left waits until it comes back, but not for ever.
func TestLimiter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(10)
		if !l.acquire(t.Context(), 8) {
			t.Fatal("8 of 10")
		}
		go func() {
			time.Sleep(time.Second)
			l.release(8)
		}()
		began := time.Now()
		if !l.acquire(t.Context(), 5) || time.Since(began) != time.Second {
			t.Errorf("after %s", time.Since(began))
		}
		if began = time.Now(); l.acquire(t.Context(), 6) || time.Since(began) != maxWait {
			t.Errorf("after %s", time.Since(began))
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if l.acquire(gone, 6) {
			t.Error("for a caller who is gone")
		}
	})
}

// TestBodyHoldsWhatItSent: announcing much borrows little, too much is refused, and all is given back.
func TestBodyHoldsWhatItSent(t *testing.T) {
	g, _ := newGateway(t)
	for _, c := range []struct {
		size int
		lent int64
		err  error
	}{{0, lentAtOnce, nil}, {10, lentAtOnce, nil}, {lentAtOnce + 1, 2 * lentAtOnce, nil}, {1 << 20, 1<<20 + lentAtOnce, nil}, {1<<20 + 1, 1<<20 + lentAtOnce, errTooLarge}} {
		for _, announced := range []int64{-1, 1 << 20, 1, int64(c.size)} {
			x := &Exchange{r: httptest.NewRequest(http.MethodPost, "/", nil)}
			x.r.ContentLength = min(announced, 1<<20)
			err := g.readWhole(x, io.LimitReader(zeros{}, int64(c.size)), 1<<20)
			if !errors.Is(err, c.err) || x.lent != c.lent || err == nil && (len(x.raw) != c.size || cap(x.raw) > max(2*lentAtOnce, 5*c.size)) {
				t.Errorf("%d bytes, %d announced: lent %d, room for %d, %v", c.size, announced, x.lent, cap(x.raw), err)
			}
			g.limits.release(x.lent)
		}
	}
	if g.limits.left != maxBuffered {
		t.Errorf("%d bytes are left", g.limits.left)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// TestIdentify: a customer's call says where it comes from; a house call says on whose behalf, and the same again when it is run again.
func TestIdentify(t *testing.T) {
	g, _ := newGateway(t)
	table := &rt.Table{Model: &rt.Model{Service: "s3"}}
	x := &Exchange{table: table, op: makeOp, requestID: "r", scope: call.Scope{Account: "111111111111", Region: "eu-central-1"}, r: httptest.NewRequest(http.MethodGet, "/", nil)}
	x.r.RemoteAddr = "192.0.2.7:999"
	x.r.Header.Set("User-Agent", "agent")
	if err := g.identify(t.Context(), x, func(ctx context.Context) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if k := x.call; k.SourceIP != "192.0.2.7" || k.UserAgent != "agent" || k.Secure || k.RequestID != "r" || len(k.Via) != 0 {
		t.Errorf("%+v", k)
	}
	child := func() *call.Call {
		parent := &call.Call{Scope: x.scope, Serial: 7, Service: "firehose", SourceIP: "192.0.2.7", Job: "j"}
		y := &Exchange{table: table, op: makeOp, parent: parent, scope: parent.Scope, role: call.Role{Service: "firehose.amazonaws.com", SourceARN: "arn:aws:x", SourceAccount: "1"}}
		if err := g.identify(t.Context(), y, func(ctx context.Context) error { return nil }); err != nil {
			t.Fatal(err)
		}
		return y.call
	}
	a, b := child(), child()
	if a.RequestID != b.RequestID || a.Serial != b.Serial || a.Job != "j" || a.SourceIP != "firehose.amazonaws.com" || a.SourceARN != "arn:aws:x" || len(a.Via) != 1 {
		t.Errorf("%+v\n%+v", a, b)
	}
}

// TestControlRefuses: the door is open to this machine only, and to no web page.
func TestControlRefuses(t *testing.T) {
	for _, c := range []struct {
		loopback     bool
		host, origin string
		in           bool
	}{
		{true, "127.0.0.1:4566", "", true}, {true, "localhost:4566", "", true}, {true, "[::1]:4566", "", true}, {true, "localhost", "http://localhost:3000", true},
		{true, "evil.example", "", false}, {true, "localhost.evil.example", "", false}, {true, "127.0.0.1.evil.example", "", false}, {true, "", "", false},
		{true, "localhost", "https://evil.example", false}, {true, "localhost", "null", false}, {true, "localhost", "http://[", false},
		{false, "127.0.0.1:4566", "", false}, // listens elsewhere too: sign
	} {
		d := &Control{Loopback: c.loopback, RootID: "root", Secret: "s", Wall: time.Now}
		r := httptest.NewRequest(http.MethodGet, "/_unyo/health", nil)
		r.Host = c.host
		if c.origin != "" {
			r.Header.Set("Origin", c.origin)
		}
		w := httptest.NewRecorder()
		d.ServeHTTP(w, r)
		if in := w.Code == http.StatusOK; in != c.in {
			t.Errorf("%+v: %d %s", c, w.Code, w.Body)
		}
	}
}

// TestJumpIsBounded: time moves by years, not by millennia.
func TestJumpIsBounded(t *testing.T) {
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		order order
		want  time.Duration // -1: refused
	}{
		{order{Advance: "1d12h"}, 36 * time.Hour}, {order{Advance: "2w"}, 14 * 24 * time.Hour}, {order{Advance: "9999999h"}, -1}, {order{Advance: "1e300d"}, -1}, {order{Advance: "NaNd"}, -1}, {order{Advance: "d"}, -1},
		{order{Until: "2026-03-02T00:00:00Z"}, 24 * time.Hour}, {order{Until: "9999-01-01T00:00:00Z"}, -1}, {order{Until: "soon"}, -1},
	} {
		got, err := c.order.target(now)
		if (err != nil) != (c.want < 0) || err == nil && got.Sub(now) != c.want {
			t.Errorf("%+v: %s %v", c.order, got, err)
		}
	}
}

// TestSeedIsNotShown: from the estate's seed follow all its secrets.
func TestSeedIsNotShown(t *testing.T) {
	g, _ := newGateway(t)
	w := httptest.NewRecorder()
	if err := (&Control{Kernel: g.kernel}).rows(w, httptest.NewRequest(http.MethodGet, "/_unyo/doctor/rows", nil), nil); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(w.Body.String()) {
		if strings.Contains(line, "seed") && !strings.Contains(line, hidden) {
			t.Error(line)
		}
	}
	if !strings.Contains(w.Body.String(), hidden) {
		t.Errorf("no seed among the rows:\n%s", w.Body)
	}
}

// TestThrottledCallsAreRecorded: who is refused for asking too often is in the journal all the same.
func TestThrottledCallsAreRecorded(t *testing.T) {
	g, _ := newGateway(t)
	c := makeCall(g, "a", "b")
	c.call.RequestID, c.call.Serial, c.call.Operation = "r", 1, "Make"
	g.buckets.m[throttleKey{c.call.Account, c.call.Region, "maker", "Make"}] = &bucket{tokens: 1, at: g.wall()}
	for _, code := range []string{"", "ThrottlingException"} {
		err := run(call.With(t.Context(), c.call), []Step{{"record", g.record}, {"throttle", g.throttle}, {"stop", func(context.Context, *Exchange, Next) error { return nil }}}, c)
		if awserr.Code(err) != code {
			t.Fatal(err)
		}
	}
	list, err := g.kernel.Journal.Read(t.Context(), 0, 10)
	if err != nil || len(list) != 2 || list[1].Call.ErrorCode != "ThrottlingException" || list[1].Call.Operation != "Make" {
		t.Fatalf("%+v %v", list, err)
	}
}

// TestReadsOutliveThePower: a read that was answered stands in the journal after a power failure where the house is told to sync reads; where it is
// not, nothing is promised.
func TestReadsOutliveThePower(t *testing.T) {
	for _, sync := range []bool{true, false} {
		disk := vfs.NewCrashableMem()
		open := func(fs vfs.FS) *kernel.Kernel {
			k, err := kernel.Open(kernel.Options{Dir: "estate", FS: fs, Seed: 1, Held: true, Start: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), Log: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatal(err)
			}
			return k
		}
		k := open(disk)
		g := New(Options{Kernel: k, Wall: k.Clock.Now, Log: slog.New(slog.DiscardHandler), SyncReads: sync})
		c := makeCall(g, "a", "b")
		c.op = &rt.Operation{Name: "Read", In: makeOp.In, Out: makeOp.Out, ReadOnly: true}
		if err := run(call.With(t.Context(), c.call), []Step{{"record", g.record}, {"stop", func(context.Context, *Exchange, Next) error { return nil }}}, c); err != nil {
			t.Fatal(err)
		}
		again := open(disk.CrashClone(vfs.CrashCloneCfg{}))
		list, err := again.Journal.Read(t.Context(), 0, 10)
		if err != nil || sync && len(list) != 1 {
			t.Errorf("synced %v: %d entries, %v", sync, len(list), err)
		}
		for _, k := range []*kernel.Kernel{k, again} {
			if err := k.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}
