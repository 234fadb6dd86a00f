package logs_test

import (
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	api "unyo/api/logs"
	"unyo/kernel/store"
)

// The process dies while scheduled queries are asked and their answers written, before and after each object, with and without what the rows
// have not synced: running on, each hour has one query and one object, which says the same.
func TestScheduledQuerySurvivesDeath(t *testing.T) {
	disk, dir := vfs.NewCrashableMem(), t.TempDir()
	type death struct {
		rows    *vfs.MemFS
		events  string
		objects map[string]string
	}
	var deaths []death
	e := onDisk(t, disk, dir)
	e.group("g")
	e.stream("g", "s")
	e.put("g", "s", "a", "b")
	_, err := e.schedule(t, nil)
	must(t, err)
	must(t, e.k.Store.Sync())
	die := func() {
		for _, synced := range []bool{false, true} {
			if synced {
				must(t, e.k.Store.Sync())
			}
			copied := filepath.Join(t.TempDir(), "events")
			must(t, os.CopyFS(copied, os.DirFS(dir)))
			deaths = append(deaths, death{disk.CrashClone(vfs.CrashCloneCfg{}), copied, maps.Clone(e.bucket.objects)})
		}
	}
	e.bucket.at, e.asking = die, die
	e.advance(2*time.Hour + time.Minute)
	whole := maps.Clone(e.bucket.objects)
	want(t, len(whole), 2)
	scanned := e.scanned()
	e.shut()
	want(t, len(deaths), 16)
	for i, d := range deaths {
		e := onDisk(t, d.rows, d.events)
		e.bucket.objects = d.objects
		e.advance(begin.Add(2*time.Hour + time.Minute).Sub(e.k.Clock.Now()))
		if !maps.Equal(e.bucket.objects, whole) {
			t.Fatalf("after death %d: %v\nwant %v", i, e.bucket.objects, whole)
		}
		want(t, len(e.bucket.over), 0)
		list, err := e.DescribeQueries(e.ctx(), &api.DescribeQueriesInput{})
		must(t, err)
		want(t, len(list.Queries), 2)
		want(t, e.scanned(), scanned)
		e.shut()
	}
}

// scanned is what the meter says was read.
func (e *estate) scanned() (bytes float64) {
	e.t.Helper()
	must(e.t, e.k.For("logs").View(e.ctx(), func(tx *store.Tx) error {
		bytes = 0
		for s := range e.k.Meter.Sums(tx, "111111111111", begin, begin.Add(24*time.Hour)) {
			if s.Type == "DataScanned-Bytes" {
				bytes += s.Amount
			}
		}
		return nil
	}))
	return bytes
}
