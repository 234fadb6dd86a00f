package store_test

import (
	"testing"

	"unyo/base/call"
	"unyo/kernel/store"
	"unyo/kernel/store/memory"
	"unyo/kernel/store/storetest"
)

// TestChanged: a commit is noted for the account's part of the tables it wrote, and for no other; clearing changes all.
func TestChanged(t *testing.T) {
	s, err := store.New(memory.New(), store.Options{})
	ok(t, err)
	a, b := store.TableOf[int](s.Space("demo"), "a", store.PerAccount), store.TableOf[int](s.Space("demo"), "b", store.PerAccount)
	ctx := storetest.Context(storetest.Home)
	other := call.Scope{Account: "999999999999"}
	seen := func() (list [3]bool) {
		ok(t, s.View(ctx, func(tx *store.Tx) error {
			for i, changed := range []uint64{a.Changed(tx), b.Changed(tx), a.Changed(tx.In(other))} {
				list[i] = changed == tx.Version()
			}
			return nil
		}))
		return list
	}
	ok(t, s.Update(ctx, func(tx *store.Tx) error { b.Put(tx, "k", 1); return nil }))
	if got := seen(); got != [3]bool{false, true, false} {
		t.Errorf("after a write to b: %v", got)
	}
	ok(t, s.Update(ctx, func(tx *store.Tx) error { a.Put(tx, "k", 1); a.Put(tx.In(other), "k", 1); return nil }))
	if got := seen(); got != [3]bool{true, false, true} {
		t.Errorf("after a write to a: %v", got)
	}
	ok(t, s.Update(ctx, func(tx *store.Tx) error { a.Delete(tx, "k"); return nil }))
	if got := seen(); got != [3]bool{true, false, false} {
		t.Errorf("after a deletion: %v", got)
	}
	ok(t, s.Clear())
	if got := seen(); got != [3]bool{true, true, true} {
		t.Errorf("after clearing: %v", got)
	}
}
