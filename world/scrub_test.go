package world

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	kinesisapi "unyo/api/kinesis"
	logsapi "unyo/api/logs"
	s3api "unyo/api/s3"
)

// everything puts what there is to be scrubbed into a new estate: small and large objects, records, a segment and a log of a log group.
func everything(t *testing.T, o Options) {
	t.Helper()
	stocked(t, o)
	w := openWorld(t, o)
	defer closeWorld(t, w)
	a := w.account(sourceAccount)
	done[*s3api.PutObjectOutput](t)(a.s3.PutObject(a.ctx(), &s3api.PutObjectInput{Bucket: new("zebra-crossing"), Key: new("large"), Body: strings.NewReader(strings.Repeat("large ", 1<<19))}))
	done[*kinesisapi.CreateStreamOutput](t)(a.kinesis.CreateStream(a.ctx(), &kinesisapi.CreateStreamInput{StreamName: new("s"), ShardCount: new(int32(1))}))
	done[*kinesisapi.PutRecordOutput](t)(a.kinesis.PutRecord(a.ctx(), &kinesisapi.PutRecordInput{StreamName: new("s"), PartitionKey: new("p"), Data: []byte("record")}))
	done[*logsapi.CreateLogGroupOutput](t)(a.logs.CreateLogGroup(a.ctx(), &logsapi.CreateLogGroupInput{LogGroupName: new("g")}))
	done[*logsapi.CreateLogStreamOutput](t)(a.logs.CreateLogStream(a.ctx(), &logsapi.CreateLogStreamInput{LogGroupName: new("g"), LogStreamName: new("s")}))
	for range 2 {
		done[*logsapi.PutLogEventsOutput](t)(a.logs.PutLogEvents(a.ctx(), &logsapi.PutLogEventsInput{LogGroupName: new("g"), LogStreamName: new("s"), LogEvents: []logsapi.InputLogEvent{{Timestamp: new(w.Kernel.Clock.Now().UnixMilli()), Message: new("a line")}}}))
		w.advance(t, 25*time.Hour) // the next begins a new log
	}
}

// files are the files of an estate whose paths match, but for those that hold nothing.
func filesOf(t *testing.T, o Options, match string) (names []string) {
	t.Helper()
	if err := filepath.WalkDir(o.Dir, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			short := done[string](t)(filepath.Rel(o.Dir, name))
			if info := done[fs.FileInfo](t)(d.Info()); strings.Contains(short, match) && info.Size() > 64 {
				names = append(names, name)
			}
		}
		return err
	}); err != nil || len(names) == 0 {
		t.Fatalf("no file with %s: %v", match, err)
	}
	return names
}

func scrubbed(t *testing.T, o Options) (n Scrubbed, told string) {
	t.Helper()
	n, err := Scrub(t.Context(), o, func(what string, err error) { told += fmt.Sprintf("%s: %v\n", what, err) })
	if err != nil {
		told += err.Error()
	}
	return n, told
}

// A whole estate is found whole, and is not changed by being looked at. Each kind of damage is told, with the file or blob that has it.
func TestScrub(t *testing.T) {
	for name, keyFile := range map[string]bool{"encrypted": true, "from before": false} {
		t.Run(name, func(t *testing.T) {
			o := locked(t)
			if !keyFile {
				o.KeyFile = ""
			}
			everything(t, o)
			sum := func() string {
				h := sha256.New()
				for _, name := range filesOf(t, o, "") {
					fmt.Fprintf(h, "%s %x\n", name, sha256.Sum256(done[[]byte](t)(os.ReadFile(name))))
				}
				return fmt.Sprintf("%x", h.Sum(nil))
			}
			before := sum()
			n, told := scrubbed(t, o)
			if told != "" || n.Damaged != 0 || n.Rows < 30 || n.Tables == 0 || n.Blobs < 2 || n.Bytes < 3<<20 || n.Logs.Events != 2 || n.Logs.Files != 2 || n.Logs.Groups != 1 {
				t.Fatalf("%+v\n%s", n, told)
			}
			if sum() != before {
				t.Error("it was changed by being looked at")
			}
			for _, match := range []string{".sst", "blob/segment/", "blob/file/", "/seg-", "/log-"} {
				for _, at := range []float64{0.2, 0.6, 0.95} {
					file := filesOf(t, o, match)[0]
					good := done[[]byte](t)(os.ReadFile(file))
					bad := bytes.Clone(good)
					i := int(at * float64(len(bad)))
					if match == "blob/segment/" { // the first record, for behind it lies what has expired
						i = int(at * 70)
					}
					bad[i] ^= 0x20
					plant := func(b []byte) {
						if err := os.WriteFile(file, b, 0o600); err != nil {
							t.Fatal(err)
						}
					}
					plant(bad)
					word := strings.TrimSuffix(filepath.Base(file), ".sst")
					if strings.HasPrefix(match, "blob/") {
						word = "blob "
					}
					if _, told := scrubbed(t, o); !strings.Contains(told, word) {
						t.Errorf("byte %d of %d of %s: %q", i, len(bad), file, told)
					}
					plant(good)
				}
			}
			file := filesOf(t, o, "blob/file/")[0]
			if err := os.Rename(file, file+".gone"); err != nil {
				t.Fatal(err)
			}
			if n, told := scrubbed(t, o); n.Damaged != 1 || !strings.Contains(told, "blob ") {
				t.Errorf("a blob that is not there: %q", told)
			}
			if err := os.Rename(file+".gone", file); err != nil {
				t.Fatal(err)
			}
			if n, told := scrubbed(t, o); n.Damaged != 0 || told != "" {
				t.Errorf("whole again: %q", told)
			}
			w := openWorld(t, o)
			defer closeWorld(t, w)
			if _, told := scrubbed(t, o); !strings.Contains(told, "cannot be read") {
				t.Errorf("while it is served: %q", told)
			}
		})
	}
}

// Nothing is made where there is no estate, and a key that is not the estate's opens nothing.
func TestScrubOfNothing(t *testing.T) {
	o := locked(t)
	if _, told := scrubbed(t, o); told == "" {
		t.Error("there is no estate")
	}
	for _, name := range []string{o.Dir, o.KeyFile} {
		if _, err := os.Stat(name); err == nil {
			t.Errorf("%s was made", name)
		}
	}
	stocked(t, o)
	o.KeyFile = filepath.Join(t.TempDir(), "other.key")
	if _, err := makeKey(o.KeyFile); err != nil {
		t.Fatal(err)
	}
	if _, told := scrubbed(t, o); !strings.Contains(told, "is not its key") {
		t.Error(told)
	}
}
