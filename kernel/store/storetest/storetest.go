// Package storetest is the contract of a store engine, as tests: what a service may rely on wherever its rows lie.
package storetest

import (
	"context"
	"errors"
	"testing"

	"unyo/base/call"
	"unyo/kernel/store"
)

// Home is the account and region of the contract's transactions.
var Home = call.Scope{Partition: "aws", Account: "111111111111", Region: "eu-central-1"}

// Context is a context of a call in scope.
func Context(scope call.Scope) context.Context {
	return call.With(context.Background(), &call.Call{Scope: scope, Serial: 1})
}

// Run proves an engine. open returns a fresh and empty one each time.
func Run(t *testing.T, open func(t *testing.T) store.Engine) {
	for _, c := range []struct {
		name string
		test func(*testing.T, *store.Store)
	}{
		{"Rows", rows}, {"Order", order}, {"OwnWrites", ownWrites}, {"Scopes", scopes}, {"Limits", limits}, {"Errors", errorsWriteNothing},
		{"Increments", increments}, {"WriteSkew", writeSkew}, {"Phantom", phantom}, {"PhantomBehindTheEnd", beyondStop},
		{"Loser", loser}, {"Snapshot", snapshot}, {"Erase", erase}, {"EraseConflict", eraseConflict}, {"Stamps", stamps},
		{"Random", random}, {"Parallel", parallel}, {"After", after}, {"Clear", clearAll}, {"LongTransaction", longTransaction}, {"WideTransactions", wideTransactions},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := store.New(open(t), store.Options{})
			ok(t, err)
			c.test(t, s)
			ok(t, s.Close())
		})
	}
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

type row struct {
	N int    `json:"n"`
	S string `json:"s,omitempty"`
}

func table(s *store.Store) store.Table[row] {
	return store.TableOf[row](s.Space("demo"), "row", store.Regional)
}

func update(t testing.TB, s *store.Store, fn func(tx *store.Tx)) {
	t.Helper()
	ok(t, s.Update(Context(Home), func(tx *store.Tx) error { fn(tx); return nil }))
}

func view(t testing.TB, s *store.Store, fn func(tx *store.Tx)) {
	t.Helper()
	ok(t, s.View(Context(Home), func(tx *store.Tx) error { fn(tx); return nil }))
}

// after runs exactly when the transaction has happened.
func after(t *testing.T, s *store.Store) {
	rows := table(s)
	n := 0
	update(t, s, func(tx *store.Tx) { rows.Put(tx, "k", row{}); tx.After(func() { n++ }) })
	if err := s.Update(Context(Home), func(tx *store.Tx) error {
		tx.After(func() { n += 100 })
		return errors.New("no")
	}); err == nil {
		t.Error("no error")
	}
	if n != 1 {
		t.Errorf("ran %d times", n)
	}
}

func clearAll(t *testing.T, s *store.Store) {
	rows := table(s)
	empty, err := s.Hash(t.Context())
	ok(t, err)
	update(t, s, func(tx *store.Tx) { rows.Put(tx, "k", row{}) })
	full, err := s.Hash(t.Context())
	ok(t, err)
	ok(t, s.Clear())
	again, err := s.Hash(t.Context())
	ok(t, err)
	if full == empty || again != empty {
		t.Errorf("hashes %s %s %s", empty, full, again)
	}
	update(t, s, func(tx *store.Tx) { rows.Put(tx, "k", row{}) })
	if h, _ := s.Hash(t.Context()); h != full {
		t.Error("same rows, another hash")
	}
}
