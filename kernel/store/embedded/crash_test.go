package embedded_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"unyo/kernel/store"
	"unyo/kernel/store/embedded"
)

// The power fails before every single write of a workload that opens, commits, tidies up, closes and opens again; what was
// not synced is lost, or survives in part. Everything acknowledged is there, nothing is halved.
func TestPowerLossAtEveryWrite(t *testing.T) { both(t, powerLossAtEveryWrite) }

func powerLossAtEveryWrite(t *testing.T) {
	disk := vfs.NewCrashableMem()
	var l *ledger
	var mu sync.Mutex
	moments, rng := 0, rand.New(rand.NewPCG(1, 1))
	moment := func() {
		mu.Lock() // Pebble writes from several goroutines
		defer mu.Unlock()
		acked := 0
		if l != nil {
			acked = int(l.acked.Load())
		}
		moments++
		for _, kept := range []int{0, 50} {
			after := disk.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: kept, RNG: rng})
			e, err := embedded.Open("db", embedded.Options{FS: after, Key: under, Log: quiet()})
			if err != nil {
				t.Errorf("moment %d, %d%% kept: cannot open: %v", moments, kept, err)
				continue
			}
			crashed := newLedger(t, e)
			if got := crashed.check(t); got < acked {
				t.Errorf("moment %d, %d%% kept: %d of %d acknowledged", moments, kept, got, acked)
			}
			ok(t, crashed.s.Close())
		}
	}
	watched := errorfs.Wrap(disk, errorfs.InjectorFunc(func(op errorfs.Op) error {
		if op.Kind.ReadOrWrite() == errorfs.OpIsWrite && op.Kind != errorfs.OpFileClose && op.Kind != errorfs.OpFilePreallocate {
			moment()
		}
		return nil
	}))
	n := 0
	for range 2 {
		e := open(t, "db", watched)
		mu.Lock()
		before := 0
		if l != nil {
			before = int(l.acked.Load())
		}
		l = newLedger(t, e)
		l.bulk = 20 << 10
		l.acked.Store(int64(before))
		mu.Unlock()
		for i := range 15 {
			n++
			if i%8 == 5 {
				ok(t, l.step(n, store.Relaxed))
			} else {
				ok(t, l.step(n))
			}
			if i%7 == 6 {
				ok(t, e.(*embedded.Engine).Tidy())
			}
		}
		ok(t, l.s.Close())
	}
	moment()
	if moments < 150 || l.acked.Load() != 30 {
		t.Fatalf("%d moments, %d acknowledged", moments, l.acked.Load())
	}
	t.Logf("%d moments", moments)
}

// lastLog returns the name and content of the newest log file in fs.
func lastLog(t *testing.T, fs vfs.FS) (string, []byte) {
	t.Helper()
	names, err := fs.List("db")
	ok(t, err)
	name := ""
	for _, n := range names {
		if strings.HasSuffix(n, ".log") && n > name {
			name = n
		}
	}
	f, err := fs.Open("db/" + name)
	ok(t, err)
	b, err := io.ReadAll(f)
	ok(t, errors.Join(err, f.Close()))
	return "db/" + name, b
}

// The last record of the log is cut at every byte, or its tail is garbage: it is there whole or not at all, and all before it is.
func TestTornWrite(t *testing.T) { both(t, tornWrite) }

func tornWrite(t *testing.T) {
	disk := vfs.NewCrashableMem()
	l := newLedger(t, open(t, "db", disk))
	l.pad = "short"
	for n := 1; n <= 20; n++ {
		ok(t, l.step(n))
	}
	_, before := lastLog(t, disk)
	ok(t, l.step(21))
	name, after := lastLog(t, disk)
	if len(after) <= len(before) {
		t.Fatalf("the log has %d bytes, then %d", len(before), len(after))
	}
	rng := rand.New(rand.NewPCG(3, 3))
	for cut := len(before); cut <= len(after); cut++ {
		garbage := make([]byte, len(after)-cut)
		for i := range garbage {
			garbage[i] = byte(rng.Uint32())
		}
		for what, tail := range map[string][]byte{"cut": nil, "zeros": make([]byte, len(after)-cut), "garbage": garbage} {
			if tail != nil && cut%5 != 0 {
				continue
			}
			torn := disk.CrashClone(vfs.CrashCloneCfg{})
			f, err := torn.Create(name, vfs.WriteCategoryUnspecified)
			ok(t, err)
			content := append(slices.Clone(after[:cut]), tail...)
			whole := bytes.Equal(content, after) // the record may end in zeros itself
			_, err = f.Write(content)
			ok(t, errors.Join(err, f.Sync(), f.Close()))
			e, err := embedded.Open("db", embedded.Options{FS: torn, Key: under, Log: quiet()})
			if err != nil {
				t.Fatalf("%s at %d of %d: %v", what, cut, len(after), err)
			}
			again := newLedger(t, e)
			again.pad = "short"
			got := again.check(t)
			if want := map[bool]int{false: 20, true: 21}[whole]; got != want {
				t.Errorf("%s at %d of %d: count %d", what, cut, len(after), got)
			}
			ok(t, again.step(got+1))
			ok(t, again.s.Close())
		}
	}
	ok(t, l.s.Close())
}

