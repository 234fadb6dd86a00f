package embedded_test

import (
	"errors"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"unyo/kernel/store"
)

// What must come first comes before every write to the log, also of what nobody waits for; when it fails, nothing is written any more.
func TestPrecede(t *testing.T) {
	var came atomic.Bool
	var writes, early atomic.Int32
	disk := vfs.NewCrashableMem()
	watched := errorfs.Wrap(disk, errorfs.InjectorFunc(func(op errorfs.Op) error {
		if op.Kind == errorfs.OpFileWrite && strings.HasSuffix(op.Path, ".log") {
			if writes.Add(1); !came.Swap(false) {
				early.Add(1)
			}
		}
		return nil
	}))
	l := newLedger(t, open(t, "db", watched))
	l.bulk = 20 << 10
	var fault atomic.Pointer[error]
	writes.Store(0)
	early.Store(0)
	l.s.Precede(func() error {
		came.Store(true)
		if e := fault.Load(); e != nil {
			return *e
		}
		return nil
	})
	for n := 1; n <= 60; n++ {
		ok(t, l.step(n, store.Relaxed))
	}
	ok(t, l.step(61))
	if writes.Load() < 10 || early.Load() > 0 {
		t.Errorf("%d of %d writes came too early", early.Load(), writes.Load())
	}
	lost := errors.New("bytes are lost")
	fault.Store(&lost)
	if err := l.step(62); !errors.Is(err, store.ErrBroken) || !errors.Is(err, lost) {
		t.Errorf("%v", err)
	}
	again := newLedger(t, open(t, "db", disk.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: 100, RNG: rand.New(rand.NewPCG(1, 1))})))
	if got := again.check(t); got != 61 {
		t.Errorf("%d are there", got)
	}
	ok(t, again.s.Close())
	_ = l.s.Close() // it is broken
}
