package world

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"unyo/wire"
)

func open(t testing.TB, dir string) *World {
	t.Helper()
	w, err := Open(context.Background(), Options{Dir: dir, Clock: "held", Seed: 1, Management: "000000000000", Loopback: true, RootID: "test", RootSecret: "test", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		w.Stop()
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

func openWorld(t *testing.T, o Options) *World {
	t.Helper()
	w, err := Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func closeWorld(t *testing.T, w *World) {
	t.Helper()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

const whoAsks = "Action=GetCallerIdentity&Version=2011-06-15"

func signed(body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:4566/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	wire.Sign(r, []byte(body), "test", "test", "eu-central-1", "sts", time.Now())
	r.RequestURI = "/"
	return r
}

// No method of a service carries an operation's name with another signature: it would silently count as absent.
func TestNothingIsMisspelt(t *testing.T) {
	for _, table := range open(t, "").Gateway.Tables() {
		if table.Service != nil {
			for _, m := range table.Misspelt() {
				t.Error(m)
			}
		}
	}
}

// Two estates of one seed that are asked the same hash alike, in memory and on disk.
func TestSameCallsSameHash(t *testing.T) {
	hash := func(dir string) string {
		w := open(t, dir)
		for range 3 {
			rec := httptest.NewRecorder()
			w.Handler().ServeHTTP(rec, signed(whoAsks))
			if rec.Code != http.StatusOK || !bytes.Contains(rec.Body.Bytes(), []byte("arn:aws:iam::000000000000:root")) {
				t.Fatalf("%d %s", rec.Code, rec.Body)
			}
		}
		h, err := w.Kernel.Hash(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	memory, disk := hash(""), hash(t.TempDir())
	if memory != disk {
		t.Errorf("in memory %s, on disk %s", memory, disk)
	}
}

// BenchmarkCall is a signed call through the whole chain, journal included, without the network.
func BenchmarkCall(b *testing.B) {
	w := open(b, b.TempDir())
	r := signed(whoAsks)
	b.ReportAllocs()
	for b.Loop() {
		r.Body = readCloser{strings.NewReader(whoAsks)}
		rec := httptest.NewRecorder()
		w.Handler().ServeHTTP(rec, r)
		if rec.Code != http.StatusOK {
			b.Fatal(rec.Body)
		}
	}
}

type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }
