package embedded_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"unyo/kernel/store/embedded"
)

// sealedUnder opens a store.
func sealedUnder(fs vfs.FS, k *[32]byte) (*embedded.Engine, error) {
	return embedded.Open("estate/db", embedded.Options{FS: fs, Key: k, Log: quiet()})
}

// marked is what the ledger's rows have in them.
const marked = "zebra crossing"

// filled is a file system on which a store is that has steps, of which some are in tables and some in the log.
func filled(t *testing.T, k *[32]byte) *vfs.MemFS {
	t.Helper()
	fs := vfs.NewCrashableMem()
	e, err := sealedUnder(fs, k)
	ok(t, err)
	l := newLedger(t, e)
	l.pad = marked
	for n := 1; n <= 12; n++ {
		ok(t, l.step(n))
		if n == 6 {
			ok(t, e.Tidy())
		}
	}
	after := fs.CrashClone(vfs.CrashCloneCfg{})
	ok(t, l.s.Close())
	return after
}

// whole opens a store and looks for all steps.
func whole(t *testing.T, fs vfs.FS, k *[32]byte) {
	t.Helper()
	e, err := sealedUnder(fs, k)
	if err != nil {
		t.Fatal(err)
	}
	l := newLedger(t, e)
	l.pad = marked
	if got := l.check(t); got != 12 {
		t.Errorf("%d of 12 steps", got)
	}
	ok(t, l.s.Close())
}

// readable lists the files in which the text stands, and those in all.
func readable(t *testing.T, fs vfs.FS) (found []string, files int) {
	t.Helper()
	for _, dir := range []string{"estate/db", "estate/db.new", "estate/db.old"} {
		names, err := fs.List(dir)
		if err != nil {
			continue
		}
		for _, n := range names {
			f, err := fs.Open(fs.PathJoin(dir, n))
			ok(t, err)
			b, err := io.ReadAll(f)
			ok(t, errors.Join(err, f.Close()))
			if files++; bytes.Contains(b, []byte(marked)) {
				found = append(found, fs.PathJoin(dir, n))
			}
		}
	}
	return found, files
}

// Neither tables nor the log can be read, with another key the store is not opened, and without one neither; nothing of it is changed then.
func TestEncrypted(t *testing.T) {
	right, wrong := &[32]byte{1}, &[32]byte{2}
	if found, _ := readable(t, filled(t, nil)); len(found) < 2 {
		t.Fatalf("without encryption the text is found in %q only", found)
	}
	fs := filled(t, right)
	if found, files := readable(t, fs); found != nil || files < 5 {
		t.Errorf("%q of %d files", found, files)
	}
	for _, k := range []*[32]byte{wrong, nil} {
		if _, err := sealedUnder(fs, k); !errors.Is(err, embedded.ErrKey) {
			t.Errorf("another key: %v", err)
		}
	}
	whole(t, fs, right)
	if found, _ := readable(t, fs); found != nil {
		t.Errorf("%q, closed", found)
	}
}

// A store from before is encrypted when it is first opened with a key. The power fails at every step of that: either one of both is whole, and the next opening ends it.
func TestMove(t *testing.T) {
	before := filled(t, nil)
	k := &[32]byte{1}
	steps, rng := 0, rand.New(rand.NewPCG(5, 5))
	for n := 1; ; n++ {
		fs := before.CrashClone(vfs.CrashCloneCfg{})
		var after []*vfs.MemFS
		seen := 0
		watched := errorfs.Wrap(fs, errorfs.InjectorFunc(func(op errorfs.Op) error {
			if op.Kind.ReadOrWrite() != errorfs.OpIsWrite || op.Kind == errorfs.OpFileClose || op.Kind == errorfs.OpFilePreallocate {
				return nil
			}
			if seen++; seen == n {
				after = append(after, fs.CrashClone(vfs.CrashCloneCfg{}), fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: 50, RNG: rng}))
			}
			if seen >= n {
				return fmt.Errorf("no power")
			}
			return nil
		}))
		err := embedded.Move(watched, "estate/db", k)
		if len(after) == 0 {
			ok(t, err)
			break
		}
		if steps++; err == nil {
			t.Errorf("step %d: no error", n)
		}
		for i, one := range after {
			whole(t, one, k)
			if found, _ := readable(t, one); found != nil {
				t.Errorf("step %d, %d: %q is left readable", n, i, found)
			}
		}
	}
	if steps < 20 {
		t.Errorf("%d steps", steps)
	}
	t.Logf("%d steps", steps)
}

// FuzzHead: a file of any bytes is refused, or reads as something.
func FuzzHead(f *testing.F) {
	f.Add([]byte("unyorow1"))
	f.Add(append([]byte("unyorow1"), make([]byte, 40)...))
	f.Add(append([]byte("unyorow1"), make([]byte, 60)...))
	f.Fuzz(func(t *testing.T, b []byte) {
		fs := vfs.NewMem()
		file, err := fs.Create("f", vfs.WriteCategoryUnspecified)
		ok(t, err)
		_, err = file.Write(bytes.Clone(b))
		ok(t, errors.Join(err, file.Close()))
		got, err := embedded.Sealed(fs, [32]byte{1}).Open("f")
		if len(b) > 48 && !errors.Is(err, embedded.ErrKey) {
			t.Fatal(err)
		}
		if err == nil {
			if all, err := io.ReadAll(got); err != nil || len(all) > 0 {
				t.Fatal(all, err)
			}
		}
	})
}
