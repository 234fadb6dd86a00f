package cloudwatch_test

import (
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"unyo/kernel"
)

// The process dies before each write or sync of the rows while points age, with all that is not synced lost: running on gives the same
// answers, each value once.
func TestAgeSurvivesDeathAtEveryWrite(t *testing.T) {
	disk := vfs.NewCrashableMem()
	var mu sync.Mutex
	var deaths []*vfs.MemFS
	dying := false
	turn := func(on bool) {
		mu.Lock()
		defer mu.Unlock()
		dying = on
	}
	fs := errorfs.Wrap(disk, errorfs.InjectorFunc(func(op errorfs.Op) error {
		mu.Lock()
		defer mu.Unlock()
		if dying && (op.Kind == errorfs.OpFileWrite || op.Kind == errorfs.OpFileSync || op.Kind == errorfs.OpFileSyncData || op.Kind == errorfs.OpFileSyncTo) {
			deaths = append(deaths, disk.CrashClone(vfs.CrashCloneCfg{}))
		}
		return nil
	}))
	e := openWith(t, kernel.Options{Dir: "estate", FS: fs})
	for i := range 200 { // more than one transaction moves
		e.put(time.Duration(i)*7*time.Minute, 60, float64(i))
		e.put(time.Duration(i)*time.Second, 1, 1)
	}
	must(t, e.k.Store.Sync())
	end := begin.Add(100 * day)
	turn(true)
	for at := begin; at.Before(end); at = at.Add(10 * day) {
		e.advance(at.Sub(e.k.Clock.Now()))
		must(t, e.k.Store.Sync())
	}
	turn(false)
	answer := func(e *estate) string {
		e.advance(end.Sub(e.k.Clock.Now()))
		return e.stat(begin.Add(-2*day), begin.Add(day), 86400, "Sum", "SampleCount", "Maximum")
	}
	whole := answer(e)
	if len(deaths) < 10 {
		t.Fatalf("%d deaths", len(deaths))
	}
	for _, d := range deaths {
		want(t, answer(openWith(t, kernel.Options{Dir: "estate", FS: d})), whole)
	}
	t.Logf("%d deaths; %s", len(deaths), whole)
}

// BenchmarkPut: a request of 1000 metrics, as often as they come; BenchmarkGet: a day of minutes.
func BenchmarkPut(b *testing.B) {
	e := openWith(b, kernel.Options{Dir: b.TempDir()})
	in := thousand()
	for b.Loop() {
		_, err := e.PutMetricData(e.ctx(), in)
		must(b, err)
	}
	b.ReportMetric(float64(b.N)*1000/b.Elapsed().Seconds(), "points/s")
}

func BenchmarkGet(b *testing.B) {
	e := openWith(b, kernel.Options{Dir: b.TempDir()})
	for i := range 1440 {
		e.put(time.Duration(i)*time.Minute, 60, float64(i), 2, 3)
	}
	for b.Loop() {
		e.stat(begin.Add(-day), begin.Add(time.Minute), 60, "Average", "p99")
	}
}