// A disk that fails while syncing the log breaks the store: nothing is acknowledged any more, nothing unsure is shown, and after
// reopening all that was acknowledged is there.
func TestFailingDisk(t *testing.T) { both(t, failingDisk) }

func failingDisk(t *testing.T) {
	for _, kind := range []errorfs.OpKind{errorfs.OpFileSyncData, errorfs.OpFileWrite} {
		disk := vfs.NewCrashableMem()
		var fail bool
		var mu sync.Mutex
		bad := errorfs.Wrap(disk, errorfs.InjectorFunc(func(op errorfs.Op) error {
			mu.Lock()
			defer mu.Unlock()
			if fail && op.Kind == kind && strings.HasSuffix(op.Path, ".log") {
				return syscall.EIO
			}
			return nil
		}))
		l := newLedger(t, open(t, "db", bad))
		for n := 1; n <= 5; n++ {
			ok(t, l.step(n))
		}
		mu.Lock()
		fail = true
		mu.Unlock()
		if err := l.step(6); !errors.Is(err, store.ErrBroken) || !errors.Is(err, syscall.EIO) {
			t.Fatalf("kind %d: %v", kind, err)
		}
		if err := l.step(7); !errors.Is(err, store.ErrBroken) {
			t.Errorf("kind %d: after the failure: %v", kind, err)
		}
		if err := l.s.View(t.Context(), func(*store.Tx) error { return nil }); !errors.Is(err, store.ErrBroken) {
			t.Errorf("kind %d: a view after the failure: %v", kind, err)
		}
		if err := l.s.Sync(); !errors.Is(err, store.ErrBroken) {
			t.Errorf("kind %d: sync: %v", kind, err)
		}
		again := newLedger(t, open(t, "db", disk.CrashClone(vfs.CrashCloneCfg{})))
		if got := again.check(t); got < 5 {
			t.Errorf("kind %d: %d of 5 acknowledged", kind, got)
		}
		ok(t, again.s.Close())
		if err := l.s.Close(); err == nil {
			t.Error("closing a broken store reports nothing")
		}
	}
}

// TestKill kills a process that writes as fast as it can, several times over, and looks at what it left.
func TestKill(t *testing.T) {
	if dir := os.Getenv("UNYO_TEST_KILL"); dir != "" {
		writeUntilKilled(t, dir)
	}
	dir, acked := t.TempDir(), 0
	for range 3 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKill$")
		cmd.Env = append(os.Environ(), "UNYO_TEST_KILL="+dir)
		out, err := cmd.StdoutPipe()
		ok(t, err)
		ok(t, cmd.Start())
		in := bufio.NewScanner(out)
		for lines := 0; in.Scan(); {
			if _, err := fmt.Sscanf(in.Text(), "acked %d", &acked); err != nil {
				t.Fatalf("the child says %q", in.Text())
			}
			if lines++; lines == 300 {
				ok(t, cmd.Process.Kill()) // what it wrote before dying is still read
			}
		}
		_ = cmd.Wait() // killed
		l := newLedger(t, open(t, dir, nil))
		if got := l.check(t); got < acked || acked == 0 {
			t.Fatalf("%d of %d acknowledged", got, acked)
		}
		ok(t, l.s.Close())
	}
}

func writeUntilKilled(t *testing.T, dir string) {
	l := newLedger(t, open(t, dir, nil))
	for n := l.check(t) + 1; ; n++ {
		ok(t, l.step(n))
		fmt.Printf("acked %d\n", n)
	}
}
