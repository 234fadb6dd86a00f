package logs_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	api "unyo/api/logs"
	s3api "unyo/api/s3"
	"unyo/engine/logstore"
	"unyo/kernel"
	"unyo/service/logs"
)

// onDisk is a metered estate whose rows and events lie on disks that may hold an estate. It has no Firehose.
func onDisk(t *testing.T, fs vfs.FS, dir string) *estate {
	t.Helper()
	k, err := kernel.Open(kernel.Options{Dir: "estate", FS: fs, Held: true, Start: begin, Seed: 7, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	must(t, err)
	e := &estate{t: t, k: k, dir: dir, store: logstore.Open(dir, logstore.Options{LogBytes: 4000}), bucket: &bucket{objects: map[string]string{}}}
	e.Service = logs.New(k.For("logs"), e.store, logs.Peers{S3: s3api.Client{Invoker: e.bucket}, Logs: api.Client{Invoker: own{e}}})
	e.meter()
	must(t, k.Start(context.Background()))
	return e
}

// copied is a copy of a folder that is being written.
func copied(t *testing.T, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "events")
	err := os.CopyFS(to, os.DirFS(dir))
	for errors.Is(err, fs.ErrNotExist) { // a file has just been given its final name
		must(t, os.RemoveAll(to))
		err = os.CopyFS(to, os.DirFS(dir))
	}
	must(t, err)
	return to
}

func (e *estate) shut() {
	must(e.t, e.k.Close())
	must(e.t, e.store.Close())
}

// Metric filters count and close minutes.
func TestMetricFilterSurvivesDeathAtEveryWrite(t *testing.T) {
	survive(t, func(e *estate) {
		must(t, e.measure("users", "{ $.user = * }", api.MetricTransformation{MetricValue: new("$.n"), Dimensions: map[string]string{"User": "$.user"}}))
		must(t, e.measure("errors", "ERROR", api.MetricTransformation{MetricValue: new("1"), DefaultValue: new(0.0)}))
		var messages []string
		for i := range 500 { // several passes
			messages = append(messages, fmt.Sprintf(`{"user":"u%03d","n":%d}`, i%250, i))
		}
		e.put("g", "s", messages...)
		e.put("g", "s", messages[:50]...)
	})
}

// survive lets the process die before each write or sync of the rows while what prepare has put is counted, with all that is not synced lost:
// running on, every event has counted once.
func survive(t *testing.T, prepare func(e *estate)) {
	t.Helper()
	disk, dir := vfs.NewCrashableMem(), t.TempDir()
	type death struct {
		rows   *vfs.MemFS
		events string
	}
	var mu sync.Mutex
	var deaths []death
	dying := false
	turn := func(on bool) {
		mu.Lock()
		defer mu.Unlock()
		dying = on
	}
	faulty := errorfs.Wrap(disk, errorfs.InjectorFunc(func(op errorfs.Op) error {
		mu.Lock()
		defer mu.Unlock()
		if dying && (op.Kind == errorfs.OpFileWrite || op.Kind == errorfs.OpFileSync || op.Kind == errorfs.OpFileSyncData || op.Kind == errorfs.OpFileSyncTo) {
			deaths = append(deaths, death{disk.CrashClone(vfs.CrashCloneCfg{}), copied(t, dir)})
		}
		return nil
	}))
	e := onDisk(t, faulty, dir)
	e.group("g")
	e.stream("g", "s")
	prepare(e)
	must(t, e.k.Store.Sync())
	end := begin.Add(time.Hour)
	turn(true)
	for _, at := range []time.Duration{0, 30 * time.Second, time.Minute, 2 * time.Minute} {
		e.advance(begin.Add(at).Sub(e.k.Clock.Now()))
		must(t, e.k.Store.Sync())
	}
	turn(false)
	e.advance(end.Sub(e.k.Clock.Now()))
	whole := e.got()
	e.shut()
	if len(deaths) < 4 {
		t.Fatalf("%d deaths", len(deaths))
	}
	for i, d := range deaths {
		e := onDisk(t, d.rows, d.events)
		e.advance(end.Sub(e.k.Clock.Now()))
		if got := e.got(); got != whole {
			t.Fatalf("after death %d of %d:\n%s\nwant\n%s", i, len(deaths), got, whole)
		}
		e.shut()
	}
	t.Logf("%d deaths, %d bytes of points", len(deaths), len(whole))
}
