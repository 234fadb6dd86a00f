package embedded_test

import (
	"io"
	"log/slog"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"unyo/kernel/store"
	"unyo/kernel/store/embedded"
	"unyo/kernel/store/storetest"
)

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// under is the key of the stores which are opened; nil: they are not encrypted.
var under *[32]byte

// both runs a test with stores that are encrypted and with such that are not.
func both(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	t.Run("plain", test)
	under = &[32]byte{7}
	defer func() { under = nil }()
	t.Run("encrypted", test)
}

func open(t testing.TB, dir string, fs vfs.FS) store.Engine {
	t.Helper()
	e, err := embedded.Open(dir, embedded.Options{FS: fs, Key: under, Log: quiet()})
	ok(t, err)
	return e
}

func TestContract(t *testing.T) {
	both(t, func(t *testing.T) {
		storetest.Run(t, func(t *testing.T) store.Engine { return open(t, "db", vfs.NewMem()) })
	})
}

func TestContractOnDisk(t *testing.T) {
	both(t, func(t *testing.T) {
		storetest.Run(t, func(t *testing.T) store.Engine { return open(t, t.TempDir(), nil) })
	})
}
