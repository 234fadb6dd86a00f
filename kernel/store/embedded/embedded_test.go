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

func open(t testing.TB, dir string, fs vfs.FS) store.Engine {
	t.Helper()
	e, err := embedded.Open(dir, embedded.Options{FS: fs, Log: quiet()})
	ok(t, err)
	return e
}

func TestContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Engine { return open(t, "db", vfs.NewMem()) })
}

func TestContractOnDisk(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Engine { return open(t, t.TempDir(), nil) })
}
