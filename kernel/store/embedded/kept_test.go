package embedded_test

import (
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"unyo/kernel/store"
)

// What is kept is with the kernel when Update returns, though a sync of the log is stuck that others wait for; those wait on.
func TestKeptWaitsForNoSync(t *testing.T) {
	disk := vfs.NewCrashableMem()
	var stuck atomic.Bool
	release := make(chan struct{})
	watched := errorfs.Wrap(disk, errorfs.InjectorFunc(func(op errorfs.Op) error {
		if op.Kind == errorfs.OpFileSyncData && strings.HasSuffix(op.Path, ".log") && stuck.Load() {
			<-release
		}
		return nil
	}))
	l := newLedger(t, open(t, "db", watched))
	ok(t, l.step(1))
	stuck.Store(true)
	ok(t, l.step(2, store.Kept))
	synced := make(chan error)
	go func() { synced <- l.step(3) }()
	for l.s.Mark().Version < 3 { // seen, but not answered
	}
	for n := 4; n <= 20; n++ {
		ok(t, l.step(n, store.Kept))
	}
	killed := func(kept int) int {
		again := newLedger(t, open(t, "db", disk.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: kept, RNG: rand.New(rand.NewPCG(1, 1))})))
		defer func() { ok(t, again.s.Close()) }()
		return again.check(t)
	}
	if got := killed(100); got != 20 {
		t.Errorf("after kill -9 %d of 20 are there", got)
	}
	if got := killed(0); got != 1 {
		t.Errorf("after a power failure %d are there, of which 1 was synced", got)
	}
	select {
	case err := <-synced:
		t.Errorf("answered before the disk had it: %v", err)
	default:
	}
	stuck.Store(false)
	close(release)
	ok(t, <-synced)
	if got := killed(0); got < 3 {
		t.Errorf("%d are there, 3 were acknowledged", got)
	}
	ok(t, l.s.Close())
}
