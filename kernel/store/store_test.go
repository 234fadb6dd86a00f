package store_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"unyo/base/call"
	"unyo/kernel/store"
	"unyo/kernel/store/memory"
	"unyo/kernel/store/storetest"
)

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func panics(t *testing.T, want string, fn func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if p, _ := recover().(string); !strings.HasPrefix(p, "BUG: ") || !strings.Contains(p, want) {
			t.Errorf("panic %q, want %q", p, want)
		}
	}()
	fn()
}

// In tests every function runs twice, so that one which is not pure shows; and transactions do not nest.
func TestTwice(t *testing.T) {
	s, err := store.New(memory.New(), store.Options{Twice: true})
	ok(t, err)
	rows := store.TableOf[int](s.Space("demo"), "row", store.Regional)
	ctx := storetest.Context(storetest.Home)
	runs := 0
	ok(t, s.Update(ctx, func(tx *store.Tx) error {
		runs++
		if rows.Has(tx, "k") {
			t.Error("the first run was kept")
		}
		rows.Put(tx, "k", runs)
		if !call.From(ctx).InTx() {
			t.Error("the call does not know that it is in a transaction")
		}
		return nil
	}))
	ok(t, s.View(ctx, func(tx *store.Tx) error {
		if n, _ := rows.Get(tx, "k"); n != 2 || !call.From(ctx).InTx() {
			t.Errorf("kept run %d", n)
		}
		return nil
	}))
	if call.From(ctx).InTx() {
		t.Error("the call thinks it is still in a transaction")
	}
	panics(t, "inside a transaction", func() {
		_ = s.Update(ctx, func(tx *store.Tx) error { return s.Update(ctx, func(*store.Tx) error { return nil }) })
	})
	if call.From(ctx).InTx() {
		t.Error("after a panic the call thinks it is in a transaction")
	}
}

