package firehose

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	api "unyo/api/firehose"
)

// path is one way of delivery: what makes the stream and what is put into it; and what must have come of it in the end.
type path struct {
	name string
	fill func(f *fixture, s *site)
	want map[string]string // below each prefix of the bucket: the records, sorted
	http string            // what the site must have, sorted, each request id once
}

// sorted sorts words.
func sorted(text string) string {
	list := strings.Fields(text)
	sort.Strings(list)
	return strings.Join(list, " ")
}

var paths = []path{
	{"plain", func(f *fixture, _ *site) {
		f.create(func(d *api.ExtendedS3DestinationConfiguration) {
			d.Prefix, d.S3BackupMode = new("out/"), new(api.S3BackupModeEnabled)
			d.S3BackupConfiguration = &api.S3DestinationConfiguration{RoleARN: new(role), BucketARN: new("arn:aws:s3:::archive"), Prefix: new("copy/"), CompressionFormat: new("UNCOMPRESSED")}
		})
		for i := range 3 {
			f.put(fmt.Sprintf("%da\n", i), fmt.Sprintf("%db\n", i))
		}
	}, map[string]string{"out/": "0a 0b 1a 1b 2a 2b", "copy/": "0a 0b 1a 1b 2a 2b"}, ""},
	{"partitioned", func(f *fixture, _ *site) {
		f.create(func(d *api.ExtendedS3DestinationConfiguration) {
			partitioned(d, "k!{partitionKeyFromQuery:k}/", `{k: .k}`, processorOf(api.ProcessorTypeRecordDeAggregation, "SubRecordType", "JSON"), processorOf(api.ProcessorTypeAppendDelimiterToRecord))
			d.S3BackupMode = new(api.S3BackupModeEnabled)
			d.S3BackupConfiguration = &api.S3DestinationConfiguration{RoleARN: new(role), BucketARN: new("arn:aws:s3:::archive"), Prefix: new("copy/")}
		})
		f.put("{\"k\":1,\"n\":1}{\"k\":2,\"n\":2}\n", "bad\n")
		f.put("{\"k\":1,\"n\":3}\n")
	}, map[string]string{"k1/": `{"k":1,"n":1} {"k":1,"n":3}`, "k2/": `{"k":2,"n":2}`, "copy/": `bad {"k":1,"n":1}{"k":2,"n":2} {"k":1,"n":3}`, "errors/": "1"}, ""},
	{"from Kinesis", func(f *fixture, _ *site) {
		f.river.shards = []*reach{{parent: -1, adjacent: -1, closed: true, records: []string{"a1 ", "a2 ", "a3 "}}, {parent: 0, adjacent: -1, records: []string{"b1 ", "b2 ", "b3 "}}, {parent: 0, adjacent: -1, records: []string{"c1 "}}}
		f.fromRiver()
	}, map[string]string{"2026/": "a1 a2 a3 b1 b2 b3 c1"}, ""},
	{"converted", func(f *fixture, _ *site) {
		f.convert(nil)
		f.put(`{"n":1,"word":"a"}`, `{"n":"x"}`, `{"n":2,"word":"b"}`)
		f.put(`{"n":3,"word":"c"}`, `{`)
	}, map[string]string{"out/": "1a 2b 3c", "errors/": "2"}, ""},
	{"to an endpoint", func(f *fixture, s *site) {
		if err := f.make(s.config(func(d *api.HttpEndpointDestinationConfiguration) {
			d.S3BackupMode, d.S3Configuration.Prefix = new(api.HttpEndpointS3BackupModeAllData), new("copy/")
		})); err != nil {
			f.t.Fatal(err)
		}
		f.put("x1 ", "x2 ")
		f.put("x3 ")
	}, map[string]string{"copy/": "x1 x2 x3"}, "x1 x2 x3"},
	{"to an endpoint that refuses", func(f *fixture, s *site) {
		if err := f.make(s.config(func(d *api.HttpEndpointDestinationConfiguration) {
			d.RetryOptions = &api.HttpEndpointRetryOptions{DurationInSeconds: new(int32(2))}
			d.EndpointConfiguration.Url = new(s.URL + "/refuse")
			d.S3Configuration.ErrorOutputPrefix = new("errors/")
		})); err != nil {
			f.t.Fatal(err)
		}
		f.put("x1 ", "x2 ")
		f.put("x3 ")
	}, map[string]string{"errors/": "3"}, ""},
}

