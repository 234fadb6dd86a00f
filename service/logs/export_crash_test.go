package logs_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// The process dies before and after each file is written, with and without what the rows have not synced, while S3 keeps what it was
// given: running on, each event lies in one file, although more of the same time has come in.
func TestExportSurvivesDeathAroundEveryFile(t *testing.T) {
	disk, dir := vfs.NewCrashableMem(), t.TempDir()
	type death struct {
		rows    *vfs.MemFS
		events  string
		objects map[string]string
	}
	var deaths []death
	e := onDisk(t, disk, dir)
	e.group("g")
	for _, stream := range []string{"a", "b", "c"} {
		e.stream("g", stream)
		e.put("g", stream, stream+"1", stream+"2")
	}
	id, err := e.export(nil)
	must(t, err)
	must(t, e.k.Store.Sync())
	e.bucket.at = func() {
		for _, synced := range []bool{false, true} {
			if synced {
				must(t, e.k.Store.Sync())
			}
			deaths = append(deaths, death{disk.CrashClone(vfs.CrashCloneCfg{}), copied(t, dir), maps.Clone(e.bucket.objects)})
		}
	}
	e.advance(time.Second)
	whole := strings.Join(e.bucket.exported(t), "; ")
	e.shut()
	if len(deaths) != 12 {
		t.Fatalf("%d deaths", len(deaths))
	}
	again := 0
	for i, d := range deaths {
		e := onDisk(t, d.rows, d.events)
		e.bucket.objects = d.objects
		for _, stream := range []string{"a", "b", "c"} {
			e.put("g", stream, "late")
		}
		e.advance(time.Minute)
		got := strings.Join(e.bucket.exported(t), "; ")
		for _, line := range []string{"a1", "a2", "b1", "b2", "c1", "c2"} {
			if strings.Count(got, "Z "+line) != 1 {
				t.Fatalf("after death %d of %d:\n%s\nwant\n%s", i, len(deaths), got, whole)
			}
		}
		want(t, *e.task(id).Status.Code, "COMPLETED")
		again += len(e.bucket.doubled)
		e.shut()
	}
	if again == 0 {
		t.Error("no death between writing a file and settling it was met")
	}
	t.Logf("%d deaths, %d files asked for again", len(deaths), again)
}