func TestMisuse(t *testing.T) {
	s, err := store.New(memory.New(), store.Options{})
	ok(t, err)
	rows := store.TableOf[int](s.Space("demo"), "row", store.Regional)
	account := store.TableOf[int](s.Space("demo"), "account", store.PerAccount)
	ctx := storetest.Context(storetest.Home)
	view := func(fn func(tx *store.Tx)) func() {
		return func() { _ = s.View(ctx, func(tx *store.Tx) error { fn(tx); return nil }) }
	}
	panics(t, "View writes", view(func(tx *store.Tx) { rows.Put(tx, "k", 1) }))
	panics(t, "without a region", view(func(tx *store.Tx) { rows.Get(tx.In(call.Scope{Account: "1"}), "k") }))
	panics(t, "without an account", view(func(tx *store.Tx) { account.Get(tx.In(call.Scope{}), "k") }))
	panics(t, "bad table name", func() { store.TableOf[int](s.Space(""), "row", store.Partition) })
	var kept *store.Tx
	view(func(tx *store.Tx) { kept = tx })()
	panics(t, "after its end", func() { rows.Get(kept, "k") })
	panics(t, "after a write into it", func() {
		_ = s.Update(ctx, func(tx *store.Tx) error { rows.Put(tx, "k", 1); rows.Erase(tx, "", ""); return nil })
	})
	if err := s.Update(ctx, func(tx *store.Tx) error {
		store.TableOf[chan int](s.Space("demo"), "chan", store.Regional).Put(tx, "k", nil)
		return nil
	}); err == nil {
		t.Error("a channel was written")
	}
	ok(t, s.Close())
	ok(t, s.Close())
	if err := s.Update(ctx, func(*store.Tx) error { return nil }); !errors.Is(err, store.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// A row that cannot be decoded is an error that names it.
func TestCorruptRow(t *testing.T) {
	e := memory.New()
	s, err := store.New(e, store.Options{})
	ok(t, err)
	texts := store.TableOf[string](s.Space("demo"), "row", store.Partition)
	numbers := store.TableOf[int](s.Space("demo"), "row", store.Partition)
	ok(t, s.Update(t.Context(), func(tx *store.Tx) error { texts.Put(tx, "k", "x"); return nil }))
	err = s.View(t.Context(), func(tx *store.Tx) error { numbers.Get(tx, "k"); return nil })
	if !errors.Is(err, store.ErrCorrupt) || !strings.Contains(err.Error(), `demo/row row "k"`) {
		t.Errorf("%v", err)
	}
}

// The mark remembers the highest serial of those who wrote, and the latest instant.
func TestMark(t *testing.T) {
	e, now := memory.New(), time.Date(2026, 1, 1, 0, 0, 0, 5, time.UTC)
	s, err := store.New(e, store.Options{Now: func() time.Time { return now }})
	ok(t, err)
	rows := store.TableOf[int](s.Space("demo"), "row", store.Partition)
	for _, serial := range []uint64{3, 9, 4, store.Derived | 77} {
		ok(t, s.Update(call.With(t.Context(), &call.Call{Serial: serial}), func(tx *store.Tx) error { rows.Put(tx, "k", 1); return nil }))
	}
	ok(t, s.Update(call.With(t.Context(), &call.Call{Serial: 100}), func(tx *store.Tx) error { rows.Get(tx, "k"); return nil }))
	latest := now
	now = now.Add(-time.Hour)
	ok(t, s.Update(t.Context(), func(tx *store.Tx) error { rows.Put(tx, "k", 2); return nil }))
	again, err := store.New(e, store.Options{})
	ok(t, err)
	if m := again.Mark(); m.Serial != 9 || m.Version != 5 || !m.Now.Equal(latest) {
		t.Errorf("%+v", m)
	}
}

func TestInspect(t *testing.T) {
	s, err := store.New(memory.New(), store.Options{})
	ok(t, err)
	ctx := storetest.Context(storetest.Home)
	group := store.TableOf[string](s.Space("logs"), "group", store.Regional)
	user := store.TableOf[string](s.Space("iam"), "user", store.PerAccount)
	ok(t, s.Update(ctx, func(tx *store.Tx) error {
		group.Put(tx, "/aws/a", "A")
		group.Put(tx, "/aws/b\x01", "B")
		group.Put(tx, "/x", "X")
		user.Put(tx, "ann", "ANN")
		return nil
	}))
	tables, err := s.Tables(ctx)
	ok(t, err)
	var names []string
	for _, x := range tables {
		names = append(names, x.Service+"/"+x.Table)
	}
	if !slices.Equal(names, []string{"@store/mark", "iam/user", "logs/group"}) || tables[2].Rows != 3 || tables[2].Bytes == 0 {
		t.Errorf("%+v", tables)
	}
	for path, want := range map[string][]string{
		"logs":        {`logs/group/111111111111/eu-central-1//aws/a "A"`, `logs/group/111111111111/eu-central-1//aws/b\x01 "B"`, `logs/group/111111111111/eu-central-1//x "X"`},
		"logs/group/": {`logs/group/111111111111/eu-central-1//aws/a "A"`, `logs/group/111111111111/eu-central-1//aws/b\x01 "B"`, `logs/group/111111111111/eu-central-1//x "X"`},
		"logs/group/111111111111/eu-central-1//aws/b": {`logs/group/111111111111/eu-central-1//aws/b\x01 "B"`},
		"iam/user/111111111111/-/a":                   {`iam/user/111111111111/-/ann "ANN"`},
		"iam/user/222222222222":                       nil,
		"log":                                         nil,
	} {
		var got []string
		ok(t, s.Cat(ctx, path, func(r store.Raw) bool { got = append(got, r.Path()+" "+string(r.JSON)); return true }))
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q", path, got)
		}
	}
	n := 0
	ok(t, s.Cat(ctx, "logs", func(store.Raw) bool { n++; return false }))
	if n != 1 {
		t.Errorf("did not stop: %d", n)
	}
}

// A store whose disk is slow: what was read of commits on their way to disk is not answered before they are there.
func TestReadsAreDurable(t *testing.T) {
	slow := &slow{Engine: memory.New(), release: make(chan struct{})}
	s, err := store.New(slow, store.Options{})
	ok(t, err)
	rows := store.TableOf[int](s.Space("demo"), "row", store.Partition)
	ctx := context.Background()
	written, seen, read := make(chan error, 1), make(chan struct{}), make(chan error, 1)
	go func() {
		written <- s.Update(ctx, func(tx *store.Tx) error { rows.Put(tx, "k", 1); return nil })
	}()
	<-slow.committed()
	go func() {
		read <- s.View(ctx, func(tx *store.Tx) error {
			if !rows.Has(tx, "k") {
				t.Error("what is committed is not seen")
			}
			close(seen)
			return nil
		})
	}()
	<-seen
	ok(t, s.Update(ctx, func(tx *store.Tx) error { rows.Put(tx, "relaxed", 1); return nil }, store.Relaxed)) // does not wait
	if len(read) != 0 || len(written) != 0 {
		t.Error("answered before the disk had it")
	}
	close(slow.release)
	ok(t, <-written)
	ok(t, <-read)
}

type slow struct {
	store.Engine
	release chan struct{}
	begun   chan struct{}
}

func (e *slow) committed() chan struct{} {
	c := make(chan struct{})
	go func() {
		for {
			snap := e.Engine.Snapshot()
			_, found, _ := snap.Get("demo\x00row\x00\x00\x00k")
			if snap.Close(); found {
				close(c)
				return
			}
		}
	}()
	return c
}

func (e *slow) Commit(ws []store.Write, until store.Until) (func() error, error) {
	wait, err := e.Engine.Commit(ws, until)
	if until != store.Synced {
		return wait, err
	}
	return func() error { <-e.release; return wait() }, err
}
