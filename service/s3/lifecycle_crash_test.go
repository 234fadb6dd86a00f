package s3

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	api "unyo/api/s3"
	"unyo/kernel"
)

// rigOn is a rig over rows on a file system and blobs in a folder, both of which may hold an estate.
func rigOn(t testing.TB, fs vfs.FS, dir string) *rig {
	t.Helper()
	k, err := kernel.Open(kernel.Options{Dir: "estate", FS: fs, Held: true, Start: begin, Seed: 7, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	ok(t, err)
	r := &rig{t: t, kernel: k, dir: dir}
	r.open()
	ok(t, k.Start(r.ctx()))
	return r
}

func (r *rig) close() {
	r.t.Helper()
	ok(r.t, r.blobs.Close())
	ok(r.t, r.kernel.Close())
}

// fill puts into an estate what a lifecycle can do something with, in all its ways.
func (r *rig) fill() {
	r.bucket("plain")
	r.bucket("kept")
	r.versioning("kept", enabled)
	for _, name := range []string{"plain", "kept"} {
		ok(r.t, r.obey(name,
			api.LifecycleRule{ID: p("moves"), Filter: prefixed("m"), Transitions: []api.Transition{moveAfter(0, glacier), moveAfter(1, deepArchive)}, Expiration: expire(2)},
			api.LifecycleRule{ID: p("old"), Prefix: p(""), NoncurrentVersionExpiration: &api.NoncurrentVersionExpiration{NoncurrentDays: new(int32(1))}},
			api.LifecycleRule{ID: p("up"), Filter: prefixed(""), AbortIncompleteMultipartUpload: &api.AbortIncompleteMultipartUpload{DaysAfterInitiation: new(int32(1))}},
			api.LifecycleRule{ID: p("markers"), Filter: prefixed("m"), Expiration: &api.LifecycleExpiration{ExpiredObjectDeleteMarker: new(true)}},
		))
		for i := range 3 {
			r.put(name, fmt.Sprintf("m%d", i), large())
			r.put(name, "n", fmt.Sprint("newest ", i))
		}
		up, err := r.CreateMultipartUpload(r.ctx(), &api.CreateMultipartUploadInput{Bucket: p(name), Key: p("up")})
		ok(r.t, err)
		_, err = r.UploadPart(r.ctx(), &api.UploadPartInput{Bucket: p(name), Key: p("up"), UploadId: up.UploadId, PartNumber: new(int32(1)), Body: nil})
		ok(r.t, err)
	}
}

// ended holds an estate to what the rules must have made of it.
func (r *rig) ended() {
	r.t.Helper()
	r.expect("plain", "n:STANDARD*")
	r.expect("kept", "n:STANDARD*")
	for _, name := range []string{"plain", "kept"} {
		if got := r.content(name, "n", ""); got != "newest 2" {
			r.t.Errorf("%s: %q", name, got)
		}
		out, err := r.ListMultipartUploads(r.ctx(), &api.ListMultipartUploadsInput{Bucket: p(name)})
		ok(r.t, err)
		if len(out.Uploads) != 0 {
			r.t.Errorf("%s has an upload", name)
		}
	}
}

// The process dies before each write or sync of the rows while a lifecycle runs, with all that is not synced lost: whatever was left on
// disk then, running on leads to the same end, with every byte that must be there.
func TestLifecycleSurvivesDeathAtEveryWrite(t *testing.T) {
	disk, dir := vfs.NewCrashableMem(), t.TempDir()
	type death struct {
		rows  *vfs.MemFS
		blobs string
	}
	var mu sync.Mutex
	var deaths []death
	dying := false
	fs := errorfs.Wrap(disk, errorfs.InjectorFunc(func(op errorfs.Op) error {
		mu.Lock()
		defer mu.Unlock()
		if dying && (op.Kind == errorfs.OpFileWrite || op.Kind == errorfs.OpFileSync || op.Kind == errorfs.OpFileSyncData || op.Kind == errorfs.OpFileSyncTo) {
			copied := filepath.Join(t.TempDir(), "blobs")
			if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
				t.Error(err)
			}
			deaths = append(deaths, death{disk.CrashClone(vfs.CrashCloneCfg{}), copied})
		}
		return nil
	}))
	r := rigOn(t, fs, dir)
	r.fill()
	ok(t, r.kernel.Store.Sync())
	end := begin.Add(10 * day)
	mu.Lock()
	dying = true
	mu.Unlock()
	for at := begin; at.Before(end); at = at.Add(12 * time.Hour) {
		_, err := r.kernel.Clock.Advance(r.ctx(), at, nil)
		ok(t, err)
		ok(t, r.kernel.Store.Sync())
	}
	mu.Lock()
	dying = false
	mu.Unlock()
	_, err := r.kernel.Clock.Advance(r.ctx(), end, nil)
	ok(t, err)
	r.ended()
	r.close()
	if len(deaths) < 20 {
		t.Fatalf("%d deaths", len(deaths))
	}
	for i, d := range deaths {
		r := rigOn(t, d.rows, d.blobs)
		report, err := r.kernel.Clock.Advance(r.ctx(), end, nil)
		ok(t, err)
		if report.Failed != 0 {
			t.Errorf("death %d: %+v", i, report)
		}
		r.ended()
		r.close()
		if t.Failed() {
			t.Fatalf("after death %d of %d", i, len(deaths))
		}
	}
	t.Logf("%d deaths", len(deaths))
}

// Two estates of one seed that are asked the same end in the same rows, to the byte.
func TestLifecycleHash(t *testing.T) {
	run := func(step time.Duration) string {
		r := started(t)
		r.fill()
		for at := begin.Add(step); !at.After(begin.Add(10 * day)); at = at.Add(step) {
			_, err := r.kernel.Clock.Advance(r.ctx(), at, nil)
			ok(t, err)
		}
		r.ended()
		h, err := r.kernel.Hash(r.ctx())
		ok(t, err)
		return h
	}
	first := run(10 * day)
	if again := run(10 * day); again != first {
		t.Errorf("%s and %s", first, again)
	}
	if steps := run(day / 2); steps != first {
		t.Errorf("in steps: %s, at once: %s", steps, first)
	}
}
