package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"unyo/kernel/store"
	"unyo/kernel/store/embedded"
	"unyo/kernel/store/memory"
)

// stuck is an engine whose disk does nothing until it is released.
type stuck struct {
	store.Engine
	release chan struct{}
}

func (e *stuck) Sync() error { <-e.release; return e.Engine.Sync() }

func (e *stuck) Commit(ws []store.Write, until store.Until) (func() error, error) {
	_, err := e.Engine.Commit(ws, until)
	if until != store.Synced {
		return nil, err
	}
	return func() error { <-e.release; return nil }, err
}

// Who gathers goes on, also reads what it has put; others who read that wait for the disk, and so does the update that ends it.
func TestGathered(t *testing.T) {
	disk := &stuck{memory.New(), make(chan struct{})}
	s, err := store.New(disk, store.Options{})
	ok(t, err)
	rows := store.TableOf[int](s.Space("demo"), "row", store.Partition)
	ctx := context.Background()
	inside := store.Gathered(ctx)
	for i := range 3 {
		ok(t, s.Update(inside, func(tx *store.Tx) error { rows.Put(tx, "k", i); return nil }))
		ok(t, s.View(inside, func(tx *store.Tx) error {
			if got, _ := rows.Get(tx, "k"); got != i {
				t.Errorf("%d, want %d", got, i)
			}
			return nil
		}))
		ok(t, s.Update(inside, func(tx *store.Tx) error { rows.Get(tx, "k"); return nil }))
	}
	read, last := make(chan error, 1), make(chan error, 1)
	go func() { read <- s.View(ctx, func(tx *store.Tx) error { rows.Get(tx, "k"); return nil }) }()
	go func() { last <- s.Update(ctx, func(tx *store.Tx) error { rows.Put(tx, "entry", 1); return nil }) }()
	time.Sleep(20 * time.Millisecond)
	if len(read) != 0 || len(last) != 0 {
		t.Error("answered before the disk had it")
	}
	close(disk.release)
	ok(t, <-read)
	ok(t, <-last)
}

// A gathered commit that nothing follows is on the disk soon, for those who read it.
func TestGatheredAlone(t *testing.T) {
	fs := vfs.NewCrashableMem()
	e, err := embedded.Open("db", embedded.Options{FS: fs})
	ok(t, err)
	s, err := store.New(e, store.Options{})
	ok(t, err)
	defer s.Close()
	rows := store.TableOf[int](s.Space("demo"), "row", store.Partition)
	ok(t, s.Update(store.Gathered(t.Context()), func(tx *store.Tx) error { rows.Put(tx, "k", 1); return nil }))
	ok(t, s.View(t.Context(), func(tx *store.Tx) error { rows.Get(tx, "k"); return nil }))
	again, err := embedded.Open("db", embedded.Options{FS: fs.CrashClone(vfs.CrashCloneCfg{})})
	ok(t, err)
	after, err := store.New(again, store.Options{})
	ok(t, err)
	defer after.Close()
	ok(t, after.View(t.Context(), func(tx *store.Tx) error {
		if !rows.Has(tx, "k") {
			t.Error("what was read is gone after power loss")
		}
		return nil
	}))
}
