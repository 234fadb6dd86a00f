package kernel_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"unyo/base/call"
	"unyo/kernel"
	"unyo/kernel/store"
)

// An estate without a seed draws one and keeps it; a seed given later changes nothing; two estates differ.
func TestSeeds(t *testing.T) {
	draw := func(fs vfs.FS, seed uint64) string {
		k, err := kernel.Open(kernel.Options{Dir: "estate", FS: fs, Seed: seed, Log: quiet()})
		must(t, err)
		defer func() { must(t, k.Close()) }()
		return k.Entropy.UUID(call.With(context.Background(), &call.Call{Serial: 1}))
	}
	a, b := vfs.NewMem(), vfs.NewMem()
	first := draw(a, 0)
	if draw(a, 0) != first || draw(a, 5) != first {
		t.Error("the seed was not kept")
	}
	if draw(b, 0) == first {
		t.Error("two estates draw the same")
	}
	if draw(vfs.NewMem(), 5) != draw(vfs.NewMem(), 5) || draw(vfs.NewMem(), 5) == draw(vfs.NewMem(), 6) {
		t.Error("given seeds")
	}
}

// A number is given again only when its call has left nothing.
func TestSerials(t *testing.T) {
	fs := vfs.NewCrashableMem()
	k := held(t, kernel.Options{Dir: "estate", FS: fs})
	rows := store.TableOf[int](k.For("demo").Rows, "row", store.Partition)
	write := func(k *kernel.Kernel) uint64 {
		ctx := as(k, "demo")
		must(t, k.Store.Update(ctx, func(tx *store.Tx) error { rows.Put(tx, "k", 1); return nil }))
		return call.From(ctx).Serial
	}
	read := func(k *kernel.Kernel) uint64 {
		ctx := as(k, "demo")
		must(t, k.Store.View(ctx, func(tx *store.Tx) error { rows.Get(tx, "k"); return nil }))
		return call.From(ctx).Serial
	}
	if a, b, c := write(k), read(k), write(k); a != 1 || b != 2 || c != 3 {
		t.Errorf("numbers %d %d %d", a, b, c)
	}
	read(k)
	k = held(t, kernel.Options{Dir: "estate", FS: fs.CrashClone(vfs.CrashCloneCfg{})})
	if n := write(k); n != 4 {
		t.Errorf("after a crash: %d", n)
	}
}

// Calls that a call makes have numbers and ids that follow from it, apart from all others.
func TestChild(t *testing.T) {
	k := held(t, kernel.Options{})
	parent := func() *call.Call { return &call.Call{Serial: 9, Job: "job-3"} }
	p := parent()
	a, ida := k.Child(p)
	b, idb := k.Child(p)
	again, idagain := k.Child(parent())
	if a == b || ida == idb || a != again || ida != idagain || a < store.Derived || b < store.Derived {
		t.Errorf("%x %x %x", a, b, again)
	}
}

// Every seen instant is kept: an estate that dies while time flows goes on no earlier than its last commit.
func TestTimeAfterCrash(t *testing.T) {
	fs, now := vfs.NewCrashableMem(), begin
	o := kernel.Options{Dir: "estate", FS: fs, Seed: 1, Log: quiet(), Wall: func() time.Time { return now }}
	k, err := kernel.Open(o)
	must(t, err)
	rows := store.TableOf[int](k.For("demo").Rows, "row", store.Partition)
	now = begin.Add(time.Hour)
	must(t, k.Store.Update(as(k, "demo"), func(tx *store.Tx) error { rows.Put(tx, "k", 1); return nil }))
	now = begin.Add(-time.Hour)
	o.FS = fs.CrashClone(vfs.CrashCloneCfg{})
	k, err = kernel.Open(o)
	must(t, err)
	if got := k.Clock.Now(); !got.Equal(begin.Add(time.Hour)) {
		t.Errorf("goes on at %v", got)
	}
	must(t, k.Close())
	if _, err := k.Hash(context.Background()); !errors.Is(err, store.ErrClosed) {
		t.Errorf("hash of a closed estate: %v", err)
	}
}