// ended holds an estate to what must have come of a path.
func (p *path) ended(f *fixture, s *site) {
	f.t.Helper()
	for prefix, want := range p.want {
		got := sorted(f.under(prefix))
		if p.name == "converted" && prefix == "out/" {
			got = f.columnRows(prefix)
		}
		if prefix == "errors/" {
			got = fmt.Sprint(len(f.refusals(prefix)))
		}
		if got != sorted(want) {
			f.t.Errorf("%s: below %s: %q, want %q", p.name, prefix, got, want)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if got := sorted(strings.Join(slices.Collect(maps.Values(s.got)), " ")); got != p.http {
		f.t.Errorf("%s: collected %q in %d requests, want %q", p.name, got, len(s.got), p.http)
	}
	for _, left := range []string{"batch", "fill", "flight", "share"} {
		for _, row := range rowsOf(f, left) {
			f.t.Errorf("%s: left behind: %s", p.name, row)
		}
	}
}

// The process dies before each write or sync of the rows while it delivers, on every path, with and without what is not synced: whatever was left on
// disk then, running on brings every record to S3 once. S3 and the endpoint are other machines here: they keep what they were given before, also
// if the rows do not know it any more.
func TestDeathAtEveryWrite(t *testing.T) {
	for _, p := range paths {
		t.Run(p.name, func(t *testing.T) { p.die(t) })
	}
}

type death struct {
	rows    *vfs.MemFS
	blobs   string
	objects map[string]string
	got     map[string]string
}

func (p *path) die(t *testing.T) {
	disk, dir, site := vfs.NewCrashableMem(), t.TempDir(), newSite(t)
	b, r := &bucket{objects: map[string]string{}}, &river{}
	var mu sync.Mutex
	var deaths []death
	dying := false
	fs := errorfs.Wrap(disk, errorfs.InjectorFunc(func(op errorfs.Op) error {
		mu.Lock()
		defer mu.Unlock()
		if dying && (op.Kind == errorfs.OpFileWrite || op.Kind == errorfs.OpFileSync || op.Kind == errorfs.OpFileSyncData || op.Kind == errorfs.OpFileSyncTo) {
			site.mu.Lock()
			for _, kept := range []int{0, 100} { // percent of what was written and not synced: power failure, and the mere end of the process
				copied := filepath.Join(t.TempDir(), "blobs")
				if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
					t.Error(err)
				}
				left := disk.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: kept, RNG: rand.New(rand.NewPCG(1, 1))})
				deaths = append(deaths, death{left, copied, maps.Clone(b.objects), maps.Clone(site.got)})
			}
			site.mu.Unlock()
		}
		return nil
	}))
	f := setUpOn(t, fs, dir, b, r)
	p.fill(f, site)
	if err := f.k.Store.Sync(); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	dying = true
	mu.Unlock()
	for _, step := range []time.Duration{0, 0, time.Second, time.Second, time.Second, time.Second, 56 * time.Second, time.Second, time.Second, 4 * time.Second, 240 * time.Second, 300 * time.Second} {
		f.advance(step)
		if err := f.k.Store.Sync(); err != nil {
			t.Fatal(err)
		}
	}
	mu.Lock()
	dying = false
	mu.Unlock()
	f.advance(time.Hour)
	p.ended(f, site)
	f.close()
	if len(deaths) < 8 {
		t.Errorf("%d deaths", len(deaths))
	}
	t.Logf("%d deaths", len(deaths))
	for i, d := range deaths {
		site.mu.Lock()
		site.got = d.got
		site.mu.Unlock()
		f := setUpOn(t, d.rows, d.blobs, &bucket{objects: d.objects}, r)
		report, err := f.k.Clock.Advance(context.Background(), begin.Add(2*time.Hour), nil)
		if err != nil || report.Failed != 0 {
			failures, _ := f.k.Jobs.Failures(context.Background(), 10)
			t.Errorf("%+v, %v: %+v", report, err, failures)
		}
		p.ended(f, site)
		f.close()
		if t.Failed() {
			t.Fatalf("after death %d of %d", i, len(deaths))
		}
	}
}
